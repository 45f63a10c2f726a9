"""O que a entrada de cada estado de uma máquina traz: os campos que um anterior deixou, e o que tomou o lugar de tudo.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scripts.aws.types import FUNCTION
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.states import dicts, following, inside
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

READ = re.compile(r"(?<!\$)\$(?:states\.input)?\.(\w+)(?:\.(\w+))?")
BRACKET = re.compile(r"\[(['\"])(\w+)\1\]")
ALONE = re.compile(r"\{%\s*(\$states\.input[.\w]*)\s*%\}")
WHOLE = re.compile(r"\{%\s*\$states\.(input|result)\s*%\}")
JSONATA, SIGNAL = "JSONata", ".waitForTaskToken"
RESULTING = ("Task", "Pass", "Map", "Parallel")
ERROR, COMPUTED, EMPTY, PAYLOAD = "error", "computed", "empty", "Payload"


class Origin(NamedTuple):
    """De onde vem um objeto: da execução, sem `state`; do que um estado devolve, ou da parte dele que `part` diz."""

    state: str = ""
    part: str = ""


Carried = Mapping[Origin, Mapping[str, frozenset[Origin]]]
"""De cada objeto que pode ser a entrada de um estado, os campos que se lhe puseram, e de onde veio o valor de cada um."""


@dataclass(frozen=True)
class Machine:
    """Todos os estados a que se chega, os de dentro também, e a linguagem dos que não dizem outra."""

    view: View
    start: str
    language: str
    states: dict[str, dict[str, Any]]

    def jsonata(self, state: dict[str, Any]) -> bool:
        """O estado se escreve em `JSONata`."""
        return state.get("QueryLanguage", self.language) == JSONATA


def function_of(machine: Machine, state: dict[str, Any], payload: bool = False) -> Resource | None:
    """A função do template que a tarefa chama, se o resultado é o que ela devolve: pelo ARN, ou, `payload`, por `lambda:invoke`."""
    given = state.get("Parameters", state.get("Arguments"))
    named = given.get("FunctionName") if payload and isinstance(given, dict) else state.get("Resource")
    found = callee(machine.view, str(named)) if state.get("Type") == "Task" else None
    return found.function if found and found.function.type == FUNCTION else None


def reads(machine: Machine, state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Os campos da entrada que o estado lê; os que uma escolha só pergunta se existem não contam."""
    if machine.jsonata(state):
        texts = [found for text in _leaves({key: item for key, item in state.items() if key not in INNER}) for found in ALONE.findall(text)]
    else:
        whole = state.get("InputPath", "$") == "$"
        own = {key: item for key, item in state.items() if key in COMPUTING or key.endswith("Path") and key not in FILTERS}
        texts = [state.get("InputPath"), *_paths(own if whole else {})]
    asked = {test.get("Variable") for test in _tests(state.get("Choices")) if "IsPresent" in test}
    for text in texts:
        if isinstance(text, str) and text not in asked:
            yield from READ.findall(BRACKET.sub(r".\2", text))


INNER = ("Branches", "ItemProcessor", "Iterator")
COMPUTING = ("Choices", "Parameters", "ItemSelector", "Assign", "Credentials")
FILTERS = ("InputPath", "OutputPath", "ResultPath")


def _tests(node: Any) -> Iterator[dict[str, Any]]:
    for item in node if isinstance(node, list) else [node] if isinstance(node, dict) else []:
        if isinstance(item, dict):
            yield item
            for key in ("And", "Or", "Not"):
                yield from _tests(item.get(key))


def _leaves(node: Any) -> Iterator[str]:
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _leaves(item)
    if isinstance(node, str):
        yield node


def _paths(node: Any, computed: bool = True) -> list[str]:
    """Os caminhos: de um objeto, o valor das chaves que acabam em `.$`, e as que uma escolha compara."""
    if isinstance(node, dict):
        return [text for key, item in node.items()
                for text in _paths(item, str(key).endswith((".$", "Path", "Variable")) or not isinstance(item, str))]
    if isinstance(node, list):
        return [text for item in node for text in _paths(item, computed)]
    return [node] if isinstance(node, str) and computed else []


def arrived(machine: Machine) -> dict[str, Carried]:
    """O que pode ser a entrada de cada estado. De cada objeto, o que todos os caminhos lhe põem é o que fica."""
    found: dict[str, Carried] = {machine.start: {Origin(): {}}}
    pending = [machine.start] if machine.start in machine.states else []
    while pending:
        name = pending.pop(0)
        for after, carried in _edges(machine, name, found[name]):
            joined = _joined(found.get(after, {}), carried)
            if after in machine.states and joined != found.get(after):
                found[after] = joined
                pending.append(after)
    return found


