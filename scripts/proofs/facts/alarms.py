"""O que um alarme do CloudWatch olha, ou uma política que persegue uma medida: a métrica, e a unidade em que ela existe."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.metrics import unit_of_metric
from scripts.aws.types import SCALING_POLICY
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import Path

METRIC_FILTER = "AWS::Logs::MetricFilter"
WATCHERS = {SCALING_POLICY: ("TargetTrackingConfiguration", "CustomizedMetricSpecification"),
            "AWS::ApplicationAutoScaling::ScalingPolicy": ("TargetTrackingScalingPolicyConfiguration", "CustomizedMetricSpecification")}
"""Onde cada política que persegue uma medida a diz; um alarme a diz nas próprias propriedades."""


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


def misread(view: View, watcher: Resource) -> Iterator[tuple[Path, str]]:
    """Cada `Unit` em que a métrica não se publica, ou não se sabe se publica: o CloudWatch só olha os pontos que a têm.

    Sem pontos, o alarme fica em `INSUFFICIENT_DATA`, ou no que `TreatMissingData` diz, e a política não mexe em nada.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    start = WATCHERS.get(watcher.type, ())
    whole = view.at(watcher, *start) if start else view.whole(watcher)
    stats = [stat for item in view.items(watcher, *start, "Metrics") if (stat := view.inside(item, "MetricStat"))]
    for stat, inner in (*((stat, ("Metric",)) for stat in stats), *([(whole, ())] if whole else [])):
        unit = view.inside(stat, "Unit")
        namespace, metric = (_said(view, stat, *inner, name) if unit else "" for name in ("Namespace", "MetricName"))
        known = (unit_of_metric(namespace, metric) or _filtered(view, namespace, metric)) if unit else None
        if unit and unit.value != known:
            told = f"e ela se publica em `{known}`" if known else "e não se sabe se ela se publica assim"
            yield unit.path, f"`{watcher.id}` só olha os pontos de `{metric}` em `{unit.value}`, {told}: sem pontos, nunca dispara"


def _filtered(view: View, namespace: str, metric: str) -> str | None:
    """A unidade que um filtro de logs do template dá à métrica que ele publica; sem nenhuma escrita, é `None`."""
    for source in view.of_type(METRIC_FILTER):
        for item in view.items(source, "MetricTransformations"):
            if (_said(view, item, "MetricNamespace"), _said(view, item, "MetricName")) == (namespace, metric):
                return _said(view, item, "Unit") or "None"
    return None


def _said(view: View, item: Placed, *keys: str) -> str:
    found = view.inside(item, *keys)
    return str(found.value) if found else ""
