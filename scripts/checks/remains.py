"""O que a página diz que some com a pilha, ou que fica, e o template faz o contrário.

Lê três lugares: a linha de um componente, que fala dos recursos dela; uma tabela com uma linha ou uma coluna sobre a remoção, como
“Ao remover a pilha”; e as frases, da seção de limpeza ou que falam da pilha, pelos componentes ou pelos tipos que citam. Da seção de
limpeza se cobra também que diga tudo o que fica.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.aws.catalog import kind_of
from scripts.aws.types import BUCKET, DATABASE, INSTANCE, KMS_KEY, LAUNCH_TEMPLATE, LOG_GROUP, QUEUE, SNAPSHOT_POLICY, TABLE, VOLUME
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.page.architecture import Page, tables
from scripts.proofs.facts.remains import GONE, SNAPSHOT, WHOLE, Left, disks_stay, fate, left
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource

CODE = "remocao-diferente"
STAYING = frozenset((SNAPSHOT, WHOLE))
STACK = re.compile(r"\b(?:ao|depois de) (?:remover|apagar|excluir) a pilha|\b(?:na|com a|após a|depois da) remoção da pilha"
                   r"|\bquando a pilha (?:some|sai|(?:é|for|foi) (?:removida|apagada|excluída))|\b(?:com a|à) pilha\b", re.IGNORECASE)
"""A frase fala da remoção da pilha."""
END = r"(?:apagad|removid|excluíd|destruíd)[oa]s?"
VERBS = (
    (re.compile(r"\b(?:deixa|vira|fica|guarda|ganha)m?\b[^.;:]*?\bsnapshots?\b", re.IGNORECASE), frozenset((SNAPSHOT,))),
    (re.compile(r"\b(?:deixa|fica)m?\b[^.;:,]*?\bcópias?\b", re.IGNORECASE), STAYING),
    (re.compile(rf"\b(?:somem?|desaparecem?|sa(?:i|em)(?= {{4}})|se perdem?|(?:é|são|será|serão) {END})\b", re.IGNORECASE), frozenset((GONE,))),
    (re.compile(r"\b(?:ficam?(?=\s*(?:$|[,.;!]|e\b|também\b|quando\b|depois\b|ao\b|inteir|intact))|continuam?(?! sendo)|permanecem?|sobrevivem?"
                r"|(?:é|são) (?:mantid|preservad|retid)[oa]s?)(?!\w)", re.IGNORECASE), frozenset((WHOLE,))),
)
"""Como se diz o que é de um recurso na remoção, e o que isso aceita; o que é da pilha já são espaços: “sai com a pilha”."""
DENIED = re.compile(r"\b(?:não|nunca|nem)\s+(?:se\s+)?$", re.IGNORECASE)
JOINED, AGAIN = re.compile(r"\b(?:e|mas|porém|só que|então)\s*,?\s*$", re.IGNORECASE), re.compile(r"\s*,?\s*(?:e|mas|porém)\b", re.IGNORECASE)
"""“Continua sem a instância e, ao remover a pilha, vira um snapshot”: o que vem depois da conjunção é do verbo que se segue, e não do de antes."""
OWN = re.compile(r"(?:^|[\s,])(?:[oa]s?|cada|nenhuma?)\s+\w", re.IGNORECASE)
"""Entre a remoção e o verbo está quem o faz; sem isso, é quem fez o de antes."""
SENTENCE = re.compile(r"(?<=[.!?])\s+")
SUBJECT = r"(?:^\W*|(?<!\bsem )(?<!\bcom )(?<!\bpara )(?<!\bentre )(?<!\bsobre )\b(?:[oa]s?|uma?|cada|e)\s+)"
"""O que vem antes de quem faz, e não de “à instância”, nem de “do banco”, nem de “sem a instância”."""
NOTHING = re.compile(r"\bnada (?:mais )?(?:sobra|fica|resta)\b", re.IGNORECASE)
LISTED = re.compile(r"^(?:Ficam?\b,?|[^.:]*\bfica\b[^.:]*:)\s*([^.]*)")
ITEM = re.compile(r",\s+(?:e\s+)?|\s+e\s+")
DISK, ITS_DISK = re.compile(r"\bdiscos?\b"), re.compile(r"\bdiscos? (?:do sistema|da instância|raiz|de inicialização)\b")
OUTSIDE = re.compile(r"\bpilha não criou\b|\bnão fa(?:z|zem) parte da pilha\b", re.IGNORECASE)
NOUNS = {VOLUME: "volume", DATABASE: "banco", BUCKET: "bucket", TABLE: "tabela", QUEUE: "fila", INSTANCE: "instância", LOG_GROUP: "log"}
OTHERS = {SNAPSHOT_POLICY: ("diários", "política"), INSTANCE: ("disco",), LAUNCH_TEMPLATE: ("disco",)}
"""Por que outras palavras se diz o que um tipo deixa. De uma chave não se cobra nada: fica para que se leia o que ela cifrou e também ficou."""
HEADING = 80
"""Quantos caracteres tem, no máximo, o título de uma linha ou de uma coluna sobre a remoção."""
Names = list[tuple[str, str, list[Resource]]]
"""De cada componente, o que sempre está no nome dele, a expressão do nome, e os recursos."""


class Said(NamedTuple):
    """O que a página diz: de que se fala (`about`), o que vale, as palavras, e a frase em que estão."""

    line: int
    about: str
    ends: frozenset[str]
    words: str
    clause: str
    row: tuple[str, ...] = ()


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por coisa que a página diz que some e fica, ou o contrário; e por coisa que fica e a limpeza não diz."""
    said, nothing = [*_rows(page), *_cells(page), *_prose(page)], list(_nothing(page))
    for view in views.each:
        names = _names(page, view)
        for each in said:
            for who, end, line in _subjects(view, names, each):
                if end not in each.ends:
                    yield Finding(page.path, each.line, CODE, _unlike(each, who, f"{end} (`{view.template.path}`, linha {line})"))
        staying = [(each, view.resources[each.resource]) for each in left(view.template) if each.resource in view.resources]
        yield from (Finding(page.path, line, CODE, f"A página diz que nada sobra, e fica {each.what}; diga-o, ou apague-o com a pilha.")
                    for line in nothing for each, _ in staying)
        yield from _untold(page, view, names, staying) if staying else ()


