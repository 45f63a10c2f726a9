"""Onde a máquina guarda o que chega: se é na memória, o que pode chegar ao mesmo tempo precisa caber nela.

O servidor web guarda num arquivo temporário o corpo grande de cada pedido, e o programa em Python o acha pelas mesmas variáveis.
https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir
https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.quotas import memory
from scripts.aws.types import INSTANCE, LAUNCH_TEMPLATE
from scripts.proofs.arrows.boot_disks import mounts
from scripts.proofs.arrows.boot_settings import LARGE, options
from scripts.proofs.arrows.images import INSIDE, image
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import inside, machine_of
from scripts.proofs.facts.units import Unit, units
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CHOSEN = ("TMPDIR", "TEMP", "TMP")
VOLATILE = ("/tmp", "/dev/shm", "/run")
LASTING = "/var/tmp"
CREATED = {"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "LogsDirectory": "/var/log"}
"""De cada pasta que o systemd cria para a unidade, onde ela fica."""
BODY, CONNECTIONS, MIB = 2**30, 100, 2**20
"""O que o servidor aceita sem que se diga: o tamanho de um corpo, e quantas conexões."""


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _kept(view: View, owner: Resource) -> Iterator[Missing]:
    """O que pode chegar ao mesmo tempo cabe onde se guarda: no Amazon Linux 2023, `/tmp` é memória, até metade dela.

    https://docs.aws.amazon.com/linux/al2023/ug/filesystem-slash-tmp.html
    """
    machine, known = machine_of(view, owner), image(view, owner)
    for unit in units(machine) if machine and known and known.temporary_in_memory else ():
        said = options(unit)
        name, folder = _chosen(unit)
        body, together = whole(said.get("max-request-body-size", "")) or BODY, whole(said.get("connection-limit", "")) or CONNECTIONS
        if not said or not _volatile(unit, folder):
            continue
        with view.reading():
            kind = str(view.value(owner, *INSIDE[owner.type], "InstanceType"))
        room = memory().get(kind, 0) * 1024 // 2
        if together * body > room * MIB:
            where = f"`{name}` é `{folder}`" if name else f"sem `TMPDIR`, o que chega fica em `{folder}`"
            unmade = "" if inside(folder, VOLATILE) else ", que nada cria, e o que chega vai para `/tmp`"
            half = f"em metade da de um `{kind}`" + (f", {room} MiB" if room else ", que não se conhece")
            yield Missing((unit.environment_file or unit.file).path,
                          f"{where}{unmade}, que é memória na imagem de `{owner.id}`: {together} envios de até {body // MIB} MiB não cabem {half}",
                          f"use `TMPDIR={LASTING}`, que fica no disco, ou a pasta de um volume", only=(LARGE,))


def _chosen(unit: Unit) -> tuple[str, str]:
    """A variável que diz a pasta dos temporários, e a pasta."""
    given = unit.given(unit.instances[0])
    return next(((name, given[name].rstrip("/") or "/") for name in CHOSEN if given.get(name)), ("", VOLATILE[0]))


def _volatile(unit: Unit, folder: str) -> bool:
    """O que vai para esta pasta fica na memória: ela é de lá, ou ninguém a cria, e o Python usa `/tmp`."""
    if inside(folder, mounts(unit.machine)) or folder == LASTING:
        return False
    return inside(folder, VOLATILE) or not _made(unit, folder)


def _made(unit: Unit, folder: str) -> bool:
    """Alguém cria esta pasta: um comando, um programa de disco, ou o systemd."""
    own = [f"{place}/{name}" for key, place in CREATED.items() for name in unit.last(key).split()]
    made = re.compile(rf"\b(?:mkdir|install)\b[^\n]*\s{re.escape(folder)}(?![\w-])")
    return inside(folder, own) or any(made.search(text) for text in unit.machine.texts if folder in text)
