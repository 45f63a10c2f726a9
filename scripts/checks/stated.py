"""O que a página diz, em números, do que um parâmetro decide, contra o padrão dele: quem não escolhe outro valor tem esse.

Uma oração fala de um parâmetro quando traz as palavras do nome dele, ou duas da descrição, e um número da mesma grandeza.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, NUMBERS, plain
from scripts.checks.coded import anywhere, unsourced
from scripts.checks.qualities import SUPPOSED
from scripts.page.architecture import Page
from scripts.page.quantities import COUNT, PERCENT, SIZE, TIME, Quantity, number, quantities
from scripts.proofs.facts.measures import DAY, unit_of
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Template
from scripts.template.numbers import whole

CODE = "prosa-sem-prova"
WORDS, PARTS = re.compile(r"[^\W\d_]{4,}"), re.compile(r"[A-Z][a-z]+")
PLAIN = ("dias", "hora", "minu", "segu", "tama", "maxi", "mini", "maio", "meno", "para", "isto", "cada",
         "este", "esta", "quan", "nume", "quem", "pela", "pelo", "dela", "dele")
"""Os começos de palavra que não dizem de que se fala."""
STEM, BOTH = 5, 2
SPELLED: dict[str, tuple[str, float]] = {"MiB": (SIZE, 2**20), "GiB": (SIZE, 2**30), "porcentagem": (PERCENT, 1)}
"""O que a descrição diz da unidade, quando o nome não a traz."""
UNIT = re.compile(r", em (\w+)")
DIGIT = re.compile(r"\d")
TURN = re.compile(r"\b(?:por|cada) (?:vez|lote|zona)\b", re.IGNORECASE)
CITED = re.compile(r"`(\w+)` \((\d[\d.]*)\)")
ACCEPTED = re.compile(r"\bparâmetro aceita\b|\b(?:menor|maior|mínimo|máximo) (?:valor|volume)\b", re.IGNORECASE)


class Subject(NamedTuple):
    """Um parâmetro de número: a grandeza, quanto vale a unidade, o padrão, os limites, e as palavras com que se fala dele."""

    name: str
    kind: str
    scale: float
    value: float
    bounds: tuple[float, ...]
    own: frozenset[str]
    told: frozenset[str]
    unit: frozenset[str]

    def named(self, said: frozenset[str]) -> bool:
        """A oração traz as palavras do nome dele."""
        return bool(self.own) and self.own <= said


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por número que fala de um parâmetro e não é o padrão dele."""
    known = list(_subjects(views.template))
    for line, token, read in page.passages if known else ():
        if _numbered(token.content):
            yield from _cited(page, line, token.content, views.template)
            for text in CLAUSE.split(unsourced(read, token.content)):
                yield from _spoken(page, line, text, views, known) if _numbered(text) else ()


def _numbered(text: str) -> bool:
    """Há um número que se pode estar a dizer: quase toda frase para aqui."""
    return bool(DIGIT.search(text)) or not NUMBERS.keys().isdisjoint(text.lower().split())


def _cited(page: Page, line: int, text: str, template: Template) -> Iterator[Finding]:
    """O padrão que se põe entre parênteses, depois do nome do parâmetro."""
    for name, said in CITED.findall(text):
        declared = template.parameters.get(name)
        usual = whole(declared.get("Default")) if isinstance(declared, dict) else None
        if usual is not None and usual != number(said):
            yield _finding(page, line, f"{name} ({said})", [name], template)


def _spoken(page: Page, line: int, text: str, views: Views, known: list[Subject]) -> Iterator[Finding]:
    said = _stems(text)
    about = [subject for subject in known if subject.named(said) or len(subject.told & said) >= BOTH]
    every = quantities(text) if about and not SUPPOSED.search(text) else ()
    for quantity in every:
        alike = [each.value for each in every if each.text == quantity.text]
        own = [subject for subject in about if subject.kind == quantity.kind and _counts(subject, quantity)]
        if own and not any(_fits(own, value, bool(ACCEPTED.search(text))) for value in alike) and (
                quantity.kind == COUNT and any(subject.named(said) for subject in own) or not any(anywhere(view, quantity) for view in views.each)):
            yield _finding(page, line, quantity.text, [subject.name for subject in own], views.template)


def _fits(own: list[Subject], value: float, bounded: bool) -> bool:
    """O valor é um dos padrões, ou um limite, se é dele que se fala; uma contagem também fica entre o menor e o maior."""
    usual = [subject.value for subject in own]
    between = own[0].kind == COUNT and len(own) > 1 and min(usual) <= value <= max(usual)
    return between or value in usual or bounded and any(value in subject.bounds for subject in own)


def _counts(subject: Subject, quantity: Quantity) -> bool:
    """O que se conta é do que o parâmetro fala, e o prazo, da ordem dele: o de minutos não é o de dias."""
    if quantity.kind in (TIME, SIZE):
        return quantity.value >= subject.scale and (quantity.kind != TIME or (quantity.value >= DAY) == (subject.scale >= DAY))
    turn = quantity.kind == COUNT and TURN.search(quantity.clause)  # é a troca que o decide
    return not turn and (quantity.kind != COUNT or bool(quantity.noun and _stems(quantity.noun) & (subject.own | subject.unit)))


def _finding(page: Page, line: int, said: str, names: list[str], template: Template) -> Finding:
    usual = {name: declared["Default"] for name in names if isinstance(declared := template.parameters[name], dict)}
    told = " e ".join(f"`{name}`, {value} (`{template.path}`, linha {template.line('Parameters', name, 'Default')})" for name, value in usual.items())
    return Finding(page.path, line, CODE, f"A página diz “{said}”, e o padrão de quem decide isso é outro: o de {told}. Acerte um dos dois.")


def _subjects(template: Template) -> Iterator[Subject]:
    for name, declared in template.parameters.items():
        usual = whole(declared.get("Default")) if isinstance(declared, dict) else None
        if usual is not None and isinstance(declared, dict):
            about = str(declared.get("Description", ""))
            kind, scale = unit_of(name) or next((known for sign, known in SPELLED.items() if sign in about), (COUNT, 1))
            bounds = tuple(bound * scale for key in ("MinValue", "MaxValue") if (bound := whole(declared.get(key))) is not None)
            yield Subject(name, kind, scale, usual * scale, bounds, _stems(" ".join(PARTS.findall(name))), _stems(about),
                          _stems(" ".join(UNIT.findall(about))))


@lru_cache(maxsize=1024)
def _stems(text: str) -> frozenset[str]:
    """O começo de cada palavra que diz de que se fala."""
    return frozenset(word.rstrip("s")[:STEM] for word in WORDS.findall(plain(text)) if not word.startswith(PLAIN))
