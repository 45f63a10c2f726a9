"""Por onde passa a execução de uma máquina de estados: o que um estado lê, um anterior deixou; e toda falha é registrada.

Só se julga o que a própria definição decide, em JSONPath e no primeiro nível: de dentro de um `Map`, a entrada é o item.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.aws.types import FUNCTION
from scripts.checks.programs import Effect, programs, writes
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.states import definition, reached
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

READ = re.compile(r"(?<!\$)\$\.(\w+)(?:\.(\w+))?")
STARTED = re.compile(r"\bstart(?:_sync)?_execution\b|\bStart(?:Sync)?Execution")
ENDINGS = ("Succeed", "Fail")


@dataclass(frozen=True)
class Flow:
    """Os estados do primeiro nível a que se chega, e onde a definição está."""

    view: View
    machine: Resource
    start: str
    states: dict[str, dict[str, Any]]
    path: Path
    written: bool

    def line(self, name: str, *keys: str | int) -> Path:
        """O lugar de um estado; de uma definição em texto, o texto inteiro."""
        return (*self.path, "States", name, *keys) if self.written else self.path


@dataclass(frozen=True)
class Left:
    """Os campos da entrada de um estado; `open`, se os que a execução ou uma função mandou também estão nela."""

    fields: frozenset[str]
    open: bool


ERROR = Left(frozenset({"Error", "Cause"}), False)


def flawed(view: View, machine: Resource) -> Iterator[Effect]:
    """O que impede a execução de fazer o que a definição desenha."""
    body, path, written = definition(view, machine)
    states = body.get("States") if isinstance(body, dict) else None
    if not isinstance(states, dict):
        return
    known = {name: states[name] for name in reached(body.get("StartAt"), states)}
    flow = Flow(view, machine, str(body.get("StartAt")), known, path, written)
    for name in states.keys() - known.keys():
        yield flow.line(name), f"nada leva ao estado `{name}` de `{machine.id}`, e o Step Functions o recusa; ligue-o, ou tire-o."
    if body.get("QueryLanguage") != "JSONata":
        yield from _unmade(flow)
        yield from _unfinished(flow)
        yield from _misnamed(flow)
    yield from _unrecorded(flow)
    if known and not any(known[name].get("End") is True or known[name].get("Type") == "Succeed" for name in _main(flow)):
        yield flow.line(flow.start), f"nenhuma execução de `{machine.id}` acaba bem: todo caminho leva a um `Fail`; acabe um deles com `End: true`."


def _unmade(flow: Flow) -> Iterator[Effect]:
    """O que um estado lê e nenhum anterior, nem quem inicia a execução, deixou.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
    """
    sources = programs(flow.view)
    if not any(STARTED.search(source) for source in sources):
        return  # quem a inicia não está no template: a entrada pode ter qualquer campo
    left = _left(flow)
    for name, state in flow.states.items():
        for first, second in dict.fromkeys(_read(state)):
            kept = left.get(name)
            if kept and first not in kept.fields and not (kept.open and any(writes(source, first) for source in sources)):
                yield flow.line(name), (f"o estado `{name}` lê `$.{first}`, que nenhum estado antes dele deixa em `ResultPath`, nem quem inicia "
                                        f"`{flow.machine.id}` manda: a execução falha aí; use o mesmo caminho nos dois.")
            elif second and _unselected(flow, first, second):
                yield flow.line(name), f"o estado `{name}` lê `$.{first}.{second}`, e `ResultSelector` não o deixa em `$.{first}`; use o mesmo nome."
            elif second and _from_function(flow, first) and not any(writes(source, second) for source in sources):
                yield flow.line(name), (f"o estado `{name}` lê `$.{first}.{second}`, que nenhum programa do template devolve; use o nome que o "
                                        "código dá.")


def _misnamed(flow: Flow) -> Iterator[Effect]:
    """O texto fixo que uma tarefa manda a uma função do template, o código conhece."""
    sources = programs(flow.view)
    for name, state in flow.states.items():
        given = state.get("Parameters") if _calls_function(flow, state) else None
        for key, value in given.items() if isinstance(given, dict) else ():
            fixed = isinstance(value, str) and not str(key).endswith(".$") and re.fullmatch(r"[\w-]+", value)
            if fixed and sources and not any(f'"{value}"' in source or f"'{value}'" in source for source in sources):
                yield flow.line(name), (f"o estado `{name}` manda `{key}: {value}`, e nenhum programa do template conhece `{value}`; use o que o "
                                        "código espera.")


def _read(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Os campos da entrada que o estado lê."""
    whole = state.get("InputPath", "$") == "$"
    texts = [state.get("InputPath"), *_texts([state.get("Choices"), state.get("ItemsPath")] if whole else [])]
    texts += _texts([state.get("Parameters")]) if whole and state.get("Type") != "Map" else []
    for text in texts:
        yield from READ.findall(text) if isinstance(text, str) else ()


def _texts(node: Any, computed: bool = True) -> list[str]:
    """Os caminhos: de um objeto, o valor das chaves que acabam em `.$`, e as que uma escolha compara."""
    if isinstance(node, dict):
        return [text for key, item in node.items()
                for text in _texts(item, str(key).endswith((".$", "Path", "Variable")) or not isinstance(item, str))]
    if isinstance(node, list):
        return [text for item in node for text in _texts(item, computed)]
    return [node] if isinstance(node, str) and computed else []


