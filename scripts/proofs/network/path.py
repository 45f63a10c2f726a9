"""Alcance: o caminho de rede entre duas interfaces, salto a salto, como evidências.

Segue os saltos do VPC Reachability Analyzer e usa os códigos dele:
https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html

Uma regra mais larga que a seta (outras portas, endereços de fora da VPC) não serve de prova:
deixaria passar o que o diagrama não mostra.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from scripts.aws.types import VPC
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.security_groups import GroupRule, Peer, rules_of
from scripts.proofs.network.topology import WORLD, Network, Subnet
from scripts.template.cloudformation import Resource


def reach(net: Network, source: Home, target: Home, port: int) -> Iterator[Evidence]:
    """O caminho de uma interface a outra da mesma VPC, numa porta TCP."""
    yield from same_vpc(net, source, target)
    yield from leave(net, source, target.peer(net), port)
    yield from enter(net, target, source.peer(net), port)
    for start, end in product(source.known_subnets(net), target.known_subnets(net)):
        yield from crossing(net, start, end, port)


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
    if len(vpcs) > 1 or "" in vpcs:
        names = " e ".join(f"`{home.resource.id}`" for home in homes)
        yield Missing(at(homes[0].resource), f"{names} não estão numa mesma VPC deste template",
                      "ponha as duas pontas em sub-redes da mesma VPC", "DISCONNECTED_VPCS")


def leave(net: Network, home: Home, peer: Peer, port: int) -> Iterator[Evidence]:
    """Um dos grupos deixa sair para a outra ponta."""
    yield from _pass(net, home, peer, port, False)


def enter(net: Network, home: Home, peer: Peer, port: int) -> Iterator[Evidence]:
    """Um dos grupos deixa entrar da outra ponta."""
    yield from _pass(net, home, peer, port, True)


def _pass(net: Network, home: Home, peer: Peer, port: int, ingress: bool) -> Iterator[Evidence]:
    wide: GroupRule | None = None
    if home.open and not ingress:
        return
    for group in home.known_groups:
        rules = rules_of(net, group, ingress)
        if rules is None:  # a saída padrão da AWS, que não está escrita em linha nenhuma
            yield from carried(net, home, group)
            return
        for rule in rules:
            if rule.group != group or rule.covers(port) is not True or rule.admits(peer, net) is not True:
                continue
            if _fits(rule, peer, port):
                yield from carried(net, home, group)
                yield from rule.lines()
                return
            wide = wide or rule
    yield _wide(wide, peer, port) if wide else _shut(net, home, peer, port, ingress)


def _fits(rule: GroupRule, peer: Peer, port: int) -> bool:
    """A regra não abre mais que a seta; a saída igual à padrão da AWS (tudo, para todos) também serve."""
    everything = not rule.ingress and rule.all_traffic and rule.peers[0][1].value in WORLD
    return everything or (rule.exactly(port) and rule.private(peer))


def carried(net: Network, home: Home, group: str) -> Iterator[Evidence]:
    """O recurso leva o grupo, e o grupo é da VPC dele."""
    yield from home.links
    for written in home.groups:
        if written.value == group:
            yield Found(written.path, f"`{home.resource.id}` leva o grupo `{group}`")
    resource = net.view.resources[group]
    vpc = net.pointed(resource, "VpcId", VPC)
    if vpc and all(subnet.vpc == vpc for subnet in home.known_subnets(net)):
        yield Found(at(resource, "VpcId"), f"`{group}` é da VPC `{vpc.id}`")
    else:
        yield Missing(at(resource, "VpcId"), f"`{group}` não é da VPC de `{home.resource.id}`",
                      "dê ao grupo o `VpcId` das sub-redes", "UNASSOCIATED_COMPONENT")


def _wide(rule: GroupRule, peer: Peer, port: int) -> Missing:
    way, side = ("entrada", "só de") if rule.ingress else ("saída", "só para")
    return Missing(rule.item.path, f"a {way} de `{rule.group}` abre mais que tcp {port} {side} `{peer.name}`",
                   f"feche a regra em tcp {port} e no grupo de `{peer.name}`")


def _shut(net: Network, home: Home, peer: Peer, port: int, ingress: bool) -> Missing:
    verb, side = ("entrar", "de") if ingress else ("sair", "para")
    if not home.known_groups:
        return groupless(home)
    empty = not any(rules_of(net, group, ingress) for group in home.known_groups)
    other = f"o grupo `{peer.groups[0]}`" if peer.groups else f"a faixa de `{peer.name}`"
    return Missing(at(net.view.resources[home.known_groups[0]]), f"{denying(home)} {verb} tcp {port} {side} `{peer.name}`",
                   f"acrescente a regra de {'entrada' if ingress else 'saída'} com {other}",
                   "SG_HAS_NO_RULES" if empty else "ENI_SG_RULES_MISMATCH")


def denying(home: Home) -> str:
    """Os grupos de um recurso, como sujeito do que não deixam fazer."""
    names = " e ".join(f"`{group}`" for group in home.known_groups)
    return f"{names} não {'deixam' if len(home.known_groups) > 1 else 'deixa'}"


def groupless(home: Home) -> Missing:
    return Missing(at(home.resource), f"não se conhecem os grupos de segurança de `{home.resource.id}`",
                   "cite por `!Ref` um grupo deste template", "ENI_SG_RULES_MISMATCH")


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
