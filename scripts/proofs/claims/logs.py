"""Logs: o que cada função escreve fica guardado, e por um prazo; o que se anota da rede também tem prazo."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import FLOW_LOG, FUNCTION, LOG_GROUP
from scripts.proofs.arrows.jobs import WRITING
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, require
from scripts.proofs.evidence import Evidence, Missing, at
from scripts.proofs.facts.log_groups import noted_in, written_by
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource


@claim("logs-com-prazo")
def kept_logs(scene: Scene) -> Iterator[Evidence]:
    """Os logs ficam guardados, e por um prazo.

    Sem permissão, a função roda e não deixa rastro; sem prazo, os logs ficam e são cobrados
    para sempre.

    - cada função escreve num grupo de logs do template, com `RetentionInDays`;
    - o papel dela permite criar o fluxo e gravar nele, nesse grupo;
    - um registro de fluxo da rede também anota num grupo do template com prazo, se não anota num bucket.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    view = scene.view
    for function in view.of_type(FUNCTION):
        group, line = next(((group, line) for group in view.of_type(LOG_GROUP) if (line := written_by(view, function, group))), (None, None))
        if group is None or line is None:
            yield Missing(at(function, "LoggingConfig"), f"`{function.id}` não escreve num grupo de logs do template",
                          "cite um `AWS::Logs::LogGroup` em `LoggingConfig`")
            continue
        yield line
        yield from _kept(view, group)
        principal = principal_of(view, function)
        yield from principal.evidence
        for action in WRITING if principal.role else ():
            decision = decide(Request(view, action, str(view.arn(group)), principal.role), group)
            yield from evidence(decision, at(function), f"`{function.id}`", f"`{group.id}`",
                                f"permita a ação em `!GetAtt {group.id}.Arn`, que acaba em `:*`")
    for log in view.of_type(FLOW_LOG):
        noted = noted_in(view, log)
        if noted:
            yield from _kept(view, noted)
        elif view.value(log, "LogDestinationType") != "s3":
            yield Missing(at(log), f"`{log.id}` não anota num grupo de logs do template", "cite um `AWS::Logs::LogGroup` em `LogGroupName`")


def _kept(view: View, group: Resource) -> Iterator[Evidence]:
    yield from require(view, group, ("RetentionInDays",), at_least(1), "os logs somem depois do prazo",
                       f"os logs de `{group.id}` ficam para sempre", "escreva `RetentionInDays`")
