"""Se a máquina chega ao fim do que o template a manda fazer: sinais, arquivos, unidades e o agente de que o acesso depende."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from scripts.aws.types import INSTANCE, SCALING_GROUP, VOLUME
from scripts.proofs.arrows.boot_disks import misplaced
from scripts.proofs.arrows.boot_enabled import lapsed
from scripts.proofs.arrows.boot_fetches import unreached
from scripts.proofs.arrows.boot_files import garbled
from scripts.proofs.arrows.boot_known import strange
from scripts.proofs.arrows.boot_order import early
from scripts.proofs.arrows.boot_metadata import asked_of_metadata
from scripts.proofs.arrows.boot_pages import lost
from scripts.proofs.arrows.boot_settings import unsettled
from scripts.proofs.arrows.boot_steps import unready
from scripts.proofs.arrows.boot_units import barred
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.machine import File, Machine, initialised, machine_of
from scripts.proofs.facts.rollouts import creation_signal, rolling_update
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

OWN_STACK = ("${AWS::StackName}", "${AWS::StackId}")
OWN_REGION = "${AWS::Region}"
SIGNAL_API = re.compile(r"signal-resource\b[^\n]*--logical-resource-id[ =]+[\"']?([\w$.{}:]+)")
BLIND = re.compile(r"\btrap\s+(['\"])(?:(?!\1).)*cfn-signal(?!(?:(?!\1).)*(?:--exit-code|-e|--success|-s)[ =]+[\"\\]*\$[^{])(?:(?!\1).)*\1\s+EXIT\b")
"""Um sinal mandado ao sair, dê no que der, que não diz no que deu."""
TOOLS = ("cfn-signal", "cfn-init", "cfn-get-metadata")
HOOK = "/etc/cfn/cfn-hup.conf"
RUN = re.compile(r"(?:^|[;&|(]|\bExec\w+=[-@:+!]*)[ \t]*(/[\w./@%-]+)", re.MULTILINE)
STARTED = re.compile(r"^Exec(?:Start|StartPre|StartPost|Reload|Stop)=[-@:+!]*(/\S+)", re.MULTILINE)
ENVIRONMENT = re.compile(r"^EnvironmentFile=(?!-)(/\S+)", re.MULTILINE)
FOLDER = re.compile(r"^WorkingDirectory=(/\S+)", re.MULTILINE)
LOADED = re.compile(r"^ExecStart=.*\s([a-z_]\w*):([a-z_]\w*)$", re.MULTILINE)
OWN_FOLDERS = ("/usr/local/bin/", "/usr/local/sbin/")
"""Onde nada vem com o sistema: o que se roda dali, o template escreve ou instala."""


@judge(INSTANCE)
def _instance(view: View, instance: Resource) -> Iterator[Missing]:
    machine = machine_of(view, instance)
    yield from boots(view, instance, machine) if machine else ()


@judge(SCALING_GROUP)
def _fleet(view: View, group: Resource) -> Iterator[Missing]:
    with view.reading():
        model = model_of(network_of(view), group)
    machine = machine_of(view, model) if model else None
    yield from boots(view, group, machine) if machine else ()


def boots(view: View, waiting: Resource, machine: Machine) -> Iterator[Missing]:
    """O que impede a máquina de terminar de nascer, ou quem espera por ela de saber."""
    yield from _signals(view, waiting, machine)
    yield from _initialised(view, machine)
    yield from _alone(machine)
    yield from (replace(piece, only=(VOLUME,)) for piece in misplaced(view, machine))
    yield from _later(machine)
    yield from garbled(view, machine)
    yield from lost(machine)
    yield from unreached(view, waiting, machine)
    yield from early(view, waiting, machine)
    yield from asked_of_metadata(view, machine)


@lru_cache(maxsize=64)
def _alone(machine: Machine) -> tuple[Missing, ...]:
    """O que se julga só pelo programa, e por isso uma vez: em todos os mundos ele costuma ser o mesmo."""
    runs = (piece for text in machine.texts for piece in _runnable(machine, text))
    owned = (piece for unit in machine.units for piece in _unit(machine, unit))
    return (*_abroad(machine), *runs, *owned, *unready(machine), *barred(machine), *lapsed(machine), *strange(machine))


@lru_cache(maxsize=64)
def _later(machine: Machine) -> tuple[Missing, ...]:
    return tuple(unsettled(machine))


def _awaited(view: View, waiting: Resource) -> int:
    """Quantos sinais a criação, ou a atualização, espera; 0 quando nenhum."""
    signal, rolling = creation_signal(view, waiting), rolling_update(view, waiting)
    if signal is not None:
        return whole(signal.get("Count", 1)) or 0
    return 1 if rolling is not None and true(rolling.get("WaitOnResourceSignals")) else 0


def _signals(view: View, waiting: Resource, machine: Machine) -> Iterator[Missing]:
    """Quem espera um sinal o recebe: com o nome dele, da pilha dele, e de sucesso.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-signal.html
    """
    awaited = _awaited(view, waiting)
    calls = machine.calls("cfn-signal")
    named = [call.get("resource", "") for call in calls] + [found for text in machine.texts for found in SIGNAL_API.findall(text)]
    if not awaited:
        return
    if waiting.id not in named:
        other = next((f", e manda a `{name}`" for name in named if name in view.resources), "")
        yield Missing(machine.path, f"`{waiting.id}` espera um sinal que o programa não lhe manda{other}: a criação vence o prazo e é desfeita",
                      f"use `cfn-signal --resource {waiting.id}`")
    for call in calls if waiting.id in named else ():
        if call.get("resource") == waiting.id and call.get("stack") not in OWN_STACK:
            yield Missing(machine.path, f"o sinal de `{waiting.id}` não vai a esta pilha", "use `--stack ${AWS::StackName}`")
        if call.get("resource") == waiting.id and (call.get("exit-code", "0") not in ("0", "$?") and "$" not in call["exit-code"]
                                                   or call.get("success", "true") == "false"):
            yield Missing(machine.path, f"o sinal de `{waiting.id}` é sempre de falha", "use `--exit-code $?`")
    if any(map(BLIND.search, machine.texts)):
        yield Missing(machine.path, f"o sinal de `{waiting.id}` vai ao sair, e é de sucesso mesmo quando a instalação falha", "use `--exit-code $?`")
    if waiting.type == INSTANCE and awaited > 1 and len(calls) < awaited:
        yield Missing(("Resources", waiting.id, "CreationPolicy"), f"a criação de `{waiting.id}` espera {awaited} sinais, e ela manda um só",
                      "use `Count: 1`")


def _abroad(machine: Machine) -> Iterator[Missing]:
    """As ferramentas falam com o CloudFormation da região da pilha; sem `--region`, falam com o de `us-east-1`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-signal.html
    """
    said = [(tool, call.get("region", "us-east-1")) for tool in TOOLS for call in machine.calls(tool) if "url" not in call]
    said += [("cfn-hup", file.variables().get("region", "us-east-1")) for file in machine.files if file.name == HOOK]
    for tool, region in dict.fromkeys(said):
        if region != OWN_REGION and not region.startswith(("$", "`")):
            yield Missing(machine.path, f"o `{tool}` fala com o CloudFormation de `{region}`, e não com o da região da pilha",
                          "use `--region ${AWS::Region}`")


def _initialised(view: View, machine: Machine) -> Iterator[Missing]:
    """O `cfn-init` lê um recurso que tem o que ele escreve; e o que há para escrever, alguém o manda escrever."""
    calls = machine.calls("cfn-init")
    if initialised(view, machine.owner) and not calls:
        yield Missing(machine.path, f"nada roda o `cfn-init` de `{machine.owner.id}`: os arquivos dele não se escrevem",
                      f"rode `cfn-init --resource {machine.owner.id}` nos dados de usuário")
    for call in calls:
        target = view.resources.get(call.get("resource", ""))
        init = initialised(view, target) if target else {}
        if not init:
            yield Missing(machine.path, f"o `cfn-init` lê `{call.get('resource', '')}`, que não tem o que ele escreve",
                          f"use `--resource {machine.owner.id}`, ou o recurso que tem `AWS::CloudFormation::Init`")
        elif call.get("stack") not in OWN_STACK:
            yield Missing(machine.path, "o `cfn-init` lê outra pilha", "use `--stack ${AWS::StackName}`")
        sets = init.get("configSets") if init else None
        for name in call.get("configsets", "").split(","):
            if name and init and name not in (sets if isinstance(sets, dict) else {}):
                yield Missing(machine.path, f"o `cfn-init` pede `{name}`, que não está em `configSets`", "corrija o nome")
        if init and "configsets" not in call and "config" not in init and "default" not in (sets if isinstance(sets, dict) else {}):
            yield Missing(machine.path, "o `cfn-init` sem `--configsets` só lê `config`, e não há", "nomeie o conjunto em `--configsets`")


def _runnable(machine: Machine, text: str) -> Iterator[Missing]:
    """O que se roda direto, e não por um interpretador, é um arquivo que se pode executar.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html
    """
    files = {file.name: file for file in machine.files if not file.executable}
    for name in dict.fromkeys(RUN.findall(text)) if any(name in text for name in files) else ():
        file = files.get(name)
        if file:
            yield Missing((*file.path, "mode"), f"`{name}` não tem permissão de execução, e o programa o roda", 'use `mode: "000755"`')


def _unit(machine: Machine, unit: File) -> Iterator[Missing]:
    """Uma unidade que o template escreve tem o que ela pede, e alguém a inicia."""
    files = {file.name: file for file in machine.files}
    others = [text for text in machine.texts if text != unit.text]
    for name in dict.fromkeys(STARTED.findall(unit.text)):
        file = files.get(name)
        if file and "\n" in file.text and not file.text.startswith("#!"):
            yield Missing(file.path, f"`{name}` não diz em que roda, e `{unit.name}` o roda direto", "comece-o por `#!/bin/bash`")
        if name.startswith(OWN_FOLDERS) and "%" not in name and not file and not _installed(others, name):
            yield Missing(unit.path, f"`{unit.name}` roda `{name}`, que nada escreve", "escreva-o em `files`, ou corrija o nome")
    for name in dict.fromkeys(ENVIRONMENT.findall(unit.text)):
        shape = re.compile(re.escape(name).replace("%i", r"[\w.-]+"))
        if not any(map(shape.fullmatch, files)) and not _said(others, name):
            yield Missing(unit.path, f"`{unit.name}` lê `{name}`, que nada escreve, e não inicia", "escreva-o em `files`, ou corrija o nome")
    yield from _module(unit, files)
    stem, _, kind = unit.name.rpartition("/")[2].rpartition(".")
    if kind == "service" and f"{unit.name.removesuffix(kind)}timer" not in files and not _started(machine, others, stem):
        yield Missing(unit.path, f"nada inicia `{stem}`", "ponha-o em `services: systemd`, com `ensureRunning: true`")


def _module(unit: File, files: dict[str, File]) -> Iterator[Missing]:
    """O módulo e o nome que o servidor carrega existem entre os arquivos da pasta em que ele roda."""
    folder, loaded = FOLDER.search(unit.text), LOADED.search(unit.text)
    own = [name for name in files if folder and name.startswith(f"{folder[1]}/") and name.endswith(".py")]
    if not folder or not loaded or not own:
        return
    file = files.get(f"{folder[1]}/{loaded[1]}.py")
    if file is None or file.text and not re.search(rf"^\s*(?:async def |def |class )?{loaded[2]}\b", file.text, re.MULTILINE):
        yield Missing(unit.path, f"`{unit.name}` carrega `{loaded[1]}:{loaded[2]}`, que o programa não tem", "corrija o nome")


def _started(machine: Machine, texts: list[str], stem: str) -> bool:
    """O `cfn-init` a deixa rodando, um comando a inicia, ou outra unidade a pede."""
    name = re.escape(stem)
    command, unit = rf"systemctl[^\n]*(?:(?<!try-)\b(?:re)?start\b|--now\b)[^\n]*{name}", rf"^(?:Wants|Requires|BindsTo|Upholds)=.*{name}"
    asked = re.compile(f"{command}|{unit}", re.MULTILINE)
    return stem in machine.services or any(map(asked.search, texts))


def _installed(texts: list[str], name: str) -> bool:
    """Alguém põe o arquivo ali: pelo caminho inteiro, ou com o pacote do mesmo nome."""
    package = re.compile(rf"\b(?:install|pip3?|npm)\b[^\n]*\b{re.escape(name.rpartition('/')[2])}\b")
    return any(name in text or package.search(text) for text in texts)


def _said(texts: list[str], name: str) -> bool:
    return any(name in text for text in texts)
