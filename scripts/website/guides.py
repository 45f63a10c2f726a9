"""O que o site escreve nas páginas de leitura: as listas, o verbete, onde um assunto aparece, os tempos e o que também se diz.

Cada marca (`<!-- notas -->`) dá os elementos que ficam no lugar dela; o texto que vem de outra página se
copia dela, com os links levados aonde levavam.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement

from scripts.base.wording import plural
from scripts.checks.entries import MARKER as ENTRY
from scripts.page import pace
from scripts.page.document import resolved
from scripts.page.library import GROUPS, NOTES, STOPS, TRAILS, Piece
from scripts.website import bills
from scripts.website.inline import copied, relative
from scripts.website.prose import link, paragraph, say
from scripts.website.shelf import Shelf, Shown

MANY = 4
"""Quantos recursos de uma arquitetura se citam, antes de só contar os outros."""


def of(marker: str, shelf: Shelf, here: str) -> list[Element] | None:
    """Os elementos desta marca na página `here`; `None` quando não é uma das daqui."""
    entry = ENTRY.fullmatch(marker)
    if entry:
        return list(_entry(shelf, entry["slug"], here))
    found = re.fullmatch(r"<!--\s*([\w-]+)\s*-->", marker)
    write = MARKERS.get(found[1]) if found else None
    return list(write(shelf, here)) if write else None


def dress(root: Element, shelf: Shelf, here: str) -> None:
    """Numa nota, comparação ou trilha, depois do primeiro parágrafo: o que também se diz e, de uma trilha, os tempos."""
    piece = next((piece for piece in shelf.library.pieces if piece.uri == here), None)
    first = next((index for index, element in enumerate(root) if element.tag == "p"), None)
    if piece is None or first is None:
        return
    if piece.tags:
        block = Element("p", {"class": "arq-also"})
        say(block, f"Também se diz: {', '.join(piece.tags)}.")
        root.insert(first + 1, block)
    if piece.kind == TRAILS:
        total = sum(_timed(root, shelf, piece))
        block = Element("p")
        say(block, f"Leitura: cerca de {plural(total, 'minuto', 'minutos')}, sem contar a implantação.")
        root.insert(first + 1, block)


def along(root: Element, shelf: Shelf, here: str) -> None:
    """No fim de uma página que é parada de uma trilha, onde ela está e o que se lê antes e depois."""
    stops = list(shelf.stops(here))
    if not stops:
        return
    box = SubElement(root, "nav", {"class": "arq-trail", "aria-label": "Trilhas", "data-search-exclude": ""})
    for stop in stops:
        line = paragraph(box)
        link(line, relative(stop.trail.uri, here), stop.trail.page.title)
        say(line, f", parada {stop.number} de {stop.total}")
        for said, (name, uri) in (("anterior", stop.before), ("próxima", stop.after)):
            if uri:
                say(line, f" · {said}: ")
                link(line, relative(uri, here), name)


def _timed(root: Element, shelf: Shelf, trail: Piece) -> Iterator[int]:
    """Põe em cada parada o tempo de leitura do que ela manda ler, e o dá."""
    inside = False
    for element in root:
        if element.tag == "h2":
            inside = "".join(element.itertext()).strip() == STOPS
        for item, stop in zip(element.findall("li"), trail.items.get(STOPS, ())) if inside and element.tag == "ol" else ():
            time = sum(shelf.minutes(target) for target in dict.fromkeys(resolved(link.target.partition("#")[0], trail.uri) for link in stop.asked))
            if time:
                last = item.findall("p")[-1] if item.find("p") is not None else item
                say(last, f" ({time}\N{NO-BREAK SPACE}min)")
            yield time


def _entry(shelf: Shelf, slug: str, here: str) -> Iterator[Element]:
    """O verbete: o primeiro parágrafo da nota, e o caminho até ela."""
    note = shelf.library.notes.get(slug)
    if note and note.page.opening:
        block = Element("p")
        copied(block, note.page.opening.children or [], note.uri, here)
        say(block, " ")
        link(block, relative(note.uri, here), "Leia a nota").set("aria-label", f"Leia a nota {note.entry}")
        say(block, ".")
        yield block


def _appearances(shelf: Shelf, here: str) -> Iterator[Element]:
    note = next((piece for piece in shelf.library.notes.values() if piece.uri == here), None)
    found = list(shelf.appearances(note)) if note else []
    if note and note.outside:
        yield paragraph(Element("div"), f"Nenhum template deste site o mostra: {note.outside.rstrip('.')}.")
    if found:
        items = Element("ul")
        for one, names in found:
            _appearance(SubElement(items, "li"), one, names, here)
        yield items


def _appearance(item: Element, one: Shown, names: list[str], here: str) -> None:
    """A arquitetura e, dela, as linhas da tabela dos recursos; o que não tem linha leva ao template."""
    page = relative(one.uri, here)
    link(item, page, one.page.title)
    rows = {name: row for row in reversed(one.page.rows) for name in row.resources}
    places: dict[str, str] = {}
    for name in names:
        row = rows.get(name)
        resources = one.read.template.resources if one.read.template else {}
        places.setdefault(row.name if row else f"`{name}`", f"#{row.node_id}" if row else f"#template-{resources[name].line}")
    for index, (said, place) in enumerate(list(places.items())[:MANY]):
        say(item, ", " if index else ": ")
        link(item, f"{page}{place}", said)
    say(item, f" e mais {len(places) - MANY}" if len(places) > MANY else "")
    say(item, ".")


def _notes(shelf: Shelf, here: str) -> Iterator[Element]:
    for group in GROUPS:
        notes = [note for note in shelf.library.notes.values() if note.group == group]
        if notes:
            heading = Element("h2")
            say(heading, group)
            yield heading
            yield _list(sorted(notes, key=lambda note: note.page.title.lower()), here)


def _list(pieces: list[Piece], here: str) -> Element:
    items = Element("ul")
    for piece in pieces:
        say(SubElement(items, "li"), "")
        link(items[-1], relative(piece.uri, here), piece.page.title)
        if piece.kind != NOTES and piece.page.opening:
            say(items[-1], ": ")
            copied(items[-1], piece.page.opening.children or [], piece.uri, here)
    return items


def _comparisons(shelf: Shelf, here: str) -> Iterator[Element]:
    yield _list(sorted(shelf.library.comparisons.values(), key=lambda piece: piece.page.title.lower()), here)


def _trails(shelf: Shelf, here: str) -> Iterator[Element]:
    trails = sorted(shelf.library.trails.values(), key=lambda piece: pace.ahead(piece.page, piece.uri, shelf.minutes))
    items = _list(trails, here)
    for item, piece in zip(items, trails):
        stops = piece.items.get(STOPS, ())
        say(item, f" {plural(len(stops), 'parada', 'paradas')}.")
    yield items


MARKERS: dict[str, Callable[[Shelf, str], Iterator[Element]]] = {
    "onde-aparece": _appearances, "notas": _notes, "comparacoes": _comparisons, "trilhas": _trails, "custo": bills.costs, "limpeza": bills.remains,
}
"""De cada marca, o que fica no lugar dela."""
