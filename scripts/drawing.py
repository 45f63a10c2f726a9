"""Desenho: de uma `Picture` para o texto do SVG.

As cores são propriedades CSS com valores claros por padrão: o mesmo arquivo serve como
`<img>` e, embutido na página, acompanha o tema dela. Todo texto do autor passa por
`ElementTree`, que o escapa; não há script, referência externa, data nem id sorteado.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scripts import icons, text
from scripts.geometry import Box, Point
from scripts.layout import CALLOUT, ICON_GAP, TITLE_HEIGHT, PlacedNode
from scripts.model import Diagram, Group
from scripts.placement import ARROW_LENGTH, Arrow, Frame, Picture, node_callout

# Cores dos grupos nas diretrizes de ícones da AWS; a segunda é a do título, mais escura para
# que o contraste com o fundo chegue a 4,5:1.
_GROUP_COLORS = {
    "nuvem": ("#242f3e", "#242f3e"),
    "conta": ("#e7157b", "#b00d5c"),
    "regiao": ("#00a4a6", "#00696b"),
    "vpc": ("#8c4fff", "#6a2bdc"),
    "zona": ("#00a4a6", "#00696b"),
    "sub-rede-publica": ("#7aa116", "#4d660c"),
    "sub-rede-privada": ("#00a4a6", "#00696b"),
    "auto-scaling": ("#ed7100", "#9c4a00"),
    "grupo-de-seguranca": ("#dd344c", "#b3213a"),
    "instancia": ("#ed7100", "#9c4a00"),
    "local": ("#7d8998", "#4b5563"),
    "computador": ("#7d8998", "#4b5563"),
}
_GENERIC = ("#7d8998", "#4b5563")
_DASHED = {"regiao", "zona", "auto-scaling", ""}
_FILLED = {"sub-rede-publica", "sub-rede-privada"}
_DASHES = {"dashed": "6 4", "dotted": "2 4"}
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}")

_STYLE = f"""
.arq text{{font:{text.SIZE}px Arial,"Liberation Sans",Helvetica,"Noto Sans",sans-serif;fill:#1b2631;fill:var(--arq-ink,#1b2631)}}
.arq .arq-back{{fill:#fff;fill:var(--arq-back,#fff)}}
.arq .arq-ink{{fill:#242f3e;fill:var(--arq-ink,#242f3e)}}
.arq .arq-halo{{paint-order:stroke;stroke:#fff;stroke:var(--arq-back,#fff);stroke-width:4px;stroke-linejoin:round}}
.arq .arq-title{{font-weight:bold}}
.arq .arq-line{{fill:none;stroke:#4a5568;stroke:var(--arq-line,#4a5568);stroke-width:1.6}}
.arq .arq-tip{{fill:#4a5568;fill:var(--arq-line,#4a5568)}}
.arq .arq-step circle{{fill:#0b5394;fill:var(--arq-step,#0b5394);stroke:#fff;stroke:var(--arq-back,#fff);stroke-width:2}}
.arq .arq-step text{{font-weight:bold;fill:#fff;fill:var(--arq-step-ink,#fff);text-anchor:middle}}
"""


def draw(picture: Picture) -> str:
    """O SVG da figura, uma linha por elemento, terminado em quebra de linha."""
    return _Drawing(picture).svg()


@dataclass
class _Drawing:
    picture: Picture

    def __post_init__(self) -> None:
        self.diagram: Diagram = self.picture.layout.diagram
        self.prefix = f"{self.diagram.slug}-"
        self.symbols: dict[str, icons.Symbol] = {}

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
                "aria-labelledby": f"{self.prefix}title {self.prefix}desc",
                "data-model": self.diagram.digest(),
            },
        )
        SubElement(root, "title", id=f"{self.prefix}title").text = self.diagram.title or self.diagram.slug
        SubElement(root, "desc", id=f"{self.prefix}desc").text = describe(self.diagram)
        SubElement(root, "style").text = _STYLE + _group_styles(self.diagram)
        definitions = SubElement(root, "defs")
        SubElement(root, "rect", {"class": "arq-back", "width": str(width), "height": str(height)})
        for frame in self.picture.frames:
            self._frame(root, frame)
        for arrow in self.picture.arrows:
            self._arrow(root, arrow)
        for node in self.picture.nodes:
            self._node(root, node)
        definitions.text = "\n@symbols@"
        root.tail = "\n"
        ElementTree.indent(root, space="")
        written = ElementTree.tostring(root, encoding="unicode")
        return written.replace("@symbols@", "\n".join(self._symbol(s) for _, s in sorted(self.symbols.items())), 1) + "\n"

    def _symbol(self, symbol: icons.Symbol) -> str:
        return f'<symbol id="{self.prefix}icon-{symbol.name}" viewBox="{symbol.view_box}">{symbol.content}</symbol>'

    def _use(self, parent: Element, symbol: icons.Symbol, at: Point, size: float) -> None:
        self.symbols[symbol.name] = symbol
        place = {"x": _number(at[0]), "y": _number(at[1]), "width": _number(size), "height": _number(size)}
        SubElement(parent, "use", {"href": f"#{self.prefix}icon-{symbol.name}", **place})

    def _part(self, parent: Element, kind: str, identity: str, step: int | None) -> Element:
        attributes = {f"data-{kind}": identity, "id": self.prefix + _fragment(identity)}
        if step is not None:
            attributes["data-step"] = str(step)
        return SubElement(parent, "g", attributes)

    def _frame(self, parent: Element, frame: Frame) -> None:
        group = frame.group
        part = self._part(parent, "group", group.id, group.step)
        part.set("class", f"arq-group arq-{_kind(group)}")
        box = {"x": frame.box.left, "y": frame.box.top, "width": frame.box.width, "height": frame.box.height}
        SubElement(part, "rect", {key: _number(value) for key, value in box.items()})
        symbol = icons.group_symbol(group.kind)
        if symbol:
            self._use(part, symbol, (frame.box.left, frame.box.top), TITLE_HEIGHT)
        _write(part, (group.label,), (frame.title.left, frame.title.top), "arq-title arq-halo", "start")
        if frame.callout:
            _callout(part, frame.callout, group.step)

    def _node(self, parent: Element, placed: PlacedNode) -> None:
        node = placed.node
        part = self._part(parent, "node", node.id, node.step)
        symbol = icons.node_symbol(node.icon)
        if symbol:
            self._use(part, symbol, (placed.icon.left, placed.icon.top), placed.icon.width)
        else:
            at = {"x": placed.icon.left + 1, "y": placed.icon.top + 1, "width": 46.0, "height": 46.0, "rx": 6.0}
            SubElement(part, "rect", {"class": "arq-line", **{key: _number(value) for key, value in at.items()}})
        if any(placed.lines):
            _write(part, placed.lines, (placed.icon.center[0], placed.label.top), "arq-halo", "middle")
        callout = node_callout(placed)
        if callout:
            _callout(part, callout, node.step)

    def _arrow(self, parent: Element, arrow: Arrow) -> None:
        edge = arrow.edge
        part = self._part(parent, "edge", edge.id, edge.step)
        color = edge.color if _COLOR.fullmatch(edge.color) else ""
        line = {"class": "arq-line", "d": _path(arrow)}
        if color:
            line["style"] = f"stroke:{color}"
        dashes = next((value for name, value in _DASHES.items() if name in edge.style), "")
        if dashes:
            line["stroke-dasharray"] = dashes
        SubElement(part, "path", line)
        for tip, direction in arrow.tips:
            head = {"class": "arq-tip", "d": _tip(tip, direction)}
            SubElement(part, "path", {**head, "style": f"fill:{color}"} if color else head)
        if arrow.label:
            _write(part, arrow.lines, (arrow.label.center[0], arrow.label.top), "arq-halo", "middle")
        if arrow.callout:
            _callout(part, arrow.callout, edge.step)


def describe(diagram: Diagram) -> str:
    """A figura em palavras, para quem não a vê: componentes e setas na ordem declarada."""
    names = {node.id: " ".join(node.label.split()) or node.id for node in diagram.nodes}
    steps = sorted((edge for edge in diagram.edges), key=lambda edge: edge.step or 10_000)
    arrows = []
    for edge in steps:
        verb = f" ({' '.join(edge.label.split())})" if edge.label else ""
        number = f"Passo {edge.step}: " if edge.step else ""
        arrows.append(f"{number}{names[edge.tail]} → {names[edge.head]}{verb}")
    told = f" Setas: {'; '.join(arrows)}." if arrows else ""
    return f"Componentes: {', '.join(names.values())}.{told}"


def _kind(group: Group) -> str:
    return group.kind if group.kind in _GROUP_COLORS else "generic"


def _group_styles(diagram: Diagram) -> str:
    rules = []
    for kind in sorted({_kind(group) for group in diagram.groups}):
        border, title = _GROUP_COLORS.get(kind, _GENERIC)
        dashes = "stroke-dasharray:6 4;" if kind in _DASHED or kind == "generic" else ""
        fill = f"fill:{border};fill-opacity:.08" if kind in _FILLED else "fill:none"
        rules.append(f".arq .arq-{kind} rect{{{fill};stroke:{border};stroke-width:1.5;{dashes}}}")
        rules.append(f".arq .arq-{kind} .arq-title{{fill:{title};fill:var(--arq-{kind},{title})}}")
    return "\n".join(rules) + "\n"


def _write(parent: Element, lines: tuple[str, ...], at: Point, style: str, anchor: str) -> None:
    """Linhas de texto a partir do alto `at`; âncora no começo ou no meio."""
    x, top = at
    element = SubElement(parent, "text", {"class": style})
    if anchor != "start":
        element.set("text-anchor", anchor)
    baseline = top + text.LINE_HEIGHT - 3.5
    if len(lines) == 1:
        element.set("x", _number(x))
        element.set("y", _number(baseline))
        element.text = lines[0]
        return
    for i, line in enumerate(lines):
        position = {"x": _number(x), "y": _number(baseline + i * text.LINE_HEIGHT)}
        SubElement(element, "tspan", position).text = line


def _callout(parent: Element, center: Point, step: int | None) -> None:
    part = SubElement(parent, "g", {"class": "arq-step"})
    x, y = center
    SubElement(part, "circle", {"cx": _number(x), "cy": _number(y), "r": str(CALLOUT)})
    SubElement(part, "text", {"x": _number(x), "y": _number(y + 4.6)}).text = str(step)


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
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _fragment(identity: str) -> str:
    """Um id de HTML sem espaços nem aspas."""
    return re.sub(r"[^\w.-]+", "-", identity)
