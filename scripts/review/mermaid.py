"""O fluxo mudado em Mermaid, que o GitHub desenha onde recusa um SVG.

O que entrou e o que saiu se dizem por traço e por texto, e não só por cor. A sintaxe é a de
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.base.diagram import Diagram, Edge
from scripts.review.change import REST
from scripts.review.comparison import Compared
from scripts.review.facts import Facts

MOST = 30
"""Setas que ainda se leem num quadro só."""


def flow(one: Compared) -> str:
    """O fluxo do que mudou, com os vizinhos; vazio quando nenhuma seta nem componente mudou, ou quando é demais."""
    if not one.old or not one.new or not one.old.diagram or not one.new.diagram:
        return ""
    arrows = list(_arrows(one, one.old.diagram, one.new.diagram))
    nodes = {name for edge, _ in arrows for name in (edge.tail, edge.head)} | _lone(one.old.diagram, one.new.diagram)
    if not nodes or len(arrows) > MOST or len(nodes) > 2 * MOST:
        return ""
    direction = one.new.diagram.direction if one.new.diagram.direction in ("LR", "RL", "TB", "BT") else "LR"
    ids = {name: f"n{index}" for index, name in enumerate(sorted(nodes))}
    lines = [f"flowchart {direction}", *(_node(one.old, one.new, name, ids[name]) for name in sorted(nodes))]
    return "\n".join([*lines, *(_arrow(edge, state, ids) for edge, state in arrows)])


def _arrows(one: Compared, old: Diagram, new: Diagram) -> Iterator[tuple[Edge, str]]:
    """As setas novas, as que saíram e as que mudaram, com o que se diz delas."""
    before, after = {edge.id for edge in old.edges}, {edge.id for edge in new.edges}
    changed = {change.id for change in one.changes if change.subject in ("seta", "prova") and change.short != REST}
    lost = {change.id for change in one.changes if change.short in ("prova perdida", "seta nova, sem prova")}
    for edge in new.edges:
        if edge.id in lost:
            yield edge, "NOVA, sem prova" if edge.id not in before else "sem prova"
        elif edge.id not in before:
            yield edge, "NOVA"
        elif edge.id in changed:
            yield edge, "mudou"
    yield from ((edge, "SAIU") for edge in old.edges if edge.id not in after)


def _lone(old: Diagram, new: Diagram) -> set[str]:
    """Os componentes que entraram ou saíram."""
    return {node.id for node in old.nodes} ^ {node.id for node in new.nodes}


def _node(old: Facts, new: Facts, name: str, id: str) -> str:
    kept = name in new.names
    label = (new if kept else old).names.get(name, name)
    state = "" if name in old.names and kept else " (NOVO)" if kept else " (SAIU)"
    return f'  {id}["{_quoted(label + state)}"]'


def _arrow(edge: Edge, state: str, ids: dict[str, str]) -> str:
    step = f"{edge.step}. " if edge.step is not None else ""
    label = " ".join(edge.label.split())
    link = "-.->" if state == "SAIU" else "==>" if state.startswith("NOVA") else "-->"
    return f'  {ids[edge.tail]} {link}|"{_quoted(f"{step}{label} [{state}]".strip())}"| {ids[edge.head]}'


def _quoted(text: str) -> str:
    """O texto num rótulo entre aspas: os sinais que fechariam o rótulo, ou que seriam marcação, viram entidades."""
    return re.sub(r'["<>#&`|\[\]{}()\\]', lambda found: f"#{ord(found[0])};", " ".join(text.split()))
