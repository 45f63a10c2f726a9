"""A ordem das respostas da busca: quem explica uma palavra vem antes de quem a usa, e as regras das provas, por último.

O tema dá às etiquetas de uma página (`tags`) um peso muito maior que ao título. As de uma nota dizem como
mais se chama o assunto; o nome dele se acrescenta aqui, e o título das outras.
"""

from __future__ import annotations

from typing import Any

from scripts.page.library import COMPARISONS, NOTES, TRAILS
from scripts.website.facts import RULES_PAGE
from scripts.website.shelf import Shelf

WEIGHTS = {NOTES: 1.0, TRAILS: 0.9, COMPARISONS: 0.7, "arquiteturas": 0.4}
"""Pela pasta em `docs/`."""
GLOSSARY, LAST = 0.3, 0.02


def weigh(meta: dict[str, Any], uri: str, shelf: Shelf) -> None:
    """Escreve nos metadados da página o peso e as etiquetas com que a busca a lê; os que ela diz ficam."""
    folder = uri.partition("/")[0]
    weight = {RULES_PAGE: LAST, "glossario.md": GLOSSARY}.get(uri, WEIGHTS.get(folder, 1.0))
    meta.setdefault("search", {"boost": weight})
    names = [piece.entry or piece.page.title for piece in shelf.library.pieces if piece.uri == uri]
    names += [one.page.title for one in shelf.architectures if one.uri == uri]
    if names:
        meta["tags"] = [*(meta.get("tags") or ()), *names]
