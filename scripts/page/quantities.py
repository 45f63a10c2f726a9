"""O que uma frase diz em números: prazos, tamanhos, porcentagens, portas, frequências e contagens.

“Um” e “uma” só contam diante de uma unidade (“um dia”, “um snapshot por dia”): sozinhos são artigos.
O número que faz parte de um nome (SHA-256, UTF-8, Route 53) não diz quanto há de nada.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from scripts.base.wording import NUMBERS

TIME, SIZE, PERCENT, PORT, EVERY, COUNT = "tempo", "tamanho", "porcentagem", "porta", "período", "contagem"
SECONDS = {"segundo": 1, "minuto": 60, "hora": 3600, "dia": 86_400, "noite": 86_400, "semana": 604_800, "mês": 2_592_000, "mes": 2_592_000,
           "ano": 31_536_000}
"""Mês vale 30 dias, e ano, 365, como no prazo de um benefício."""
ADJECTIVES = {"di": "dia", "sem": "semana", "men": "mês", "anu": "ano"}
BYTES = {"b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
NAMES = re.compile(r"\bRoute 53\b|\bpasso\s+\d+|\(consultad[oa] em \d{4}-\d\d-\d\d\)")
"""Números que são nomes, o passo que a frase cita, e a data em que se leu uma fonte."""

_WORD = "|".join(sorted(NUMBERS, key=len, reverse=True))
_DIGITS = rf"(?:\d{{1,3}}(?:\.\d{{3}})+|\d+(?:,\d+)?|{_WORD})"
_START = r"(?<![\w/.,:-])"
_END = r"(?![\w/-]|[.,:]\d)"
_N = rf"(?:{_START}(?P<low>{_DIGITS})\s+(?:a|e|ou|até)\s+)?{_START}(?P<n>{_DIGITS}){_END}"
_UNIT = r"(?P<u>segundo|minuto|hora|dia|noite|semana|m[eê]s|ano)(?:s|es)?\b"


@dataclass(frozen=True)
class Quantity:
    """Uma quantidade dita: `kind` diz de quê, `value` é em segundos, bytes ou unidades.

    `noun` é o que se conta, e `clause`, a oração em que se diz, de pontuação a pontuação.
    """

    kind: str
    value: float
    text: str
    noun: str = ""
    clause: str = ""


Reader = Callable[[re.Match[str]], list[Quantity]]


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """As quantidades da frase, na ordem dela, cada número uma vez; o que não se entende vira contagem, nunca silêncio."""
    digits = DIGIT.search(text)
    if not digits and TELLING.isdisjoint(WORD.findall(text.lower())):  # quase toda frase para aqui
        return ()
    left = NAMES.sub(lambda found: "\0" * len(found[0]), text) if digits else text
    places = _places(text)
    found: list[tuple[int, Quantity]] = []
    for first, pattern, read in PATTERNS:
        before, end = left, 0
        for place in places.get(first, ()):
            match = pattern.match(before, place) if place >= end else None
            said = read(match) if match else []
            end = match.end() if match else end
            found += [(place, each) for each in said]
            if match and said:
                left = left[:place] + "\0" * len(match[0]) + left[end:]
    return tuple(replace(said, clause=_clause(text, place)) for place, said in sorted(found, key=lambda pair: pair[0]))


def _places(text: str) -> dict[str, list[int]]:
    """Onde na frase pode começar o que se procura, por primeira palavra; a de um número, por extenso ou em algarismos, é `NUMBER`."""
    places: dict[str, list[int]] = {}
    for found in WORD.finditer(text):
        word = found[0].lower()
        if first := NUMBER if word[0].isdecimal() else FIRST.get(word):
            places.setdefault(first, []).append(found.start())
    return places


def _clause(text: str, place: int) -> str:
    return next((found[0] for found in re.finditer(r"[^,.;:!?]+", text) if found.end() > place), text)


def number(said: str) -> float:
    """O valor de um número escrito por extenso ou em algarismos, à brasileira."""
    known = NUMBERS.get(said.lower())
    return float(said.replace(".", "").replace(",", ".")) if known is None else known


def _seconds(unit: str) -> int:
    return SECONDS[unit.lower()]


def _said(kind: str, match: re.Match[str], scale: float, noun: str = "") -> list[Quantity]:
    """Os dois números de uma faixa, ou o único."""
    return [Quantity(kind, number(each) * scale, match[0].strip(), noun) for each in (match["low"], match["n"]) if each]


def _frequency(match: re.Match[str]) -> list[Quantity]:
    times = number(match["n"])
    return [Quantity(EVERY, _seconds(match["u"]) / times if times else 0, match[0])]


def _each(match: re.Match[str]) -> list[Quantity]:
    return [Quantity(EVERY, _seconds(match["u"]) * (number(match["n"]) if match["n"] else 1), match[0])]


def _adjective(match: re.Match[str]) -> list[Quantity]:
    unit = next(unit for start, unit in ADJECTIVES.items() if match[0].lower().replace("á", "a").startswith(start))
    return [Quantity(EVERY, _seconds(unit), match[0])]


def _count(match: re.Match[str]) -> list[Quantity]:
    return [] if match["n"].lower() in ("um", "uma") else _said(COUNT, match, 1, (match["noun"] or "").lower())


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


WORD, DIGIT = re.compile(r"\w+"), re.compile(r"\d")
NUMBER, DAILY = "número", "diário"
_UNITS = {f"{unit}{ending}" for unit in SECONDS for ending in ("", "s", "es")}
_DAILY = {*(f"di{a}ri{o}{s}" for a in "aá" for o in "ao" for s in ("", "s")), "diariamente",
          *(f"{start}{ending}" for start in ("semana", "mensa", "anua") for ending in ("l", "is", "lmente"))}
FIRST = {**dict.fromkeys(NUMBERS, NUMBER), **dict.fromkeys(_DAILY, DAILY), **dict.fromkeys(("cada", "todo", "toda", "todos", "todas"), "cada"),
         **dict.fromkeys(("porta", "portas"), "porta"), "de": "de", "por": "por"}
_SIZES = {"byte", "bytes", "cento", *(f"{scale}{binary}b" for scale in "kmgt" for binary in ("", "i"))}
TELLING = {*NUMBERS, *_DAILY, *_UNITS, *_SIZES} - {"um", "uma"}
"""Sem algarismo nem nenhuma destas palavras, não há quantidade."""
PATTERNS: tuple[tuple[str, re.Pattern[str], Reader], ...] = (
    (NUMBER, _pattern(rf"{_N}\s+(?:[^\W\d]+\s+){{0,2}}?(?:por|ao|a cada)\s+{_UNIT}"), _frequency),
    ("de", _pattern(rf"de\s+(?P<n>{_DIGITS})\s+em\s+{_DIGITS}\s+{_UNIT}"), _each),
    ("cada", _pattern(rf"\w+\s+(?:[oa]s?\s+)?(?:(?P<n>{_DIGITS})\s+)?{_UNIT}"), _each),
    ("por", _pattern(rf"por(?P<n>)\s+{_UNIT}"), _each),
    ("de", _pattern(rf"de(?P<n>)\s+{_UNIT}\s+em\s+(?P=u)\b"), _each),
    (DAILY, _pattern(r"\w+"), _adjective),
    (NUMBER, _pattern(rf"{_N}\s+{_UNIT}"), lambda match: _said(TIME, match, _seconds(match["u"]))),
    (NUMBER, _pattern(rf"{_N}\s*(?P<u>[KMGT]i?B|bytes?)\b"), lambda match: _said(SIZE, match, BYTES[match["u"][0].lower()])),
    (NUMBER, _pattern(rf"{_N}\s*(?:%|por cento\b)"), lambda match: _said(PERCENT, match, 1)),
    ("porta", _pattern(rf"\w+\s+{_N}"), lambda match: _said(PORT, match, 1)),
    (NUMBER, _pattern(rf"{_N}(?:\s+(?P<noun>de cada vez|por vez|em cada lote|nov[ao]s\s+[^\W\d_]+|[^\W\d_]+))?"), _count),
)
"""O que se procura, na ordem: a primeira palavra, e o resto; o que um acha, o seguinte não vê."""
