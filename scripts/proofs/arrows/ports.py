"""As portas que uma seta diz: `porta="80 443"`."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.diagram import Edge
from scripts.proofs.evidence import Missing, Path
from scripts.template.numbers import whole


def ports_of(edge: Edge, *usual: int) -> list[int]:
    """As portas TCP de `porta="80 443"`; as usuais, quando a seta não diz."""
    written = edge.port.replace(",", " ").split()
    return [number for port in written if (number := whole(port)) is not None] if written else list(usual)


def misread(edge: Edge, path: Path) -> Iterator[Missing]:
    """O defeito de uma `porta` que não é uma lista de números de porta."""
    written = edge.port.replace(",", " ").split()
    if not all(0 < (whole(port) or 0) < 65536 for port in written):
        yield Missing(path, f"a porta `{edge.port}` da seta não é um número", "escreva, por exemplo, `porta=\"443\"`")
