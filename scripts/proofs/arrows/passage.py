"""Passagem: como quem vive numa VPC chega a um serviço da AWS, que está fora dela.

Cada sub-rede precisa de um caminho: um endpoint de VPC do serviço, o NAT gateway, ou o gateway
de internet para quem tem endereço público. Quem não vive numa VPC não precisa de nenhum.
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scripts.aws.catalog import ARN
from scripts.aws.types import FUNCTION, INSTANCE_PROFILE, NAT_GATEWAY, ROLE, VPC, VPC_ENDPOINT
from scripts.proofs.arrows.egress import elastic
from scripts.proofs.arrows.registry import Case
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import true
from scripts.proofs.identity.evaluation import Request, decide_endpoint, lines, through
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.interfaces_by_type import drawn_home, home_of
from scripts.proofs.network.internet import leave_to_world, public_address, public_subnets
from scripts.proofs.network.path import named, reach, same_vpc, way_out
from scripts.proofs.network.topology import Network, Subnet
from scripts.template.cloudformation import Resource

HTTPS = 443
ORIGIN = ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceIp", "aws:VpcSourceIp")
"""O que um pedido diz da rede de onde vem: os da VPC, só por um endpoint."""


def passage(case: Case, workload: Resource, service: str, request: Request) -> Iterator[Evidence]:
    """O caminho de rede da aplicação ao serviço; `service` é como o endpoint o chama (`sqs`)."""
    net = case.net
    home = home_of(net, workload)
    if home and not (workload.type == FUNCTION and case.view.at(workload, "VpcConfig") is None):
        yield from to_service(net, drawn_home(net, case.diagram, case.edge.tail, home), service, request)


def origin(case: Case, workload: Resource, service: str) -> dict[str, str | None]:
    """O que se sabe que o pedido diz da rede de onde vem, com `None` no que ele não leva."""
    net = case.net
    home = home_of(net, workload)
    if home is None:
        return {}
    if workload.type == FUNCTION and case.view.at(workload, "VpcConfig") is None:
        return dict.fromkeys(ORIGIN[:2])
    lived = drawn_home(net, case.diagram, case.edge.tail, home)
    subnets = lived.known_subnets(net)
    if not subnets or len(subnets) != len(lived.subnets):
        return {}
    with case.view.reading():  # o caminho mesmo, quem o prova é `passage`
        taken = [next((one for one in endpoints(net, service) if _takes_over(net, subnet, one)), None) for subnet in subnets]
        said = [through(net.view, one) if one else dict.fromkeys(("aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")) for one in taken]
    return {name: value for name, value in said[0].items() if all(other.get(name, "") == value for other in said)}


def endpoints(net: Network, service: str) -> Iterator[Resource]:
    """Os endpoints que o template tem desse serviço."""
    for endpoint in net.view.of_type(VPC_ENDPOINT):
        if net.view.spelled(net.view.value(endpoint, "ServiceName")) == net.view.spelled(f"com.amazonaws.${{AWS::Region}}.{service}"):
            yield endpoint


def to_service(net: Network, home: Home, service: str, request: Request) -> Iterator[Evidence]:
    """O caminho de cada sub-rede em que a aplicação vive até o serviço."""
    yield from home.lines()
    yield from same_vpc(net, home)
    yield from named(net, home)
    for subnet in home.known_subnets(net):
        yield from _first(net, home, subnet, service, request)


def _first(net: Network, home: Home, subnet: Subnet, service: str, request: Request) -> Iterator[Evidence]:
    """O primeiro caminho completo; sem nenhum, o que falta: ao caminho a que falta uma coisa só, ou um caminho."""
    evidence = net.view.complete(ways(net, home, subnet, service, request))
    lost = [piece for piece in evidence if isinstance(piece, Missing)]
    if evidence and not lost:
        yield from evidence
        return
    need = f"`{home.resource.id}`, em `{subnet.id}`, não chega a `{service}` pela rede"
    if len(lost) == 1:
        yield replace(lost[0], need=f"{need}: {lost[0].need}", root=lost[0].need)
        return
    yield Missing(at(subnet.resource), need, f"crie um endpoint de VPC de `{service}`, ou uma rota 0.0.0.0/0 e a saída de tcp 443",
                  "NO_ROUTE_TO_DESTINATION")


def ways(net: Network, home: Home, subnet: Subnet, service: str, request: Request) -> Iterator[Iterator[Evidence]]:
    """Cada caminho que o template tem da sub-rede ao serviço, inteiro ou não."""
    for endpoint in endpoints(net, service):
        yield _by_endpoint(net, home, subnet, endpoint, request)
        if _takes_over(net, subnet, endpoint):
            return
    yield from exits(net, home, subnet, HTTPS)


def exits(net: Network, home: Home, subnet: Subnet, port: int) -> Iterator[Iterator[Evidence]]:
    """Cada caminho que o template tem da sub-rede à internet, inteiro ou não: por um NAT, ou pelo gateway de internet."""
    for nat in net.view.of_type(NAT_GATEWAY):
        yield _by_nat(net, home, subnet, nat, port)
    if home.resource.type != FUNCTION:  # a interface de uma função nunca tem endereço público
        yield _by_gateway(net, home, port)


def _by_endpoint(net: Network, home: Home, subnet: Subnet, endpoint: Resource, request: Request) -> Iterator[Evidence]:
    kind = net.view.at(endpoint, "VpcEndpointType")
    yield Found(at(endpoint, "ServiceName"), "o endpoint é deste serviço")
    yield from _same_vpc(net, subnet, endpoint)
    yield from _policy(net, endpoint, request)
    if kind is None or kind.value == "Gateway":
        yield from _listed(net, subnet, endpoint)
        yield from leave_to_world(net, home, HTTPS)
    elif kind.value == "Interface" and true(net.view.value(endpoint, "PrivateDnsEnabled")):
        yield Found(kind.path, "o endpoint tem interfaces na VPC")
        yield Found(at(endpoint, "PrivateDnsEnabled"), "o nome do serviço leva a elas")
        yield from _hostnames(net, subnet)
        target = home_of(net, endpoint)
        yield from reach(net, home, target, HTTPS) if target else ()
    else:
        yield Missing(at(endpoint), f"`{endpoint.id}` não atende pelo nome do serviço", "ligue `PrivateDnsEnabled`")


def _hostnames(net: Network, subnet: Subnet) -> Iterator[Evidence]:
    """O nome privado do endpoint só vale numa VPC que também dá nomes às máquinas, o que não é o padrão.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    said = net.view.at(subnet.vpc, "EnableDnsHostnames") if subnet.vpc else None
    if said and true(said.value):
        yield Found(said.path, "a VPC resolve o nome privado do endpoint")
    elif subnet.vpc:
        yield Missing(at(subnet.vpc), f"`{subnet.vpc.id}` não resolve o nome privado do endpoint", "use `EnableDnsHostnames: true`")


