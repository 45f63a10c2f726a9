"""Mundos: tudo o que um template pode vir a ser, conforme o que quem implanta escolhe.

Cada mundo fixa o resultado de todas as condições e o valor dos parâmetros de que elas dependem.
São o produto das escolhas, sem as que se contradizem: um parâmetro não vale `a` e `b` ao mesmo
tempo. O primeiro é o dos padrões. O que não se pode saber (transformações, pilhas aninhadas,
condições demais) fica dito em `unknown`, e nada se prova enquanto estiver lá.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, NamedTuple

from scripts.template.cloudformation import Template, references
from scripts.template.resolution import Resolution
from scripts.template.values import PSEUDO, Path, is_pair, literal, text_of

CAP = 256
"""Quantos mundos se examinam; um template com mais fica desconhecido."""
HARMLESS = ("AWS::LanguageExtensions",)
"""Transformações que só acrescentam funções, que se veem onde são usadas."""
EXPANDED = ("Fn::Transform", "Fn::ForEach")
NESTED = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::Macro", "AWS::Serverless::",
          "AWS::ServiceCatalog::CloudFormationProvisionedProduct")
"""Começos de tipo que criam recursos que não se veem aqui (`Stack` e `StackSet`), ou que os mudam."""
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
"""Começos de tipo que, ao criar a pilha, chamam código que aqui não se lê:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html"""
SECTIONS = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Transform", "Resources",
            "Outputs")
"""As seções que se leem, ou que não mudam o que se cria; outras (`Hooks`, `Modules`, `Globals`) mudam:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html"""
SCALARS = (str, int, float, bool)
LOGIC: dict[str, Callable[[list[bool]], bool]] = {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda parts: not any(parts)}


@dataclass(frozen=True)
class Worlds:
    """Os mundos de um template, e o que nele não se pode saber, com o lugar."""

    template: Template
    each: tuple[Resolution, ...]
    unknown: tuple[tuple[Path, str], ...]


def worlds(template: Template) -> Worlds:
    """Examina as condições de um template; há sempre ao menos um mundo."""
    section = template.data.get("Conditions")
    conditions: dict[str, Any] = section if isinstance(section, dict) else {}
    choices = list(_choices(template, conditions))
    found: dict[str, Resolution] = {}
    lost: set[str] = set()
    for picked in islice(product(*(choice.values for choice in choices)), CAP):
        trial = _Trial(conditions, {choice.text: value for choice, value in zip(choices, picked, strict=True)})
        outcomes = {name: trial.condition(name) for name in conditions}
        chosen = {choice.parameter: value for choice, value in zip(choices, picked, strict=True)
                  if choice.parameter and value != choice.default}
        found.setdefault(json.dumps([outcomes, chosen], sort_keys=True), Resolution(template, outcomes, chosen))
        lost |= trial.lost
    total = math.prod(len(choice.values) for choice in choices)
    return Worlds(template, tuple(found.values()), (*_unseen(template), *_crowded(total), *(
        (("Conditions", name), f"a condição `{name}` não existe, ou se cita em círculo") for name in sorted(lost))))


def _crowded(total: int) -> Iterator[tuple[Path, str]]:
    if total > CAP:
        yield ("Conditions",), f"as condições dão {total} mundos, e aqui se examinam até {CAP}"


def _unseen(template: Template) -> Iterator[tuple[Path, str]]:
    """O que só a AWS expande, e que pode acrescentar ou mudar qualquer recurso."""
    declared = template.data.get("Transform")
    for name in declared if isinstance(declared, list) else [declared]:
        if name is not None and name not in HARMLESS:
            yield ("Transform",), f"a transformação `{name if isinstance(name, str) else 'sem nome'}` pode acrescentar recursos"
    for section, body in template.data.items():
        hidden = _hidden(body) if section != "Resources" else ""
        if section not in SECTIONS:
            yield (section,), f"a seção `{section}` pode acrescentar ou mudar recursos"
        elif hidden:
            yield (section,), f"`{section}` usa `{hidden}`, que só a AWS expande"
    for name, body in template.data["Resources"].items():
        kind = body.get("Type") if isinstance(body, dict) else None
        hidden = _hidden(body)
        if name.startswith("Fn::"):
            yield ("Resources", name), f"`{name}` pode acrescentar recursos"
        elif isinstance(kind, str) and (kind.startswith(NESTED) or kind.endswith("::MODULE")):
            yield ("Resources", name), f"`{name}` ({kind}) cria recursos que não se veem aqui"
        elif isinstance(kind, str) and kind.startswith(CUSTOM):
            yield ("Resources", name), f"`{name}` ({kind}) roda código de fora do template, que pode mudar qualquer recurso"
        elif hidden:
            yield ("Resources", name), f"`{name}` usa `{hidden}`, que só a AWS expande"


def _hidden(value: Any) -> str:
    """A primeira função, em qualquer profundidade, que só a AWS expande; vazio quando não há."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            for key in item:
                if str(key).startswith(EXPANDED):
                    return str(key)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return ""


