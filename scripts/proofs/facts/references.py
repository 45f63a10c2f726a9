"""Referências: que recurso um valor designa, e qual de vários candidatos completa a prova."""

from __future__ import annotations

from typing import Any

from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution
from scripts.template.values import SYMBOL


def referred(values: Resolution, value: Any, kind: str, *attributes: str) -> Resource | None:
    """O recurso desse tipo que o valor designa, por `Ref` ou por um destes atributos de `GetAtt`.

    Os outros atributos são outra coisa: o ARN de uma fila não é o endereço dela.
    """
    found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
    resource = values.resources.get(found[1]) if found else None
    if found is None or resource is None or resource.type != kind:
        return None
    return resource if found[2].removeprefix(".") in ("", *attributes) else None
