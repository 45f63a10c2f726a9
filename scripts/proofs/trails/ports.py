"""As portas de uma pergunta: a da seta desenhada, se diz uma, ou as que o alvo atende; e o que há para ouvir nelas."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BALANCER, DATABASE, DB_CLUSTER, INSTANCE, SCALING_GROUP, TARGET_GROUP, VPC_ENDPOINT
from scripts.proofs.arrows.balancing import deliveries, membership
from scripts.proofs.arrows.database import listening, one_door
from scripts.proofs.arrows.passage import HTTPS
from scripts.proofs.arrows.ports import ports_of
from scripts.proofs.arrows.program import misheard
from scripts.proofs.arrows.registry import RULES, Case
from scripts.proofs.evidence import Missing, at
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.listeners import listeners_of
from scripts.proofs.network.security_groups import rules_of
from scripts.proofs.network.topology import Network
from scripts.proofs.trails.hops import Hop, passed, refused, told
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

BALANCED = ("ELBV2_", "ELB_", "TARGET_")
"""Começos dos códigos do que impede um balanceador de entregar."""


def asked(case: Case, target: Home) -> list[int]:
    """As portas da seta desenhada ou, se ela não as diz, as que o alvo atende neste mundo; nenhuma quando não se sabe."""
    if case.edge.port:
        return ports_of(case.edge)
    net, head = case.net, case.head
    if head.type in (DATABASE, DB_CLUSTER):
        port, _ = listening(net, head)
        return [port] if port else []
    if head.type == BALANCER:
        return list(listeners_of(net, head))
    if head.type == VPC_ENDPOINT:
        return [HTTPS]
    by_balancer = delivered(net, [case.tail] if case.tail.type == BALANCER else net.view.of_type(BALANCER), head)
    return by_balancer or sorted({rule.ports[0] for group in target.known_groups for rule in rules_of(net, group, True) or ()
                                  if rule.ports and rule.ports[0] == rule.ports[1]})


def delivered(net: Network, balancers: list[Resource], head: Resource) -> list[int]:
    """As portas em que estes balanceadores entregam ao recurso."""
    found = (membership(net, delivery.targets, head) for balancer in balancers for delivery in deliveries(net, balancer))
    return list(dict.fromkeys(member[1] for member in found if member and member[1]))


def heard(case: Case, port: int) -> Iterator[Hop]:
    """O que o alvo ouve nessa porta e, se quem manda é um balanceador, a que porta ele entrega."""
    net, view, head = case.net, case.view, case.head
    if case.tail.type == BALANCER:
        yield from _balanced(case, port)
    if head.type in (DATABASE, DB_CLUSTER):
        listens, pieces = listening(net, head)
        if listens and listens != port:
            yield Hop(False, f"`{head.id}` ouve em tcp {listens}, e não em tcp {port}", (pieces[0].path,), f"use a porta {listens}")
        else:
            yield from told(view, pieces, None)
        yield from told(view, one_door(case))
    elif head.type == BALANCER:
        listener, lines = listeners_of(net, head).get(port, (None, []))
        yield from (refused(view, line) for line in lines if isinstance(line, Missing))
        yield passed(f"`{listener.id}` ouve em tcp {port}", lines, at(listener, "Port")) if listener else Hop(
            False, f"nenhum ouvinte de `{head.id}` atende em tcp {port}", (at(head),), "acrescente um `AWS::ElasticLoadBalancingV2::Listener`",
            "ELBV2_LISTENERS_MISMATCH")
    elif head.type in (INSTANCE, SCALING_GROUP):
        yield from told(view, misheard(view, head, port, at(head)))


def _balanced(case: Case, port: int) -> Iterator[Hop]:
    rule = RULES.get((BALANCER, case.head.type))
    for piece in rule.prove(case) if rule else ():
        if isinstance(piece, Missing) and piece.code.startswith(BALANCED):
            yield refused(case.view, piece)
    ports = delivered(case.net, [case.tail], case.head)
    targets = [group for group in case.view.of_type(TARGET_GROUP) if membership(case.net, group, case.head)]
    health = {whole(case.view.value(group, "HealthCheckPort")) for group in targets}
    if ports and port not in ports and port not in health:
        yield Hop(False, f"`{case.tail.id}` entrega a `{case.head.id}` em tcp {' e '.join(map(str, ports))}, e não em tcp {port}",
                  tuple(at(group, "Port") for group in targets), "mude a porta do grupo de destino", "TARGET_PORT_RESTRICTION")
    elif ports and targets:
        yield Hop(True, f"`{case.tail.id}` entrega a `{case.head.id}` por `{targets[0].id}`", (at(targets[0], "Port"),))
