"""Desenho: de uma `Picture` para o texto do SVG.

As cores são propriedades CSS com valores claros por padrão: o mesmo arquivo serve como
`<img>` e, embutido na página, acompanha o tema dela. Todo texto do autor passa por
`ElementTree`, que o escapa; não há script, referência externa, data nem id sorteado.
"""

from __future__ import annotations

import re
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scripts.base.diagram import Diagram
from scripts.picture import icons, style, text
from scripts.picture.colors import TEXT, paints
from scripts.picture.geometry import Point
from scripts.picture.layout import PlacedNode
from scripts.picture.measures import CALLOUT, TITLE_HEIGHT, mark_width
from scripts.picture.shapes import number, shape, write_inside
from scripts.picture.placement import ARROW_LENGTH, Arrow, Frame, Picture, node_callout

STROKE = 1.6
_DASHES = {"dashed": "6 4", "dotted": "2 4"}
# Preto é a cor do traço, que clareia no modo escuro.
_INKS = {"black", "#000", "#000000"}


def draw(picture: Picture) -> str:
    """O SVG da figura, uma linha por elemento, terminado em quebra de linha."""
    return _Drawing(picture).svg()


class _Drawing:
    def __init__(self, picture: Picture):
        self.picture = picture
        self.diagram: Diagram = picture.layout.diagram
        self.prefix = f"{self.diagram.slug}-"
        self.symbols: dict[str, icons.Symbol] = {}
        self.ids: set[str] = set()

    def svg(self) -> str:
        width, height = self.picture.width, self.picture.height
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "arq",
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": f"{self.prefix}-title",
                "aria-describedby": f"{self.prefix}-desc",
                "data-model": self.diagram.digest(),
            },
        )
        SubElement(root, "title", id=f"{self.prefix}-title").text = self.diagram.title or self.diagram.slug
        SubElement(root, "desc", id=f"{self.prefix}-desc").text = describe(self.diagram)
        SubElement(root, "style").text = style.sheet(self.diagram)
        definitions = SubElement(root, "defs")
        SubElement(root, "rect", {"class": "arq-back", "width": str(width), "height": str(height)})
        for frame in self.picture.frames:
            self._frame(root, frame)
        for arrow in self.picture.arrows:
            self._arrow(root, arrow)
        for node in self.picture.nodes:
            self._node(root, node)
        definitions.text = "\n"
        root.tail = "\n"
        _one_per_line(root)
        symbols = "".join(f"{self._symbol(s)}\n" for _, s in sorted(self.symbols.items()))
        # `<` nunca aparece no texto do autor, que já saiu escapado.
        return ElementTree.tostring(root, encoding="unicode").replace("<defs>\n", f"<defs>\n{symbols}", 1)

    def _symbol(self, symbol: icons.Symbol) -> str:
        return f'<symbol id="{self.prefix}-icon-{symbol.name}" viewBox="{symbol.view_box}">{symbol.content}</symbol>'

    def _use(self, parent: Element, symbol: icons.Symbol, at: Point, size: float) -> None:
        self.symbols[symbol.name] = symbol
        place = {"x": number(at[0]), "y": number(at[1]), "width": number(size), "height": number(size)}
        SubElement(parent, "use", {"href": f"#{self.prefix}-icon-{symbol.name}", **place})

    def _part(self, parent: Element, kind: str, identity: str, step: int | None) -> Element:
        attributes = {f"data-{kind}": identity, "id": self.prefix + self._fragment(identity)}
        if step is not None:
            attributes["data-step"] = str(step)
        return SubElement(parent, "g", attributes)

    def _fragment(self, identity: str) -> str:
        """Um id de HTML sem espaços nem aspas, diferente dos já dados."""
        plain = re.sub(r"[^\w.-]+", "-", identity).lstrip("-") or "x"
        names = (plain if number == 1 else f"{plain}--{number}" for number in count(1))
        fragment = next(name for name in names if name not in self.ids)
        self.ids.add(fragment)
        return fragment

    def _frame(self, parent: Element, frame: Frame) -> None:
        group = frame.group
        part = self._part(parent, "group", group.id, group.step)
        part.set("class", f"arq-group arq-{style.kind(group)}")
        box = {"x": frame.box.left, "y": frame.box.top, "width": frame.box.width, "height": frame.box.height}
        ground = {"style": f"fill:{group.fill};fill-opacity:.25"} if group.fill else {}
        SubElement(part, "rect", {**{key: number(value) for key, value in box.items()}, **ground})
        symbol = icons.group_symbol(group.kind)
        if symbol:
            self._use(part, symbol, frame.corner, TITLE_HEIGHT)
        _write(part, frame.lines, (frame.title.left, frame.title.top), "arq-title arq-halo", "start", "")
        if frame.callout:
            _callout(part, frame.callout, self.diagram.marks[group.id])

    def _node(self, parent: Element, placed: PlacedNode) -> None:
        node = placed.node
        part = self._part(parent, "node", node.id, node.step)
        symbol = icons.node_symbol(node.icon)
        letters = _ink(node.ink)
        if symbol:
            self._use(part, symbol, (placed.icon.left, placed.icon.top), placed.icon.width)
        else:
            shape(part, placed)
        if any(placed.lines):
            _write(part, placed.lines, (placed.icon.center[0], placed.label.top), "arq-halo", "middle", letters)
        if placed.inside:
            write_inside(part, placed)
        callout = node_callout(placed)
        if callout:
            _callout(part, callout, self.diagram.marks[node.id])

    def _arrow(self, parent: Element, arrow: Arrow) -> None:
        edge = arrow.edge
        part = self._part(parent, "edge", edge.id, edge.step)
        color = edge.color if edge.color not in _INKS else ""
        strokes = [f"stroke:{value}" for value in paints(color)]
        if width := _width(edge.style):
            strokes.append(f"stroke-width:{number(width)}")
        line = {"class": "arq-line", "d": _path(arrow)}
        if strokes:
            line["style"] = ";".join(strokes)
        dashes = next((value for name, value in _DASHES.items() if name in edge.style), "")
        if dashes:
            line["stroke-dasharray"] = dashes
        SubElement(part, "path", line)
        for tip, direction in arrow.tips:
            head = {"class": "arq-tip", "d": _tip(tip, direction)}
            SubElement(part, "path", {**head, "style": ";".join(f"fill:{value}" for value in paints(color))} if color else head)
        for box, lines in ((arrow.label, arrow.lines), *arrow.ends):
            if box:
                _write(part, lines, (box.center[0], box.top), "arq-halo", "middle", _ink(edge.ink))
        if arrow.callout:
            _callout(part, arrow.callout, self.diagram.marks[edge.id])


