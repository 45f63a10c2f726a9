"""O que só observa, ou só guarda um texto, acrescentado a uma arquitetura de verdade, não a recusa; o que ali mudaria uma seta é dito."""

from __future__ import annotations

from typing import Any

import pytest
from tests.proofs.bench import R, Architecture, prop, real

from scripts.checks import prices, resources
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def added(slug: str, **more: Any) -> Architecture:
    found = real(slug)
    for name, body in more.items():
        found = found.put(R, name, value=body)
    return found


def left(found: Architecture) -> list[str]:
    return [finding.message for finding in (*unread(found.diagram, found.views, found.proofs), *unclaimed(found.diagram, found.views, found.proofs),
                                            *resources.check(found.diagram, found.template), *prices.check(found.views))]


WATCHERS = {
    "painel": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": {"Fn::Sub": '{"widgets":["${FilaPedidos.QueueName}"]}'}}},
    "anomalia": {"Type": "AWS::CloudWatch::AnomalyDetector", "Properties": {
        "Namespace": "AWS/SQS", "MetricName": "X", "Stat": "Sum", "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["FilaPedidos", "QueueName"]}}]}},
    "alarme-composto": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": {"Fn::Sub": 'ALARM("${AlarmeErros}")'}}},
    "consulta": {"Type": "AWS::Logs::QueryDefinition", "Properties": {"Name": "x", "QueryString": "y", "LogGroupNames": [{"Ref": "LogsFuncao"}]}},
    "parametro": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "BucketLoja"}}},
    "parametro-com-o-endereco": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Balanceador", "DNSName"]}}},
}


@pytest.mark.parametrize("name", WATCHERS)
def test_what_only_looks_changes_nothing(name):
    assert left(added("ecommerce", Novo=WATCHERS[name])) == []


def test_what_looks_at_nothing_drawn_is_a_finding():
    lost = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{}"}}
    assert left(added("ecommerce", Novo=lost)) == [
        "`Novo` (`AWS::CloudWatch::Dashboard`) não apoia nada do que está desenhado; ligue-o por referência ao recurso a que serve, ou remova-o."]


TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ACTIONS = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]


