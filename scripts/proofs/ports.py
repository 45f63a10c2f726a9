"""Portas e outros números: os que uma seta ou uma propriedade dizem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.model import Edge
from scripts.proofs.rules import Missing, Path

LONGEST = 9
"""Quantos algarismos tem o maior número que se lê: nenhum limite da AWS chega perto disso."""


def whole(value: Any) -> int | None:
    """O número inteiro, escrito como número ou como texto; `None` quando não é um, ou é grande demais."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**LONGEST else None
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= LONGEST else None


def ports_of(edge: Edge, *usual: int) -> list[int]:
    """As portas TCP de `porta="80 443"`; as usuais, quando a seta não diz."""
    written = edge.port.replace(",", " ").split()
    return [number for port in written if (number := whole(port)) is not None] if written else list(usual)


def misread(edge: Edge, path: Path) -> Iterator[Missing]:
    """O defeito de uma `porta` que não é uma lista de números de porta."""
    written = edge.port.replace(",", " ").split()
    if not all(0 < (whole(port) or 0) < 65536 for port in written):
        yield Missing(path, f"a porta `{edge.port}` da seta não é um número", "escreva, por exemplo, `porta=\"443\"`")
