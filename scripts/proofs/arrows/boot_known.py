"""Se tudo o que a máquina roda ao nascer, e tudo o que se escreve nela, se conhece: o resto pode mudar o que ela faz, e não se sabe.

O que cada programa conhecido faz, outros módulos daqui leem; o que ele não faz é mudar por fora uma unidade, um endereço ou a rede da máquina.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from posixpath import basename

from scripts.proofs.arrows.boot_enabled import full
from scripts.proofs.arrows.boot_shell import ASSIGNED, commands, plain
from scripts.proofs.arrows.boot_written import ELSEWHERE, HARMLESS, lost, read_by, written
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import Machine, inside
from scripts.proofs.facts.units import SHEBANG, units
from scripts.proofs.facts.variables import steers
from scripts.template.values import Path

KNOWN = frozenset("""
    . : [ [[ amazon-cloudwatch-agent-ctl awk aws basename blkid blockdev break cat cd cfn-get-metadata cfn-hup cfn-init cfn-signal chgrp chmod
    chown cmp continue cp createrepo curl cut dd declare df diff dig dirname du ec2-metadata echo env exec exit export fallocate false fdisk file
    find findmnt flask getconf getent getfacl git grep groupadd gunicorn gunzip gzip head hostname id install journalctl jq ldconfig let ln local
    localectl logger ls lsblk lsof md5sum mkdir mkfs.ext4 mkfs.xfs mkswap mktemp mount mountpoint mv node npm nproc nslookup openssl parted
    partprobe ping printf ps psql pwd read readlink readonly realpath resize2fs restorecon return rm rmdir rpm rsync runuser sed seq set sfdisk
    sha256sum shift sleep sort source ss stat su sudo swapon sync tail tar tee test timeout touch tr trap true truncate tune2fs type
    udevadm ulimit umask uname uniq unset unzip update-ca-trust useradd uvicorn virtualenv wait waitress-serve wc wget which xargs xfs_growfs
    zstd
""".split())
"""Os programas e os comandos do shell cujo efeito, se há, outra regra lê, ou fica no que eles escrevem."""
PACKAGES = frozenset("install upgrade update makecache clean list info repolist config-manager module groupinstall check-update".split())
PARTLY = {"timedatectl": frozenset(("", "set-timezone", "status", "show")), "hostnamectl": frozenset(("", "set-hostname", "hostname", "status")),
          **dict.fromkeys(("pip", "pip3"), frozenset(("", "install", "list", "freeze", "check", "show", "cache"))),
          **dict.fromkeys(("dnf", "yum", "microdnf"), PACKAGES)}
"""Dos que mudam mais de uma coisa, o que não muda o que roda."""
PYTHON = re.compile(r"python(?:3(?:\.\d+)?)?")
SHELL = re.compile(r"(?:ba|da)?sh")
SOURCED = re.compile(r"(?:^|[\s;&|])(?:\.|source|(?:ba|da)?sh)[ \t]+(?:-\S+[ \t]+)*[\"']?([^\s\"';&|]+)", re.MULTILINE)
"""O arquivo que um texto inclui, ou dá a um shell."""
DEFINED = re.compile(r"^[ \t]*(?:function[ \t]+)?([\w-]+)[ \t]*\(\)", re.MULTILINE)
RUN = ("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload")
"""O que uma unidade roda enquanto está no ar; o que ela roda ao parar não conta."""
OWN = frozenset("HOME USER TMPDIR AWS_REGION AWS_DEFAULT_REGION".split())
"""As que quem escreve um comando dá a ele mesmo, e outra regra julga, ou não mudam o que ele faz."""
PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
STARTING = frozenset("""daemon-reload daemon-reexec enable reenable preset start restart reload try-restart reload-or-restart try-reload-or-restart
    is-active is-enabled is-failed is-system-running status show cat list-units list-unit-files list-timers list-dependencies reset-failed""".split())
STOPPING = frozenset("stop disable mask kill".split())
"""O que se manda ao `systemctl`: o que só inicia ou olha, e o que tira do ar o que se nomeia."""
ESSENTIAL = frozenset("systemd-resolved systemd-networkd systemd-journald systemd-logind dbus dbus-broker chronyd cloud-init NetworkManager".split())
"""Os do sistema sem os quais a máquina não resolve nomes, não tem rede ou não sabe a hora."""
BARRING = frozenset("firewalld nftables iptables ip6tables ufw fail2ban shorewall".split())
"""Os que, iniciados, fecham portas que aqui não se leem."""


def strange(machine: Machine) -> Iterator[Missing]:
    """O que a máquina roda, e o que se escreve nela, sem que se saiba o que muda."""
    seen: set[str] = set()
    for path, name, text in _run(machine):
        for missing in (*_programs(machine, path, name, text), *written(machine, path, name, text)):
            if missing.need not in seen:
                seen.add(missing.need)
                yield missing
    yield from (lost(machine, file.path, file.name, "se escreve na máquina") for file in machine.files
                if not read_by(machine, file.name) and not all(map(HARMLESS.fullmatch, file.text.splitlines())))
    yield from _listed(machine)
    yield from (_barring(machine.path, "o `cfn-init`", name) for name in machine.services if name.removesuffix(".service") in BARRING)
    mine = {unit.name for unit in units(machine)}
    for unit in units(machine):
        for name in (each for line in unit.settings.get("Conflicts", []) for each in line.split() if each in mine):
            yield Missing(unit.file.path, f"`{unit.name}` tira do ar `{name}`, com `Conflicts`", "tire o `Conflicts`")


def _listed(machine: Machine) -> Iterator[Missing]:
    """O que o `cfn-init` diz fora dos comandos: o que cada um recebe, o que os impede, o que se tira do ar e o que se põe por cima."""
    own = [file.name for file in machine.files]
    for step in machine.steps:
        yield from (_changed(step.path, f"`{step.name}`", name) for name in step.given if _changes(name))
        if step.test:
            yield Missing(step.path, f"`{step.name}` só roda se `{step.test}` der certo, e não se sabe se dá", "tire o `test`")
    for name, enabled in machine.enabling:
        if not enabled and name.removesuffix(".service") in ESSENTIAL:
            yield Missing(machine.path, f"o `cfn-init` tira do ar `{name}`, de que a máquina precisa", "tire-o de `services`")
    for path, _ in machine.sources:
        if path[-2] == "sources" and any(inside(each, (str(path[-1]).rstrip("/"),)) for each in own):
            yield Missing(path, f"o que se baixa em `{path[-1]}` pode trocar o que o template escreve ali", ELSEWHERE)
    installed = {found.lower().replace("-", "_") for file in machine.files for found in PINNED.findall(file.text)} | sys.stdlib_module_names
    folders = {unit.last("WorkingDirectory") for unit in units(machine)}
    for file in machine.files:
        folder, _, name = file.name.rpartition("/")
        if folder in folders and name.endswith(".py") and name.removesuffix(".py") in installed:
            yield Missing(file.path, f"`{file.name}` esconde o módulo `{name.removesuffix('.py')}`, que o programa importa", "dê-lhe outro nome")


def _run(machine: Machine) -> Iterator[tuple[Path, str, str]]:
    """Cada texto de shell que a máquina roda, com o lugar e o nome dele."""
    yield machine.path, f"o programa de `{machine.owner.id}`", machine.script
    yield from ((step.path, f"`{step.name}`", step.text) for step in machine.steps)
    for file in machine.files:
        named = [text for text in machine.texts if file.name in text and text != file.text]
        if named and (SHEBANG.match(file.text) or any(file.name in SOURCED.findall(text) for text in named)):
            yield file.path, f"`{file.name}`", file.text
    for unit in units(machine):
        said = (command for key in RUN for command in unit.settings.get(key, []))
        yield from ((unit.file.path, f"`{unit.name}`", command.lstrip("-@:+!")) for command in said)


def _programs(machine: Machine, path: Path, name: str, text: str) -> Iterator[Missing]:
    own = {*DEFINED.findall(text), *(basename(file.name) for file in machine.files)}
    found = commands(text)
    if found is None:
        yield Missing(path, f"{name} não se lê como shell: algo nele não se fecha", "corrija-o")
    leaving = [command for command in found or () if command[0].text == "trap" and any(word.text in ("EXIT", "0") for word in command)]
    if len(leaving) > 1:
        yield Missing(path, f"{name} diz duas vezes o que faz ao sair, e a segunda apaga a primeira", "diga tudo num `trap` só")
    for command in found or ():
        every = [word.text for word in command]
        yield from _exported(path, name, every)
        said = plain(every)
        program = basename(said[0]) if said else ""
        if program == "systemctl":
            yield from _controlled(machine, path, name, said[1:])
        elif program == "trap":
            yield from _programs(machine, path, name, said[1]) if len(said) > 2 else ()
        elif SHELL.fullmatch(program) and "-c" in said[:-1]:
            yield from _programs(machine, path, name, said[said.index("-c") + 1])
        elif not _familiar(program, said, own):
            yield _unknown(path, name, " ".join((program, *said[1:2])) if program in (".", "source", *PARTLY) or "-c" in said[1:2] else program)


def _familiar(program: str, said: list[str], own: set[str]) -> bool:
    """Sabe-se o que o comando faz."""
    first = next((word for word in said[1:] if not word.startswith("-")), "")
    if SHELL.fullmatch(program) or program in (".", "source"):
        return basename(first) in own | {"activate"}  # o que chega por um cano, ou de outro lugar, não está aqui para se ler
    if PYTHON.fullmatch(program):
        return "-c" not in said and (bool(first) or "--version" in said or "-V" in said)
    if program == "date":
        return not any(word.startswith(("-s", "--set")) for word in said)
    if program in PARTLY:
        return first in PARTLY[program]
    return not program or program in KNOWN | own


def _exported(path: Path, name: str, words: list[str]) -> Iterator[Missing]:
    for word in words:
        variable, _, value = word.partition("=")
        if ASSIGNED.fullmatch(word) and _changes(variable, value) and words[0] in (word, "export", "env", "declare", "sudo"):
            yield _changed(path, name, variable)


def _changes(variable: str, value: str = "") -> bool:
    """Se esta variável de um comando muda o que outro programa faz; uma pasta a mais no `PATH` não muda."""
    longer = variable == "PATH" and bool(re.search(r"\$\{?PATH\b", value))
    return steers(variable, value) and variable not in OWN and not variable.startswith("_") and not longer


def _changed(path: Path, name: str, variable: str) -> Missing:
    return Missing(path, f"{name} dá valor a `{variable}`, e não se sabe o que isso muda no que roda depois", ELSEWHERE)


def _unknown(path: Path, name: str, program: str) -> Missing:
    return Missing(path, f"{name} roda `{program}`, e não se sabe o que isso muda na máquina", ELSEWHERE)


def _controlled(machine: Machine, path: Path, name: str, words: list[str]) -> Iterator[Missing]:
    """https://www.freedesktop.org/software/systemd/man/latest/systemctl.html"""
    verb, *rest = [word for word in words if not word.startswith("-")] or [""]
    if verb in STOPPING and rest:
        undone = verb in ("stop", "disable") and any(step.path == path for step in machine.steps)  # o `cfn-init` os inicia depois
        mine = {one.name.removesuffix(".service").partition("@")[0] for one in units(machine)}
        for each in rest:
            unit = full(each).removesuffix(".service")
            if unit in ESSENTIAL:
                yield Missing(path, f"{name} tira do ar `{each}`, de que a máquina precisa", "tire o comando")
            if unit.partition("@")[0] in mine and not (undone and unit in machine.services):
                yield Missing(path, f"{name} tira do ar o que o template roda, com `systemctl {verb} {each}`", "tire o comando")
    elif verb in STARTING:
        yield from (_barring(path, name, each) for each in rest if each.removesuffix(".service") in BARRING)
    else:
        yield Missing(path, f"{name} manda `systemctl {verb}`, e o que isso muda não se lê", "escreva-o na própria unidade")


def _barring(path: Path, name: str, service: str) -> Missing:
    return Missing(path, f"{name} inicia `{service}`, que fecha portas que aqui não se leem", "deixe aos grupos de segurança o que entra")
