"""O que a máquina faz com os discos ao nascer: acha-os, formata só o que está em branco e monta-os onde o programa grava."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.types import VOLUME
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import File, Machine, inside
from scripts.proofs.facts.shell import expanded
from scripts.proofs.facts.units import SHEBANG, Unit, units, words
from scripts.proofs.facts.view import View
from scripts.template.values import SYMBOL

SAMPLE = "vol-0a1b2c3d4e5f67890"
BY_ID = re.compile(r"/dev/disk/by-id/([^\s\"']*)")
LINK = f"nvme-Amazon_Elastic_Block_Store_{SAMPLE.replace('-', '')}"
"""https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html"""
FORMATTED = re.compile(r"\bmkfs(?:\.\w+)?\s")
EPHEMERAL = "Instance_Storage"
ALTERNATIVE = re.compile(r"\bblkid\b[^|&;\n]*\|\|\s*mkfs|-z\b[^\n]*(?:blkid|lsblk|FSTYPE|fstype)[^\n]*&&\s*mkfs|file -s[^\n]*data[^\n]*&&\s*mkfs")
ASKED = re.compile(r"!\s*(?:sudo\s+)?blkid\b|-z\b[^\n]*(?:blkid|lsblk|FSTYPE|fstype)|file -s[^\n]*data")
BRANCH = re.compile(r"^\s*([\w*|]+)\)", re.MULTILINE)
BLANK = "2"
"""Com o que `blkid` sai quando o disco está em branco. https://man7.org/linux/man-pages/man8/blkid.8.html"""
CALLS = re.compile(r"&&|\|\||;|\n|\bthen\b|\bdo\b")
CARING = ("mountpoint", "xfs_growfs", "install", "mkdir", "find", "chown")
ELSEWHERE = ("/dev", "/etc", "/usr", "/var", "/proc", "/sys", "/run", "/opt", "/tmp")
OWN = re.compile(r"/[\w./-]*")


def misplaced(view: View, machine: Machine) -> Iterator[Missing]:
    """O disco que não se acha, o que se formata com dados e o que se monta onde ninguém grava."""
    points: set[str] = set()
    owners: dict[str, tuple[str, str]] = {}
    for unit in units(machine):
        for file in (file for file, _ in unit.sources if SHEBANG.match(file.text)):
            yield from _guarded(file)
            for instance in unit.instances:
                given = {name: _sample(view, value) for name, value in unit.given(instance).items()}
                text = expanded(file.text, [word.replace("%i", instance) for word in unit.command[1:]], given)
                yield from _found(file, text)
                mounted = _mounted(text)
                yield from _caring(unit, file, text, mounted, instance)
                yield from _lasting(unit, file, text, mounted)
                points |= mounted
                owners |= {path: (_option(call, "-o"), _option(call, "-m")) for call in _calls(text) if call[0] == "install" for path in _paths(call)}
    yield from _used(machine, points, owners)


def _sample(view: View, value: str) -> str:
    symbol = SYMBOL.fullmatch(value)
    resource = view.resources.get(symbol[1]) if symbol else None
    return SAMPLE if resource and resource.type == VOLUME else value


def _guarded(file: File) -> Iterator[Missing]:
    """Cada `mkfs` só roda depois de se ver que o disco está em branco."""
    lines = file.text.splitlines()
    for index, line in enumerate(lines):
        if not FORMATTED.search(line) or line.lstrip().startswith(("#", "echo")) or EPHEMERAL in file.text:
            continue
        before = "\n".join(lines[:index])
        branch = BRANCH.match(line) or next(reversed(list(BRANCH.finditer(before.rpartition(";;")[2]))), None)
        asked = before.rpartition("if ")[2] if not re.search(r"\b(?:fi|else)\b", before.rpartition("if ")[2]) else ""
        chosen = "case" in before and "esac" not in before and branch and branch[1] == BLANK and "blkid" in before
        if not (chosen or ALTERNATIVE.search(line) or ASKED.search(asked)):
            yield Missing(file.path, f"`{file.name}` formata o disco sem ver se está em branco: o que havia nele se perde",
                          "rode `mkfs` só quando `blkid` diz que está em branco")


