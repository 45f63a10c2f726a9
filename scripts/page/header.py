"""O cabeçalho YAML de uma página, com a linha de cada chave.

O que não se lê dá um cabeçalho vazio: quem o diz é a conferência dos dois leitores (`cabecalho-invalido`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from scripts.base.source import LOADER

PATTERN = re.compile(r"---[ \t]*\n(?P<inside>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")


@dataclass(frozen=True)
class Header:
    """Os pares `nome: valor`, e em que linha da página está cada nome."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, name: str) -> int:
        """A linha do nome; a primeira da página, se ele não está."""
        return self.lines.get(name, 1)


def read(text: str) -> Header:
    """O cabeçalho de uma página, ou vazio."""
    found = PATTERN.match(text)
    if not found:
        return Header()
    try:
        loader = LOADER(found["inside"])
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError):
        return Header()
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        return Header()
    return Header({str(name): value for name, value in values.items()},
                  {str(name.value): name.start_mark.line + 2 for name, _ in node.value})
