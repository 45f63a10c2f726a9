"""O rótulo das setas: é o da seta, e não o da vizinha.

O verbo é do tipo da ação dela, e a frase que o traz fala do componente a que a seta chega.
Ele é a primeira palavra do rótulo. Numa frase de um passo, o componente citado logo depois dele não é o de outra
seta da mesma origem; no texto da figura, que não tem links, os componentes se reconhecem pelo nome.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE as STOP
from scripts.base.wording import listed, plain
from scripts.checks.picture import FILE
from scripts.checks.qualities import DENIED
from scripts.checks.swapped import words
from scripts.page.architecture import Page
from scripts.page.document import Link
from scripts.proofs.identity.services import reads

READING = frozenset("baixa busca consome consulta le lista obtem ouve procura recupera".split())
WRITING = frozenset("adiciona atualiza avisa copia cria escreve envia grava guarda insere manda publica registra salva".split())
ERASING = frozenset("apaga descarta elimina esvazia exclui limpa remove".split())
MOVING = frozenset("desloca move transfere".split())
PORTS = {"HTTP": "80", "HTTPS": "443", "SSH": "22", "PostgreSQL": "5432", "MySQL": "3306", "RDP": "3389", "NFS": "2049"}
"""De cada protocolo que um rótulo nomeia, a porta dele: https://www.iana.org/assignments/service-names-port-numbers"""
LINKING = frozenset("o a os as de do da dos das em no na nos nas e ou um uma por para com ao que se sem ate pelo pela todo toda tudo cada".split())
FORMS = {"le": r"le\b|ler\b|lid[oa]|leitura", "ve": r"ve\b|ver\b|vist[oa]", "sai": "sai|saem", "pede": "ped[ei]|pecam", "da": r"da\b|dar\b|dad[oa]"}
"""Dos verbos que mudam mais do que o fim, as formas."""
ALIKE = tuple(group.split() for group in (
    "guarda salva grava armazena registra", "envia manda publica entrega", "copia replica", "distribui reparte divide",
    "aciona dispara invoca chama executa",
    "le busca obtem recupera", "apaga remove exclui", "recebe aceita", "avisa notifica"))
"""Os verbos que dizem o mesmo: um rótulo pode usar um, e o texto, outro."""
ERASES = re.compile(r":(?:Batch)?(?:Delete|Purge|Remove|Terminate)")
WORD, SENTENCE, CLAUSE = re.compile(r"\w+"), re.compile(r"[.;:!?]\s|$"), re.compile(r"[.,;:!?]|\se\s|$")
PASSING = re.compile(r"(?<![ai]d[ao] )(?<![ai]d[ao]s )(?<!feit[ao] )(?<!escrit[ao] )\b(?:pel[oa]s?|por|atraves d[oa]) (?:mesm[oa] )?$")
RELATIVE = re.compile(r", (?:e )?que (?:[oa]s? )?$")
Marks = list[tuple[int, str]]
"""Onde, no texto, se cita cada componente."""


class Told(NamedTuple):
    """Um texto da página, sem acentos, os componentes que cita e até onde vai o que um verbo diz neles."""

    who: str
    path: str
    line: int
    text: str
    marks: Marks
    end: re.Pattern[str]


def check(page: Page, diagram: Diagram) -> Iterator[Finding]:
    """Um achado por seta cujo rótulo diz outra ação, e um por frase em que o verbo dela fala de outro componente."""
    for edge in diagram.edges:
        yield from _another(diagram, edge)
        yield from _protocol(diagram, edge)
        yield from _untold(diagram, edge, page)
    yield from _exchanged(diagram, page)
    for step in page.steps:
        text = plain(step.text)
        told = Told(f"O passo {step.number}", page.path, step.line, text, linked(diagram, text, step.links), SENTENCE)
        yield from _crossed(diagram, [edge for edge in diagram.edges if edge.step == step.number], told)
        yield from _through(diagram, told)
    for image in page.images:
        if image.target.removeprefix("./") == FILE:
            text = plain(image.text)
            told = Told("O texto da figura", page.path, image.line, text, named(diagram, text), CLAUSE)
            yield from (*_crossed(diagram, diagram.edges, told), *_through(diagram, told))


