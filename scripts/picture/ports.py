"""Portas: em que ponto do lado de cada componente uma seta sai ou chega.

As setas de um mesmo lado se espalham por ele, na ordem de onde vêm, para que cada ponta se
veja. A que liga componentes alinhados fica no meio, reta; as do mesmo par correm lado a lado.
"""

from __future__ import annotations

from scripts.picture.geometry import Point
from scripts.picture.layout import Layout
from scripts.picture.measures import ICON

ALIGNED = 10
APART = 24
GAP = 12
REACH = 18

Side = tuple[str, int, int]
"""Um lado de um componente: id, eixo em que a seta sai (0, x; 1, y) e sentido."""


def ports(layout: Layout, lanes: dict[int, float]) -> list[tuple[float, float]]:
    """De cada seta, quanto ela se afasta do meio do lado de quem inicia e do de quem recebe; `lanes`, a pista das que têm uma."""
    centers = {placed.node.id: placed.icon.center for placed in layout.nodes}
    flow = 0 if layout.diagram.horizontal else 1
    sides: dict[Side, list[tuple[float, int, int]]] = {}
    for index, placed in enumerate(layout.edges):
        tail, head = placed.edge.tail, placed.edge.head
        if tail == head:
            continue
        axis = _leaving_axis(flow, centers[tail], centers[head])
        for end, (here, there) in enumerate(((tail, head), (head, tail))):
            center, other = centers[here], centers[there]
            reach, across = other[axis] - center[axis], other[1 - axis] - center[1 - axis]
            across = lanes.get(index, across + center[1 - axis]) - center[1 - axis]
            side = here, axis, 1 if reach > 0 else -1
            sides.setdefault(side, []).append((0.0 if abs(across) <= ALIGNED else across, index, end))
    found = [[0.0, 0.0] for _ in layout.edges]
    for entries in sides.values():
        entries.sort()
        for (_, index, end), offset in zip(entries, _spread([across for across, _, _ in entries])):
            found[index][end] = offset
    return [(first, second) for first, second in found]


def _leaving_axis(flow: int, tail: Point, head: Point) -> int:
    """O eixo em que a seta sai: o do fluxo ou, entre vizinhos da mesma fileira, o outro."""
    return 1 - flow if abs(tail[flow] - head[flow]) < ICON else flow


def _spread(across: list[float]) -> list[float]:
    """Os afastamentos das setas de um lado, dados os de onde vêm, em ordem; 0 é em frente."""
    straight = across.count(0.0)
    if not straight:
        gap = min(GAP, 2 * REACH / max(1, len(across) - 1))
        return [(i - (len(across) - 1) / 2) * gap for i in range(len(across))]
    before = sum(value < 0 for value in across)
    after = len(across) - straight - before
    step = min(APART, ICON / 2 / max(1, straight - 1))
    edge = (straight - 1) / 2 * step
    gap = min(GAP, max(4.0, (REACH - edge) / max(1, before, after)))
    middle = [(i - (straight - 1) / 2) * step for i in range(straight)]
    return [-edge - gap * (before - i) for i in range(before)] + middle + [edge + gap * (i + 1) for i in range(after)]
