"""Os cartões das arquiteturas, na ordem de leitura: título, selos, resumo, custo e figura, e os filtros, que são só estilo.

Cada filtro tem um número; o cartão que ele mostra leva a classe `f` com esse número, e o estilo esconde os
outros. Um filtro que mostraria tudo ou nada não aparece.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from scripts.page.document import slugify
from scripts.page.library import LEVELS
from scripts.website import account
from scripts.website.inline import relative
from scripts.website.prose import paragraph, say
from scripts.website.shelf import Shelf, Shown
from scripts.website.thumbnails import Thumbnails

FREE, HOURLY, SNAPSHOT = "não cobra por hora", "cobra por hora", "deixa snapshot"
MOST = 16
"""Quantos filtros o estilo conhece."""


def badges(one: Shown) -> Element:
    """Os selos de uma arquitetura: o nível, o tempo, os serviços, a cobrança e o que fica."""
    items = Element("ul", {"class": "arq-badges", "role": "list", "data-search-exclude": ""})
    for said in (one.level, f"{one.minutes} min de leitura", *one.services, *_bill(one)):
        if said:
            say(SubElement(items, "li"), said)
    return items


def grid(md: Markdown, docs: Path, here: str, shelf: Shelf) -> Element:
    """Os filtros e a lista de cartões; `here` é a página que os mostra."""
    box = Element("div", {"class": "arq-shelf", "data-search-exclude": ""})
    numbers = _filters(box, shelf.architectures)
    cards = SubElement(box, "ul", {"class": "arq-cards", "role": "list"})
    thumbnails, spaces = Thumbnails(), []
    for one in shelf.architectures:
        classes = " ".join(f"f{number}" for name, number in numbers.items() if name in _said(one))
        card = SubElement(cards, "li", {"class": classes} if classes else {})
        link = SubElement(card, "a", {"href": relative(one.uri, here)})
        picture = docs / "arquiteturas" / one.slug / "diagrama.svg"
        if picture.is_file():
            spaces.append(SubElement(link, "span", {"class": "arq-thumbnail"}))
            thumbnails.of(picture)
        SubElement(link, "strong").text = one.page.title
        card.append(badges(one))
        SubElement(card, "p").text = one.page.summary
        if one.read.template:
            account.card(card, one.read.views)
    for space, drawn in zip(spaces, thumbnails.drawn()):
        space.text = md.htmlStash.store(drawn)
    return box


def _bill(one: Shown) -> Iterator[str]:
    if one.read.template:
        yield HOURLY if one.hourly else FREE
        if one.snapshots:
            yield SNAPSHOT


def _said(one: Shown) -> set[str]:
    return {one.level, *one.services, *_bill(one)}


def _filters(box: Element, shown: tuple[Shown, ...]) -> dict[str, int]:
    """Escreve os filtros; devolve o número de cada um."""
    numbers: dict[str, int] = {}
    services = dict.fromkeys(name for one in shown for name in one.services)
    for title, names in (("Nível", LEVELS), ("Cobrança", (FREE, HOURLY)), ("Serviço", tuple(services))):
        useful = [name for name in names if 0 < sum(name in _said(one) for one in shown) < len(shown)][:MOST - len(numbers)]
        if not useful:
            continue
        row = SubElement(box, "fieldset", {"class": "arq-filter"})
        paragraph(row, title, tag="legend")
        for index, name in enumerate(("todas", *useful)):
            label = SubElement(row, "label")
            choice = SubElement(label, "input", {"type": "radio", "name": f"arq-{slugify(title)}"})
            if index:
                numbers[name] = len(numbers) + 1
                choice.set("class", f"f{numbers[name]}")
            else:
                choice.set("checked", "checked")
            say(label, f" {name}")
    return numbers
