"""O que a página promete e o template deixa de fazer: copiar, apagar no prazo, avisar; num template real, uma mudança só."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Case, Edits, findings, refused, text_of
from bench import REMOVED, R, prop

ESPECTRO, METADADOS, FOTO, MUSICAS, WEB, VOLUMES = (
    "espectrometria", "metadados-s3", "foto-perfil", "musicas", "web-ec2-rds-s3", "dois-volumes-ebs")
PDV, ENVIO = "pdv-alta-disponibilidade", "envio-e-consulta"
WHOLE = {"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balanceador", "LoadBalancerFullName"]}}
GROUP = {"Name": "TargetGroup", "Value": {"Fn::GetAtt": ["GrupoDestino", "TargetGroupFullName"]}}
TAG = [{"Key": "CopiaDiaria", "Value": {"Ref": "AWS::StackName"}}]
OLD = ("LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration", "NoncurrentDays")


def ttl(table: str, *keys: str) -> tuple[Any, ...]:
    return prop(table, "TimeToLiveSpecification", *keys)


def alarm(name: str) -> tuple[Any, ...]:
    return prop("AlarmeFalhas", name)


def watch(name: str = "Dimensions") -> tuple[Any, ...]:
    return prop("AlarmeInstancias", name)


def tls(policy: str) -> Edits:
    return {prop("OuvinteHttps", "SslPolicy"): policy}


def bundle(path: str) -> Edits:
    return text_of((R, "Servidor", "Metadata"), "global/global-bundle", path)


def key(*services: str) -> dict[str, Any]:
    """Uma chave que entrega o controle à conta, e o uso a estes serviços."""
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    return {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
            "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
                *({"Sid": "Avisar", "Effect": "Allow", "Principal": {"Service": service}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                   "Resource": "*"} for service in services)]}}}


def ciphered(*services: str) -> Edits:
    return {(R, "Chave"): key(*services), prop("Avisos", "KmsMasterKeyId"): {"Ref": "Chave"}}


FALSE: dict[str, Case] = {
    "etiqueta-de-ninguem": (VOLUMES, {prop("PoliticaSnapshots", "PolicyDetails", "TargetTags"): [{"Key": "Outra", "Value": "x"}]},
                            "nenhuma etiqueta de `PoliticaSnapshots`"),
    "etiqueta-tambem-de-outro": (VOLUMES, {prop("VolumeRecebidos", "Tags"): TAG}, "`VolumeRecebidos` também tem a etiqueta"),
    "etiqueta-so-de-outro": (VOLUMES, {
        prop("VolumeRecebidos", "Tags"): TAG, prop("VolumeDefinitivos", "Tags"): [{"Key": "Outra", "Value": "x"}]},
        "nenhuma etiqueta de `PoliticaSnapshots`"),
    "etiqueta-do-disco-raiz": (VOLUMES, {prop("Servidor", "Tags"): TAG, prop("Servidor", "PropagateTagsToVolumeOnCreation"): True},
                               "`Servidor` também tem a etiqueta"),
    "linhas-que-nao-somem": (FOTO, {ttl("TabelaFotos", "Enabled"): False}, "`TabelaFotos` não o usa: nada expira"),
    "auditoria-que-nao-some": (METADADOS, {ttl("TabelaAuditoria", "Enabled"): False}, "`TabelaAuditoria` não o usa: nada expira"),
    "auditoria-sem-prazo": (METADADOS, {ttl("TabelaAuditoria"): REMOVED}, "`TabelaAuditoria` não o usa: nada expira"),
    "prazo-noutra-tabela": (METADADOS, {
        ttl("TabelaAuditoria"): REMOVED, ttl("TabelaMetadados"): {"AttributeName": "expira_em", "Enabled": True}},
        "`TabelaAuditoria` não o usa: nada expira"),
    "prazo-que-e-a-chave": (FOTO, {ttl("TabelaFotos", "AttributeName"): "registro"}, "não é um número"),
    "versoes-por-um-dia": (WEB, {prop("BucketArquivos", *OLD): 1}, "em quanto tempo"),
    "versoes-substituidas-por-um-dia": (METADADOS, {prop("BucketEntrada", *OLD): 1}, "em quanto tempo"),
    "topico-com-a-chave-da-aws": (ESPECTRO, {prop("Avisos", "KmsMasterKeyId"): "alias/aws/sns"}, "`AlarmeFalhas` não consegue mandar a `Avisos`"),
    "topico-com-a-chave-da-aws-pelo-arn": (ESPECTRO, {prop("Avisos", "KmsMasterKeyId"): {
        "Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/sns"}}, "`AlarmeFalhas` não consegue mandar a `Avisos`"),
    "topico-com-chave-que-nao-deixa": (ESPECTRO, ciphered(), "`AlarmeFalhas` não consegue mandar a `Avisos`"),
    "topico-com-chave-de-outro": (ESPECTRO, {prop("Avisos", "KmsMasterKeyId"): "arn:aws:kms:sa-east-1:123456789012:key/1a2b"},
                                  "`AlarmeFalhas` não consegue mandar a `Avisos`"),
    "fila-com-a-chave-da-aws": (MUSICAS, {
        prop("FilaFalhas", "KmsMasterKeyId"): "alias/aws/sqs", prop("FilaFalhas", "SqsManagedSseEnabled"): REMOVED,
        (R, "Regra"): {"Type": "AWS::Events::Rule", "Properties": {
            "ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "x", "Arn": {"Fn::GetAtt": ["FilaFalhas", "Arn"]}}]}}},
        "`Regra` não consegue mandar a `FilaFalhas`"),
    "alarme-de-mais-de-um-dia": (ESPECTRO, {alarm("EvaluationPeriods"): 300}, "mais do que o CloudWatch aceita"),
    "alarme-de-mais-de-uma-semana": (ESPECTRO, {alarm("Period"): 3600, alarm("EvaluationPeriods"): 200}, "mais do que o CloudWatch aceita"),
    "periodo-que-nao-ha": (ESPECTRO, {alarm("Period"): 45}, "múltiplo de 60"),
    "mais-pontos-que-periodos": (ESPECTRO, {alarm("DatapointsToAlarm"): 3}, "pede 3 pontos de 1"),
    "media-de-contagem": (ESPECTRO, {alarm("Statistic"): "Average", alarm("Threshold"): 5}, "nunca dispara"),
    "em-alarme-sem-falha": (ESPECTRO, {alarm("TreatMissingData"): "breaching"}, "quando não há falha nenhuma"),
    "cpu-acima-de-cem": ("ecommerce", {(R, "AlarmeCpu"): {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 5, "Threshold": 100,
        "ComparisonOperator": "GreaterThanThreshold", "Dimensions": [{"Name": "AutoScalingGroupName", "Value": {"Ref": "GrupoInstancias"}}]}}},
        "nunca dispara"),
    "alarme-do-grupo-sem-o-balanceador": (PDV, {watch(): [GROUP]}, "`LoadBalancer` não é o nome completo"),
    "alarme-do-balanceador-sem-o-grupo": (PDV, {watch(): [WHOLE]}, "`TargetGroup` não é o nome completo"),
    "alarme-pelo-arn-do-grupo": (PDV, {watch(): [WHOLE, {**GROUP, "Value": {"Ref": "GrupoDestino"}}]}, "`TargetGroup` não é o nome completo"),
    "alarme-de-saudaveis-sem-o-balanceador": (PDV, {watch(): [GROUP], watch("MetricName"): "HealthyHostCount"}, "`LoadBalancer` não é"),
    "politica-que-aceita-tls-antigo": (ENVIO, tls("ELBSecurityPolicy-2016-08"), "aceita um TLS mais antigo que o 1.2"),
    "politica-que-aceita-tls-1.1": (ENVIO, tls("ELBSecurityPolicy-TLS13-1-1-2021-06"), "aceita um TLS mais antigo que o 1.2"),
    "politica-que-vale-sem-nenhuma": (ENVIO, tls(REMOVED), "aceita um TLS mais antigo que o 1.2"),
    "certificados-de-outra-regiao": (WEB, bundle("us-east-1/us-east-1-bundle"), "baixa os certificados do RDS de `us-east-1`"),
}

RIGHT: dict[str, tuple[str, Edits]] = {
    "fila-com-a-chave-da-aws-e-so-o-papel": (MUSICAS, {
        prop("FilaFalhas", "KmsMasterKeyId"): "alias/aws/sqs", prop("FilaFalhas", "SqsManagedSseEnabled"): REMOVED}),
    "topico-com-chave-que-deixa": (ESPECTRO, ciphered("cloudwatch.amazonaws.com")),
    "alarme-de-seis-dias": (ESPECTRO, {alarm("Period"): 3600, alarm("EvaluationPeriods"): 144}),
    "alarme-do-grupo-numa-zona": (PDV, {watch(): [{"Name": "AvailabilityZone", "Value": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}}, GROUP, WHOLE]}),
    "politica-de-tls-1.3": (ENVIO, tls("ELBSecurityPolicy-TLS13-1-3-2021-06")),
    "politica-de-tls-1.2-sem-1.3": (ENVIO, tls("ELBSecurityPolicy-FS-1-2-Res-2020-10")),
    "tls-de-que-a-pagina-nao-fala": (PDV, {prop("OuvinteHttps", "SslPolicy"): "ELBSecurityPolicy-2016-08"}),
    "certificados-da-regiao-da-pagina": (WEB, bundle("sa-east-1/sa-east-1-bundle")),
    "minimo-de-uma-falha": (ESPECTRO, {alarm("Statistic"): "Minimum"}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_promise_that_the_template_breaks_is_a_finding(name):
    assert refused(FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_a_promise_kept_in_another_way_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
