"""Compactação: tira o espaço vazio que o Graphviz deixa no sentido do fluxo.

O `dot` soma a margem de todos os grupos aninhados em cada coluna, o que alarga a figura sem
ganho. Aqui cada faixa em que não há componente, rótulo, borda nem título é reduzida a
`GAP` px, ou alargada onde uma seta inclinada precisa de lugar para a curva; o resto só se
desloca, por isso nada que não se tocava passa a se tocar.
"""

from __future__ import annotations

import math
from bisect import bisect_right

from scripts.base.diagram import Node
from scripts.picture.geometry import Box, Point, rounded
from scripts.picture.layout import Layout, PlacedGroup
from scripts.picture.measures import title_height, title_width

GAP = 22
SLANTED = 48
STRAIGHT = 36
ALIGNED = 10
BORDER = 9
ALMOST = 7
MARGIN = 14


def compact(layout: Layout) -> Layout:
    """O mesmo layout, com as faixas vazias do eixo do fluxo reduzidas."""
    horizontal = layout.diagram.horizontal
    squeeze = _Squeeze(_solid(layout, horizontal), _stretches(layout, horizontal), horizontal)
    groups = [group._replace(box=squeeze.stretched(group.box)) for group in layout.groups]
    return layout._replace(
        nodes=tuple(n._replace(icon=squeeze.moved(n.icon), label=squeeze.moved(n.label, n.icon)) for n in layout.nodes),
        groups=tuple(_trimmed(layout._replace(groups=tuple(_aligned(groups, horizontal))))),
        edges=tuple(
            edge._replace(
                curve=_smooth(tuple(map(squeeze.point, edge.curve))),
                room=squeeze.moved(edge.room) if edge.room else None,
            )
            for edge in layout.edges
        ),
    )


def _aligned(groups: list[PlacedGroup], horizontal: bool) -> list[PlacedGroup]:
    """Irmãos empilhados cujas bordas quase coincidem passam a coincidir, pela maior."""
    aligned = []
    for group in groups:
        peers = [other.box for other in groups if other.group.parent == group.group.parent]
        box = group.box
        if horizontal:
            left = min(other.left for other in peers if abs(other.left - box.left) <= ALMOST)
            right = max(other.right for other in peers if abs(other.right - box.right) <= ALMOST)
            box = Box(left, box.top, right, box.bottom)
        else:
            top = min(other.top for other in peers if abs(other.top - box.top) <= ALMOST)
            bottom = max(other.bottom for other in peers if abs(other.bottom - box.bottom) <= ALMOST)
            box = Box(box.left, top, box.right, bottom)
        aligned.append(group._replace(box=box))
    return aligned


def _trimmed(layout: Layout) -> list[PlacedGroup]:
    """Cada grupo acaba logo em volta do que contém: o Graphviz reserva lugar para setas que se traçam de novo."""
    if not layout.diagram.horizontal:
        return list(layout.groups)
    spans = {node.node.id: (node.icon.top, node.label.bottom if any(node.lines) else node.icon.bottom) for node in layout.nodes}
    members: dict[str | None, list[str]] = {}
    for element in (*(node.node for node in layout.nodes), *(group.group for group in layout.groups)):
        members.setdefault(element.group if isinstance(element, Node) else element.parent, []).append(element.id)
    trimmed = {}
    for group in reversed(layout.groups):  # de dentro para fora: um grupo vem antes dos que contém
        box, title = group.box, title_height(group.title)
        above, below = (0, title) if group.lowered else (title, 0)
        inside = [spans[name] for name in members.get(group.group.id, [])] or [(box.top, box.bottom)]
        top = max(box.top, rounded(min(first for first, _ in inside) - MARGIN - above))
        bottom = min(box.bottom, rounded(max(last for _, last in inside) + MARGIN + below))
        spans[group.group.id] = top, bottom
        trimmed[group.group.id] = group._replace(box=Box(box.left, top, box.right, bottom))
    return [trimmed[group.group.id] for group in layout.groups]


def _solid(layout: Layout, horizontal: bool) -> list[tuple[float, float]]:
    """Intervalos do eixo que não podem encolher."""

    def span(box: Box) -> tuple[float, float]:
        return (box.left, box.right) if horizontal else (box.top, box.bottom)

    solid = []
    for node in layout.nodes:
        (a, b), (c, d) = span(node.icon), span(node.label)
        solid.append((min(a, c) - 3, max(b, d) + 3))
    solid += [span(edge.room) for edge in layout.edges if edge.room]
    edges = [span(group.box) for group in layout.groups]
    for group, (start, end) in zip(layout.groups, edges):
        # Entre dois grupos vizinhos a folga é de ambos: no meio dela ainda se pode abrir lugar para uma seta.
        before = min([BORDER, *((start - last) / 2 for _, last in edges if last <= start)])
        after = min([BORDER, *((first - end) / 2 for first, _ in edges if end <= first)])
        if horizontal:
            solid += [(start - before, start + title_width(group.group, group.title)), (end - BORDER, end + after)]
        elif group.lowered:
            solid += [(start - before, start + BORDER), (end - title_height(group.title), end + after)]
        else:
            solid += [(start - before, start + title_height(group.title)), (end - BORDER, end + after)]
    return solid


