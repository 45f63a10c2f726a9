"""Números e listas como se leem em português."""

from __future__ import annotations

import re
import unicodedata

WORDS = ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze", "treze", "quatorze",
         "quinze", "dezesseis", "dezessete", "dezoito", "dezenove", "vinte")
NUMBERS = {**{word: number for number, word in enumerate(WORDS)}, "uma": 1, "duas": 2, "catorze": 14, "trinta": 30, "quarenta": 40,
           "cinquenta": 50, "sessenta": 60, "noventa": 90, "cem": 100, "mil": 1000}
"""De cada número escrito por extenso, o valor."""
CLAUSE = re.compile(r"(?<=[.;:!?])\s+")
"""Entre uma oração e a seguinte."""


def plain(text: str) -> str:
    """O texto sem acentos, maiúsculas nem quebras de linha, para comparar."""
    return " ".join(unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode().split())


def decimal(value: float, places: int = 2) -> str:
    """`1,50`: o número com vírgula e tantas casas."""
    return f"{value:.{places}f}".replace(".", ",")


def plural(count: int, one: str, many: str) -> str:
    """`1 seta`, `2 setas`."""
    return f"{count} {one if count == 1 else many}"


def listed(names: list[str]) -> str:
    """`A`, `A e B`, `A, B e C`."""
    return " e ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
