"""O que gente de fora mudou nos templates reais: cada mudança falsa é um achado, e cada forma certa passa.

Cada caso muda um template pelos caminhos do documento e pergunta à conferência inteira. As mudanças
são de quem não escreveu as regras.
"""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings, text_of
from bench import REMOVED, R, prop


def excused(resource: str, code: str) -> tuple[tuple[Any, ...], Any]:
    return (R, resource, "Metadata"), {"Excecoes": {code: "Uma diferença pensada."}}


DENY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
PDV, LOJA, ESPECTRO = "pdv-alta-disponibilidade", "ecommerce", "espectrometria"

FALSE: dict[str, tuple[str, Edits]] = {
    "concorrencia-zero": ("musicas", {prop("FuncaoCatalogar", "ReservedConcurrentExecutions"): 0}),
    "handler-de-outra": ("metadados-s3", {prop("FuncaoProcessar", "Handler"): "index.outra"}),
    "sinais-demais": (PDV, {(R, "GrupoInstancias", "CreationPolicy", "ResourceSignal", "Count"): 20}),
    "imagem-de-outro-processador": (LOJA, {("Parameters", "TipoInstancia", "Default"): "t4g.micro"}),
    "tarefa-maior-que-o-ambiente": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "ResourceRequirements", 0, "Value"): "8"}),
    "tarefa-so-para-ec2": (ESPECTRO, {prop("DefinicaoLote", "PlatformCapabilities"): ["EC2"]}),
    "cluster-sem-acesso-privado": (ESPECTRO, {prop("Cluster", "ResourcesVpcConfig", "EndpointPrivateAccess"): False}),
    "cluster-sem-politica-de-balanceadores": (ESPECTRO, {prop("PapelCluster", "ManagedPolicyArns"): lambda data: [
        arn for arn in data[R]["PapelCluster"]["Properties"]["ManagedPolicyArns"] if "LoadBalancing" not in str(arn)]}),
    "zona-fixa-em-multi-az": (PDV, {prop("Banco", "AvailabilityZone"): {"Fn::Select": [0, {"Fn::GetAZs": ""}]}}),
    "dois-nats-num-endereco": (PDV, {prop("NatB", "AllocationId"): {"Fn::GetAtt": ["EnderecoNatA", "AllocationId"]}}),
    "dois-discos-num-dispositivo": ("dois-volumes-ebs", {prop("LigacaoDefinitivos", "Device"): "/dev/sdf"}),
    "dns-inalcancavel": ("musicas", {
        (R, "Opcoes"): {"Type": "AWS::EC2::DHCPOptions", "Properties": {"DomainNameServers": ["192.168.77.2"]}},
        (R, "LigaOpcoes"): {"Type": "AWS::EC2::VPCDHCPOptionsAssociation",
                            "Properties": {"VpcId": {"Ref": "Vpc"}, "DhcpOptionsId": {"Ref": "Opcoes"}}}}),
    "so-a-antartida": (LOJA, {prop("Distribuicao", "DistributionConfig", "Restrictions"): {
        "GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["AQ"]}}}),
    "so-url-assinada": (LOJA, {prop("Distribuicao", "DistributionConfig", "DefaultCacheBehavior", "TrustedKeyGroups"): ["1a2b"]}),
    "tls-mutuo": (PDV, {prop("OuvinteHttps", "MutualAuthentication"): {
        "Mode": "verify", "TrustStoreArn": "arn:aws:elasticloadbalancing:sa-east-1:123456789012:truststore/t/1"}}),
    "regra-que-responde-503": (PDV, {(R, "RegraFechada"): {
        "Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
            "ListenerArn": {"Ref": "OuvinteHttp"}, "Priority": 1,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/**"]}}],
            "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]}}}),
    "segredo-negado": ("upload-ec2-ebs-rds", {(R, "PoliticaSegredo"): {
        "Type": "AWS::SecretsManager::ResourcePolicy",
        "Properties": {"SecretId": {"Fn::GetAtt": ["Banco", "MasterUserSecret.SecretArn"]}, "ResourcePolicy": DENY_ALL}}}),
    "maquina-com-chave-sem-direito": (ESPECTRO, {prop("MaquinaAnalise", "EncryptionConfiguration"): {
        "Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": "arn:aws:kms:sa-east-1:123456789012:key/1a2b"}}),
    "saude-por-https": (PDV, {prop("GrupoDestino", "HealthCheckProtocol"): "HTTPS"}),
    "maquina-de-um-segundo": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "TimeoutSeconds"): 1}),
    "endereco-de-outro": (LOJA, text_of((R, "ModeloLancamento", "Metadata"), "${Banco.Endpoint.Address}", "${Balanceador.DNSName}")),
    "banco-so-de-leitura": (PDV, {
        (R, "Parametros"): {"Type": "AWS::RDS::DBParameterGroup", "Properties": {
            "Family": "postgres18", "Description": "x", "Parameters": {"default_transaction_read_only": "1"}}},
        prop("Banco", "DBParameterGroupName"): {"Ref": "Parametros"}}),
    "rota-desculpada-pelo-nat": (PDV, {(R, "RotaTorta"): {
        "Type": "AWS::EC2::Route", "Metadata": {"Excecoes": {"parte-divergente": "Uma diferença pensada."}},
        "Properties": {"RouteTableId": {"Ref": "TabelaAplicacaoA"}, "NatGatewayId": {"Ref": "NatA"},
                       "DestinationCidrBlock": "10.20.20.0/24"}}}),
    "vpc-sem-dns-desculpada": (PDV, {prop("Vpc", "EnableDnsSupport"): False, **dict([excused("Vpc", "parte-divergente")])}),
    "node-com-codigo-python": ("cli-s3-lambda-dynamodb", {
        prop("FuncaoProcessar", "Runtime"): "nodejs22.x", **dict([excused("FuncaoProcessar", "parte-divergente")])}),
    "alvo-de-cem-por-cento": (LOJA, {prop("PoliticaEscala", "TargetTrackingConfiguration", "TargetValue"): 100}),
    "logs-por-noventa-dias": (ESPECTRO, {prop("LogsAnalise", "RetentionInDays"): 90}),
    "snapshot-por-ano": ("dois-volumes-ebs", {prop("PoliticaSnapshots", "PolicyDetails", "Schedules", 0, "CreateRule"): {
        "CronExpression": "cron(0 6 1 1 ? *)"}}),
    "fila-negada-pelo-endereco": (LOJA, {(R, "PoliticaFila"): {"Type": "AWS::SQS::QueuePolicy", "Properties": {
        "Queues": [{"Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/${FilaPedidos.QueueName}"}],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}}}}),
    "balanceador-sem-ipv4": (PDV, {prop("Balanceador", "IpAddressType"): "dualstack-without-public-ipv4"}),
    "tabela-de-outra": ("metadados-s3", {prop("FuncaoProcessar", "Environment", "Variables", "METADATA_TABLE"): {"Ref": "TabelaAuditoria"}}),
}
FALSE |= {
    "versao-velha-do-modelo": (PDV, {prop("GrupoInstancias", "LaunchTemplate", "Version"): "1"}),
    "modelo-escondido-numa-condicao": (LOJA, {("Conditions", "Sempre"): {"Fn::Equals": ["a", "a"]}, prop("FilaFalhas", "RedriveAllowPolicy"): {
        "Fn::If": ["Sempre", {"redrivePermission": "denyAll"}, {"redrivePermission": "allowAll"}]}}),
    "sub-rede-fora-da-vpc": (PDV, {prop("SubRedeAplicacaoA", "CidrBlock"): "172.16.0.0/24"}),
    "sub-redes-sobrepostas": (PDV, {prop("SubRedeAplicacaoA", "CidrBlock"): {"Fn::Sub": "10.20.0.0/16"}}),
    "papel-que-a-lambda-nao-assume": ("musicas", {prop("PapelFuncao", "AssumeRolePolicyDocument", "Statement", 0, "Principal"): {
        "Service": "ec2.amazonaws.com"}}),
    "sem-credenciais-na-maquina": ("musicas", {prop("Servidor", "MetadataOptions", "HttpEndpoint"): "disabled"}),
    "disco-com-chave-de-outro": (LOJA, {prop("ModeloLancamento", "LaunchTemplateData", "BlockDeviceMappings", 0, "Ebs", "KmsKeyId"):
                                        "arn:aws:kms:sa-east-1:123456789012:key/1a2b"}),
    "arquivo-morto-no-primeiro-dia": ("musicas", {prop("BucketMusicas", "LifecycleConfiguration", "Rules", 0, "Transitions"): [
        {"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 0}]}),
    "alarme-que-apaga-a-maquina": ("musicas", {(R, "AlarmeLigado"): {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Dimensions": [{"Name": "InstanceId", "Value": {"Ref": "Servidor"}}],
        "AlarmActions": [{"Fn::Sub": "arn:${AWS::Partition}:automate:${AWS::Region}:ec2:terminate"}]}}}),
    "grupo-sem-espera": (PDV, {prop("GrupoInstancias", "HealthCheckGracePeriod"): 0}),
    "saude-mais-lenta-que-o-intervalo": (PDV, {prop("GrupoDestino", "HealthCheckTimeoutSeconds"): 120}),
    "usuario-reservado": (PDV, {prop("Banco", "MasterUsername"): "rdsadmin"}),
    "disco-de-tipo-sem-iops": ("dois-volumes-ebs", {prop("VolumeDefinitivos", "VolumeType"): "io2"}),
    "tabela-sem-capacidade": ("metadados-s3", {prop("TabelaAuditoria", "BillingMode"): "PROVISIONED"}),
    "pods-sem-no": (ESPECTRO, {prop("Cluster", "ComputeConfig", "NodePools"): ["system"]}),
    "cluster-pela-metade": (ESPECTRO, {prop("Cluster", "StorageConfig", "BlockStorage", "Enabled"): False}),
    "logs-do-trabalho-noutro-grupo": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "LogConfiguration", "Options", "awslogs-group"): "outro"}),
    "trabalho-de-tamanho-que-nao-ha": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "ResourceRequirements", 1, "Value"): "4097"}),
    "saude-de-uma-distribuicao": (LOJA, {prop("Distribuicao", "DistributionConfig", "Origins", 0, "S3OriginConfig", "OriginAccessIdentity"): "x",
                                         prop("Distribuicao", "DistributionConfig", "Origins", 1, "S3OriginConfig"): {"OriginAccessIdentity": "x"}}),
    "recurso-personalizado": ("musicas", {(R, "Feito"): {"Type": "Custom::Feito", "Properties": {"ServiceToken": "arn:aws:lambda:::x"}}}),
    "lote-grande-sem-espera": (LOJA, {prop("LeituraFila", "BatchSize"): 1000, prop("LeituraFila", "MaximumBatchingWindowInSeconds"): 0}),
}
"""O que se tentou depois, com a mesma regra: falso pela AWS, e limpo para o `cfn-lint`."""


RIGHT: dict[str, tuple[str, Edits]] = {
    "traffic-sources": (PDV, {
        prop("GrupoInstancias", "TargetGroupARNs"): REMOVED,
        prop("GrupoInstancias", "TrafficSources"): [{"Identifier": {"Ref": "GrupoDestino"}, "Type": "elbv2"}]}),
    "zonas-por-letra": (PDV, {prop(f"SubRede{layer}{letter}", "AvailabilityZone"): {"Fn::Sub": f"${{AWS::Region}}{letter.lower()}"}
                              for layer in ("Publica", "Aplicacao", "Dados") for letter in "AB"}),
    "tls-minimo": ("musicas", {prop("PoliticaMusicas", "PolicyDocument", "Statement"): lambda data: [
        *data[R]["PoliticaMusicas"]["Properties"]["PolicyDocument"]["Statement"],
        {"Sid": "NegarTlsVelho", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": [{"Fn::GetAtt": ["BucketMusicas", "Arn"]}, {"Fn::Sub": "${BucketMusicas.Arn}/*"}],
         "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}]}),
}


@pytest.mark.parametrize("slug", sorted({slug for slug, _ in FALSE.values()}))
def test_the_real_templates_have_no_finding(slug):
    assert findings(slug, {}) == []


@pytest.mark.parametrize("name", FALSE)
def test_a_false_change_is_a_finding(name):
    assert findings(*FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_change_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
