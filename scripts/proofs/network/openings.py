"""Aberturas: tudo o que a rede de um template deixa passar, para o caminho contrário da prova.

Cada abertura precisa ser evidência de uma seta ou de uma alegação; senão, o template permite
mais do que o diagrama mostra.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.types import ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET
from scripts.proofs.evidence import Path
from scripts.proofs.facts.view import View
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import network_of


class Opening(NamedTuple):
    """Algo que deixa passar tráfego: é evidência quando alguma evidência começa por `path`."""

    path: Path
    text: str


def openings(view: View) -> Iterator[Opening]:
    """As regras de entrada, as rotas, e as associações que dão rotas a uma sub-rede."""
    net = network_of(view)
    for rule in all_rules(net):
        if rule.ingress:
            yield Opening(rule.item.path, f"a entrada em `{rule.group or 'um grupo que não se conhece'}`")
    for route in net.routes:
        yield Opening(("Resources", route.resource.id, "Properties"), f"a rota `{route.resource.id}`")
    tables = {route.table.id for route in net.routes if route.table}
    for association in view.of_type(ROUTE_TABLE_ASSOCIATION):
        table, subnet = net.pointed(association, "RouteTableId", ROUTE_TABLE), net.pointed(association, "SubnetId", SUBNET)
        if table is None or table.id in tables:
            shown = f"`{subnet.id}`" if subnet else "uma sub-rede que não se conhece"
            yield Opening(("Resources", association.id, "Properties"), f"as rotas de `{association.id}` para {shown}")
