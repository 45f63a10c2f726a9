"""O que um shell carrega de um arquivo e não passa ao programa que ele roda: sem `set -a` nem `export`, a variável é só dele.

https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.proofs.facts.environment import COMMENT
from scripts.proofs.facts.machine import File, Machine
from scripts.proofs.facts.units import contents, programs, read
from scripts.proofs.facts.variables import LIBPQ, speaks_postgres

SOURCED = re.compile(r"(?:^|[;&|({'\"]|\b(?:then|do|else))[ \t]*(?:\.|source)[ \t]+[\"']?(/[\w./@%-]+)", re.MULTILINE)
SEPARATED = re.compile(r"&&|\|\||[;|\n(){}]|(?<![<>])&(?![>\d])")
TELLS_ALL = re.compile(r"\bset\b[^'\"]*?[ \t]-(?:[a-z]*a[a-z]*\b|[a-z]*o[ \t]+allexport)")
TELLS_NOT = re.compile(r"\bset\b[^'\"]*?[ \t]\+(?:[a-z]*a[a-z]*\b|[a-z]*o[ \t]+allexport)")
STARTED_TELLING = re.compile(r"#![^\n]*\s-[a-z]*a")
EXPORTED = re.compile(r"\b(?:export|(?:declare|typeset)[ \t]+-\w*x\w*)\b(?P<names>.*)")
NAMED = re.compile(r"(?<![\w$={./-])([A-Za-z_]\w*)(?==|\s|$)")
ENTERED = re.compile(r"\bcd[ \t]+[\"']?(/[\w./-]*)")
INLINE = re.compile(r"\benviron(?:\.get)?[\[( ]\s*\\?[\"'](\w+)|\bgetenv[( ]\s*\\?[\"'](\w+)")
PYTHON = re.compile(r"\bpython[\d.]*\b[^\n;|&]*?(?:-c[ \t]+([\"'])(?:\\.|(?!\1).)*\1|<<-?[ \t]*([\"']?)(\w+)\2[^\n]*\n.*?^[ \t]*\3$)",
                    re.MULTILINE | re.DOTALL)
"""O Python com o programa escrito ali mesmo: é um comando só."""
GIVEN = re.compile(r"(?:^|\s)([A-Za-z_]\w*)=")
WORD = re.compile(r"[\w./-]+")
RUNNERS = re.compile(r"python[\d.]*|flask|hypercorn|gunicorn|uvicorn|waitress-serve|celery|alembic|django-admin|(?:ba|da)?sh")
QUIET = frozenset(". source cat chmod chown cp mv rm ln ls install mkdir touch stat test echo printf grep sed awk head tail systemctl cd".split())
"""As que só citam um arquivo, sem rodá-lo."""
CLEARED = re.compile(r"\benv[ \t]+-i\b|\b(?:su|runuser)[ \t]+(?:\S+[ \t]+)*(?:-|-l|--login)(?=\s)"
                     r"|\bsudo\b(?![^\n]*\s(?:-\w*E\w*|--preserve-env\S*)(?=\s))")
"""O que começa um programa sem o ambiente de quem o chama: https://www.sudo.ws/docs/man/sudoers.man/#Command_environment"""


class Untold(NamedTuple):
    """Um programa que o shell roda sem lhe passar o que carregou: o arquivo, o que falta, e se é o comando que limpa o ambiente."""

    program: str
    loaded: str
    names: tuple[str, ...]
    cleared: bool


def untold(machine: Machine, text: str, folder: str = "", given: Iterable[str] = ()) -> list[Untold]:
    """Cada programa do template que este shell roda, dado nesta pasta, e não recebe o que lê do arquivo carregado."""
    return list(dict.fromkeys(_untold(machine, text, folder, given))) if SOURCED.search(text) else []


def _untold(machine: Machine, text: str, folder: str, given: Iterable[str]) -> Iterator[Untold]:
    whole, loaded, told = bool(STARTED_TELLING.match(text)), {}, set(given)
    said = PYTHON.sub(lambda found: SEPARATED.sub(" ", found[0]), COMMENT.sub("", text).replace("\\\n", " "))
    for piece in SEPARATED.split(said):
        whole = (whole or bool(TELLS_ALL.search(piece))) and not TELLS_NOT.search(piece)
        entered, source, exported = ENTERED.search(piece), SOURCED.search(piece), EXPORTED.search(piece)
        folder = entered[1].rstrip("/") if entered else folder
        if source:
            found = contents(machine, source[1])
            loaded |= dict.fromkeys(found, source[1])
            told |= found.keys() if whole else _exporting(machine, source[1])
        if exported:
            told |= loaded.keys() if "$" in GIVEN.sub("", exported["names"]) or "`" in exported["names"] else set(NAMED.findall(exported["names"]))
        elif loaded:
            yield from _lacking(machine, piece, folder, loaded, told)


def _lacking(machine: Machine, piece: str, folder: str, loaded: dict[str, str], told: set[str]) -> Iterator[Untold]:
    cleared = bool(CLEARED.search(piece))
    kept = set(GIVEN.findall(piece)) | (set() if cleared else told)
    for name, wanted in _run(machine, piece, folder):
        lost = sorted(wanted & loaded.keys() - kept)
        if lost:
            yield Untold(name, loaded[lost[0]], tuple(lost), cleared and set(lost) <= told)


def _run(machine: Machine, piece: str, folder: str) -> Iterator[tuple[str, set[str]]]:
    """O que este comando roda do template, e o que isso lê do ambiente."""
    words = WORD.findall(piece)
    inline = {name for pair in INLINE.findall(piece) for name in pair if name}
    if inline:
        yield "o Python dele", inline
    running = [index for index, word in enumerate(words) if RUNNERS.fullmatch(word.rpartition("/")[2])]
    named = {file.name for file in machine.files}
    direct = [index for index, word in enumerate(words) if word in named and not QUIET & set(words[:index])]
    start = min((*running, *direct), default=None)
    sources = programs(machine, folder, words[start:]) if start is not None and not QUIET & set(words[:start]) else []
    if sources:
        seen = read(sources)
        libpq = LIBPQ if speaks_postgres(*(file.text for file, _ in sources)) else frozenset()
        yield sources[0][0].name, {*seen.needed, *seen.optional, *libpq}


def _exporting(machine: Machine, name: str) -> set[str]:
    """As variáveis que o próprio arquivo exporta."""
    texts: list[File] = [file for file in machine.files if file.name == name]
    return {found for file in texts for found in re.findall(r"^\s*export\s+([A-Za-z_]\w*)", file.text, re.MULTILINE)}
