"""Se o que a máquina inicia ao nascer também inicia quando ela reinicia: a unidade habilitada, ou pedida por uma que está.

https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#%5BInstall%5D%20Section%20Options
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import UNITS, File, Machine

SECTION = re.compile(r"^\[Install\][ \t]*$((?:\n(?!\[).*)*)", re.MULTILINE)
WANTED = re.compile(r"^(?:WantedBy|RequiredBy|UpheldBy)=[ \t]*(.+)$", re.MULTILINE)
ASKED = re.compile(r"^(?:Wants|Requires|BindsTo|Upholds|Sockets|OnFailure|OnSuccess|Unit)=[ \t]*(.+)$", re.MULTILINE)
SWITCHED = re.compile(r"\bsystemctl\b([^\n;&|]*?)\b(enable|reenable|preset|disable|mask)\b([^\n;&|]*)")
LINKED = re.compile(r"\bln\b[^\n;&|]*/etc/systemd/system/[\w-]+\.target\.(?:wants|requires)/([\w@.-]+)")
BOOTING = frozenset("multi-user.target default.target graphical.target basic.target sysinit.target local-fs.target remote-fs.target network.target "
                    "network-online.target timers.target sockets.target paths.target cloud-init.target cloud-config.target".split())
"""Os alvos por que toda inicialização passa."""
KINDS = (".service", ".timer", ".socket", ".path", ".mount")
SWITCHES = (".timer", ".socket", ".path")
"""As que iniciam a unidade do mesmo nome."""


def lapsed(machine: Machine) -> Iterator[Missing]:
    """A unidade que o template escreve e que, reiniciada a máquina, não volta."""
    named = ((file.name.removeprefix(UNITS), file) for file in machine.units)
    written = {name: file for name, file in named if name.endswith(KINDS) and "/" not in name}
    asked = _asked(machine)
    returning = _returning(written, asked)
    for name, file in written.items():
        if name in returning:
            continue
        if not _holds(name, asked):
            yield Missing(file.path, f"`{name}` inicia com a pilha e não volta quando a máquina reinicia: nada a habilita",
                          "use `enabled: true` em `services`, ou `systemctl enable`")
        elif not WANTED.search(_install(file)):
            yield Missing(file.path, f"`{name}` se habilita e não diz por quem inicia: a máquina reinicia sem ela",
                          "dê-lhe `[Install]`, com `WantedBy=multi-user.target`")
        else:
            yield Missing(file.path, f"`{name}` se habilita em `{WANTED.findall(_install(file))[-1]}`, por que a máquina não passa ao iniciar",
                          "use `WantedBy=multi-user.target`")
    for name, enabled in machine.enabling:
        if not enabled and name in machine.services and full(name) not in written:
            yield Missing(machine.path, f"`{name}` inicia com a pilha e não volta quando a máquina reinicia: nada a habilita", "use `enabled: true`")


def _asked(machine: Machine) -> dict[str, bool]:
    """De cada unidade, se o que se pediu por último é que inicie com a máquina."""
    found: dict[str, bool] = {}
    for text in (text for text in machine.texts if "systemctl" in text or ".wants/" in text or ".requires/" in text):
        for before, verb, after in SWITCHED.findall(re.sub(r"^\s*#.*$", "", text.replace("\\\n", " "), flags=re.MULTILINE)):
            found |= {full(name): verb not in ("disable", "mask") for name in f"{before} {after}".split() if not name.startswith("-")}
        found |= {name: True for name in LINKED.findall(text)}
    return found | {full(name): enabled for name, enabled in machine.enabling}  # os serviços vêm depois dos comandos


def full(name: str) -> str:
    """O nome de uma unidade com o tipo dela, que sem ele é um serviço."""
    plain = name.strip("\"'")
    return plain if plain.endswith(KINDS) else f"{plain}.service"


def _holds(name: str, asked: dict[str, bool]) -> bool:
    """Alguém a habilita: a ela ou, de uma `nome@`, a alguma das que nascem dela."""
    stem, at, kind = name.partition("@.")
    return asked.get(name, False) or bool(at) and any(on and each.startswith(f"{stem}@") and each.endswith(kind) for each, on in asked.items())


def _install(file: File) -> str:
    return "\n".join(SECTION.findall(file.text))


def _returning(written: dict[str, File], asked: dict[str, bool]) -> set[str]:
    """As que iniciam com a máquina: as habilitadas num alvo de toda inicialização, e as que elas pedem, ou ligam."""
    found: set[str] = set()
    while True:
        news = {name for name, file in written.items() if name not in found and _returns(name, file, found, written, asked)}
        if not news:
            return found
        found |= news


def _returns(name: str, file: File, found: set[str], written: dict[str, File], asked: dict[str, bool]) -> bool:
    wanted = {each for line in WANTED.findall(_install(file)) for each in line.split()}
    if _holds(name, asked) and wanted & (BOOTING | found):
        return True
    called = {full(each) for other in found for line in ASKED.findall(written[other].text) for each in line.split()}
    stem, at, kind = name.partition("@.")
    near = {name.rpartition(".")[0] + switch for switch in SWITCHES}
    return name in called or bool(found & near) or bool(at) and any(each.startswith(f"{stem}@") and each.endswith(kind) for each in called)
