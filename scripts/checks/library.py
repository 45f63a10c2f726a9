"""A biblioteca contra o resto da árvore: assuntos, glossário, fontes, tamanhos, datas, paradas e páginas que ninguém acha.

Uma árvore sem notas, comparações nem trilhas não ouve nada daqui.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path

from scripts.base.findings import Defect, Finding
from scripts.checks import entries
from scripts.checks.links import EXTERNAL, pages
from scripts.checks.subjects import shown
from scripts.page import document, library
from scripts.page.library import BESIDE, DECISION, FACTS, NEXT, STOPS, Item, Library, Piece
from scripts.page.pace import words
from scripts.page.quantities import COUNT, EVERY, PORT, quantities
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import views_of
from scripts.template.cloudformation import Template

LONGEST = 350
"""Palavras de uma nota: dois minutos."""
AWS = re.compile(r"https://([\w-]+\.)*aws\.amazon\.com/")
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
READ = re.compile(rf"\bconsultad[oa]s? em ({DAY.pattern})")
IN_MENU = re.compile(r"docs/(?:[^/]+|arquiteturas/(?:[^/]+/)?index|(?:notas|comparacoes|trilhas)/[^/]+)(?:\.md)?")
"""As páginas que o menu do site traz."""


def check(root: Path, templates: Collection[Template], complete: bool, today: date) -> Iterator[Finding]:
    """Os achados da biblioteca; com `complete`, os templates são todos os da árvore, e os que não estão não há."""
    shelf = library.read(root / "docs")
    yield from shelf.findings
    for piece in shelf.pieces:
        yield from piece.findings
        yield from _dates(piece, today)
    views = [views_of(template).each[0] for template in templates] if shelf.notes else []
    for note in shelf.notes.values():
        yield from _sources(note, note.items.get(FACTS, ()), "O fato")
        yield from _unsupported(note)
        yield from _length(note)
        if complete:
            yield from _subject(note, views)
    for comparison in shelf.comparisons.values():
        for title in (BESIDE, DECISION):
            yield from _sources(comparison, comparison.items.get(title, ()), "A linha")
    for trail in shelf.trails.values():
        yield from _stops(trail)
    yield from entries.check(root, shelf)
    yield from _orphans(root, shelf)


def _dates(piece: Piece, today: date) -> Iterator[Finding]:
    """O dia que ainda não chegou; um a mais cabe no fuso de quem escreve."""
    written = [(piece.page.header.line("conferida"), piece.checked.isoformat())] if piece.checked else []
    texts = [token for token in piece.page.tokens if token.type == "inline"]
    written += [((token.map or [0])[0] + 1, day) for token in texts for day in DAY.findall(token.content)]
    for line, day in written:
        if day > (today + timedelta(days=1)).isoformat():
            yield Finding(piece.page.path, line, "data-futura", f"O dia {day} ainda não chegou; escreva o dia em que a fonte foi lida.")


def _measured(text: str) -> bool:
    """Se diz um limite, um prazo ou um preço; uma porta, e uma contagem ou frequência por extenso, são descrição."""
    return any(said.kind != PORT and (said.kind not in (COUNT, EVERY) or re.search(r"\d", said.text)) for said in quantities(READ.sub("", text)))


def _unsupported(note: Piece) -> Iterator[Finding]:
    """Mesmo sem número, um fato leva a quem o diz: a AWS, outra nota, o lugar daqui em que se vê."""
    for item in note.items.get(FACTS, ()):
        if not item.links:
            yield Finding(note.page.path, item.line, "fato-sem-fonte", f"O fato “{_short(item.text)}” não leva a quem o diz; acrescente um link.")


def _sources(piece: Piece, items: Collection[Item], what: str) -> Iterator[Finding]:
    """O que se mede tem fonte da AWS, e o dia em que ela foi lida."""
    for item in items:
        if not _measured(item.text):
            continue
        lacks = [] if any(AWS.match(link.target) for link in item.links) else ["um link para a documentação da AWS"]
        lacks += [] if READ.search(item.text) else ["o dia em que ela foi lida (`consultada em 2026-11-30`)"]
        if lacks:
            yield Finding(piece.page.path, item.line, "fato-sem-fonte",
                          f"{what} “{_short(item.text)}” tem um número, e não traz {' nem '.join(lacks)}; acrescente.")


def _length(note: Piece) -> Iterator[Finding]:
    count = words(note.page)
    if count > LONGEST:
        yield Finding(note.page.path, 1, "nota-longa",
                      f"A nota tem {count} palavras, e cabem {LONGEST}, dois minutos; corte o que outra página já diz.")


def _subject(note: Piece, views: Collection[View]) -> Iterator[Finding]:
    for subject in note.subjects:
        if not any(True for view in views for _ in shown(subject, view)):
            yield Finding(note.page.path, note.page.header.line("recursos"), "assunto-sem-template",
                          f"Nenhum template desta árvore mostra `{subject}`; corrija-o, tire-o ou, se é só ele, troque `recursos` por "
                          "`fora:` com o motivo.")


def _stops(trail: Piece) -> Iterator[Finding]:
    for number, stop in enumerate(trail.items.get(STOPS, ()), 1):
        if not stop.links or not stop.text.startswith(stop.links[0].text) or EXTERNAL.match(stop.links[0].target):
            yield Finding(trail.page.path, stop.line, "parada-quebrada",
                          f"A parada {number} não começa por um link para uma página daqui; comece por ele.")
        if not NEXT.search(stop.text):
            yield Finding(trail.page.path, stop.line, "parada-sem-depois",
                          f"A parada {number} não diz o que a pessoa sabe fazer ao sair dela; escreva “Depois dela, você…”.")


def _orphans(root: Path, shelf: Library) -> Iterator[Finding]:
    """Só onde há biblioteca: as páginas a que nem o menu nem outra página leva."""
    if not shelf.pieces:
        return
    cited: set[str] = set()
    names = pages(root, None)
    for name in names:
        try:
            links = document.read(root / name, name).links
        except Defect:
            continue
        targets = (link.target.partition("#")[0] for link in links if not EXTERNAL.match(link.target))
        cited |= {document.resolved(target, name) for target in targets if target} - {name}
    for name in names:
        if name not in cited and not IN_MENU.fullmatch(name):
            yield Finding(name, 1, "pagina-orfa", "Nem o menu nem outra página leva a esta; cite-a de uma, ou apague-a.")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
