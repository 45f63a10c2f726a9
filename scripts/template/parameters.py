"""Os limites de um parâmetro: que valores ele aceita, e por que recusa um.

Quem os aplica é o CloudFormation, antes de criar a pilha:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from scripts.template.values import text_of

SCALARS = (str, int, float, bool)
LISTS = ("CommaDelimitedList", "List<")
NUMERIC = ("Number", "List<Number>")
BOUNDS: dict[str, tuple[Callable[[str], Decimal | None], Callable[[Decimal, Decimal], bool], str]] = {
    "MinValue": (lambda text: decimal(text), lambda value, bound: value >= bound, "é menor que"),
    "MaxValue": (lambda text: decimal(text), lambda value, bound: value <= bound, "é maior que"),
    "MinLength": (lambda text: Decimal(len(text)), lambda value, bound: value >= bound, "é mais curto que"),
    "MaxLength": (lambda text: Decimal(len(text)), lambda value, bound: value <= bound, "é mais longo que"),
}
"""De cada limite, o que se mede do valor, quando ele serve, e o que ele é quando não serve."""


def refusal(declared: Mapping[str, Any], given: Any) -> tuple[str, str] | None:
    """O limite que recusa este valor (`AllowedValues`) e por quê; `None` se todos o aceitam. O limite que não se entende recusa."""
    if not isinstance(given, SCALARS):
        return "Type", "não é um texto, e um parâmetro só recebe texto"
    kind = str(declared.get("Type", ""))
    parts = [part.strip() for part in text_of(given).split(",")] if kind.startswith(LISTS) else [text_of(given)]
    return next((found for part in parts for found in _refusals(declared, kind, part)), None)


def decimal(value: Any) -> Decimal | None:
    """O número que o texto é; `None` quando não é um."""
    try:
        found = Decimal(text_of(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _refusals(declared: Mapping[str, Any], kind: str, text: str) -> Iterator[tuple[str, str]]:
    if kind in NUMERIC and decimal(text) is None:
        yield "Type", "não é um número"
    allowed = declared.get("AllowedValues")
    if "AllowedValues" in declared and not (isinstance(allowed, list) and text in [text_of(each) for each in allowed]):
        yield "AllowedValues", "não é um dos que ele aceita"
    if "AllowedPattern" in declared:
        yield from _unmatched(str(declared["AllowedPattern"]), text)
    for name, (measured, holds, told) in BOUNDS.items():
        if name not in declared:
            continue
        bound, value = decimal(declared[name]), measured(text)
        if bound is None:
            yield name, f"não se compara com `{name}`, que não é um número"
        elif value is not None and not holds(value, bound):
            yield name, f"{told} `{name}`, que é {bound}"


def _unmatched(pattern: str, text: str) -> Iterator[tuple[str, str]]:
    """O CloudFormation compara o valor inteiro."""
    try:
        fits = re.fullmatch(pattern, text)
    except (re.error, OverflowError, RecursionError):
        yield "AllowedPattern", "não se compara com `AllowedPattern`, que aqui não se lê como expressão regular"
        return
    if not fits:
        yield "AllowedPattern", "não casa com `AllowedPattern`"
