"""Um engano no script, um achado: o que ele quis dizer é julgado no lugar do que disse.

Um id lógico errado, ou um componente sem `nodeid`, desfaz tudo o que depende dele: a linha da tabela, as
setas, as permissões. Aqui o engano é dito uma vez, e o diagrama segue como seria sem ele. Onde não se sabe
o que o script quis dizer, nada mais se julga do template.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from scripts.base.diagram import SLUG, Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.checks.components import name
from scripts.page.architecture import Page, Row
from scripts.template.cloudformation import Template


Element = TypeVar("Element", Node, Group)


CODES = ("componente-sem-id", "recurso-inexistente")


class Mended(NamedTuple):
    """O diagrama como seria, os enganos, e se algum deles não se conserta sem quem o escreveu."""

    diagram: Diagram
    findings: tuple[Finding, ...] = ()
    page: Page | None = None
    lost: bool = False


def mend(diagram: Diagram, page: Page | None, template: Template | None) -> Mended:
    """O diagrama sem os enganos de nome, e um achado por engano."""
    rows = {row.node_id: row for row in page.rows} if page else {}
    named, findings = _named(diagram, rows)
    mended = Mended(named, findings, page)
    return _resourced(mended, {row.node_id: row for row in page.rows} if page else {}, template) if template else mended


def _named(diagram: Diagram, rows: Mapping[str, Row]) -> tuple[Diagram, tuple[Finding, ...]]:
    """Os componentes sem id levam o da linha da tabela com o mesmo nome."""
    free = {_plain(row.name): row.node_id for row in rows.values() if row.node_id not in diagram.elements}
    new, findings = {}, []
    for element in (*diagram.groups, *diagram.nodes):
        if element.id not in diagram.unnamed:
            continue
        known = free.pop(_plain(name(element)), "")
        wanted = known or _slug(name(element)) or "o-nome-dele"
        new[element.id] = known or element.id
        attribute, what = ("id", "grupo") if isinstance(element, Group) else ("nodeid", "componente")
        at = f", que é o da linha {rows[known].line} da tabela" if known else ""
        findings.append(Finding(diagram.path, element.line, "componente-sem-id",
                                f"O {what} “{name(element)}” não tem id; dê-lhe `{attribute}=\"{wanted}\"`{at}."))
    return (_renamed(diagram, new) if new else diagram), tuple(findings)


def _renamed(diagram: Diagram, new: Mapping[str, str]) -> Diagram:
    def of(identity: str | None) -> str | None:
        return new.get(identity, identity) if identity is not None else None

    return replace(
        diagram, unnamed=frozenset(name for name in diagram.unnamed if new.get(name) == name),
        groups=tuple(replace(group, id=of(group.id), parent=of(group.parent)) for group in diagram.groups),
        nodes=tuple(replace(node, id=of(node.id), group=of(node.group)) for node in diagram.nodes),
        edges=tuple(replace(edge, tail=of(edge.tail), head=of(edge.head)) for edge in diagram.edges))


def _resourced(mended: Mended, rows: Mapping[str, Row], template: Template) -> Mended:
    """Os ids lógicos que não existem dão lugar aos que o script quis dizer."""
    diagram, findings, lost = mended.diagram, list(mended.findings), mended.lost
    drawn = {id for element in diagram.elements.values() for id in element.resources}
    right: dict[str, str] = {}
    for element in diagram.elements.values():
        row = rows.get(element.id)
        for id in element.resources:
            if id in template.resources:
                continue
            meant = right.get(id) or _meant(id, row, template, drawn)
            lost = lost or not meant
            right[id] = meant or id
            findings.append(Finding(diagram.path, element.line, "recurso-inexistente", _wrong(element, id, meant, row, mended.page, template)))
    if not right:
        return mended
    fixed = replace(diagram, nodes=tuple(_fixed(node, right) for node in diagram.nodes),
                    groups=tuple(_fixed(group, right) for group in diagram.groups))
    page = mended.page and replace(mended.page, rows=tuple(
        replace(row, resources=tuple(right.get(id, id) for id in row.resources)) for row in mended.page.rows))
    return Mended(fixed, tuple(findings), page, lost)


def _meant(id: str, row: Row | None, template: Template, drawn: set[str]) -> str:
    """O recurso que o script quis dizer: o da linha da tabela que ninguém desenha ou, sem ele, o de nome parecido."""
    told = [other for other in row.resources if other in template.resources and other not in drawn] if row else []
    close = difflib.get_close_matches(id, template.resources.keys() - drawn, 1) or difflib.get_close_matches(id, template.resources, 1)
    return next(iter(told if len(told) == 1 else close), "")


def _wrong(element: Node | Group, id: str, meant: str, row: Row | None, page: Page | None, template: Template) -> str:
    hint = f"talvez seja `{meant}`" if meant else "corrija o `recurso`, ou crie-o lá"
    also = f" A linha {row.line} de `{page.path}` também o cita." if row and page and id in row.resources else ""
    return f"`{element.id}` diz ser `{id}`, que não está em `{template.path}`; {hint}.{also}"


def _fixed(element: Element, right: Mapping[str, str]) -> Element:
    return replace(element, resources=tuple(right.get(id, id) for id in element.resources))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _slug(text: str) -> str:
    """`Fila de pedidos` → `fila-de-pedidos`; vazio quando não sobra um id."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub("[^a-z0-9]+", "-", ascii_only).strip("-")
    return found if SLUG.fullmatch(found) else ""
