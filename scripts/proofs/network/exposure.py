"""Exposição: todo caminho de rede da internet até as interfaces de um recurso.

É a pergunta do VPC Reachability Analyzer com um gateway de internet na origem e a interface no
destino; chegar por dentro de uma aplicação (internet, balanceador, aplicação, banco) não é um
caminho de rede. A busca é exaustiva e conta o que não se conhece como caminho possível: só uma
lista vazia diz que não há caminho.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.aws.types import FUNCTION, INSTANCE, NETWORK_INTERFACE, VPC_ENDPOINT
from scripts.proofs.evidence import Path, readable
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.view import View
from scripts.proofs.network.acls import passes
from scripts.proofs.network.interfaces import BY_SUBNET, Home
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.security_groups import GroupRule, rules_of, worldly
from scripts.proofs.network.topology import Network, Route, Subnet, network, network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

APPLIANCES = {
    "InstanceId": INSTANCE, "NetworkInterfaceId": NETWORK_INTERFACE, "VpcEndpointId": VPC_ENDPOINT,
}
OUTBOUND = ("NatGatewayId", "EgressOnlyInternetGatewayId")


@dataclass(frozen=True)
class Hop:
    """Um salto do caminho; `certain` é falso quando é um valor desconhecido que o deixa possível."""

    path: Path
    text: str
    certain: bool = True

    def __str__(self) -> str:
        return self.text


def internet_paths(view: View, resource: Resource) -> list[list[Hop]]:
    """Os caminhos, da internet ao recurso; vazia só quando certamente não há nenhum."""
    net = network_of(view)
    paths = [[Hop((), "internet"), Hop(piece.path, piece.need, False)] for piece in view.unknown]
    home = home_of(net, resource)
    if home is None:
        return [*paths, [Hop((), "internet"), _unknown(resource, f"não se sabe onde `{resource.id}` ({resource.type}) vive")]]
    if not home.subnets and resource.type != FUNCTION:
        paths.append([Hop((), "internet"), _unknown(resource, f"não se sabe em que sub-redes `{resource.id}` vive")])
    for written in home.subnets:
        if written.value not in net.subnets:
            paths.append([Hop((), "internet"), Hop(written.path, f"`{resource.id}` vive em sub-rede desconhecida", False)])
        else:
            paths += list(_paths(net, home, net.subnets[written.value]))
    return paths


def _paths(net: Network, home: Home, subnet: Subnet) -> Iterator[list[Hop]]:
    """Os caminhos até as interfaces numa sub-rede: cada via, cada regra que deixa entrar."""
    for way in ways_in(net, subnet, ()):
        address = _address(net, home, subnet)
        if address is None:
            continue
        for entry in _entries(net, home):
            allowed = passes(net, subnet, True, (0, 65535), "0.0.0.0/0")[0]
            if allowed is not False:
                arrival = Hop(("Resources", home.resource.id), f"`{home.resource.id}`")
                yield [Hop((), "internet"), *way, address, entry, arrival]


def ways_in(net: Network, subnet: Subnet, visited: tuple[str, ...]) -> Iterator[list[Hop]]:
    """As vias da internet à sub-rede, pela rota de volta dela: direto pelo gateway, ou por um intermediário."""
    here = Hop(("Resources", subnet.id), f"`{subnet.id}`")
    if not subnet.known:
        yield [Hop(here.path, f"não se sabe que tabela de rotas vale em `{subnet.id}`", False), here]
    for route in [*net.routes_of(subnet), *net.loose_routes]:
        for way in _by_route(net, subnet, route, visited):
            yield [*way, here]


def _by_route(net: Network, subnet: Subnet, route: Route, visited: tuple[str, ...]) -> Iterator[list[Hop]]:
    shown = readable(route.destination.value) if route.destination else "destino desconhecido"
    hop = Hop(("Resources", route.resource.id), f"rota `{route.resource.id}` ({shown})")
    if route.kind in OUTBOUND or _internal(net, route):
        return
    if route.kind in APPLIANCES:
        yield from _by_appliance(net, route, hop, (*visited, subnet.id))
        return
    leads = net.leads_out(route)
    gateway = net.gateway(subnet.vpc)
    if leads is True and gateway is not None:
        yield [Hop(("Resources", gateway.id), f"`{gateway.id}`"), hop]
    elif leads is not False:
        yield [Hop(hop.path, f"{hop.text}, por um alvo que não se conhece", False)]
    elif route.kind != "GatewayId":
        yield [Hop(hop.path, f"{hop.text}, por `{route.kind}`, que pode ligar à internet", False)]


def _by_appliance(net: Network, route: Route, hop: Hop, visited: tuple[str, ...]) -> Iterator[list[Hop]]:
    """Um intermediário (firewall, instância de NAT) que recebe da internet na sub-rede dele."""
    appliance = net.view.points(route.target.value, APPLIANCES[route.kind]) if route.target else None
    home = home_of(net, appliance)
    if home is None or len(home.known_subnets(net)) != len(home.subnets):
        yield [Hop(hop.path, f"{hop.text}, por um intermediário que não se conhece", False)]
        return
    for subnet in home.known_subnets(net):
        if subnet.id not in visited:
            for way in ways_in(net, subnet, visited):
                yield [*way, Hop(("Resources", home.resource.id), f"`{home.resource.id}`", False), hop]


def _internal(net: Network, route: Route) -> bool:
    """O destino é certamente de endereços privados: por aí não se volta à internet."""
    value: Any = route.destination.value if route.destination else None
    return network(value) is not None and worldly(net, value) is False


def _address(net: Network, home: Home, subnet: Subnet) -> Hop | None:
    """O endereço público da interface; `None` quando certamente não tem."""
    if net.view.at(subnet.resource, "Ipv6CidrBlock") is not None or net.view.at(subnet.resource, "Ipv6IpamPoolId") is not None:
        return Hop(("Resources", subnet.id), f"endereço IPv6 de `{subnet.id}`", False)
    value, path = home.public.value, home.public.path
    if value == BY_SUBNET:
        mapped = net.view.at(subnet.resource, "MapPublicIpOnLaunch")
        if mapped is None or false(mapped.value):
            return None
        value, path = (True if true(mapped.value) else Unknown("")), mapped.path
    if value is False or (isinstance(value, Unknown) and net.gateway(subnet.vpc) is None):
        return None
    return Hop(path, f"endereço público de `{home.resource.id}`", value is True)


def _entries(net: Network, home: Home) -> Iterator[Hop]:
    """Cada regra de entrada que vale, ou pode valer, para endereços da internet."""
    if not home.groups or any(isinstance(group.value, Unknown) for group in home.groups):
        yield _unknown(home.resource, f"não se conhecem os grupos de segurança de `{home.resource.id}`")
    for group in dict.fromkeys(home.known_groups):
        for rule in rules_of(net, group, True) or []:
            answer = rule.admits_world(net)
            if answer is not False:
                yield Hop(rule.item.path, f"entrada em `{group}`: {_described(rule)}", answer is True)


def _described(rule: GroupRule) -> str:
    peer = readable(rule.peers[0][1].value) if len(rule.peers) == 1 else "origem desconhecida"
    if rule.ports:
        first, last = rule.ports
        return f"tcp {first} de {peer}" if first == last else f"tcp {first} a {last} de {peer}"
    protocol = readable(rule.protocol.value) if rule.protocol else "protocolo desconhecido"
    return f"{'todo o tráfego' if protocol == '-1' else protocol} de {peer}"


def _unknown(resource: Resource, text: str) -> Hop:
    return Hop(("Resources", resource.id), text, False)
