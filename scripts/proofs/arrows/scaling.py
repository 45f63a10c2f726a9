"""Regras do Auto Scaling: o grupo que mantém as instâncias."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import LAUNCH_TEMPLATE, SCALING_GROUP
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect
from scripts.proofs.network.interfaces_by_type import home_of, model_of
from scripts.template.numbers import whole

LIMITS = ("MinSize", "MaxSize")


@rule(SCALING_GROUP, LAUNCH_TEMPLATE)
def fleet_keeps_instances(case: Case) -> Iterator[Evidence]:
    """O Auto Scaling mantém as instâncias.

    O grupo cria as instâncias de um modelo e repõe as que faltam; elas não estão no template, e
    por isso a seta vai do grupo a um componente que representa o modelo delas.

    - o grupo cita o modelo de lançamento;
    - `MinSize` de ao menos 1, e `MaxSize`;
    - as sub-redes em que as instâncias nascem.

    Fonte: https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html
    """
    net = case.net
    model, home = model_of(net, case.tail), home_of(net, case.tail)
    if model is None or case.head != model:
        yield Missing(at(case.tail, "LaunchTemplate"), f"`{case.tail.id}` não cria instâncias de `{case.head.id}`",
                      "cite o modelo em `LaunchTemplate`")
        return
    written = case.view.at(case.tail, "LaunchTemplate", "LaunchTemplateId")
    yield Found(written.path if written else at(case.tail, "LaunchTemplate"), f"as instâncias nascem de `{model.id}`")
    for name in LIMITS:
        yield from expect(case.view, case.tail, name, lambda value: (whole(value) or 0) >= 1, f"`{name}` é {{}}",
                          f"`{name}` de `{case.tail.id}` não é um número a partir de 1", f"escreva `{name}`")
    yield from home.lines() if home else ()
