"""Se tudo o que a máquina roda ao nascer, e tudo o que se escreve nela, se conhece: o resto pode mudar o que ela faz, e não se sabe.

O que cada programa conhecido faz, outros módulos daqui leem; o que ele não faz é mudar por fora uma unidade, um endereço ou a rede da máquina.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, join, normpath

from scripts.page import shell
from scripts.page.shell import Broken
from scripts.proofs.arrows.boot_enabled import KINDS
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import UNITS, File, Machine, inside
from scripts.proofs.facts.units import SHEBANG, units
from scripts.template.values import Path

KNOWN = frozenset("""
    . : [ [[ awk aws basename blkid blockdev break cat cd cfn-get-metadata cfn-hup cfn-init cfn-signal chgrp chmod chown cmp continue cp
    createrepo curl cut dd declare df diff dig dirname dnf du ec2-metadata echo env exec exit export fallocate false fdisk file find findmnt
    flask getconf getent getfacl git grep groupadd gunicorn gunzip gzip head hostname id install jq ldconfig let ln local localectl logger ls
    lsblk lsof md5sum microdnf mkdir mkfs.ext4 mkfs.xfs mkswap mktemp mount mountpoint mv node npm nproc nslookup openssl parted partprobe ping
    pip pip3 printf ps psql pwd read readlink readonly realpath resize2fs restorecon return rm rmdir rpm rsync runuser sed seq set sfdisk
    sha256sum shift sleep sort source ss stat su sudo swapon sync tail tar tee test timedatectl timeout touch tr trap true truncate tune2fs type
    udevadm ulimit umask uname uniq unset unzip update-ca-trust useradd usermod uvicorn virtualenv wait waitress-serve wc wget which xargs
    xfs_growfs yum zstd
""".split())
"""Os programas e os comandos do shell cujo efeito, se há, outra regra lê, ou fica no que eles escrevem."""
WORDS = frozenset("! if then elif else fi for while until do done case esac in time { } function".split())
"""As palavras do shell depois das quais vem um comando, ou nada."""
AFTER = frozenset("exec sudo time timeout nohup xargs env".split())
"""Os que rodam o que vem depois deles."""
PYTHON = re.compile(r"python(?:3(?:\.\d+)?)?")
SHELL = re.compile(r"(?:ba|da)?sh")
ASSIGNED = re.compile(r"[A-Za-z_]\w*\+?=.*", re.DOTALL)
DEFINED = re.compile(r"^[ \t]*(?:function[ \t]+)?([\w-]+)[ \t]*\(\)", re.MULTILINE)
CASE = re.compile(r"\bcase\b.*?\besac\b", re.DOTALL)
PATTERN = re.compile(r"^([ \t]*)[^\s()]+(?:[ \t]*\|[ \t]*[^\s()]+)*\)", re.MULTILINE)
TARGET = re.compile(r"(?<![<>&=\-])\d?>>?[ \t]*(?![&(])[\"']?([/$][\w./@%+${}-]*)")
EXEC = re.compile(r"^Exec(?:Start|StartPre|StartPost|Condition|Reload)=[-@:+!]*(.+)$", re.MULTILINE)
CONFLICTING = re.compile(r"^Conflicts=(.+)$", re.MULTILINE)
CHANGING = re.compile(r"(?:PIP_|LD_|PYTHON|AWS_(?:ACCESS|SECRET|SESSION|PROFILE|SHARED|CONFIG|ENDPOINT|CA|ROLE|WEB)|(?:https?|all|no)_proxy$"
                      r"|BASH_ENV$|ENV$|IFS$)\w*", re.IGNORECASE)
"""As variáveis que mudam o que outro programa faz, e com que credencial."""
HIDING = re.compile(r"[0-7]?[0-7][0-7][0-3]|.*-[rwx]*r.*|[augo]*=(?!.*r).*")
"""As permissões que tiram de quem roda o programa a leitura dele."""

STARTING = frozenset("""daemon-reload daemon-reexec enable reenable preset start restart reload try-restart reload-or-restart try-reload-or-restart
    is-active is-enabled is-failed is-system-running status show cat list-units list-unit-files list-timers list-dependencies reset-failed""".split())
STOPPING = frozenset("stop disable mask kill".split())
"""O que se manda ao `systemctl`: o que só inicia ou olha, e o que tira do ar o que se nomeia."""

BARRING = frozenset("firewalld nftables iptables ip6tables ufw fail2ban shorewall".split())
"""Os que, iniciados, fecham portas que aqui não se leem."""

WRITERS = frozenset("tee cp mv ln install sed rm truncate rsync dd".split())
TAKERS = frozenset("rm mv rsync find mount".split())
"""Os que tiram, ou escondem, a pasta inteira que se lhes dá."""
FREE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/console", "/dev/tty", "/tmp", "/var/tmp", "/var/log", "/var/cache", "/opt", "/srv",
        "/home/ec2-user", "/root", "/usr/local", "/usr/share/nginx", "/var/www", "/var/lib", "/etc/fstab", "/swapfile", "/etc/localtime", "/etc/motd",
        "/etc/issue", "/etc/logrotate.d", "/etc/cfn", "/etc/nginx", "/etc/pki", "/etc/yum.repos.d", "/etc/dnf", "/etc/amazon", "/etc/profile.d",
        "/etc/systemd/journald.conf.d", "/etc/tmpfiles.d")
"""Onde o que se escreve não muda o que a unidade roda, nem com quem ela fala; ou outra regra o lê."""
KEPT = re.compile(r"/var/lib/cloud/.*|.*/(?:\.aws|\.config|site-packages|venv)/.*|.*/\.(?:pgpass|pg_service\.conf|netrc)")
"""O que, mesmo ali, muda: o que se roda a cada início, as credenciais, as bibliotecas."""
ELSEWHERE = "faça-o nos arquivos, nas unidades e nos comandos que se conhecem, ou tire-o"


def strange(machine: Machine) -> Iterator[Missing]:
    """O que a máquina roda, e o que se escreve nela, sem que se saiba o que muda."""
    seen: set[str] = set()
    for path, name, text in _run(machine):
        for missing in (*_programs(machine, path, name, text), *_written(machine, path, name, text)):
            if missing.need not in seen:
                seen.add(missing.need)
                yield missing
    yield from (_lost(machine, file.path, file.name, "se escreve na máquina") for file in machine.files if not _read(machine, file.name))
    yield from (_barring(machine.path, "o `cfn-init`", name) for name in machine.services if name.removesuffix(".service") in BARRING)
    mine = {unit.name for unit in units(machine)}
    for unit in units(machine):
        for name in (each for line in CONFLICTING.findall(unit.file.text) for each in line.split() if each in mine):
            yield Missing(unit.file.path, f"`{unit.name}` tira do ar `{name}`, com `Conflicts`", "tire o `Conflicts`")


def _run(machine: Machine) -> Iterator[tuple[Path, str, str]]:
    """Cada texto de shell que a máquina roda, com o lugar e o nome dele."""
    yield machine.path, f"o programa de `{machine.owner.id}`", machine.script
    yield from ((step.path, f"`{step.name}`", step.text) for step in machine.steps)
    for file in machine.files:
        if SHEBANG.match(file.text) and any(file.name in text for text in machine.texts if text != file.text):
            yield file.path, f"`{file.name}`", file.text
    for unit in units(machine):
        yield from ((unit.file.path, f"`{unit.name}`", command) for command in EXEC.findall(unit.file.text))


def _programs(machine: Machine, path: Path, name: str, text: str) -> Iterator[Missing]:
    own = {*DEFINED.findall(text), *(basename(file.name) for file in machine.files)}
    commands = _commands(text)
    if commands is None:
        yield Missing(path, f"{name} não se lê como shell: algo nele não se fecha", "corrija-o")
    for command in commands or ():
        every = [word.text for word in command]
        yield from _exported(path, name, every)
        said = _plain(every)
        program = basename(said[0]) if said else ""
        if program == "systemctl":
            yield from _controlled(machine, path, name, said[1:])
        elif program == "trap":
            yield from _programs(machine, path, name, said[1]) if len(said) > 2 else ()
        elif SHELL.fullmatch(program) and "-c" in said[:-1]:
            yield from _programs(machine, path, name, said[said.index("-c") + 1])
        elif not _familiar(program, said, own):
            yield _unknown(path, name, " ".join(said[:2]) if program in (".", "source", "timedatectl") or "-c" in said[1:2] else program)


def _familiar(program: str, said: list[str], own: set[str]) -> bool:
    """Sabe-se o que o comando faz."""
    first = next((word for word in said[1:] if not word.startswith("-")), "")
    if SHELL.fullmatch(program) or program in (".", "source"):
        return basename(first) in own | {"activate"}  # o que chega por um cano, ou de outro lugar, não está aqui para se ler
    if PYTHON.fullmatch(program):
        return "-c" not in said and (bool(first) or "--version" in said or "-V" in said)
    if program == "date":
        return not any(word.startswith(("-s", "--set")) for word in said)
    if program == "timedatectl":
        return first in ("", "set-timezone", "status", "show")
    return not program or program in KNOWN | own


def _exported(path: Path, name: str, words: list[str]) -> Iterator[Missing]:
    for word in words:
        variable = word.partition("=")[0]
        if ASSIGNED.fullmatch(word) and CHANGING.fullmatch(variable) and words[0] in (word, "export", "env", "declare", "sudo"):
            yield Missing(path, f"{name} dá valor a `{variable}`, e não se sabe o que isso muda no que roda depois", ELSEWHERE)


def _plain(words: list[str]) -> list[str]:
    """O comando sem as palavras do shell, as variáveis e o programa que o chama."""
    if words[:1] in (["for"], ["case"]):
        return []
    while words and (words[0] in WORDS or ASSIGNED.fullmatch(words[0])):
        words = words[1:]
    while len(words) > 1 and basename(words[0]) in AFTER:
        words = words[1:]
        while words and (words[0].startswith("-") or ASSIGNED.fullmatch(words[0]) or re.fullmatch(r"\d+[smh]?", words[0])):
            words = words[1:]
    return words


def _unknown(path: Path, name: str, program: str) -> Missing:
    return Missing(path, f"{name} roda `{program}`, e não se sabe o que isso muda na máquina", ELSEWHERE)


def _controlled(machine: Machine, path: Path, name: str, words: list[str]) -> Iterator[Missing]:
    """https://www.freedesktop.org/software/systemd/man/latest/systemctl.html"""
    verb, *rest = [word for word in words if not word.startswith("-")] or [""]
    if verb in STOPPING:
        undone = verb in ("stop", "disable") and any(step.path == path for step in machine.steps)  # o `cfn-init` os inicia depois
        for each in rest:
            unit = each if each.endswith(KINDS) else f"{each}.service"
            mine = unit.partition("@")[0].removesuffix(".service") in {one.name.partition("@")[0].removesuffix(".service") for one in units(machine)}
            if mine and not (undone and unit.removesuffix(".service") in machine.services):
                yield Missing(path, f"{name} tira do ar o que o template roda, com `systemctl {verb} {each}`", "tire o comando")
    elif verb in STARTING:
        yield from (_barring(path, name, each) for each in rest if each.removesuffix(".service") in BARRING)
    else:
        yield Missing(path, f"{name} manda `systemctl {verb}`, e o que isso muda não se lê", "escreva-o na própria unidade")


def _barring(path: Path, name: str, service: str) -> Missing:
    return Missing(path, f"{name} inicia `{service}`, que fecha portas que aqui não se leem", "deixe aos grupos de segurança o que entra")


def _written(machine: Machine, path: Path, name: str, text: str) -> Iterator[Missing]:
    """O que o texto escreve, ou tira, onde outra coisa o lê."""
    own = {file.name for file in machine.files}
    folder = next((step.folder for step in machine.steps if step.path == path), "")
    for place, whole in dict.fromkeys(_places(text, folder)):
        if place in own or whole and any(inside(each, (place,)) for each in own):
            yield Missing(path, f"{name} mexe em `{place}`, que o template já escreve, e o que fica não se lê", ELSEWHERE)
        elif not whole and ("$" in place or place.startswith("/") and not _read(machine, place)):
            yield _lost(machine, path, place, f"{name} escreve, ou tira")


def _places(text: str, folder: str) -> Iterator[tuple[str, bool]]:
    """Os lugares em que o texto escreve, ou de que tira; verdadeiro, a pasta inteira."""
    yield from ((place, False) for place in TARGET.findall(text))
    for command in _commands(text) or ():
        said = _plain([word.text for word in command])
        program, named = basename(said[0]) if said else "", [word.removeprefix("of=") for word in said[1:] if not word.startswith("-")]
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
        elif program in WRITERS and not (program == "install" and "-d" in said) and (
                program != "sed" or any(word.startswith(("-i", "--in-place")) for word in said)):
            places = named[-1:] if program in ("cp", "ln", "install") else named[1:] if program == "sed" else named
            yield from ((word if "$" in word else normpath(join(folder or "/", word)), False) for word in places)
            yield from ((normpath(join(folder or "/", word)), True) for word in named if program in TAKERS)


def _commands(text: str) -> list[shell.Command] | None:
    """Os comandos do texto, sem os padrões de `case`; `None` quando ele não se lê."""
    with contextlib.suppress(Broken):
        return shell.read(CASE.sub(lambda found: PATTERN.sub(r"\1", found[0]), text))
    return None


def _read(machine: Machine, place: str) -> bool:
    """Alguém lê o que se escreve ali, ou ali nada muda: uma unidade, o que um texto da máquina nomeia, uma pasta dela."""
    if place.startswith(UNITS):
        return "/" not in place.removeprefix(UNITS) and place.endswith(KINDS)
    if KEPT.fullmatch(place):
        return False
    if ".d/" in place and place.startswith(("/run/systemd/", "/usr/lib/systemd/", "/lib/systemd/", "/etc/systemd/")):
        return place.startswith(FREE)
    folders = [*FREE, *(unit.last("WorkingDirectory") or "/opt" for unit in units(machine))]
    return inside(place, folders) or any(_named(place, unit.file) for unit in units(machine)) or _mounted(machine, place)


def _named(place: str, file: File) -> bool:
    """A unidade nomeia este arquivo; o de uma `nome@`, com o nome no lugar de `%i`."""
    return place in file.text or any(re.fullmatch(re.escape(each).replace("%i", r"[\w.-]+"), place) for each in re.findall(r"/[\w./%@-]+", file.text))


def _mounted(machine: Machine, place: str) -> bool:
    """Fica numa pasta em que se monta um volume."""
    top = re.compile(rf"\bmount\b[^\n]*\s/{re.escape(place.split('/')[1])}(?=[\s\"';&|]|$)")
    return any(map(top.search, machine.texts))


def _lost(machine: Machine, path: Path, place: str, how: str) -> Missing:
    changed = next((unit.name for unit in units(machine) if f"/{unit.name}.d/" in place), "")
    if changed:
        return Missing(path, f"`{place}` muda `{changed}` por fora dela, e o que ele diz não se lê", f"escreva o que ele diz em `{changed}`")
    told = f"`{place}` {how}" if how.startswith("se ") else f"{how}, `{place}`"
    return Missing(path, f"{told}, e não se sabe o que isso muda nela", ELSEWHERE)