def _left(flow: Flow) -> dict[str, Left | None]:
    """O que há com certeza na entrada de cada estado; `None`, se não se sabe. Por cada caminho até ele: o que todos deixam é o que fica."""
    found: dict[str, Left | None] = {flow.start: Left(frozenset(), True)}
    pending = [flow.start] if flow.start in flow.states else []
    while pending:
        name = pending.pop(0)
        for following, after in _edges(flow, flow.states[name], found[name]):
            if following not in flow.states:
                continue
            joined = after if following not in found else _joined(found[following], after)
            if following not in found or joined != found[following]:
                found[following] = joined
                pending.append(following)
    return found


def _joined(one: Left | None, other: Left | None) -> Left | None:
    return None if one is None or other is None else Left(one.fields & other.fields, one.open and other.open)


def _edges(flow: Flow, state: dict[str, Any], before: Left | None) -> Iterator[tuple[str, Left | None]]:
    """Cada estado seguinte, e o que este lhe deixa."""
    usual = before
    if state.get("Type") in ("Task", "Pass", "Map", "Parallel"):
        usual = _after(before, state.get("ResultPath", "$"), Left(frozenset(), True) if _calls_function(flow, state) else None)
    if state.get("OutputPath", "$") != "$" or state.get("InputPath", "$") != "$" and state.get("Type") not in ("Task", "Map", "Parallel"):
        usual = None
    yield from ((name, usual) for name in _following(state))
    for catch in _dicts(state.get("Catch")):
        yield str(catch.get("Next")), _after(before, catch.get("ResultPath", "$"), ERROR)


def _after(before: Left | None, path: Any, instead: Left | None) -> Left | None:
    """A entrada com o resultado no campo dele; ou o resultado, se ele toma o lugar de tudo."""
    if path is None:
        return before
    found = READ.match(path) if isinstance(path, str) else None
    return instead if found is None else before and Left(before.fields | {found[1]}, before.open)


def _following(state: dict[str, Any]) -> list[str]:
    """Os estados a que este passa quando não falha."""
    chosen = [choice.get("Next") for choice in _dicts(state.get("Choices"))]
    return [name for name in (state.get("Next"), state.get("Default"), *chosen) if isinstance(name, str)]


def _dicts(node: Any) -> list[dict[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _makers(flow: Flow, field: str) -> list[dict[str, Any]]:
    """Os estados que deixam o resultado nesse campo."""
    return [state for state in flow.states.values() if (found := READ.match(str(state.get("ResultPath")))) and found[1] == field]


def _unselected(flow: Flow, field: str, name: str) -> bool:
    """Quem deixa o resultado nesse campo escolhe o que guarda, e não escolhe isto."""
    makers = _makers(flow, field)
    chosen = [state.get("ResultSelector") for state in makers]
    return bool(makers) and all(isinstance(each, dict) and not {name, f"{name}.$"} & each.keys() for each in chosen)


def _from_function(flow: Flow, field: str) -> bool:
    """Só funções do template deixam o resultado inteiro nesse campo."""
    makers = _makers(flow, field)
    return bool(makers) and all("ResultSelector" not in state and _calls_function(flow, state) for state in makers)


def _calls_function(flow: Flow, state: dict[str, Any]) -> bool:
    """A tarefa é uma função do template, e o resultado é o que ela devolve."""
    called = callee(flow.view, str(state.get("Resource"))) if state.get("Type") == "Task" else None
    return called is not None and called.function is not None and called.function.type == FUNCTION


def _unfinished(flow: Flow) -> Iterator[Effect]:
    """Dois ramos de uma escolha deixam o resultado no mesmo campo, e só um segue: o outro acaba antes do que vem depois."""
    for state in flow.states.values():
        branches = {name: flow.states[name] for name in _following(state) if name in flow.states} if state.get("Type") == "Choice" else {}
        going = {str(each.get("ResultPath")) for each in branches.values() if "Next" in each and "ResultPath" in each}
        for name, each in branches.items():
            if each.get("End") is True and str(each.get("ResultPath")) in going:
                after = next(str(other["Next"]) for other in branches.values() if "Next" in other and other.get("ResultPath") == each["ResultPath"])
                yield flow.line(name), (f"a execução acaba em `{name}`, que deixa o resultado em `{each['ResultPath']}` como o outro ramo, e não "
                                        f"passa por `{after}`; use `Next: {after}`.")


def _unrecorded(flow: Flow) -> Iterator[Effect]:
    """A falha de uma tarefa vai direto ao fim, e a das outras passa por uma tarefa que a registra."""
    main = _main(flow)
    handlers = {name: _handler(flow, state) for name, state in flow.states.items() if name in main and state.get("Type") == "Task"}
    votes = Counter(handler for handler in handlers.values() if handler and flow.states[handler].get("Type") not in ENDINGS)
    usual, count = votes.most_common(1)[0] if votes else ("", 0)
    for name, handler in handlers.items() if count > 1 else ():
        if not handler or flow.states[handler].get("Type") in ENDINGS:
            yield flow.line(name), (f"uma falha qualquer em `{name}` não passa por `{usual}`, que registra a das outras tarefas; dê-lhe um `Catch` "
                                    f"de `States.ALL` com `Next: {usual}`.")


def _main(flow: Flow) -> set[str]:
    """Os estados a que se chega sem falha."""
    found: set[str] = set()
    pending = [flow.start]
    while pending:
        name = pending.pop()
        if name in flow.states and name not in found:
            found.add(name)
            pending += _following(flow.states[name])
    return found


def _handler(flow: Flow, state: dict[str, Any]) -> str:
    """Quem recebe uma falha qualquer da tarefa; vazio, se ninguém."""
    return next((str(catch.get("Next")) for catch in _dicts(state.get("Catch"))
                 if isinstance(caught := catch.get("ErrorEquals"), list) and "States.ALL" in caught and str(catch.get("Next")) in flow.states), "")
