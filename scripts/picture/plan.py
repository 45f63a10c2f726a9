"""Plano: as escolhas de um leiaute que se tenta, e o grafo dele na linguagem do Graphviz.

O texto não leva nenhum rótulo do autor: nomes internos e caixas de tamanho fixo.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.picture.measures import (
    body_size, label_lines, node_text_height, node_width, room_size, title_height, title_lines, title_width,
)

_TABLE = "border='0' cellborder='0' cellspacing='0' cellpadding='0'"
_FEW = 3


class Plan(NamedTuple):
    """Uma maneira de arrumar o diagrama.

    `across` alinha as colunas de grupos diferentes (o `newrank` do Graphviz); `mirrored` arruma
    em espelho e desvira; `backwards` declara do último ao primeiro, e `swaps` troca componentes de
    lugar; `widened` alarga grupos, em px; dos que estão em `lowered` e `stacked`, o título vai para
    baixo e ocupa duas linhas; `beside` põe na mesma fileira o que uma ligação sem ponta une.
    """

    across: bool = True
    mirrored: bool = False
    swaps: dict[str, str] = {}
    widened: dict[str, int] = {}
    lowered: frozenset[str] = frozenset()
    stacked: frozenset[str] = frozenset()
    backwards: bool = False
    beside: bool = False


def dot(diagram: Diagram, plan: Plan) -> str:
    """O grafo na linguagem DOT, com as escolhas de `plan`."""
    return _Source(diagram, plan).dot()


class _Source:
    def __init__(self, diagram: Diagram, plan: Plan):
        self.diagram = diagram
        self.plan = plan
        self.nodes = {node.id: f"n{i}" for i, node in enumerate(diagram.nodes)}
        self.groups = {group.id: f"cluster_{i}" for i, group in enumerate(diagram.groups)}
        self.linked = {end for edge in (*diagram.edges, *diagram.spacers) for end in (edge.tail, edge.head)}

    def dot(self) -> str:
        return "\n".join(
            [
                "digraph {",
                f"rankdir={self.diagram.direction}; splines=spline; nodesep=0.42; ranksep=0.36;",
                f"newrank={str(self.plan.across).lower()}; labelloc={self._side(lowered=False)}; labeljust={self._start()};",
                "node [shape=plain]; edge [arrowhead=none];",
                *self._children(None),
                *(self._edge(i, edge) for i, edge in self._ordered_edges()),
                "}",
            ]
        )

    def _side(self, lowered: bool) -> str:
        """Em que lado o Graphviz deve reservar a faixa do título para que saia no alto (ou embaixo)."""
        flipped = self.plan.mirrored if self.diagram.horizontal else self.diagram.direction == "BT"
        return "b" if flipped != lowered else "t"

    def _start(self) -> str:
        return "r" if self.plan.mirrored and not self.diagram.horizontal else "l"

    def _children(self, parent: str | None) -> list[str]:
        inside: list[Node | Group] = [g for g in self.diagram.groups if g.parent == parent]
        inside += [n for n in self.diagram.nodes if n.group == parent]
        inside.sort(key=self._turn, reverse=self.plan.backwards)
        lines = []
        for element in inside:
            lines += [self._node(element)] if isinstance(element, Node) else self._group(element)
        return lines + self._settled([element for element in inside if isinstance(element, Node)])

    def _settled(self, family: list[Node]) -> list[str]:
        """Os componentes sem seta: poucos ficam na fileira de um irmão ligado; muitos, numa grade.

        Sem isto o Graphviz os põe na primeira fileira da figura, e o grupo se estica até lá.
        """
        loose = [node for node in family if node.id not in self.linked]
        linked = [node for node in family if node.id in self.linked]
        rows = max(2 if not linked else _FEW, math.ceil(math.sqrt(len(loose))))
        lines = []
        for i, node in enumerate(loose):
            name = self.nodes[node.id]
            if i >= rows:
                lines.append(f"{self.nodes[loose[i - rows].id]} -> {name} [style=invis]")
            elif linked:
                near = min(linked, key=lambda other: abs(other.order - node.order))
                lines.append(f"{{rank=same; {self.nodes[near.id]}; {name}}}")
        return lines

    def _group(self, group: Group) -> list[str]:
        name = self.groups[group.id]
        lines = title_lines(group, group.id in self.plan.stacked)
        width = title_width(group, lines) + self.plan.widened.get(group.id, 0)
        height = title_height(lines)
        return [
            f"subgraph {name} {{ margin=10; labelloc={self._side(group.id in self.plan.lowered)}; label=<{_cell(width, height)}>;",
            *(self._children(group.id) or [f'e_{name} [shape=point, label="", width="0.7", style=invis]']),
            "}",
        ]

    def _node(self, node: Node) -> str:
        lines = label_lines(node)
        width, tall = body_size(node)
        icon = f"<tr><td port='i' fixedsize='true' width='{width}' height='{tall}'></td></tr>"
        height = node_text_height(lines)
        label = f"<tr><td fixedsize='true' width='{node_width(lines)}' height='{height}'></td></tr>" if height else ""
        rows = label + icon if self.plan.mirrored and self.diagram.horizontal else icon + label
        return f"{self.nodes[node.id]} [label=<<table {_TABLE}>{rows}</table>>]"

    def _turn(self, element: Node | Group) -> int:
        return self.diagram.elements[self.plan.swaps.get(element.id, element.id)].order

    def _ordered_edges(self) -> list[tuple[int, Edge]]:
        """As setas numeradas, cada uma na vez da seta cujo lugar ela toma."""
        numbered = list(enumerate((*self.diagram.edges, *self.diagram.spacers)))
        turns = {(edge.tail, edge.head): i for i, edge in reversed(numbered)}
        swaps = self.plan.swaps

        def turn(entry: tuple[int, Edge]) -> int:
            i, edge = entry
            return turns.get((swaps.get(edge.tail, edge.tail), swaps.get(edge.head, edge.head)), i)

        return sorted(numbered, key=turn, reverse=self.plan.backwards)

    def _edge(self, index: int, edge: Edge) -> str:
        first, second = (edge.head, edge.tail) if turned(edge, self.plan) else (edge.tail, edge.head)
        attributes = [f'comment="{index}"', *(f"{key}={json.dumps(value)}" for key, value in edge.layout)]
        if self.plan.beside and peers(edge):
            attributes.append('minlen="0"')
        room = room_size(edge, self.diagram.horizontal)
        if room:
            attributes.append(f"label=<{_cell(*room)}>")
        return f"{self.nodes[first]}:i -> {self.nodes[second]}:i [{', '.join(attributes)}]"


def peers(edge: Edge) -> bool:
    """Se a ligação não tem ponta, texto nem lugar pedido: não diz qual dos dois vem antes no fluxo."""
    return edge.arrows == "none" and not (edge.label or edge.step or any(edge.near) or edge.layout)


def turned(edge: Edge, plan: Plan) -> bool:
    """Se o Graphviz recebe a seta da ponta para o começo: a que se escreveu assim e, no espelho, a de uma fileira, que ele segue à risca."""
    return edge.declared_backwards != (plan.beside and plan.mirrored and peers(edge))


def _cell(width: float, height: float) -> str:
    return f"<table {_TABLE} fixedsize='true' width='{round(width)}' height='{round(height)}'><tr><td></td></tr></table>"
