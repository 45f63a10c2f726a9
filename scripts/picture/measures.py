"""Medidas: o tamanho de ícones, títulos, números e rótulos, em px, antes de haver posição."""

from __future__ import annotations

from scripts.base.diagram import Edge, Group
from scripts.picture import text

ICON = 48
ICON_GAP = 4
NODE_TEXT = 118
EDGE_TEXT = 118
TITLE_HEIGHT = 24
CALLOUT = 11


def title_width(group: Group) -> float:
    """Largura da faixa do título: ícone, espaço, texto e, se houver, número do passo."""
    number = 2 * CALLOUT + 6 if group.step is not None else 0
    return TITLE_HEIGHT + 8 + text.width(group.label, bold=True) + number + 8


def node_width(lines: tuple[str, ...]) -> int:
    """Largura que um componente ocupa: a do ícone ou a da linha mais larga, com folga."""
    return round(max(ICON, *(text.width(line) for line in lines)) + 6)


def node_text_height(lines: tuple[str, ...]) -> int:
    """Altura que o rótulo acrescenta abaixo do ícone; zero quando está vazio."""
    return ICON_GAP + text.LINE_HEIGHT * len(lines) if any(lines) else 0


def room_size(edge: Edge, horizontal: bool) -> tuple[float, float] | None:
    """Espaço do rótulo de uma seta: o texto e, junto da curva, o número do passo."""
    lines = text.wrap(edge.label, EDGE_TEXT) if edge.label else ()
    number = edge.step is not None
    sideways = horizontal and dict(edge.layout).get("minlen") != "0"
    if not lines:
        return (2 * CALLOUT + 8, 2 * CALLOUT + 4) if number else None
    width, height = max(map(text.width, lines)), text.LINE_HEIGHT * len(lines)
    if sideways:
        return max(width, 2 * CALLOUT) + 8, height + (CALLOUT + 3 if number else 4)
    return width + (CALLOUT + 8 if number else 10), max(height, 2 * CALLOUT + 2)
