"""Quem alcança quem pela rede de um template, e por onde: as regras dos grupos, os pares e a internet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from scripts.aws.types import SECURITY_GROUP
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.acls import passes
from scripts.proofs.network.exposure import internet_paths
from scripts.proofs.network.interfaces import HOMES, Home
from scripts.proofs.network.interfaces_by_type import lived
from scripts.proofs.network.path import peer_of
from scripts.proofs.network.peers import INTERNET, Peer
from scripts.proofs.network.security_groups import GroupRule, rules_of
from scripts.proofs.network.topology import Network, network_of
from scripts.review.facts import Opening

Fact = TypeVar("Fact", bound=Hashable)
ALL = (0, 65535)
ANYWHERE = "0.0.0.0/0"
ABROAD = "a internet"
LEAVING = ("GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId")
NAMES = {"6": "tcp", "17": "udp", "tcp": "tcp", "udp": "udp"}


def by_world(views: Views, tell: Callable[[View], Iterator[Fact]]) -> dict[Fact, frozenset[int]]:
    """O que `tell` diz de cada mundo, com os mundos (pela posição) em que vale."""
    found: dict[Fact, set[int]] = {}
    for index, view in enumerate(views.each):
        for fact in tell(view):
            found.setdefault(fact, set()).add(index)
    return {fact: frozenset(where) for fact, where in found.items()}


def openings(view: View) -> Iterator[Opening]:
    """As regras de cada grupo; a saída que ninguém escreveu é a da AWS, que deixa sair tudo."""
    net = network_of(view)
    for group in view.of_type(SECURITY_GROUP):
        for ingress in (True, False):
            rules = rules_of(net, group.id, ingress)
            if rules is None:
                yield Opening(group.id, False, "-1", *ALL, ANYWHERE)
            for rule in rules or ():
                yield from _opening(net, group.id, rule)


def _opening(net: Network, group: str, rule: GroupRule) -> Iterator[Opening]:
    for _, peer in rule.peers or (("", None),):
        named = net.view.points(peer, SECURITY_GROUP) if peer else None
        text = named.id if named else net.view.spelled(peer.value) if peer else None
        yield Opening(group, rule.ingress, *_range(rule), text or "uma origem que não se conhece")


def reaches(view: View) -> Iterator[Opening]:
    """Que recurso (`peer`) chega a outro (`group`), e em que portas: o que os grupos deixam, e as ACLs não negam.

    O que uma regra deixa sem que se saiba a quem, diz a regra.
    """
    net = network_of(view)
    homes = [lived(net, resource) for resource in view.resources.values() if resource.type in HOMES]
    homes = [home for home in homes if home.known_groups and home.known_subnets(net)]
    for source in homes:
        yield from _abroad(net, source)
    for target in homes:
        for source in homes:
            if source.resource != target.resource and _together(net, source, target):
                yield from _admitted(net, source, target)


def _abroad(net: Network, source: Home) -> Iterator[Opening]:
    """O que sai para a internet: uma rota até ela, e o que os grupos deixam ir a qualquer endereço."""
    routed = any(route.everywhere and route.kind in LEAVING for subnet in source.known_subnets(net) for route in net.routes_of(subnet))
    for protocol, first, last in _exits(net, source, INTERNET) if routed else ():
        yield Opening(ABROAD, True, protocol, first, last, source.resource.id)


def _together(net: Network, one: Home, other: Home) -> bool:
    here, there = ({subnet.vpc.id if subnet.vpc else "" for subnet in home.known_subnets(net)} for home in (one, other))
    return not here.isdisjoint(there)


def _admitted(net: Network, source: Home, target: Home) -> Iterator[Opening]:
    """As portas que a entrada do destino e a saída da origem deixam passar, as duas."""
    here, there = peer_of(net, source), peer_of(net, target)
    entries = [_range(rule) for group in target.known_groups for rule in rules_of(net, group, True) or () if here.admitted(rule, net)]
    for first in entries:
        for last in _exits(net, source, there):
            both = _shared(first, last)
            if both and _crossed(net, source, target, both[1:]):
                yield Opening(target.resource.id, True, *both, source.resource.id)


Range = tuple[str, int, int]


def _range(rule: GroupRule) -> Range:
    protocol = str(rule.protocol.value) if rule.protocol else "?"
    return (NAMES.get(protocol, protocol), *(rule.ports or ALL))


def _exits(net: Network, source: Home, there: Peer) -> list[Range]:
    """O que os grupos da origem deixam sair para lá."""
    found: list[Range] = []
    for group in source.known_groups:
        rules = rules_of(net, group, False)
        if source.open or rules is None:
            return [("-1", *ALL)]
        found += [_range(rule) for rule in rules if there.admitted(rule, net)]
    return found


def _shared(one: Range, other: Range) -> Range | None:
    """O que passa pelas duas."""
    if "-1" not in (one[0], other[0]) and one[0] != other[0]:
        return None
    first, last = max(one[1], other[1]), min(one[2], other[2])
    return (other[0] if one[0] == "-1" else one[0], first, last) if first <= last else None


def _crossed(net: Network, source: Home, target: Home, ports: tuple[int, int]) -> bool:
    """Alguma das sub-redes da origem chega a alguma do destino: nenhuma ACL nega com certeza."""
    for start in source.known_subnets(net):
        for end in target.known_subnets(net):
            if start == end or passes(net, end, True, ports, net.block(start) or "")[0] is not False:
                return True
    return False


def spoken(protocol: str, first: int, last: int) -> str:
    """`tcp 5432`, `tcp 1024 a 65535`, `tcp em qualquer porta`, `todo o tráfego`."""
    if protocol == "-1":
        return "todo o tráfego"
    if first == last:
        return f"{protocol} {first}"
    return f"{protocol} {first} a {last}" if (first, last) != ALL else f"{protocol} em qualquer porta" if protocol in NAMES.values() else protocol


def exposed(view: View) -> Iterator[tuple[str, str, str, bool]]:
    """Cada recurso a que há, ou talvez haja, um caminho de rede da internet: por que entrada, o caminho inteiro, e se é certo."""
    for resource in view.resources.values():
        if resource.type in HOMES:
            for path in internet_paths(view, resource):
                yield resource.id, str(path[-2] if len(path) > 2 else path[-1]), " → ".join(map(str, path)), all(hop.certain for hop in path)
