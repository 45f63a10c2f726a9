"""O glossário e as notas: o verbete que tem nota é o primeiro parágrafo dela, e não se escreve outra vez."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.base.findings import Defect, Finding
from scripts.page import document
from scripts.page.document import Document, Heading
from scripts.page.library import Library

GLOSSARY = "docs/glossario.md"
MARKER = re.compile(r"<!--\s*verbete:\s*(?P<slug>[\w-]+)\s*-->")


def check(root: Path, shelf: Library) -> Iterator[Finding]:
    """Cada nota tem o seu verbete, com a marca dela e mais nada; cada marca leva a uma nota."""
    try:
        page = document.read(root / GLOSSARY, GLOSSARY)
    except Defect:
        if shelf.notes:
            yield Finding(GLOSSARY, 1, "verbete-inexistente", "As notas dizem o verbete delas, e o glossário não existe ou não se lê; escreva-o.")
        return
    entries = {heading.text: heading for heading in page.headings if heading.level == 2}
    marks = dict(_marks(page))
    owners: dict[str, str] = {}
    for note in shelf.notes.values():
        line = note.page.header.line("verbete")
        if note.entry in owners:
            yield Finding(note.page.path, line, "verbete-repetido",
                          f"A nota `{owners[note.entry]}` já é o verbete “{note.entry}”; dê outro a esta.")
        elif note.entry and note.entry not in entries:
            yield Finding(note.page.path, line, "verbete-inexistente", f"O glossário não tem o verbete “{note.entry}”; use o título exato de um, "
                          f"ou acrescente `## {note.entry}` e, embaixo, `<!-- verbete: {note.slug} -->`.")
        elif note.entry:
            yield from _written(page, entries[note.entry], note.slug, marks)
        owners[note.entry] = note.slug
    for line, slug in marks.items():
        if slug not in shelf.notes:
            yield Finding(GLOSSARY, line, "verbete-inexistente", f"A marca leva à nota `{slug}`, que não existe; corrija-a, ou escreva o verbete.")


def _written(page: Document, heading: Heading, slug: str, marks: dict[int, str]) -> Iterator[Finding]:
    """O que está escrito no verbete de uma nota, além da marca."""
    end = next((other.line for other in page.headings if other.line > heading.line and other.level <= 2), None)
    inside = {line: mark for line, mark in marks.items() if line > heading.line and (end is None or line < end)}
    text = any(token.type == "inline" and token.map and token.map[0] + 1 > heading.line and (end is None or token.map[0] + 1 < end)
               for token in page.tokens)
    if text or list(inside.values()) != [slug]:
        yield Finding(page.path, heading.line, "verbete-escrito-duas-vezes", f"O verbete “{heading.text}” é o primeiro parágrafo da nota `{slug}`; "
                      f"leve para ela o que falta e deixe aqui só `<!-- verbete: {slug} -->`.")


def _marks(page: Document) -> Iterator[tuple[int, str]]:
    for token in page.tokens:
        if token.type == "html_block":
            for number, line in enumerate(token.content.splitlines(), (token.map or [0])[0] + 1):
                if found := MARKER.search(line):
                    yield number, found["slug"]
