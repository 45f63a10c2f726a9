"""Alarmes que nunca disparam, ou disparam ao contrário: a dimensão que não é do recurso, e o sentido da comparação."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.kinds import ARN, NAME
from scripts.aws.types import FUNCTION, QUEUE, STATE_MACHINE, TABLE
from scripts.checks.programs import Effect
from scripts.proofs.evidence import at
from scripts.proofs.facts.alarms import watching
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

DIMENSIONS = {"AWS/States": {"StateMachineArn": (STATE_MACHINE, ARN)}, "AWS/SQS": {"QueueName": (QUEUE, NAME)},
              "AWS/Lambda": {"FunctionName": (FUNCTION, NAME)}, "AWS/DynamoDB": {"TableName": (TABLE, NAME)}}
"""De cada espaço de métricas, a dimensão que diz o recurso, o tipo dele e a forma do valor.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""
BAD = re.compile(r"Failed|Errors?$|5XX|4XX|Throttle|TimedOut|Aborted|UnHealthy|MessagesVisible|AgeOfOldest|DeadLetter")
"""Métricas em que mais é pior: o alarme delas compara para cima."""


def mute(view: View, alarm: Resource) -> Iterator[Effect]:
    """Por que o alarme não dispara quando o que ele olha vai mal."""
    start = watching(view, alarm)
    if start is None:
        return
    namespace, metric = (view.at(alarm, *start, name) for name in ("Namespace", "MetricName"))
    known = DIMENSIONS.get(str(namespace.value)) if namespace else None
    told = {str(name.value): view.inside(item, "Value") for item in view.items(alarm, *start, "Dimensions") if (name := view.inside(item, "Name"))}
    for name, (kind, form) in (known or {}).items():
        value = told.get(name)
        if value is None or view.points(value, kind, by=(form,)) is None:
            yield (value.path if value else at(alarm, *start[:1])), (
                f"`{alarm.id}` não olha um recurso do template: `{name}` não é {'o ARN' if form == ARN else 'o nome'} de um `{kind}`.")
    compare, switch = view.at(alarm, "ComparisonOperator"), view.at(alarm, "ActionsEnabled")
    if metric and compare and BAD.search(str(metric.value)) and not str(compare.value).startswith("GreaterThan"):
        yield compare.path, f"`{alarm.id}` dispara quando `{metric.value}` não sobe; use `GreaterThanOrEqualToThreshold`."
    if switch and false(switch.value):
        yield switch.path, f"`{alarm.id}` está com as ações desligadas, e não avisa ninguém; tire `ActionsEnabled`."
