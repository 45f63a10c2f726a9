"""Alarmes que nunca disparam, ou disparam ao contrário: a dimensão que não é do recurso, e o sentido da comparação."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.catalog import ARN, FULL, NAME
from scripts.aws.types import BALANCER, FUNCTION, QUEUE, STATE_MACHINE, TABLE, TARGET_GROUP
from scripts.checks.programs import Effect
from scripts.page.quantities import COUNT, quantities
from scripts.proofs.evidence import at
from scripts.proofs.facts.alarms import misread, watching
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import LONGEST, whole

DIMENSIONS = {"AWS/States": {"StateMachineArn": (STATE_MACHINE, ARN)}, "AWS/SQS": {"QueueName": (QUEUE, NAME)},
              "AWS/Lambda": {"FunctionName": (FUNCTION, NAME)}, "AWS/DynamoDB": {"TableName": (TABLE, NAME)}}
"""De cada espaço de métricas, a dimensão que diz o recurso, o tipo dele e a forma do valor.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""
FORMS = {ARN: "o ARN", NAME: "o nome", FULL: "o nome completo"}
BALANCED = ("AWS/ApplicationELB", "AWS/NetworkELB")
GROUPED = re.compile(r"^(?:UnHealthy|Healthy|Anomalous|Mitigated)HostCount$|^(?:H|Unh)ealthyState(?:DNS|Routing)$|^UnhealthyRoutingRequestCount$")
"""As métricas de um grupo de destino que só existem com ele e o balanceador juntos.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""
BAD = re.compile(r"Failed|Errors?$|5XX|4XX|Throttle|TimedOut|Aborted|UnHealthy|MessagesVisible|AgeOfOldest|DeadLetter")
"""Métricas em que mais é pior: o alarme delas compara para cima."""
SPARSE = re.compile(r"^(?:HTTPCode_|Executions(?:Failed|TimedOut|Aborted)|ExecutionThrottled)")
"""Métricas que só se publicam quando há o que contar: sem falha, não há ponto, e cada ponto vale 1 por ocorrência.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""
FIRST = re.compile(r"^(?:UnHealthyHostCount|Executions(?:Failed|TimedOut|Aborted))$")
"""Métricas que contam o que já é uma falha: a primeira avisa, salvo se a descrição diz quantas."""
PERCENT = re.compile(r"Utilization$|Percent(?:age)?$")
FINE, HOUR, DAY, WEEK = (10, 20, 30), 3600, 86_400, 604_800


