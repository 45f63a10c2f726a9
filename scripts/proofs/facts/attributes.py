"""Os atributos dos balanceadores, dos ouvintes e dos grupos de destino, que o CloudFormation escreve como pares."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

LISTS = ("LoadBalancerAttributes", "ListenerAttributes", "TargetGroupAttributes")
"""As listas de pares em que a chave diz qual é a propriedade."""


def attributes(view: View, owner: Resource) -> Iterator[tuple[str, Placed]]:
    """Cada atributo escrito, com o valor e o lugar dele."""
    for item in (item for name in LISTS for item in view.items(owner, name)):
        key, value = view.inside(item, "Key"), view.inside(item, "Value")
        if key and value:
            yield str(key.value), value
