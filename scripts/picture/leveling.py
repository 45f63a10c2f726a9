"""Nivelamento: componentes ligados que quase se alinham passam a se alinhar.

O Graphviz alinha o meio de ícone e rótulo, e um rótulo de duas linhas sobe o ícone: a seta
entre os dois sai torta por poucos px. Aqui a fileira toda desce ou sobe até a mesma altura,
quando cabe nos grupos e não encosta em nada.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median_low

from scripts.picture.geometry import Box, rounded
from scripts.picture.layout import Layout, PlacedNode
from scripts.picture.measures import title_height
from scripts.picture.ports import ALIGNED

AIR = 6


def level(layout: Layout) -> Layout:
    """O mesmo layout, com as fileiras niveladas no eixo que cruza o fluxo."""
    axis = 1 if layout.diagram.horizontal else 0
    nodes = {placed.node.id: placed for placed in layout.nodes}
    for row in _rows(layout, axis):
        goal = median_low(nodes[name].icon.center[axis] for name in row)
        moved = {name: _moved(nodes[name], goal - nodes[name].icon.center[axis], axis) for name in row}
        if all(_fits(layout, {**nodes, **moved}, placed) for placed in moved.values()):
            nodes |= moved
    return replace(layout, nodes=tuple(nodes[placed.node.id] for placed in layout.nodes))


def _rows(layout: Layout, axis: int) -> list[list[str]]:
    """Os componentes ligados por setas quase retas no sentido do fluxo, de fileira em fileira."""
    nodes = {placed.node.id: placed for placed in layout.nodes}
    row_of = {name: [name] for name in nodes}
    for edge in (placed.edge for placed in layout.edges):
        one, other = nodes[edge.tail].icon.center, nodes[edge.head].icon.center
        mine, theirs = row_of[edge.tail], row_of[edge.head]
        if mine is theirs or not abs(one[axis] - other[axis]) <= ALIGNED < abs(one[1 - axis] - other[1 - axis]):
            continue
        both = [*mine, *theirs]
        at = [nodes[name].icon.center[axis] for name in both]
        if max(at) - min(at) <= ALIGNED:
            row_of |= dict.fromkeys(both, both)
    rows = {id(row): row for row in row_of.values()}
    return [row for row in rows.values() if len({nodes[name].icon.center[axis] for name in row}) > 1]


def _moved(placed: PlacedNode, by: float, axis: int) -> PlacedNode:
    def shifted(box: Box) -> Box:
        dx, dy = (0.0, by) if axis else (by, 0.0)
        return Box(rounded(box.left + dx), rounded(box.top + dy), rounded(box.right + dx), rounded(box.bottom + dy))

    return replace(placed, icon=shifted(placed.icon), label=shifted(placed.label))


def _fits(layout: Layout, nodes: dict[str, PlacedNode], placed: PlacedNode) -> bool:
    """Se o componente continua dentro do grupo, abaixo do título, e longe dos outros."""
    whole = _whole(placed)
    group = next((group for group in layout.groups if group.group.id == placed.node.group), None)
    if group:
        title = title_height(group.title)
        top, bottom = (0, title) if group.lowered else (title, 0)
        inside = Box(group.box.left, group.box.top + top, group.box.right, group.box.bottom - bottom)
        if not inside.grown(-AIR).encloses(whole):
            return False
    fences = [other.box for other in layout.groups if other is not group]
    return not any(whole.grown(AIR).overlaps(_whole(other)) for other in nodes.values() if other is not placed) and not any(
        whole.grown(AIR).straddles(fence) for fence in fences)


def _whole(placed: PlacedNode) -> Box:
    icon, label = placed.icon, placed.label
    return Box(min(icon.left, label.left), icon.top, max(icon.right, label.right), max(icon.bottom, label.bottom))
