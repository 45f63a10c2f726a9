"""As miniaturas dos cartões: o desenho sem o texto que ninguém leria, com os ícones uma vez só."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scripts.website.figure import SVG, plain_styles

ICON = "icone-"
DROPPED = {f"{SVG}{tag}" for tag in ("title", "desc", "style", "defs", "text")}


@dataclass
class Thumbnails:
    """As miniaturas de uma página: acrescente cada figura com `of`; `drawn` são todas, prontas.

    A primeira traz os ícones e as cores que as outras citam.
    """

    pictures: list[Element] = field(default_factory=list)
    rules: dict[str, None] = field(default_factory=dict)
    symbols: dict[str, Element] = field(default_factory=dict)

    def of(self, file: Path) -> None:
        """Acrescenta a figura como enfeite: sem papel, título, ids nem texto, que o cartão já tem."""
        svg = ElementTree.fromstring(file.read_text(encoding="utf-8"))
        plain_styles(svg)
        self._share(svg)
        for parent in list(svg.iter()):
            for child in list(parent):
                if child.tag in DROPPED or child.get("class") == "arq-step":
                    parent.remove(child)
            parent.text = parent.tail = None
        for part in svg.iter():
            names = [name for name in part.attrib if name.startswith(("data-", "aria-")) or name in ("id", "role")]
            for name in names:
                del part.attrib[name]
            if part.tag == f"{SVG}use":
                part.set("href", f"#{ICON}{part.get('href', '').partition('--icon-')[2]}")
        svg.set("aria-hidden", "true")
        self.pictures.append(svg)

    def drawn(self) -> list[str]:
        """O SVG de cada miniatura, na ordem em que foram acrescentadas."""
        for first in self.pictures[:1]:
            SubElement(first, f"{SVG}style").text = "\n".join(self.rules)
            SubElement(first, f"{SVG}defs").extend(self.symbols.values())
        return [ElementTree.tostring(svg, encoding="unicode") for svg in self.pictures]

    def _share(self, svg: Element) -> None:
        style = svg.find(f"{SVG}style")
        for rule in (style.text or "").splitlines() if style is not None else ():
            self.rules.setdefault(rule)
        for symbol in svg.iterfind(f"{SVG}defs/{SVG}symbol"):
            name = symbol.get("id", "").partition("--icon-")[2]
            symbol.set("id", f"{ICON}{name}")
            self.symbols.setdefault(name, symbol)
