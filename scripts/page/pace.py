"""O tempo de leitura de uma página, medido nas palavras dela."""

from __future__ import annotations

from collections.abc import Callable

from scripts.page.document import Document, plain, resolved

PER_MINUTE = 180
"""Palavras por minuto, de quem lê para entender."""


def words(page: Document, code: bool = True) -> int:
    """As palavras que se leem; blocos de código nunca contam, e o código no meio do texto, só se pedido."""
    texts = (token.children or [] for token in page.tokens if token.type == "inline")
    return sum(len(plain(child for child in children if code or child.type != "code_inline").split()) for children in texts)


def minutes(page: Document) -> int:
    """O tempo de leitura, sem código; ao menos um."""
    return max(1, round(words(page, code=False) / PER_MINUTE))


def ahead(page: Document, uri: str, minutes_of: Callable[[str], int]) -> int:
    """O tempo de ler, uma vez cada, as páginas a que a de caminho `uri` leva; `minutes_of` dá o de um caminho em `docs/`, ou 0."""
    targets = (resolved(link.target.partition("#")[0], uri) for link in page.links)
    return sum(minutes_of(target) for target in {*targets} - {uri} if "/" in target)
