"""Ordem: se os irmãos aparecem como foram declarados, e que trocas os poriam assim."""

from __future__ import annotations

from scripts.picture.geometry import Box
from scripts.picture.layout import Layout, PlacedNode


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
    """Quantos pares de irmãos, lado a lado no fluxo, estão na ordem contrária à declarada."""
    horizontal = placed.diagram.horizontal
    siblings: dict[str | None, list[tuple[int, Box]]] = {}
    for node in placed.nodes:
        siblings.setdefault(node.node.group, []).append((node.node.order, node.icon))
    for group in placed.groups:
        siblings.setdefault(group.group.parent, []).append((group.group.order, group.box))
    count = 0
    for family in siblings.values():
        family.sort(key=lambda pair: pair[0])
        for i, (_, first) in enumerate(family):
            for _, second in family[i + 1 :]:
                if horizontal:
                    count += first.left < second.right and second.left < first.right and first.top > second.top
                else:
                    count += first.top < second.bottom and second.top < first.bottom and first.left > second.left
    return count