def _found(file: File, text: str) -> Iterator[Missing]:
    for name in dict.fromkeys(BY_ID.findall(text)):
        if name != LINK:
            yield Missing(file.path, f"`{file.name}` procura um disco que não há: o nome dele em `/dev/disk/by-id` traz o id do volume sem o hífen",
                          'use `"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}"`')


@lru_cache(maxsize=256)
def _calls(text: str) -> tuple[list[str], ...]:
    return tuple(said for said in map(words, CALLS.split(text)) if said)


def _mounted(text: str) -> set[str]:
    return {call[-1] for call in _calls(text) if call[0] == "mount" and len(call) > 2 and call[-1].startswith("/")}


def mounts(machine: Machine) -> set[str]:
    """Os pontos em que os programas das unidades montam discos."""
    return {point for unit in units(machine) for file, _ in unit.sources if SHEBANG.match(file.text) for instance in unit.instances
            for point in _mounted(expanded(file.text, [word.replace("%i", instance) for word in unit.command[1:]], unit.given(instance)))}


def _paths(call: list[str]) -> list[str]:
    return [word for word in call[1:] if OWN.fullmatch(word) and not inside(word, ELSEWHERE)]


def _caring(unit: Unit, file: File, text: str, mounted: set[str], instance: str) -> Iterator[Missing]:
    """Quem monta um disco cuida do ponto em que o montou, e não de outro."""
    stopped = [words(each.lstrip("-@:+!").replace("%i", instance)) for each in unit.settings.get("ExecStop", [])]
    cared = [call for call in _calls(text) if call[0] in CARING] + [call for call in stopped if "umount" in call[0]]
    other = next((path for call in cared for path in _paths(call) if not inside(path, mounted)), None) if mounted else None
    if other:
        yield Missing(file.path, f"`{file.name}` monta o disco em `{', '.join(sorted(mounted))}` e prepara `{other}`, que não está nele",
                      "use o mesmo ponto nos dois")


def _lasting(unit: Unit, file: File, text: str, mounted: set[str]) -> Iterator[Missing]:
    """O disco novo se formata, se monta para gravar, e assim fica."""
    if mounted and LINK in text and not FORMATTED.search(text):
        yield Missing(file.path, f"`{file.name}` monta um disco que ninguém formata: novo, ele está em branco",
                      "rode `mkfs` quando ele está em branco")
    if any(call[0] == "mount" and "ro" in _option(call, "-o").split(",") for call in _calls(text)):
        yield Missing(file.path, f"`{file.name}` monta o disco só para leitura", "tire `ro`")
    stops = any("umount" in each for each in unit.settings.get("ExecStop", []))
    if mounted and stops and unit.last("RemainAfterExit") not in ("yes", "true", "1", "on"):
        yield Missing(unit.file.path, f"`{unit.name}` desmonta o disco assim que acaba de montá-lo", "use `RemainAfterExit=yes`")
    lists = [re.compile(re.escape(each).replace("%i", r"([\w-]+)")) for each in unit.settings.get("EnvironmentFile", []) if "%i" in each]
    known = {found[1] for each in lists for other in unit.machine.files if (found := each.fullmatch(other.name))}
    for name in sorted(known - set(unit.instances)):
        yield Missing(unit.file.path, f"nada inicia `{unit.name.replace('@.', f'@{name}.')}`, que tem o seu arquivo de ambiente", "inicie-a também")


def _option(call: list[str], name: str) -> str:
    return call[call.index(name) + 1] if name in call[:-1] else ""


def _used(machine: Machine, points: set[str], owners: dict[str, tuple[str, str]]) -> Iterator[Missing]:
    """A pasta do disco em que o programa grava, alguém a cria, e para quem o roda."""
    for unit in units(machine):
        near, user = unit.environment_file or unit.file, unit.last("User")
        for name, value in unit.given(unit.instances[0]).items() if user not in ("", "root") else ():
            made = max((path for path in owners if inside(value, {path})), key=len, default="")
            owner, mode = owners.get(made, ("", ""))
            if inside(value, points) and not made:
                yield Missing(near.path, f"`{name}` é `{value}`, uma pasta do disco que nada cria", "crie-a depois de montá-lo, ou corrija o caminho")
            elif inside(value, points) and (owner != user or mode and mode[-3:-2] != "7"):
                yield Missing(near.path, f"`{name}` é `{value}`, onde quem roda `{unit.name}` não pode gravar", f"crie-a com `-o {user} -m 0700`")
