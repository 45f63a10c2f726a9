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

from scripts.proofs.evidence import Evidence, Found, Missing, at
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
    """A rota local liga as sub-redes da VPC, a menos que outra, mais específica, desvie o que vai à outra ponta.

    De cada rota que pode desviar, `False` se com certeza passa à frente da local para toda a outra ponta, e `None` se não se sabe.
    https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
    """
    target = network(net.block(end))
    for route in [*net.routes_of(start), *net.loose_routes]:
        said = route.destination.value if route.destination else None
        block = network(said)
        meets = block is None or target is None or block.version == target.version and block.overlaps(target)
        if meets and said not in WORLD and not str(said).startswith(("pl-", "${Parameters.")):
            whole = network(net.vpc_block(start.vpc))
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
        yield Missing(at(subnet.resource), f"`{subnet.id}` não tem rota 0.0.0.0/0 por `{target.id}`",
                      f"associe-a a uma tabela com uma rota `{kind}: !Ref {target.id}`", "NO_ROUTE_TO_DESTINATION")
        return
    table = route.table.id if route.table else ""
    yield Found(at(subnet.association, "SubnetId"), f"vale em `{subnet.id}`")
    yield Found(at(subnet.association, "RouteTableId"), f"a tabela de rotas `{table}`")
    yield Found(("Resources", table, "Properties", "VpcId"), "a tabela é da mesma VPC")
    yield Found(at(route.resource, "RouteTableId"), f"a rota é da tabela `{table}`")
    yield Found(route.destination.path, "o que vai para fora da VPC")
    yield Found(at(route.resource, kind), f"sai por `{target.id}`")
