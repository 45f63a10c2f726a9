"""A página "Provas": cada regra e cada afirmação, o que exige, a fonte, e onde é usada.

Os textos são as docstrings; os usos, as setas e os benefícios de cada arquitetura.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from scripts.aws.neutral import AUTHORS, OBSERVERS
from scripts.proofs import manual
from scripts.proofs.arrows.registry import Rule
from scripts.proofs.claims.registry import Claim
from scripts.website import evidence, trust_page
from scripts.website.facts import Facts
from scripts.website.prose import link, paragraph, say

FOLDED = 4
"""Mais tipos que isto ficam numa dobra."""

Use = tuple[Facts, str, str]
"""A arquitetura, a âncora na página dela e o nome do que se prova."""


def build(known: Mapping[str, Facts]) -> list[Element]:
    """Os elementos que tomam o lugar do marcador."""
    root = Element("div")
    architectures = sorted(known.values(), key=lambda facts: facts.page.title)
    counts = SubElement(root, "ul")
    for facts in architectures:
        item = SubElement(counts, "li")
        link(item, _address(facts), facts.page.title)
        say(item, f": {evidence.summary(facts)}.")
    SubElement(root, "h2", {"id": manual.ARROWS}).text = "As regras das setas"
    for rule in manual.rules():
        facts_of_rule = _entry(root, rule)
        _types(facts_of_rule, "De", rule.tails)
        _types(facts_of_rule, "Para", rule.heads)
        _uses(facts_of_rule, [use for facts in architectures for use in _arrows(facts, rule)])
    SubElement(root, "h2", {"id": manual.BENEFITS}).text = "As afirmações dos benefícios"
    for claim in manual.claims():
        _uses(_entry(root, claim), [use for facts in architectures for use in _benefits(facts, claim)])
    if AUTHORS or OBSERVERS:
        _harmless(root)
    trust_page.build(root)
    return list(root)


def _harmless(root: Element) -> None:
    """O que o autor da árvore diz que não muda seta nenhuma: é palavra dele, e não das ferramentas."""
    SubElement(root, "h2", {"id": manual.HARMLESS}).text = "O que o autor desta árvore diz que não muda seta nenhuma"
    shown = SubElement(root, "ul")
    for reason, rows in AUTHORS.items():
        item = paragraph(shown, f"{reason} ", tag="li")
        for index, (type_, names) in enumerate(rows.items()):
            say(item, f"{'; ' if index else ''}`{type_}`: {', '.join(f'`{name}`' for name in names)}")
    for type_, reason in OBSERVERS.items():
        say(SubElement(shown, "li"), f"`{type_}`, que cita recursos do caminho: {reason}")


def _entry(root: Element, entry: Rule | Claim) -> Element:
    """O que regras e afirmações têm em comum; devolve a lista de fatos, que cada uma completa."""
    SubElement(root, "h3", {"id": entry.id}).text = entry.title
    paragraph(root, entry.why)
    paragraph(root, "O que precisa haver:", class_="arq-needs")
    needs = SubElement(root, "ul")
    for need in entry.needs:
        paragraph(needs, need, tag="li")
    details = SubElement(root, "dl", {"class": "arq-facts"})
    if entry.origin:
        say(_fact(details, "De quem é"), f"do autor desta árvore, em `{entry.origin}`")
    link(_fact(details, "Fonte"), entry.source, entry.source.removeprefix("https://"))
    return details


def _types(details: Element, title: str, types: tuple[str, ...]) -> None:
    place = _fact(details, title)
    if len(types) > FOLDED:
        box = SubElement(place, "details", {"class": "arq-proof"})
        paragraph(box, f"{len(types)} tipos de recurso", tag="summary")
        place = SubElement(box, "div", {"class": "arq-inside"})
    for index, name in enumerate(types):
        say(place, ", " if index else "")
        say(place, f"`{name}`" if "::" in name else name)


def _uses(details: Element, uses: list[Use]) -> None:
    place = _fact(details, "Onde se usa")
    if not uses:
        say(place, "Em nenhuma arquitetura, por enquanto.")
        return
    shown = SubElement(place, "ul")
    items: dict[str, Element] = {}
    for facts, anchor, name in uses:
        item = items.get(facts.slug)
        if item is None:
            item = items[facts.slug] = paragraph(shown, f"{facts.page.title}: ", tag="li")
        else:
            say(item, "; ")
        link(item, f"{_address(facts)}#{anchor}", name)


def _arrows(facts: Facts, rule: Rule) -> Iterator[Use]:
    """As setas que a regra prova: no passo que as conta ou, sem passo, na linha de quem as inicia."""
    for proof in facts.proofs:
        if proof.proven and proof.rule and proof.rule.id == rule.id:
            anchor = f"passo-{proof.edge.step}" if proof.edge.step else proof.edge.tail
            yield facts, anchor, f"{facts.names[proof.edge.tail]} → {facts.names[proof.edge.head]}"


def _benefits(facts: Facts, claim: Claim) -> Iterator[Use]:
    for benefit, result in facts.claims:
        if result and result.proven and result.claim.id == claim.id and benefit.link:
            yield facts, "beneficios", benefit.link.text.rstrip(".")


def _address(facts: Facts) -> str:
    return f"arquiteturas/{facts.slug}/index.md"


def _fact(details: Element, title: str) -> Element:
    paragraph(details, title, tag="dt")
    return SubElement(details, "dd")
