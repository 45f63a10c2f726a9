"""A máquina nasce depois do caminho por que o programa dela sai: o que ela busca ao iniciar, busca uma vez só.

O CloudFormation só segue o que um recurso cita, e a instância não cita a rota: sem `DependsOn`, ela pode nascer antes.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.catalog import ID
from scripts.aws.types import ROUTE, ROUTE_TABLE_ASSOCIATION, SECURITY_GROUP, SECURITY_GROUP_EGRESS
from scripts.proofs.arrows.passage import HTTPS, exits
from scripts.proofs.evidence import Found, Missing
from scripts.proofs.facts.machine import Machine
from scripts.proofs.facts.order import awaited
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource

INSTALLING = re.compile(r"\b(?:dnf|yum|tdnf|apt-get|apt|pip3?|npm|gem)\s+(?:-\S+\s+)*(?:install|update|upgrade|makecache)\b"
                        r"|\bhttps?://(?!127\.|localhost|169\.254\.)")
"""O que um comando traz de fora."""
STANDALONE = (ROUTE, ROUTE_TABLE_ASSOCIATION, "AWS::EC2::VPCGatewayAttachment")
"""As partes do caminho que ninguém cita."""


def early(view: View, waiting: Resource, machine: Machine) -> Iterator[Missing]:
    """As partes do caminho de saída que podem ainda não existir quando a máquina inicia."""
    if not any(INSTALLING.search(text) for text in (machine.script, *machine.commands)):
        return
    late = view.once(("late", waiting.id), lambda: _late(view, waiting))
    if late:
        names = " e ".join(f"`{name}`" for name in late)
        yield Missing(("Resources", waiting.id, "DependsOn"), f"`{waiting.id}` pode nascer antes de {names}, e o programa dela sai à internet por aí "
                      "assim que inicia", f"acrescente {names} ao `DependsOn` de `{waiting.id}`")


def _late(view: View, waiting: Resource) -> list[str]:
    net, known = network_of(view), awaited(view, waiting)
    found: dict[str, None] = {}
    with view.reading():  # saber por onde se sai não é julgar a saída
        home = home_of(net, waiting)
        for subnet in home.known_subnets(net) if home else ():
            pieces = view.complete(exits(net, home, subnet, HTTPS)) if home else ()
            path = [str(piece.path[1]) for piece in pieces if isinstance(piece, Found) and len(piece.path) > 1]
            found.update(dict.fromkeys(name for name in path if name not in known and _apart(view, view.template.resources[name])))
    return list(found)


def _apart(view: View, piece: Resource) -> bool:
    """Ninguém cita esta parte. Uma saída à parte só faz falta se o grupo já traz outras: sem nenhuma, antes dela ele deixa sair tudo.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html
    """
    if piece.type != SECURITY_GROUP_EGRESS:
        return piece.type in STANDALONE
    group = view.points(view.at(piece, "GroupId"), SECURITY_GROUP, by=(ID,))
    return group is not None and bool(view.items(group, "SecurityGroupEgress"))