def _another(diagram: Diagram, edge: Edge) -> Iterator[Finding]:
    """O verbo é de ler, de gravar ou de apagar, e nenhuma ação da seta faz isso."""
    actions = edge.action.replace(",", " ").split()
    does = {"lê": any(map(reads, actions)), "apaga": any(map(ERASES.search, actions))}
    does["grava"] = any(not reads(action) and not ERASES.search(action) for action in actions)
    beside = (other.action for other in diagram.edges if other.tail == edge.tail)
    does["apaga o original"] = any(map(ERASES.search, beside))  # mover é copiar e apagar
    for kind, verbs in (("lê", READING), ("grava", WRITING), ("apaga", ERASING), ("apaga o original", MOVING)):
        if actions and _verb(edge) in verbs and not does[kind]:
            yield Finding(diagram.path, edge.line, "rotulo-de-outra-acao",
                          f"A seta `{edge.id}` diz “{' '.join(edge.label.split())}”, e nenhuma ação dela {kind} (`{edge.action}`): "
                          "corrija o rótulo, ou `acao`.")


def _protocol(diagram: Diagram, edge: Edge) -> Iterator[Finding]:
    """O rótulo nomeia um protocolo, e a porta que a prova lê é a de outro."""
    own = next((name for name, port in PORTS.items() if port == edge.port), "")
    for name in PORTS if own else ():
        found = re.search(rf"(?<!\w){name}(?!\w)", edge.label)
        if found and name != own and not DENIED.search(edge.label[:found.start()]):
            yield Finding(diagram.path, edge.line, "rotulo-de-outra-acao",
                          f"A seta `{edge.id}` diz “{_flat(edge)}”, e pela porta {edge.port} só se fala {own}: corrija o rótulo, ou `porta`.")


def _untold(diagram: Diagram, edge: Edge, page: Page) -> Iterator[Finding]:
    """O que o rótulo diz, o passo da seta também diz; numa seta sem passo, a linha de uma das pontas na tabela."""
    steps = [step for step in page.steps if step.number == edge.step]
    rows = [" ".join(row.cells) for row in page.rows if row.node_id in (edge.tail, edge.head)]
    said = plain(" ".join([step.text for step in steps] or rows))
    lost = [word for word in WORD.findall(_flat(edge)) if plain(word) not in LINKING and not _form(plain(word)).search(said)]
    if lost and said:
        where = f"o passo {edge.step} não diz" if steps else f"nem a linha de `{edge.tail}` nem a de `{edge.head}` dizem"
        yield Finding(diagram.path, edge.line, "rotulo-sem-texto",
                      f"A seta `{edge.id}` diz “{_flat(edge)}”, e {where} “{lost[0]}”: use no rótulo uma palavra do texto, ou conte isso nele.")


@lru_cache(maxsize=1024)
def _form(word: str) -> re.Pattern[str]:
    """Outra forma da palavra: do mesmo começo, ou de um verbo que muda mais do que o fim."""
    same = next((group for group in ALIKE if word in group), [word])
    return re.compile(rf"\b(?:{'|'.join(FORMS.get(each) or re.escape(each[:max(4, len(each) - 2)]) for each in same)})")


def _exchanged(diagram: Diagram, page: Page) -> Iterator[Finding]:
    """Os rótulos de duas setas do mesmo passo e da mesma origem, em que cada um diz melhor o componente da outra.

    O que um componente é, dizem o rótulo dele, a linha dele na tabela e as orações do passo que só falam dele.
    """
    for one, other in combinations([edge for edge in diagram.edges if edge.step and _verb(edge)], 2):
        if (one.tail, one.step) == (other.tail, other.step) and one.head != other.head and one.label != other.label:
            mine, theirs = (_described(diagram, page, edge, {one.head, other.head}) for edge in (one, other))
            first, second = words(one.label), words(other.label)
            if len(first & theirs) > len(first & mine) and len(second & mine) > len(second & theirs):
                yield Finding(diagram.path, one.line, "rotulos-trocados",
                              f"A seta `{one.id}` diz “{_flat(one)}”, e `{other.id}`, “{_flat(other)}”: pela página, cada rótulo é da outra; "
                              "troque-os, ou diga na página o que a figura diz.")


def _described(diagram: Diagram, page: Page, edge: Edge, ends: set[str]) -> frozenset[str]:
    """As palavras com que a figura, a tabela e o passo dizem o que o fim da seta é."""
    said = [diagram.elements[edge.head].label, *(" ".join(row.cells[1:2]) for row in page.rows if row.node_id == edge.head)]
    for step in page.steps:
        for clause in STOP.split(step.text) if step.number == edge.step else ():
            cited = {name for link in step.links if (name := link.target.removeprefix("#")) in ends and link.text in clause}
            said += [clause] if cited == {edge.head} else []
    return words(" ".join(said))


