"""A rede de um template: VPCs, sub-redes, tabelas de rotas e gateways, como valores.

Entra uma `Resolution`; sai uma `Network`. Perguntas que um valor desconhecido não deixa
responder devolvem `None`: nem sim, nem não. Tabelas de rotas:
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scripts.proofs.facts.reading import Placed, place
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution
from scripts.template.values import SYMBOL

GATEWAY = "AWS::EC2::InternetGateway"
SUBNET = "AWS::EC2::Subnet"
TABLE = "AWS::EC2::RouteTable"
VPC = "AWS::EC2::VPC"
WORLD = ("0.0.0.0/0", "::/0")
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
TARGETS = (
    "GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "InstanceId", "NetworkInterfaceId", "VpcEndpointId",
    "TransitGatewayId", "VpcPeeringConnectionId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
)


@dataclass(frozen=True)
class Route:
    """Uma rota: para onde vai o que tem esse destino. `kind` é a propriedade que diz o alvo."""

    resource: Resource
    table: Resource | None
    destination: Placed | None
    kind: str
    target: Placed | None

    @property
    def everywhere(self) -> bool:
        return bool(self.destination and self.destination.value in WORLD)


@dataclass(frozen=True)
class Subnet:
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
    """Tudo o que se pergunta da rede de um cenário."""

    def __init__(self, resolution: Resolution):
        self.values = resolution
        self.memory: dict[str, Any] = {}  # o que outros módulos leem uma vez por rede

    def named(self, value: Any, *types: str) -> Resource | None:
        """O recurso de um destes tipos que o valor designa: `Ref`, ou `GetAtt` do próprio id."""
        found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
        resource = self.values.resources.get(found[1]) if found else None
        if resource is None or resource.type not in types or found is None:
            return None
        return resource if found[2] in ("", *(f".{name}" for name in _IDS.get(resource.type, ()))) else None

    def property(self, resource: Resource, name: str, *types: str) -> Resource | None:
        """O recurso que uma propriedade designa."""
        written = place(self.values, resource, name)
        return self.named(written.value, *types) if written else None

    def astray(self, resource: Resource, name: str) -> bool:
        """A propriedade não se conhece, e por isso pode designar qualquer recurso do template."""
        written = place(self.values, resource, name)
        return written is None or not isinstance(written.value, str)

    @cached_property
    def routes(self) -> list[Route]:
        return [self._route(resource) for resource in self.values.of_type("AWS::EC2::Route")]

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        explicit: dict[str, list[Resource]] = {}
        anywhere = False
        for association in self.values.of_type("AWS::EC2::SubnetRouteTableAssociation"):
            subnet = self.property(association, "SubnetId", SUBNET)
            anywhere = anywhere or self.astray(association, "SubnetId")
            if subnet:
                explicit.setdefault(subnet.id, []).append(association)
        return {subnet.id: self._subnet(subnet, explicit.get(subnet.id, []), anywhere)
                for subnet in self.values.of_type(SUBNET)}

    @cached_property
    def attachments(self) -> dict[str, Resource]:
        """A ligação de cada VPC ao seu gateway de internet, pelo id lógico da VPC."""
        found = {}
        for attachment in self.values.of_type("AWS::EC2::VPCGatewayAttachment"):
            vpc = self.property(attachment, "VpcId", VPC)
            if vpc and self.property(attachment, "InternetGatewayId", GATEWAY):
                found[vpc.id] = attachment
        return found

    def gateway(self, vpc: Resource | None) -> Resource | None:
        """O gateway de internet ligado a essa VPC."""
        attachment = self.attachments.get(vpc.id) if vpc else None
        return self.property(attachment, "InternetGatewayId", GATEWAY) if attachment else None

    def routes_of(self, subnet: Subnet) -> list[Route]:
        """As rotas da tabela da sub-rede, além da local, que toda tabela tem."""
        return [route for route in self.routes if subnet.table and route.table == subnet.table]

    @cached_property
    def loose_routes(self) -> list[Route]:
        """As rotas de tabela que não se conhece: podem ser de qualquer uma."""
        return [route for route in self.routes if self.astray(route.resource, "RouteTableId")]

    def route_out(self, subnet: Subnet, kind: str, target: Resource) -> Route | None:
        """A rota para qualquer endereço IPv4 por esse alvo, se é ela que vale na sub-rede."""
        found = [route for route in self.routes_of(subnet)
                 if route.destination and route.destination.value == "0.0.0.0/0"]
        if len(found) != 1 or found[0].kind != kind or found[0].target is None:
            return None  # duas rotas com o mesmo destino: o EC2 recusa a segunda
        return found[0] if self.named(found[0].target.value, target.type) == target else None

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
        if found and found[1] in self.values.resources:
            return self.values.resources[found[1]].type == GATEWAY
        if isinstance(value, str) and not found:
            return value.startswith("igw-") or (None if "${" in value else False)
        return None

    def block(self, subnet: Subnet) -> str | None:
        """A faixa IPv4 da sub-rede."""
        value = self.values.property(subnet.resource, "CidrBlock")
        return value if network(value) else None

    def vpc_block(self, vpc: Resource | None) -> str | None:
        value = self.values.property(vpc, "CidrBlock") if vpc else None
        return value if network(value) else None

    def _route(self, resource: Resource) -> Route:
        destination = next((found for name in DESTINATIONS if (found := place(self.values, resource, name))), None)
        targets = [(name, found) for name in TARGETS if (found := place(self.values, resource, name))]
        kind, target = targets[0] if len(targets) == 1 else ("", None)
        return Route(resource, self.property(resource, "RouteTableId", TABLE), destination, kind, target)

    def _subnet(self, subnet: Resource, explicit: list[Resource], anywhere: bool) -> Subnet:
        vpc = self.property(subnet, "VpcId", VPC)
        zone = self.values.property(subnet, "AvailabilityZone")
        if len(explicit) != 1:
            # Duas associações não se implantam; uma de sub-rede desconhecida pode ser a desta.
            return Subnet(subnet, vpc, zone, None, None, not explicit and not anywhere and vpc is not None)
        table = self.property(explicit[0], "RouteTableId", TABLE)
        fits = table is not None and vpc is not None and self.property(table, "VpcId", VPC) == vpc
        return Subnet(subnet, vpc, zone, explicit[0], table if fits else None, fits)


# Os atributos de `Fn::GetAtt` que devolvem o mesmo id que `Ref`.
_IDS = {
    SUBNET: ("SubnetId",), VPC: ("VpcId",), TABLE: ("RouteTableId",), GATEWAY: ("InternetGatewayId",),
    "AWS::EC2::EIP": ("AllocationId",),
    "AWS::EC2::Instance": ("InstanceId",),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateId",),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::EC2::NetworkAcl": ("Id",),
    "AWS::EC2::NetworkInterface": ("Id",),
    "AWS::EC2::PrefixList": ("PrefixListId",),
    "AWS::EC2::SecurityGroup": ("GroupId",),
    "AWS::EC2::VPCEndpoint": ("Id",),
    "AWS::EC2::Volume": ("VolumeId",),
    "AWS::ElasticLoadBalancingV2::Listener": ("ListenerArn",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("LoadBalancerArn",),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("TargetGroupArn",),
}


def network_of(resolution: Resolution) -> Network:
    """A rede de um cenário, montada uma vez."""
    # A resolução não serve de chave (guarda um dicionário); a rede fica com ela, como uma
    # `cached_property`.
    kept = vars(resolution)
    if "network" not in kept:
        kept["network"] = Network(resolution)
    return kept["network"]


def network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A faixa de endereços escrita em CIDR, ou `None`."""
    try:
        return ipaddress.ip_network(value) if isinstance(value, str) else None
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
    listed = [value.startswith("${AWS::Region}#") for value in (one, other)]
    literal = ["${" not in value for value in (one, other)]
    return True if all(listed) or all(literal) else None
