"""Filtros de mensagens e padrões de eventos: se são um objeto de listas, que alguma mensagem pode cumprir."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

DEPTH = 12
FILTERED = "escreva em `Pattern` um objeto JSON com uma lista em cada campo, ou tire o filtro"


def readable(view: View, item: Placed, depth: int = 0) -> bool:
    """Cada campo traz uma lista com algo dentro, e tudo se conhece; o que casa só se sabe com a mensagem na mão."""
    parts = view.parts(item)
    if not isinstance(item.value, dict) or not parts or depth > DEPTH:
        return False
    return all([_listed(view, inner) if isinstance(inner.value, list) else readable(view, inner, depth + 1) for _, inner in parts])


def sifted(view: View, mapping: Resource) -> bool:
    """O filtro da ligação, se há um, se lê: em cada `Pattern`, um objeto JSON de listas."""
    if view.at(mapping, "FilterCriteria") is None:
        return True
    found = patterns(view, mapping)
    return bool(found) and all(isinstance(pattern, dict) and bool(pattern) and all(map(_filled, pattern.values())) for pattern in found)


def patterns(view: View, mapping: Resource) -> list[Any]:
    """O que diz cada `Pattern` do filtro da ligação; `None` no lugar do que não se lê."""
    said = [view.inside(item, "Pattern") for item in view.items(mapping, "FilterCriteria", "Filters")]
    return [_decoded(item.value) if item else None for item in said]


def _decoded(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _filled(value: Any, depth: int = 0) -> bool:
    """Um campo traz uma lista com algo dentro, ou outro objeto assim."""
    if isinstance(value, dict):
        return bool(value) and depth < DEPTH and all(_filled(inner, depth + 1) for inner in value.values())
    return isinstance(value, list) and bool(value)


def words(value: Any) -> Iterator[str]:
    """Os nomes e os valores que um filtro traz, em qualquer profundidade."""
    items = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from [item] if isinstance(item, str) else words(item)


def _listed(view: View, item: Placed) -> bool:
    return bool(item.value) and all([_known(view, inner) for _, inner in view.parts(item)])


def _known(view: View, item: Placed, depth: int = 0) -> bool:
    """O valor, com tudo o que tem dentro, não é `Unknown`; a leitura conta."""
    return depth <= DEPTH and not isinstance(item.value, Unknown) and all([_known(view, inner, depth + 1) for _, inner in view.parts(item)])
