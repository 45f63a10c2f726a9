"""Referências: que recurso um valor designa, e qual de vários candidatos completa a prova."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.proofs.rules import Evidence, Missing
from scripts.resolution import SYMBOL, Resolution
from scripts.template import Resource


def referred(values: Resolution, value: Any, kind: str, *attributes: str) -> Resource | None:
    """O recurso desse tipo que o valor designa, por `Ref` ou por um destes atributos de `GetAtt`.

    Os outros atributos são outra coisa: o ARN de uma fila não é o endereço dela.
    """
    found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
    resource = values.resources.get(found[1]) if found else None
    if found is None or resource is None or resource.type != kind:
        return None
    return resource if found[2].removeprefix(".") in ("", *attributes) else None


def complete(ways: Iterable[Iterable[Evidence]]) -> list[Evidence]:
    """A primeira prova sem nada a faltar; se todas têm o que falta, a primeira."""
    first: list[Evidence] = []
    for way in ways:
        evidence = list(way)
        if evidence and not any(isinstance(piece, Missing) for piece in evidence):
            return evidence
        first = first or evidence
    return first
