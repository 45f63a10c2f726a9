"""As figuras de uma mudança: antes, depois, e uma com as duas, em que o que saiu fica como fantasma.

O que entrou, saiu ou mudou se diz por forma (contorno cheio, tracejado, pontilhado) e por texto no
rótulo, e não só por cor. O desenho é o de sempre: a união dos dois diagramas, posicionada de novo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect
from scripts.picture.arrangement import arrange
from scripts.picture.svg import draw
from scripts.review.change import REST
from scripts.review.comparison import Compared

SVG = "{http://www.w3.org/2000/svg}"
NEW, GONE, CHANGED = "novo", "saiu", "mudou"
OUTLINES = {NEW: {"stroke-width": "2.4"}, GONE: {"stroke-width": "1.6", "stroke-dasharray": "5 4"},
            CHANGED: {"stroke-width": "2", "stroke-dasharray": "1.5 3", "stroke-linecap": "round"}}
PAD, RADIUS = 6, 8

ElementTree.register_namespace("", SVG.strip("{}"))


@dataclass(frozen=True)
class Pictures:
    """Os três desenhos, em SVG; o que não se posiciona vem vazio."""

    before: str
    after: str
    both: str


def pictures(one: Compared) -> Pictures | None:
    """As figuras de uma arquitetura em que o que a figura declara mudou; `None` nas outras."""
    old, new = (facts.diagram if facts else None for facts in (one.old, one.new))
    if not old or not new or old.digest() == new.digest():
        return None
    marks = states(one, old, new)
    return Pictures(_drawn(replace(old, slug=f"{one.slug}-antes")), _drawn(replace(new, slug=f"{one.slug}-depois")),
                    _marked(_drawn(union(old, new, marks, f"{one.slug}-as-duas")), marks))


def states(one: Compared, old: Diagram, new: Diagram) -> dict[str, str]:
    """De cada componente, grupo e seta que não é o mesmo: `novo`, `saiu` ou `mudou`, pelo id."""
    before, after = ({id: None for id in (*diagram.elements, *(edge.id for edge in diagram.edges))} for diagram in (old, new))
    told = {change.id for change in one.changes if change.subject in ("componente", "grupo", "seta", "prova") and change.short != REST}
    changed = {id: CHANGED for id in after if id in before and id in told}
    return {**changed, **{id: NEW for id in after if id not in before}, **{id: GONE for id in before if id not in after}}


def union(old: Diagram, new: Diagram, marks: Mapping[str, str], slug: str) -> Diagram:
    """O lado novo com o que saiu, no grupo em que estava, e o estado de cada um no rótulo."""
    known = {**old.elements, **new.elements}
    nodes = [*new.nodes, *(node for node in old.nodes if node.id not in new.elements)]
    groups = [*new.groups, *(group for group in old.groups if group.id not in new.elements)]
    taken = {edge.id for edge in new.edges}
    edges = [*new.edges, *(edge for edge in old.edges if edge.id not in taken)]

    def inside(parent: str | None) -> str | None:
        return parent if parent and isinstance(known.get(parent), Group) else None

    return replace(
        new, slug=slug, spacers=(), edges=tuple(_edge(edge, marks.get(edge.id, "")) for edge in edges),
        nodes=tuple(replace(node, group=inside(node.group), label=_label(node, marks), order=index,
                            step=None if marks.get(node.id) == GONE else node.step) for index, node in enumerate(nodes)),
        groups=tuple(replace(group, parent=inside(group.parent), label=_label(group, marks), order=len(nodes) + index)
                     for index, group in enumerate(groups)))


def _label(element: Node | Group, marks: Mapping[str, str]) -> str:
    state = marks.get(element.id, "")
    return f"{element.label}{chr(10) if isinstance(element, Node) else ' '}({state})" if state else element.label


def _edge(edge: Edge, state: str) -> Edge:
    """A seta com o estado no rótulo: a que saiu, tracejada; a nova, mais grossa."""
    if not state:
        return edge
    said = {NEW: "nova", GONE: "saiu", CHANGED: "mudou"}[state]
    style = {NEW: "bold", GONE: "dashed"}.get(state, edge.style)
    return replace(edge, label=f"{edge.label}\n({said})".lstrip("\n"), style=style, step=None if state == GONE else edge.step)


def _drawn(diagram: Diagram) -> str:
    try:
        return draw(arrange(diagram)[0])
    except Defect:
        return ""


def _marked(svg: str, marks: Mapping[str, str]) -> str:
    """O desenho com um contorno em volta de cada componente que mudou."""
    if not svg:
        return ""
    root = ElementTree.fromstring(svg)
    for part in root.iter(f"{SVG}g"):
        state = marks.get(part.get("data-node", ""))
        if state:
            _outline(part, state)
        if marks.get(part.get("data-node") or part.get("data-edge") or part.get("data-group") or "") == GONE:
            part.set("opacity", "0.75")
    return ElementTree.tostring(root, encoding="unicode")


def _outline(part: Element, state: str) -> None:
    icon = part.find(f"{SVG}use")
    icon = part.find(f"{SVG}rect") if icon is None else icon
    if icon is None:
        return
    left, top, wide, high = (float(icon.get(name, "0")) for name in ("x", "y", "width", "height"))
    place = {"x": left - PAD, "y": top - PAD, "width": wide + 2 * PAD, "height": high + 2 * PAD, "rx": RADIUS}
    box = Element(f"{SVG}rect", {**{name: f"{value:g}" for name, value in place.items()}, "class": "arq-line", **OUTLINES[state]})
    part.insert(0, box)
