"""Traçado: leva cada seta da caixa do Graphviz até encostar no ícone, e endireita as curtas.

O Graphviz termina as curvas na borda da caixa que reserva para ícone e rótulo; o leitor
espera que encostem no ícone ou, quando vêm por baixo, no texto dele.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

from scripts.base.diagram import Edge
from scripts.picture.detour import TURNS, Ground, by, lane_of, struck
from scripts.picture.geometry import FINE, Box, Path, Point, distance, rounded, segment_crosses, split, union
from scripts.picture.layout import Layout, PlacedNode
from scripts.picture.measures import ICON
from scripts.picture.ports import ALIGNED, APART, ports

TOUCH = 3
ROOM_TO_BEND = 40

Curve = tuple[Point, ...]


class Routes:
    """Os traçados das setas de um layout; o arranjo pede mais de um, e o que não muda entre eles se calcula uma vez."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.nodes = {placed.node.id: placed for placed in layout.nodes}
        self.direct: dict[tuple[int, tuple[float, float]], Curve | None] = {}
        self.detours: dict[tuple[int, tuple[float, float]], Curve | None] = {}
        self.answers: dict[int, Curve] = {}
        self.final: dict[bool, list[Path]] = {}

    def paths(self, around: bool = False) -> list[Path]:
        """O caminho final de cada seta, na ordem de `layout.edges`; `around` prefere um contorno nosso à curva do Graphviz."""
        if around not in self.final:
            curves, lanes = self._traced(around, {})
            if lanes:  # as pontas de um lado, na ordem das pistas por onde as setas vão
                curves, _ = self._traced(around, lanes)
            self.final[around] = [Path(tuple(map(_rounded, curve))) for curve in curves]
        return self.final[around]

    def _traced(self, around: bool, lanes: dict[int, float]) -> tuple[list[Curve], dict[int, float]]:
        """As curvas e, das setas que contornam alguma coisa, a pista; `lanes` são as que já se sabe."""
        curves, found = [], {}
        for index, offsets in enumerate(ports(self.layout, lanes)):
            curve = self._direct(index, offsets)
            if not curve and around and (curve := self._around(index, offsets)):
                found[index] = lane_of(curve, self.layout.diagram.horizontal)
            curves.append(curve or self._answered(index))
        return curves, found

    def _direct(self, index: int, offsets: tuple[float, float]) -> Curve | None:
        """A seta reta, em arco ou com uma só curva; `None` quando nenhuma serve."""
        key = index, offsets
        if key not in self.direct:
            ground = self.grounds[index]
            crowded = _crowded(self.layout, ground.placed.edge)
            self.direct[key] = _arc(self.layout, ground) if crowded else _straight(ground, offsets) or _bend(self.layout, ground, offsets)
        return self.direct[key]

    def _around(self, index: int, offsets: tuple[float, float]) -> Curve | None:
        key = index, offsets
        if key not in self.detours:
            ends = facing(self.layout, self.grounds[index], offsets)
            self.detours[key] = self.grounds[index].detour(*ends) if ends else None
        return self.detours[key]

    def _answered(self, index: int) -> Curve:
        """A curva do Graphviz, levada até os dois ícones."""
        if index not in self.answers:
            ground = self.grounds[index]
            curve = _reaching(ground.placed.curve, ground.head)
            self.answers[index] = _reaching(curve[::-1], ground.tail)[::-1]
        return self.answers[index]

    @cached_property
    def grounds(self) -> list[Ground]:
        """O terreno de cada seta."""
        return [Ground(self.layout, placed, self.nodes[placed.edge.tail], self.nodes[placed.edge.head]) for placed in self.layout.edges]


def _crowded(layout: Layout, edge: Edge) -> bool:
    """Se as setas do mesmo par, com os rótulos, não cabem lado a lado na largura de um ícone."""
    ends = {edge.tail, edge.head}
    labels = [placed.edge.label for placed in layout.edges if {placed.edge.tail, placed.edge.head} == ends]
    return sum(map(bool, labels)) > ICON / APART


def _straight(ground: Ground, offsets: tuple[float, float]) -> Curve | None:
    """O segmento entre dois ícones alinhados, quando não passa por outro componente."""
    tail, head = ground.tail, ground.head
    one, other = tail.icon.center, head.icon.center
    if tail is head or min(abs(one[0] - other[0]), abs(one[1] - other[1])) > ALIGNED:
        return None
    horizontal = abs(one[0] - other[0]) > abs(one[1] - other[1])
    reach = other[0] - one[0] if horizontal else other[1] - one[1]
    a, b = _leaving(tail, reach, horizontal, offsets[0]), _leaving(head, -reach, horizontal, offsets[1])
    if any([segment_crosses(a, b, box) for box in ground.rims]):
        return None
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b


def _bend(layout: Layout, ground: Ground, offsets: tuple[float, float]) -> Curve | None:
    """Uma só curva em S de ícone a ícone no sentido do fluxo, quando o caminho está livre; vira antes ou depois de um grupo alheio."""
    horizontal = layout.diagram.horizontal
    ends = facing(layout, ground, offsets)
    if not ends:
        return None
    a, b = ends
    flow, across = (0, 1) if horizontal else (1, 0)
    pull = ((b[0] - a[0]) * 0.5, 0) if horizontal else (0, (b[1] - a[1]) * 0.5)
    path = ground.free((a, (a[0] + pull[0], a[1] + pull[1]), (b[0] - pull[0], b[1] - pull[1]), b))
    if not path:
        return None
    if not struck(path, ground.fences):
        return path.curve
    turns = [path]
    if _alone(layout, ground.tail, ground.head):
        turns.append(ground.free(by(a, b, b[across], flow, TURNS)))
    if _alone(layout, ground.head, ground.tail):
        turns.append(ground.free(by(a, b, a[across], flow, TURNS)))
    return min(filter(None, turns), key=lambda found: struck(found, ground.fences)).curve


