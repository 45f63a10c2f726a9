"""A rede de um template: VPCs, sub-redes, tabelas de rotas e gateways, como valores.

Entra uma `View`; sai uma `Network`. Perguntas que um valor desconhecido não deixa
responder devolvem `None`: nem sim, nem não. Tabelas de rotas:
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from scripts.aws.types import INTERNET_GATEWAY, ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET, VPC
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

WORLD = ("0.0.0.0/0", "::/0")
LARGEST, SMALLEST = 16, 28
"""Os tamanhos de uma VPC e de uma sub-rede: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
TARGETS = (
    "GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "InstanceId", "NetworkInterfaceId", "VpcEndpointId",
    "TransitGatewayId", "VpcPeeringConnectionId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
)


class Route(NamedTuple):
    """Uma rota: para onde vai o que tem esse destino. `kind` é a propriedade que diz o alvo."""

    resource: Resource
    table: Resource | None
    destination: Placed | None
    kind: str
    target: Placed | None

    @property
    def everywhere(self) -> bool:
        return bool(self.destination and self.destination.value in WORLD)


class Subnet(NamedTuple):
    """Uma sub-rede e a tabela de rotas que vale nela.

    Sem associação explícita vale a tabela principal: a de uma VPC do template só tem a rota
    local (`table` é `None`, `known` é verdadeiro); a de outra VPC não se conhece.
    """

    resource: Resource
    vpc: Resource | None
    zone: Any
    association: Resource | None
    table: Resource | None
    known: bool

    @property
    def id(self) -> str:
        return self.resource.id