def _stretches(layout: Layout, horizontal: bool) -> list[tuple[float, float, float]]:
    """De onde a onde, no eixo, vai cada seta, e de quanto lugar precisa para que se veja."""
    nodes = {placed.node.id: placed for placed in layout.nodes}
    spans = []
    for edge in layout.edges:
        first, last = sorted((nodes[edge.edge.tail], nodes[edge.edge.head]), key=lambda n: n.icon.center[0 if horizontal else 1])
        across = 1 if horizontal else 0
        slanted = abs(first.icon.center[across] - last.icon.center[across]) > ALIGNED
        ends = (first.icon.right, last.icon.left) if horizontal else (first.label.bottom, last.icon.top)
        spans += [(*ends, SLANTED if slanted else STRAIGHT)] if ends[0] < ends[1] else []
    return spans


class _Squeeze:
    """Função crescente, linear por partes, de coordenada antiga para nova."""

    def __init__(self, solid: list[tuple[float, float]], stretches: list[tuple[float, float, float]], horizontal: bool):
        self.horizontal = horizontal
        blocks = _merged(solid)
        gaps = _gaps(blocks, stretches)
        shift = blocks[0][0]
        self.old: list[float] = []
        self.new: list[float] = []
        for (start, end), gap in zip(blocks, [*gaps, 0.0]):
            self.old += [start, end]
            self.new += [shift, shift + end - start]
            shift += end - start + gap

    def value(self, x: float) -> float:
        i = bisect_right(self.old, x) - 1
        if i < 0 or i >= len(self.old) - 1:
            i = 0 if i < 0 else len(self.old) - 1
            return rounded(self.new[i] + x - self.old[i])
        share = (x - self.old[i]) / (self.old[i + 1] - self.old[i])
        return rounded(self.new[i] + share * (self.new[i + 1] - self.new[i]))

    def point(self, point: Point) -> Point:
        x, y = point
        return (self.value(x), y) if self.horizontal else (x, self.value(y))

    def moved(self, box: Box, along: Box | None = None) -> Box:
        """A caixa deslocada, do mesmo tamanho; `along` dá o deslocamento quando há outra de referência."""
        center = (along or box).center
        x, y = self.point(center)
        dx, dy = rounded(x - center[0]), rounded(y - center[1])
        return Box(rounded(box.left + dx), rounded(box.top + dy), rounded(box.right + dx), rounded(box.bottom + dy))

    def stretched(self, box: Box) -> Box:
        return Box(*self.point((box.left, box.top)), *self.point((box.right, box.bottom)))


def _merged(solid: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Os intervalos, com os que se sobrepõem unidos, em ordem."""
    blocks: list[tuple[float, float]] = []
    for start, end in sorted(solid):
        if blocks and start < blocks[-1][1]:
            start, last = blocks.pop()
            end = max(end, last)
        blocks.append((start, end))
    return blocks


def _gaps(blocks: list[tuple[float, float]], stretches: list[tuple[float, float, float]]) -> list[float]:
    """O tamanho novo de cada faixa vazia entre blocos vizinhos."""
    empty = [(a[1], b[0]) for a, b in zip(blocks, blocks[1:])]
    gaps = [min(end - start, GAP) for start, end in empty]
    for first, last, need in stretches:
        inside = [i for i, (start, end) in enumerate(empty) if first <= start and end <= last]
        room = last - first - sum(empty[i][1] - empty[i][0] - gaps[i] for i in inside)
        if inside and room < need:
            gaps[max(inside, key=lambda i: empty[i][1] - empty[i][0])] += need - room
    return gaps


def _smooth(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """Realinha as alças de cada emenda, que a deformação pode ter quebrado."""
    points = list(curve)
    for joint in range(3, len(points) - 3, 3):
        before, here, after = points[joint - 1 : joint + 2]
        length = math.hypot(after[0] - before[0], after[1] - before[1])
        if not length:
            continue
        direction = ((after[0] - before[0]) / length, (after[1] - before[1]) / length)
        for index, sign in ((joint - 1, -1), (joint + 1, 1)):
            reach = sign * math.hypot(points[index][0] - here[0], points[index][1] - here[1])
            points[index] = (rounded(here[0] + direction[0] * reach), rounded(here[1] + direction[1] * reach))
    return tuple(points)
