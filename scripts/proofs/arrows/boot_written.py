"""Onde a máquina escreve ao nascer, e se alguém lê o que fica: o resto pode mudar o que ela faz."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, join, normpath

from scripts.proofs.arrows.boot_enabled import KINDS
from scripts.proofs.arrows.boot_shell import commands, plain
from scripts.proofs.arrows.boot_steps import made
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import UNITS, File, Machine, inside
from scripts.proofs.facts.units import units
from scripts.template.values import Path

TARGET = re.compile(r"(?<![<>&=\-])\d?>>?[ \t]*(?![&(])[\"']?([/$][\w./@%+${}-]*)")
HIDING = re.compile(r"[0-7]?[0-7][0-7][0-3]|.*-[rwx]*r.*|[augo]*=(?!.*r).*")
"""As permissões que tiram de quem roda o programa a leitura dele."""
WRITERS = frozenset("tee cp mv ln install sed rm truncate rsync dd".split())
GLOB = re.compile(r"[*?\[]")
TAKERS = frozenset("rm mv rsync find mount".split())
"""Os que tiram, ou escondem, a pasta inteira que se lhes dá."""
FREE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/console", "/dev/tty", "/tmp", "/var/tmp", "/var/log", "/var/cache", "/opt", "/srv",
        "/home/ec2-user", "/root", "/usr/local", "/usr/share/nginx", "/var/www", "/var/lib", "/etc/fstab", "/swapfile", "/etc/localtime",
        "/etc/motd", "/etc/motd.d", "/etc/issue", "/etc/logrotate.d", "/etc/cfn", "/etc/nginx", "/etc/pki", "/etc/yum.repos.d", "/etc/dnf",
        "/etc/amazon", "/etc/profile.d", "/etc/systemd/journald.conf.d", "/etc/tmpfiles.d")
"""Onde o que se escreve não muda o que a unidade roda, nem com quem ela fala; ou outra regra o lê."""
HARMLESS = re.compile(r"\s*(?:[#;].*|\[\w+\]|(?:Description|Documentation|SyslogIdentifier|SyslogFacility|SyslogLevel)[ \t]*=.*"
                      r"|(?:vm\.swappiness|vm\.vfs_cache_pressure|net\.core\.somaxconn|fs\.inotify\.\w+)[ \t]*=[ \t]*\d+)?\s*")
"""As linhas de uma emenda, ou do núcleo, que não mudam o que roda: como se chama nos registros, e o quanto se usa a troca em disco."""
KEPT = re.compile(r"/var/lib/cloud/.*|.*/(?:\.aws|\.config|site-packages|venv)/.*|.*/\.(?:pgpass|pg_service\.conf|netrc)"
                  r"|/(?:etc|run|lib|usr/lib)/systemd/(?!journald\.conf\.d/).*\.d/.*")
"""O que, mesmo ali ou nomeado por uma unidade, muda: o que se roda a cada início, as credenciais, as bibliotecas, as emendas do systemd."""
ELSEWHERE = "faça-o nos arquivos, nas unidades e nos comandos que se conhecem, ou tire-o"


def written(machine: Machine, path: Path, name: str, text: str) -> Iterator[Missing]:
    """O que o texto escreve, ou tira, onde outra coisa o lê."""
    own = {file.name for file in machine.files} | {place for step in machine.steps if step.path != path for place in made(step)}
    folder = next((step.folder for step in machine.steps if step.path == path), "")
    for place, whole in dict.fromkeys(_places(text, folder)):
        if place in own or GLOB.search(place) and fnmatch.filter(own, place) or whole and any(inside(each, (place.rstrip("/"),)) for each in own):
            yield Missing(path, f"{name} mexe em `{place}`, que o template já escreve, e o que fica não se lê", ELSEWHERE)
        elif not whole and ("$" in place or place.startswith("/") and not read_by(machine, place)):
            yield lost(machine, path, place, f"{name} escreve, ou tira")


def _places(text: str, folder: str) -> Iterator[tuple[str, bool]]:
    """Os lugares em que o texto escreve, ou de que tira; verdadeiro, a pasta inteira."""
    yield from ((place, False) for place in TARGET.findall(text))
    for command in commands(text) or ():
        said = plain([word.text for word in command])
        program, named = basename(said[0]) if said else "", [word for word in said[1:] if not word.startswith("-")]
        if program == "cd" and named:
            folder = normpath(join(folder or "/", named[0]))
        elif program == "chmod" and named and HIDING.fullmatch(named[0]):
            yield from ((normpath(join(folder or "/", word)), True) for word in named[1:] if not word.startswith("/etc/"))
        elif program == "find" and {"-delete", "-exec", "-execdir", "-ok"} & {*said}:
            yield normpath(join(folder or "/", named[0] if named else ".")), True
        elif program in ("curl", "wget"):
            yield from ((normpath(join(folder or "/", word)), False) for before, word in pairwise(said) if before in ("-o", "-O", "--output"))
        elif program == "mount" and named:
            yield named[-1], True
        elif program in ("tar", "unzip"):
            yield from ((normpath(join(folder or "/", word)), True) for before, word in pairwise(said) if before in ("-C", "-d", "--directory"))
        elif program in WRITERS and not (program == "install" and "-d" in said) and (
                program != "sed" or any(word.startswith(("-i", "--in-place")) for word in said)):
            places = named[-1:] if program in ("cp", "ln", "install") else named[1:] if program == "sed" else named
            places = [word.removeprefix("of=") for word in said if word.startswith("of=")] if program == "dd" else places
            yield from ((word if "$" in word else normpath(join(folder or "/", word)), False) for word in places)
            yield from ((normpath(join(folder or "/", word)), True) for word in named if program in TAKERS)


def read_by(machine: Machine, place: str) -> bool:
    """Alguém lê o que se escreve ali, ou ali nada muda: uma unidade, o que um texto da máquina nomeia, uma pasta dela."""
    if place.startswith(UNITS):
        return "/" not in place.removeprefix(UNITS) and place.endswith(KINDS)
    if KEPT.fullmatch(place):
        return False
    folders = [*FREE, *(unit.last("WorkingDirectory") or "/opt" for unit in units(machine))]
    return inside(place, folders) or any(_named(place, unit.file) for unit in units(machine)) or _mounted(machine, place)


def _named(place: str, file: File) -> bool:
    """A unidade nomeia este arquivo; o de uma `nome@`, com o nome no lugar de `%i`."""
    return place in file.text or any(re.fullmatch(re.escape(each).replace("%i", r"[\w.-]+"), place) for each in re.findall(r"/[\w./%@-]+", file.text))


def _mounted(machine: Machine, place: str) -> bool:
    """Fica numa pasta em que se monta um volume."""
    top = re.compile(rf"\bmount\b[^\n]*\s/{re.escape(place.split('/')[1])}(?=[\s\"';&|]|$)")
    return any(map(top.search, machine.texts))


def lost(machine: Machine, path: Path, place: str, how: str) -> Missing:
    changed = next((unit.name for unit in units(machine) if f"/{unit.name}.d/" in place), "")
    if changed:
        return Missing(path, f"`{place}` muda `{changed}` por fora dela, e o que ele diz não se lê", f"escreva o que ele diz em `{changed}`")
    told = f"`{place}` {how}" if how.startswith("se ") else f"{how}, `{place}`"
    return Missing(path, f"{told}, e não se sabe o que isso muda nela", ELSEWHERE)