def _width(style: str) -> float:
    """A largura do traço pedida, em px, nunca tanta que cubra a ponta; zero para a comum."""
    asked = re.search(r"setlinewidth\(([0-9.]+)\)", style)
    return min(STROKE * float(asked[1]), 4.0) if asked else 2.6 if "bold" in style else 0


def describe(diagram: Diagram) -> str:
    """A figura em palavras, para quem não a vê: componentes e setas na ordem declarada."""
    names = {node.id: " ".join(node.label.split()) or node.id for node in diagram.nodes}
    steps = sorted((edge for edge in diagram.edges), key=lambda edge: edge.step or 10_000)
    arrows = []
    for edge in steps:
        verb = f" ({' '.join(edge.label.split())})" if edge.label else ""
        number = f"Passo {diagram.marks[edge.id]}: " if edge.step else ""
        arrows.append(f"{number}{names[edge.tail]} → {names[edge.head]}{verb}")
    told = f" Setas: {'; '.join(arrows)}." if arrows else ""
    shown = [names[node.id] for node in diagram.nodes if node.shape != "invis"]
    return f"Componentes: {', '.join(shown)}.{told}"


def _ink(color: str) -> str:
    """O estilo da cor que o script deu a um texto; a preta é a de todos, que clareia no modo escuro."""
    return ";".join(f"fill:{value}" for value in paints(color, TEXT)) if color not in _INKS else ""


def _write(parent: Element, lines: tuple[str, ...], at: Point, style: str, anchor: str, ink: str) -> None:
    """Linhas de texto a partir do alto `at`; âncora no começo ou no meio."""
    x, top = at
    element = SubElement(parent, "text", {"class": style, **({"style": ink} if ink else {})})
    if anchor != "start":
        element.set("text-anchor", anchor)
    baseline = top + text.LINE_HEIGHT - 3.5
    if len(lines) == 1:
        element.set("x", number(x))
        element.set("y", number(baseline))
        element.text = lines[0]
        return
    for i, line in enumerate(lines):
        position = {"x": number(x), "y": number(baseline + i * text.LINE_HEIGHT)}
        SubElement(element, "tspan", position).text = line


def _callout(parent: Element, center: Point, mark: str) -> None:
    part = SubElement(parent, "g", {"class": "arq-step"})
    x, y = center
    wide = mark_width(mark)
    if wide > 2 * CALLOUT:
        place = {"x": x - wide / 2, "y": y - CALLOUT, "width": wide, "height": 2 * CALLOUT, "rx": CALLOUT}
        SubElement(part, "rect", {key: number(value) for key, value in place.items()})
    else:
        SubElement(part, "circle", {"cx": number(x), "cy": number(y), "r": str(CALLOUT)})
    SubElement(part, "text", {"x": number(x), "y": number(y + 4.6)}).text = mark


def _path(arrow: Arrow) -> str:
    """A curva, encurtada onde há ponta para que o traço não passe dela."""
    points = list(arrow.curve)
    for tip, (dx, dy) in arrow.tips:
        end = -1 if tip == points[-1] else 0
        points[end] = (tip[0] - dx * ARROW_LENGTH * 0.8, tip[1] - dy * ARROW_LENGTH * 0.8)
    start, rest = points[0], points[1:]
    return f"M{_pair(start)}C{' '.join(map(_pair, rest))}"


def _tip(tip: Point, direction: Point) -> str:
    (x, y), (dx, dy) = tip, direction
    base = (x - dx * ARROW_LENGTH, y - dy * ARROW_LENGTH)
    half = ARROW_LENGTH * 0.46
    left = (base[0] - dy * half, base[1] + dx * half)
    right = (base[0] + dy * half, base[1] - dx * half)
    return f"M{_pair((x, y))}L{_pair(left)} {_pair(right)}Z"


def _pair(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"


def _one_per_line(element: Element) -> None:
    """Quebra a linha entre elementos, menos dentro de textos, onde ela valeria um espaço."""
    if element.tag == "text" or not len(element):
        return
    element.text = "\n"
    for child in element:
        child.tail = "\n"
        _one_per_line(child)
