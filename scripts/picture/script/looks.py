"""Aparência: as cores, formas e enfeites que um script pede, e o que deles não se desenha.

Entram os atributos do Graphviz como o script os escreveu; sai o que o modelo guarda. O que
fica de fora é anotado: o que se pede e não aparece é dito.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scripts.picture.colors import color
from scripts.picture.text import plain

Note = Callable[[str, str], None]
"""Anota o que ficou de fora: código e mensagem."""

DEFAULT_EDGE = "#7B8894"
DEFAULT_INK = "#2D3436"
SHAPES = {
    **dict.fromkeys(("box", "rect", "rectangle", "square", "component", "note", "tab", "folder", "box3d", "underline"), "box"),
    **dict.fromkeys(("ellipse", "oval", "circle", "doublecircle", "egg"), "ellipse"),
    **dict.fromkeys(("plaintext", "plain", "none"), "plaintext"),
    "cylinder": "cylinder",
    "point": "point",
}
_SAME_SHAPE = {"box", "rect", "rectangle", "square", "ellipse", "oval", "circle", "cylinder", "plaintext", "plain", "none", "point"}
WIDTH = re.compile(r"\d{1,3}(\.\d{1,3})?")
_TIPS = {"", "normal", "none", "vee", "open", "empty", "onormal"}


def ink(written: Any, what: str, note: Note) -> str:
    """Uma cor do script; vazio, com anotação, quando não existe. De uma lista vale a primeira."""
    asked = str(written or "").strip()
    if asked.lower() in ("", "transparent", "none"):
        return ""
    parts = [re.sub(r";[0-9.]+$", "", part) for part in asked.split(":")]
    first, found = parts[0], color(parts[0]) if all(map(color, parts)) else ""
    if first != asked and found:
        note("cor-simplificada", f"A lista de cores `{asked}` {what} vale só pela primeira, `{first}`; escreva uma cor.")
    elif not found:
        shown = asked if len(asked) <= 40 else f"{asked[:40]}…"
        note("cor-desconhecida", f"A cor `{shown}` {what} não existe e ficou de fora; use um nome do X11 ou `#rrggbb`.")
    return found


def node_look(attributes: dict[str, Any], image: bool, what: str, note: Note) -> dict[str, str]:
    """Forma e cores de um componente; a forma só existe quando ele não tem ícone."""
    letters = str(attributes.get("fontcolor", DEFAULT_INK))
    look = {"ink": "" if letters == DEFAULT_INK else ink(letters, what, note)}
    if "invis" in str(attributes.get("style", "")):
        return {"shape": "invis"}
    if image:
        return look
    shape = str(attributes.get("shape", "box")).lower()
    if shape not in _SAME_SHAPE:
        drawn = "elipse" if SHAPES.get(shape) == "ellipse" else "caixa"
        note("forma-simplificada", f"A forma `{shape}` {what} sai como {drawn}, que é a mais próxima das que a figura tem.")
    filled = "filled" in str(attributes.get("style", ""))
    fill = attributes.get("fillcolor") or attributes.get("color") or "lightgrey" if filled else ""
    return {**look, "shape": SHAPES.get(shape, "box"), "fill": ink(fill, what, note)}


def edge_look(attributes: dict[str, Any], what: str, note: Note) -> dict[str, Any]:
    """Cor, traço e textos das pontas de uma seta."""
    line, letters = str(attributes.get("color", "") or ""), str(attributes.get("fontcolor", "") or DEFAULT_INK)
    if attributes.get("lhead") or attributes.get("ltail"):
        note("ponta-simplificada", f"`lhead` e `ltail` {what} ficaram de fora: a seta vai até o componente, não até a borda do grupo.")
    for end in ("arrowhead", "arrowtail"):
        if str(attributes.get(end, "")) not in _TIPS:
            note("ponta-simplificada", f"A ponta `{attributes[end]}` {what} sai como a comum.")
    return {
        "color": "" if line == DEFAULT_EDGE else ink(line, what, note),
        "style": _stroke(attributes),
        "ink": "" if letters == DEFAULT_INK else ink(letters, what, note),
        "near": (plain(attributes.get("taillabel") or ""), plain(attributes.get("headlabel") or "")),
    }


def _stroke(attributes: dict[str, Any]) -> str:
    """O traço de uma seta; a largura pedida vai nele, como o Graphviz também a aceita."""
    style, width = str(attributes.get("style", "") or ""), str(attributes.get("penwidth", ""))
    return f"{style},setlinewidth({width})".lstrip(",") if WIDTH.fullmatch(width) and float(width) != 1 else style


def group_fill(attributes: dict[str, Any], what: str, note: Note) -> str:
    """O fundo que o script deu a um grupo; vazio para o que o `diagrams` dá a todos."""
    asked = str(attributes.get("fillcolor") or attributes.get("bgcolor") or "")
    return "" if asked.upper() in ("#E5F5FD", "#EBF3E7", "#ECE8F6", "#FDF7E3") else ink(asked, what, note)


def edge_label(attributes: dict[str, Any]) -> str:
    """O texto de uma seta: `label` e, se houver, `xlabel` abaixo dele."""
    return "\n".join(filter(None, (plain(attributes.get("label") or ""), plain(attributes.get("xlabel") or ""))))


def node_label(label: Any, attributes: dict[str, Any]) -> str:
    """O texto de um componente: `label` e, se houver, `xlabel` abaixo dele."""
    return "\n".join(filter(None, (plain("" if label is None else label), plain(attributes.get("xlabel") or ""))))
