"""A biblioteca de uma árvore: as notas, as comparações e as trilhas, com o que cada uma diz de si.

Cada peça é um `Document` mais o cabeçalho entendido. Uma chave, uma seção, um grupo ou um valor que não
se entende é um achado em `findings`; nada aqui olha os templates, o glossário nem as outras páginas.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from markdown_it.token import Token

from scripts.base.diagram import SLUG
from scripts.base.findings import Defect, Finding
from scripts.base.tree import unfit
from scripts.page import document
from scripts.page.architecture import Reader
from scripts.page.document import Document, Link
from scripts.page.subject import Subject, subject

NOTES, COMPARISONS, TRAILS = "notas", "comparacoes", "trilhas"
GROUPS = ("Conceitos", "Computação", "Armazenamento", "Bancos", "Rede", "Eventos", "Segurança e identidade", "Operação e custo")
"""Os grupos das notas, na ordem do menu."""
LEVELS = ("básico", "intermediário", "avançado")
"""Os níveis de uma arquitetura, do mais fácil ao mais difícil."""
FACTS, SHOWN = "O que saber", "Onde aparece"
BESIDE, DECISION, SIDES = "Lado a lado", "Como decidir", "Onde ver cada lado"
STOPS = "Paradas"
NEXT = re.compile(r"\bDepois del[ae]s?\b")
"""Onde uma parada passa do que se lê nela ao que se sabe ao sair."""
SECTIONS = {
    NOTES: (FACTS, "O engano comum", "Quando usar", SHOWN, "Prove aqui"),
    COMPARISONS: (BESIDE, DECISION, "Na dúvida", SIDES),
    TRAILS: ("Antes de começar", STOPS, "E depois"),
}
"""As seções de cada tipo de página, na ordem."""
COMMON = ("tags", "conferida")
KEYS = {NOTES: ("grupo", "verbete", "recursos", "fora", *COMMON), COMPARISONS: COMMON, TRAILS: COMMON}
OF_THE_SITE = ("title", "description", "hide", "search")
"""As chaves que são do MkDocs e do tema, que qualquer página pode ter."""


class Item(NamedTuple):
    """Um item de lista ou uma linha de tabela: o texto, os links e a linha."""

    text: str
    links: tuple[Link, ...]
    line: int

    @property
    def asked(self) -> Iterator[Link]:
        """De uma parada, os links do que ela manda ler: os que vêm antes de ela dizer o que se sabe depois."""
        learned, place = NEXT.search(self.text), 0
        for link in self.links:
            place = self.text.find(link.text, place)
            if learned and place > learned.start():
                return
            yield link


class Piece(NamedTuple):
    """Uma nota, comparação ou trilha; `items` são os fatos, as linhas das duas tabelas ou as paradas, por seção."""

    kind: str
    slug: str
    page: Document
    tags: tuple[str, ...]
    checked: date | None
    items: dict[str, tuple[Item, ...]]
    findings: tuple[Finding, ...]
    group: str = ""
    entry: str = ""
    subjects: tuple[Subject, ...] = ()
    outside: str = ""

    @property
    def uri(self) -> str:
        """O caminho da página em `docs/`."""
        return f"{self.kind}/{self.slug}.md"


@dataclass(frozen=True)
class Library:
    """As peças por tipo e por slug; `findings` é o que nem se leu."""

    notes: dict[str, Piece] = field(default_factory=dict)
    comparisons: dict[str, Piece] = field(default_factory=dict)
    trails: dict[str, Piece] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Todas."""
        return (*self.notes.values(), *self.comparisons.values(), *self.trails.values())


def read(docs: Path) -> Library:
    """A biblioteca que está em `docs/`; vazia, se não há nenhuma das três pastas."""
    found: list[Finding] = []
    return Library(*(_folder(docs, kind, found) for kind in (NOTES, COMPARISONS, TRAILS)), tuple(found))


def _folder(docs: Path, kind: str, found: list[Finding]) -> dict[str, Piece]:
    pieces = {}
    for path in sorted((docs / kind).glob("[!.]*.md")):
        name = path.relative_to(docs.parent).as_posix()
        if path.stem == "index":
            continue
        if not SLUG.fullmatch(path.stem):
            found.append(unfit(name, path.stem))
            continue
        try:
            pieces[path.stem] = parse(kind, path.stem, document.read(path, name))
        except Defect:
            continue  # os links de cada página já dizem a que não se lê
    return pieces


def parse(kind: str, slug: str, page: Document) -> Piece:
    """Uma página lida como peça desse tipo."""
    reader = _Reader(kind, page)
    reader.keys()
    reader.sections()
    facts: dict[str, Any] = {}
    if kind == NOTES:
        subjects, outside = reader.subjects()
        facts = {"group": reader.group(), "entry": reader.text("verbete"), "subjects": subjects, "outside": outside}
    return Piece(kind, slug, page, reader.tags(), reader.checked(), reader.items(), tuple(reader.findings), **facts)


