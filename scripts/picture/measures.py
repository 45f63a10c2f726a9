"""Medidas: o tamanho de ícones, títulos, números e rótulos, em px, antes de haver posição."""

from __future__ import annotations

from scripts.base.diagram import Edge, Group, Node
from scripts.picture import text

ICON = 48
ICON_GAP = 4
NODE_TEXT = 118
EDGE_TEXT = 118
BOX_TEXT = 190
TITLE_TEXT = 250
TITLE_GAP = 8
POINT = 10
TITLE_HEIGHT = 24
CALLOUT = 11


def mark_width(mark: str) -> int:
    """Largura do número de um passo: um círculo, que se alonga para três letras."""
    return 2 * CALLOUT + (8 if len(mark) > 2 else 0)


def title_lines(group: Group, stacked: bool = False) -> tuple[str, ...]:
    """As linhas do título: uma só, a não ser que o autor as quebre, que seja longo ou que se peçam duas."""
    half = text.width(group.label) * 0.6 if stacked else TITLE_TEXT
    return text.wrap(group.label, min(half, TITLE_TEXT))


def title_text_width(lines: tuple[str, ...]) -> float:
    """Largura do texto do título."""
    return max(text.width(line, bold=True) for line in lines)


def title_width(group: Group, lines: tuple[str, ...]) -> float:
    """Largura da faixa do título: ícone, espaço, texto e, se houver, número do passo."""
    number = 2 * CALLOUT + 6 if group.step is not None else 0
    return TITLE_HEIGHT + 8 + title_text_width(lines) + number + 8


def widening(group: Group, lines: tuple[str, ...]) -> int:
    """Quanto alargar um grupo para que a seta que entra pelo meio passe ao lado do título."""
    corner = TITLE_HEIGHT if group.kind else 0
    return round(2 * (corner + 8 + title_text_width(lines) + TITLE_GAP) - title_width(group, lines))


def title_height(lines: tuple[str, ...]) -> int:
    """Altura da faixa do título."""
    return TITLE_HEIGHT + text.LINE_HEIGHT * (len(lines) - 1)


def boxed(node: Node) -> bool:
    """Se o componente não tem ícone: o texto fica dentro da forma dele."""
    return not node.icon


def label_lines(node: Node) -> tuple[str, ...]:
    """As linhas do rótulo debaixo do ícone; vazio quando o texto vai dentro da forma."""
    return ("",) if boxed(node) else text.wrap(node.label, NODE_TEXT)


def inner_lines(node: Node) -> tuple[str, ...]:
    """As linhas do texto dentro da forma de um componente sem ícone."""
    lines = text.wrap(node.label, BOX_TEXT) if boxed(node) else ()
    return lines if any(lines) else ()


def body_size(node: Node) -> tuple[int, int]:
    """Largura e altura do ícone ou da forma que o substitui."""
    lines = inner_lines(node)
    if node.shape in ("point", "invis"):
        return POINT, POINT
    if not lines:
        return ICON, ICON
    pad = 0 if node.shape == "plaintext" else 24
    width = round(max(map(text.width, lines)) * (1.25 if node.shape == "ellipse" else 1)) + pad
    height = text.LINE_HEIGHT * len(lines) + pad + (14 if node.shape == "cylinder" else 0)
    return width + width % 2, height + height % 2


def node_width(lines: tuple[str, ...]) -> int:
    """Largura que um componente ocupa: a do ícone ou a da linha mais larga, com folga."""
    return round(max(ICON, *(text.width(line) for line in lines)) + 6)


def node_text_height(lines: tuple[str, ...]) -> int:
    """Altura que o rótulo acrescenta abaixo do ícone; zero quando está vazio."""
    return ICON_GAP + text.LINE_HEIGHT * len(lines) if any(lines) else 0


def room_size(edge: Edge, horizontal: bool) -> tuple[float, float] | None:
    """Espaço dos textos de uma seta: o rótulo e, junto da curva, o número do passo; ao longo dela, os textos das pontas."""
    lines = text.wrap(edge.label, EDGE_TEXT) if edge.label else ()
    ends = [text.wrap(words, EDGE_TEXT) for words in edge.near if words]
    number = edge.step is not None
    sideways = horizontal and dict(edge.layout).get("minlen") != "0"
    if not lines and not ends:
        return (2 * CALLOUT + 8, 2 * CALLOUT + 4) if number else None
    width, height = max(map(text.width, lines), default=0), text.LINE_HEIGHT * len(lines)
    if sideways:
        along = sum(max(map(text.width, end)) + 12 for end in ends)
        return max(width, along, 2 * CALLOUT) + 8, height + (CALLOUT + 3 if number else 4)
    along = sum(text.LINE_HEIGHT * len(end) + 8 for end in ends)
    return width + (CALLOUT + 8 if number else 10), max(height, along, 2 * CALLOUT + 2)
