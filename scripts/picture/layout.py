"""Layout: do modelo para as coordenadas. É o único módulo que conhece o Graphviz.

O Graphviz roda dentro do processo (`pygraphviz`) e só calcula posições: não recebe texto
para medir (nós, títulos e rótulos são caixas de tamanho fixo), por isso o resultado não
depende das fontes da máquina. O eixo y sai para baixo e tudo vem arredondado a 0,1 px.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect, Finding
from scripts.picture import icons, text
from scripts.picture.geometry import Box, Point, around, rounded
from scripts.picture.measures import (
    EDGE_TEXT, ICON, ICON_GAP, NODE_TEXT, TITLE_HEIGHT, node_text_height, node_width, room_size, title_width,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pygraphviz

_TABLE = "border='0' cellborder='0' cellspacing='0' cellpadding='0'"


@dataclass(frozen=True)
class PlacedNode:
    """Ícone e rótulo de um componente; `lines` são as linhas do rótulo.

    `corner` é o canto do número do passo: o lado (1, direita; -1, esquerda) e quanto sobe.
    """

    node: Node
    icon: Box
    label: Box
    lines: tuple[str, ...]
    corner: tuple[int, int] = (1, 0)


@dataclass(frozen=True)
class PlacedGroup:
    """Caixa de um grupo; a faixa do título fica no alto dela."""

    group: Group
    box: Box

    @property
    def symbol(self) -> icons.Symbol | None:
        """O ícone do canto do título, nos tipos de grupo que têm um."""
        return icons.group_symbol(self.group.kind)


@dataclass(frozen=True)
class PlacedEdge:
    """Curva de quem inicia a quem recebe (Bézier por partes) e o espaço do rótulo."""

    edge: Edge
    curve: tuple[Point, ...]
    room: Box | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Tudo o que o desenho precisa, na ordem de declaração."""

    diagram: Diagram
    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    groups: tuple[PlacedGroup, ...]
    edges: tuple[PlacedEdge, ...]


def layout(diagram: Diagram) -> Layout:
    """Coordenadas do diagrama. Erro: `Defect` que nomeia o que o Graphviz não posicionou.

    Irmãos aparecem na ordem declarada, de cima para baixo ou da esquerda para a direita:
    quando o Graphviz devolve outra, a figura é refeita em espelho; se ainda há trocas, com os
    componentes de mesmos vizinhos no lugar um do outro.
    """
    best = plain = _place(diagram, mirrored=False)
    if _inversions(best):
        best = min(best, _place(diagram, mirrored=True), key=_inversions)
    if _inversions(best) and (exchange := _swaps(best)):
        best = min(best, _place(diagram, best is not plain, exchange), key=_inversions)
    return best


def _place(diagram: Diagram, mirrored: bool, swaps: dict[str, str] | None = None) -> Layout:
    graph = pygraphviz.AGraph(string=_Source(diagram, mirrored, swaps or {}).dot())
    answer = json.loads(graph.draw(prog="dot", format="json0"))
    return _Reading(diagram, mirrored, answer).layout()


class _Source:
    """O grafo na linguagem DOT; nomes internos, nenhum texto do autor."""

    def __init__(self, diagram: Diagram, mirrored: bool, swaps: dict[str, str]):
        self.diagram = diagram
        self.mirrored = mirrored
        self.swaps = swaps
        self.nodes = {node.id: f"n{i}" for i, node in enumerate(diagram.nodes)}
        self.groups = {group.id: f"cluster_{i}" for i, group in enumerate(diagram.groups)}

    def dot(self) -> str:
        horizontal = self.diagram.horizontal
        title = ("b" if self.mirrored else "t", "l") if horizontal else ("t", "r" if self.mirrored else "l")
        return "\n".join(
            [
                "digraph {",
                f"rankdir={self.diagram.direction}; splines=spline; nodesep=0.42; ranksep=0.36; newrank=true;",
                f"labelloc={title[0]}; labeljust={title[1]}; node [shape=plain]; edge [arrowhead=none];",
                *self._children(None),
                *(self._edge(i, edge) for i, edge in self._ordered_edges()),
                "}",
            ]
        )

    def _children(self, parent: str | None) -> list[str]:
        inside: list[Node | Group] = [g for g in self.diagram.groups if g.parent == parent]
        inside += [n for n in self.diagram.nodes if n.group == parent]
        lines = []
        for element in sorted(inside, key=self._turn):
            lines += [self._node(element)] if isinstance(element, Node) else self._group(element)
        return lines

    def _group(self, group: Group) -> list[str]:
        name = self.groups[group.id]
        return [
            f"subgraph {name} {{ margin=10; label=<{_cell(title_width(group), TITLE_HEIGHT)}>;",
            *(self._children(group.id) or [f'e_{name} [shape=point, label="", width="0.7", style=invis]']),
            "}",
        ]

    def _node(self, node: Node) -> str:
        lines = text.wrap(node.label, NODE_TEXT)
        icon = f"<tr><td port='i' fixedsize='true' width='{ICON}' height='{ICON}'></td></tr>"
        height = node_text_height(lines)
        label = f"<tr><td fixedsize='true' width='{node_width(lines)}' height='{height}'></td></tr>" if height else ""
        rows = label + icon if self.mirrored and self.diagram.horizontal else icon + label
        return f"{self.nodes[node.id]} [label=<<table {_TABLE}>{rows}</table>>]"

    def _turn(self, element: Node | Group) -> int:
        return self.diagram.elements[self.swaps.get(element.id, element.id)].order

    def _ordered_edges(self) -> list[tuple[int, Edge]]:
        """As setas numeradas, cada uma na vez da seta cujo lugar ela toma."""
        numbered = list(enumerate((*self.diagram.edges, *self.diagram.spacers)))
        turns = {(edge.tail, edge.head): i for i, edge in reversed(numbered)}

        def turn(entry: tuple[int, Edge]) -> int:
            i, edge = entry
            return turns.get((self.swaps.get(edge.tail, edge.tail), self.swaps.get(edge.head, edge.head)), i)

        return sorted(numbered, key=turn)

    def _edge(self, index: int, edge: Edge) -> str:
        first, second = (edge.head, edge.tail) if edge.declared_backwards else (edge.tail, edge.head)
        attributes = [f'comment="{index}"', *(f"{key}={json.dumps(value)}" for key, value in edge.layout)]
        room = room_size(edge, self.diagram.horizontal)
        if room:
            attributes.append(f"label=<{_cell(*room)}>")
        return f"{self.nodes[first]}:i -> {self.nodes[second]}:i [{', '.join(attributes)}]"


