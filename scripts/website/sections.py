"""As seções de uma arquitetura: ids de linhas e passos, provas, e o índice curto no alto."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from markdown.extensions.toc import slugify

from scripts.page.architecture import Page
from scripts.template.cloudformation import Template
from scripts.website.evidence import Evidence


def identify_rows(root: Element, page: Page, template: Template | None) -> None:
    """`#alb` é a linha do componente; os ids lógicos da última coluna levam ao template."""
    rows = {row.node_id: row for row in page.rows}
    for table in _after(root, "Componentes", "table"):
        for line in table.iter("tr"):
            link = line.find("td/a")
            identity = (link.get("href") or "").removeprefix("#") if link is not None else ""
            if identity not in rows:
                continue
            line.set("id", identity)
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
    """Cada célula leva o nome da sua coluna, para a tela em que a tabela vira blocos."""
    for table in root.iter("table"):
        names = ["".join(cell.itertext()) for cell in table.iter("th")]
        for line in table.iter("tr"):
            for name, cell in zip(names, line.findall("td")):
                cell.set("data-label", name)


def identify_steps(root: Element) -> None:
    """`#passo-3` é o terceiro item do fluxo."""
    for steps in _after(root, "Fluxo de dados", "ol"):
        steps.set("class", "arq-steps")
        for number, item in enumerate(steps.findall("li"), 1):
            item.set("id", f"passo-{number}")


def contents(root: Element) -> None:
    """Uma linha de links para as seções, depois do resumo: a página não tem índice lateral."""
    headings = [element for element in root if element.tag == "h2"]
    if not headings:
        return
    bar = Element("nav", {"class": "arq-contents", "aria-label": "Nesta página"})
    items = SubElement(bar, "ul")
    for heading in headings:
        text = "".join(heading.itertext())
        identity = heading.get("id") or slugify(text, "-")
        SubElement(SubElement(items, "li"), "a", {"href": f"#{identity}"}).text = text
    root.insert(next((i for i, e in enumerate(root) if e.tag in ("figure", "h2")), 0), bar)


def show_proofs(root: Element, evidence: Evidence) -> None:
    """Sob cada passo, linha e benefício, a prova; no alto, as contas."""
    for steps in _after(root, "Fluxo de dados", "ol"):
        for number, item in enumerate(steps.findall("li"), 1):
            _append(item, evidence.step(number))
    for table in _after(root, "Componentes", "table"):
        for line in table.iter("tr"):
            if line.get("id") in evidence.facts.diagram.elements:
                # A última coluna, a do recurso, é estreita demais para uma prova.
                _append(line[-2] if len(line) > 2 else line[-1], evidence.row(line.get("id", "")))
    for benefits in _after(root, "Benefícios", "ul"):
        for index, item in enumerate(benefits.findall("li")):
            _append(item, evidence.benefit(index))
        common = evidence.common()
        if common is not None:  # a leitura da página garante que o parágrafo vem logo depois da lista
            root.insert(list(root).index(benefits) + 2, common)
    place = next((index for index, element in enumerate(root) if element.tag == "nav"), 0)
    root.insert(place, evidence.counts())


def _append(item: Element, proof: Element | None) -> None:
    if proof is not None:
        item.append(proof)


def _after(root: Element, title: str, tag: str) -> Iterator[Element]:
    """O primeiro elemento `tag` da seção `title`."""
    inside = False
    for element in root:
        if element.tag == "h2":
            inside = "".join(element.itertext()).strip() == title
        elif inside and element.tag == tag:
            yield element
            return
