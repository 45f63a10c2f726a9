"""As tabelas do DynamoDB de um template: os atributos que elas declaram, e os que fazem a chave.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
"""

from __future__ import annotations

from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource


def attributes(view: View, table: Resource) -> dict[str, Placed]:
    """De cada atributo declarado, o tipo, `S`, `N` ou `B`, com o lugar em que se diz."""
    return _pairs(view, table, "AttributeDefinitions", "AttributeType")


def keys(view: View, table: Resource) -> dict[str, Placed]:
    """De cada atributo da chave, o papel, `HASH` ou `RANGE`, com o lugar em que se diz."""
    return _pairs(view, table, "KeySchema", "KeyType")


def _pairs(view: View, table: Resource, listed: str, told: str) -> dict[str, Placed]:
    return {str(name.value): kind for item in view.items(table, listed)
            if (name := view.inside(item, "AttributeName")) and (kind := view.inside(item, told))}
