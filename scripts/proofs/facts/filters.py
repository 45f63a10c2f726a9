"""Filtros de mensagens e padrões de eventos: se são um objeto de listas, que alguma mensagem pode cumprir."""

from __future__ import annotations

from scripts.proofs.facts.view import Placed, View
from scripts.template.values import Unknown

DEPTH = 12


def readable(view: View, item: Placed, depth: int = 0) -> bool:
    """Cada campo traz uma lista com algo dentro, e tudo se conhece; o que casa só se sabe com a mensagem na mão."""
    parts = view.parts(item)
    if not isinstance(item.value, dict) or not parts or depth > DEPTH:
        return False
    return all([_listed(view, inner) if isinstance(inner.value, list) else readable(view, inner, depth + 1) for _, inner in parts])


def _listed(view: View, item: Placed) -> bool:
    return bool(item.value) and all([_known(view, inner) for _, inner in view.parts(item)])


def _known(view: View, item: Placed, depth: int = 0) -> bool:
    """O valor, com tudo o que tem dentro, não é `Unknown`; a leitura conta."""
    return depth <= DEPTH and not isinstance(item.value, Unknown) and all([_known(view, inner, depth + 1) for _, inner in view.parts(item)])
