"""As seções de uma arquitetura: ids de linhas e passos, provas, e o índice curto no alto."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions.toc import render_inner_html, slugify, strip_tags, unique

from scripts.page.architecture import Page
from scripts.template.cloudformation import Template
from scripts.website.evidence import Evidence

INDEX = "nesta-pagina"
DESCRIPTION = 160
"""Caracteres da descrição de uma página que quem busca costuma mostrar."""


def summary(root: Element) -> str:
    """O primeiro parágrafo, até onde cabe numa descrição de página: o fim de uma frase ou, sem ela, de uma palavra."""
    first = next((element for element in root if element.tag == "p"), None)
    text = " ".join("".join(first.itertext()).split()) if first is not None else ""
    if "\x02" in text or len(text) <= DESCRIPTION:
        return text.partition("\x02")[0].strip()
    whole = text[:DESCRIPTION].rpartition(". ")[0]
    return f"{whole}." if whole else text[:DESCRIPTION].rpartition(" ")[0].rstrip(",;:") + "…"


def identify_rows(root: Element, page: Page, template: Template | None, places: dict[str, str]) -> None:
    """`#alb` é a linha do componente: o nome leva à figura; os ids lógicos da última coluna, ao template."""
    rows = {row.node_id: row for row in page.rows}
    for table in after(root, page.titles.componentes, "table"):
        for line in table.iter("tr"):
            link = line.find("th//a")
            identity = (link.get("href") or "").removeprefix("#") if link is not None else ""
            if identity not in rows:
                continue
            line.set("id", identity)
            if link is not None and identity in places:
                link.set("href", f"#{places[identity]}")
            if template:
                _link_resources(list(line)[-1], template)


def _link_resources(cell: Element, template: Template) -> None:
    for index, code in enumerate(list(cell)):
        if code.tag != "code" or code.text not in template.resources:
            continue
        link = Element("a", {"href": f"#template-{template.resources[code.text].line}"})
        link.tail, code.tail = code.tail, None
        link.append(code)
        cell[index] = link


def label_cells(root: Element) -> None:
    """Cada célula leva o nome da sua coluna, para a tela em que a tabela vira blocos; a primeira dá nome à linha."""
    for table in root.iter("table"):
        heads = list(table.iter("th"))
        for head in heads:
            head.set("scope", "col")
            if not "".join(head.itertext()).strip():
                head.tag = "td"
                del head.attrib["scope"]
        names = ["".join(cell.itertext()) for cell in heads]
        for line in table.iterfind("tbody/tr"):
            for index, (name, cell) in enumerate(zip(names, line.findall("td"))):
                if index:
                    cell.set("data-label", name)
                else:
                    cell.tag = "th"
                    cell.set("scope", "row")


def identify_steps(root: Element, page: Page, places: dict[str, str]) -> None:
    """`#passo-3` é o terceiro item do fluxo; o número leva à figura."""
    for steps in after(root, page.titles.fluxo, "ol"):
        steps.set("class", "arq-steps")
        steps.set("role", "list")
        for number, item in enumerate(steps.findall("li"), 1):
            item.set("id", f"passo-{number}")
            place = places.get(f"passo-{number}")
            sign = Element("a" if place else "span", {"class": "arq-number", "data-search-exclude": ""})
            sign.text, sign.tail, item.text = str(number), item.text, None
            item.insert(0, sign)
            if place:
                sign.set("href", f"#{place}")
                sign.set("aria-label", f"Passo {number}, na figura")
                button = SubElement(item, "button", {"type": "button", "class": "arq-see", "data-ver": str(number)})
                button.set("data-search-exclude", "")
                button.text = "Seguir o fluxo daqui"


def identify_headings(root: Element, md: Markdown) -> None:
    """Dá já a cada título o id que a extensão `toc`, que roda depois, lhe daria."""
    used = {element.get("id", "") for element in root.iter()}
    for heading in root.iter():
        if re.fullmatch("h[1-6]", heading.tag) and "id" not in heading.attrib:
            heading.set("id", unique(slugify(html.unescape(strip_tags(render_inner_html(heading, md))), "-"), used))


def contents(root: Element) -> None:
    """Uma linha de links para as seções, depois do resumo; o cabeçalho do modelo leva de volta a ela: a página não tem índice lateral."""
    headings = [element for element in root if element.tag == "h2"]
    if not headings:
        return
    bar = Element("nav", {"class": "arq-contents", "id": INDEX, "aria-label": "Nesta página"})
    items = SubElement(bar, "ul", {"role": "list"})
    for heading in headings:
        SubElement(SubElement(items, "li"), "a", {"href": f"#{heading.get('id')}"}).text = "".join(heading.itertext())
    root.insert(next((i for i, e in enumerate(root) if e.tag in ("figure", "h2")), 0), bar)


def show_proofs(root: Element, evidence: Evidence) -> None:
    """Sob cada passo, linha e benefício, a prova; no alto, as contas."""
    titles = evidence.facts.page.titles
    for steps in after(root, titles.fluxo, "ol"):
        for number, item in enumerate(steps.findall("li"), 1):
            _append(item, evidence.step(number))
    for table in after(root, titles.componentes, "table"):
        for line in table.iter("tr"):
            if line.get("id") in evidence.facts.diagram.elements:
                # A última coluna, a do recurso, é estreita demais para uma prova.
                _append(line[-2] if len(line) > 2 else line[-1], evidence.row(line.get("id", "")))
    for benefits in after(root, titles.beneficios, "ul"):
        for index, item in enumerate(benefits.findall("li")):
            _append(item, evidence.benefit(index))
        common = evidence.common()
        if common is not None:  # a leitura da página garante que o parágrafo vem logo depois da lista
            root.insert(list(root).index(benefits) + 2, common)
    place = next((index for index, element in enumerate(root) if element.tag == "nav"), 0)
    root.insert(place, evidence.counts())


def beside(root: Element, page: Page) -> None:
    """A figura e o fluxo juntos, para que na tela larga fiquem lado a lado; os parágrafos em volta vêm junto."""
    children = list(root)
    first = next((index for index, element in enumerate(children) if element.get("class") == "arq-figure"), None)
    flow = next(after(root, page.titles.fluxo, "ol"), None)
    if first is None or flow is None or (last := children.index(flow)) < first:
        return
    while last + 1 < len(children) and children[last + 1].tag in ("p", "ul"):
        last += 1
    box, text = Element("div", {"class": "arq-beside"}), Element("div", {"class": "arq-flow"})
    box.append(children[first])
    box.append(text)
    text.extend(children[first + 1:last + 1])
    root[first:last + 1] = [box]


def _append(item: Element, proof: Element | None) -> None:
    if proof is not None:
        item.append(proof)


def after(root: Element, title: str, tag: str) -> Iterator[Element]:
    """O primeiro elemento `tag` da seção `title`."""
    inside = False
    for element in root:
        if element.tag == "h2":
            inside = unicodedata.normalize("NFC", "".join(element.itertext())).strip() == title
        elif inside and element.tag == tag:
            yield element
            return
