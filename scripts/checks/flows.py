"""Por onde passa a execução de uma máquina de estados: a todo estado se chega, ela acaba depois de tudo, e toda falha é registrada.

Só se julga o que a própria definição decide, no primeiro nível.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from scripts.base.wording import listed
from scripts.checks.programs import Effect, programs
from scripts.proofs.facts.callees import asked_of
from scripts.proofs.facts.returns import branches
from scripts.proofs.facts.states import definition, dicts, following, reached
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

ENDINGS = ("Succeed", "Fail")


class Flow(NamedTuple):
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
        yield from _unfinished(flow)
        yield from _misnamed(flow)
    yield from _unrecorded(flow)
    if known and not any(known[name].get("End") is True or known[name].get("Type") == "Succeed" for name in _main(flow)):
        yield flow.line(flow.start), f"nenhuma execução de `{machine.id}` acaba bem: todo caminho leva a um `Fail`; acabe um deles com `End: true`."


def _misnamed(flow: Flow) -> Iterator[Effect]:
    """O texto fixo que uma tarefa manda a uma função do template, o código conhece: é um dos ramos dela, se ela escolhe por ele."""
    sources = programs(flow.view)
    for name, state in flow.states.items():
        asked = asked_of(flow.view, state.get("Resource"), state.get("Parameters", state.get("Arguments"))) if state.get("Type") == "Task" else None
        for key, value in asked[1].items() if asked else ():
            fixed = isinstance(value, str) and not str(key).endswith(".$") and re.fullmatch(r"[\w-]+", value)
            known = branches(str(flow.view.value(asked[0], "Code", "ZipFile")), str(key)) if fixed and asked else frozenset()
            if fixed and asked and known and value not in known:
                yield flow.line(name), (f"o estado `{name}` manda `{key}: {value}`, e `{asked[0].id}` não conhece `{value}`: o código só tem "
                                        f"{listed([*map('`{}`'.format, sorted(known))])}; use um deles.")
            elif fixed and not known and sources and not any(f'"{value}"' in source or f"'{value}'" in source for source in sources):
                yield flow.line(name), (f"o estado `{name}` manda `{key}: {value}`, e nenhum programa do template conhece `{value}`; use o que o "
                                        "código espera.")


def _unfinished(flow: Flow) -> Iterator[Effect]:
    """Dois ramos de uma escolha deixam o resultado no mesmo campo, e só um segue: o outro acaba antes do que vem depois."""
    for state in flow.states.values():
        branches = {name: flow.states[name] for name in following(state) if name in flow.states} if state.get("Type") == "Choice" else {}
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
            pending += following(flow.states[name])
    return found


def _handler(flow: Flow, state: dict[str, Any]) -> str:
    """Quem recebe uma falha qualquer da tarefa; vazio, se ninguém."""
    return next((str(catch.get("Next")) for catch in dicts(state.get("Catch"))
                 if isinstance(caught := catch.get("ErrorEquals"), list) and "States.ALL" in caught and str(catch.get("Next")) in flow.states), "")
