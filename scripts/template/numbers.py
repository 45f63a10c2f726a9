"""Números inteiros: os que uma seta ou uma propriedade dizem."""

from __future__ import annotations

from typing import Any

LONGEST = 9
"""Quantos algarismos tem o maior número que se lê: nenhum limite da AWS chega perto disso."""


def whole(value: Any) -> int | None:
    """O número inteiro, escrito como número ou como texto; `None` quando não é um, ou é grande demais."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**LONGEST else None
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= LONGEST else None
