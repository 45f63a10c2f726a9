"""Alcance: o caminho de rede entre duas interfaces, salto a salto, como evidências.

Segue os saltos do VPC Reachability Analyzer e usa os códigos dele:
https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html

Uma entrada mais larga que a seta (outras portas, endereços de fora da VPC) não serve de prova:
deixaria passar o que o diagrama não mostra. Uma saída serve se é na porta da seta e vale para toda a
outra ponta: quem decide o que chega lá é a entrada.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from scripts.proofs.evidence import Evidence, Found, Missing, at, readable
from scripts.proofs.facts.expect import true
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.peers import Peer, through
from scripts.proofs.network.topology import WORLD, Network, Subnet, network, within
from scripts.template.cloudformation import Resource


def reach(net: Network, source: Home, target: Home, port: int) -> Iterator[Evidence]:
    """O caminho de uma interface a outra da mesma VPC, numa porta TCP."""
    yield from same_vpc(net, source, target)
    yield from through(net, source, peer_of(net, target), port, ingress=False)
    yield from through(net, target, peer_of(net, source), port, ingress=True)
    for start, end in product(source.known_subnets(net), target.known_subnets(net)):
        yield from _local(net, start, end)
        yield from _local(net, end, start)
        yield from crossing(net, start, end, port)


def _local(net: Network, start: Subnet, end: Subnet) -> Iterator[Missing]:
    """O defeito de cada rota que desvia, ou pode desviar, o que a local levaria de uma sub-rede à outra."""
    yield from (missing for _, missing in diverting(net, start, end))


def diverting(net: Network, start: Subnet, end: Subnet) -> Iterator[tuple[bool | None, Missing]]:
    """A rota local liga as sub-redes da VPC, a menos que outra, mais específica, desvie o que vai à outra ponta; uma mais larga, não.

    De cada rota que pode desviar, `False` se com certeza passa à frente da local para toda a outra ponta, e `None` se não se sabe.
    https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
    """
    target = network(net.block(end))
    for route in [*net.routes_of(start), *net.loose_routes]:
        said = route.destination.value if route.destination else None
        block = network(said)
        meets = block is None or target is None or block.version == target.version and block.overlaps(target)
        whole = network(net.vpc_block(start.vpc))
        inside = block != whole and within(str(whole), said) and within(net.block(end), str(whole))
        if meets and not inside and said not in WORLD and not str(said).startswith(("pl-", "${Parameters.")):
            certain = route.table is not None and whole not in (None, block) and within(said, str(whole)) and within(net.block(end), said)
            yield False if certain else None, Missing(
                at(route.resource), f"`{route.resource.id}` {'desvia' if certain else 'pode desviar'} o que vai de `{start.id}` a `{end.id}`",
                "tire a rota: a local já liga as duas", "MORE_SPECIFIC_ROUTE")


def named(net: Network, home: Home) -> Iterator[Missing]:
    """A VPC resolve nomes: sem o DNS dela, ninguém acha o banco nem os serviços da AWS pelo nome."""
    for vpc in {subnet.vpc.id: subnet.vpc for subnet in home.known_subnets(net) if subnet.vpc}.values():
        said = net.view.at(vpc, "EnableDnsSupport")
        if said and not true(said.value):
            yield Missing(said.path, f"`{vpc.id}` não resolve nomes", "use `EnableDnsSupport: true`")


def peer_of(net: Network, home: Home) -> Peer:
    """Como as regras dos grupos veem este recurso."""
    subnets = home.known_subnets(net)
    blocks = tuple(block for subnet in subnets if (block := net.block(subnet)))
    vpc_block = net.vpc_block(subnets[0].vpc) if subnets else None
    return Peer(home.resource.id, home.known_groups, blocks if len(blocks) == len(home.subnets) else (), vpc_block)


def same_vpc(net: Network, *homes: Home) -> Iterator[Evidence]:
    """Todas as sub-redes se conhecem e são de uma VPC só, onde a rota local liga todas."""
    vpcs: dict[str, None] = {}
    for home in homes:
        lost = len(home.known_subnets(net)) != len(home.subnets) or not home.subnets
        if lost:
            yield Missing(at(home.resource), f"`{home.resource.id}` não vive em sub-redes conhecidas, ou não na do desenho",
                          "cite por `!Ref` sub-redes deste template, e desenhe-o nelas", "UNASSOCIATED_COMPONENT")
            continue
        for subnet in home.known_subnets(net):
            vpcs[subnet.vpc.id if subnet.vpc else ""] = None
            if subnet.vpc:
                yield Found(at(subnet.resource, "VpcId"), f"`{subnet.id}` é da VPC `{subnet.vpc.id}`")
            yield from net.misfit(subnet)
    if len(vpcs) > 1 or "" in vpcs:
        names = " e ".join(f"`{home.resource.id}`" for home in homes)
        yield Missing(at(homes[0].resource), f"{names} não estão numa mesma VPC deste template",
                      "ponha as duas pontas em sub-redes da mesma VPC", "DISCONNECTED_VPCS")


def attachment(net: Network, vpc: Resource | None, gateway: Resource | None = None) -> Iterator[Evidence]:
    """O gateway de internet está ligado à VPC."""
    found = net.attachments.get(vpc.id) if vpc else None
    if found and vpc and gateway in (None, net.gateway(vpc)):
        yield Found(at(found, "VpcId"), f"o gateway está ligado à VPC `{vpc.id}`")
        yield Found(at(found, "InternetGatewayId"), "é o gateway de internet dela")
        return
    where = gateway or vpc
    name = f"`{gateway.id}` não" if gateway else "nenhum gateway de internet"
    yield Missing(at(where) if where else ("Resources",), f"{name} está ligado à VPC{f' `{vpc.id}`' if vpc else ''}",
                  "acrescente um `AWS::EC2::VPCGatewayAttachment`", "UNASSOCIATED_COMPONENT")


def way_out(net: Network, subnet: Subnet, kind: str, target: Resource) -> Iterator[Evidence]:
    """A tabela que vale na sub-rede manda tudo o que é de fora por esse alvo."""
    route = net.route_out(subnet, kind, target)
    if route is None or subnet.association is None or route.destination is None:
        yield _routeless(net, subnet, kind, target)
        return
    table = route.table.id if route.table else ""
    yield Found(at(subnet.association, "SubnetId"), f"vale em `{subnet.id}`")
    yield Found(at(subnet.association, "RouteTableId"), f"a tabela de rotas `{table}`")
    yield Found(("Resources", table, "Properties", "VpcId"), "a tabela é da mesma VPC")
    yield Found(at(route.resource, "RouteTableId"), f"a rota é da tabela `{table}`")
    yield Found(route.destination.path, "o que vai para fora da VPC")
    yield Found(at(route.resource, kind), f"sai por `{target.id}`")


def _routeless(net: Network, subnet: Subnet, kind: str, target: Resource) -> Missing:
    """O que falta para a sub-rede sair por esse alvo: a rota dela só leva uma parte, ela é de outro uso, ou não tem rota nenhuma."""
    need, code = f"`{subnet.id}` não tem rota 0.0.0.0/0 por `{target.id}`", "NO_ROUTE_TO_DESTINATION"
    others = net.routes_of(subnet)
    partly = next((route for route in others if route.kind == kind and route.destination
                   and net.view.points(route.target, target.type) == target), None)
    if partly and partly.destination and partly.destination.value != WORLD[0]:
        return Missing(partly.destination.path, f"{need}: `{partly.resource.id}` só leva {readable(partly.destination.value)}",
                       f"use `DestinationCidrBlock: {WORLD[0]}`", code)
    private = next((route for route in others if route.kind != kind and route.target
                    and route.destination and route.destination.value == WORLD[0]), None)
    if private and kind == "GatewayId":
        return Missing(at(subnet.resource), f"{need}: ela é privada, e sai por `{private.resource.id}`",
                       "ponha numa sub-rede pública o que precisa do gateway, e deixe a rota dela como está", code)
    how = f"associe-a a uma tabela com uma rota `{kind}: !Ref {target.id}`"
    public = kind == "GatewayId" and any(net.route_out(other, kind, target) for other in net.subnets.values())
    moved = f"ponha numa sub-rede pública o que precisa do gateway; se é esta que devia ser pública, {how}"
    return Missing(at(subnet.resource), need, moved if public else how, code)
