"""Custo: quanto falta a uma figura para ser boa, em números que se comparam.

Entra uma `Picture` com os achados dela; sai um `Cost`. O layout fica com a tentativa mais
barata, e `medir figuras` imprime as mesmas medidas.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import NamedTuple

from scripts.base.findings import Finding
from scripts.picture.geometry import Path, Point, distance
from scripts.picture.placement import Arrow, Picture

NEAR_END = 20
FAR = 26


class Cost(NamedTuple):
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
        far=sum(map(_far, picture.arrows)),
        area=picture.width * picture.height,
    )


def crossings(arrows: tuple[Arrow, ...]) -> int:
    """Quantas vezes duas setas se cruzam, fora das pontas que têm em comum."""
    count = 0
    for one, other in combinations(arrows, 2):
        if not one.path.box.touches(other.path.box):
            continue
        shared = [end for end in (one.curve[0], one.curve[-1]) if {one.edge.tail, one.edge.head} & {other.edge.tail, other.edge.head}]
        count += sum(all(distance(point, end) > NEAR_END for end in shared) for point in _meetings(one.path, other.path))
    return count


def _meetings(path: Path, other: Path) -> list[Point]:
    found = []
    for left, top, right, bottom, points in path.stretches:
        for west, north, east, south, others in other.stretches:
            if left <= east and west <= right and top <= south and north <= bottom:
                sides = list(zip(others, others[1:]))
                found += [_meeting(a, b, c, d) for a, b in zip(points, points[1:]) for c, d in sides]
    return list(filter(None, found))


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """O ponto em que dois segmentos se cruzam; `None` quando não se cruzam."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = ux * vy - uy * vx
    if abs(cross) < 1e-9:
        return None
    t = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / cross
    s = ((c[0] - a[0]) * uy - (c[1] - a[1]) * ux) / cross
    return (a[0] + t * ux, a[1] + t * uy) if 0 <= t < 1 and 0 <= s < 1 else None


def _far(arrow: Arrow) -> bool:
    """Se o rótulo está longe da própria seta."""
    if not arrow.label:
        return False
    left, top, right, bottom = arrow.label
    return all(distance((x, y), (min(max(x, left), right), min(max(y, top), bottom))) > FAR for x, y in arrow.path.points)
