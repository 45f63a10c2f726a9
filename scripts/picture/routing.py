"""Traçado: leva cada seta da caixa do Graphviz até encostar no ícone, e endireita as curtas.

O Graphviz termina as curvas na borda da caixa que reserva para ícone e rótulo; o leitor
espera que encostem no ícone ou, quando vêm por baixo, no texto dele.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scripts.base.diagram import Edge
from scripts.picture.geometry import Box, Path, Point, along, distance, rounded, segment_crosses, split, union
from scripts.picture.layout import Layout, PlacedEdge, PlacedNode
from scripts.picture.measures import ICON
from scripts.picture.ports import ALIGNED, APART, ports

TOUCH = 3
ROOM_TO_BEND = 40
CLEARANCE = 8
LANE = 14
RUNS = ((76, 76), (76, 44), (44, 44), (76, 30), (30, 76))
TURNS = (44, 44)
BREATH = 4
FARTHEST = 320


def route(layout: Layout, around: bool = False) -> tuple[tuple[Point, ...], ...]:
    """A curva final de cada seta, na ordem de `layout.edges`; `around` prefere um contorno nosso ao do Graphviz."""
    curves, lanes = _traced(layout, around, {})
    if lanes:  # as pontas de um lado, na ordem das pistas por onde as setas vão
        curves, _ = _traced(layout, around, lanes)
    return tuple(tuple(map(_rounded, curve)) for curve in curves)


def _traced(layout: Layout, around: bool, lanes: dict[int, float]) -> tuple[list[tuple[Point, ...]], dict[int, float]]:
    """As curvas e, das setas que contornam alguma coisa, a pista; `lanes` são as que já se sabe."""
    nodes = {placed.node.id: placed for placed in layout.nodes}
    curves, found = [], {}
    for index, (placed, offsets) in enumerate(zip(layout.edges, ports(layout, lanes))):
        tail, head = nodes[placed.edge.tail], nodes[placed.edge.head]
        others = [n for n in layout.nodes if n is not tail and n is not head]
        if _crowded(layout, placed.edge):
            curve = _arc(layout, placed, tail, head)
        else:
            curve = _straight(tail, head, others, offsets) or _bend(layout, tail, head, others, offsets)
        if not curve and around and (curve := detour(layout, tail, head, others, offsets)):
            found[index] = curve[3][1 if layout.diagram.horizontal else 0]
        if not curve or placed.edge.tail == placed.edge.head:
            curve = _reaching(placed.curve, head)
            curve = _reaching(curve[::-1], tail)[::-1]
        curves.append(curve)
    return curves, found


def _crowded(layout: Layout, edge: Edge) -> bool:
    """Se as setas do mesmo par, com os rótulos, não cabem lado a lado na largura de um ícone."""
    ends = {edge.tail, edge.head}
    labels = [placed.edge.label for placed in layout.edges if {placed.edge.tail, placed.edge.head} == ends]
    return sum(map(bool, labels)) > ICON / APART


def _straight(
    tail: PlacedNode, head: PlacedNode, others: list[PlacedNode], offsets: tuple[float, float]
) -> tuple[Point, ...] | None:
    """O segmento entre dois ícones alinhados, quando não passa por outro componente."""
    one, other = tail.icon.center, head.icon.center
    if tail is head or min(abs(one[0] - other[0]), abs(one[1] - other[1])) > ALIGNED:
        return None
    horizontal = abs(one[0] - other[0]) > abs(one[1] - other[1])
    reach = other[0] - one[0] if horizontal else other[1] - one[1]
    a, b = _leaving(tail, reach, horizontal, offsets[0]), _leaving(head, -reach, horizontal, offsets[1])
    if any(segment_crosses(a, b, box.grown(2)) for node in others for box in (node.icon, node.label)):
        return None
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b


def _bend(
    layout: Layout, tail: PlacedNode, head: PlacedNode, others: list[PlacedNode], offsets: tuple[float, float]
) -> tuple[Point, ...] | None:
    """Uma só curva em S de ícone a ícone no sentido do fluxo, quando o caminho está livre; vira antes ou depois de um grupo alheio."""
    horizontal = layout.diagram.horizontal
    ends = facing(layout, tail, head, offsets)
    if not ends:
        return None
    a, b = ends
    flow, across = (0, 1) if horizontal else (1, 0)
    pull = ((b[0] - a[0]) * 0.5, 0) if horizontal else (0, (b[1] - a[1]) * 0.5)
    curve = (a, (a[0] + pull[0], a[1] + pull[1]), (b[0] - pull[0], b[1] - pull[1]), b)
    if blocked(curve, others):
        return None
    fences = _fences(layout, tail, head)
    if not _struck(curve, fences):
        return curve
    turns = [curve]
    if _alone(layout, tail, head):
        turns.append(_by(a, b, b[across], flow, TURNS))
    if _alone(layout, head, tail):
        turns.append(_by(a, b, a[across], flow, TURNS))
    return min((found for found in turns if not blocked(found, others)), key=lambda found: _struck(found, fences))


def _alone(layout: Layout, end: PlacedNode, other: PlacedNode) -> bool:
    """Se nenhuma outra seta de `end` vai para o lado e a fileira de `other`: duas que viram logo correriam juntas."""
    flow, across = (0, 1) if layout.diagram.horizontal else (1, 0)
    at = {placed.node.id: placed.icon.center for placed in layout.nodes}
    here, there, name = at[end.node.id][across], at[other.node.id], end.node.id
    ends = [edge.head if edge.tail == name else edge.tail for edge in layout.diagram.edges if name in (edge.tail, edge.head)]
    return sum((at[one][across] - here) * (there[across] - here) > 0 and abs(at[one][flow] - there[flow]) < ICON for one in ends) == 1


def _struck(curve: tuple[Point, ...], fences: list[Box]) -> int:
    """Em quantas destas caixas a curva entra."""
    return sum(map(Path(curve).crosses, fences))


def facing(layout: Layout, tail: PlacedNode, head: PlacedNode, offsets: tuple[float, float]) -> tuple[Point, Point] | None:
    """As pontas de uma seta no sentido do fluxo, nos lados que se olham; `None` quando falta lugar para a curva."""
    horizontal = layout.diagram.horizontal
    axis = 0 if horizontal else 1
    reach = head.icon.center[axis] - tail.icon.center[axis]
    a, b = _leaving(tail, reach, horizontal, offsets[0]), _leaving(head, -reach, horizontal, offsets[1])
    if tail is head or (b[axis] - a[axis]) * math.copysign(1, reach) < ROOM_TO_BEND:
        return None
    return a, b


def blocked(curve: tuple[Point, ...], others: list[PlacedNode]) -> bool:
    """Se a curva passa por um componente, ou perto demais."""
    path = Path(curve)
    return any(path.crosses(box.grown(CLEARANCE)) for other in others for box in (other.icon, other.label))


def detour(
    layout: Layout, tail: PlacedNode, head: PlacedNode, others: list[PlacedNode], offsets: tuple[float, float]
) -> tuple[Point, ...] | None:
    """Uma curva que contorna o que está no meio: sobe ou desce a uma pista livre, segue por ela e volta."""
    ends = facing(layout, tail, head, offsets)
    if not ends:
        return None
    flow, across = (0, 1) if layout.diagram.horizontal else (1, 0)
    a, b = ends
    near, far = sorted((a[flow], b[flow]))
    fences = _fences(layout, tail, head)
    boxes = [*(union([other.icon, other.label]) for other in others), *fences]
    between = [box for box in boxes if box[flow] < far and box[flow + 2] > near]
    lanes = {rounded(value) for box in between for value in (box[across] - LANE, box[across + 2] + LANE)}
    straight = abs(b[across] - a[across])
    best: tuple[int, tuple[Point, ...]] | None = None
    for away, _, lane in sorted((rounded(abs(lane - a[across]) + abs(lane - b[across])), abs(lane - a[across]), lane) for lane in lanes):
        if away > max(FARTHEST, straight) or best and not best[0]:
            break
        curves = [curve for runs in RUNS if not blocked(curve := _by(a, b, lane, flow, runs), others)]
        found = [(_struck(curve, fences), curve) for curve in curves]
        best = min([best, *found] if best else found, key=lambda entry: entry[0], default=best)
    return best[1] if best else None


def _fences(layout: Layout, tail: PlacedNode, head: PlacedNode) -> list[Box]:
    """As caixas dos grupos em que a seta nem começa nem termina, com uma folga."""
    own = {group.id for end in (tail, head) for group in layout.diagram.ancestors(end.node)}
    return [placed.box.grown(BREATH) for placed in layout.groups if placed.group.id not in own]


def _by(a: Point, b: Point, lane: float, flow: int, runs: tuple[float, float]) -> tuple[Point, ...]:
    """A curva de `a` a `b` por uma pista: um S até ela, um trecho reto e outro S; `runs` é o comprimento máximo dos dois S."""
    first, last = (min(run, abs(b[flow] - a[flow]) / 3) * math.copysign(1, b[flow] - a[flow]) for run in runs)

    def at(along: float, aside: float) -> Point:
        return (rounded(along), rounded(aside)) if flow == 0 else (rounded(aside), rounded(along))

    start, end = (a[flow], a[1 - flow]), (b[flow], b[1 - flow])
    enter, leave = start[0] + first, end[0] - last
    third = (leave - enter) / 3
    return (
        at(*start), at(start[0] + first / 2, start[1]), at(enter - first / 2, lane), at(enter, lane),
        at(enter + third, lane), at(leave - third, lane), at(leave, lane),
        at(leave + last / 2, lane), at(end[0] - last / 2, end[1]), at(*end),
    )


def _arc(layout: Layout, placed: PlacedEdge, tail: PlacedNode, head: PlacedNode) -> tuple[Point, ...] | None:
    """Um arco que passa pelo espaço do rótulo: assim muitas setas do mesmo par se abrem em leque."""
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


def _reaching(curve: tuple[Point, ...], target: PlacedNode) -> tuple[Point, ...]:
    """A curva com o fim cortado ou levado até a borda do ícone (ou do texto, se vem antes)."""
    solid = [target.icon.grown(TOUCH)] + ([target.label.grown(TOUCH)] if any(target.lines) else [])

    def inside(point: Point) -> bool:
        return any(box.contains(point) for box in solid)

    curve = _trimmed(curve, inside)
    end, aim = curve[-1], _aim(curve[-1], target.icon)
    steps = max(1, int(distance(end, aim) * 2))
    line = [(end[0] + (aim[0] - end[0]) * i / steps, end[1] + (aim[1] - end[1]) * i / steps) for i in range(steps + 1)]
    contact = next((before for before, point in zip(line, line[1:]) if inside(point)), end)
    dx, dy = contact[0] - end[0], contact[1] - end[1]
    (x, y) = curve[-2]
    return (*curve[:-2], _rounded((x + dx, y + dy)), _rounded(contact))


def _aim(end: Point, icon: Box) -> Point:
    """O ponto do ícone a buscar: em frente, quando a curva já chega de frente a ele."""
    inner = icon.grown(-icon.width / 4)
    x = end[0] if inner.left <= end[0] <= inner.right else icon.center[0]
    y = end[1] if inner.top <= end[1] <= inner.bottom else icon.center[1]
    return x, y


def _trimmed(curve: tuple[Point, ...], inside: Callable[[Point], bool]) -> tuple[Point, ...]:
    """A curva sem o trecho final que já está dentro do componente."""
    while len(curve) > 4 and inside(curve[-4]):
        curve = curve[:-3]
    last = curve[-4:]
    within = [inside(along(last, i / 32)) for i in range(33)]
    cut = next((i for i in range(1, 33) if within[i] and not within[i - 1]), 0)
    return (*curve[:-4], *split(last, (cut - 1) / 32)) if cut > 1 else curve


def _rounded(point: Point) -> Point:
    return rounded(point[0]), rounded(point[1])