def watched(view: View, alarm: Resource) -> Iterator[Effect]:
    """O prazo que o CloudWatch não aceita, e o limite que a métrica nunca alcança.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    start = watching(view, alarm)
    if start is None:
        return
    stat = ("Metrics", 0, "MetricStat") if start else ()
    period, times = (whole(view.value(alarm, *keys)) for keys in ((*stat, "Period"), ("EvaluationPeriods",)))
    needed, limit = whole(view.value(alarm, "DatapointsToAlarm")), _number(view.value(alarm, "Threshold"))
    if period is not None and (period not in FINE and (period % 60 or not period)):
        yield at(alarm, *stat[:1] or ("Period",)), f"`{alarm.id}` soma a cada {period} s, que o CloudWatch não aceita: use um múltiplo de 60."
    if period and times and period * times > (DAY if period < HOUR else WEEK):
        yield at(alarm, "EvaluationPeriods"), (f"`{alarm.id}` olha {period * times} s de uma vez, mais do que o CloudWatch aceita: um dia, ou uma "
                                               "semana com períodos de ao menos uma hora.")
    if needed is not None and times is not None and not 1 <= needed <= times:
        yield at(alarm, "DatapointsToAlarm"), f"`{alarm.id}` pede {needed} pontos de {times}, o que o CloudWatch recusa; use de 1 a {times}."
    metric, compare = (view.value(alarm, *start, "MetricName"), str(view.value(alarm, "ComparisonOperator")))
    yield from _unreached(view, alarm, str(metric), stat, limit) if limit is not None and compare.startswith("GreaterThan") else ()


def _unreached(view: View, alarm: Resource, metric: str, stat: tuple[str | int, ...], limit: float) -> Iterator[Effect]:
    """O limite que nenhum ponto da métrica alcança, e o alarme que dispara por não haver pontos."""
    statistic = view.value(alarm, *((*stat, "Stat") if stat else ("Statistic",)))
    strict = view.value(alarm, "ComparisonOperator") == "GreaterThanThreshold"
    most = 100 if PERCENT.search(metric) else 1 if SPARSE.search(metric) and statistic in ("Average", "Minimum", "Maximum") else None
    if most is not None and (limit > most or strict and limit >= most):
        yield at(alarm, "Threshold"), f"`{alarm.id}` nunca dispara: `{statistic}` de `{metric}` não passa de {most}; use `Sum`, ou um limite menor."
    told = quantities(str(view.value(alarm, "AlarmDescription") or ""))
    if FIRST.search(metric) and (limit > 1 or strict and limit == 1) and not any(each.kind == COUNT and each.value > 1 for each in told):
        yield at(alarm, "Threshold"), (f"`{alarm.id}` só dispara com mais de uma falha de `{metric}`, e a descrição dele não diz com quantas; "
                                       "dispare com a primeira (`GreaterThanThreshold` de 0), ou diga na descrição quantas são.")
    if SPARSE.search(metric) and view.value(alarm, "TreatMissingData") == "breaching":
        yield at(alarm, "TreatMissingData"), (f"`{alarm.id}` fica em alarme quando não há falha nenhuma, pois `{metric}` só se publica quando "
                                              "há; use `notBreaching`.")


def _number(value: object) -> float | None:
    try:
        return float(str(value)[:LONGEST])
    except ValueError:
        return None


def unseen(view: View, watcher: Resource) -> Iterator[Effect]:
    """A unidade que esconde de quem olha a métrica os pontos dela."""
    yield from ((path, f"{reason}; tire `Unit`, como a AWS recomenda.") for path, reason in misread(view, watcher))


def mute(view: View, alarm: Resource) -> Iterator[Effect]:
    """Por que o alarme não dispara quando o que ele olha vai mal."""
    start = watching(view, alarm)
    if start is None:
        return
    namespace, metric = (view.at(alarm, *start, name) for name in ("Namespace", "MetricName"))
    known = _dimensions(str(namespace.value), str(metric.value) if metric else "") if namespace else {}
    told = {str(name.value): view.inside(item, "Value") for item in view.items(alarm, *start, "Dimensions") if (name := view.inside(item, "Name"))}
    for name, (kind, form) in known.items():
        value = told.get(name)
        if value is None or view.points(value, kind, by=(form,)) is None:
            yield (value.path if value else at(alarm, *start[:1])), (
                f"`{alarm.id}` não olha um recurso do template: `{name}` não é {FORMS[form]} de um `{kind}`.")
    compare, switch = view.at(alarm, "ComparisonOperator"), view.at(alarm, "ActionsEnabled")
    if metric and compare and BAD.search(str(metric.value)) and not str(compare.value).startswith("GreaterThan"):
        yield compare.path, f"`{alarm.id}` dispara quando `{metric.value}` não sobe; use `GreaterThanOrEqualToThreshold`."
    if switch and false(switch.value):
        yield switch.path, f"`{alarm.id}` está com as ações desligadas, e não avisa ninguém; tire `ActionsEnabled`."


def _dimensions(namespace: str, metric: str) -> dict[str, tuple[str, str]]:
    """As dimensões sem as quais a métrica não existe: do balanceador, só a das que se publicam por grupo de destino se sabe toda."""
    if namespace in BALANCED and GROUPED.search(metric):
        return {"LoadBalancer": (BALANCER, FULL), "TargetGroup": (TARGET_GROUP, FULL)}
    return DIMENSIONS.get(namespace, {})
