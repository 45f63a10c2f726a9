"""Os comandos de um texto de shell que a máquina roda, palavra por palavra."""

from __future__ import annotations

import contextlib
import re
from posixpath import basename

from scripts.page import shell
from scripts.page.shell import Broken

WORDS = frozenset("! if then elif else fi for while until do done case esac in time { } function".split())
"""As palavras do shell depois das quais vem um comando, ou nada."""
AFTER = frozenset("exec sudo time timeout nohup xargs env".split())
"""Os que rodam o que vem depois deles."""
ASSIGNED = re.compile(r"[A-Za-z_]\w*\+?=.*", re.DOTALL)
CASE = re.compile(r"\bcase\b.*?\besac\b", re.DOTALL)
PATTERN = re.compile(r"^([ \t]*)[^\s()]+(?:[ \t]*\|[ \t]*[^\s()]+)*\)", re.MULTILINE)


def plain(words: list[str]) -> list[str]:
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


def commands(text: str) -> list[shell.Command] | None:
    """Os comandos do texto, sem os padrões de `case`; `None` quando ele não se lê."""
    with contextlib.suppress(Broken):
        return shell.read(CASE.sub(lambda found: PATTERN.sub(r"\1", found[0]), text))
    return None