def _takes_over(net: Network, subnet: Subnet, endpoint: Resource) -> bool:
    """Numa VPC com o endpoint do serviço, é por ele que se vai: a sub-rede que não o usa foi esquecida."""
    gateway = net.view.value(endpoint, "VpcEndpointType") in (None, "Gateway")
    named = gateway or true(net.view.value(endpoint, "PrivateDnsEnabled"))
    return named and not any(isinstance(piece, Missing) for piece in _same_vpc(net, subnet, endpoint))


def _same_vpc(net: Network, subnet: Subnet, endpoint: Resource) -> Iterator[Evidence]:
    written = net.view.at(endpoint, "VpcId")
    vpc = net.pointed(endpoint, "VpcId", VPC)
    if written and vpc and vpc == subnet.vpc:
        yield Found(written.path, f"o endpoint é da VPC `{vpc.id}`")
    else:
        yield Missing(at(endpoint, "VpcId"), f"`{endpoint.id}` não é da VPC de `{subnet.id}`", "corrija o `VpcId`")


def _policy(net: Network, endpoint: Resource, request: Request) -> Iterator[Evidence]:
    if net.view.at(endpoint, "PolicyDocument") is None:
        return
    decision = decide_endpoint(request, endpoint)
    if decision.granted and decision.allowed:
        yield from lines(decision.allowed, request)
    else:
        refusing, hint = _refusing(net, endpoint)
        yield Missing(at(endpoint, "PolicyDocument"), f"a política de `{endpoint.id}` não deixa passar `{request.action}`{refusing}", hint)


def _refusing(net: Network, endpoint: Resource) -> tuple[str, str]:
    """A condição que compara `aws:PrincipalArn` com o ARN do que não é um papel, e por isso nunca casa; e como consertar a política.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    for item in net.view.items(endpoint, "PolicyDocument", "Statement"):
        condition = net.view.inside(item, "Condition")
        for _, named in net.view.parts(condition) if condition else ():
            arn = net.view.inside(named, "aws:PrincipalArn")
            owner = net.view.points(arn, INSTANCE_PROFILE, by=(ARN,)) if arn else None
            if owner:
                roles = [role.id for item in net.view.items(owner, "Roles") if (role := net.view.points(item, ROLE))]
                return (f": `aws:PrincipalArn` é o ARN do papel, e a condição o compara com o de `{owner.id}`, um perfil de instância",
                        f"deixe a condição, com `!GetAtt {roles[0]}.Arn`" if roles else "deixe a condição, com o ARN do papel que o perfil leva")
    return "", "corrija-a"


def _listed(net: Network, subnet: Subnet, endpoint: Resource) -> Iterator[Evidence]:
    """A tabela de rotas da sub-rede leva ao endpoint."""
    for item in net.view.items(endpoint, "RouteTableIds"):
        if subnet.table and subnet.association and net.view.points(item.value, subnet.table.type) == subnet.table:
            yield Found(item.path, f"a tabela `{subnet.table.id}` leva ao endpoint")
            yield Found(at(subnet.association, "SubnetId"), f"vale em `{subnet.id}`")
            yield Found(at(subnet.association, "RouteTableId"), f"a tabela de rotas `{subnet.table.id}`")
            return
    yield Missing(at(endpoint, "RouteTableIds"), f"a tabela de `{subnet.id}` não leva a `{endpoint.id}`", "acrescente-a",
                  "NO_ROUTE_TO_DESTINATION")


def _by_nat(net: Network, home: Home, subnet: Subnet, nat: Resource, port: int) -> Iterator[Evidence]:
    yield from way_out(net, subnet, "NatGatewayId", nat)
    target = home_of(net, nat)
    yield from public_subnets(net, target, None) if target else ()
    yield from elastic(net, nat)
    yield from leave_to_world(net, home, port)


def _by_gateway(net: Network, home: Home, port: int) -> Iterator[Evidence]:
    yield from public_subnets(net, replace(home, links=()), None)
    yield from public_address(net, home)
    yield from leave_to_world(net, home, port)
