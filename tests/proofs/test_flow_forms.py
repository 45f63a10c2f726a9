"""Formas certas dos fluxos sem servidor que se recusavam, e o que, parecido com elas, é falso."""

from __future__ import annotations

import pytest
from attempts import Edits, findings
from bench import R, REMOVED, prop
from test_outside_attacks import PDV
from test_right_forms import ref, written

CLI, META, ENVIO = "cli-s3-lambda-dynamodb", "metadados-s3", "envio-e-consulta"
WAYS = ("Put", "Post", "Copy", "CompleteMultipartUpload")


def told(*ways: str, **more: str) -> Edits:
    """A notificação de `META` escrita num aviso por modo de criar."""
    entry = written(META, "BucketEntrada", "NotificationConfiguration", "LambdaConfigurations", 0)
    return {prop("BucketEntrada", "NotificationConfiguration", "LambdaConfigurations"): [
        {**entry, "Event": f"s3:ObjectCreated:{way}", **({"Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": more[way]}]}}}
                                                         if way in more else {})} for way in ways]}


def metrics(*more: dict, **changed: object) -> Edits:
    """O alarme da fila de `CLI` escrito com `Metrics`."""
    whole = written(CLI, "AlarmeFalhas")
    metric = {name: whole[name] for name in ("Namespace", "MetricName", "Dimensions")}
    stat = {"Stat": "Maximum", "Period": 300, "Metric": {**metric, **changed}}
    first = {"Id": "m1", "ReturnData": True, "MetricStat": stat}
    gone = {prop("AlarmeFalhas", name): REMOVED for name in (*metric, "Statistic", "Period")}
    return {**gone, prop("AlarmeFalhas", "Metrics"): [first, *more]}


def parameters(family: str = "postgres18", **said: str) -> Edits:
    return {(R, "Parametros"): {"Type": "AWS::RDS::DBParameterGroup", "Properties": {
        "Family": family, "Description": "x", "Parameters": said or {"log_min_duration_statement": "1000"}}},
        prop("Banco", "DBParameterGroupName"): ref("Parametros")}


def secrets_endpoint(group: str = "GrupoServidor", port: int = 443) -> Edits:
    """Um endpoint do Secrets Manager, com um grupo que aceita este; o preço dele não se conhece."""
    return {
        (R, "GrupoEndpoint"): {"Type": "AWS::EC2::SecurityGroup", "Properties": {
            "GroupDescription": "x", "VpcId": ref("Vpc"),
            "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "SourceSecurityGroupId": ref(group)}],
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]}},
        (R, "EndpointSegredos"): {
            "Type": "AWS::EC2::VPCEndpoint", "Metadata": {"Excecoes": {"recurso-sem-preco": "Um teste."}}, "Properties": {
                "VpcEndpointType": "Interface", "VpcId": ref("Vpc"), "PrivateDnsEnabled": True, "SubnetIds": [ref("SubRedePublicaA")],
                "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.secretsmanager"}, "SecurityGroupIds": [ref("GrupoEndpoint")]}}}


RIGHT: dict[str, tuple[str, Edits]] = {
    "quatro-eventos": (META, told(*WAYS)),
    "eventos-noutra-ordem": (META, told(*reversed(WAYS))),
    "principal-com-sufixo": (META, {prop("PermissaoInvocar", "Principal"): {"Fn::Sub": "s3.${AWS::URLSuffix}"}}),
    "confianca-com-sufixo": (META, {
        prop("PapelFuncao", "AssumeRolePolicyDocument", "Statement", 0, "Principal", "Service"): {"Fn::Sub": "lambda.${AWS::URLSuffix}"}}),
    "alarme-com-metrics": (CLI, metrics()),
    "grupo-de-parametros": (ENVIO, parameters()),
    "grupo-que-exige-tls": (ENVIO, parameters(**{"rds.force_ssl": "1"})),
    "grupo-que-registra": (PDV, parameters(log_statement="ddl", log_connections="1")),
    "grupo-padrao": (ENVIO, {prop("Banco", "DBParameterGroupName"): "default.postgres18"}),
    "endpoint-de-segredos": (ENVIO, secrets_endpoint()),
}
FALSE: dict[str, tuple[str, Edits]] = {
    "tres-eventos": (META, told(*WAYS[:3])),
    "um-evento-de-outra-pasta": (META, told(*WAYS, CompleteMultipartUpload="outra/")),
    "evento-que-nao-ha": (META, told(*WAYS[:3], "Tagging")),
    "curinga-no-comeco": ("musicas", {
        prop("BucketMusicas", "NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value"): "musicas/*"}),
    "curinga-no-fim": (META, told(*WAYS, **dict.fromkeys(WAYS, "entrada?"))),
    "principal-de-outro": (META, {prop("PermissaoInvocar", "Principal"): {"Fn::Sub": "sns.${AWS::URLSuffix}"}}),
    "metrics-de-outra": (CLI, metrics(MetricName="NumberOfMessagesSent")),
    "metrics-de-outra-fila": (CLI, metrics(Dimensions=[{"Name": "QueueName", "Value": "outra"}])),
    "metrics-com-conta": (CLI, metrics({"Id": "e1", "Expression": "m1 * 0", "ReturnData": False})),
    "familia-de-outra-versao": (ENVIO, parameters("postgres17")),
    "familia-de-outro-motor": (ENVIO, parameters("mysql8.0")),
    "grupo-que-abre": (PDV, parameters(**{"rds.force_ssl": "0"})),
    "grupo-com-uma-conexao": (PDV, parameters(max_connections="1")),
    "grupo-de-fora": (ENVIO, {prop("Banco", "DBParameterGroupName"): "de-outra-pilha"}),
    "endpoint-que-recusa": (ENVIO, secrets_endpoint("GrupoBanco")),
    "endpoint-noutra-porta": (ENVIO, secrets_endpoint(port=80)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_form_has_no_finding(name):
    assert findings(*RIGHT[name]) == []


@pytest.mark.parametrize("name", FALSE)
def test_a_false_one_beside_it_is_a_finding(name):
    assert findings(*FALSE[name])
