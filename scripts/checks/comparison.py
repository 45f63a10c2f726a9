"""A comparação entre arquiteturas: uma tabela só, que as páginas citam e os templates confirmam.

Fica em `docs/comparacoes/qual-arquitetura.md`, na seção `## Lado a lado`. A linha de uma arquitetura
diz os serviços que ela usa e se cobra por hora; os dois se conferem no template dela. E quem está
na tabela aponta para ela, e quem aponta está nela.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.aws.services import SERVICES
from scripts.base.findings import Defect, Finding
from scripts.page import architecture, document
from scripts.page.architecture import Row
from scripts.page.library import BESIDE
from scripts.proofs.claims.known import HOURLY
from scripts.template.cloudformation import Template

ARCHITECTURES = "docs/arquiteturas"
NAME = "docs/comparacoes/qual-arquitetura.md"
CITATION = "../../comparacoes/qual-arquitetura.md"
TARGET = re.compile(r"\.\./arquiteturas/(?P<slug>[a-z0-9-]+)/index\.md")
OPTIONAL = ("SQS",)
"""O que a linha pode citar ou não: quase toda função guarda as falhas em uma fila."""


def check(root: Path, templates: dict[str, Template], slugs: frozenset[str] | None) -> list[Finding]:
    """Os achados da tabela, ou só os das arquiteturas pedidas; nada se a página não existe."""
    try:
        listing = document.read(root / NAME, NAME)
    except Defect:
        return []
    listed = rows(listing)
    wanted = [slug for slug in templates if slugs is None or slug in slugs]
    citing = {slug: line for slug in wanted if (line := _citation(root, slug))}
    return sorted({*_both_ways(listed, citing, wanted), *(
        finding for slug in wanted if slug in listed for finding in _row(listed[slug], slug, templates[slug]))})


def rows(page: document.Document) -> dict[str, Row]:
    """As linhas da tabela de uma comparação que levam a uma arquitetura, pelo slug dela."""
    return {found["slug"]: row for row in architecture.table(page, BESIDE) if (found := _target(page, row))}


def _target(listing: document.Document, row: Row) -> re.Match[str] | None:
    """A arquitetura da linha: o link que está nela."""
    links = [TARGET.fullmatch(link.target) for link in listing.links if link.line == row.line]
    return next(filter(None, links), None)


def _citation(root: Path, slug: str) -> int | None:
    """A linha em que a página aponta para a tabela."""
    name = f"{ARCHITECTURES}/{slug}/index.md"
    try:
        return next((link.line for link in document.read(root / name, name).links if link.target.partition("#")[0] == CITATION), None)
    except Defect:
        return None


def _both_ways(rows: dict[str, Row], citing: dict[str, int], wanted: list[str]) -> Iterator[Finding]:
    for slug, line in citing.items():
        if slug not in rows:
            yield Finding(f"{ARCHITECTURES}/{slug}/index.md", line, "comparacao-incompleta",
                          f"A página aponta para a comparação, e a tabela de `{NAME}` não tem `{slug}`; acrescente a linha.")
    for slug in wanted:
        if slug in rows and slug not in citing:
            yield Finding(NAME, rows[slug].line, "comparacao-incompleta",
                          f"`{slug}` está na tabela, e a página dela não aponta para cá; acrescente um link para `{CITATION}`.")


def _row(row: Row, slug: str, template: Template) -> Iterator[Finding]:
    types = {resource.type for resource in template.resources.values()}
    said = {name.strip() for name in row.cells[1].split(",")} if len(row.cells) > 1 else set()
    used = {name for name, kinds in SERVICES.items() if types & set(kinds)}
    strange = sorted(said - used)
    for name in strange:
        yield Finding(NAME, row.line, "comparacao-diverge", f"A linha de `{slug}` cita `{name}`, e o template dela não o usa; tire-o.")
    for name in sorted(used - said - set(OPTIONAL)):
        yield Finding(NAME, row.line, "comparacao-diverge", f"O template de `{slug}` usa {name}, e a linha não o cita; acrescente-o.")
    hourly = "Sim" if types & set(HOURLY) else "Não"
    if len(row.cells) < 3 or row.cells[2] != hourly:
        yield Finding(NAME, row.line, "comparacao-diverge",
                      f"A linha de `{slug}` diz “{row.cells[2] if len(row.cells) > 2 else ''}” em “Cobra por hora”, e pelo template é “{hourly}”.")
