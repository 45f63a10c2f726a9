"""O que impede uma execução do Step Functions de chegar ao fim: prazos, sinais, modos de esperar e escolhas impossíveis.

Decide-se o que a definição diz; os dados que passam de um estado a outro só rodando se sabem.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import Any

from scripts.aws.types import STATE_MACHINE
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.lasting import lasts, needed
from scripts.proofs.facts.states import INTEGRATION, KNOWN, UNKNOWN, definition, states, tasks
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import Path

WAITING = (".sync", ".sync:2", ".waitForTaskToken")
WAYS = {"lambda": ("", ".waitForTaskToken"), "batch": ("", ".sync"), "dynamodb": ("",), "sns": ("", ".waitForTaskToken"),
        "sqs": ("", ".waitForTaskToken"), "aws-sdk": ("", ".waitForTaskToken")}
"""De cada serviço, os modos de chamar: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html"""
TOKEN = re.compile(r"\$\$\.Task\.Token|\$states\.context\.Task\.Token|'\$\$'|\$states\.context\s*%\}")
"""O sinal com que quem recebe avisa que acabou, ou o contexto inteiro, que o traz."""
BOUNDS = {"NumericGreaterThan": (False, 1), "NumericGreaterThanEquals": (True, 1), "NumericLessThan": (False, -1),
          "NumericLessThanEquals": (True, -1), "NumericEquals": (True, 0)}
Span = tuple[float, bool, float, bool]
EVERY: Span = (-inf, True, inf, True)


@judge(STATE_MACHINE)
def _machine(view: View, machine: Resource) -> Iterator[Missing]:
    """A definição se lê por inteiro, e os itens de um `Map` distribuído têm em que execução rodar.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    body, path, written = definition(view, machine)
    strange = [name for name in body if name not in KNOWN] if isinstance(body, dict) and not written else []
    if strange:  # de uma definição em objeto, é uma propriedade que ninguém leu
        yield Missing(path, f"não se avalia `{strange[0]}` na definição de `{machine.id}`", "tire-o")
    apart = [task for task in tasks(view, machine) if task.children]
    for task in apart:
        if task.children == UNKNOWN:
            yield Missing(task.path, f"não se sabe em que execuções `{task.name}` roda", "escreva `Mode` e `ExecutionType` em `ProcessorConfig`")
        elif task.children == "EXPRESS" and task.resource.endswith(WAITING):
            yield Missing(task.path, f"`{task.name}` espera o fim de um trabalho, e uma execução expressa não espera",
                          "use `ExecutionType: STANDARD`")
    role = principal_of(view, machine).role if apart else None
    if role and not decide(Request(view, "states:StartExecution", view.arn(machine) or "", role), machine).granted:
        yield Missing(at(role), f"`{role.id}` não pode iniciar as execuções do `Map` distribuído de `{machine.id}`",
                      "permita `states:StartExecution` no ARN da própria máquina")
    yield from _hindered(view, machine)


def _hindered(view: View, machine: Resource) -> Iterator[Missing]:
    """O que, na definição, não deixa a máquina se criar ou a execução acabar."""
    express = view.at(machine, "StateMachineType")
    for name, state, path in states(view, machine):
        resource = state.get("Resource") if state.get("Type") == "Task" else None
        if isinstance(resource, str):
            if express and express.value != "STANDARD" and resource.endswith(WAITING):
                yield Missing(express.path, f"`{name}` espera o fim de um trabalho, e uma execução expressa não espera", "use `STANDARD`")
            yield from _task(name, state, path, resource, needed(view, state))
        if state.get("Type") == "Choice":
            yield from _choice(name, state, path)
    body, path, written = definition(view, machine)
    limit = body.get("TimeoutSeconds") if isinstance(body, dict) else None
    said = view.at(machine, "Definition", "TimeoutSeconds") if written else None
    longest = 0 if limit is None else lasts(view, body)
    if limit is not None and (whole(limit) or 0) < longest:
        yield Missing(said.path if said else path or at(machine),
                      f"o prazo de `{machine.id}`, {limit} s, acaba antes do caminho mais longo, que pode levar {longest} s com as novas "
                      "tentativas: a execução para sem passar por nenhum `Catch`",
                      f"tire `TimeoutSeconds`, ou use {longest} ou mais")


