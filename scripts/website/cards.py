"""Os cartões das arquiteturas, na ordem de leitura: título, selos, resumo, custo e figura, e os filtros, que são só estilo.

Cada filtro tem um número; o que ele mostra leva a classe `f` com esse número, e o estilo esconde o resto: os
outros cartões e, quando há algum, a frase que diz que não há. Um filtro que só mostraria tudo ou nada não aparece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
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

MARKER = re.compile(r"<!--\s*arquiteturas\s*-->")
Filters = dict[str, int]
FREE, HOURLY, SNAPSHOT = "não cobra por hora", "cobra por hora", "deixa snapshot"
MOST = 19
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
    rows = _filters(box, shelf.architectures)
    cards = SubElement(box, "ul", {"class": "arq-cards", "role": "list"})
    thumbnails, spaces = Thumbnails(), []
    for one in shelf.architectures:
        classes = " ".join(f"f{number}" for row in rows for number in _shown_by(row, one).values())
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
    _nothing(box, rows, shelf.architectures)
    return box


def _bill(one: Shown) -> Iterator[str]:
    if one.read.template:
        yield HOURLY if one.hourly else FREE
        if one.snapshots:
            yield SNAPSHOT


def _said(one: Shown) -> set[str]:
    return {one.level, *one.services, *_bill(one)}


def _filters(box: Element, shown: tuple[Shown, ...]) -> list[Filters]:
    """Escreve os filtros; devolve os números de cada linha deles, com o de mostrar tudo primeiro."""
    rows: list[Filters] = []
    services = dict.fromkeys(name for one in shown for name in one.services)
    for title, every, names in (("Nível", "todos", LEVELS), ("Cobrança", "todas", (FREE, HOURLY)), ("Serviço", "todos", tuple(services))):
        used = sum(map(len, rows))
        useful = [name for name in names if 0 < sum(name in _said(one) for one in shown) < len(shown)][:MOST - used - 1]
        if not useful:
            continue
        row = SubElement(box, "fieldset", {"class": "arq-filter"})
        paragraph(row, title, tag="legend")
        rows.append({name: number for number, name in enumerate((every, *useful), used + 1)})
        for name, number in rows[-1].items():
            label = SubElement(row, "label")
            choice = SubElement(label, "input", {"type": "radio", "name": f"arq-{slugify(title)}", "class": f"f{number}"})
            if name == every:
                choice.set("checked", "checked")
            say(label, f" {name}")
    return rows


def _shown_by(row: Filters, one: Shown) -> dict[str, int]:
    """Os filtros desta linha que mostram esta arquitetura; o primeiro mostra todas."""
    return {name: number for index, (name, number) in enumerate(row.items()) if not index or name in _said(one)}


def _nothing(box: Element, rows: list[Filters], shown: tuple[Shown, ...]) -> None:
    """O que se lê quando os filtros escolhidos juntos não mostram nada: de cada escolha nas outras linhas, os da última que não têm cartão."""
    items = SubElement(box, "ul", {"role": "list"})
    for chosen in product(*(row.values() for row in rows[:-1])):
        matching = [one for one in shown if all(number in _shown_by(row, one).values() for number, row in zip(chosen, rows))]
        empty = [number for row in rows[-1:] for number in row.values() if not any(number in _shown_by(row, one).values() for one in matching)]
        if empty:
            item = SubElement(items, "li", {"class": " ".join(f"f{number}" for number in (*chosen, *empty))})
            say(item, "Nenhuma arquitetura é assim; escolha “todos” e “todas” de novo.")
    if not len(items):
        box.remove(items)
