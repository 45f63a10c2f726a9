"""O que mudou nesta arquitetura nas últimas revisões, dobrado no fim da página."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from scripts.review.history import Revised
from scripts.website.prose import paragraph, say

MOST = 3
"""Quantas mudanças de uma revisão se dizem por extenso: a dobra pesa em páginas que já são grandes."""


def show(root: Element, revisions: tuple[Revised, ...]) -> None:
    """Acrescenta a dobra à página; nada, quando não há história de que a tirar."""
    if not revisions:
        return
    box = SubElement(root, "details", {"class": "arq-proof arq-revised"})
    paragraph(box, "O que mudou aqui há pouco", tag="summary").set("data-search-exclude", "")
    inside = SubElement(box, "div", {"class": "arq-inside", "data-search-exclude": ""})
    for revision in revisions:
        say(SubElement(paragraph(inside), "strong"), revision.day)
        items = SubElement(inside, "ul")
        for change in revision.changes[:MOST]:
            paragraph(items, change.text, tag="li")
        left = len(revision.changes) - MOST
        if left > 0:
            paragraph(items, f"E mais {left}.", tag="li")
