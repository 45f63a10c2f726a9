"""As ligações que o template escreve de um componente a outro: cada uma é uma seta, ou tem motivo.

É a outra metade de `coverage`, que confere as permissões: uma assinatura, um aviso, um alvo ou uma fila do que
falha acontece, e quem lê a figura precisa ver.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.proofs.arrows.queues import POLLING
from scripts.proofs.facts.relations import Relation, relations
from scripts.proofs.facts.views import Views

CODE = "ligacao-sem-seta"


class Undrawn(NamedTuple):
    """Uma ligação entre dois componentes que nenhuma seta mostra, e a seta que a mostraria."""

    edge: Edge
    relation: Relation


def undrawn(diagram: Diagram, views: Views) -> list[Undrawn]:
    """As ligações de todos os mundos com as duas pontas na figura, nenhuma seta entre elas e nenhum motivo em `Excecoes`."""
    shown = {name: element.id for element in (*diagram.groups, *diagram.nodes) for name in element.resources}
    pairs = {frozenset((tail, head)) for edge in diagram.edges for tail in diagram.elements[edge.tail].resources
             for head in diagram.elements[edge.head].resources}
    found: dict[tuple[str, str], Undrawn] = {}
    for link in (link for view in views.each for link in relations(view)):
        tail, head = (link.target.id, link.source.id) if link.pulled else (link.source.id, link.target.id)
        known = tail == head or frozenset((tail, head)) in pairs or link.writer.exceptions.get(CODE, "").strip()
        if not known and tail in shown and head in shown:
            edge = Edge(f"{shown[tail]}--{shown[head]}", shown[tail], shown[head], 1, action=POLLING[0] if link.pulled else "")
            found.setdefault((tail, head), Undrawn(edge, link))
    return list(found.values())


def findings(views: Views, missing: list[Undrawn]) -> Iterator[Finding]:
    """Um achado por ligação, na linha que a escreve."""
    for one in missing:
        edge, link = one.edge, one.relation
        which = f" de quem lê, a função, com `acao=\"{edge.action}\"`" if link.pulled else ""
        ends = (edge.head, edge.tail) if link.pulled else (edge.tail, edge.head)
        yield Finding(views.template.path, views.template.line(*link.path), CODE,
                      f"`{link.writer.id}` leva {link.carried} de `{ends[0]}` a `{ends[1]}`, e nenhuma seta mostra; desenhe a seta{which}, tire a "
                      f"ligação, ou dê o motivo em `Metadata: {{Excecoes: {{{CODE}: …}}}}` de `{link.writer.id}`.")
