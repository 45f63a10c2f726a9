"""Regra das chamadas por HTTP: um servidor chama outro por um balanceador da mesma VPC."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.questions import NAMES, REACH
from scripts.aws.types import BALANCER, ECS_SERVICE, FUNCTION, INSTANCE, SCALING_GROUP
from scripts.proofs.arrows.ports import misread, ports_of
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Missing, at
from scripts.proofs.network.listeners import internal, listeners_of
from scripts.proofs.network.path import named, reach


@rule((INSTANCE, SCALING_GROUP, FUNCTION, ECS_SERVICE), BALANCER, asks=(REACH, NAMES))
def workload_calls_balancer(case: Case) -> Iterator[Evidence]:
    """Uma aplicação chama outra por um balanceador interno.

    Por dentro da VPC valem as rotas locais e os grupos de segurança. De um balanceador voltado
    para a internet, o nome levaria a endereços públicos, e o caminho seria outro.

    - `Scheme: internal`, e as duas pontas na mesma VPC;
    - um ouvinte na porta da seta, ou em alguma, se ela não diz;
    - a saída do grupo da aplicação e a entrada do grupo do balanceador nessa porta.

    Fonte: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    net, source, target = case.net, case.drawn_tail, case.head_home
    yield from internal(net, case.head)
    yield from misread(case.edge, at(case.head))
    yield from source.lines()
    yield from named(net, source)
    yield from target.lines(2)
    yield from target.spread(net)
    listeners = listeners_of(net, case.head)
    wanted = ports_of(case.edge, *listeners)
    for port in wanted:
        yield from listeners[port][1] if port in listeners else ()
        yield from reach(net, source, target, port)
    if not wanted or not set(wanted) <= set(listeners):
        yield Missing(at(case.head), f"`{case.head.id}` não ouve na porta da seta",
                      "acrescente um `AWS::ElasticLoadBalancingV2::Listener`", "ELBV2_LISTENERS_MISMATCH")
