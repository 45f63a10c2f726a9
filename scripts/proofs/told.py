"""O que a docstring de uma regra ou afirmação conta: é a página dela."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Told:
    """As quatro partes da docstring de uma regra ou afirmação."""

    title: str
    why: str
    needs: tuple[str, ...]
    source: str


def docstring(function: Callable[..., Any]) -> Told:
    """Lê as quatro partes. Erro: `ValueError` quando falta uma."""
    parts = (inspect.getdoc(function) or "").split("\n\n")
    if len(parts) != 4 or not parts[2].startswith("- ") or not parts[3].startswith("Fonte: https://"):
        raise ValueError(f"a docstring de {function.__name__} precisa de título, motivo, lista e `Fonte: URL`")
    title, why, needs, source = (" ".join(part.split()) if index != 2 else part for index, part in enumerate(parts))
    items = tuple(" ".join(item.split()) for item in needs.removeprefix("- ").split("\n- "))
    return Told(title.rstrip("."), why, items, source.removeprefix("Fonte: "))