class _Reader:
    """Entende cada parte, e anota em `findings` o que não se entende."""

    def __init__(self, kind: str, page: Document):
        self.kind, self.page, self.header = kind, page, page.header
        self.findings: list[Finding] = []

    def keys(self) -> None:
        known = (*KEYS[self.kind], *OF_THE_SITE)
        for name in self.header.values:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                self._find(self.header.line(name), "cabecalho-desconhecido", f"O cabeçalho não tem `{name}`; "
                           + (f"talvez seja `{close[0]}`." if close else f"só {', '.join(f'`{key}`' for key in KEYS[self.kind])}."))

    def sections(self) -> None:
        """As do tipo, uma vez cada, nesta ordem, e nenhuma outra."""
        if not self.page.title or not self.page.opening:
            self._find(1, "pagina-sem-resumo", "Falta o título (`# …`) ou o primeiro parágrafo, que outras páginas mostram; escreva-os.")
        wanted, place = SECTIONS[self.kind], 0
        for heading in self.page.headings:
            if heading.level != 2:
                continue
            if heading.text not in wanted:
                self._find(heading.line, "secao-desconhecida", f"A seção `## {heading.text}` não é de uma página destas; use "
                           f"{', '.join(f'`## {title}`' for title in wanted)}, ou desça o título um nível.")
            elif wanted.index(heading.text) < place:
                self._find(heading.line, "secao-fora-de-ordem",
                           f"A seção `## {heading.text}` está repetida ou fora da ordem, que é: {', '.join(wanted)}.")
            else:
                place = wanted.index(heading.text) + 1
        titles = {heading.text for heading in self.page.headings if heading.level == 2}
        for title in wanted:
            if title not in titles:
                self._find(1, "secao-ausente", f"Falta a seção `## {title}`; escreva-a com esse título.")

    def tags(self) -> tuple[str, ...]:
        """Como também se diz, uma lista de textos."""
        found = self._value("tags", "como também se diz o assunto, numa lista", lambda value: isinstance(value, list) and bool(value) and all(
            isinstance(tag, str) and tag.strip() for tag in value))
        return tuple(tag.strip() for tag in found or ())

    def checked(self) -> date | None:
        return self._value("conferida", "o dia em que os fatos foram conferidos, como `2026-11-30`", lambda value: type(value) is date)

    def group(self) -> str:
        return self._value("grupo", f"um destes: {', '.join(GROUPS)}", lambda value: value in GROUPS) or ""

    def text(self, name: str) -> str:
        return self._value(name, "um texto", lambda value: isinstance(value, str) and bool(value.strip())) or ""

    def subjects(self) -> tuple[tuple[Subject, ...], str]:
        """De que recursos a nota fala ou, se nenhum template os mostra, por quê."""
        if "fora" in self.header.values:
            if "recursos" in self.header.values:
                self._find(self.header.line("fora"), "cabecalho-contraditorio", "A nota diz `recursos` e `fora`; deixe só um dos dois.")
            return (), self.text("fora")
        def fits(value: object) -> bool:
            return isinstance(value, list) and bool(value) and all(isinstance(each, str) and subject(each) for each in value)
        found = self._value("recursos", "os tipos do CloudFormation de que a nota fala, como `[AWS::S3::Bucket]` ou "
                            "`[AWS::S3::Bucket LifecycleConfiguration]`; se nenhum template os mostra, em vez disso escreva `fora:` e por quê", fits)
        return tuple(filter(None, (subject(each) for each in found or ()))), ""

    def items(self) -> dict[str, tuple[Item, ...]]:
        """O que se confere um a um: os fatos, as linhas das tabelas, as paradas."""
        reader = Reader(self.page)
        found: dict[str, Iterable[list[Token]]] = {}
        if self.kind == NOTES:
            found[FACTS] = reader.items(FACTS, "bullet_list_open", "uma lista com um fato por item")
        elif self.kind == TRAILS:
            found[STOPS] = reader.items(STOPS, "ordered_list_open", "uma lista numerada com um item por parada")
        else:
            found = {title: reader.lines(title) for title in (BESIDE, DECISION)}
        self.findings += [finding for finding in reader.findings if finding.code not in ("secao-ausente", "secao-repetida")]
        return {title: tuple(_items(pieces)) for title, pieces in found.items()}

    def _value(self, name: str, wanted: str, fits: Callable[[Any], bool]) -> Any:
        """O valor da chave, se serve; senão, um achado e `None`."""
        value = self.header.values.get(name)
        if fits(value):
            return value
        said = f"O cabeçalho diz `{name}: {value}`, que não se entende" if name in self.header.values else f"Falta `{name}` no cabeçalho"
        self._find(self.header.line(name), "cabecalho-incompleto", f"{said}; escreva {wanted}.")
        return None

    def _find(self, line: int, code: str, message: str) -> None:
        self.findings.append(Finding(self.page.path, line, code, message))


def _items(pieces: Iterable[list[Token]]) -> Iterator[Item]:
    for tokens in pieces:
        text = " ".join(document.plain(token.children or []) for token in tokens if token.type == "inline")
        yield Item(text, tuple(document.links(tokens)), (tokens[0].map or [0])[0] + 1)
