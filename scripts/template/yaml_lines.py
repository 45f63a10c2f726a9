"""YAML de CloudFormation em listas, objetos e escalares, com a linha de cada um.

Lê eventos, não objetos: um alias é recusado antes de ser expandido e a profundidade tem
limite, então um arquivo hostil custa o mesmo que um honesto. Como o CloudFormation, recusa
aliases, `<<` e as etiquetas binary, omap, pairs, set e timestamp do YAML 1.1 (guia do
usuário, "CloudFormation template format"), e lê datas como texto. Etiquetas curtas viram a
forma longa: `!GetAtt A.B` é `{"Fn::GetAtt": ["A", "B"]}`. Chaves são sempre texto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import yaml

from scripts.base.findings import Defect, Finding
from scripts.base.source import LOADER

Key = str | int
BITS = 64
"""Inteiros maiores ficam texto: o Python se recusa a escrever os enormes, e nada na AWS os aceita."""

DEEPEST = 100
CORE = "tag:yaml.org,2002:"
FUNCTIONS = {f"!{name}": f"Fn::{name}" for name in (
    "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals",
    "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length",
    "Not", "Or", "RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf",
    "ValueOfAll",
)} | {"!Ref": "Ref", "!Condition": "Condition"}
PLAIN_TAGS = {None, "!"} | {CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq")}


class Composer:
    """Monta os dados a partir dos eventos do YAML e anota em `lines` a linha de cada caminho.

    `reader` é quem lê o arquivo, e recusa o que aqui se recusa; `functions`, as etiquetas curtas que ele entende.
    """

    reader = "O CloudFormation"
    functions: Mapping[str, str] = FUNCTIONS

    def __init__(self, text: str, name: str):
        self.text = text
        self.name = name
        self.lines: dict[tuple[Key, ...], int] = {}
        self.problems: list[Finding] = []

    def document(self) -> Any:
        """O documento, que é um só. Erro: `Defect`."""
        return next(iter(self._documents(lambda number: ())), None)

    def documents(self) -> list[Any]:
        """Todos os documentos; o caminho de cada coisa começa pela posição do seu. Erro: `Defect`."""
        return self._documents(lambda number: (number,))

    def _documents(self, root: Callable[[int], tuple[Key, ...]]) -> list[Any]:
        found: list[Any] = []
        try:
            self.events = yaml.parse(self.text, LOADER)
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if found and not root(0):
                        self._stop(event, "yaml-invalido", "Há mais de um documento no arquivo; deixe um só, sem outro `---`.")
                    found.append(self._value(next(self.events), root(len(found))))
        except yaml.YAMLError as error:
            raise Defect(*self.problems, self._syntax(error)) from None
        if self.problems:
            raise Defect(*self.problems)
        return found

    def _value(self, event: yaml.Event, path: tuple[Key, ...]) -> Any:
        """O valor que começa neste evento, com as etiquetas curtas na forma longa."""
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            mark = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else f"&{event.anchor}"
            self._stop(event, "yaml-com-aliases",
                       f"{self.reader} não aceita âncoras e aliases (`{mark}`); repita o valor.")
        if len(path) > DEEPEST:
            self._stop(event, "yaml-invalido", f"O aninhamento passa de {DEEPEST} níveis; simplifique o template.")
        function = self.functions.get(event.tag)
        inner = (*path, function) if function else path
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(inner)
        else:
            value = self._mapping(inner)
        if function is None:
            self._check_tag(event)
            return value
        self.lines[inner] = event.start_mark.line + 1
        return {function: value.split(".", 1) if function == "Fn::GetAtt" and isinstance(value, str) else value}

    def _sequence(self, path: tuple[Key, ...]) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self.lines[here] = event.start_mark.line + 1
            items.append(self._value(event, here))
        return items

    def _mapping(self, path: tuple[Key, ...]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            here = (*path, key)
            line = event.start_mark.line + 1
            if key in entries:
                self._problem(event, "chave-repetida",
                              f"A chave `{key}` repete a da linha {self.lines[here]}; deixe uma só.")
            self.lines.setdefault(here, line)
            entries[key] = self._value(next(self.events), here)
        return entries

    def _key(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or (
                isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style):
            self._stop(event, "yaml-com-aliases",
                       f"{self.reader} não aceita âncoras, aliases nem `<<`; repita as chaves.")
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "yaml-invalido",
                       "Uma chave precisa ser um texto simples; ponha o objeto ou a lista no valor.")
        return event.value

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        """O tipo do YAML 1.1; datas ficam texto (`2010-09-09`), e número que não cabe também."""
        value, tag = event.value, event.tag
        if tag and tag.startswith(CORE):
            kind = tag
        elif event.style or tag:
            return value
        else:
            resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(value[:1], ())
            kind = next((kind for kind, pattern in resolvers if pattern.match(value)), "")
        construct = CONSTRUCTORS.get(kind)
        try:
            found = construct(yaml.ScalarNode(kind, value)) if construct else value
            return value if isinstance(found, int) and found.bit_length() > BITS else found
        except (ValueError, KeyError, IndexError):
            return value

    def _check_tag(self, event: yaml.Event) -> None:
        if event.tag not in PLAIN_TAGS:
            shown = event.tag.replace(CORE, "!!")
            self._problem(event, "etiqueta-desconhecida",
                          f"{self.reader} não conhece a etiqueta `{shown}`; {'use uma função dele, como `!Ref`' if self.functions else 'tire-a'}.")

    def _problem(self, event: yaml.Event, code: str, message: str) -> None:
        self.problems.append(Finding(self.name, event.start_mark.line + 1, code, message))

    def _stop(self, event: yaml.Event, code: str, message: str) -> NoReturn:
        self._problem(event, code, message)
        raise Defect(*self.problems)

    def _syntax(self, error: yaml.YAMLError) -> Finding:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark:
            line, problem = mark.line + 1, getattr(error, "problem", None) or "erro de sintaxe"
        else:
            # Caractere proibido: só a implementação em Python diz a posição em caracteres.
            character = getattr(error, "character", "")
            at = self.text.find(chr(character) if isinstance(character, int) else str(character))
            line, problem = self.text.count("\n", 0, max(at, 0)) + 1, "caractere proibido"
        tab = "\t" in self.text.split("\n")[line - 1][:1] if line <= self.text.count("\n") + 1 else False
        hint = "troque a tabulação por espaços" if tab else "confira o recuo, as aspas e os dois-pontos perto daqui"
        return Finding(self.name, line, "yaml-invalido", f"O YAML não se lê nesta linha ({problem}); {hint}.")


_constructor = yaml.constructor.SafeConstructor()
CONSTRUCTORS = {
    CORE + "null": lambda node: None,
    CORE + "bool": _constructor.construct_yaml_bool,
    CORE + "int": _constructor.construct_yaml_int,
    CORE + "float": _constructor.construct_yaml_float,
}
