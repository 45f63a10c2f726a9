"""A figura na página: o SVG embutido, com links que funcionam sem JavaScript.

Cada componente e cada grupo fica dentro de um link para a sua linha da tabela, e cada número,
dentro de um link para o seu passo. As setas entram na ordem dos passos, e cada parte diz em
palavras o que é, para quem percorre a figura com o teclado ou a escuta.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scripts.base.diagram import Edge
from scripts.picture import text
from scripts.picture.measures import TITLE_HEIGHT
from scripts.website.facts import Facts
from scripts.website.prose import clean

SVG = "{http://www.w3.org/2000/svg}"
TARGET = "16"
"""Raio da área que se toca em volta de um número: o círculo que se vê tem 11."""
FALLBACK = re.compile(r"(fill|stroke):#\w+;(?=\1:var\()")
"""A cor de quem não lê variáveis, como um editor de figuras; todo navegador da página as lê."""
LAST = 10_000

ElementTree.register_namespace("", SVG.strip("{}"))


def embed(root: Element, file: Path, known: Facts | None, later: Callable[[Element, str], str]) -> dict[str, str]:
    """Troca o primeiro parágrafo que é a imagem `diagrama.svg` por uma `<figure>` com o próprio SVG.

    `later` guarda um pedaço de HTML e dá o texto que fica no lugar dele. Devolve onde está na figura
    cada componente (`alb`) e cada passo (`passo-3`): o id no SVG.
    """
    if not file.is_file():
        return {}
    for index, element in enumerate(root):
        image = element.find("img") if element.tag == "p" else None
        if image is not None and (image.get("src") or "").removeprefix("./") == file.name:
            drawing = _Drawing(ElementTree.fromstring(file.read_text(encoding="utf-8")), known)
            root[index] = _figure(drawing, file.name, image.get("alt") or "", later)
            return drawing.places
    return {}


def _figure(drawing: _Drawing, name: str, description: str, later: Callable[[Element, str], str]) -> Element:
    figure = Element("figure", {"class": "arq-figure"})
    SubElement(figure, "a", {"class": "arq-skip", "href": "#fluxo-de-dados"}).text = "Pular a figura"
    tools = SubElement(figure, "div", {"class": "arq-tools"})
    actions = [("seguir", "Seguir o fluxo")] if drawing.steps else []
    for action, label in (*actions, ("tela", "Ver em tela cheia"), ("ampliar", "Ampliar")):
        SubElement(tools, "button", {"type": "button", "data-acao": action}).text = label
    SubElement(figure, "div", {"class": "arq-scroll"}).text = later(drawing.page(), "xml")
    caption = SubElement(figure, "figcaption")
    caption.text = f"{clean(description)} "
    SubElement(caption, "a", {"href": name}).text = "Abrir só a figura"
    return figure


@dataclass
class _Drawing:
    """O SVG de uma figura, lido, e o que a página sabe dele."""

    svg: Element
    known: Facts | None
    steps: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = sorted({int(part.get("data-step", "0")) for part in self.svg.iter() if part.get("data-step")})
        self.places: dict[str, str] = {}
        for part in self.svg:
            names = part.get("data-node") or part.get("data-group"), f"passo-{part.get('data-step')}"
            for name in names:
                self.places.setdefault(name or "", part.get("id", ""))
        self.edges: dict[str, Edge] = {edge.id: edge for edge in self.known.diagram.edges} if self.known else {}
        self.told = len(self.known.page.steps) if self.known else len(self.steps)

    def page(self) -> Element:
        """O SVG como entra na página."""
        named(self.svg)
        plain_styles(self.svg)
        self._sort()
        for index, part in reversed(list(enumerate(self.svg))):
            identity = part.get("data-node") or part.get("data-group")
            if identity is not None:
                self.svg[index:index + 1] = self._linked(part, identity)
            elif part.get("data-edge") is not None:
                self._arrow(part)
        for part in self.svg.iter():
            part.tail = None
            if len(part):
                part.text = None
        return self.svg

    def _sort(self) -> None:
        """As setas na ordem dos passos, nos lugares em que estavam."""
        places = [index for index, part in enumerate(self.svg) if part.get("data-edge") is not None]
        arrows = sorted((self.svg[index] for index in places), key=lambda part: int(part.get("data-step", LAST)))
        for index, arrow in zip(places, arrows):
            self.svg[index] = arrow

    def _linked(self, part: Element, identity: str) -> list[Element]:
        """O componente dentro do link para a sua linha e, se conta um passo, o número ao lado, no seu."""
        name = self.known.names.get(identity, "") if self.known else ""
        link = Element(f"{SVG}a", {"href": f"#{identity}", "aria-label": name or _words(part)})
        callout = _callout(part)
        link.append(part)
        if part.get("data-group") is not None:
            _title_area(part)
        else:
            icon_area(part)
        if callout is None:
            return [link]
        part.remove(callout)
        callout.set("data-of", identity)
        return [link, self._numbered(callout, part, link.get("aria-label", ""))]

    def _numbered(self, callout: Element, part: Element, said: str) -> Element:
        step = part.get("data-step", "")
        link = Element(f"{SVG}a", {"href": f"#passo-{step}", "aria-label": f"Passo {step} de {self.told}: {said}"})
        shape = callout.find(f"{SVG}circle")
        if shape is None:
            shape = callout.find(f"{SVG}rect")  # um número largo, como `10a`
        if shape is not None:
            at = {"cx": shape.get("cx") or _middle(shape, "x", "width"), "cy": shape.get("cy") or _middle(shape, "y", "height")}
            SubElement(callout, f"{SVG}circle", {"class": "arq-area", **at, "r": TARGET})
        link.append(callout)
        return link

    def _arrow(self, part: Element) -> None:
        said = self._said(part)
        callout = _callout(part)
        for words in part.findall(f"{SVG}text"):
            words.set("aria-hidden", "true")
        if callout is None:
            part.set("role", "img")
            part.set("aria-label", said)
            return
        index = list(part).index(callout)
        part[index] = self._numbered(callout, part, said)

    def _said(self, part: Element) -> str:
        """`Site → FastAPI: pede a análise`, com as pontas por extenso."""
        edge = self.edges.get(part.get("data-edge", ""))
        if not edge or not self.known:
            return _words(part) or part.get("data-edge", "")
        ends = f"de {self.known.names[edge.tail]} para {self.known.names[edge.head]}"
        return f"{ends}: {' '.join(edge.label.split())}" if edge.label else ends


def named(svg: Element) -> None:
    """Com links dentro, a figura não é uma imagem só; o nome dela é o título, e a descrição fica à parte."""
    svg.set("role", "group")
    title, style = svg.find(f"{SVG}title"), svg.find(f"{SVG}style")
    if title is not None and style is not None:
        own = title.get("id", "").removesuffix("-title") + "-picture"
        svg.set("id", own)
        style.text = f"{FALLBACK.sub('', style.text or '')}#{own}{{--arq-width:{svg.get('width')}px}}\n"


def plain_styles(svg: Element) -> None:
    """Cada declaração de `style` como atributo, que uma política de segurança de conteúdo estrita aceita."""
    for part in svg.iter():
        # Onde há classe, a regra dela venceria o atributo.
        if not part.get("class"):
            for declaration in filter(None, part.attrib.pop("style", "").split(";")):
                name, _, value = declaration.partition(":")
                part.set(name.strip(), value.strip())


def _middle(shape: Element, start: str, length: str) -> str:
    return f"{float(shape.get(start, 0)) + float(shape.get(length, 0)) / 2:g}"


def _callout(part: Element) -> Element | None:
    return next((child for child in part if child.get("class") == "arq-step"), None)


def _title_area(part: Element) -> None:
    """A faixa do título é o que se toca de um grupo: o fundo dele deixa passar."""
    box, title = part.find(f"{SVG}rect"), part.find(f"{SVG}text")
    if box is None or title is None:
        return
    left = float(box.get("x", "0"))
    right = float(title.get("x", "0")) + text.width(_words(part), bold=True)
    area = {"x": f"{left:g}", "y": box.get("y", ""), "width": f"{right - left:g}", "height": str(TITLE_HEIGHT)}
    SubElement(part, f"{SVG}rect", {"class": "arq-area", **area})


def icon_area(part: Element) -> None:
    """De um componente se toca o ícone, o rótulo e o vão entre os dois."""
    icon = part.find(f"{SVG}use") if part.find(f"{SVG}use") is not None else part.find(f"{SVG}rect")
    label = part.find(f"{SVG}text")
    if icon is None:
        return
    left, top, wide, high = (float(icon.get(name, "0")) for name in ("x", "y", "width", "height"))
    right, bottom = left + wide, top + high
    if label is not None:
        lines = label.findall(f"{SVG}tspan") or [label]
        half = max(text.width(line.text or "") for line in lines) / 2
        left, right = min(left, left + wide / 2 - half), max(right, right - wide / 2 + half)
        bottom = max(bottom, float(lines[-1].get("y", "0")) + 4)
    area = {"x": f"{left:g}", "y": f"{top:g}", "width": f"{right - left:.1f}", "height": f"{bottom - top:.1f}"}
    SubElement(part, f"{SVG}rect", {"class": "arq-area", **area})


def _words(part: Element) -> str:
    """O rótulo de uma parte numa linha só."""
    words = part.find(f"{SVG}text")
    return " ".join(" ".join(words.itertext()).split()) if words is not None else ""