def _cell(width: float, height: float) -> str:
    return f"<table {_TABLE} fixedsize='true' width='{round(width)}' height='{round(height)}'><tr><td></td></tr></table>"


class _Reading:
    """A resposta do Graphviz (json0) de volta para o modelo."""

    def __init__(self, diagram: Diagram, mirrored: bool, answer: dict):
        self.diagram = diagram
        self.mirrored = mirrored
        _, _, self.width, self.height = map(float, answer["bb"].split(","))
        self.objects = {item["name"]: item for item in answer.get("objects", [])}
        self.edges = {int(item["comment"]): item for item in answer.get("edges", [])}

    def layout(self) -> Layout:
        nodes = tuple(self._node(i, node) for i, node in enumerate(self.diagram.nodes))
        groups = tuple(self._group(i, group) for i, group in enumerate(self.diagram.groups))
        edges = tuple(self._edge(i, edge) for i, edge in enumerate(self.diagram.edges))
        return Layout(self.diagram, rounded(self.width), rounded(self.height), nodes, groups, edges)

    def _point(self, written: str) -> Point:
        x, y = map(float, written.split(",")[-2:])
        flip_x = self.mirrored and not self.diagram.horizontal
        flip_y = self.mirrored and self.diagram.horizontal
        return rounded(self.width - x if flip_x else x), rounded(y if flip_y else self.height - y)

    def _position(self, item: dict | None, key: str, name: str, line: int) -> str:
        if not item or key not in item:
            raise Defect(
                Finding(self.diagram.path, line, "sem-posicao", f"O layout não posicionou `{name}`; mude a ordem ou a direção.")
            )
        return item[key]

    def _node(self, index: int, node: Node) -> PlacedNode:
        x, y = self._point(self._position(self.objects.get(f"n{index}"), "pos", node.id, node.line))
        lines = text.wrap(node.label, NODE_TEXT)
        below = node_text_height(lines)
        top = rounded(y - (ICON + below) / 2)
        icon = Box(x - ICON / 2, top, x + ICON / 2, top + ICON)
        width = max(text.width(line) for line in lines)
        label = Box(rounded(x - width / 2), icon.bottom + (ICON_GAP if below else 0), rounded(x + width / 2), icon.bottom + below)
        return PlacedNode(node, icon, label, lines)

    def _group(self, index: int, group: Group) -> PlacedGroup:
        written = self._position(self.objects.get(f"cluster_{index}"), "bb", group.id, group.line).split(",")
        (x0, y0), (x1, y1) = self._point(",".join(written[:2])), self._point(",".join(written[2:]))
        return PlacedGroup(group, Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _edge(self, index: int, edge: Edge) -> PlacedEdge:
        item = self.edges.get(index)
        written = self._position(item, "pos", edge.id, edge.line)
        assert item
        points = [self._point(p) for p in written.split() if p[0] not in "es"]
        if edge.declared_backwards:
            points.reverse()
        room = None
        size = room_size(edge, self.diagram.horizontal)
        if size:
            room = around(self._point(self._position(item, "lp", edge.id, edge.line)), *map(rounded, size))
        return PlacedEdge(edge, tuple(points), room, text.wrap(edge.label, EDGE_TEXT) if edge.label else ())


def _swaps(placed: Layout) -> dict[str, str]:
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


def _inversions(placed: Layout) -> int:
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
