"""Portas: as que uma seta diz, ou as que fazem sentido para o par."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.model import Edge
from scripts.proofs.rules import Missing, Path


def ports_of(edge: Edge, *usual: int) -> list[int]:
    """As portas TCP de `porta="80 443"`; as usuais, quando a seta não diz."""
    written = edge.port.replace(",", " ").split()
    return [int(port) for port in written if port.isascii() and port.isdigit()] if written else list(usual)


def misread(edge: Edge, path: Path) -> Iterator[Missing]:
    """O defeito de uma `porta` que não é uma lista de números de porta."""
    written = edge.port.replace(",", " ").split()
    if not all(port.isascii() and port.isdigit() and 0 < int(port) < 65536 for port in written):
        yield Missing(path, f"a porta `{edge.port}` da seta não é um número", "escreva, por exemplo, `porta=\"443\"`")
