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
    yield from _unrecorded(flow)


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
            if kept is not None and first not in kept and not any(writes(source, first) for source in sources):
                yield flow.line(name), (f"o estado `{name}` lê `$.{first}`, que nenhum estado antes dele deixa em `ResultPath`, nem quem inicia "
                                        f"`{flow.machine.id}` manda: a execução falha aí; use o mesmo caminho nos dois.")
            elif second and _from_function(flow, first) and not any(writes(source, second) for source in sources):
                yield flow.line(name), (f"o estado `{name}` lê `$.{first}.{second}`, que nenhum programa do template devolve; use o nome que o "
                                        "código dá.")


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


def _left(flow: Flow) -> dict[str, frozenset[str] | None]:
    """O que há com certeza na entrada de cada estado, além da entrada da execução; `None`, se não se sabe.

    Por cada caminho até ele: o que os dois deixam é o que fica.
    """
    found: dict[str, frozenset[str] | None] = {flow.start: frozenset()}
    pending = [flow.start]
    while pending:
        name = pending.pop(0)
        for following, added in _edges(flow.states[name]):
            before = found[name]
            after = None if added is None or before is None else before | added
            if following not in flow.states:
                continue
            joined = after if following not in found else _joined(found[following], after)
            if following not in found or joined != found[following]:
                found[following] = joined
                pending.append(following)
    return found


def _joined(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one & other


def _edges(state: dict[str, Any]) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Cada estado seguinte, e o que este deixa a mais para ele."""
    usual: frozenset[str] | None = frozenset()
    if state.get("Type") in ("Task", "Pass", "Map", "Parallel"):
        usual = _kept(state.get("ResultPath", "$")) if state.get("OutputPath", "$") == "$" else None
    elif state.get("InputPath", "$") != "$" or state.get("OutputPath", "$") != "$":
        usual = None
    yield from ((name, usual) for name in _following(state))
    for catch in _dicts(state.get("Catch")):
        yield str(catch.get("Next")), _kept(catch.get("ResultPath", "$"))


def _kept(path: Any) -> frozenset[str] | None:
    """O campo em que o resultado entra; `None`, se ele toma o lugar de tudo."""
    found = READ.match(path) if isinstance(path, str) else None
    return frozenset() if path is None else frozenset({found[1]}) if found else None


def _following(state: dict[str, Any]) -> list[str]:
    """Os estados a que este passa quando não falha."""
    chosen = [choice.get("Next") for choice in _dicts(state.get("Choices"))]
    return [name for name in (state.get("Next"), state.get("Default"), *chosen) if isinstance(name, str)]


def _dicts(node: Any) -> list[dict[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _from_function(flow: Flow, field: str) -> bool:
    """Só funções do template deixam o resultado inteiro nesse campo."""
    makers = [state for state in flow.states.values() if _kept(state.get("ResultPath", "$")) == {field}]
    return bool(makers) and all("ResultSelector" not in state and (called := callee(flow.view, str(state.get("Resource")))) is not None
                                and called.function is not None and called.function.type == FUNCTION for state in makers)


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
                 if "States.ALL" in catch.get("ErrorEquals", ()) and catch.get("Next") in flow.states), "")
