"""Ordem: se os irmãos aparecem como foram declarados, e que trocas os poriam assim."""

from __future__ import annotations

from itertools import combinations

from scripts.picture.geometry import Box
from scripts.picture.layout import Layout, PlacedNode

GROUP = 4


def swaps(placed: Layout) -> dict[str, str]:
    """Que componente deve tomar o lugar de que outro, entre os irmãos de mesmos vizinhos."""
    axis = 1 if placed.diagram.horizontal else 0
    twins: dict[tuple[str | None, frozenset[tuple[str, str]]], list[PlacedNode]] = {}
    for node in placed.nodes:
        name = node.node.id
        links = frozenset(("" if e.tail == name else e.tail, "" if e.head == name else e.head)
                          for e in (*placed.diagram.edges, *placed.diagram.spacers) if name in (e.tail, e.head))
        twins.setdefault((node.node.group, links), []).append(node)
    found = {}
    for family in twins.values():
        seen = sorted(family, key=lambda node: node.icon.center[axis])
        found |= {a.node.id: b.node.id for a, b in zip(family, seen) if a is not b}
    return found


def inversions(placed: Layout) -> int:
    """Quantos pares de irmãos, lado a lado no fluxo, estão na ordem contrária à declarada; grupos contam mais."""
    horizontal = placed.diagram.horizontal
    families: dict[str | None, list[tuple[int, int, Box]]] = {}
    for node in placed.nodes:
        families.setdefault(node.node.group, []).append((node.node.order, 1, node.icon))
    for group in placed.groups:
        families.setdefault(group.group.parent, []).append((group.group.order, GROUP, group.box))
    return sum(
        min(weight, other) * _inverted(first, second, horizontal)
        for family in families.values()
        for (_, weight, first), (_, other, second) in combinations(sorted(family, key=lambda entry: entry[0]), 2)
    )


def _inverted(first: Box, second: Box, horizontal: bool) -> bool:
    if horizontal:
        return first.left < second.right and second.left < first.right and first.top > second.top
    return first.top < second.bottom and second.top < first.bottom and first.left > second.left
