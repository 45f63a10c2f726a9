"""Curvas mais curtas: o mesmo traçado com uma casa decimal, para que os ícones pesem menos na página.

Cada ponto é arredondado pela posição absoluta, então o erro não se acumula: fica em meio décimo
de unidade, menos que um vigésimo de pixel num ícone de 48 px.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

PIECE = re.compile(r"([a-zA-Z])([^a-zA-Z]*)")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
ARC = re.compile(r"[\s,]*([-+]?[\d.]+)[\s,]*([-+]?[\d.]+)[\s,]*([-+]?[\d.]+)[\s,]*([01])[\s,]*([01])[\s,]*"
                 r"([-+]?(?:\d+\.?\d*|\.\d+))[\s,]*([-+]?(?:\d+\.?\d*|\.\d+))")
SIZES = {"m": 2, "l": 2, "t": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "a": 7}


@cache
def shorten(path: str) -> str:
    """O atributo `d` com uma casa decimal; o que não se entende sai como entrou."""
    try:
        return "".join(_written(path))
    except (ValueError, KeyError):
        return path


def _written(path: str) -> Iterator[str]:
    x = y = ox = oy = start_x = start_y = 0.0  # a posição exata, a escrita e o começo do contorno
    before = ""
    for command, text in PIECE.findall(path):
        name, relative = command.lower(), command.islower()
        if name == "z":
            x, y = start_x, start_y
            ox, oy = round(x, 1), round(y, 1)
            yield command
            before = ""
            continue
        for values in _groups(name, text):
            first = len(values) - (2 if name not in "hv" else 1)
            base, drawn = ((x, y), (ox, oy)) if relative else ((0.0, 0.0), (0.0, 0.0))
            fixed = values[:first] if name == "a" else []
            points = values[len(fixed):]
            axis = [1] if name == "v" else [0, 1]
            exact = [value + base[axis[index % len(axis)]] for index, value in enumerate(points)]
            shown = [round(round(value, 1) - drawn[axis[index % len(axis)]], 1) for index, value in enumerate(exact)]
            x, y = (exact[-1], y) if name == "h" else (x, exact[-1]) if name == "v" else (exact[-2], exact[-1])
            ox, oy = round(x, 1), round(y, 1)
            if name == "m":
                start_x, start_y = x, y
            written = _numbers([round(value, 2) for value in fixed] + shown)
            # A letra não se repete quando o comando é o mesmo.
            yield command + written if command != before else written if written.startswith("-") else f" {written}"
            before = command
            if name == "m":
                name, command = "l", "l" if relative else "L"
                before = command


def _groups(name: str, text: str) -> Iterator[list[float]]:
    if name == "a":
        found = [[float(value) for value in group] for group in ARC.findall(text)]
    else:
        size = SIZES[name]
        numbers = [float(value) for value in NUMBER.findall(text)]
        if not numbers or len(numbers) % size:
            raise ValueError(text)
        found = [numbers[index:index + size] for index in range(0, len(numbers), size)]
    if not found:
        raise ValueError(text)
    yield from found


def _numbers(values: list[float]) -> str:
    words = [f"{value:.2f}".rstrip("0").rstrip(".") for value in values]
    words = [re.sub(r"^(-?)0\.", r"\1.", "0" if word == "-0" else word) for word in words]
    return "".join(word if word.startswith("-") or not index else f" {word}" for index, word in enumerate(words))
