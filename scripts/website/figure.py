"""A figura na página: o SVG embutido, que acompanha o tema, dentro de uma área que rola."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

SIZE = re.compile(r'<svg [^>]*viewBox="0 0 (\d+) (\d+)"')


def embed(md: Markdown, root: Element, file: Path) -> None:
    """Troca o parágrafo da imagem `diagrama.svg` por uma `<figure>` com o próprio SVG."""
    if not file.is_file():
        return
    for index, element in enumerate(root):
        image = element.find("img") if element.tag == "p" else None
        if image is not None and (image.get("src") or "").removeprefix("./") == file.name:
            root[index] = _figure(md, file, image.get("alt") or "")


def _figure(md: Markdown, file: Path, description: str) -> Element:
    svg = file.read_text(encoding="utf-8")
    figure = Element("figure", {"class": "arq-figure"})
    width = SIZE.search(svg)
    frame = {"class": "arq-scroll", "tabindex": "0", "role": "region", "aria-label": "Diagrama da arquitetura"}
    if width:
        frame["style"] = f"--arq-width:{width[1]}px"
    SubElement(figure, "div", frame).text = md.htmlStash.store(svg.strip())
    caption = SubElement(figure, "figcaption")
    caption.text = f"{description} "
    link = SubElement(caption, "a", {"href": file.name})
    link.text = "Abrir só a figura"
    return figure


def thumbnail(md: Markdown, file: Path) -> str:
    """A figura como enfeite de um cartão: sem papel, título nem ids, que o cartão já tem texto."""
    svg = file.read_text(encoding="utf-8").strip()
    svg = re.sub(r'<title id=.*?</title>|<desc id=.*?</desc>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' role="img" aria-labelledby="[^"]*"', ' aria-hidden="true"', svg, count=1)
    svg = re.sub(r'(<g data-\w+="[^"]*") id="[^"]*"', r"\1", svg)
    return md.htmlStash.store(svg)
