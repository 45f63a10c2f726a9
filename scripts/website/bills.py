"""As tabelas de custo e de limpeza: uma linha por arquitetura, tirada da conta e das políticas de remoção do template dela."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement

from scripts.aws.prices import REGIONS, hours_per_month
from scripts.base.wording import listed
from scripts.checks.estimate import hourly, money, resting
from scripts.page.document import slugify
from scripts.website import sections
from scripts.website.inline import relative
from scripts.website.prose import link, paragraph, say
from scripts.proofs.facts.remains import left
from scripts.website.shelf import Shelf, Shown

Write = Callable[[Element, Shown], None]


def costs(shelf: Shelf, here: str) -> Iterator[Element]:
    """`<!-- custo -->`: o que cada uma cobra parada."""
    def anchor(one: Shown) -> str:
        return one.page.titles.cobranca
    columns: dict[str, Write] = {"O que cobra parado": _parts}
    for region in REGIONS:
        columns[f"Por hora em {region}"] = lambda cell, one, region=region: _hour(cell, one, region)
    columns[f"Por mês em {REGIONS[0]}"] = _month
    yield _table(shelf, here, anchor, columns)


def remains(shelf: Shelf, here: str) -> Iterator[Element]:
    """`<!-- limpeza -->`: o que fica de cada uma depois de apagar a pilha."""
    yield _table(shelf, here, lambda one: one.page.titles.limpeza, {"O que fica, e continua cobrando": _left})


def _table(shelf: Shelf, here: str, anchor: Callable[[Shown], str], columns: dict[str, Write]) -> Element:
    box = Element("div")
    table = SubElement(box, "table")
    head = SubElement(SubElement(table, "thead"), "tr")
    for name in ("Arquitetura", *columns):
        paragraph(head, name, tag="th")
    body = SubElement(table, "tbody")
    for one in shelf.architectures:
        if one.read.template:
            row = SubElement(body, "tr")
            link(SubElement(row, "td"), f"{relative(one.uri, here)}#{slugify(anchor(one))}", one.page.title)
            for write in columns.values():
                write(SubElement(row, "td"), one)
    sections.label_cells(box)
    return table


def _parts(cell: Element, one: Shown) -> None:
    rest = resting(one.read.views)
    parts = list(dict.fromkeys([line.price.part for line in rest.lines] + [f"`{name}`" for name in rest.unpriced]))
    say(cell, listed(parts) if parts else "nada")


def _hour(cell: Element, one: Shown, region: str) -> None:
    say(cell, hourly(resting(one.read.views), region))


def _month(cell: Element, one: Shown) -> None:
    say(cell, money(resting(one.read.views).total(REGIONS[0]) * hours_per_month()))


def _left(cell: Element, one: Shown) -> None:
    kept = list(dict.fromkeys(each.what for each in left(one.read.template))) if one.read.template else []
    say(cell, listed(kept) if kept else "nada")
