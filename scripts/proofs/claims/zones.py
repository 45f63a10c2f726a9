"""Em que zonas de disponibilidade vive um recurso, pelas sub-redes dele."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from scripts.aws.types import NAT_GATEWAY, SUBNET
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import Home
from scripts.proofs.network.topology import Network, Subnet, distinct_zones
from scripts.template.cloudformation import Resource


def spread(net: Network, home: Home) -> Iterator[Evidence]:
    """As sub-redes cobrem duas zonas ou mais."""
    subnets = home.known_subnets(net)
    if not any(distinct_zones(one.zone, other.zone) for one, other in combinations(subnets, 2)):
        yield Missing(("Resources", home.resource.id), f"não se prova que `{home.resource.id}` esteja em duas zonas",
                      "dê-lhe sub-redes com `AvailabilityZone: !Select [0, !GetAZs \"\"]` e `!Select [1, !GetAZs \"\"]`")
        return
    yield from home.links
    if len(subnets) > 2:
        # Nenhuma sub-rede é indispensável: a evidência é a lista inteira.
        yield Found(home.subnets[0].path[:-1], "sub-redes em duas zonas ou mais")
        return
    for written in home.subnets:
        if written.value in net.subnets:
            yield Found(written.path, f"`{home.resource.id}` vive em `{written.value}`")
    for subnet in subnets:
        yield Found(at(subnet.resource, "AvailabilityZone"), f"`{subnet.id}` está na própria zona")


def spread_by_name(view: View, resource: Resource, name: str) -> Iterator[Evidence]:
    """O mesmo, quando a propriedade é uma lista de zonas."""
    zones = view.items(resource, name)
    if any(distinct_zones(one, other) for one, other in combinations(zones, 2)):
        yield Found(at(resource, name), "duas zonas ou mais")
    else:
        yield Missing(at(resource, name), f"não se prova que `{resource.id}` esteja em duas zonas", "use `!GetAZs \"\"`")


def own_way_out(net: Network, home: Home) -> Iterator[Evidence]:
    """Uma sub-rede que sai por NAT sai pelo da própria zona; o de outra cairia com a outra."""
    for subnet in home.known_subnets(net):
        for route in net.routes_of(subnet):
            if route.target is None:
                yield Missing(at(route.resource), f"não se sabe por onde sai `{subnet.id}`", "escreva um alvo só na rota")
            elif route.kind == "NatGatewayId":
                yield from _nearby(net, subnet, route.resource, net.view.points(route.target.value, NAT_GATEWAY))


def _nearby(net: Network, subnet: Subnet, route: Resource, nat: Resource | None) -> Iterator[Evidence]:
    if nat and net.view.value(nat, "AvailabilityMode") == "regional":
        yield Found(at(nat, "AvailabilityMode"), f"`{nat.id}` existe em todas as zonas")
        return
    home = net.pointed(nat, "SubnetId", SUBNET) if nat else None
    if nat and home and isinstance(subnet.zone, str) and net.subnets[home.id].zone == subnet.zone:
        yield Found(at(route, "NatGatewayId"), f"`{subnet.id}` sai por `{nat.id}`")
        yield Found(at(nat, "SubnetId"), f"`{nat.id}` fica na mesma zona")
        yield Found(at(home, "AvailabilityZone"), f"`{home.id}` está na zona de `{subnet.id}`")
    else:
        yield Missing(at(route, "NatGatewayId"), f"`{subnet.id}` sai por um NAT que não é da zona dela",
                      "crie um NAT em cada zona, e uma tabela de rotas por zona")
