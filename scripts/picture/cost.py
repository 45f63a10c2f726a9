"""Custo: quanto falta a uma figura para ser boa, em números que se comparam.

Entra uma `Picture` com os achados dela; sai um `Cost`. O layout fica com a tentativa mais
barata, e `medir figuras` imprime as mesmas medidas.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from scripts.base.findings import Finding
from scripts.picture.geometry import Box, Path, Point, distance
from scripts.picture.placement import Arrow, Picture

NEAR_END = 20
FAR = 26


@dataclass(frozen=True)
class Cost:
    """As medidas de uma figura: o que se cruza, o que se cobre, o que está longe e a área."""

    icons: int
    labels: int
    titles: int
    borders: int
    crossings: int
    far: int
    area: float


def measure(picture: Picture, findings: list[Finding]) -> Cost:
    """As medidas da figura, a partir do que `legibility.check` achou nela."""
    codes = Counter(finding.code for finding in findings)
    return Cost(
        icons=codes["seta-atravessa"],
        labels=codes["sobreposicao"] + codes["rotulo-sobre-seta"],
        titles=codes["seta-sobre-titulo"],
        borders=codes["rotulo-na-borda"],
        crossings=crossings(picture.arrows),
        far=sum(arrow.label is not None and _away(arrow) > FAR for arrow in picture.arrows),
        area=picture.width * picture.height,
    )


def crossings(arrows: tuple[Arrow, ...]) -> int:
    """Quantas vezes duas setas se cruzam, fora das pontas que têm em comum."""
    paths = [(arrow, Path(arrow.curve)) for arrow in arrows]
    count = 0
    for (one, path), (other, against) in combinations(paths, 2):
        if not path.box.touches(against.box):
            continue
        shared = [end for end in (one.curve[0], one.curve[-1]) if {one.edge.tail, one.edge.head} & {other.edge.tail, other.edge.head}]
        count += sum(all(distance(point, end) > NEAR_END for end in shared) for point in _meetings(path, against))
    return count


def _meetings(path: Path, other: Path) -> list[Point]:
    found = []
    for a, b in zip(path.points, path.points[1:]):
        if not Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])).touches(other.box):
            continue
        for c, d in zip(other.points, other.points[1:]):
            meeting = _meeting(a, b, c, d)
            if meeting:
                found.append(meeting)
    return found


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """O ponto em que dois segmentos se cruzam; `None` quando não se cruzam."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = ux * vy - uy * vx
    if abs(cross) < 1e-9:
        return None
    t = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / cross
    s = ((c[0] - a[0]) * uy - (c[1] - a[1]) * ux) / cross
    return (a[0] + t * ux, a[1] + t * uy) if 0 <= t < 1 and 0 <= s < 1 else None


def _away(arrow: Arrow) -> float:
    """A distância do rótulo à própria seta."""
    assert arrow.label
    box = arrow.label
    return min(
        distance(point, (min(max(point[0], box.left), box.right), min(max(point[1], box.top), box.bottom)))
        for point in Path(arrow.curve).points
    )
