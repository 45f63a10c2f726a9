"""O que o template marca de manutenção, e o que escreve igual ao padrão da AWS: o certo passa, o que a AWS recusa não."""

from __future__ import annotations

import pytest
from attempts import findings
from bench import prop

PDV, WEB, SPECTRA = "pdv-alta-disponibilidade", "web-ec2-rds-s3", "espectrometria"
RDS, GROUP, TARGETS = "Banco", "GrupoInstancias", "GrupoDestino"
RIGHT = {
    "janelas que não se tocam": (PDV, {prop(RDS, "PreferredBackupWindow"): "03:00-04:00",
                                       prop(RDS, "PreferredMaintenanceWindow"): "sun:05:00-sun:06:00"}),
    "a janela que passa da meia-noite": (PDV, {prop(RDS, "PreferredBackupWindow"): "23:30-00:30",
                                               prop(RDS, "PreferredMaintenanceWindow"): "Mon:01:00-Mon:02:00"}),
    "a verificação de saúde por extenso": (PDV, {prop(TARGETS, "HealthCheckProtocol"): "HTTP", prop(TARGETS, "HealthCheckPort"): "traffic-port",
                                                 prop(TARGETS, "HealthCheckEnabled"): True, prop(TARGETS, "TargetType"): "instance",
                                                 prop(TARGETS, "ProtocolVersion"): "HTTP1"}),
    "a saúde que aceita mais códigos": (PDV, {prop(TARGETS, "Matcher"): {"HttpCode": "200,204"}}),
    "a política de manutenção": (PDV, {prop(GROUP, "InstanceMaintenancePolicy"): {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110},
                                       prop(GROUP, "AvailabilityZoneDistribution"): {"CapacityDistributionStrategy": "balanced-best-effort"},
                                       prop(GROUP, "NewInstancesProtectedFromScaleIn"): "false"}),
    "os padrões do banco": (PDV, {prop(RDS, "NetworkType"): "IPV4", prop(RDS, "EnablePerformanceInsights"): False, prop(RDS, "MonitoringInterval"): 0}),
    "os padrões do balanceador": (PDV, {prop("Balanceador", "Type"): "application", prop("Balanceador", "LoadBalancerAttributes"): [
        {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}, {"Key": "routing.http2.enabled", "Value": "true"}]}),
    "a máquina de estados de sempre": (SPECTRA, {prop("MaquinaAnalise", "StateMachineType"): "STANDARD",
                                                 prop("MaquinaAnalise", "Definition", "QueryLanguage"): "JSONPath"}),
    "o disco temporário da função": (SPECTRA, {prop("FuncaoEtapas", "EphemeralStorage"): {"Size": 1024}, prop("FuncaoEtapas", "PackageType"): "Zip"}),
    "a instância de sempre": (WEB, {prop("Servidor", "Tenancy"): "default", prop("Servidor", "SourceDestCheck"): True, prop("Servidor", "Monitoring"): False}),
}
WRONG = {
    "janelas que se tocam": (PDV, {prop(RDS, "PreferredBackupWindow"): "05:30-06:30",
                                   prop(RDS, "PreferredMaintenanceWindow"): "sun:05:00-sun:06:00"}, "toca a de manutenção"),
    "a manutenção que vira o dia": (PDV, {prop(RDS, "PreferredBackupWindow"): "00:15-01:00",
                                          prop(RDS, "PreferredMaintenanceWindow"): "sun:23:45-mon:00:30"}, "toca a de manutenção"),
    "a janela curta": (PDV, {prop(RDS, "PreferredBackupWindow"): "05:30-05:45"}, "o RDS recusa a janela"),
    "a janela sem dia": (PDV, {prop(RDS, "PreferredMaintenanceWindow"): "05:30-06:30"}, "o RDS recusa a janela"),
    "a saúde por HTTPS numa porta em claro": (PDV, {prop(TARGETS, "HealthCheckProtocol"): "HTTPS"}, "fala HTTPS, e a porta atende HTTP"),
    "a saúde na mesma porta, dita por extenso": (PDV, {prop(TARGETS, "HealthCheckProtocol"): "HTTPS", prop(TARGETS, "HealthCheckPort"): "8080"},
                                                 "fala HTTPS, e a porta atende HTTP"),
    "a saúde dos pods por HTTPS": (SPECTRA, {prop("GrupoDestinoApi", "HealthCheckProtocol"): "HTTPS"}, "fala HTTPS, e a porta atende HTTP"),
    "a saúde desligada": (PDV, {prop(TARGETS, "HealthCheckEnabled"): False}, "desliga a verificação de saúde"),
    "o prazo maior que o intervalo": (PDV, {prop(TARGETS, "HealthCheckTimeoutSeconds"): 20, prop(TARGETS, "HealthCheckIntervalSeconds"): 10},
                                      "espera mais que o intervalo"),
    "a saúde que não aceita 200": (PDV, {prop(TARGETS, "Matcher"): {"HttpCode": "301-399"}}, "não aceita 200"),
    "a página diz CPU, e a política segue a rede": (PDV, {prop("PoliticaEscala", "TargetTrackingConfiguration", "PredefinedMetricSpecification",
                                                               "PredefinedMetricType"): "ASGAverageNetworkOut"}, "segue outra medida"),
    "a página diz CPU, e a política segue uma medida própria": (SPECTRA, {prop("PoliticaEscala", "TargetTrackingConfiguration"): {
        "CustomizedMetricSpecification": {"MetricName": "mem_used_percent", "Namespace": "CWAgent", "Statistic": "Average"}, "TargetValue": 50}},
        "segue outra medida"),
    "a manutenção que tira todas": (PDV, {prop(GROUP, "InstanceMaintenancePolicy"): {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}},
                                    "deixa tirar todas as instâncias"),
    "a manutenção que não existe": (PDV, {prop(GROUP, "InstanceMaintenancePolicy"): {"MinHealthyPercentage": 50, "MaxHealthyPercentage": 200}},
                                    "o Auto Scaling recusa os limites"),
    "o grupo de parâmetros de outro lugar": (PDV, {prop(RDS, "DBParameterGroupName"): "outro"}, "não se conhecem os parâmetros"),
    "o contrário do padrão": (WEB, {prop("Servidor", "Tenancy"): "host"}, "`Tenancy`"),
}


def parameters(**changed: object) -> dict[tuple[object, ...], object]:
    group = {"Type": "AWS::RDS::DBParameterGroup", "Properties": {"Family": "postgres18", "Description": "Parametros",
                                                                  "Parameters": {"log_min_duration_statement": "500"}, **changed}}
    return {("Resources", "Parametros"): group, prop(RDS, "DBParameterGroupName"): {"Ref": "Parametros"}}


@pytest.mark.parametrize("case", RIGHT)
def test_what_changes_nothing_is_accepted(case: str) -> None:
    slug, edits = RIGHT[case]
    assert [found.message for found in findings(slug, edits)] == []


@pytest.mark.parametrize("case", WRONG)
def test_what_aws_refuses_is_named(case: str) -> None:
    slug, edits, reason = WRONG[case]
    assert any(reason in found.message for found in findings(slug, edits))


def test_a_parameter_group_is_of_the_engine_and_only_watches() -> None:
    assert [found.message for found in findings(PDV, parameters())] == []
    assert any("não é da família" in found.message for found in findings(PDV, parameters(Family="postgres17")))
    read_only = parameters(Parameters={"default_transaction_read_only": "1"})
    assert any("`default_transaction_read_only`" in found.message for found in findings(PDV, read_only))
