"""Nivelamento: componentes ligados que quase se alinham passam a se alinhar.

O Graphviz alinha o meio de ícone e rótulo, e um rótulo de duas linhas sobe o ícone: a seta
entre os dois sai torta por poucos px. Aqui a fileira toda desce ou sobe até a mesma altura,
quando cabe nos grupos e não encosta em nada.
"""

from __future__ import annotations

from scripts.picture.geometry import Box, rounded
from scripts.picture.layout import Layout, PlacedGroup, PlacedNode
from scripts.picture.measures import title_height
from scripts.picture.ports import ALIGNED

AIR = 6


def level(layout: Layout, reach: float = ALIGNED) -> Layout:
    """O mesmo layout, com niveladas as fileiras que diferem até `reach` px no eixo que cruza o fluxo.

    Um grupo que só tem o componente desce ou sobe com ele.
    """
    axis = 1 if layout.diagram.horizontal else 0
    for row in _rows(layout, axis, reach):
        at = {placed.node.id: placed.icon.center[axis] for placed in layout.nodes if placed.node.id in row}
        middle = sorted(at.values())[(len(at) - 1) // 2]
        for goal in sorted(set(at.values()), key=lambda value: (abs(value - middle), value)):
            moved = _shifted(layout, {name: goal - value for name, value in at.items()}, axis)
            if moved:
                layout = moved
                break
    return layout


def _shifted(layout: Layout, by: dict[str, float], axis: int) -> Layout | None:
    """O layout com cada componente movido, e o que anda com ele; `None` quando algo não cabe."""
    moves = dict(by)
    for placed in layout.nodes:
        if placed.node.id in by:
            moves |= dict.fromkeys(_alone(layout, placed), by[placed.node.id])

    def shifted(box: Box, name: str) -> Box:
        dx, dy = (0.0, moves.get(name, 0.0)) if axis else (moves.get(name, 0.0), 0.0)
        return Box(rounded(box.left + dx), rounded(box.top + dy), rounded(box.right + dx), rounded(box.bottom + dy))

    nodes = tuple(n._replace(icon=shifted(n.icon, n.node.id), label=shifted(n.label, n.node.id)) for n in layout.nodes)
    groups = tuple(g._replace(box=shifted(g.box, g.group.id)) for g in layout.groups)
    moved = layout._replace(nodes=nodes, groups=groups)
    return moved if _fits(moved, {name for name, amount in moves.items() if amount}) else None


def _alone(layout: Layout, placed: PlacedNode) -> list[str]:
    """Os grupos que só têm este componente, do mais próximo ao mais externo."""
    counts: dict[str | None, int] = {}
    for parent in (*(n.node.group for n in layout.nodes), *(g.group.parent for g in layout.groups)):
        counts[parent] = counts.get(parent, 0) + 1
    chain = []
    for group in layout.diagram.ancestors(placed.node):
        if counts[group.id] > 1:
            break
        chain.append(group.id)
    return chain


def _rows(layout: Layout, axis: int, reach: float) -> list[list[str]]:
    """Os componentes ligados por setas quase retas no sentido do fluxo, de fileira em fileira."""
    centers = {placed.node.id: placed.icon.center for placed in layout.nodes}
    row_of = {name: [name] for name in centers}
    for edge in (placed.edge for placed in layout.edges):
        one, other = centers[edge.tail], centers[edge.head]
        mine, theirs = row_of[edge.tail], row_of[edge.head]
        if mine is theirs or not abs(one[axis] - other[axis]) <= reach < abs(one[1 - axis] - other[1 - axis]):
            continue
        both = [*mine, *theirs]
        at = [centers[name][axis] for name in both]
        if max(at) - min(at) <= reach:
            row_of |= dict.fromkeys(both, both)
    rows = {id(row): row for row in row_of.values()}
    return [row for row in rows.values() if len({centers[name][axis] for name in row}) > 1]


def _fits(layout: Layout, moved: set[str]) -> bool:
    """Se o que se moveu continua dentro do seu grupo, abaixo do título, e longe do resto."""
    groups = {placed.group.id: placed for placed in layout.groups}
    parts = {n.node.id: (_whole(n), n.node.group) for n in layout.nodes} | {g.group.id: (g.box, g.group.parent) for g in layout.groups}
    for name in moved:
        box, parent = parts[name]
        if parent and not _inside(groups[parent]).grown(-AIR).encloses(box):
            return False
        near = box.grown(AIR)
        for other, (against, _) in parts.items():
            if near.overlaps(against) and other != name and not against.encloses(box) and not box.encloses(against):
                return False
    return True


def _inside(placed: PlacedGroup) -> Box:
    box, title = placed.box, title_height(placed.title)
    above, below = (0, title) if placed.lowered else (title, 0)
    return Box(box.left, box.top + above, box.right, box.bottom - below)


def _whole(placed: PlacedNode) -> Box:
    icon, label = placed.icon, placed.label
    return Box(min(icon.left, label.left), icon.top, max(icon.right, label.right), max(icon.bottom, label.bottom))