def _unlike(said: Said, who: str, real: str) -> str:
    """A frase que se leu, o que ela quer dizer na remoção e o que o template faz, para que ninguém mude o lado errado."""
    read = f"quer dizer que {' ou '.join(sorted(said.ends))}" if said.ends else "não diz se some ou fica"
    quoted = "" if said.words == said.clause.strip() else f", em “{said.clause.strip()}”"
    return (f"A página diz “{said.words}” de `{who}`{quoted}, o que, ao remover a pilha, {read}; no template, {real}. Se "
            "o template está certo, acerte a frase.")


def _rows(page: Page) -> Iterator[Said]:
    for row in page.rows:
        for text in (piece for cell in row.cells[1:-1] if "pilha" in cell for piece in CLAUSE.split(cell)):
            yield from (Said(row.line, about, ends, words, text, row.resources) for about, ends, words in _ends(text, False))


def _cells(page: Page) -> Iterator[Said]:
    """De uma tabela qualquer, a linha ou a coluna sobre a remoção."""
    told = any(len(text) <= HEADING and _removal(text) for _, text in page.texts)  # ler todas as tabelas custa mais do que saber se é preciso
    for head, *rows in filter(None, tables(page) if told else ()):
        for row in rows:
            for name, cell in zip(head.cells[1:], row.cells[1:], strict=False):
                subject = name if _removal(row.cells[0]) else row.cells[0] if _removal(name) else ""
                ends = list(_ends(cell, True)) if subject and cell.strip(" —-") else []
                yield from (Said(row.line, subject, each, words, cell) for _, each, words in ends)
                if subject and cell.strip(" —-") and not ends:  # o que não se entende não passa
                    yield Said(row.line, subject, frozenset(), cell.strip(), cell)


def _removal(heading: str) -> bool:
    return "pilha" in heading and STACK.search(heading) is not None


def _prose(page: Page) -> Iterator[Said]:
    """As frases fora das tabelas."""
    start, end = _cleaning(page)
    known, inside = {id(token): text for token, text in page.texts}, 0
    for token in page.tokens:
        inside += {"table_open": 1, "table_close": -1}.get(token.type, 0)
        line, text = token.map[0] + 1 if token.map else 0, known.get(id(token), "") if not inside else ""
        here = start <= line < end
        for sentence in SENTENCE.split(text) if here else ():
            listed = LISTED.match(sentence) if not OUTSIDE.search(sentence) else None
            for item in ITEM.split(listed[1]) if listed else ():
                yield Said(line, re.sub(r"snapshots? d([oa])", r"\1", item), frozenset((SNAPSHOT if "snapshot" in item else WHOLE,)), item, sentence)
        for piece in CLAUSE.split(text) if here or "pilha" in text else ():
            yield from (Said(line, about, ends, words, piece) for about, ends, words in _ends(piece, here))


def _cleaning(page: Page) -> tuple[int, int]:
    """As linhas da seção de limpeza."""
    start = next((heading.line for heading in page.headings if heading.level == 2 and heading.text == page.titles.limpeza), 0)
    return start or 10**9, next((heading.line for heading in page.headings if heading.level <= 2 and heading.line > start), 10**9)