def _task(name: str, state: dict[str, Any], path: Path, resource: str, needed: int) -> Iterator[Missing]:
    found = INTEGRATION.fullmatch(resource)
    ways = WAYS.get("aws-sdk" if found["sdk"] else found["service"]) if found else None
    if found and ways and (found["way"] or "") not in ways:
        yield Missing(path, f"`{name}` chama `{found['service']}` de um modo que o Step Functions não aceita: `{found['way']}`",
                      "tire-o de `Resource`")
    limit = state.get("TimeoutSeconds")
    if limit is not None and (whole(limit) or 0) < needed:
        yield Missing(path, f"`{name}` desiste em {limit} s, e o que ela chama pode levar {needed} s",
                      f"use `TimeoutSeconds` de {needed} ou mais")
    waits, hands = resource.endswith(".waitForTaskToken"), TOKEN.search(str(state.get("Parameters", state.get("Arguments")))) is not None
    if found and hands and not waits:
        yield Missing(path, f"`{name}` manda o sinal da tarefa, e não espera por ele: o sinal só existe com `.waitForTaskToken`",
                      "acrescente `.waitForTaskToken` a `Resource`")
    elif waits and not hands:
        yield Missing(path, f"`{name}` espera um sinal, e não manda a ninguém com que o dar", "mande `$$.Task.Token`, ou tire `.waitForTaskToken`")
    if "HeartbeatSeconds" in state and not resource.endswith(".waitForTaskToken") and ":activity:" not in resource:
        yield Missing(path, f"`{name}` espera um sinal de vida que ninguém manda", "tire `HeartbeatSeconds`")
    given = str(state.get("Parameters"))
    if "InputPath" in state and state["InputPath"] is None and re.search(r"'\$\.\w", given):
        yield Missing(path, f"`{name}` descarta a entrada em `InputPath`, e a lê em `Parameters`", "tire `InputPath`")


def _choice(name: str, state: dict[str, Any], path: Path) -> Iterator[Missing]:
    """Uma regra que nada satisfaz, ou que só vem depois de outra que já pega tudo o que ela pegaria."""
    before: dict[str, list[Span]] = {}
    rules = state.get("Choices")
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        spans = _spans(rule)
        here = (*path, "Choices", index) if path and path[-1] == name else path
        for variable, span in spans.items():
            if _empty(span):
                yield Missing(here, f"a escolha {index + 1} de `{name}` nunca acontece: nada é {_told(rule)}", "corrija a condição")
            elif len(spans) == 1 and any(_within(span, other) for other in before.get(variable, [])):
                yield Missing(here, f"a escolha {index + 1} de `{name}` nunca acontece: outra, antes, pega tudo", "mude a ordem")
        if len(spans) == 1:
            for variable, span in spans.items():
                before.setdefault(variable, []).append(span)
                if span == EVERY:
                    yield Missing(here, f"a escolha {index + 1} de `{name}` acontece sempre", "corrija a condição")


def _spans(rule: Any) -> dict[str, Span]:
    """De cada variável que a regra compara com números, o intervalo em que ela serve; nada, do que não se avalia."""
    tests = rule.get("And") if isinstance(rule, dict) and isinstance(rule.get("And"), list) else [rule]
    found: dict[str, Span] = {}
    for test in tests:
        name = next((key for key in BOUNDS if isinstance(test, dict) and isinstance(test.get(key), (int, float))), None)
        if name is None or not isinstance(test.get("Variable"), str):
            return {}
        low, low_in, high, high_in = found.get(test["Variable"], EVERY)
        closed, side = BOUNDS[name]
        if side >= 0 and (test[name], not closed) > (low, not low_in):
            low, low_in = test[name], closed
        if side <= 0 and (-test[name], not closed) > (-high, not high_in):
            high, high_in = test[name], closed
        found[test["Variable"]] = (low, low_in, high, high_in)
    return found


def _empty(span: Span) -> bool:
    low, low_in, high, high_in = span
    return low > high or low == high and not (low_in and high_in)


def _within(inner: Span, outer: Span) -> bool:
    return (inner[0], not inner[1]) >= (outer[0], not outer[1]) and (-inner[2], not inner[3]) >= (-outer[2], not outer[3])


def _told(rule: dict[str, Any]) -> str:
    return " e ".join(f"{key.removeprefix('Numeric')} {test[key]}" for test in rule.get("And", [rule]) for key in BOUNDS if key in test)