def _alone(layout: Layout, end: PlacedNode, other: PlacedNode) -> bool:
    """Se nenhuma outra seta de `end` vai para o lado e a fileira de `other`: duas que viram logo correriam juntas."""
    flow, across = (0, 1) if layout.diagram.horizontal else (1, 0)
    at = {placed.node.id: placed.icon.center for placed in layout.nodes}
    here, there, name = at[end.node.id][across], at[other.node.id], end.node.id
    ends = [edge.head if edge.tail == name else edge.tail for edge in layout.diagram.edges if name in (edge.tail, edge.head)]
    return sum((at[one][across] - here) * (there[across] - here) > 0 and abs(at[one][flow] - there[flow]) < ICON for one in ends) == 1


def facing(layout: Layout, ground: Ground, offsets: tuple[float, float]) -> tuple[Point, Point] | None:
    """As pontas de uma seta no sentido do fluxo, nos lados que se olham; `None` quando falta lugar para a curva."""
    tail, head, horizontal = ground.tail, ground.head, layout.diagram.horizontal
    axis = 0 if horizontal else 1
    reach = head.icon.center[axis] - tail.icon.center[axis]
    a, b = _leaving(tail, reach, horizontal, offsets[0]), _leaving(head, -reach, horizontal, offsets[1])
    if tail is head or (b[axis] - a[axis]) * math.copysign(1, reach) < ROOM_TO_BEND:
        return None
    return a, b


def _arc(layout: Layout, ground: Ground) -> Curve | None:
    """Um arco que passa pelo espaço do rótulo: assim muitas setas do mesmo par se abrem em leque."""
    placed, tail, head = ground.placed, ground.tail, ground.head
    across = 1 if layout.diagram.horizontal else 0
    a, b = tail.icon.center, head.icon.center
    if tail is head or not placed.room or abs(a[across] - b[across]) > ALIGNED:
        return None
    reach = b[1 - across] - a[1 - across]
    away = (placed.room.center[across] - a[across]) / 0.75
    shift = math.copysign(min(ICON / 2 - TOUCH, abs(away) / 8), away)
    a = _leaving(tail, reach, layout.diagram.horizontal, shift)
    b = _leaving(head, -reach, layout.diagram.horizontal, shift)

    def bulging(point: Point, along: float) -> Point:
        return (point[0] + along, point[1] - shift + away) if across else (point[0] - shift + away, point[1] + along)

    pull = (b[1 - across] - a[1 - across]) * 0.12
    return a, bulging(a, pull), bulging(b, -pull), b


def _leaving(placed: PlacedNode, reach: float, horizontal: bool, offset: float) -> Point:
    """O ponto, a `offset` do meio, do lado do componente que olha para onde a seta vai."""
    icon, label = placed.icon, placed.label.grown(TOUCH)
    if horizontal:
        return (icon.right + TOUCH if reach > 0 else icon.left - TOUCH), icon.center[1] + offset
    x = icon.center[0] + offset
    bottom = label.bottom if any(placed.lines) and label.left <= x <= label.right else icon.bottom + TOUCH
    return x, (bottom if reach > 0 else icon.top - TOUCH)


def _reaching(curve: Curve, target: PlacedNode) -> Curve:
    """A curva com o fim cortado ou levado até a borda do ícone (ou do texto, se vem antes)."""
    solid = [target.icon.grown(TOUCH)] + ([target.label.grown(TOUCH)] if any(target.lines) else [])
    west, north, east, south = union(solid)

    def inside(point: Point) -> bool:
        x, y = point
        if not (west <= x <= east and north <= y <= south):  # quase todos: a seta vem de longe
            return False
        return any([left <= x <= right and top <= y <= bottom for left, top, right, bottom in solid])

    curve = _trimmed(curve, inside)
    end, aim = curve[-1], _aim(curve[-1], target.icon)
    steps = max(1, int(distance(end, aim) * 2))
    line = ((end[0] + (aim[0] - end[0]) * i / steps, end[1] + (aim[1] - end[1]) * i / steps) for i in range(steps + 1))
    contact = next((before for before, point in pairwise(line) if inside(point)), end)
    dx, dy = contact[0] - end[0], contact[1] - end[1]
    (x, y) = curve[-2]
    return (*curve[:-2], _rounded((x + dx, y + dy)), _rounded(contact))


def _aim(end: Point, icon: Box) -> Point:
    """O ponto do ícone a buscar: em frente, quando a curva já chega de frente a ele."""
    inner = icon.grown(-icon.width / 4)
    x = end[0] if inner.left <= end[0] <= inner.right else icon.center[0]
    y = end[1] if inner.top <= end[1] <= inner.bottom else icon.center[1]
    return x, y


def _trimmed(curve: Curve, inside: Callable[[Point], bool]) -> Curve:
    """A curva sem o trecho final que já está dentro do componente."""
    while len(curve) > 4 and inside(curve[-4]):
        curve = curve[:-3]
    last = curve[-4:]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = last
    within = [inside((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)) for a, b, c, d in FINE]
    cut = next((i for i in range(1, 33) if within[i] and not within[i - 1]), 0)
    return (*curve[:-4], *split(last, (cut - 1) / 32)) if cut > 1 else curve


def _rounded(point: Point) -> Point:
    return rounded(point[0]), rounded(point[1])
