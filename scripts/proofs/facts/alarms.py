"""O que um alarme do CloudWatch olha: uma métrica, dita nele ou no único item de `Metrics`."""

from __future__ import annotations

from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Key, Resource


def watching(view: View, alarm: Resource) -> tuple[Key, ...] | None:
    """Onde o alarme diz `Namespace`, `MetricName` e `Dimensions`; `None` quando compara mais de uma métrica, ou uma conta.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
    """
    metrics = view.items(alarm, "Metrics")
    if not metrics:
        return ()
    alone = len(metrics) == 1 and view.inside(metrics[0], "MetricStat") is not None
    returned = view.inside(metrics[0], "ReturnData")
    return ("Metrics", 0, "MetricStat", "Metric") if alone and not (returned and false(returned.value)) else None
