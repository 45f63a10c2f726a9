"""Componentes: cada nó e grupo do diagrama é uma linha da tabela, com o mesmo nome e recurso."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from scripts.base.diagram import Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.page.architecture import Page, Row


def check(diagram: Diagram, page: Page) -> Iterator[Finding]:
    """Faltas dos dois lados e, nos pares, as diferenças. Sem tabela, já há um achado por ela."""
    if not page.rows:
        return
    rows = {row.node_id: row for row in page.rows if row.node_id}
    unlinked = {row.name for row in page.rows if not row.node_id}
    for element in diagram.elements.values():
        row = rows.get(element.id)
        if row:
            yield from _differences(element, row, diagram.path, page.path)
        elif name(element) not in unlinked and element.id not in diagram.unnamed:
            yield Finding(diagram.path, element.line, "componente-sem-linha",
                          f"`{element.id}` não está na tabela de `{page.path}`; acrescente a linha "
                          f"`[{name(element)}](#{element.id})`.")
    for row in rows.values():
        if row.node_id not in diagram.elements:
            yield Finding(page.path, row.line, "linha-sem-componente",
                          f"O diagrama não tem o componente `{row.node_id}`; desenhe-o em `{diagram.path}`, "
                          "ou tire a linha.")


def titled(diagram: Diagram, page: Page) -> Iterator[Finding]:
    """O título da figura é o da página: é por ele que se sabe do que ela trata."""
    said, drawn = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (page.title, diagram.title))
    if said and said != drawn:
        line = next(heading.line for heading in page.headings if heading.level == 1)
        yield Finding(page.path, line, "titulo-diferente",
                      f"A página se chama “{said}” e o `Diagram` de `{diagram.path}`, “{drawn}”; use o mesmo título nos dois.")


def name(element: Node | Group) -> str:
    """O rótulo numa linha só, que é como a tabela o escreve."""
    return " ".join(element.label.split())


def _differences(element: Node | Group, row: Row, script: str, page: str) -> Iterator[Finding]:
    if unicodedata.normalize("NFC", row.name) != unicodedata.normalize("NFC", name(element)):
        yield Finding(page, row.line, "nome-diferente",
                      f"A tabela diz `{row.name}` e o diagrama diz `{name(element)}`; use o mesmo nome nos dois.")
    undeclared = isinstance(element, Node) and not element.resources and not element.without_resource.strip()
    if set(row.resources) != set(element.resources) and not undeclared:
        yield Finding(page, row.line, "recurso-diferente",
                      f"A última coluna de `{row.node_id}` traz {_list(row.resources)} e `{script}` traz "
                      f"{_list(element.resources)}; escreva os mesmos ids lógicos, entre crases.")


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nenhum recurso"