def _flat(edge: Edge) -> str:
    return " ".join(edge.label.split())


def _crossed(diagram: Diagram, edges: Iterable[Edge], told: Told) -> Iterator[Finding]:
    """O verbo de uma seta, seguido do componente de outra que parte do mesmo lugar e diz outra coisa."""
    drawn = {(edge.tail, edge.head) for edge in diagram.edges}
    for edge in edges:
        verb, head = _verb(edge), diagram.elements.get(edge.head)
        siblings = {other.head for other in diagram.edges if other.tail == edge.tail and _verb(other) != verb}
        own = {edge.tail, edge.head, *(group.id for group in (diagram.ancestors(head) if head else ()))}
        same = {other.head for other in edges if _verb(other) == verb}
        for end in _said(told.text, verb):
            stop = told.end.search(told.text, end)
            cited = next((name for place, name in told.marks if stop and end <= place < stop.start()), "")
            who = _subject(told, end - len(verb))
            if who not in ("", edge.tail) and cited == edge.head and (who, cited) not in drawn:
                yield Finding(told.path, told.line, "verbo-de-outra-seta",
                              f"{told.who} diz “{edge.label.split()[0]}” de `{who}` a `{cited}`, e na figura quem o faz é `{edge.tail}`; corrija a "
                              "frase, ou a seta.")
            if cited in siblings - own - same:
                yield Finding(told.path, told.line, "verbo-de-outra-seta",
                              f"{told.who} diz “{edge.label.split()[0]}” de `{cited}`, e esse é o verbo da seta `{edge.id}`, que chega a "
                              f"`{edge.head}`; troque o componente da frase, ou o rótulo.")


def _through(diagram: Diagram, told: Told) -> Iterator[Finding]:
    """Por onde se diz que alguma coisa passa, passa uma seta de quem a frase citou antes; do que não tem seta nenhuma não se sabe."""
    for place, name in told.marks:
        start = max((stop.end() for stop in SENTENCE.finditer(told.text, 0, place) if stop[0]), default=0)
        before = {other for where, other in told.marks if start <= where < place}
        ends = [edge for edge in diagram.edges if name in (edge.tail, edge.head)]
        if before and ends and PASSING.search(told.text[start:place]) and not any(edge.head == name and edge.tail in before for edge in ends):
            yield Finding(told.path, told.line, "caminho-de-outra-seta",
                          f"{told.who} diz que se passa por `{name}`, e nenhuma seta chega a ele de "
                          f"{listed([f'`{each}`' for each in sorted(before)])}: diga por onde se passa, ou desenhe a seta.")


def _subject(told: Told, place: int) -> str:
    """O componente citado logo antes de “, que” e do verbo que começa ali, ou perto: é ele que faz; vazio quando a frase não é assim."""
    inside = told.end is SENTENCE  # o texto da figura abrevia o caminho
    before = RELATIVE.search(told.text[:place].rstrip() + " ") if inside else None
    return next((name for start, name in reversed(told.marks) if before and start < before.start()), "")


def _said(text: str, verb: str) -> Iterator[int]:
    """Onde acaba cada vez que o texto diz o verbo, no singular ou no plural."""
    for word in WORD.finditer(text) if verb else ():
        if word[0] in (verb, f"{verb}m"):
            yield word.end()


@lru_cache(maxsize=1024)
def _first(label: str) -> str:
    words = plain(label).split()
    return words[0] if words else ""


def _verb(edge: Edge) -> str:
    return _first(edge.label)


def linked(diagram: Diagram, text: str, links: tuple[Link, ...]) -> Marks:
    """Os componentes que o texto, sem acentos, cita por link, e onde."""
    marks, cursor = [], 0
    for link in links:
        place = text.find(plain(link.text), cursor)
        if place >= 0:
            cursor = place + 1
            if link.target.removeprefix("#") in diagram.elements:
                marks.append((place, link.target.removeprefix("#")))
    return marks


def named(diagram: Diagram, text: str) -> Marks:
    """Os nós, pelas palavras do rótulo que nenhum outro tem."""
    words = {node.id: {word for word in plain(node.label).split() if len(word) > 2} for node in diagram.nodes}
    alone = {word: name for name, own in words.items() for word in own if sum(word in other for other in words.values()) == 1}
    return [(found.start(), alone[found[0]]) for found in WORD.finditer(text) if found[0] in alone]
