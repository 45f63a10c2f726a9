"""O caminho pela rede, salto a salto: entre dois recursos da VPC, da internet para dentro, e de dentro para a internet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from scripts.aws.types import BALANCER, INTERNET_GATEWAY, NAT_GATEWAY, SECURITY_GROUP
from scripts.proofs.arrows.passage import exits
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import false, true
from scripts.proofs.identity.conditions import Answer
from scripts.proofs.network.acls import legs
from scripts.proofs.network.exposure import ways_in
from scripts.proofs.network.interfaces import BY_SUBNET, Home
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.internet import admitted, public_address
from scripts.proofs.network.path import attachment, diverting, peer_of, same_vpc, way_out
from scripts.proofs.network.peers import INTERNET, Peer, through
from scripts.proofs.network.security_groups import GroupRule, all_rules, worldly
from scripts.proofs.network.topology import Network, Subnet
from scripts.proofs.trails.hops import Hop, nearest, passed, refused, told
from scripts.template.cloudformation import Resource
from scripts.template.values import Path, Unknown

JOINING = ("VpcPeeringConnectionId", "TransitGatewayId", "CoreNetworkArn")
"""Os alvos de rota que ligam uma VPC a outra, o que aqui não se segue."""
EGRESS = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"


def between(net: Network, source: Home, target: Home, port: int) -> Iterator[Hop]:
    """De um recurso da VPC a outro: a VPC, o grupo de quem sai, rota e ACL de cada par de sub-redes, e o grupo de quem recebe."""
    yield from _placed(net, source, target)
    yield from grouped(net, source, peer_of(net, target), port, False, target)
    for start, end in product(source.known_subnets(net), target.known_subnets(net)):
        yield from _routed(net, start, end)
        yield from filtered(net, start, end, port)
    yield from grouped(net, target, peer_of(net, source), port, True, source)


def inward(net: Network, home: Home, gateway: Resource | None, port: int) -> Iterator[Hop]:
    """Da internet a um recurso: o gateway, a rota de volta, o endereço público, a ACL e o grupo."""
    subnets = home.known_subnets(net)
    vpc = subnets[0].vpc if subnets else None
    yield from _placed(net, home)
    joined = f"o gateway de internet está ligado a `{vpc.id if vpc else ''}`"
    yield from _joined(joined, net, attachment(net, vpc, gateway), None if vpc is None else False)
    found = gateway or net.gateway(vpc)
    for subnet in subnets if found else ():
        maybe = net.public(subnet) is None or any(True for _ in ways_in(net, subnet, ()))
        answers = f"`{subnet.id}` responde à internet por `{found.id}`"
        yield from _joined(answers, net, way_out(net, subnet, "GatewayId", found), None if maybe else False)
    unsure = isinstance(home.public.value, Unknown) or home.public.value == BY_SUBNET and any(map(lambda each: _hazy(net, each), subnets))
    yield from told(net.view, public_address(net, home), None if unsure else False)
    world = admitted(net, home, port)
    for subnet in subnets:
        yield from filtered(net, None, subnet, port, world)
    yield from grouped(net, home, INTERNET, port, True)


def outward(net: Network, home: Home, port: int) -> Iterator[Hop]:
    """De um recurso da VPC à internet: o grupo, a ACL, e o NAT ou o gateway de internet de cada sub-rede."""
    yield from _placed(net, home)
    yield from grouped(net, home, INTERNET, port, False)
    for subnet in home.known_subnets(net):
        yield from filtered(net, subnet, None, port)
        way = nearest(exits(net, home, subnet, port))
        missing = [piece for piece in way if isinstance(piece, Missing) and not piece.excess]
        if not way:
            yield Hop(False, f"`{subnet.id}` não tem por onde sair para a internet", (at(subnet.resource),),
                      "dê-lhe uma rota 0.0.0.0/0 por um NAT gateway", "NO_ROUTE_TO_DESTINATION")
        elif not missing:
            yield passed(f"`{subnet.id}` sai para a internet por `{_exit(net, way)}`", way, *_routes(way))
            yield from relayed(net, way, port)
        for piece in missing:
            if not _of_groups(piece):  # o que os grupos recusam já está dito
                code = EGRESS if piece.code == "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS" else piece.code
                yield refused(net.view, Missing(piece.path, piece.need, piece.hint, code), None if net.loose_routes or not subnet.known else False)


def relayed(net: Network, way: list[Evidence], port: int) -> Iterator[Hop]:
    """As ACLs da sub-rede do NAT por onde se sai, se é por um."""
    relay = home_of(net, net.view.resources.get(_exit(net, way)))
    for subnet in relay.known_subnets(net) if relay else ():
        yield from filtered(net, subnet, None, port)


def _exit(net: Network, way: list[Evidence]) -> str:
    """O NAT, ou o gateway de internet, por onde se sai."""
    names = [str(net.view.resources[str(path[1])].id) for path in (piece.path for piece in way) if str(path[1]) in net.view.resources]
    nats = [name for name in names if net.view.resources[name].type == NAT_GATEWAY]
    return next(iter(nats), next(iter(_gateways(net, way)), ""))


def _gateways(net: Network, way: list[Evidence]) -> list[str]:
    routes = {route.resource.id: route for route in net.routes}
    targets = [routes[str(path[1])].target for path in _routes(way)]
    return [found.id for target in targets if target and (found := net.view.points(target, INTERNET_GATEWAY))]


def _routes(way: list[Evidence]) -> list[Path]:
    """As linhas das rotas por onde se sai, a da própria sub-rede primeiro."""
    return [piece.path for piece in way if isinstance(piece, Found) and piece.text.startswith("sai por")]


def grouped(net: Network, home: Home, peer: Peer, port: int, ingress: bool, other: Home | None = None) -> Iterator[Hop]:
    """Um dos grupos de segurança deixa a porta entrar ou sair; `None` quando uma regra, ou um grupo da outra ponta, que não se conhece
    pode fazer que deixe."""
    name, verb = home.resource.id, "entrar" if ingress else "sair"
    if home.open and not ingress:
        yield Hop(True, f"`{name}` sai por um grupo do próprio serviço, que deixa sair tudo", (at(home.resource),))
        return
    if not home.groups and (home.resource.type == NAT_GATEWAY or _passive(net, home.resource)):
        yield Hop(True, f"`{name}` não tem grupo de segurança que o limite", (at(home.resource),))
        return
    pieces = list(through(net, home, peer, port, ingress))
    lost = [piece for piece in pieces if isinstance(piece, Missing) and not piece.excess]
    wide = [piece.path for piece in pieces if isinstance(piece, Missing) and piece.excess]
    if not lost:
        way = "entrada" if ingress else "saída"
        rules = [piece.path for piece in pieces if isinstance(piece, Found) and piece.text.startswith(way)]
        rules = sorted(rules, key=lambda path: path[-1] != "FromPort")  # a linha que se quer ver é a da porta
        extra = ", por uma regra mais larga que isso" if wide else "" if rules else ", como em todo grupo sem saída escrita"
        yield passed(f"o grupo de `{name}` deixa {verb} tcp {port} {_side(peer, ingress)}{extra}", pieces, *wide, *rules)
        return
    for missing in lost:
        doubt = _doubt(net, home, peer, port, ingress, other) if _of_groups(missing) else None
        yield doubt or refused(net.view, missing)


def _side(peer: Peer, ingress: bool) -> str:
    """De quem se entra, ou para quem se sai, como se lê numa frase."""
    if peer is INTERNET:
        return "da internet" if ingress else "para a internet"
    return f"{'de' if ingress else 'para'} `{peer.name}`"


def _of_groups(missing: Missing) -> bool:
    return missing.code in ("ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES")


def _passive(net: Network, resource: Resource) -> bool:
    """Um balanceador de rede que nasce sem grupo nunca tem um."""
    return resource.type == BALANCER and net.view.value(resource, "Type") == "network"


def _doubt(net: Network, home: Home, peer: Peer, port: int, ingress: bool, other: Home | None) -> Hop | None:
    """O grupo ou a regra que não se conhece, e que pode deixar passar."""
    for end in (home, other) if other else (home,):
        strange = next((group for group in end.groups if isinstance(group.value, Unknown)), None)
        if strange or end is home and not end.groups:
            return Hop(None, f"não se conhecem todos os grupos de segurança de `{end.resource.id}`", (strange.path if strange else at(end.resource),),
                       "cite por `!Ref` um grupo deste template")
    for rule in all_rules(net):
        owned = rule.group in home.known_groups or rule.group not in net.view.resources
        if rule.ingress == ingress and owned and rule.covers(port) is not False and _may_admit(net, rule, peer):
            return Hop(None, f"não se sabe se a regra de {'entrada' if ingress else 'saída'} de `{rule.group or 'um grupo desconhecido'}` vale para "
                       f"tcp {port} {_side(peer, ingress)}", (rule.item.path,), "escreva o valor por extenso, ou cite um grupo")
    return None


def _may_admit(net: Network, rule: GroupRule, peer: Peer) -> bool:
    if peer is INTERNET and not rule.ingress:  # a internet inteira não cabe na regra, mas parte dela cabe
        return len(rule.peers) != 1 or net.view.points(rule.peers[0][1], SECURITY_GROUP) is None and worldly(net, rule.peers[0][1].value) is not False
    return peer.admitted(rule, net) is not False


def _placed(net: Network, *homes: Home) -> Iterator[Hop]:
    """As pontas vivem em sub-redes conhecidas, de uma VPC só."""
    pieces = list(same_vpc(net, *homes))
    subnets = [subnet for home in homes for subnet in home.known_subnets(net)]
    joined = any(subnet.vpc is None for subnet in subnets) or any(route.kind in JOINING for route in net.routes)
    for piece in pieces:
        if isinstance(piece, Missing):
            unknown = piece.code == "UNASSOCIATED_COMPONENT" or piece.code == "DISCONNECTED_VPCS" and joined
            yield refused(net.view, piece, None if unknown else False)
    if not any(isinstance(piece, Missing) for piece in pieces) and len(homes) > 1:
        yield passed(f"`{homes[0].resource.id}` e `{homes[1].resource.id}` vivem na mesma VPC", pieces)


def _routed(net: Network, start: Subnet, end: Subnet) -> Iterator[Hop]:
    if start == end:
        yield Hop(True, f"as duas pontas estão em `{start.id}`", (at(start.resource),))
        return
    doubts = [refused(net.view, missing, answer) for answer, missing in (*diverting(net, start, end), *diverting(net, end, start))]
    yield from doubts or [Hop(True, f"a rota local liga `{start.id}` a `{end.id}`", (at(start.resource, "VpcId"), at(end.resource, "VpcId")))]


def filtered(net: Network, start: Subnet | None, end: Subnet | None, port: int, world: str = "") -> Iterator[Hop]:
    """As ACLs, na ida e na volta; `world` é a parte da internet de que se trata, se ela é uma das pontas."""
    crossed = list(legs(net, start, end, port, world))
    pieces = [piece for _, found in crossed for piece in found]
    names = " e ".join(f"`{subnet.id}`" for subnet in (start, end) if subnet)
    refusals = [refused(net.view, piece, answer) for answer, found in crossed for piece in found if isinstance(piece, Missing)]
    written = [piece.path for piece in pieces if isinstance(piece, Found)]
    if crossed and not refusals:
        kind = "a ACL de rede" if written else "a ACL padrão"
        subnet = end or start
        yield passed(f"{kind} deixa ir e voltar, em {names}", pieces, *(() if written or not subnet else (at(subnet.resource),)))
    yield from refusals


def _joined(text: str, net: Network, pieces: Iterator[Evidence], answer: Answer) -> Iterator[Hop]:
    """Um salto só, se nada falta; senão, um por falta."""
    found = list(pieces)
    lost = [piece for piece in found if isinstance(piece, Missing)]
    yield from [refused(net.view, piece, answer) for piece in lost] or [passed(text, found)]


def _hazy(net: Network, subnet: Subnet) -> bool:
    """Não se sabe se a sub-rede dá endereço público a quem nasce nela."""
    mapped = net.view.at(subnet.resource, "MapPublicIpOnLaunch")
    return mapped is not None and not true(mapped.value) and not false(mapped.value)
