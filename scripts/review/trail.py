"""“Por que não chega?”: a trilha que leva um componente a outro, ou a primeira parada que a recusa.

É a pergunta que o VPC Reachability Analyzer faz a uma conta já implantada, feita ao template, com os
códigos dele: https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
Entre dois recursos com interfaces na VPC, é um caminho de rede; com a internet, o de entrada ou o de
saída; entre os demais, a regra da seta deles, com os papéis e as políticas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from scripts.aws.outside import outside_aws
from scripts.aws.types import INTERNET_GATEWAY
from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.tree import WrongUse
from scripts.checks.reading import Reading
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.internet import public_address, public_subnets
from scripts.proofs.network.path import local, peer_of, same_vpc
from scripts.proofs.network.peers import INTERNET, through
from scripts.proofs.network.security_groups import rules_of
from scripts.proofs.network.topology import Network, network_of

LEAVING = ("GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId")


@dataclass(frozen=True)
class Answer:
    """A resposta: por onde se chega, e o que recusa, em ordem; `way` diz de que caminho se fala."""

    way: str
    port: int | None
    trail: tuple[Found, ...]
    stops: tuple[Missing, ...]

    @property
    def reached(self) -> bool:
        return bool(self.trail) and not self.stops


@dataclass(frozen=True)
class End:
    """Uma ponta num mundo: o elemento, onde vive, e se é a internet."""

    element: Node | Group
    home: Home | None
    internet: bool


def ask(found: Reading, tail: str, head: str, port: int | None) -> Answer:
    """A resposta em todos os mundos do template. Erro: `WrongUse` quando um componente não existe, ou falta a porta."""
    if not found.diagram or not found.template:
        raise WrongUse("O desenho ou o template não se lê; `conferir` diz por quê.")
    diagram = found.diagram
    ends = [_element(diagram, name) for name in (tail, head)]
    drawn = next((edge for edge in diagram.edges if (edge.tail, edge.head) == (tail, head)), None)
    if port is None and drawn and drawn.port.isdecimal():
        port = int(drawn.port)
    views = found.views
    first = [_end(views.each[0], element) for element in ends]
    if all(end.home or end.internet for end in first) and any(end.home for end in first):
        port = port or _only_port(views.each[0], first[1])
        pieces = dict.fromkeys((*views.unknown, *(piece for view in views.each for piece in _network(view, ends, port))))
        return _concluded("pela rede", port, pieces)
    edge = replace(drawn or Edge(f"{tail}--{head}", tail, head, 0), port=str(port) if port else drawn.port if drawn else "")
    proof = prove_arrow(diagram, views, edge)
    if proof.rule is None:
        raise WrongUse(f"Nenhuma regra liga `{tail}` a `{head}` nesse sentido, e um deles não tem interface na VPC: não se sabe responder."
                       + (f" No contrário há uma, “{proof.reversed_rule.title.rstrip('.')}”." if proof.reversed_rule else ""))
    return _concluded(f"pela regra “{proof.rule.title.rstrip('.')}”", port, dict.fromkeys((*proof.found, *proof.missing)))


def _concluded(way: str, port: int | None, pieces: dict[Evidence, None]) -> Answer:
    trail, stops = (tuple(piece for piece in pieces if isinstance(piece, kind)) for kind in (Found, Missing))
    return Answer(way, port, trail, stops)


def _element(diagram: Diagram, name: str) -> Node | Group:
    if name not in diagram.elements:
        raise WrongUse(f"Não há o componente `{name}` na figura. Os que existem são: {', '.join(sorted(diagram.elements))}.")
    return diagram.elements[name]


def _end(view: View, element: Node | Group) -> End:
    net = network_of(view)
    found = [view.resources[name] for name in element.resources if name in view.resources]
    home = next((home for resource in found if (home := home_of(net, resource))), None)
    gateway = any(resource.type == INTERNET_GATEWAY for resource in found)
    return End(element, home, gateway or not element.resources and outside_aws(element.kind))


def _only_port(view: View, head: End) -> int:
    """A porta da entrada do destino, quando é uma só."""
    net = network_of(view)
    rules = [rule for group in (head.home.known_groups if head.home else ()) for rule in rules_of(net, group, True) or ()]
    ports = {rule.ports[0] for rule in rules if rule.ports and rule.ports[0] == rule.ports[1]}
    if len(ports) != 1:
        known = f" (a entrada deixa {', '.join(map(str, sorted(ports)))})" if ports else ""
        raise WrongUse(f"Diga a porta em `--porta`{known}.")
    return ports.pop()


def _network(view: View, ends: list[Node | Group], port: int) -> Iterator[Evidence]:
    net = network_of(view)
    tail, head = (_end(view, element) for element in ends)
    for end in (tail, head):
        for name in end.element.resources:
            if name not in view.resources:
                yield Missing(("Resources", name, "Condition"), f"`{name}` pode não existir", "tire a condição dele")
    if tail.home and head.home:
        yield from between(net, tail.home, head.home, port)
    elif head.home:
        yield from entering(net, head.home, port)
    elif tail.home:
        yield from leaving(net, tail.home, port)


def between(net: Network, source: Home, target: Home, port: int) -> Iterator[Evidence]:
    """Salto a salto, na ordem do pedido: sai da origem, atravessa as sub-redes, entra no destino."""
    yield from same_vpc(net, source, target)
    yield from through(net, source, peer_of(net, target), port, ingress=False, strict=False)
    for start, end in product(source.known_subnets(net), target.known_subnets(net)):
        yield from local(net, start, end)
        yield from crossing(net, start, end, port)
        yield from local(net, end, start)
    yield from through(net, target, peer_of(net, source), port, ingress=True, strict=False)


def entering(net: Network, home: Home, port: int) -> Iterator[Evidence]:
    """Da internet à interface: o gateway, a rota, o endereço público, a ACL e o grupo."""
    yield from public_subnets(net, home, None)
    yield from public_address(net, home)
    for subnet in home.known_subnets(net):
        yield from crossing(net, None, subnet, port)
    yield from through(net, home, INTERNET, port, ingress=True, strict=False)


def leaving(net: Network, home: Home, port: int) -> Iterator[Evidence]:
    """Da interface à internet: o grupo, a ACL e a rota."""
    yield from through(net, home, INTERNET, port, ingress=False, strict=False)
    for subnet in home.known_subnets(net):
        yield from crossing(net, subnet, None, port)
        route = next((route for route in net.routes_of(subnet) if route.everywhere and route.kind in LEAVING), None)
        if route and route.destination:
            yield Found(route.destination.path, f"o que vai de `{subnet.id}` para fora sai por `{route.resource.id}`")
        else:
            yield Missing(at(subnet.resource), f"`{subnet.id}` não tem rota para a internet", "associe-a a uma tabela com essa rota",
                          "NO_ROUTE_TO_DESTINATION")
