"""A unidade de um alarme é a em que a métrica se publica; noutra, ele não acha ponto nenhum, e nunca dispara."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings
from bench import REMOVED, prop
from test_outside_attacks import ESPECTRO, LOJA, PDV

from scripts.aws.metrics import UNITS, unit_of_metric

CAUSE, CLI = "sem pontos, nunca dispara", "cli-s3-lambda-dynamodb"
BALANCER = {"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balanceador", "LoadBalancerFullName"]}}


def listed(unit: Any, expression: bool = False) -> Edits:
    """O alarme dos erros pela lista `Metrics`, sozinho ou numa conta."""
    stat = {"Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count", "Dimensions": [BALANCER]},
            "Period": 300, "Stat": "Sum", **({"Unit": unit} if unit else {})}
    other = {**stat, "Metric": {**stat["Metric"], "MetricName": "RequestCount"}}
    metrics = [{"Id": "erros", "MetricStat": stat}] if not expression else [
        {"Id": "parte", "Expression": "100 * erros / pedidos"}, {"Id": "pedidos", "MetricStat": {**other, "Unit": "Count"}, "ReturnData": False},
        {"Id": "erros", "MetricStat": stat, "ReturnData": False}]
    gone = ("Namespace", "MetricName", "Dimensions", "Statistic", "Period")
    return {**{prop("AlarmeErros", name): REMOVED for name in gone}, prop("AlarmeErros", "Metrics"): metrics}


def logged(unit: Any, published: Any = None) -> Edits:
    """O mesmo alarme, de uma métrica que um filtro de logs publica."""
    told = {"MetricNamespace": "Caixa", "MetricName": "Falhas", "MetricValue": "1", **({"Unit": published} if published else {})}
    filtered = {"Type": "AWS::Logs::MetricFilter", "Properties": {
        "LogGroupName": "caixa", "FilterPattern": "falha", "MetricTransformations": [told]}}
    return {("Resources", "FiltroFalhas"): filtered, prop("AlarmeErros", "Namespace"): "Caixa", prop("AlarmeErros", "MetricName"): "Falhas",
            prop("AlarmeErros", "Dimensions"): REMOVED, prop("AlarmeErros", "Unit"): unit}


def tracked(unit: Any) -> Edits:
    """A política que persegue a CPU do grupo, dita como métrica qualquer."""
    named = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", **({"Unit": unit} if unit else {}),
             "Dimensions": [{"Name": "AutoScalingGroupName", "Value": {"Ref": "GrupoInstancias"}}]}
    return {prop("PoliticaEscala", "TargetTrackingConfiguration"): {"TargetValue": 50, "CustomizedMetricSpecification": named}}


WRONG: dict[str, tuple[str, Edits]] = {
    "erros em porcentagem": (PDV, {prop("AlarmeErros", "Unit"): "Percent"}),
    "erros sem unidade": (PDV, {prop("AlarmeErros", "Unit"): "None"}),
    "erros por segundo": (LOJA, {prop("AlarmeErros", "Unit"): "Count/Second"}),
    "instâncias em bytes": (PDV, {prop("AlarmeInstancias", "Unit"): "Bytes"}),
    "execuções em milissegundos": (ESPECTRO, {prop("AlarmeFalhas", "Unit"): "Milliseconds"}),
    "a fila em segundos": (CLI, {prop("AlarmeFalhas", "Unit"): "Seconds"}),
    "o tempo da fila em contagem": (CLI, {prop("AlarmeFalhas", "MetricName"): "ApproximateAgeOfOldestMessage", prop("AlarmeFalhas", "Unit"): "Count"}),
    "o tempo do destino em milissegundos": (PDV, {prop("AlarmeErros", "MetricName"): "TargetResponseTime", prop("AlarmeErros", "Unit"): "Milliseconds"}),
    "na lista": (PDV, listed("Percent")),
    "numa conta": (PDV, listed("Percent", expression=True)),
    "a de um filtro sem unidade": (PDV, logged("Count")),
    "a de um filtro com outra": (PDV, logged("Percent", "Count")),
    "a política que persegue": (LOJA, tracked("Count")),
    "a que não se conhece": (PDV, {prop("AlarmeErros", "MetricName"): "MetricaNova", prop("AlarmeErros", "Unit"): "Count"}),
    "a de um parâmetro": (PDV, {prop("AlarmeErros", "Unit"): {"Ref": "AWS::StackName"}}),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "erros em contagem": (PDV, {prop("AlarmeErros", "Unit"): "Count"}),
    "instâncias em contagem": (PDV, {prop("AlarmeInstancias", "Unit"): "Count"}),
    "execuções em contagem": (ESPECTRO, {prop("AlarmeFalhas", "Unit"): "Count"}),
    "a fila em contagem": (CLI, {prop("AlarmeFalhas", "Unit"): "Count"}),
    "nenhuma, por escolha": (PDV, {prop("AlarmeErros", "Unit"): {"Ref": "AWS::NoValue"}}),
    "na lista": (PDV, listed("Count")),
    "na lista, sem nenhuma": (PDV, listed(None)),
    "a política que persegue": (LOJA, tracked("Percent")),
    "a política sem unidade": (LOJA, tracked(None)),
    "numa conta": (PDV, listed("Count", expression=True)),
    "a de um filtro sem unidade": (PDV, logged("None")),
    "a de um filtro com a mesma": (PDV, logged("Count", "Count")),
}
PUBLISHED = [
    ("AWS/RDS", "FreeStorageSpace", "Bytes"), ("AWS/RDS", "ReadIOPS", "Count/Second"), ("AWS/RDS", "ReadLatency", "Seconds"),
    ("AWS/RDS", "CPUUtilization", "Percent"), ("AWS/EC2", "CPUUtilization", "Percent"), ("AWS/EC2", "StatusCheckFailed_System", "Count"),
    ("AWS/EC2", "NetworkIn", "Bytes"), ("AWS/EC2", "EBSIOBalance%", "Percent"), ("AWS/Lambda", "Duration", "Milliseconds"),
    ("AWS/Lambda", "Errors", "Count"), ("AWS/DynamoDB", "ReadThrottleEvents", "Count"), ("AWS/DynamoDB", "SuccessfulRequestLatency", "Milliseconds"),
    ("AWS/States", "ExecutionTime", "Milliseconds"), ("AWS/States", "ExecutionsTimedOut", "Count"), ("AWS/States", "LambdaFunctionRunTime", "Milliseconds"),
    ("AWS/CloudFront", "5xxErrorRate", "Percent"), ("AWS/CloudFront", "Requests", "None"), ("AWS/EBS", "VolumeQueueLength", "Count"),
    ("AWS/EBS", "BurstBalance", "Percent"), ("AWS/EBS", "VolumeIdleTime", "Seconds"), ("AWS/SQS", "SentMessageSize", "Bytes"),
    ("AWS/ApplicationELB", "RequestCount", "Count"), ("AWS/ApplicationELB", "UnHealthyHostCount", "Count"), ("AWS/ApplicationELB", "HTTPCode_ELB_502_Count", "Count"),
    ("AWS/NetworkELB", "UnHealthyHostCount", "Count"), ("AWS/SNS", "NumberOfNotificationsFailed", "Count"), ("AWS/ECS", "CPUUtilization", "Percent"),
    ("AWS/SQS", "Inventada", None), ("Meu/Espaco", "Errors", None),
]


@pytest.mark.parametrize("name", WRONG)
def test_a_unit_in_which_the_metric_is_not_published_is_a_finding(name: str) -> None:
    said = [found.message for found in findings(*WRONG[name])]
    assert sum(CAUSE in message for message in said) == 1, said


@pytest.mark.parametrize("name", RIGHT)
def test_the_unit_of_the_metric_has_no_finding(name: str) -> None:
    assert not [found.message for found in findings(*RIGHT[name]) if CAUSE in found.message]


@pytest.mark.parametrize("namespace, metric, unit", PUBLISHED)
def test_the_unit_in_which_each_service_publishes(namespace: str, metric: str, unit: str | None) -> None:
    assert unit_of_metric(namespace, metric) == unit


def test_the_units_are_those_that_cloudwatch_takes() -> None:
    assert {unit for each in UNITS.values() for unit in each} <= {
        "Seconds", "Milliseconds", "Bytes", "Percent", "Count", "Count/Second", "Bytes/Second", "None"}
