"""Pacotes de Python presos por versão e resumo, como se escrevem numa lista do `pip`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

START = re.compile(r"^\s*(?:- +)?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9A-Za-z]+)")


class Pin(NamedTuple):
    """Um pacote: o nome, como se compara, a versão, os resumos e a linha."""

    name: str
    version: str
    hashes: frozenset[str]
    line: int

    @property
    def package(self) -> tuple[str, str]:
        return self.name, self.version


def pins(text: str) -> Iterator[Pin]:
    """Os de um texto; os resumos podem vir nas linhas seguintes, depois de `\\`."""
    if "==" not in text:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        found = START.match(line) if "==" in line else None
        if found:
            end = number
            while lines[end - 1].rstrip().endswith("\\") and end < len(lines):
                end += 1
            yield Pin(re.sub(r"[-_.]+", "-", found[1]).lower(), found[2], frozenset(HASH.findall("\n".join(lines[number - 1:end]))), number)
