"""A figura de decisão na página: o SVG embutido, em que cada folha é um link para a arquitetura dela."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scripts.base.tree import COMPARISONS, PICTURE
from scripts.website.figure import SVG, icon_area, named, plain_styles
from scripts.website.prose import clean

Later = Callable[[Element, str], str]


def embed(root: Element, docs: Path, slug: str, architectures: Collection[str], later: Later) -> None:
    """Troca o parágrafo que é a imagem da decisão por uma `<figure>`; `later` guarda um pedaço de HTML e dá o que fica no lugar."""
    file = docs / COMPARISONS / slug / PICTURE
    for index, element in enumerate(root):
        image = element.find("img") if element.tag == "p" else None
        if image is not None and (image.get("src") or "").removeprefix("./") == f"{slug}/{PICTURE}" and file.is_file():
            svg = ElementTree.fromstring(file.read_text(encoding="utf-8"))
            _link(svg, architectures)
            figure = Element("figure", {"class": "arq-choice"})
            tools = SubElement(figure, "div", {"class": "arq-tools"})
            SubElement(tools, "button", {"type": "button", "data-acao": "ampliar"}).text = "Ampliar"
            SubElement(figure, "div", {"class": "arq-scroll"}).text = later(svg, "xml")
            caption = SubElement(figure, "figcaption")
            caption.text = f"{clean(image.get('alt') or '')} "
            SubElement(caption, "a", {"href": f"{slug}/{PICTURE}"}).text = "Abrir só a figura"
            root[index] = figure
            return


def _link(svg: Element, architectures: Collection[str]) -> None:
    """O endereço de cada folha é o da página publicada: o que está no SVG o MkDocs não traduz."""
    named(svg)
    plain_styles(svg)
    for index, part in enumerate(list(svg)):
        slug = part.get("data-node", "")
        if part.get("data-edge") is not None:
            part.set("aria-hidden", "true")  # as respostas estão na descrição, pela ordem das perguntas
        if slug in architectures:
            words = part.find(f"{SVG}text")
            said = " ".join(" ".join(words.itertext()).split()) if words is not None else slug
            link = Element(f"{SVG}a", {"href": f"../../arquiteturas/{slug}/", "aria-label": said})
            svg[index] = link
            link.append(part)
            icon_area(part)