class Choice(NamedTuple):
    """Uma expressão que as condições comparam (`text`) e o que pode valer: primeiro, o que vale por padrão.

    De um parâmetro, o valor passa ao mundo; de outra expressão, só serve para decidir as condições.
    """

    text: str
    values: tuple[Any, ...]
    parameter: str = ""
    default: str | None = None


def _choices(template: Template, conditions: dict[str, Any]) -> Iterator[Choice]:
    compared: dict[str, dict[str | None, None]] = {}
    for expression in conditions.values():
        for subject, value in _comparisons(expression):
            compared.setdefault(subject, {})[value] = None
    for text, values in compared.items():
        expression = json.loads(text)
        name = expression.get("Ref") if isinstance(expression, dict) and len(expression) == 1 else None
        declared = template.parameters.get(name) if isinstance(name, str) else None
        if None in values:
            yield Choice(text, (True,) if _same(expression) else (True, False))
        elif isinstance(declared, dict) and isinstance(name, str) and "List" not in str(declared.get("Type")):
            default = literal(text_of(declared["Default"])) if isinstance(declared.get("Default"), SCALARS) else None
            yield Choice(text, _possible(name, declared, default, [value for value in values if value is not None]), name, default)
        else:
            known = Resolution(template).value(expression)
            usual = text_of(known) if isinstance(known, SCALARS) else None
            constant = usual is not None and "${" not in usual and not references(expression)
            first = usual if usual in values else None
            able = _able(expression, usual)
            yield Choice(text, (usual,) if constant else tuple(dict.fromkeys((first, *filter(able, values), None))))


def _able(expression: Any, usual: str | None) -> Callable[[str | None], bool]:
    """Se a expressão pode valer um texto: o nome da pilha nunca é vazio, nem a conta é `prod`; a que depende de um parâmetro pode tudo."""
    if usual is None or references(expression):
        return lambda value: True
    form = re.compile("".join(PSEUDO.get(piece[2:-1], ".*") if piece.startswith("${") else re.escape(piece)
                              for piece in re.split(r"(\$\{[^}]*\})", usual)), re.DOTALL)
    return lambda value: value is None or bool(form.fullmatch(value))


def _comparisons(expression: Any) -> Iterator[tuple[str, str | None]]:
    """O que cada comparação compara e com que valor; de uma que não se entende, o texto dela e `None`."""
    function, argument = _call(expression)
    if function in LOGIC and isinstance(argument, list):
        for part in argument:
            yield from _comparisons(part)
    elif not isinstance(expression, bool) and not (function == "Condition" and isinstance(argument, str)):
        yield _compared(function, argument) or (_text(expression), None)


def _call(expression: Any) -> tuple[str, Any]:
    return next(iter(expression.items())) if isinstance(expression, dict) and len(expression) == 1 else ("", None)


def _compared(function: str, argument: Any) -> tuple[str, str] | None:
    """O lado que varia e o valor com que se compara; `None` quando não é uma comparação com um valor escrito."""
    if function != "Fn::Equals" or not is_pair(argument):
        return None
    varying, fixed = argument if isinstance(argument[1], SCALARS) else reversed(argument)
    return (_text(varying), literal(text_of(fixed))) if isinstance(fixed, SCALARS) else None


def _same(expression: Any) -> bool:
    """A comparação é de uma coisa com ela mesma."""
    function, argument = _call(expression)
    return function == "Fn::Equals" and is_pair(argument) and _text(argument[0]) == _text(argument[1])


def _text(expression: Any) -> str:
    return json.dumps(expression, sort_keys=True, default=str)


def _possible(name: str, declared: dict[str, Any], default: str | None, compared: list[str]) -> tuple[str, ...]:
    """O padrão do parâmetro, cada valor com que se compara, e um que não seja nenhum deles."""
    allowed = declared.get("AllowedValues")
    accepted = [literal(text_of(value)) for value in allowed] if isinstance(allowed, list) and allowed else None
    values = [value for value in dict.fromkeys((default, *compared)) if value is not None and (accepted is None or value in accepted)]
    others = [value for value in accepted or () if value not in compared]
    if set(values) <= set(compared) and (accepted is None or others):
        values.append(others[0] if len(others) == 1 else f"${{{name}}}")
    return tuple(values) or (f"${{{name}}}",)


class _Trial:
    """O resultado de cada condição com estas escolhas; as que se citam em círculo, ou não existem, ficam em `lost`."""

    def __init__(self, conditions: dict[str, Any], answers: dict[str, Any]):
        self.conditions = conditions
        self.answers = answers
        self.known: dict[str, bool | None] = {}
        self.lost: set[str] = set()

    def condition(self, name: str) -> bool:
        if name not in self.known:
            self.known[name] = None
            self.known[name] = self.holds(self.conditions[name]) if name in self.conditions else None
        if self.known[name] is None:
            self.lost.add(name)
        return bool(self.known[name])

    def holds(self, expression: Any) -> bool:
        function, argument = _call(expression)
        if isinstance(expression, bool):
            return expression
        if function == "Condition" and isinstance(argument, str):
            return self.condition(argument)
        if function in LOGIC and isinstance(argument, list):
            return LOGIC[function]([self.holds(part) for part in argument])
        subject, value = _compared(function, argument) or (_text(expression), True)
        return self.answers[subject] == value