def flow(where: dict[str, Any], watched: str = "Vpc", actions: list[str] = ACTIONS, target: Any = None, service: str = "") -> Architecture:
    trust = TRUST if not service else {"Statement": [{**TRUST["Statement"][0], "Principal": {"Service": service}}]}
    statement = {"Effect": "Allow", "Action": actions, "Resource": target or arn("LogsRede")}
    return added(
        "ecommerce", LogsRede={"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 14}},
        PapelRede={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [
            {"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}]}},
        Registro={"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceType": "VPC", "ResourceId": {"Ref": watched}, "TrafficType": "ALL", **where,
                                                              "DeliverLogsPermissionArn": arn("PapelRede")}})


BY_NAME, BY_ARN = {"LogGroupName": {"Ref": "LogsRede"}}, {"LogDestinationType": "cloud-watch-logs", "LogDestination": arn("LogsRede")}


@pytest.mark.parametrize("where", [BY_NAME, BY_ARN])
@pytest.mark.parametrize("watched", ["Vpc", "SubRedeDadosA"])
def test_the_traffic_noted_in_a_group_of_its_own_changes_nothing(where, watched):
    assert left(flow(where, watched)) == []


@pytest.mark.parametrize("found, said", [
    (flow(BY_NAME, actions=[*ACTIONS, "logs:DeleteLogGroup"]), "`logs:DeleteLogGroup`"),
    (flow(BY_NAME, actions=["logs:PutLogEvents"], target=arn("LogsFuncao")), "`logs:PutLogEvents`"),
    (flow({"LogGroupName": "outro"}), "`logs:PutLogEvents`"),
    (flow(BY_NAME, service="lambda.amazonaws.com"), "lambda.amazonaws.com"),
    (flow({"LogDestinationType": "s3", "LogDestination": arn("BucketLoja")}), "`Registro` (`AWS::EC2::FlowLog`) cita `BucketLoja`"),
])
def test_what_a_flow_log_does_not_need_is_said(found, said):
    assert any(said in text for text in left(found))


@pytest.mark.parametrize("found, missing", [
    (flow(BY_NAME), ""), (flow(BY_ARN), ""), (flow(BY_NAME).remove(*prop("LogsRede", "RetentionInDays")), "os logs de `LogsRede` ficam para sempre"),
    (flow(BY_ARN).remove(*prop("LogsRede", "RetentionInDays")), "os logs de `LogsRede` ficam para sempre"),
    (flow({"LogGroupName": "outro"}), "`Registro` não anota num grupo de logs do template"),
    (flow({"LogDestinationType": "kinesis-data-firehose", "LogDestination": "arn"}), "`Registro` não anota num grupo de logs do template"),
    (flow({"LogDestinationType": "s3", "LogDestination": arn("BucketLoja")}), ""),
])
def test_what_is_noted_of_the_traffic_is_kept_for_a_time(found, missing):
    told = found.claim("logs-com-prazo")
    assert told.proven is (missing == "") and missing in " ".join(map(str, told.missing))


PLAIN = [
    ("GrupoInstancias", "MetricsCollection", [{"Granularity": "1Minute", "Metrics": ["GroupInServiceInstances"]}]),
    ("GrupoInstancias", "MaxInstanceLifetime", 604800), ("ModeloLancamento", "VersionDescription", "a primeira"),
    ("NatA", "MaxDrainDurationSeconds", 300), ("Banco", "ApplyImmediately", True), ("Banco", "CertificateRotationRestart", False),
]


@pytest.mark.parametrize("resource, name, value", PLAIN)
def test_a_property_that_changes_no_arrow_is_silent(resource, name, value):
    assert left(real("ecommerce").put(*prop(resource, name), value=value)) == []


def listening(key: str, value: str) -> Architecture:
    return real("envio-e-consulta").put(*prop("OuvinteHttps", "ListenerAttributes"), value=[{"Key": f"routing.http.{key}", "Value": value}])


@pytest.mark.parametrize("key, value", [
    ("response.strict_transport_security.header_value", "max-age=31536000"), ("response.server.enabled", "false"),
    ("response.x_content_type_options.header_value", "nosniff")])
def test_a_header_of_the_answer_is_silent(key, value):
    assert left(listening(key, value)) == []


@pytest.mark.parametrize("key", ["request.x_amzn_tls_version.header_name", "response.access_control_allow_origin.header_value",
                                 "response.content_security_policy.header_value"])
def test_a_header_that_the_program_or_the_page_may_need_is_said(key):
    assert any(f"A prova não leu `ListenerAttributes.routing.http.{key}`" in text for text in left(listening(key, "x")))


def keeping(effect: str, **more: Any) -> Architecture:
    statement = {"Effect": effect, "Principal": "*", "Action": "dynamodb:*", "Resource": "*", **more}
    return real("cli-s3-lambda-dynamodb").put(*prop("TabelaResultados", "ResourcePolicy"), value={"PolicyDocument": {"Statement": [statement]}})


SECURE = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("found, proven", [
    (keeping("Deny", Sid="SemTls", Condition=SECURE), True), (keeping("Deny", Action="dynamodb:DeleteTable"), True),
    (keeping("Deny"), False), (keeping("Deny", Action=["dynamodb:Put*"]), False),
    (keeping("Deny", Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
    (keeping("Deny", Condition={"StringEquals": {"aws:x": "y"}}), False),
])
def test_the_policy_of_a_table_is_read_whole(found, proven):
    assert found.proof("funcao--resultados").proven is proven
    assert not proven or left(found) == []


@pytest.mark.parametrize("slug, resource, name, value", [
    ("musicas", "Servidor", "Monitoring", True), ("espectrometria", "DefinicaoLote", "PropagateTags", True),
    ("musicas", "Servidor", "PropagateTagsToVolumeOnCreation", True), ("espectrometria", "Zona", "HostedZoneConfig", {"Comment": "x"})])
def test_the_same_elsewhere(slug, resource, name, value):
    assert left(real(slug).put(*prop(resource, name), value=value)) == []
