"""O tempo de leitura de uma página, medido nas palavras dela."""

from __future__ import annotations

from scripts.page.document import Document, plain

PER_MINUTE = 180
"""Palavras por minuto, de quem lê para entender."""


def words(page: Document, code: bool = True) -> int:
    """As palavras que se leem; blocos de código nunca contam, e o código no meio do texto, só se pedido."""
    texts = (token.children or [] for token in page.tokens if token.type == "inline")
    return sum(len(plain(child for child in children if code or child.type != "code_inline").split()) for children in texts)


def minutes(page: Document) -> int:
    """O tempo de leitura, sem código; ao menos um."""
    return max(1, round(words(page, code=False) / PER_MINUTE))