def _joined(one: Carried, other: Carried) -> Carried:
    both = {**other, **one}
    for origin in one.keys() & other.keys():
        both[origin] = {name: one[origin][name] | other[origin][name] for name in one[origin].keys() & other[origin].keys()}
    return both


def _edges(machine: Machine, name: str, before: Carried) -> Iterator[tuple[str, Carried]]:
    """Cada estado seguinte, e o que este lhe deixa."""
    state = machine.states[name]
    written = _written if machine.jsonata(state) else _filtered
    usual = written(machine, name, state, before)
    yield from ((after, usual) for after in following(state))
    for catch in dicts(state.get("Catch")):
        error = Origin(name, ERROR)
        after = _said(catch.get("Output"), before, error) if machine.jsonata(state) else _after(before, catch.get("ResultPath", "$"), error)
        yield str(catch.get("Next")), after
    for inner, keys in inside(state):
        start = str(inner.get("StartAt")) if isinstance(inner, dict) else ""
        yield start, _given(state, name, before, keys[0] == "Branches")


def _given(state: dict[str, Any], name: str, before: Carried, parallel: bool) -> Carried:
    """O que recebe uma máquina de dentro: um ramo, a entrada inteira ou o que se escolhe dela; um item, o que se escolhe, ou não se sabe."""
    chosen = state.get("ItemSelector", state.get("Parameters", state.get("Arguments")))
    if isinstance(chosen, dict):
        return {Origin(name, COMPUTED): {str(key).removesuffix(".$"): frozenset() for key in chosen}}
    return before if parallel and chosen is None and state.get("InputPath", "$") == "$" else {Origin(name, COMPUTED): {}}


def _filtered(machine: Machine, name: str, state: dict[str, Any], before: Carried) -> Carried:
    """O que um estado em JSONPath deixa, depois de `InputPath`, `ResultPath` e `OutputPath`."""
    usual, shown, out = before, state.get("InputPath", "$"), state.get("OutputPath", "$")
    if state.get("Type") in RESULTING:
        same = state.get("Type") == "Pass" and not {"Result", "Parameters"} & state.keys()  # o resultado é a própria entrada
        path = state.get("ResultPath", "$")
        if not (same and shown == "$" and path == "$"):
            usual = _after(before, path, Origin(name, COMPUTED if same else ""))
    elif shown != "$":
        usual = {Origin(name, EMPTY if shown is None else COMPUTED): {}}
    if out == "$":
        return usual
    if out is None:
        return {Origin(name, EMPTY): {}}
    kept = READ.fullmatch(str(out))
    makers = frozenset().union(*(fields.get(kept[1], frozenset()) for fields in usual.values())) if kept and not kept[2] else frozenset()
    if kept and makers and all(kept[1] in fields for fields in usual.values()):
        return {maker: {} for maker in makers}
    paid = out == f"$.{PAYLOAD}" and set(usual) == {Origin(name)} and function_of(machine, state, payload=True)
    return {Origin(name, PAYLOAD if paid else COMPUTED): {}}


def _after(before: Carried, path: Any, origin: Origin) -> Carried:
    """A entrada com o resultado no campo dele; ou o resultado, se ele toma o lugar de tudo."""
    found = READ.match(BRACKET.sub(r".\2", path)) if isinstance(path, str) else None
    if path is None:
        return before
    if found is None:
        return {origin: {}}
    value = frozenset({Origin(origin.state, COMPUTED) if found[2] else origin})
    return {base: {**fields, found[1]: value} for base, fields in before.items()}


def _written(machine: Machine, name: str, state: dict[str, Any], before: Carried) -> Carried:
    """O que um estado em JSONata deixa: `Output`, ou o resultado, ou a própria entrada."""
    result = state.get("Type") in ("Task", "Map", "Parallel")
    return _said(state.get("Output"), before, Origin(name)) if "Output" in state or result else before


def _said(output: Any, before: Carried, result: Origin) -> Carried:
    """O que `Output` diz; sem ele, o resultado."""
    if isinstance(output, dict):
        return {Origin(result.state, EMPTY): {str(key): frozenset({Origin(result.state, COMPUTED)}) for key in output}}
    whole = WHOLE.fullmatch(output) if isinstance(output, str) else None
    if whole and whole[1] == "input":
        return before
    return {result: {}} if whole or output is None else {Origin(result.state, COMPUTED): {}}
