"""O que um estado lê, um anterior deixou: sem `ResultPath`, o resultado substitui a entrada, e o que ele não tem se perde.

O que uma função devolve, diz o código dela; o que um serviço devolve, a AWS. Do que não se sabe, nada se lê.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.aws.responses import answered
from scripts.checks import arriving
from scripts.checks.arriving import COMPUTED, EMPTY, ERROR, PAYLOAD, Carried, Origin, arrived, function_of, reads
from scripts.checks.programs import Effect, programs, writes
from scripts.proofs.facts.code import parsed
from scripts.proofs.facts.returns import Returned, returned
from scripts.proofs.facts.states import INTEGRATION, definition, states
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

STARTED = re.compile(r"\bstart(?:_sync)?_execution\b|\bStart(?:Sync)?Execution")
SIGNAL = ".waitForTaskToken"


@dataclass(frozen=True)
class Machine(arriving.Machine):
    """A máquina, o lugar de cada estado dela e o texto dos programas do template."""

    resource: Resource
    places: dict[str, Path]
    sources: list[str]

    @property
    def started(self) -> bool:
        """Um programa do template inicia as execuções: o que elas recebem é o que ele escreve."""
        return any("tart" in source and STARTED.search(source) for source in self.sources)


def unmade(view: View, resource: Resource) -> Iterator[Effect]:
    """O que um estado lê e nenhum anterior, nem quem inicia a execução, deixou: um achado por causa."""
    body, _, _ = definition(view, resource)
    every = list(states(view, resource)) if isinstance(body, dict) else []
    if not every:
        return
    machine = Machine(view, str(body.get("StartAt")), str(body.get("QueryLanguage", "")), {name: state for name, state, _ in every},
                      resource, {name: path for name, _, path in every}, programs(view))
    entries = arrived(machine)
    told: set[object] = set()
    for name, state, path in every:
        for first, second in dict.fromkeys(reads(machine, state)):
            for cause, where, message in _absent(machine, entries.get(name, {}), name, first, second):
                if cause not in told:
                    told.add(cause)
                    yield machine.places.get(where, path), message


def _absent(machine: Machine, carried: Carried, name: str, first: str, second: str) -> Iterator[tuple[object, str, str]]:
    """O que falta para este estado ler isto: a causa, o estado em que se corrige e o que dizer."""
    who = f"o estado `{name}` lê `$.{first}"
    for origin, fields in carried.items():
        if first not in fields and not _gives(machine, origin, first):
            if origin.part == COMPUTED or not origin.state:
                yield (name, first), name, (f"{who}`, que nenhum estado antes dele deixa em `ResultPath`, nem quem inicia "
                                            f"`{machine.resource.id}` manda: a execução falha aí; use o mesmo caminho nos dois.")
            else:
                yield origin, origin.state, f"{who}`, que se perde em `{origin.state}`: {_lost(machine, origin, first)}."
        for maker in fields.get(first, ()) if second else ():
            if not _gives(machine, maker, second):
                yield (name, first, second), name, f"{who}.{second}`, {_unsaid(machine, maker, first)}."


def _lost(machine: Machine, origin: Origin, name: str) -> str:
    """Por que o campo não está no que tomou o lugar da entrada, e o que fazer."""
    state = machine.states[origin.state]
    if origin.part == ERROR:
        return (f"o `Catch` põe o erro no lugar de toda a entrada, e nele não há `{name}`; guarde o erro num campo, com `ResultPath: $.erro` no "
                "`Catch`")
    if origin.part == EMPTY:
        return f"ele não deixa passar nada, e não há `{name}`; tire `null` de `InputPath` ou de `OutputPath`"
    if machine.jsonata(state):
        return f"sem o campo em `Output`, o que sai dele não tem `{name}`; ponha-o em `Output`, como `{{% $states.input.{name} %}}`"
    if "OutputPath" in state:
        return f"`OutputPath` só deixa passar `{state['OutputPath']}`, e nele não há `{name}`; tire-o, ou leia o que ele deixa"
    why = f"e nele não há `{name}`" if _known(machine, origin.state) else f"e não se sabe se nele há `{name}`"
    return (f"sem `ResultPath`, o resultado toma o lugar de toda a entrada, {why}; guarde-o num campo, como `ResultPath: $.resultado`"
            f"{'' if _known(machine, origin.state) else ', ou, se ele o tem, diga-o em `ResultSelector`'}")


def _unsaid(machine: Machine, maker: Origin, first: str) -> str:
    """Por que o valor de um campo não tem o que se lê dele."""
    state = machine.states.get(maker.state, {})
    if "ResultSelector" in state and not maker.part:
        return f"e `ResultSelector` não o deixa em `$.{first}`; use o mesmo nome"
    if function_of(machine, state) and not maker.part:
        return "que nenhum programa do template devolve; use o nome que o código dá"
    return f"que não está no que `{maker.state}` deixa em `$.{first}`; use um campo que ele dá"


def _known(machine: Machine, name: str) -> bool:
    """Do resultado deste estado se sabem todos os campos."""
    state = machine.states[name]
    function = function_of(machine, state)
    return "ResultSelector" in state or state.get("Type") != "Task" or (
        _returned(machine, state, function).whole if function else INTEGRATION.fullmatch(str(state.get("Resource"))) is not None)


def _gives(machine: Machine, origin: Origin, name: str) -> bool:
    """O objeto que vem dali pode ter esse campo."""
    if origin.part == ERROR:
        return name in ("Error", "Cause")
    if origin.part == EMPTY:
        return False
    if origin.part == COMPUTED or not origin.state:
        return not machine.started or any(writes(source, name) for source in machine.sources)
    state = machine.states[origin.state]
    selected = state.get("ResultSelector")
    if isinstance(selected, dict) and not origin.part:
        return bool({name, f"{name}.$"} & selected.keys())
    if state.get("Type") == "Pass":
        fixed = state.get("Result", state.get("Parameters"))
        return bool({name, f"{name}.$"} & fixed.keys()) if isinstance(fixed, dict) else "Result" not in state
    return state.get("Type") == "Task" and _answers(machine, state, origin, name)


def _answers(machine: Machine, state: dict[str, Any], origin: Origin, name: str) -> bool:
    """A tarefa devolve esse campo: o que o código da função diz, ou a resposta do serviço, ou o que um programa manda por ela."""
    resource = str(state.get("Resource"))
    function = function_of(machine, state, payload=origin.part == PAYLOAD)
    if function:
        said = _returned(machine, state, function)
        given = state.get("Parameters", state.get("Arguments"))
        passed = said.echo and (not isinstance(given, dict) or bool({name, f"{name}.$"} & given.keys()))
        source = _source(machine, function)  # de outra linguagem, só se lê que nomes o código escreve
        return name in said.keys or passed or not said.whole and bool(source) and parsed(source) is None and writes(source, name)
    found = INTEGRATION.fullmatch(resource)
    if ":activity:" in resource or found and found["way"] == SIGNAL:  # responde quem a atende, ou quem tem o sinal
        return any(writes(source, name) for source in machine.sources)
    return found is not None and answered(f"{found['service']}:{found['action']}{found['way'] or ''}", name)


def _returned(machine: Machine, state: dict[str, Any], function: Resource) -> Returned:
    given = state.get("Parameters", state.get("Arguments"))
    given = given.get("Payload", given) if isinstance(given, dict) else {}
    fixed = frozenset((str(key), value) for key, value in (given if isinstance(given, dict) else {}).items()
                      if isinstance(value, str) and not str(key).endswith(".$"))
    entry = str(machine.view.value(function, "Handler")).rpartition(".")[2]
    return returned(_source(machine, function), entry, fixed)


def _source(machine: Machine, function: Resource) -> str:
    source = machine.view.at(function, "Code", "ZipFile")
    return source.value if source and isinstance(source.value, str) else ""
