"""O que uma página, ou um script, diz de um serviço da AWS, e a AWS diz o contrário: em qualquer página, com ou sem template.

Na célula de uma tabela, quem não está na frase está no começo da linha ou no alto da coluna. O que seria, o que se pergunta e o
que as anotações diziam não se confere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

from scripts.aws.truths import READ, Truth
from scripts.aws.truths_of_data import DATA
from scripts.aws.truths_of_limits import LIMITS
from scripts.aws.truths_of_machines import MACHINES
from scripts.aws.truths_of_paths import PATHS
from scripts.aws.truths_of_practice import PRACTICE
from scripts.aws.truths_of_services import SERVICES
from scripts.base.diagram import Diagram
from scripts.base.findings import Defect, Finding
from scripts.base.wording import CLAUSE
from scripts.checks.links import pages
from scripts.checks.qualities import DENIED, PIECE, SUPPOSED
from scripts.page import document

CODE = "fato-contrario"
QUOTED = re.compile(r"\banotaç\w+|\?\s*$|“[^”]*”|\bparece\b", re.IGNORECASE)
AND = re.compile(r"\be (?=(?:é|são|está|fica|continua|segue|cobra|atende|serve|vive|entrega|deixa)\w*\b)")
INSIDE = re.compile(r"\b(?:não|nem|nunca)\b", re.IGNORECASE)
CEASED = re.compile(r"\b(?:deixa|para|deixar|deixou|parou)(?:m|ram)? de\b", re.IGNORECASE)
CLOCK = re.compile(r"(?<![\d:])(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)|\s?h(?:oras?)?(?P<after>[0-5]\d)?)(?![\d:])"
                   r"(?P<here>\s*(?:[ao]s? )?(?:de|em|no horário de|na hora de) (?:São Paulo|Brasília)\b)?", re.IGNORECASE)
"""Uma hora do dia, com ou sem o lugar. São Paulo está três horas atrás do UTC o ano todo, sem horário de verão desde 2019."""
WRITTEN = re.compile(r"\\.|[A-ZÀ-ÖØ-Þ]")
"""Numa expressão, o que se escapa, que fica como está, e as maiúsculas."""
BEHIND, DAY = 180, 1440
FEW = 4
"""Até quantas palavras antes do que se diz a frase fala de quem a anterior falava."""


def check(root: Path, slugs: Collection[str] | None) -> Iterator[Finding]:
    """Cada página de `docs/`, ou só as das arquiteturas pedidas."""
    for name in pages(root, slugs):
        try:
            read = document.read(root / name, name)
        except Defect:
            continue  # `links` já diz por que a página não se lê
        yield from judged(read)


def drawn(diagram: Diagram) -> Iterator[Finding]:
    """O que os rótulos e os motivos de um script dizem ao contrário: cada um fala do componente, ou daquele a que a seta chega."""
    told = [(element.line, element.label, element.without_resource) for element in diagram.elements.values()]
    for edge in diagram.edges:
        head = diagram.elements[edge.head].label if edge.head in diagram.elements else ""
        told += [(edge.line, head, text) for text in (edge.label, edge.declared, edge.unruled)]
    spoken = tuple((line, " ".join(about.split()), " ".join(text.split())) for line, about, text in told if text)
    yield from _judged(diagram.path, "", spoken, "O script")


def judged(read: document.Document) -> Iterator[Finding]:
    """O que uma página diz ao contrário."""
    title = f"{read.title}. " if "/notas/" in read.path else ""  # uma nota fala de um assunto só
    yield from _judged(read.path, title, read.spoken, "A página")


def _judged(path: str, title: str, spoken: Sequence[tuple[int, str, str]], who: str) -> Iterator[Finding]:
    lowered = [f" {title}{about} {text}".lower() for _, about, text in spoken]
    starts = [0, *accumulate(len(text) + 1 for text in lowered)]
    whole = "\n".join(lowered)
    for sign, facts in _signs().items():
        place = whole.find(sign)
        while place >= 0:  # cada trecho com o sinal, sem olhar os outros
            index = bisect_right(starts, place) - 1
            for truth, words in facts:
                if any(map(lowered[index].__contains__, words)):
                    line, about, text = spoken[index]
                    yield from (Finding(path, line, CODE,
                                        f"{who} diz “{said}”, e {truth.told} ({truth.source}, conferido em {READ}); acerte a frase.")
                                for said in _contrary(truth, about or title, text))
            place = whole.find(sign, starts[index + 1])
    for line, _, text in spoken if "utc" in whole else ():
        yield from (Finding(path, line, CODE, f"{who} diz “{said}”, e em São Paulo são três horas a menos que em UTC; acerte a hora.")
                    for said in _clocked(text))


def _clocked(text: str) -> Iterator[str]:
    """As frases de um trecho que fala do UTC em que a hora de lá e a de São Paulo não batem."""
    for sentence in re.split(r"(?<=[.;])\s+", text) if "UTC" in text else ():
        clocks = list(CLOCK.finditer(sentence))
        here, there = ([60 * int(found["hour"]) + int(found["minute"] or found["after"] or 0) for found in clocks if bool(found["here"]) == local]
                       for local in (True, False))
        if len(here) == len(there) == 1 and (there[0] - BEHIND - here[0]) % DAY:
            yield sentence.strip()


@cache
def _signs() -> dict[str, list[tuple[Truth, tuple[str, ...]]]]:
    """De cada sinal, os fatos, com as palavras que também não faltam a quem os diz."""
    found: dict[str, list[tuple[Truth, tuple[str, ...]]]] = {}
    for truth in (*MACHINES, *SERVICES, *PRACTICE, *LIMITS, *DATA, *PATHS):
        words = tuple(word.replace("_", " ") for word in truth.words.split())
        for sign in truth.signs.split():
            found.setdefault(sign.replace("_", " "), []).append((truth, words))
    return found


def _contrary(truth: Truth, about: str, text: str) -> Iterator[str]:
    """O que o trecho diz ao contrário do fato, uma vez por frase."""
    before, whole = "", text.lower()
    ways = [(_compiled(pattern), holds) for pattern, holds in truth.said if _compiled(pattern).search(whole)]  # quase todo trecho para aqui
    for written in CLAUSE.split(text) if ways else ():
        sentence = written.lower()
        for pattern, holds in ways:
            found = pattern.search(sentence)
            if found and _affirmed(sentence, found) != holds and not _compiled(truth.unless).search(sentence) and _about(
                    truth, about.lower(), before, sentence, found) and not QUOTED.search(sentence) and not SUPPOSED.search(sentence):
                yield written.strip()
                break
        before = f"{before} {sentence}"


def _about(truth: Truth, about: str, before: str, sentence: str, found: re.Match[str]) -> bool:
    """Quem o diz é de quem o fato fala: o último citado antes; sem nenhum, o primeiro depois, a linha da tabela ou a frase anterior."""
    start = sentence[:found.start()]
    few = len(start.split()) <= FEW
    for piece, last in ((start, True), (sentence[found.start():], False), (about, True), (before if few else "", True)):
        own, other = (list(_compiled(pattern).finditer(piece)) for pattern in (truth.subject, truth.rival))
        if own or other:
            if not own or not other:
                return bool(own)
            return own[-1].end() > other[-1].end() if last else own[0].start() < other[0].start()
    return False


def _affirmed(sentence: str, found: re.Match[str]) -> bool:
    """A frase o afirma: nenhuma negação antes, na mesma oração, nem dentro do que se diz; `deixa de` também nega."""
    clause = AND.split(PIECE.split(sentence[:found.start()])[-1])[-1]
    denied = bool(DENIED.search(clause) or INSIDE.search(found[0]))
    return denied == bool(CEASED.search(clause + found[0]))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A expressão, em minúsculas, para um texto em minúsculas: sem olhar as maiúsculas, ela levaria o dobro do tempo para se compilar."""
    return re.compile(WRITTEN.sub(lambda found: found[0] if found[0].startswith("\\") else found[0].lower(), pattern))
