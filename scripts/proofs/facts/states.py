"""A definição de uma máquina de estados do Step Functions: as tarefas a que a execução pode chegar.

A definição pode ser um objeto (`Definition`), e então cada tarefa tem as suas linhas, ou um
texto JSON (`DefinitionString`). Só contam as tarefas a que se chega a partir de `StartAt`.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

DEPTH = 8
UNKNOWN = "?"
INTEGRATION = re.compile(r"arn:(?:aws[\w-]*|\$\{AWS::Partition\}):states:::(?P<sdk>aws-sdk:)?(?P<service>\w+):(?P<action>\w+)(?P<way>\.[\w:]+)?")
"""Uma tarefa que chama um serviço: a operação, e o modo de esperar por ela."""
KNOWN = ("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
"""O que uma definição diz no alto, e que não muda a que tarefas se chega."""


class Task(NamedTuple):
    """Uma tarefa a que a execução pode chegar: o que ela chama e com que argumentos, na chave `given`.

    `children` é o tipo das execuções filhas em que roda, se está dentro de um `Map` distribuído: `STANDARD`,
    `EXPRESS`, ou `UNKNOWN`, se não se sabe; vazio quando roda na própria execução.
    """

    name: str
    path: Path
    resource: str
    given: str
    arguments: dict[str, Any]
    written: bool
    children: str

    def line(self, *keys: str) -> Path:
        """O lugar de uma chave da tarefa; de uma definição em texto, o texto inteiro."""
        return (*self.path, *keys) if self.written else self.path

    def argument(self, name: str) -> str:
        """Um argumento escrito como texto; vazio quando não há, ou não é texto."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) else ""


def tasks(view: View, machine: Resource) -> Iterator[Task]:
    """As tarefas a que a execução pode chegar; nenhuma quando a definição não se lê."""
    body, where, written = definition(view, machine)
    for name, state, path, children in _walk(body, where, written):
        if state.get("Type") == "Task" and isinstance(state.get("Resource"), str):
            given = "Arguments" if "Arguments" in state else "Parameters"
            arguments = state.get(given)
            yield Task(name, path, state["Resource"], given, arguments if isinstance(arguments, dict) else {}, written, children)


def definition(view: View, machine: Resource) -> tuple[Any, Path, bool]:
    """A definição com as substituições feitas, o lugar dela, e se está escrita como objeto; nada, se não se lê."""
    substitutions = view.at(machine, "DefinitionSubstitutions")
    named = {str(name): item.value for name, item in view.parts(substitutions)} if substitutions else {}
    written, text = view.at(machine, "Definition"), view.at(machine, "DefinitionString")
    if written and isinstance(written.value, dict):
        return _substituted(written.value, named), written.path, True
    if text and isinstance(text.value, str):
        try:
            return _substituted(json.loads(text.value), named), _text_of(view, text), False
        except (ValueError, RecursionError):
            pass
    return None, (), False


def _text_of(view: View, text: Placed) -> Path:
    """O lugar do texto: dentro de `Fn::Sub`, sem as variáveis, que cada tarefa usa por si."""
    written = view.written(text)
    sub = written.get("Fn::Sub") if isinstance(written, dict) else None
    return text.path if sub is None else (*text.path, "Fn::Sub", *((0,) if isinstance(sub, list) else ()))


def states(view: View, machine: Resource) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Cada estado a que a execução pode chegar, com o nome e o lugar; os de dentro de um `Map` ou `Parallel` também."""
    yield from ((name, state, path) for name, state, path, _ in _walk(*definition(view, machine)))


def _walk(body: Any, path: Path, written: bool, depth: int = 0, children: str = "") -> Iterator[tuple[str, dict[str, Any], Path, str]]:
    """Cada estado a que se chega, com o lugar e o tipo das execuções filhas em que roda; depois dele, os de dentro dele."""
    known = body.get("States") if isinstance(body, dict) else None
    for name in reached(body.get("StartAt"), known) if isinstance(known, dict) and depth <= DEPTH else ():
        here = (*path, "States", name) if written else path
        yield name, known[name], here, children
        for inner, keys in inside(known[name]):
            yield from _walk(inner, (*here, *keys) if written else path, written, depth + 1, children or _children(inner))


def _substituted(node: Any, named: dict[str, Any]) -> Any:
    """A definição com cada `${Nome}` de `DefinitionSubstitutions` no lugar."""
    if isinstance(node, dict):
        return {key: _substituted(item, named) for key, item in node.items()}
    if isinstance(node, list):
        return [_substituted(item, named) for item in node]
    if isinstance(node, str):
        return re.sub(r"\$\u2060?\{(\w+)\}", lambda found: str(named.get(found[1], found[0])), node)
    return node


def _children(processor: Any) -> str:
    """O tipo das execuções filhas, se o `Map` abre uma por item; de um modo que não se conhece, `UNKNOWN`."""
    config = processor.get("ProcessorConfig", {}) if isinstance(processor, dict) else {}
    mode = config.get("Mode", "INLINE") if isinstance(config, dict) else UNKNOWN
    if mode == "INLINE":
        return ""
    kind = config.get("ExecutionType") if mode == "DISTRIBUTED" else UNKNOWN
    return kind if kind in ("STANDARD", "EXPRESS") else UNKNOWN


def inside(state: dict[str, Any]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """As máquinas de dentro de um estado `Parallel` ou `Map`."""
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else []):
        yield branch, ("Branches", index)
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            yield state[key], (key,)


def reached(start: Any, states: dict[str, Any]) -> list[str]:
    """Os estados deste nível a que se chega, do primeiro em diante."""
    found: list[str] = []
    pending = [start]
    while pending:
        name = pending.pop(0)
        if isinstance(name, str) and isinstance(states.get(name), dict) and name not in found:
            found.append(name)
            pending += _next(states[name])
    return found


def _next(state: dict[str, Any]) -> list[Any]:
    return [*following(state), *(catch.get("Next") for catch in dicts(state.get("Catch")))]


def following(state: dict[str, Any]) -> list[str]:
    """Os estados a que este passa quando não falha."""
    chosen = [choice.get("Next") for choice in dicts(state.get("Choices"))]
    return [name for name in (state.get("Next"), state.get("Default"), *chosen) if isinstance(name, str)]


def dicts(node: Any) -> list[dict[str, Any]]:
    """Os objetos de uma lista; nenhum, do que não é uma."""
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []
