"""O que os testes de um repositório novo pedem: da trava dos desta árvore, só os pacotes que eles usam.

Os de `tests/every/` usam quatro; os outros servem às arquiteturas e ao site daqui.
"""

from __future__ import annotations

import re

USED = ("pytest", "pytest-xdist", "pytest-timeout", "cfn-lint")
BLOCK = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==.*\n(?:[ ]+.*\n)*", re.MULTILINE)
ASKED = re.compile(r"^[ ]+#(?: via|  )[ ]+(\S+)", re.MULTILINE)


def declared(text: str) -> str:
    """As linhas de `test.in` que ficam, com o comentário do alto."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.strip() or line.startswith(("#", *(f"{name}==" for name in USED))))


def locked(text: str) -> str:
    """A trava com os quatro e o que eles pedem, direta ou indiretamente; quem pede cada um, a trava diz."""
    blocks = {found[1]: found[0] for found in BLOCK.finditer(text)}
    askers = {name: {each.partition("[")[0] for each in ASKED.findall(block)} for name, block in blocks.items()}
    kept = set(USED)
    while more := {name for name, asking in askers.items() if asking & kept} - kept:
        kept |= more
    return text[:BLOCK.search(text).start()] + "".join(block for name, block in blocks.items() if name in kept)
