"""Layout: do modelo para as coordenadas. É o único módulo que conhece o Graphviz.

O Graphviz roda dentro do processo (`pygraphviz`) e só calcula posições: não recebe texto
para medir (nós, títulos e rótulos são caixas de tamanho fixo), por isso o resultado não
depende das fontes da máquina. O eixo y sai para baixo e tudo vem arredondado a 0,1 px.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect, Finding
from scripts.picture import icons, text
from scripts.picture.geometry import Box, Point, around, rounded
from scripts.picture.measures import (
    EDGE_TEXT, ICON_GAP, body_size, inner_lines, label_lines, node_text_height, room_size, title_lines,
)
from scripts.picture.plan import Plan, dot, turned

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pygraphviz


class PlacedNode(NamedTuple):
    """Ícone (ou forma) e rótulo de um componente; `lines` são as linhas do rótulo.

    `inside` são as linhas escritas dentro da forma de um componente sem ícone.
    `corner` é o canto do número do passo: o lado (1, direita; -1, esquerda) e quanto sobe.
    """

    node: Node
    icon: Box
    label: Box
    lines: tuple[str, ...]
    corner: tuple[int, int] = (1, 0)
    inside: tuple[str, ...] = ()


class PlacedGroup(NamedTuple):
    """Caixa de um grupo e linhas do título; a faixa dele fica no alto ou, se `lowered`, embaixo."""

    group: Group
    box: Box
    title: tuple[str, ...]
    lowered: bool = False

    @property
    def symbol(self) -> icons.Symbol | None:
        """O ícone do canto do título, nos tipos de grupo que têm um."""
        return icons.group_symbol(self.group.kind)


class PlacedEdge(NamedTuple):
    """Curva de quem inicia a quem recebe (Bézier por partes) e o espaço do rótulo."""

    edge: Edge
    curve: tuple[Point, ...]
    room: Box | None
    lines: tuple[str, ...]


class Layout(NamedTuple):
    """Tudo o que o desenho precisa, na ordem de declaração."""

    diagram: Diagram
    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    groups: tuple[PlacedGroup, ...]
    edges: tuple[PlacedEdge, ...]


def layout(diagram: Diagram, plan: Plan = Plan()) -> Layout:
    """Coordenadas do diagrama arrumado como `plan` diz. Erro: `Defect` que nomeia o que o Graphviz não posicionou."""
    graph = pygraphviz.AGraph(string=dot(diagram, plan))
    with _silence():
        answer = json.loads(graph.draw(prog="dot", format="json0"))
    return _Reading(diagram, plan, answer).layout()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Cala o que o Graphviz escreve direto na saída de erros: o que ele não posiciona, a leitura acusa."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


class _Reading:
    """A resposta do Graphviz (json0) de volta para o modelo."""

    def __init__(self, diagram: Diagram, plan: Plan, answer: dict):
        self.diagram = diagram
        self.plan = plan
        _, _, self.width, self.height = map(float, answer["bb"].split(","))
        self.objects = {item["name"]: item for item in answer.get("objects", [])}
        self.edges = {int(item["comment"]): item for item in answer.get("edges", []) if "comment" in item}

    def layout(self) -> Layout:
        nodes = tuple(self._node(i, node) for i, node in enumerate(self.diagram.nodes))
        groups = tuple(self._group(i, group) for i, group in enumerate(self.diagram.groups))
        edges = tuple(self._edge(i, edge) for i, edge in enumerate(self.diagram.edges))
        return Layout(self.diagram, rounded(self.width), rounded(self.height), nodes, groups, edges)

    def _point(self, written: str) -> Point:
        x, y = map(float, written.split(",")[-2:])
        flip_x = self.plan.mirrored and not self.diagram.horizontal
        flip_y = self.plan.mirrored and self.diagram.horizontal
        return rounded(self.width - x if flip_x else x), rounded(y if flip_y else self.height - y)

    def _position(self, item: dict | None, key: str, name: str, line: int) -> str:
        if not item or key not in item:
            raise Defect(
                Finding(self.diagram.path, line, "sem-posicao", f"O layout não posicionou `{name}`; mude a ordem ou a direção.")
            )
        return item[key]

    def _node(self, index: int, node: Node) -> PlacedNode:
        x, y = self._point(self._position(self.objects.get(f"n{index}"), "pos", node.id, node.line))
        lines = label_lines(node)
        wide, tall = body_size(node)
        below = node_text_height(lines)
        top = rounded(y - (tall + below) / 2)
        icon = Box(x - wide / 2, top, x + wide / 2, top + tall)
        width = max(text.width(line) for line in lines)
        label = Box(rounded(x - width / 2), icon.bottom + (ICON_GAP if below else 0), rounded(x + width / 2), icon.bottom + below)
        return PlacedNode(node, icon, label, lines, inside=inner_lines(node))

    def _group(self, index: int, group: Group) -> PlacedGroup:
        written = self._position(self.objects.get(f"cluster_{index}"), "bb", group.id, group.line).split(",")
        (x0, y0), (x1, y1) = self._point(",".join(written[:2])), self._point(",".join(written[2:]))
        box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        return PlacedGroup(group, box, title_lines(group, group.id in self.plan.stacked), group.id in self.plan.lowered)

    def _edge(self, index: int, edge: Edge) -> PlacedEdge:
        item = self.edges.get(index)
        written = self._position(item, "pos", edge.id, edge.line)
        assert item
        points = [self._point(p) for p in written.split() if p[0] not in "es"]
        if turned(edge, self.plan):
            points.reverse()
        room = None
        size = room_size(edge, self.diagram.horizontal)
        if size:
            room = around(self._point(self._position(item, "lp", edge.id, edge.line)), *map(rounded, size))
        return PlacedEdge(edge, tuple(points), room, text.wrap(edge.label, EDGE_TEXT) if edge.label else ())
