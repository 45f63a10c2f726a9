"""Formas: o desenho de um componente sem ícone, com o texto dentro."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from scripts.picture import text
from scripts.picture.colors import TEXT, ink_on, paints
from scripts.picture.layout import PlacedNode

_LID = 7


def shape(parent: Element, placed: PlacedNode) -> None:
    """A forma do componente: caixa, elipse, cilindro, ponto ou nada, quando é só texto ou invisível."""
    node, box = placed.node, placed.icon
    style = {"style": f"fill:{node.fill}"} if node.fill else {}
    x, y = box.center
    if node.shape == "invis" or node.shape == "plaintext" and placed.inside:
        return
    if node.shape == "point":
        SubElement(parent, "circle", {"class": "arq-tip", "cx": number(x), "cy": number(y), "r": number(box.width / 2)})
    elif node.shape == "ellipse":
        radii = {"rx": number(box.width / 2 - 1), "ry": number(box.height / 2 - 1)}
        SubElement(parent, "ellipse", {"class": "arq-line", "cx": number(x), "cy": number(y), **radii, **style})
    elif node.shape == "cylinder":
        SubElement(parent, "path", {"class": "arq-line", "d": _cylinder(placed), **style})
    else:
        size = {"x": box.left + 1, "y": box.top + 1, "width": box.width - 2, "height": box.height - 2, "rx": 6.0}
        SubElement(parent, "rect", {"class": "arq-line", **{key: number(value) for key, value in size.items()}, **style})


def write_inside(parent: Element, placed: PlacedNode) -> None:
    """O texto no meio da forma, numa cor que se lê sobre o fundo dela."""
    node, box = placed.node, placed.icon
    ink = [node.ink or ink_on(node.fill)] if node.fill else paints(node.ink, TEXT)
    style = {"style": ";".join(f"fill:{value}" for value in ink)} if ink else {}
    element = SubElement(parent, "text", {"text-anchor": "middle", **style})
    top = box.center[1] - text.LINE_HEIGHT * len(placed.inside) / 2 + (_LID / 2 if node.shape == "cylinder" else 0)
    for i, line in enumerate(placed.inside):
        place = {"x": number(box.center[0]), "y": number(top + text.LINE_HEIGHT * (i + 1) - 3.5)}
        SubElement(element, "tspan", place).text = line


def _cylinder(placed: PlacedNode) -> str:
    box = placed.icon.grown(-1)
    left, top, right, bottom = map(number, (box.left, box.top + _LID, box.right, box.bottom - _LID))
    radii = f"{number(box.width / 2)},{_LID} 0 0"
    return f"M{left},{top}A{radii} 1 {right},{top}V{bottom}A{radii} 1 {left},{bottom}ZM{left},{top}A{radii} 0 {right},{top}"


def number(value: float) -> str:
    """Uma coordenada como o SVG a leva: uma casa, ou nenhuma."""
    return f"{value:.1f}".removesuffix(".0")