def _ends(piece: str, known: bool) -> Iterator[tuple[str, frozenset[str], str]]:
    """De cada verbo da frase, de que ela fala, o que vale e as palavras; fora da limpeza, só do que está junto da pilha."""
    stack = STACK.search(piece) if "pilha" in piece else None
    if not stack and not known:
        return
    rest = STACK.sub(lambda told: " " * len(told[0]), piece) if stack else piece  # o “é removida” da pilha não é o do que fica
    found = sorted(((verb.start(), verb.end(), verb[0], ends) for pattern, ends in VERBS for verb in pattern.finditer(rest)), key=lambda one: one[0])
    kept = [one for index, one in enumerate(found) if all(one[0] >= other[1] for other in found[:index])]
    previous, doer = 0, ""
    if stack:
        before = [one for one in kept if one[0] < stack.start()]
        after = [] if stack[0].lower().endswith(("com a pilha", "à pilha")) else [one for one in kept if one[0] >= stack.end()]
        apart = bool(after) and JOINED.search(piece[:stack.start()]) and not AGAIN.match(piece[stack.end():])
        kept = after[:1] if apart else before[-1:] or after[:1]
        between = piece[stack.end():after[0][0]] if apart else ""
        doer = between if OWN.search(between) else piece[:before[0][0]] or " " if apart and before else ""
    for start, end, words, ends in kept:
        about, previous = doer or piece[previous:start], end
        denied = DENIED.search(piece[:start])
        yield about, frozenset((GONE, SNAPSHOT, WHOLE)) - ends if denied else ends, f"{denied[0] if denied else ''}{words}"


def _names(page: Page, view: View) -> Names:
    """O nome de cada componente, sem o que vem depois de dois-pontos ou entre parênteses, e os recursos dele; os mais longos primeiro."""
    named = [(re.split(r"[:(]", row.name)[0].strip().lower(), [view.resources[id] for id in row.resources if id in view.resources])
             for row in page.rows]
    return [(*_spoken(name), resources) for name, resources in sorted(named, key=lambda one: -len(one[0])) if name and resources]


def _spoken(name: str) -> tuple[str, str]:
    """O nome, com o tipo antes ou não: `a de metadados` é a tabela de metadados, e `o bucket Resultado`, o Resultado."""
    kind, joined, rest = name.partition(" de ")
    if joined and kind in NOUNS.values():
        return rest, rf"\b(?:{kind}|[ao]s?) de {re.escape(rest)}(?!\w)"
    return name, rf"(?:\b(?:{'|'.join(NOUNS.values())})\s+)?(?<!\w){re.escape(name)}(?!\w)"


def _subjects(view: View, names: Names, said: Said) -> Iterator[tuple[str, str, int]]:
    """De que se fala, o que é dele na remoção, e a linha que o decide: os componentes que o texto cita, os tipos, ou os da linha da tabela."""
    rest = said.about.lower()
    found: list[Resource] = []
    for core, name, resources in names:
        if core in rest and re.search(name, rest):
            found += resources
            rest = re.sub(name, " ", rest)
    disks = view.of_type(INSTANCE, LAUNCH_TEMPLATE) if (ITS_DISK if view.of_type(VOLUME) else DISK).search(rest) else []
    for kind, noun in NOUNS.items():
        many, one = (re.search(rf"{SUBJECT}{noun}{end}\b", rest) for end in ("s", ""))
        alike = view.of_type(kind)
        found += alike if many or one and len(alike) == 1 else []
    if not found and not disks:
        found = [view.resources[id] for id in said.row if id in view.resources]
    yield from ((each.id, fate(each), _line(view, each)) for each in found)
    yield from ((f"disco de {each.id}", WHOLE if disks_stay(each) else GONE, _line(view, each)) for each in disks)


def _line(view: View, resource: Resource) -> int:
    return view.template.line("Resources", resource.id, "DeletionPolicy")


def _nothing(page: Page) -> Iterator[int]:
    """As linhas em que se diz que nada sobra."""
    start, end = _cleaning(page)
    for token, text in page.texts:
        line = token.map[0] + 1 if token.map else 0
        if "nada" in text.lower() and any(start <= line < end or STACK.search(each) for each in SENTENCE.split(text) if NOTHING.search(each)):
            yield line


def _untold(page: Page, view: View, names: Names, staying: Iterable[tuple[Left, Resource]]) -> Iterator[Finding]:
    """O que fica com dados, e a seção de limpeza não diz: nem pelo nome do componente, nem pelo tipo, se só há um, nem pelo id numa saída."""
    start, end = _cleaning(page)
    lines = [(token.map[0] + 1, token.content) for token in page.tokens if token.map and token.type in ("inline", "fence")]
    told = " ".join(text for line, text in lines if start <= line < end).replace("_", " ").lower()
    for each, resource in staying if start < end else ():
        if resource.type == KMS_KEY or not (kind_of(resource.type).keeps_data or resource.type in OTHERS):
            continue
        alone = NOUNS.get(resource.type, "") if len(view.of_type(resource.type)) == 1 else ""
        words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", resource.id).lower(), alone, *OTHERS.get(resource.type, ())]
        known = any(word and re.search(rf"\b{re.escape(word)}", told) for word in words) or any(
            core in told and re.search(name, told) for core, name, resources in names if resource in resources)
        if not known or each.snapshot and "snapshot" not in told:
            yield Finding(page.path, start, CODE, f"Depois de remover a pilha fica {each.what} (`{view.template.path}`, linha "
                                                  f"{_line(view, resource)}), e a seção não o diz; diga-o, e como se apaga.")
