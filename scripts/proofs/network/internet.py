"""A internet como ponta do caminho: por onde se entra dela e por onde se sai para ela."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import true
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import BY_SUBNET, Home
from scripts.proofs.network.path import attachment, same_vpc, way_out
from scripts.proofs.network.peers import INTERNET, passing, through
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource


def public_subnets(net: Network, home: Home, gateway: Resource | None, least: int = 1) -> Iterator[Evidence]:
    """As sub-redes são de uma VPC ligada ao gateway e têm a rota por ele."""
    yield from same_vpc(net, home)
    yield from home.lines(least)
    subnets = home.known_subnets(net)
    vpc = subnets[0].vpc if subnets else None
    yield from attachment(net, vpc, gateway)
    found = gateway or net.gateway(vpc)
    for subnet in subnets if found else []:
        yield from way_out(net, subnet, "GatewayId", found)


def public_address(net: Network, home: Home) -> Iterator[Evidence]:
    """Cada interface tem endereço público."""
    if home.public.value is True:
        yield Found(home.public.path, f"`{home.resource.id}` tem endereço público")
        return
    for subnet in home.known_subnets(net):
        mapped = net.view.at(subnet.resource, "MapPublicIpOnLaunch")
        if home.public.value == BY_SUBNET and mapped and true(mapped.value):
            yield Found(mapped.path, f"quem nasce em `{subnet.id}` recebe endereço público")
        else:
            yield Missing(at(home.resource), f"`{home.resource.id}` não tem endereço público",
                          "associe um endereço elástico, ou ligue `MapPublicIpOnLaunch` na sub-rede",
                          "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")


def open_to_world(net: Network, home: Home, port: int) -> Iterator[Evidence]:
    """Um dos grupos deixa entrar dessa porta, e só dela, alguém da internet; as ACLs também."""
    yield from through(net, home, INTERNET, port, ingress=True)
    world = admitted(net, home, port)
    for subnet in home.known_subnets(net):
        yield from crossing(net, None, subnet, port, world)


def admitted(net: Network, home: Home, port: int) -> str:
    """A faixa da internet que um dos grupos deixa entrar nessa porta, como está escrita; vazia, se não é uma, e uma só."""
    rules = passing(net, home, INTERNET, port, ingress=True)[1]
    return rules[0].block if len(rules) == 1 else ""


def leave_to_world(net: Network, home: Home, port: int) -> Iterator[Evidence]:
    """Um dos grupos deixa sair essa porta para qualquer endereço."""
    yield from through(net, home, INTERNET, port, ingress=False)
