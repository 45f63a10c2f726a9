"""As partes de uma página, na ordem do texto: é o que as duas leituras de Markdown têm de ver igual.

`document` lê com linhas, e `of` diz as partes que ele viu; `shown` diz as que o site mostra.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it.token import Token

from scripts.page import document
from scripts.page.document import Document

ATTRIBUTES = re.compile(r"\s*\{:?[^{}\n]*\}")


class Part(NamedTuple):
    """`kind` é `título 2`, `linha`, `item 1`, `texto`, `código`, `link`, `imagem`…; `text`, o que se lê nela; `line` é 0 quando não se sabe."""

    kind: str
    text: str
    line: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.text


def squeezed(text: str) -> str:
    """O texto sem o que não se vê: espaços repetidos, listas de atributos e a forma das letras acentuadas."""
    kept = ATTRIBUTES.sub("", text) if "{" in text else text
    return " ".join((kept if kept.isascii() else unicodedata.normalize("NFC", kept)).split())


def of(page: Document) -> tuple[Part, ...]:
    """As partes que `document` leu."""
    return tuple(_parts(page))


def _parts(page: Document) -> Iterator[Part]:
    yield from sorted((Part("âncora", id, line) for id, line in page.anchors.items() if id not in {heading.id for heading in page.headings}),
                      key=lambda part: part.text)
    headings = iter(page.headings)
    depth = 0
    tokens = iter(page.tokens)
    for token in tokens:
        line = (token.map or [0])[0] + 1
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "list_item_open":
            yield Part(f"item {depth}", "*" if token.markup in "*+-" else "1.", line)
        elif token.type == "heading_open":
            heading, inline = next(headings), next(tokens)
            yield Part(f"título {heading.level}", f"{squeezed(heading.text)} #{heading.id}", line)
            yield from _inside(inline)
        elif token.type == "tr_open":
            cells = list(_cells(tokens))
            yield Part("linha", " | ".join(_said(cell) for cell in cells), line)
            for cell in cells:
                yield from _inside(cell)
        elif token.type == "fold_title_open":
            next(tokens)  # o `summary` de uma dobra escrita em HTML, que o site também lê, aqui é HTML
        elif token.type == "inline":
            if said := _said(token):
                yield Part("texto", said, line)
            yield from _inside(token)
        elif token.type in ("fence", "code_block"):
            yield Part("código", squeezed(token.content), line)
        elif token.type == "hr":
            yield Part("traço", "", line)


def _cells(tokens: Iterator[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "tr_close":
            return
        if token.type == "inline":
            yield token


def _said(inline: Token) -> str:
    return squeezed(document.plain(inline.children or []))


def _inside(inline: Token) -> Iterator[Part]:
    """Os links e as imagens de um trecho, na ordem."""
    for child, line in document.children(inline, "link_open", "image"):
        kind, attribute = ("link", "href") if child.type == "link_open" else ("imagem", "src")
        yield Part(kind, str(child.attrs[attribute]), line)
