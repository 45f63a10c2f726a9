"""Regras da saída: como quem está numa sub-rede privada chega à internet."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ID
from scripts.aws.questions import REACH
from scripts.aws.types import ECS_SERVICE, ELASTIC_IP, FUNCTION, INSTANCE, NAT_GATEWAY, SCALING_GROUP
from scripts.proofs.arrows.ports import misread, ports_of
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.internet import leave_to_world, public_subnets
from scripts.proofs.network.path import same_vpc, way_out
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource

HTTPS = 443


@rule((INSTANCE, SCALING_GROUP, FUNCTION, ECS_SERVICE), NAT_GATEWAY, asks=(REACH,))
def workload_leaves_by_nat(case: Case) -> Iterator[Evidence]:
    """Uma aplicação em sub-rede privada sai para a internet pelo NAT gateway.

    A tabela de rotas da sub-rede manda tudo ao NAT, que está numa sub-rede pública e troca o
    endereço pelo elástico dele. A seta vale para a sub-rede em que a aplicação está desenhada.

    - a rota `0.0.0.0/0` por esse NAT, ou por um dos que o componente representa, na tabela da
      sub-rede da aplicação;
    - o NAT numa sub-rede com rota por um gateway de internet ligado à VPC;
    - um endereço elástico no NAT;
    - a saída do grupo da aplicação para qualquer endereço, na porta da seta (443, se ela não diz).

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    net, source, nat = case.net, case.drawn_tail, case.head_home
    yield from misread(case.edge, at(case.head))
    yield from source.lines()
    yield from same_vpc(net, source, nat)
    for subnet in source.known_subnets(net):
        yield from net.view.complete(way_out(net, subnet, "NatGatewayId", gateway) for gateway in _drawn(case))
    for gateway in _drawn(case):
        yield from public_subnets(net, home_of(net, gateway) or nat, None)
        yield from elastic(net, gateway)
    for port in ports_of(case.edge, HTTPS):
        yield from leave_to_world(net, source, port)
        for subnet in (*source.known_subnets(net), *nat.known_subnets(net)):
            yield from crossing(net, subnet, None, port)


def _drawn(case: Case) -> list[Resource]:
    """Os NAT gateways que o componente da ponta da seta representa: um por zona, em geral."""
    names = case.diagram.elements[case.edge.head].resources
    return [found for name in names if (found := case.view.resources.get(name)) and found.type == NAT_GATEWAY]


def elastic(net: Network, nat: Resource) -> Iterator[Evidence]:
    """O NAT é público e tem um endereço elástico do template."""
    kind = net.view.value(nat, "ConnectivityType")
    allocation = net.view.at(nat, "AllocationId")
    owner = net.view.points(allocation, ELASTIC_IP, by=(ID,)) if allocation else None
    if kind in (None, "public") and allocation and owner:
        yield Found(allocation.path, f"o NAT sai com o endereço elástico `{owner.id}`")
        if net.view.value(owner, "Domain") not in (None, "vpc"):
            yield Missing(at(owner, "Domain"), f"`{owner.id}` não é um endereço de VPC", "use `Domain: vpc`")
    else:
        yield Missing(at(nat, "AllocationId"), f"`{nat.id}` não tem um endereço elástico deste template",
                      "crie um `AWS::EC2::EIP` e escreva `AllocationId: !GetAtt Endereco.AllocationId`",
                      "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")
