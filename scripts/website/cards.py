"""Os cartões das arquiteturas: título, resumo e figura, tirados das próprias páginas."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from scripts.base.findings import Defect
from scripts.checks.reading import Reading
from scripts.page import document
from scripts.page.document import Document
from scripts.website import account
from scripts.website.thumbnails import Thumbnails


def _readable(docs: Path) -> Iterator[Document]:
    """As páginas que se leem; das outras, `conferir` diz o que há."""
    for path in (docs / "arquiteturas").glob("*/index.md"):
        with contextlib.suppress(Defect):
            yield document.read(path)


def grid(md: Markdown, docs: Path, here: str, readings: Mapping[str, Reading]) -> Element:
    """Lista de cartões de todas as pastas com página; `here` é a pasta da página que os mostra."""
    cards = Element("ul", {"class": "arq-cards", "role": "list"})
    thumbnails, spaces = Thumbnails(), []
    pages = list(_readable(docs))
    for page in sorted(pages, key=lambda page: page.title):
        folder = Path(page.path).parent
        card = SubElement(cards, "li")
        target = posixpath.relpath(f"arquiteturas/{folder.name}/index.md", here or ".")
        link = SubElement(card, "a", {"href": target})
        picture = folder / "diagrama.svg"
        if picture.is_file():
            spaces.append(SubElement(link, "span", {"class": "arq-thumbnail"}))
            thumbnails.of(picture)
        SubElement(link, "strong").text = page.title
        SubElement(card, "p").text = page.summary
        read = readings.get(folder.name)
        if read and read.template:
            account.card(card, read.views)
    for space, drawn in zip(spaces, thumbnails.drawn()):
        space.text = md.htmlStash.store(drawn)
    return cards
