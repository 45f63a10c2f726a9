"""Uma página em Markdown qualquer: títulos, links e imagens, com a linha verdadeira de cada um.

Lê CommonMark com tabelas, como o GitHub. Os ids dos títulos são os que a extensão `toc` do
Python-Markdown dará no site, ou o escrito com `{ #id }`. Do HTML cru só contam os ids: o site
também não confere os links dele.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scripts.base import source
from scripts.base.findings import Finding
from scripts.page import folds, header
from scripts.page.header import Header

ATTRIBUTES = re.compile(r"[ ]+\{:?[ ]*(?P<list>[^}\n]*?)[ ]*\}[ ]*$")
HTML_ID = re.compile(r"""<[^<>]*\sid\s*=\s*(?P<quote>["'])(?P<id>[^"']+)(?P=quote)""")
ANCHOR = re.compile(r"\{:?[^{}\n]*?(?<=[\s{:])#(?P<id>[^\s{}]+)[^{}\n]*\}")


class Heading(NamedTuple):
    text: str
    id: str
    level: int
    line: int


class Link(NamedTuple):
    """Um link do texto; `target` como foi escrito, sem resolver."""

    text: str
    target: str
    line: int


class Code(NamedTuple):
    """Um trecho de código no meio do texto."""

    text: str
    line: int


class Image(NamedTuple):
    """Uma imagem; `text` é a descrição alternativa."""

    text: str
    target: str
    line: int


@dataclass(frozen=True)
class Document:
    """`anchors` reúne os ids dos títulos e os escritos à mão; `tokens` são os do Markdown."""

    path: str
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    anchors: dict[str, int]
    tokens: tuple[Token, ...] = field(repr=False)
    header: Header = field(repr=False)

    @property
    def title(self) -> str:
        """O primeiro título de nível 1, ou vazio."""
        return next((heading.text for heading in self.headings if heading.level == 1), "")

    @property
    def summary(self) -> str:
        """O primeiro parágrafo, sem marcação, ou vazio."""
        return plain(self.opening.children or []) if self.opening else ""

    @cached_property
    def passages(self) -> tuple[tuple[int, Token, str], ...]:
        """Cada trecho de texto, com a linha e o que se lê nele."""
        return tuple(_passages(self.tokens))

    @cached_property
    def texts(self) -> tuple[tuple[Token, str], ...]:
        """Cada trecho de texto, com o que se lê nele."""
        return tuple((token, text) for _, token, text in self.passages)

    @cached_property
    def spoken(self) -> tuple[tuple[int, str, str], ...]:
        """Cada trecho de texto que não é título: a linha, o que se lê, e de uma célula, o começo da linha e o alto da coluna dela."""
        return tuple(_spoken(self.passages, self.tokens))

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Os trechos de código no meio do texto, na ordem dele."""
        return tuple(codes(self.tokens))

    @property
    def opening(self) -> Token | None:
        """O texto do primeiro parágrafo."""
        pairs = zip(self.tokens, self.tokens[1:])
        return next((text for opening, text in pairs if opening.type == "paragraph_open"), None)


def read(path: Path, name: str = "") -> Document:
    """Lê uma página; `name` é o caminho que aparece nos achados."""
    name = name or str(path)
    absent = Finding(name, 1, "pagina-ausente",
                     "A página não existe; crie-a, ou comece por `python3 scripts novo SLUG`.")
    return parse(source.read(path, name, absent), name)


@lru_cache(maxsize=256)
def parse(text: str, name: str) -> Document:
    """O mesmo que `read`, a partir do texto; guardado porque links e regras leem a mesma página."""
    tokens = tuple(_parser().parse(_without_front_matter(text)))
    headings, anchors = _headings(tokens)
    return Document(name, headings, tuple(links(tokens)), tuple(_images(tokens)), anchors, tokens, header.read(text))


def links(tokens: Iterable[Token]) -> Iterator[Link]:
    """Os links destes tokens, na ordem do texto."""
    for inline in tokens:
        children = inline.children or []
        for index, line in _lines(inline, ("link_open",), "[", "<"):
            end = next(i for i in range(index, len(children)) if children[i].type == "link_close")
            yield Link(plain(children[index:end]), str(children[index].attrs["href"]), line)


def codes(tokens: Iterable[Token]) -> Iterator[Code]:
    """Os trechos de código destes tokens, na ordem do texto; blocos ficam de fora."""
    for inline in tokens:
        for index, line in _lines(inline, ("code_inline",), "`"):
            yield Code((inline.children or [])[index].content, line)


def children(inline: Token, *wanted: str) -> Iterator[tuple[Token, int]]:
    """Cada parte de um trecho de texto, ou só as destes tipos, com a sua linha."""
    for index, line in _lines(inline, wanted):
        yield (inline.children or [])[index], line


def plain(children: Iterable[Token]) -> str:
    """O texto que se lê, sem marcação, com os espaços juntados."""
    parts = []
    for child in children:
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type == "image":
            parts.append(plain(child.children or []))
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def resolved(path: str, here: str) -> str:
    """Aonde leva o caminho de um link, sem a âncora, escrito na página `here`; os dois a partir da mesma pasta."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(here), path))


def slugify(text: str) -> str:
    """O mesmo que `markdown.extensions.toc.slugify`, sem importar o Python-Markdown inteiro."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", ascii_only).strip().lower())


def unique(id: str, used: Iterable[str]) -> str:
    """O mesmo que `markdown.extensions.toc.unique`: acrescenta `_1`, `_2`… ao repetido ou vazio."""
    while id in used or not id:
        numbered = re.fullmatch(r"(.*)_(\d+)", id)
        id = f"{numbered[1]}_{int(numbered[2]) + 1}" if numbered else f"{id}_1"
    return id


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").use(folds.plugin)
    parser.normalizeLink = lambda url: url  # o destino como foi escrito, que é o que o site põe na página
    return parser


def _without_front_matter(text: str) -> str:
    """Apaga o cabeçalho YAML sem mudar o número das linhas que vêm depois."""
    match = header.PATTERN.match(text)
    return "\n" * match[0].count("\n") + text[match.end():] if match else text


def _lines(inline: Token, wanted: tuple[str, ...] = (), *signs: str) -> Iterator[tuple[int, int]]:
    """Índice e linha de cada filho de um trecho de texto, ou só dos destes tipos; nenhum do que não tem algum destes sinais, sem os quais não há o
    que se procura.
    """
    if not inline.children or signs and not any(sign in inline.content for sign in signs):
        return
    line = (inline.map or [0])[0] + 1
    for index, child in enumerate(inline.children):
        kind = child.type
        if not wanted or kind in wanted:
            yield index, line
        if kind == "softbreak" or kind == "hardbreak":
            line += 1
        elif kind == "html_inline":
            line += child.content.count("\n")


def _passages(tokens: Iterable[Token]) -> Iterator[tuple[int, Token, str]]:
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line  # as células de uma tabela não dizem a linha
        if token.type == "inline":
            yield line, token, plain(token.children or [])


def _spoken(passages: Iterable[tuple[int, Token, str]], tokens: Iterable[Token]) -> Iterator[tuple[int, str, str]]:
    known = iter(passages)
    heads, row, kind = [], [], ""
    for token in tokens:
        line, _, text = next(known) if token.type == "inline" else (0, None, "")
        if token.type == "thead_open":
            heads = []
        elif token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open", "th_close", "td_close", "heading_open", "heading_close"):
            kind = token.type
        elif token.type == "inline" and kind == "th_open":
            heads.append(text)
        elif token.type == "inline" and kind == "td_open":
            row.append(text)
            yield line, f"{row[0]}. {heads[len(row) - 1] if len(row) <= len(heads) else ''}" if len(row) > 1 else "", text
        elif token.type == "inline" and kind != "heading_open":
            yield line, "", text


def _images(tokens: Iterable[Token]) -> Iterator[Image]:
    for inline in tokens:
        for index, line in _lines(inline, ("image",), "!["):
            child = (inline.children or [])[index]
            yield Image(plain(child.children or []), str(child.attrs["src"]), line)


def _headings(tokens: tuple[Token, ...]) -> tuple[tuple[Heading, ...], dict[str, int]]:
    """Os títulos com seus ids, e todas as âncoras: primeiro as escritas, que `toc` respeita."""
    anchors = dict(_written_anchors(tokens))
    headings = []
    for opening, inline in zip(tokens, tokens[1:]):
        if opening.type != "heading_open" or opening.map is None:
            continue
        line = opening.map[0] + 1
        text = plain(child for child in inline.children or [] if child.type != "image")
        attributes = ATTRIBUTES.search(text)
        written = None
        if attributes:
            text = text[:attributes.start()].rstrip(" #")
            written = next((word[1:] for word in attributes["list"].split() if word.startswith("#")), None)
        id = written or unique(slugify(text), anchors)
        anchors.setdefault(id, line)
        headings.append(Heading(text, id, int(opening.tag[1:]), line))
    return tuple(headings), anchors


def _written_anchors(tokens: Iterable[Token]) -> Iterator[tuple[str, int]]:
    """Ids escritos com a extensão `attr_list` ou em HTML, fora de código."""
    for inline in tokens:
        for index, line in _lines(inline, ("text", "html_inline"), "{", "<", "&"):
            child = (inline.children or [])[index]
            if child.type == "text":
                for match in ANCHOR.finditer(child.content):
                    yield match["id"], line
            elif child.type == "html_inline":
                yield from ((match["id"], line) for match in HTML_ID.finditer(child.content))
        if inline.type == "html_block":
            yield from ((match["id"], (inline.map or [0])[0] + 1) for match in HTML_ID.finditer(inline.content))
