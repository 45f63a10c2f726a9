"""A criação e a troca das instâncias de um grupo: o que faz o CloudFormation esperar em vão, ou recusar a troca.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scripts.aws.types import SCALING_GROUP
from scripts.checks.programs import Effect
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.machine import machine_of
from scripts.proofs.facts.measures import parameters
from scripts.proofs.facts.rollouts import creation_signal, rolling_update
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

NEEDED = ("Launch", "Terminate", "AddToLoadBalancer")
"""O que a troca precisa que continue.

https://repost.aws/knowledge-center/auto-scaling-group-rolling-updates
"""
DURATION = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})S)?")
RENEWING = re.compile(r"\b(?:renov|recri|substitu)\w*\b[^.]*\binstâncias\b|\binstâncias\b[^.]*\b(?:renov|recri|substitu)\w*", re.IGNORECASE)
INSTALLING = re.compile(r"\b(?:dnf|yum|apt-get|apt|pip\d?(?:\.\d+)?)\b[^\n]*\binstall\b")
USUAL = "PT5M"
"""O prazo de quem não diz: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html"""
LEAST = 300
"""Quantos segundos, ao menos, se dá a uma máquina que instala pacotes: menos que isso nem a inicialização garante."""
LONGEST = {"PauseTime": 3600, "Timeout": 43_200}


def held(view: View, owner: Resource) -> Iterator[Effect]:
    """O que há de errado em `CreationPolicy` e em `UpdatePolicy` de uma instância ou de um grupo."""
    signal, rolling = creation_signal(view, owner), rolling_update(view, owner)
    if signal is not None:
        keys = ("CreationPolicy", "ResourceSignal")
        yield from _short(view, owner, signal.get("Timeout", USUAL), *keys, "Timeout")
        yield from _counted(view, owner, signal)
    if rolling is not None and owner.type == SCALING_GROUP:
        if true(rolling.get("WaitOnResourceSignals")):
            yield from _short(view, owner, rolling.get("PauseTime", USUAL), "UpdatePolicy", "AutoScalingRollingUpdate", "PauseTime")
        yield from _rolling(view, owner, rolling)
        yield from _renewed(view, owner)


def _counted(view: View, owner: Resource, signal: dict[str, Any]) -> Iterator[Effect]:
    """O grupo nasce com tantas instâncias quantos os sinais que se esperam."""
    if owner.type != SCALING_GROUP:
        return
    count = whole(signal.get("Count", 1))
    first = whole(view.value(owner, "DesiredCapacity"))
    first = whole(view.value(owner, "MinSize")) if first is None else first
    if count is not None and first is not None and count > first:
        yield _at(owner, "CreationPolicy", "ResourceSignal", "Count"), (
            f"a criação de `{owner.id}` espera {count} sinais, e o grupo nasce com {first} instâncias: vence o prazo e é desfeita; espere "
            "tantos quantas ele cria.")


def seconds_of(written: Any) -> int | None:
    """Quantos segundos um prazo como `PT15M` dá; `None` quando não é um."""
    found = DURATION.fullmatch(written) if isinstance(written, str) else None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds if found else None


def _short(view: View, owner: Resource, written: Any, *keys: str) -> Iterator[Effect]:
    """O prazo que a máquina tem para avisar que nasceu."""
    given = seconds_of(written)
    if given is None:
        return
    if given > LONGEST[keys[-1]]:
        yield _at(owner, *keys), f"`{keys[-1]}` de `{owner.id}` passa do que o CloudFormation aceita, {LONGEST[keys[-1]] // 3600} h; diminua-o."
    model = model_of(network_of(view), owner) if owner.type == SCALING_GROUP else owner
    machine = machine_of(view, model) if model else None
    if machine and given < LEAST and (machine.packages or any(INSTALLING.search(text) for text in machine.texts)):
        yield _at(owner, *keys), (f"`{keys[-1]}` dá {given} s para `{owner.id}` instalar pacotes e avisar: vence o prazo, e tudo se desfaz; dê ao "
                                  f"menos {LEAST // 60} minutos.")


def _rolling(view: View, group: Resource, rolling: dict[str, Any]) -> Iterator[Effect]:
    keys = ("UpdatePolicy", "AutoScalingRollingUpdate")
    suspended = rolling.get("SuspendProcesses")
    for name in suspended if isinstance(suspended, list) else ():
        if name in NEEDED:
            yield _at(group, *keys, "SuspendProcesses"), (f"a troca suspende `{name}`, de que precisa, e nenhuma instância nova atende; tire-o da "
                                                          "lista.")
    serving, most = whole(rolling.get("MinInstancesInService", 0)), whole(view.value(group, "MaxSize"))
    if serving is not None and most is not None and serving >= most:
        yield _at(group, *keys, "MinInstancesInService"), (
            f"a troca quer {serving} instâncias em serviço, e `{group.id}` tem no máximo {most}: o CloudFormation a recusa; use menos.")
    batch = whole(rolling.get("MaxBatchSize", 1))
    if batch and serving is not None and most is not None and serving < most < serving + batch:
        yield _at(group, *keys, "MaxBatchSize"), (f"a troca é de {batch} por vez, e com {serving} em serviço só cabem mais {most - serving} em "
                                                  f"`{group.id}`; diminua o lote, ou aumente `MaxSize`.")
    if batch == 0:
        yield _at(group, *keys, "MaxBatchSize"), f"a troca de `{group.id}` é de nenhuma instância por vez; use ao menos 1."


def _renewed(view: View, group: Resource) -> Iterator[Effect]:
    """O parâmetro que diz renovar as instâncias está no modelo: mudar só o que o `cfn-init` lê não faz versão nova dele.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
    """
    model = model_of(network_of(view), group)
    for name, declared in view.template.parameters.items() if model else ():
        said = str(declared.get("Description", "")) if isinstance(declared, dict) else ""
        if model and RENEWING.search(said) and name in parameters(model.metadata) and name not in parameters(model.properties):
            yield ("Resources", model.id, "Properties"), (
                f"`{name}` diz que renova as instâncias, e mudá-lo não muda o modelo `{model.id}`: nenhuma se renova; cite-o nos dados de usuário.")


def _at(owner: Resource, *keys: str) -> tuple[str, ...]:
    return ("Resources", owner.id, *keys)
