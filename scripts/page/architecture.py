"""A página de uma arquitetura: componentes, passos e benefícios, ditos em Markdown.

É um `Document` mais o que o contrato da página pede: uma tabela em `## Componentes`, uma
lista numerada em `## Fluxo de dados` e uma lista em `## Benefícios`, que pode ter em seguida o
parágrafo “O que todas têm:”; os títulos são os da árvore (`titles`). O que falta vira achado em
`findings` e a parte correspondente fica vazia; nada aqui olha o diagrama nem o template.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from markdown_it.token import Token

from scripts.base.findings import Finding
from scripts.page import document
from scripts.page.document import Document, Link
from scripts.page.titles import STANDARD, Titles


@dataclass(frozen=True)
class Row:
    """Uma linha da tabela. `node_id` é vazio quando a primeira coluna não tem o link."""

    node_id: str
    name: str
    resources: tuple[str, ...]
    cells: tuple[str, ...]
    line: int


class Step(NamedTuple):
    """Um item da lista numerada; `number` é a posição, que é o que o leitor vê, e `codes`, o que está entre crases."""

    number: int
    text: str
    links: tuple[Link, ...]
    line: int
    codes: tuple[str, ...] = ()


class Benefit(NamedTuple):
    """Um item da lista, com os links, ou um link do parágrafo comum, com o texto até o próximo; `codes` é o que está entre crases."""

    text: str
    links: tuple[Link, ...]
    line: int
    common: bool = False
    codes: tuple[str, ...] = ()

    @property
    def link(self) -> Link | None:
        """O primeiro link, que diz o que o prova."""
        return next(iter(self.links), None)


@dataclass(frozen=True)
class Page(Document):
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    benefits: tuple[Benefit, ...]
    findings: tuple[Finding, ...]
    titles: Titles = STANDARD


def read(path: Path, name: str = "", titles: Titles = STANDARD) -> Page:
    """Lê a página; falta de arquivo ou de UTF-8 é `Defect`, o resto está em `findings`."""
    return build(document.read(path, name), titles)


def parse(text: str, name: str, titles: Titles = STANDARD) -> Page:
    """O mesmo que `read`, a partir do texto."""
    return build(document.parse(text, name), titles)


def build(base: Document, titles: Titles = STANDARD) -> Page:
    reader = Reader(base, titles)
    own = {each.name: getattr(base, each.name) for each in fields(base)}
    return Page(**own, rows=reader.rows(), steps=reader.steps(), benefits=reader.benefits(), findings=tuple(reader.findings), titles=titles)


def table(base: Document, section: str) -> list[Row]:
    """As linhas da tabela dessa seção de uma página qualquer, sem o cabeçalho; vazia quando não há."""
    return [_row(tokens) for tokens in Reader(base).lines(section)]


def tables(base: Document) -> list[list[Row]]:
    """As tabelas da página, cada uma com o cabeçalho por primeira linha."""
    return [[_row(tokens) for tokens in _split(block, "tr_open")] for block in _blocks(list(base.tokens), "table_open")]


class Reader:
    """Procura cada parte na sua seção e anota em `findings` o que falta."""

    def __init__(self, base: Document, titles: Titles = STANDARD):
        self.base = base
        self.titles = titles
        self.findings: list[Finding] = []

    def rows(self) -> tuple[Row, ...]:
        table = self.block(self.titles.componentes, "table_open", "tabela", "uma tabela com uma linha por componente")
        rows = [_row(tokens) for tokens in _split(table, "tr_open")[1:]]
        if table and not rows:
            self._find(_line(table[0]), "tabela-ausente",
                       f"A tabela de `## {self.titles.componentes}` não tem linhas; escreva uma por componente.")
        kept: dict[str, Row] = {}
        for row in rows:
            if not row.node_id:
                self._find(row.line, "linha-sem-link", f"A primeira coluna de `{row.name}` não leva ao diagrama; "
                           "escreva o nome como link, `[Nome](#id)`.")
            elif row.node_id in kept:
                self._find(row.line, "linha-repetida", f"O componente `{row.node_id}` já tem a linha "
                           f"{kept[row.node_id].line}; deixe uma só.")
                continue
            kept[row.node_id or f"\n{row.line}"] = row
        return tuple(kept.values())

    def steps(self) -> tuple[Step, ...]:
        items = self.items(self.titles.fluxo, "ordered_list_open", "uma lista numerada com um item por passo")
        steps = []
        for number, item in enumerate(items, 1):
            steps.append(Step(number, _text(item), tuple(document.links(item)), _line(item[0]), _codes(item)))
            if item[0].info != str(number):
                self._find(_line(item[0]), "passo-pulado", f"O item está escrito como `{item[0].info}` e será o passo "
                           f"{number}; numere a lista de 1 em 1.")
        return tuple(steps)

    def benefits(self) -> tuple[Benefit, ...]:
        items = self.items(self.titles.beneficios, "bullet_list_open", "uma lista com um item por benefício")
        own = [Benefit(_text(item), tuple(document.links(item)), _line(item[0]), codes=_codes(item)) for item in items]
        return (*own, *self._common(items[-1][-1] if items else None))

    def _common(self, last: Token | None) -> Iterator[Benefit]:
        """Os do parágrafo que vem logo depois da lista, que termina em `last`; noutro lugar, é um achado."""
        tokens = self.base.tokens
        for place, token in enumerate(tokens):
            said = [line.lstrip("*_ ") for line in token.content.split("\n")] if token.type == "inline" else []
            if not any(line.startswith(self.titles.comuns) for line in said):
                continue
            alone = token.level == 1 and said[0].startswith(self.titles.comuns) and tokens[place - 1].type == "paragraph_open"
            if not alone or place < 2 or tokens[place - 2] is not last:
                self._find(_line(token), "paragrafo-fora-do-lugar", f"O parágrafo “{self.titles.comuns}” vem uma vez só, logo depois da "
                           f"lista de `## {self.titles.beneficios}` e separado dela por uma linha em branco; leve-o para lá.")
                continue
            found = tuple(_linked(token))
            yield from found
            if not found:
                self._find(_line(token), "paragrafo-sem-link", f"O parágrafo “{self.titles.comuns}” não leva a nenhuma prova; "
                           "escreva cada benefício como link, `[Título](../../provas.md#id)`.")

    def items(self, section: str, kind: str, wanted: str) -> list[list[Token]]:
        """Os tokens de cada item da única lista desse tipo na seção."""
        return _split(self.block(section, kind, "lista", wanted), "list_item_open", level=1)

    def lines(self, section: str) -> list[list[Token]]:
        """Os tokens de cada linha da única tabela da seção, sem o cabeçalho."""
        return _split(self.block(section, "table_open", "tabela", "uma tabela"), "tr_open")[1:]

    def block(self, section: str, kind: str, noun: str, wanted: str) -> list[Token]:
        """Os tokens do único bloco desse tipo na seção, ou nada e um achado."""
        start = self._heading(section)
        if start is None:
            return []
        blocks = _blocks(self._section(start), kind)
        line = _line(self.base.tokens[start])
        if not blocks:
            self._find(line, f"{noun}-ausente", f"A seção `## {section}` não tem {noun}; escreva {wanted}.")
            return []
        for extra in blocks[1:]:
            self._find(_line(extra[0]), f"{noun}-repetida", f"A seção `## {section}` tem mais de uma {noun}; junte-as, "
                       "recuando o texto que estiver no meio.")
        return blocks[0]

    def _heading(self, section: str) -> int | None:
        """Posição do título de nível 2 com esse nome; o segundo com o mesmo nome é um achado."""
        titles = [heading for heading in self.base.headings
                  if heading.level == 2 and unicodedata.normalize("NFC", heading.text) == section]
        if not titles:
            self._find(1, "secao-ausente", f"Falta a seção `## {section}`; escreva-a com esse título.")
            return None
        for repeated in titles[1:]:
            self._find(repeated.line, "secao-repetida", f"A seção `## {section}` já está na linha {titles[0].line}; "
                       "junte as duas.")
        return next(index for index, token in enumerate(self.base.tokens)
                    if token.type == "heading_open" and _line(token) == titles[0].line)

    def _section(self, start: int) -> list[Token]:
        tokens = self.base.tokens
        end = next((index for index in range(start + 1, len(tokens))
                    if tokens[index].type == "heading_open" and tokens[index].tag in ("h1", "h2")), len(tokens))
        return list(tokens[start + 3:end])

    def _find(self, line: int, code: str, message: str) -> None:
        self.findings.append(Finding(self.base.path, line, code, message))


def _blocks(tokens: list[Token], kind: str) -> list[list[Token]]:
    """Os blocos desse tipo que não estão dentro de outro, cada um até o seu fechamento."""
    return _split([token for token in _top(tokens, kind)], kind, level=0)


def _top(tokens: list[Token], kind: str) -> Iterator[Token]:
    inside = False
    closing = kind.replace("_open", "_close")
    for token in tokens:
        inside = inside or (token.type == kind and token.level == 0)
        if inside:
            yield token
        if token.type == closing and token.level == 0:
            inside = False


def _split(tokens: list[Token], opening: str, level: int | None = None) -> list[list[Token]]:
    """Corta a sequência em cada abertura desse tipo e nível."""
    pieces: list[list[Token]] = []
    for token in tokens:
        if token.type == opening and level in (None, token.level):
            pieces.append([])
        if pieces:
            pieces[-1].append(token)
    return pieces


def _row(tokens: list[Token]) -> Row:
    cells = [token for token in tokens if token.type == "inline"]
    link = next((link for link in document.links(cells[:1]) if link.target.startswith("#")), None)
    texts = tuple(document.plain(cell.children or []) for cell in cells)
    codes = [child.content for cell in cells[1:][-1:] for child in cell.children or [] if child.type == "code_inline"]
    return Row(link.target[1:] if link else "", link.text if link else texts[0],
               tuple(" ".join(codes).split()), texts, _line(tokens[0]))


def _linked(paragraph: Token) -> Iterator[Benefit]:
    """Cada link do parágrafo, com o texto dele até o próximo."""
    children = paragraph.children or []
    starts = [index for index, child in enumerate(children) if child.type == "link_open"]
    for link, start, end in zip(document.links([paragraph]), starts, [*starts[1:], len(children)]):
        codes = tuple(child.content for child in children[start:end] if child.type == "code_inline")
        yield Benefit(document.plain(children[start:end]), (link,), link.line, common=True, codes=codes)


def _text(item: list[Token]) -> str:
    return " ".join(document.plain(token.children or []) for token in item if token.type == "inline")


def _codes(item: list[Token]) -> tuple[str, ...]:
    return tuple(code.text for code in document.codes(item))


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1
