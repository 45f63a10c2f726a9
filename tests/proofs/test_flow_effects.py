"""O que se escreve e não faz o que parece, nos templates reais: cada tipo é achado, e a forma certa ao lado passa."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings
from bench import R, REMOVED, prop
from test_outside_attacks import ESPECTRO, LOJA, PDV
from test_right_forms import ref, written

CLI, META, FOTO, MUSICAS = "cli-s3-lambda-dynamodb", "metadados-s3", "foto-perfil", "musicas"
DAYS, ARCHIVE = 30, "GLACIER"


def variable(name: str, value: Any, slug: str = META, function: str = "FuncaoProcessar") -> tuple[str, Edits]:
    return slug, {prop(function, "Environment", "Variables", name): value}


def batch(name: str, value: Any) -> tuple[str, Edits]:
    pairs = written(ESPECTRO, "DefinicaoLote", "ContainerProperties", "Environment")
    return ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "Environment"): [*pairs, {"Name": name, "Value": value}]}


def rule(bucket: str, slug: str, **more: Any) -> tuple[str, Edits]:
    """Mais uma regra no ciclo de vida do bucket."""
    rules = written(slug, bucket).get("LifecycleConfiguration", {"Rules": []})["Rules"]
    return slug, {prop(bucket, "LifecycleConfiguration"): {"Rules": [*rules, {"Status": "Enabled", **more}]}}


def moved(to: str, **more: Any) -> tuple[str, Edits]:
    return rule("BucketResultado", ESPECTRO, Transitions=[{"StorageClass": to, "TransitionInDays": DAYS}], **more)


def subscribed(**more: Any) -> tuple[str, Edits]:
    return ESPECTRO, {prop("Avisos", "Subscription", 0): {"Protocol": "email", "Endpoint": ref("Email"), **more}}


def logs(**options: Any) -> tuple[str, Edits]:
    return ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "LogConfiguration", "Options", f"awslogs-{name}"): value
                      for name, value in options.items()}


def access(**more: Any) -> Edits:
    return {(R, "Entrada"): {"Type": "AWS::EKS::AccessEntry", **more, "Properties": {
        "ClusterName": ref("Cluster"), "PrincipalArn": "arn:aws:iam::111122223333:role/outro", "AccessPolicies": [{
            "PolicyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "AccessScope": {"Type": "cluster"}}]}}}


OFF = {prop("Cluster", "AccessConfig", "BootstrapClusterCreatorAdminPermissions"): False}
METRIC_FILTER = {"Type": "AWS::Logs::MetricFilter", "Properties": {
    "LogGroupName": ref("LogsFuncao"), "FilterPattern": "erro",
    "MetricTransformations": [{"MetricName": "x", "MetricNamespace": "y", "MetricValue": "1"}]}}
FALSE: dict[str, tuple[str, Edits]] = {
    "wrapper-sem-camada": variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/otel-instrument"),
    "outro-endereco-do-sdk": variable("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000"),
    "proxy": variable("HTTPS_PROXY", "http://10.0.0.9:3128", FOTO, "FuncaoValidar"),
    "biblioteca-antes": variable("LD_PRELOAD", "/opt/x.so", MUSICAS, "FuncaoCatalogar"),
    "casa-do-python": variable("PYTHONHOME", "/opt"),
    "regiao-reservada": variable("AWS_REGION", ref("AWS::Region"), CLI),
    "regiao-fixa": variable("REGIAO", "us-east-1"),
    "endereco-no-batch": batch("AWS_ENDPOINT_URL", "http://127.0.0.1"),
    "regiao-no-batch": batch("AWS_DEFAULT_REGION", "us-east-1"),
    "ttl-de-outro-atributo": (META, {prop("TabelaAuditoria", "TimeToLiveSpecification", "AttributeName"): "expira"}),
    "ttl-com-erro": (FOTO, {prop("TabelaFotos", "TimeToLiveSpecification", "AttributeName"): "Expira"}),
    "ttl-em-quem-nao-grava": (META, {prop("TabelaMetadados", "TimeToLiveSpecification"): {"AttributeName": "ttl", "Enabled": True}}),
    "arquiva-o-que-se-le": moved(ARCHIVE),
    "arquiva-fundo": moved("DEEP_ARCHIVE"),
    "arquiva-no-singular": rule("BucketResultado", ESPECTRO, Transition={"StorageClass": ARCHIVE, "TransitionInDays": DAYS}),
    "arquiva-o-que-o-site-mostra": rule("BucketFichas", MUSICAS, Transitions=[{"StorageClass": ARCHIVE, "TransitionInDays": 1}]),
    "arquiva-sozinho": (ESPECTRO, {prop("BucketResultado", "IntelligentTieringConfigurations"): [
        {"Id": "x", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}]}),
    "apaga-o-que-fica": rule("BucketFotos", FOTO, ExpirationInDays=DAYS),
    "apaga-parte-do-que-fica": rule("BucketFotos", FOTO, ExpirationInDays=DAYS, Prefix="fotos/"),
    "apaga-num-dia": rule("BucketFotos", FOTO, ExpirationDate="2030-01-01T00:00:00Z"),
    "filtro-de-atributo": subscribed(FilterPolicy={"origem": ["analise"]}),
    "filtro-de-corpo-que-nao-ha": subscribed(FilterPolicy={"origem": ["analise"]}, FilterPolicyScope="MessageBody"),
    "filtro-so-de-volta-ao-normal": subscribed(FilterPolicy={"NewStateValue": ["OK"]}, FilterPolicyScope="MessageBody"),
    "logs-de-outra-regiao": logs(region="us-east-1"),
    "logs-pelo-arn": logs(group={"Fn::GetAtt": ["LogsAnalise", "Arn"]}),
    "logs-em-outro-grupo": logs(group="/outro/grupo"),
    "classe-de-entrega": (CLI, {prop("LogsFuncao", "LogGroupClass"): "DELIVERY"}),
    "classe-de-entrega-do-batch": (ESPECTRO, {prop("LogsAnalise", "LogGroupClass"): "DELIVERY"}),
    "classe-sem-filtro": (CLI, {prop("LogsFuncao", "LogGroupClass"): "INFREQUENT_ACCESS", (R, "Conta"): METRIC_FILTER}),
    "alarme-de-outra-maquina": (ESPECTRO, {prop("AlarmeFalhas", "Dimensions", 0, "Value"): "arn:aws:states:sa-east-1:111122223333:stateMachine:x"}),
    "alarme-pelo-nome": (ESPECTRO, {prop("AlarmeFalhas", "Dimensions", 0, "Value"): {"Fn::GetAtt": ["MaquinaAnalise", "Name"]}}),
    "alarme-sem-dimensao": (ESPECTRO, {prop("AlarmeFalhas", "Dimensions"): REMOVED}),
    "alarme-ao-contrario": (ESPECTRO, {prop("AlarmeFalhas", "ComparisonOperator"): "LessThanThreshold"}),
    "alarme-so-com-duas": (PDV, {prop("AlarmeInstancias", "ComparisonOperator"): "GreaterThanThreshold"}),
    "alarme-so-com-tres": (LOJA, {prop("AlarmeInstancias", "Threshold"): 3}),
    "alarme-na-segunda-falha": (ESPECTRO, {prop("AlarmeFalhas", "Threshold"): 2}),
    "alarme-mudo": (PDV, {prop("AlarmeErros", "ActionsEnabled"): False}),
    "cluster-de-ninguem": (ESPECTRO, OFF),
    "cluster-de-outro": (ESPECTRO, {**OFF, **access()}),
    "cluster-de-mais-um": (ESPECTRO, access()),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "alarme-acima-de-zero": (PDV, {prop("AlarmeInstancias", "ComparisonOperator"): "GreaterThanThreshold", prop("AlarmeInstancias", "Threshold"): 0}),
    "alarme-que-diz-quantas": (PDV, {prop("AlarmeInstancias", "Threshold"): 2, prop("AlarmeInstancias", "AlarmDescription"): "Há 2 instâncias ruins."}),
    "tentativas-do-sdk": variable("AWS_MAX_ATTEMPTS", "5"),
    "saida-sem-espera": variable("PYTHONUNBUFFERED", "1"),
    "regiao-da-pilha": variable("REGIAO", ref("AWS::Region")),
    "regiao-da-pilha-no-batch": batch("AWS_DEFAULT_REGION", ref("AWS::Region")),
    "ttl-desligado": (META, {prop("TabelaMetadados", "TimeToLiveSpecification"): {"AttributeName": "ttl", "Enabled": False}}),
    "classe-que-se-le-na-hora": moved("GLACIER_IR"),
    "regra-desligada": moved(ARCHIVE, Status="Disabled"),
    "filtro-de-alarme": subscribed(FilterPolicy={"NewStateValue": ["ALARM"]}, FilterPolicyScope="MessageBody"),
    "logs-sem-regiao": logs(region=REMOVED),
    "classe-padrao": (CLI, {prop("LogsFuncao", "LogGroupClass"): "STANDARD"}),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_has_no_effect_is_a_finding(name):
    assert findings(*FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_form_beside_it_passes(name):
    assert findings(*RIGHT[name]) == []


def test_the_finding_names_the_cause():
    said = [finding for finding in findings(*FALSE["wrapper-sem-camada"]) if finding.code == "sem-efeito"]
    assert len(said) == 1 and "AWS_LAMBDA_EXEC_WRAPPER" in said[0].message




UNSAID: dict[str, tuple[str, Edits]] = {
    "alarme-de-outra-metrica": (ESPECTRO, {prop("AlarmeFalhas", "MetricName"): "ExecutionThrottled"}),
    "alarme-de-sucesso": (ESPECTRO, {prop("AlarmeFalhas", "MetricName"): "ExecutionsSucceeded"}),
    "alarme-do-balanceador": (PDV, {prop("AlarmeErros", "MetricName"): "HTTPCode_ELB_3XX_Count"}),
    "alarme-de-instancias": (LOJA, {prop("AlarmeInstancias", "MetricName"): "RequestCount"}),
    "orcamento-por-previsao": (ESPECTRO, {prop("Orcamento", "NotificationsWithSubscribers", 0, "Notification", "NotificationType"): "FORECASTED"}),
    "apaga-o-que-a-pagina-nao-diz": rule("BucketFichas", MUSICAS, ExpirationInDays=DAYS),
    "apaga-num-prazo-de-outro": rule("BucketMusicas", MUSICAS, ExpirationInDays=14),
}


def alarm(namespace: str, metric: str, dimension: str, value: Any, **properties: Any) -> Edits:
    return {(R, "AlarmeNovo"): {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmDescription": "Mais um.", "Namespace": namespace, "MetricName": metric, "Dimensions": [{"Name": dimension, "Value": value}],
        "Statistic": "Maximum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 80,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching", **properties}}}


FURTHER: dict[str, tuple[str, Edits]] = {
    "dos erros da função": (LOJA, alarm("AWS/Lambda", "Errors", "FunctionName", {"Ref": "FuncaoRecibo"}, Statistic="Sum", Threshold=1)),
    "da função de uma página que não nomeia métricas": (CLI, alarm("AWS/Lambda", "Throttles", "FunctionName", {"Ref": "FuncaoProcessar"})),
    "da CPU do grupo": (PDV, alarm("AWS/EC2", "CPUUtilization", "AutoScalingGroupName", {"Ref": "GrupoInstancias"})),
    "do espaço do banco": (PDV, alarm("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", {"Ref": "Banco"}, Statistic="Minimum",
                                      ComparisonOperator="LessThanThreshold", Threshold=1_000_000_000)),
}


@pytest.mark.parametrize("name", FURTHER)
def test_one_more_alarm_asks_no_text(name):
    assert findings(*FURTHER[name]) == []


def test_one_more_alarm_does_not_stand_for_the_one_the_page_tells():
    slug, edits = FURTHER["da CPU do grupo"]
    both = findings(slug, {**edits, prop("AlarmeErros", "MetricName"): "HTTPCode_ELB_3XX_Count"})
    assert "aviso-sem-nome" in {finding.code for finding in both}


@pytest.mark.parametrize("name", UNSAID)
def test_what_the_page_does_not_say_is_a_finding(name):
    assert {finding.code for finding in findings(*UNSAID[name])} & {"aviso-sem-nome", "prazo-contrario", "prazo-sem-texto"}
