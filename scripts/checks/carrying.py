"""Por onde a página diz que algo passa: de um componente a outro só há caminho se a figura tem a seta, num sentido ou no outro.

O dado pode voltar pela seta de quem o pediu. Num passo, vale também o caminho pelas setas dele: o pedido que entra pelo gateway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import plain
from scripts.checks.verbs import Marks, linked, named
from scripts.page.architecture import Page
from scripts.page.document import Link

CODE = "caminho-sem-seta"
TO = r"(?:aos?|as?|para(?: [oa]s?)?|ate(?: [oa]s?)?)"
CRASIS = re.compile(r"(?<!\w)às?\s+(\w+)", re.IGNORECASE)
"""Sem acento, “à função” se confunde com “a função”: só a que tem crase recebe."""
SPOKEN = frozenset("api balanceador banco batch cli cloudfront computador funcao gateway lambda loja pessoa rds servidor site".split())
"""De um nó que não vem num link, as palavras do rótulo que o dizem."""
MOVES = re.compile(r"\b(?:vai|vao|passam?|passando|seguem?|viajam?|voltam?|sai|saem|corre|desce|sobe)\b")
GOES = re.compile(rf"{MOVES.pattern}\s+"
                  r"(?:(?:so|tambem|sempre)\s+)?(?P<straight>direto\s+)?(?:d[oae]s?)\s+$")
"""“vai direto do ”, logo antes de quem manda."""
SENDS = re.compile(r"\b(?:repassa|reenvia|encaminha|entrega|devolve|transmite|manda|envia|despacha|leva|passa|empurra)m?\b")
GIVEN = re.compile(rf"\b({TO})\s+$")
THROUGH = re.compile(r"\b(?:passam?|passando)\s+(?:antes\s+|primeiro\s+)?pel[oa]s?\s+$")
DENIED = re.compile(r"\b(?:nao|nunca|nem|jamais|sem)\b")
NEAR = 60
"""Até quantas letras depois de quem manda se procura a quem."""


def check(page: Page, diagram: Diagram) -> Iterator[Finding]:
    """Um achado por passo que leva algo de um componente a outro sem seta entre eles."""
    drawn = {frozenset((edge.tail, edge.head)) for edge in diagram.edges}
    for step in page.steps:
        text = plain(step.text)
        if not SENDS.search(text) and not MOVES.search(text):
            continue
        marks = _marks(diagram, text, step.links)
        crased = {plain(word) for word in CRASIS.findall(step.text)}
        own = [edge for edge in diagram.edges if edge.step == step.number]
        for tail, head, straight in dict.fromkeys((*_gone(text, marks, crased), *_sent(text, marks, crased))):
            if tail != head and frozenset((tail, head)) not in drawn and (straight or head not in _reached(own, tail)):
                yield Finding(page.path, step.line, CODE,
                              f"O passo {step.number} leva algo de `{tail}` a `{head}`, e a figura não tem seta entre os dois, em nenhum sentido; "
                              "diga o caminho que a figura mostra, ou desenhe a seta.")


def _marks(diagram: Diagram, text: str, links: tuple[Link, ...]) -> Marks:
    """Os nós citados por link ou pelo nome, na ordem do texto, cada lugar uma vez."""
    nodes = {node.id for node in diagram.nodes}
    by_link = [(place, name) for place, name in linked(diagram, text, links) if name in nodes]
    shown = [plain(link.text) for link in links]
    taken = [(place, place + max(len(each) for each in shown if text.startswith(each, place))) for place, _ in by_link]
    by_name = [(place, name) for place, name in named(diagram, text) if text[place:].split()[0].strip(",.;:!?()") in SPOKEN]
    return sorted(by_link + [(place, name) for place, name in by_name if not any(start <= place < end for start, end in taken)])


def _gone(text: str, marks: Marks, crased: set[str]) -> Iterator[tuple[str, str, bool]]:
    """“vai do A ao B”, e “passa pelo A … até o B”: quem manda, quem recebe, e se é direto."""
    for index, (place, name) in enumerate(marks):
        start = text[:place]
        goes, through = GOES.search(start), THROUGH.search(start)
        found = goes or through
        if found and not DENIED.search(_clause(start[:found.start()])):
            for other_place, other in marks[index + 1:index + 2]:
                if other_place - place < 2 * NEAR and not re.search(r"[.;:!?]", text[place:other_place]) and _given(text, other_place, crased):
                    yield name, other, bool(goes and goes["straight"])


def _sent(text: str, marks: Marks, crased: set[str]) -> Iterator[tuple[str, str, bool]]:
    """“A manda … a B”, e “A, que o repassa a B”."""
    for verb in SENDS.finditer(text):
        sentence = max(text.rfind(sign, 0, verb.start()) for sign in (". ", "; ", ": ", "? "))
        before = [(place, name) for place, name in marks if sentence < place < verb.start()]
        after = [(place, name) for place, name in marks if verb.end() <= place < verb.end() + NEAR]
        if before and after and not DENIED.search(_clause(text[:verb.start()])) and _given(text, after[0][0], crased):
            yield before[-1][1], after[0][1], False


def _given(text: str, place: int, crased: set[str]) -> bool:
    """O componente que começa ali é quem recebe: vem depois de “ao”, “para o” ou “à”."""
    found = GIVEN.search(text[:place])
    return found is not None and (found[1] not in ("a", "as") or text[place:].split()[0].strip(",.;:!?()") in crased)


def _clause(text: str) -> str:
    return re.split(r"[,.;:!?]", text)[-1]


def _reached(edges: Iterable[Edge], start: str) -> set[str]:
    """Aonde se chega por estas setas, em qualquer sentido."""
    pairs = [(edge.tail, edge.head) for edge in edges]
    known, pending = {start}, [start]
    while pending:
        here = pending.pop()
        fresh = {other for pair in pairs if here in pair for other in pair} - known
        known |= fresh
        pending += fresh
    return known
