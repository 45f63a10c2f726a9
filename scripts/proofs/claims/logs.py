"""Logs: o que cada função escreve fica guardado, e por um prazo."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, require
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.names import arn_of
from scripts.proofs.facts.reading import place
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import FUNCTION, principal_of

GROUP = "AWS::Logs::LogGroup"
WRITES = ("logs:CreateLogStream", "logs:PutLogEvents")


@claim("logs-com-prazo")
def kept_logs(scene: Scene) -> Iterator[Evidence]:
    """Os logs ficam guardados, e por um prazo.

    Sem permissão, a função roda e não deixa rastro; sem prazo, os logs ficam e são cobrados
    para sempre.

    - cada função escreve num grupo de logs do template, com `RetentionInDays`;
    - o papel dela permite criar o fluxo e gravar nele, nesse grupo.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    values = scene.values
    for function in values.of_type(FUNCTION):
        written = place(values, function, "LoggingConfig", "LogGroup")
        group = values.resource(written.value) if written else None
        if written is None or group is None or group.type != GROUP:
            yield Missing(at(function, "LoggingConfig"), f"`{function.id}` não escreve num grupo de logs do template",
                          "cite um `AWS::Logs::LogGroup` em `LoggingConfig`")
            continue
        yield Found(written.path, f"escreve em `{group.id}`")
        yield from require(values, group, ("RetentionInDays",), at_least(1), "os logs somem depois do prazo",
                           f"os logs de `{group.id}` ficam para sempre", "escreva `RetentionInDays`")
        principal = principal_of(values, function)
        yield from principal.evidence
        for action in WRITES if principal.role else ():
            decision = decide(Request(values, action, str(arn_of(values, group)), principal.role), None)
            yield from evidence(decision, at(function), f"`{function.id}`", f"`{group.id}`", "permita a ação no ARN do grupo")
