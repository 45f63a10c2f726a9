"""O que uma trilha precisa de cada arquitetura: o nível, e duas perguntas cuja resposta leva ao que a prova.

Só onde a árvore tem trilhas; um nível que não se entende é um achado em qualquer árvore.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from markdown_it.token import Token

from scripts.base.findings import Defect, Finding
from scripts.checks.links import EXTERNAL
from scripts.page import document
from scripts.page.document import Document
from scripts.page.library import LEVELS, TRAILS
from scripts.page.titles import Titles

FEWEST = 2


def check(root: Path, slugs: Iterable[str], titles: Titles) -> Iterator[Finding]:
    """Os achados destas arquiteturas."""
    asked = any(path.stem != "index" for path in (root / "docs" / TRAILS).glob("[!.]*.md"))
    for slug in slugs:
        name = f"docs/arquiteturas/{slug}/index.md"
        try:
            page = document.read(root / name, name)
        except Defect:
            continue
        yield from _level(page, asked)
        if asked:
            yield from _questions(page, titles.perguntas)


def _level(page: Document, asked: bool) -> Iterator[Finding]:
    said = page.header.values.get("nivel")
    if said is None and not asked or said in LEVELS:
        return
    what = f"O nível `{said}` não existe" if said is not None else "A página não diz o nível"
    yield Finding(page.path, page.header.line("nivel"), "nivel-ausente", f"{what}; escreva no cabeçalho `nivel:` e um destes: {', '.join(LEVELS)}.")


def _questions(page: Document, title: str) -> Iterator[Finding]:
    heading = next((heading for heading in page.headings if heading.level == 2 and heading.text == title), None)
    folds = list(_folds(page, heading.line)) if heading else []
    if len(folds) < FEWEST:
        yield Finding(page.path, heading.line if heading else 1, "perguntas-ausentes",
                      f"A página tem {len(folds)} de {FEWEST} perguntas em `## {title}`; escreva cada uma como `??? question \"…?\"`, com a "
                      "resposta recuada embaixo.")
    for fold in folds:
        if not any(not EXTERNAL.match(link.target) for link in document.links(fold)):
            yield Finding(page.path, (fold[0].map or [0])[0] + 1, "pergunta-sem-resposta",
                          "A resposta não leva ao trecho que a prova; acrescente um link para ele.")


def _folds(page: Document, start: int) -> Iterator[list[Token]]:
    """As dobras da seção, cada uma com o que tem dentro."""
    inside: list[Token] = []
    for token in page.tokens:
        line = (token.map or [0])[0] + 1
        if token.type == "heading_open" and token.tag in ("h1", "h2") and line > start:
            return
        if token.type == "fold_open" and line > start:
            inside = []
        inside.append(token)
        if token.type == "fold_close" and inside[0].type == "fold_open":
            yield inside
            inside = []
