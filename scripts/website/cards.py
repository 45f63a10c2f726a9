"""Os cartões das arquiteturas: título, resumo e figura, tirados das próprias páginas."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from scripts.checks.reading import Reading
from scripts.website import account
from scripts.website.thumbnails import Thumbnails


def grid(md: Markdown, docs: Path, here: str, readings: Mapping[str, Reading]) -> Element:
    """Lista de cartões das arquiteturas cuja página se lê; `here` é a pasta da página que os mostra."""
    cards = Element("ul", {"class": "arq-cards", "role": "list"})
    thumbnails, spaces = Thumbnails(), []
    pages = [(read.page, slug) for slug, read in readings.items() if read.page]
    for page, slug in sorted(pages, key=lambda pair: (pair[0].title, pair[1])):
        card = SubElement(cards, "li")
        target = posixpath.relpath(f"arquiteturas/{slug}/index.md", here or ".")
        link = SubElement(card, "a", {"href": target})
        picture = docs / "arquiteturas" / slug / "diagrama.svg"
        if picture.is_file():
            spaces.append(SubElement(link, "span", {"class": "arq-thumbnail"}))
            thumbnails.of(picture)
        SubElement(link, "strong").text = page.title
        SubElement(card, "p").text = page.summary
        if readings[slug].template:
            account.card(card, readings[slug].views)
    for space, drawn in zip(spaces, thumbnails.drawn()):
        space.text = md.htmlStash.store(drawn)
    return cards
