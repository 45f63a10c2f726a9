"""Origens de VPC: como o CloudFront entra por interfaces próprias até um balanceador interno."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BALANCER
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import Placed
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces_by_type import lived
from scripts.proofs.network.listeners import answering, internal, listeners_of
from scripts.proofs.network.path import attachment, same_vpc
from scripts.proofs.network.peers import PrefixList, through
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CLOUDFRONT = PrefixList("o CloudFront", source="com.amazonaws.global.cloudfront.origin-facing")
SPOKEN = {"http-only": ("HTTPPort", "HTTP", 80), "https-only": ("HTTPSPort", "HTTPS", 443)}


def private_origin(net: Network, private: Resource, balancer: Resource) -> Iterator[Evidence]:
    """A origem é deste balanceador, que ouve na porta dela e deixa o CloudFront entrar."""
    view, keys = net.view, ("VpcOriginEndpointConfig",)
    named = view.at(private, *keys, "Arn")
    if named and net.view.points(named.value, BALANCER) == balancer:
        yield Found(named.path, f"entra por `{balancer.id}`")
    else:
        yield Missing(at(private, *keys), f"`{private.id}` não é de `{balancer.id}`", f"escreva `Arn: !Ref {balancer.id}`")
    spoken = view.at(private, *keys, "OriginProtocolPolicy")
    name, protocol, usual = SPOKEN.get(str(spoken.value) if spoken else "", ("", "", 0))
    if spoken is None or not name:
        yield _unspoken(net, private, balancer, spoken)
        return
    yield Found(spoken.path, f"o CloudFront fala {spoken.value}")
    written = view.at(private, *keys, name)
    port = whole(written.value) if written else usual
    if written and port and port != usual:  # sem a linha, valeria a porta de costume
        yield Found(written.path, f"na porta {port}")
    yield from _internal(net, balancer)
    yield from _listens(net, balancer, port, protocol)
    if port:
        yield from _entered(net, balancer, port)


def _unspoken(net: Network, private: Resource, balancer: Resource, spoken: Placed | None) -> Missing:
    """Não se sabe em que porta a origem fala; o conserto é o protocolo que o balanceador ouve."""
    heard = {str(net.view.value(listener, "Protocol")) for listener, _ in listeners_of(net, balancer).values() if listener}
    fits = [policy for policy, (_, protocol, _) in SPOKEN.items() if protocol in heard] or [*SPOKEN]
    visitor = spoken is not None and spoken.value == "match-viewer"
    need = (f"`{private.id}` fala com `{balancer.id}` como o visitante fala com o CloudFront, e `{balancer.id}` só ouve {' e '.join(sorted(heard))}"
            if visitor and len(heard) == 1 else f"não se sabe em que porta `{private.id}` fala")
    return Missing(at(private, "VpcOriginEndpointConfig"), need, f"use `OriginProtocolPolicy: {'` ou `'.join(fits)}`")


def _internal(net: Network, balancer: Resource) -> Iterator[Evidence]:
    home = lived(net, balancer)
    yield from home.lines(2)
    yield from home.spread(net)
    yield from same_vpc(net, home)
    subnets = home.known_subnets(net)
    yield from attachment(net, subnets[0].vpc if subnets else None)
    yield from internal(net, balancer)


def _listens(net: Network, balancer: Resource, port: int | None, protocol: str) -> Iterator[Evidence]:
    listener, lines = listeners_of(net, balancer).get(port or 0, (None, []))
    if listener is not None and net.view.value(listener, "Protocol") == protocol:
        yield from lines
        yield from answering(net, listener)
    else:
        yield Missing(at(balancer), f"`{balancer.id}` não ouve {protocol} na porta em que o CloudFront fala",
                      "acrescente o `AWS::ElasticLoadBalancingV2::Listener`", "ELBV2_LISTENERS_MISMATCH")


def _entered(net: Network, balancer: Resource, port: int) -> Iterator[Evidence]:
    """A entrada nessa porta vem só da lista de prefixos que a AWS mantém para o CloudFront."""
    home = lived(net, balancer)
    yield from through(net, home, CLOUDFRONT, port, ingress=True)
    for subnet in home.known_subnets(net):
        yield from crossing(net, None, subnet, port)  # o CloudFront chega com os endereços da lista
