"""Curingas das políticas do IAM sobre textos com símbolos.

`*` vale qualquer texto e `?` um caractere. Um símbolo (`${Tabela}`) é um texto que existe e não
se conhece: só um `*` ou ele mesmo o cobre com certeza.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

SYMBOLS = re.compile(r"\$\{[^}]*\}")
VARIABLE = "$\u2060{"
"""Uma variável de política (`${aws:username}`): o IAM a troca a cada pedido."""
LONGEST = 2048
FIRST, FREE, LAST = "\ue000", "\uf000", "\uf8ff"
"""Símbolos viram caracteres de uso privado; de `FREE` em diante, os que podem valer qualquer texto."""


@lru_cache(maxsize=4096)
def covers(pattern: str, text: str, ignore_case: bool = False) -> bool | None:
    """O padrão cobre todo texto que `text` pode ser; um `*` em `text` é qualquer continuação.

    `None` quando talvez cubra, ou cubra só uma parte.
    """
    if VARIABLE in pattern or max(len(pattern), len(text)) > LONGEST:
        return None
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    names = {symbol: _letter(symbol, index) for index, symbol in enumerate(dict.fromkeys(SYMBOLS.findall(pattern + text)))}
    encoded, target = (SYMBOLS.sub(lambda found: names[found[0]], part) for part in (pattern, text))
    if _all(encoded, target.replace("*", FIRST)):
        return True
    return None if _meet(encoded, target) else False


def _letter(symbol: str, index: int) -> str:
    """Parâmetros e pseudoparâmetros podem valer qualquer texto; o nome de um recurso é só dele."""
    free = symbol.lower().startswith(("${parameters.", "${aws::"))
    return chr(ord(FREE if free else FIRST) + 1 + index)


def _all(pattern: str, text: str) -> bool:
    """O padrão cobre o texto; um símbolo do texto só se cobre com `*` ou com ele mesmo."""
    here = there = retry = 0
    star = -1
    while there < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, retry, here = here, there, here + 1
        elif here < len(pattern) and (pattern[here] == text[there] or pattern[here] == "?" and not _any(text[there])):
            here, there = here + 1, there + 1
        elif star >= 0:
            here, retry = star + 1, retry + 1
            there = retry
        else:
            return False
    return not pattern[here:].strip("*")


def _meet(pattern: str, text: str) -> bool:
    """Algum texto concreto satisfaz os dois, se cada símbolo puder ser qualquer coisa."""
    alike = 0
    for here, there in zip(pattern, text):  # o começo por extenso se compara letra a letra: quase todo par de ações acaba aqui
        if here == "?" or _any(here) or _any(there):
            break
        if here != there:
            return False
        alike += 1
    pattern, text = pattern[alike:], text[alike:]
    reach = {0}
    for here in pattern:
        if here == "*" or FREE <= here <= LAST:
            reach = set(range(min(reach), len(text) + 1))
        else:
            reach = set(_advance(here, text, reach))
        if not reach:
            return False
    return any(all(map(_any, text[position:])) for position in reach)


def _advance(here: str, text: str, reach: set[int]) -> Iterator[int]:
    """As posições do texto a que se chega destas com um caractere do padrão.

    Ficar num curinga do texto é ele valer também esse caractere; passar dele, acabar ali.
    """
    past = -1  # a posição a que os curingas do texto, acabando, levam
    for position, char in enumerate(text):
        if position not in reach and position != past:
            continue
        if not _any(char):
            if char == here or here == "?":
                yield position + 1
            continue
        past = position + 1
        # Dois recursos diferentes não têm o mesmo nome.
        if char == "*" or char >= FREE or char == here or not FIRST <= here < FREE:
            yield position


def _any(char: str) -> bool:
    return char == "*" or FIRST <= char <= LAST
