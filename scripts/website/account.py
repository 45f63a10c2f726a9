"""A conta de uma arquitetura: o que ela pede antes de ser criada e quanto custa, tirado do template."""

from __future__ import annotations

import contextlib
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from scripts.aws.prices import REGIONS, calculator, hours_per_month
from scripts.aws.quotas import free_plan, quotas
from scripts.aws.types import EKS_CLUSTER
from scripts.base.findings import Defect
from scripts.base.wording import listed, plural
from scripts.checks.billing import NOT_COUNTED, USE, Bill, use
from scripts.checks.estimate import Estimate, Line, estimate, money, phrase, resting
from scripts.checks.quotas import Need, needs, refused
from scripts.page import document
from scripts.page.architecture import Page
from scripts.proofs.facts.views import Views
from scripts.website.prose import link, paragraph, say

GUIDE, CHECKING = "como-usar.md", "cotas"
"""Onde se diz como conferir uma cota: a página e o título."""


def show(root: Element, page: Page, views: Views, docs: Path) -> None:
    """Põe na página o que conferir antes do comando e, na seção do que é cobrado, a conta."""
    how, bill = guide(docs), Bill(views)
    rest = estimate(bill.template, bill.charges())
    for title, block in ((page.titles.cobranca, _cost(bill, rest)), (page.titles.implantacao, _before(bill, rest, how, page))):
        for index, element in enumerate(root):
            if element.tag == "h2" and "".join(element.itertext()).strip() == title:
                root.insert(index + 1, block)
                break


def guide(docs: Path) -> str:
    """O link, desde a página de uma arquitetura, para onde se diz como conferir uma cota; vazio se não há."""
    with contextlib.suppress(Defect):
        if CHECKING in document.read(docs / GUIDE, f"{docs.name}/{GUIDE}").anchors:
            return f"../../{GUIDE}#{CHECKING}"
    return ""


def card(parent: Element, views: Views) -> None:
    """Acrescenta a um cartão quanto a arquitetura custa parada."""
    paragraph(parent, f"{phrase(resting(views))}.", class_="arq-cost")


def _before(bill: Bill, rest: Estimate, how: str, page: Page) -> Element:
    """A lista curta: custo, cotas e plano gratuito, antes de qualquer comando."""
    box = Element("div", {"class": "arq-before"})
    say(SubElement(paragraph(box), "strong"), "Antes de criar a pilha")
    items = SubElement(box, "ul")
    cost = paragraph(items, f"{phrase(rest)}: ", tag="li")
    link(cost, f"#{document.slugify(page.titles.cobranca)}", "veja a conta")
    say(cost, ".")
    wanted = needs(bill)
    if wanted:
        item = paragraph(items, "A região precisa ter livres: ", tag="li")
        for index, need in enumerate(wanted):
            say(item, "; " if index else "")
            _quota(item, need)
        say(item, ". ")
        if how:
            link(item, how, "Como conferir")
            say(item, ".")
    if any(bill.at(cluster, "ComputeConfig", "Enabled") for cluster in bill.of_type(EKS_CLUSTER)):
        paragraph(items, "Some as vCPUs dos nós do EKS: quem escolhe o tipo deles é o cluster.", tag="li")
    denied = [found.text for found in refused(bill)]
    plan = paragraph(items, tag="li")
    link(plan, free_plan().source, "Plano gratuito")
    say(plan, f": com os padrões, recusa {listed(denied)}." if denied else ": com os padrões, não se conhece nada aqui que ele recuse.")
    return box


def _quota(item: Element, need: Need) -> None:
    """`4 vCPUs de instâncias comuns (padrão 5, L-1216C47A)`."""
    quota = quotas()[need.code]
    say(item, f"{plural(need.count, quota.one, quota.many)} (")
    link(item, quota.source, f"padrão {quota.default}{quota.scope}")
    say(item, f", `{quota.code}`)")
    if need.most > need.count:
        over = ", mais do que o padrão" if need.most > quota.default else ""
        say(item, f", e até {need.most} se a carga crescer{over}")


def _cost(bill: Bill, rest: Estimate) -> Element:
    """A conta: os totais, o uso, e dobrado o que entrou, com a data e a fonte de cada preço."""
    box = Element("div", {"class": "arq-account"})
    text = paragraph(box)
    say(SubElement(text, "strong"), f"{phrase(rest)}.")
    if rest.lines:
        say(text, f" Um mês inteiro dá cerca de {money(rest.total(REGIONS[0]) * hours_per_month())} em {REGIONS[0]}.")
    for region in REGIONS:
        missing = rest.missing(region)
        say(text, f" Em {region}, o preço do que falta ({listed(missing)}) não está nos documentos da AWS que consultamos." if missing else "")
    used = estimate(bill.template, use(bill))
    costs = listed([f"{money(used.total(region))} em {region}" for region in REGIONS])
    left = [name for kind, name in NOT_COUNTED.items() if bill.of_type(kind)]
    say(text, f" Em uso, {USE} acrescentam cerca de {costs}")
    say(text, f", sem contar {listed(left)}. " if left else ". ")
    say(text, "É uma ordem de grandeza, sem impostos nem créditos: a ")
    link(text, calculator(), "calculadora da AWS")
    say(text, " dá o preço de hoje, na sua região.")
    details = SubElement(box, "details", {"class": "arq-proof arq-prices"})
    paragraph(details, "Os preços usados", tag="summary")
    _table(SubElement(details, "div", {"class": "arq-inside"}), [*rest.lines, *used.lines])
    return box


def _table(parent: Element, lines: list[Line]) -> None:
    table = SubElement(parent, "table")
    head = SubElement(SubElement(table, "thead"), "tr")
    names = ("Preço", "Quantidade", *(f"Em {region}" for region in REGIONS), "Data e fonte", "No template")
    for name in names:
        paragraph(head, name, tag="th")
    body = SubElement(table, "tbody")
    for line in lines:
        row = SubElement(body, "tr")
        cells = [SubElement(row, "td", {"data-label": name}) for name in names]
        say(cells[0], line.price.name)
        say(cells[1], f"{line.quantity:g}".replace(".", ","))
        for cell, region in zip(cells[2:4], REGIONS):
            each = line.price.by_region.get(region)
            say(cell, "não achamos" if each is None else f"US$ {each:.10f}".rstrip("0").rstrip(".").replace(".", ",") + f" por {line.price.per}")
        link(cells[4], line.price.source.replace("REGIAO", REGIONS[0]), f"{line.price.date:%Y-%m-%d}")
        for index, (name, number) in enumerate(line.places):
            say(cells[5], ", " if index else "")
            link(cells[5], f"#template-{number}" if name else "", name or "—")
