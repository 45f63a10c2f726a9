"""Números e listas como se leem em português."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

WORDS = ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze", "treze", "quatorze",
         "quinze", "dezesseis", "dezessete", "dezoito", "dezenove", "vinte")
NUMBERS = {**{word: number for number, word in enumerate(WORDS)}, "uma": 1, "duas": 2, "catorze": 14, "trinta": 30, "quarenta": 40,
           "cinquenta": 50, "sessenta": 60, "noventa": 90, "cem": 100, "mil": 1000}
"""De cada número escrito por extenso, o valor."""
CLAUSE = re.compile(r"(?<=[.;:!?])\s+")
"""Entre uma oração e a seguinte."""
NAME = re.compile(r"(`[^`]*`)")
AFTER = (" de ", " em ", " negar ", " fazer ", " passar ", " para ", " com ")
"""Depois de quê um nome pode dar lugar a vários sem que o verbo mude."""


def plain(text: str) -> str:
    """O texto sem acentos, maiúsculas nem quebras de linha, para comparar."""
    return " ".join(unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode().split())


def decimal(value: float, places: int = 2) -> str:
    """`1,50`: o número com vírgula e tantas casas."""
    return f"{value:.{places}f}".replace(".", ",")


def plural(count: int, one: str, many: str) -> str:
    """`1 seta`, `2 setas`."""
    return f"{count} {one if count == 1 else many}"


class Merged(NamedTuple):
    """Várias frases numa só: o texto, e as que ele diz."""

    text: str
    parts: tuple[str, ...]


def merged(texts: Iterable[str]) -> list[Merged]:
    """As frases que só diferem num nome entre crases, depois de uma palavra, numa frase com todos os nomes; as demais, como são."""
    groups: list[list[str]] = []
    for text in dict.fromkeys(texts):
        group = next((each for each in groups if _varying([*each, text]) is not None), None)
        if group is None:
            groups.append([text])
        else:
            group.append(text)
    found = []
    for group in groups:
        pieces, place = [NAME.split(text) for text in group], _varying(group) or 0
        names = listed([piece[place] for piece in pieces])
        found.append(Merged("".join((*pieces[0][:place], names, *pieces[0][place + 1:])), tuple(group)))
    return found


def _varying(texts: list[str]) -> int | None:
    """O lugar do nome em que as frases diferem, se é o único."""
    pieces = [NAME.split(text) for text in texts]
    places = [place for place, words in enumerate(zip(*pieces)) if len(set(words)) > 1]
    if len({len(each) for each in pieces}) > 1 or len(places) != 1 or not places[0] % 2 or not pieces[0][places[0] - 1].endswith(AFTER):
        return None
    return places[0]


def listed(names: list[str]) -> str:
    """`A`, `A e B`, `A, B e C`."""
    return " e ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
