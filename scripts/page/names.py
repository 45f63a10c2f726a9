"""O nome com que se fala de cada componente e grupo de uma figura."""

from __future__ import annotations

from collections import Counter

from scripts.base.diagram import Diagram
from scripts.page.architecture import Page


def names(diagram: Diagram, page: Page | None) -> dict[str, str]:
    """Por id: o nome da tabela, ou o rótulo; repetido, com o grupo que o distingue."""
    rows = {row.node_id: row.name for row in page.rows} if page else {}
    plain = {id: rows.get(id) or " ".join(element.label.split()) or id for id, element in diagram.elements.items()}
    repeated = Counter(plain.values())
    return {id: f"{name} ({place})" if repeated[name] > 1 and (place := _place(diagram, id, name, plain)) else name
            for id, name in plain.items()}


def _place(diagram: Diagram, id: str, name: str, names: dict[str, str]) -> str:
    """O grupo mais próximo que nenhum componente de mesmo nome também tem."""
    inside = {other: [names[group.id] for group in diagram.ancestors(diagram.elements[other])] for other in names if names[other] == name}
    mine = inside.pop(id)
    return next((group for group in mine if not any(group in theirs for theirs in inside.values())), "")
