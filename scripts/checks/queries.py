"""O que um comando da página pergunta com `--query`: o que a operação responde, e o que a página diz que virá.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html
https://jmespath.org/specification.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from scripts.aws.cli import CUSTOM, answers
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.checks.calls import Call, Made
from scripts.page.architecture import Page

CODE = "consulta-errada"
INDEX, FILTER = re.compile(r"\[\d*\]"), re.compile(r"\[\?([^\]]*)\]")
TESTED = re.compile(r"(?:^|[(&|\s!])([A-Z]\w*(?:\.\w+)*)\s*(?=[=,<>!])")
FIELD = re.compile(r"\w+(?:\[\])*(?:\.\w+(?:\[\])*)*")
FIRST = re.compile(r"\s*\|\s*\[-?\d*\]\s*$")
"""O primeiro do que se achou: `… | [0]`."""
STATE = re.compile(r"[A-Z][A-Z_]{3,}")
STATUS = re.compile(r"(?:Status|State|Health)\w*$")
LITERAL = re.compile(r"`[^`]*`|'[^']*'")
LIST, MANY = re.compile(r"\[(?!\])|\{"), 6
"""As listas de campos de uma consulta; com mais do que estas, ninguém a lê."""
OPENING = {"[": "]", "{": "}"}


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por campo que a operação não responde, e por estado que a página espera e o campo pedido não diz."""
    for call in next((each.calls for each in made), []):
        for query in call.option("--query") if call.name not in CUSTOM else ():
            known, paths = answers(call.name), fields(query)
            if paths is None or not known:
                what = f"a consulta `{query}`" if known else f"o que `{call.name}` responde"
                yield Finding(page.path, call.line, CODE, f"Não se sabe ler {what}; escreva-a com campos, listas e filtros simples.")
                continue
            wrong = [path for path in paths if path not in known]
            yield from (Finding(page.path, call.line, CODE, _absent(call, path, known)) for path in wrong)
            yield from _promised(page, call, paths, known) if not wrong else ()


def _absent(call: Call, path: str, known: Iterable[str]) -> str:
    near = get_close_matches(path, list(known), 1, 0.5)
    return f"`--query` pede `{path}`, e `{call.name}` não responde isso{f'; talvez `{near[0]}`' if near else ''}."


def _promised(page: Page, call: Call, paths: list[str], known: dict[str, frozenset[str]]) -> Iterator[Finding]:
    """O estado que o parágrafo vizinho escreve em código é dos que o campo pedido pode ter."""
    asked = frozenset().union(*(known[path] for path in paths))
    for state in sorted(_told(page, call.line) - asked):
        owners = [path for path, values in known.items() if state in values and STATUS.search(path)]
        if owners and asked:
            yield Finding(page.path, call.line, CODE, f"A página fala de `{state}`, e o comando pede `{paths[0]}`, que só diz "
                          f"{listed([f'`{value}`' for value in sorted(asked)][:6])}; quem diz `{state}` é `{owners[0]}`.")
        elif owners:
            yield Finding(page.path, call.line, CODE, f"A página fala de `{state}`, e o comando não o pede; quem o diz é `{owners[0]}`.")


def _told(page: Page, line: int) -> set[str]:
    """As palavras de estado, em código, dos parágrafos logo antes e logo depois do bloco desta linha."""
    blocks = [token.map for token in page.tokens if token.type == "fence" and token.map]
    start, end = next((block for block in blocks if block[0] < line <= block[1]), (line, line))
    before = max((stop for _, stop in blocks if stop <= start), default=0)
    after = min((begin for begin, _ in blocks if begin >= end), default=10**9)
    limits = [heading.line for heading in page.headings]
    low = max((each for each in limits if each <= start), default=0)
    high = min((each for each in limits if each > end), default=10**9)
    return {code.text for code in page.codes if STATE.fullmatch(code.text) and max(before, low) <= code.line <= min(after, high)}


@lru_cache(maxsize=256)
def fields(query: str) -> list[str] | None:
    """Os campos que uma consulta pede, também os que os filtros comparam; `None`, quando ela não se lê."""
    query = FIRST.sub("", query)
    tested = [f"{owner}[].{name}" for found in FILTER.finditer(query) if FIELD.fullmatch(owner := INDEX.sub("[]", query[:found.start()]))
              for name in TESTED.findall(found[1])]
    plain = INDEX.sub("[]", FILTER.sub("[]", query)).strip()
    read = _expanded(plain) if len(LIST.findall(plain)) <= MANY else None
    return None if read is None else [*dict.fromkeys((*read, *tested))]


def _expanded(query: str) -> list[str] | None:
    if FIELD.fullmatch(query):
        return [query]
    start = 0 if query[:1] in ("[", "{") else next((found.start() + 1 for found in re.finditer(r"\.[\[{]", query)), -1)
    end = _closing(query, start) if start >= 0 else -1
    if end < 0:
        return None
    head, inside, tail = query[:start], _split(query[start + 1:end]), query[end + 1:]
    if query[start] == "{":
        inside = [piece.partition(":")[2].strip() for piece in inside]
    found = [_expanded(f"{head}{piece}{tail}") for piece in inside if not LITERAL.fullmatch(piece)]
    return None if None in found or not all(inside) else [path for each in found for path in each or ()]


def _closing(query: str, start: int) -> int:
    depth = 0
    for index in range(start, len(query)):
        depth += (query[index] in OPENING) - (query[index] in OPENING.values())
        if not depth:
            return index
    return -1


def _split(text: str) -> list[str]:
    """As partes separadas por vírgula que não está dentro de outra lista."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in OPENING) - (letter in OPENING.values())
        found = [*found, ""] if letter == "," and not depth else [*found[:-1], found[-1] + letter]
    return [piece.strip() for piece in found]