class Network:
    """Tudo o que se pergunta da rede de um mundo."""

    def __init__(self, view: View):
        self.view = view

    def pointed(self, resource: Resource, name: str, *types: str) -> Resource | None:
        """O recurso que uma propriedade designa."""
        written = self.view.at(resource, name)
        return self.view.points(written, *types) if written else None

    def astray(self, resource: Resource, name: str) -> bool:
        """A propriedade não se conhece, e por isso pode designar qualquer recurso do template."""
        written = self.view.at(resource, name)
        return written is None or not isinstance(written.value, str)

    @property
    def routes(self) -> list[Route]:
        return self.view.once("routes", self._routes)

    def _routes(self) -> list[Route]:
        return [self._route(resource) for resource in self.view.of_type(ROUTE)]

    @property
    def subnets(self) -> dict[str, Subnet]:
        return self.view.once("subnets", self._subnets)

    def _subnets(self) -> dict[str, Subnet]:
        explicit: dict[str, list[Resource]] = {}
        anywhere = False
        for association in self.view.of_type(ROUTE_TABLE_ASSOCIATION):
            subnet = self.pointed(association, "SubnetId", SUBNET)
            anywhere = anywhere or self.astray(association, "SubnetId")
            if subnet:
                explicit.setdefault(subnet.id, []).append(association)
        return {subnet.id: self._subnet(subnet, explicit.get(subnet.id, []), anywhere)
                for subnet in self.view.of_type(SUBNET)}

    @property
    def attachments(self) -> dict[str, Resource]:
        return self.view.once("attachments", self._attachments)

    def _attachments(self) -> dict[str, Resource]:
        """A ligação de cada VPC ao seu gateway de internet, pelo id lógico da VPC."""
        found = {}
        for attachment in self.view.of_type("AWS::EC2::VPCGatewayAttachment"):
            vpc = self.pointed(attachment, "VpcId", VPC)
            if vpc and self.pointed(attachment, "InternetGatewayId", INTERNET_GATEWAY):
                found[vpc.id] = attachment
        return found

    def gateway(self, vpc: Resource | None) -> Resource | None:
        """O gateway de internet ligado a essa VPC."""
        attachment = self.attachments.get(vpc.id) if vpc else None
        return self.pointed(attachment, "InternetGatewayId", INTERNET_GATEWAY) if attachment else None

    def routes_of(self, subnet: Subnet) -> list[Route]:
        """As rotas da tabela da sub-rede, além da local, que toda tabela tem."""
        return [route for route in self.routes if subnet.table and route.table == subnet.table]

    @property
    def loose_routes(self) -> list[Route]:
        return self.view.once("loose_routes", self._loose_routes)

    def _loose_routes(self) -> list[Route]:
        """As rotas de tabela que não se conhece: podem ser de qualquer uma."""
        return [route for route in self.routes if self.astray(route.resource, "RouteTableId")]

    def route_out(self, subnet: Subnet, kind: str, target: Resource) -> Route | None:
        """A rota para qualquer endereço IPv4 por esse alvo, se é ela que vale na sub-rede."""
        found = [route for route in self.routes_of(subnet)
                 if route.destination and route.destination.value == "0.0.0.0/0"]
        if len(found) != 1 or found[0].kind != kind or found[0].target is None:
            return None  # duas rotas com o mesmo destino: o EC2 recusa a segunda
        return found[0] if self.view.points(found[0].target, target.type) == target else None

    def public(self, subnet: Subnet) -> bool | None:
        """Tem rota para um gateway de internet; `None` quando não dá para saber."""
        certain = [self.leads_out(route) for route in self.routes_of(subnet)]
        if True in certain:
            return True
        loose = any(self.leads_out(route) is not False for route in self.loose_routes)
        return None if None in certain or not subnet.known or loose else False

    def leads_out(self, route: Route) -> bool | None:
        """O alvo da rota é um gateway de internet."""
        if route.target is None:
            return None
        if route.kind != "GatewayId":
            return False
        value = route.target.value
        found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
        if found and found[1] in self.view.resources:
            return self.view.resources[found[1]].type == INTERNET_GATEWAY
        if isinstance(value, str) and not found:
            return value.startswith("igw-") or (None if "${" in value else False)
        return None

    def block(self, subnet: Subnet) -> str | None:
        """A faixa IPv4 da sub-rede."""
        value = self.view.value(subnet.resource, "CidrBlock")
        return value if network(value) else None

    def vpc_block(self, vpc: Resource | None) -> str | None:
        value = self.view.value(vpc, "CidrBlock") if vpc else None
        return value if network(value) else None

    def misfit(self, subnet: Subnet) -> list[Missing]:
        """O defeito de uma sub-rede cuja faixa não cabe na da VPC, ou invade a de outra: o EC2 não a cria.

        https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
        """
        return self.view.once(("misfit", subnet.id), lambda: list(self._misfit(subnet)))

    def _misfit(self, subnet: Subnet) -> Iterator[Missing]:
        own, where = network(self.block(subnet)), at(subnet.resource, "CidrBlock")
        for owner in (subnet.resource, subnet.vpc):
            said = self.view.value(owner, "CidrBlock") if owner else None
            if isinstance(said, str) and "${" not in said and network(said) is None:
                yield Missing(at(owner, "CidrBlock"), f"a faixa de `{owner.id}` não é uma faixa IPv4", "escreva-a como `10.0.0.0/24`")
            elif (block := network(said)) and not LARGEST <= block.prefixlen <= SMALLEST:
                yield Missing(at(owner, "CidrBlock"), f"a faixa de `{owner.id}` é /{block.prefixlen}, o que o EC2 recusa",
                              f"use de /{LARGEST} a /{SMALLEST}")
        extra = [self.view.value(more, "CidrBlock") for more in self.view.of_type("AWS::EC2::VPCCidrBlock")
                 if self.pointed(more, "VpcId", VPC) in (subnet.vpc, None)]
        wider = [network(block) for block in (self.vpc_block(subnet.vpc), *extra)]
        if own and None not in wider and not any(within(str(own), str(block)) for block in wider):
            yield Missing(where, f"a faixa de `{subnet.id}` não cabe na da VPC", "use uma de dentro de `CidrBlock` da VPC")
        for other in self.subnets.values():
            block = network(self.block(other))
            if own and block and other.id != subnet.id and other.vpc == subnet.vpc and own.version == block.version and own.overlaps(block):
                yield Missing(where, f"as faixas de `{subnet.id}` e `{other.id}` se sobrepõem", "dê a cada uma a sua")

    def _route(self, resource: Resource) -> Route:
        destination = next((found for name in DESTINATIONS if (found := self.view.at(resource, name))), None)
        targets = [(name, found) for name in TARGETS if (found := self.view.at(resource, name))]
        kind, target = targets[0] if len(targets) == 1 else ("", None)
        return Route(resource, self.pointed(resource, "RouteTableId", ROUTE_TABLE), destination, kind, target)

    def _subnet(self, subnet: Resource, explicit: list[Resource], anywhere: bool) -> Subnet:
        vpc = self.pointed(subnet, "VpcId", VPC)
        zone = self.view.value(subnet, "AvailabilityZone")
        if len(explicit) != 1:
            # Duas associações não se implantam; uma de sub-rede desconhecida pode ser a desta.
            return Subnet(subnet, vpc, zone, None, None, not explicit and not anywhere and vpc is not None)
        table = self.pointed(explicit[0], "RouteTableId", ROUTE_TABLE)
        fits = table is not None and vpc is not None and self.pointed(table, "VpcId", VPC) == vpc
        return Subnet(subnet, vpc, zone, explicit[0], table if fits else None, fits)


def network_of(view: View) -> Network:
    """A rede de um mundo, montada uma vez."""
    return view.once("network", lambda: Network(view))


def network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A faixa de endereços escrita em CIDR, ou `None`."""
    return _block(value) if isinstance(value, str) else None


@lru_cache(maxsize=1024)
def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def within(inner: Any, outer: Any) -> bool:
    """As duas são faixas conhecidas e a primeira está toda na segunda."""
    small, large = network(inner), network(outer)
    return bool(small and large and small.version == large.version and small.subnet_of(large))


def distinct_zones(one: Any, other: Any) -> bool | None:
    """As zonas são diferentes; `None` quando são escritas de modos que não se comparam."""
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    if one == other:
        return False
    here = "${AWS::Region}"
    listed = [value.startswith(f"{here}#") for value in (one, other)]
    # `!Sub "${AWS::Region}a"` é uma zona de nome conhecido em toda região em que a pilha se cria.
    literal = ["${" not in value.removeprefix(here) and "#" not in value for value in (one, other)]
    alike = one.startswith(here) == other.startswith(here)
    return True if all(listed) or all(literal) and alike else None
