"""As propriedades que não mudam se uma seta acontece: a base em que se confia, por motivo.

O que um template escreve num recurso do caminho de uma prova, e nenhuma prova leu, precisa estar
aqui; senão é `propriedade-desconhecida`. Cada nome vale para tudo o que tem dentro; `*` vale um
nome qualquer. Confira cada linha na página do tipo:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scripts.aws.catalog import kind_of
from scripts.aws.questions import begins

def _disks(place: str) -> tuple[str, ...]:
    """O que um disco da máquina diz sem poder impedi-la de nascer; a chave que o cifra não está aqui."""
    return tuple(f"{place}.Ebs.{name}" for name in ("DeleteOnTermination", "Encrypted", "VolumeSize", "VolumeType"))


REASONS: dict[str, dict[str, tuple[str, ...]]] = {
    "Nomes, etiquetas e descrições: servem a quem lê, ou a quem cita o recurso, e essa citação se lê à parte.": {
        "*": ("Tags", "Description"),
        **dict.fromkeys(("AWS::ApiGateway::Authorizer", "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Authorizer",
                         "AWS::ElasticLoadBalancingV2::LoadBalancer"), ("Name",)),
        "AWS::Batch::JobDefinition": ("PropagateTags",),
        "AWS::CloudFront::Distribution": ("DistributionConfig.Comment",),
        "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name",),
        "AWS::CloudFront::VpcOrigin": ("VpcOriginEndpointConfig.Name",),
        "AWS::DLM::LifecyclePolicy": ("PolicyDetails.Schedules.Name",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.TagSpecifications", "LaunchTemplateData.NetworkInterfaces.Description",
                                     "VersionDescription"),
        "AWS::EC2::Instance": ("NetworkInterfaces.Description", "PropagateTagsToVolumeOnCreation"),
        "AWS::Events::Rule": ("Targets.Id",),
        "AWS::SNS::Topic": ("DisplayName",),
        "AWS::EC2::SecurityGroup": ("GroupDescription", "GroupName", "SecurityGroupEgress.Description", "SecurityGroupIngress.Description"),
        "AWS::ElasticLoadBalancingV2::TargetGroup": ("Name",),
        **dict.fromkeys(("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"), ("PolicyName",)),
        "AWS::IAM::InstanceProfile": ("Path",),
        "AWS::IAM::Role": ("MaxSessionDuration", "Path", "Policies.PolicyName"),
        "AWS::RDS::DBInstance": ("CopyTagsToSnapshot",),
        "AWS::RDS::DBSubnetGroup": ("DBSubnetGroupDescription",),
        "AWS::Route53::HostedZone": ("HostedZoneConfig", "HostedZoneTags"),
        "AWS::S3::Bucket": ("LifecycleConfiguration.Rules.Id",),
    },
    "Tamanho, quantidade e ritmo: mudam o custo e o desempenho, e o esquema do CloudFormation recusa o que não existe.": {
        "AWS::AutoScaling::AutoScalingGroup": ("DefaultInstanceWarmup", "HealthCheckType", "MaxInstanceLifetime", "TerminationPolicies"),
        "AWS::Batch::JobDefinition": ("RetryStrategy.Attempts", "Timeout.AttemptDurationSeconds"),
        "AWS::Batch::JobQueue": ("ComputeEnvironmentOrder.Order", "Priority"),
        "AWS::EC2::Instance": ("CreditSpecification.CPUCredits",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.CreditSpecification.CpuCredits",),
        "AWS::EC2::NatGateway": ("MaxDrainDurationSeconds",),
        "AWS::ElasticLoadBalancingV2::LoadBalancer": (
            "LoadBalancerAttributes.idle_timeout.timeout_seconds", "LoadBalancerAttributes.routing.http.drop_invalid_header_fields.enabled",
            "LoadBalancerAttributes.deletion_protection.enabled"),
        "AWS::ElasticLoadBalancingV2::TargetGroup": ("HealthyThresholdCount", "UnhealthyThresholdCount", *(
            f"TargetGroupAttributes.{name}" for name in (
                "deregistration_delay.connection_termination.enabled", "deregistration_delay.timeout_seconds",
                "load_balancing.algorithm.anomaly_mitigation", "load_balancing.algorithm.type", "slow_start.duration_seconds"))),
        "AWS::Lambda::EventInvokeConfig": ("MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
        "AWS::ApiGateway::Authorizer": ("AuthorizerResultTtlInSeconds",),
        "AWS::ApiGateway::Method": ("Integration.TimeoutInMillis",),
        "AWS::ApiGatewayV2::Authorizer": ("AuthorizerResultTtlInSeconds", "EnableSimpleResponses"),
        "AWS::ApiGatewayV2::Integration": ("TimeoutInMillis",),
        "AWS::DynamoDB::Table": ("OnDemandThroughput", "ProvisionedThroughput", "TableClass", "WarmThroughput"),
        "AWS::ECS::Service": ("DeploymentConfiguration", "EnableECSManagedTags", "HealthCheckGracePeriodSeconds", "PlatformVersion",
                              "PropagateTags"),
        "AWS::Lambda::EventSourceMapping": ("BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts",
                                            "ParallelizationFactor", "FunctionResponseTypes", "ProvisionedPollerConfig", "ScalingConfig"),
        "AWS::Kinesis::Stream": ("RetentionPeriodHours", "ShardCount", "StreamModeDetails"),
        "AWS::Lambda::Function": ("EphemeralStorage.Size", "MemorySize", "RuntimeManagementConfig", "SnapStart", "Timeout"),
        "AWS::S3::Bucket": ("AccelerateConfiguration", "IntelligentTieringConfigurations"),
        "AWS::SNS::Subscription": ("DeliveryPolicy",),
        "AWS::SQS::Queue": ("DelaySeconds", "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "ReceiveMessageWaitTimeSeconds"),
        "AWS::Events::Rule": ("Targets.RetryPolicy",),
        "AWS::Scheduler::Schedule": ("FlexibleTimeWindow", "ScheduleExpressionTimezone", "Target.RetryPolicy"),
        "AWS::RDS::DBInstance": ("ApplyImmediately", "CertificateRotationRestart", "DBInstanceClass", "EngineLifecycleSupport",
                                 "EngineVersion"),
    },
    "Guarda e remoção: dizem por quanto tempo, com que cópias e com que cifra da AWS se guarda. As afirmações as julgam.": {
        "AWS::DLM::LifecyclePolicy": ("PolicyDetails.Schedules.CreateRule", "PolicyDetails.Schedules.RetainRule"),
        "AWS::DynamoDB::Table": ("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "SSESpecification.SSEEnabled",
                                 "SSESpecification.SSEType",
                                 "TimeToLiveSpecification", "DeletionProtectionEnabled"),
        "AWS::EC2::Instance": (*_disks("BlockDeviceMappings"), "NetworkInterfaces.DeleteOnTermination"),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.BlockDeviceMappings.DeviceName", *_disks("LaunchTemplateData.BlockDeviceMappings"),
                                     "LaunchTemplateData.NetworkInterfaces.DeleteOnTermination"),
        "AWS::EC2::Volume": ("Encrypted",),
        "AWS::KMS::Key": ("EnableKeyRotation", "PendingWindowInDays", "RotationPeriodInDays"),
        "AWS::Logs::LogGroup": ("RetentionInDays",),
        "AWS::RDS::DBInstance": ("AutoMinorVersionUpgrade", "BackupRetentionPeriod", "DeletionProtection", "StorageEncrypted"),
        "AWS::S3::Bucket": (
            "BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled",
            "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm", "VersioningConfiguration.Status",
            "ObjectLockConfiguration", "ObjectLockEnabled", *(f"LifecycleConfiguration.Rules.{name}" for name in (
                "AbortIncompleteMultipartUpload", "ExpirationInDays", "ExpiredObjectDeleteMarker", "NoncurrentVersionExpiration",
                "NoncurrentVersionTransition", "NoncurrentVersionTransitions", "Prefix", "Status", "Transition", "Transitions"))),
        "AWS::SQS::Queue": ("MessageRetentionPeriod", "SqsManagedSseEnabled"),
    },
    "Fechos: só tiram o que ninguém aqui usa (acesso público, ACLs de objeto, IMDSv1, TLS antigo).": {
        "AWS::EC2::Instance": ("MetadataOptions.HttpPutResponseHopLimit", "MetadataOptions.HttpTokens"),
        "AWS::EC2::LaunchTemplate": (
            "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", "LaunchTemplateData.MetadataOptions.HttpTokens"),
        "AWS::ElasticLoadBalancingV2::Listener": ("SslPolicy",),
        "AWS::S3::Bucket": ("OwnershipControls.Rules.ObjectOwnership", "PublicAccessBlockConfiguration"),
    },
    "Jeito da resposta: muda como ela viaja, e não a quem ela chega.": {
        "AWS::CloudFront::Distribution": ("DistributionConfig.*.Compress", "DistributionConfig.HttpVersion",
                                          "DistributionConfig.IPV6Enabled", "DistributionConfig.PriceClass"),
        "AWS::ElasticLoadBalancingV2::Listener": ("DefaultActions.RedirectConfig.StatusCode", *(
            f"ListenerAttributes.routing.http.response.{name}" for name in (
                "server.enabled", "strict_transport_security.header_value", "x_content_type_options.header_value"))),
        "AWS::ApiGateway::RestApi": ("BinaryMediaTypes", "MinimumCompressionSize"),
    },
    "Certificados: se o certificado existe, vale e cobre o nome se vê na hora, como a página Provas avisa.": {
        "AWS::CloudFront::Distribution": (
            "DistributionConfig.ViewerCertificate.AcmCertificateArn", "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
            "DistributionConfig.ViewerCertificate.SslSupportMethod"),
    },
    "Registros e métricas: mostram o que houve, e não mudam o que há.": {
        "AWS::Batch::JobDefinition": ("ContainerProperties.LogConfiguration.Options.awslogs-stream-prefix",),
        "AWS::AutoScaling::AutoScalingGroup": ("MetricsCollection",),
        "AWS::EC2::Instance": ("Monitoring",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.Monitoring.Enabled",),
        "AWS::ApiGateway::Stage": ("AccessLogSetting", *(f"MethodSettings.{name}" for name in (
            "DataTraceEnabled", "HttpMethod", "LoggingLevel", "MetricsEnabled", "ResourcePath")), "TracingEnabled"),
        "AWS::ApiGatewayV2::Stage": ("AccessLogSettings", *(f"DefaultRouteSettings.{name}" for name in (
            "DataTraceEnabled", "DetailedMetricsEnabled", "LoggingLevel"))),
        "AWS::DynamoDB::Table": ("ContributorInsightsSpecification",),
        "AWS::ECS::Cluster": ("ClusterSettings",),
        "AWS::EKS::Cluster": ("Logging.ClusterLogging.EnabledTypes.Type",),
        "AWS::ECS::TaskDefinition": ("ContainerDefinitions.LogConfiguration",),
        "AWS::Events::EventBus": ("LogConfig",),
        "AWS::Kinesis::Stream": ("DesiredShardLevelMetrics",),
        "AWS::Lambda::EventSourceMapping": ("MetricsConfig",),
        "AWS::Logs::LogGroup": ("FieldIndexPolicies",),
        "AWS::Lambda::Function": ("LoggingConfig", "TracingConfig"),
        "AWS::RDS::DBInstance": ("DatabaseInsightsMode", "EnableCloudwatchLogsExports", "EnablePerformanceInsights",
                                 "PerformanceInsightsRetentionPeriod"),
        "AWS::S3::Bucket": ("AnalyticsConfigurations", "InventoryConfigurations", "MetricsConfigurations"),
        "AWS::SNS::Topic": ("DeliveryStatusLogging", "TracingConfig"),
        "AWS::StepFunctions::StateMachine": ("LoggingConfiguration", "TracingConfiguration"),
    },
    "O programa: o que ele faz com o que recebe só rodando se sabe, e a execução local o mostra.": {
        "AWS::Batch::JobDefinition": ("ContainerProperties.Command", "ContainerProperties.Environment", "ContainerProperties.Image"),
        "AWS::CloudFront::Distribution": (
            "DistributionConfig.*.CachePolicyId", "DistributionConfig.*.OriginRequestPolicyId", "DistributionConfig.*.ResponseHeadersPolicyId",
            "DistributionConfig.CustomErrorResponses", "DistributionConfig.DefaultCacheBehavior.AllowedMethods",
            "DistributionConfig.DefaultRootObject"),
        "AWS::DynamoDB::Table": ("AttributeDefinitions", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes"),
        "AWS::RDS::DBInstance": ("DBName",),
        "AWS::EC2::Instance": ("UserData",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.UserData",),
        "AWS::ECS::TaskDefinition": (
            "ContainerDefinitions.Command", "ContainerDefinitions.Cpu", "ContainerDefinitions.EntryPoint", "ContainerDefinitions.Environment",
            "ContainerDefinitions.Essential", "ContainerDefinitions.Memory", "ContainerDefinitions.MemoryReservation",
            "ContainerDefinitions.PortMappings.Protocol", "ContainerDefinitions.Secrets.Name", "Family"),
        "AWS::ElasticLoadBalancingV2::TargetGroup": ("HealthCheckPath", "Matcher.HttpCode"),
        "AWS::Events::Rule": ("Targets.Input", "Targets.InputPath", "Targets.InputTransformer"),
        "AWS::ApiGateway::Method": ("MethodResponses", "OperationName", "RequestModels", "RequestParameters", "RequestValidatorId"),
        "AWS::ApiGatewayV2::Api": ("CorsConfiguration",),
        "AWS::ApiGatewayV2::Route": ("OperationName",),
        "AWS::Cognito::UserPool": (
            "AccountRecoverySetting", "AdminCreateUserConfig", "AutoVerifiedAttributes", "DeletionProtection", "MfaConfiguration", "Policies",
            "Schema", "UserPoolName", "UsernameAttributes", "UsernameConfiguration"),
        "AWS::Cognito::UserPoolClient": (
            "AccessTokenValidity", "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes", "CallbackURLs", "ClientName",
            "ExplicitAuthFlows", "GenerateSecret", "IdTokenValidity", "LogoutURLs", "PreventUserExistenceErrors", "RefreshTokenValidity",
            "SupportedIdentityProviders", "TokenValidityUnits"),
        "AWS::Lambda::EventSourceMapping": ("TumblingWindowInSeconds",),
        "AWS::Lambda::Function": ("Environment.Variables", "Layers"),
        "AWS::S3::Bucket": ("CorsConfiguration",),
        "AWS::SQS::Queue": ("ContentBasedDeduplication", "DeduplicationScope"),
        "AWS::Scheduler::Schedule": ("Target.Input",),
        "AWS::StepFunctions::StateMachine": ("Definition.StartAt", "Definition.Comment", "Definition.States"),
    },
    "Nomes públicos das instâncias: quem depende deles, como um endpoint de interface, os lê na regra.": {
        "AWS::EC2::VPC": ("EnableDnsHostnames",),
    },
    "Lidas por outra pergunta: o lugar, as afirmações ou outra seta as julgam.": {
        "AWS::CloudFront::Distribution": (
            "DistributionConfig.*.ViewerProtocolPolicy", "DistributionConfig.Aliases",
            "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate"),
        "AWS::EC2::Subnet": ("MapPublicIpOnLaunch",),
        "AWS::EKS::Cluster": ("UpgradePolicy.SupportType", "Version"),
        "AWS::Route53::RecordSetGroup": ("RecordSets.ResourceRecords", "RecordSets.TTL"),
    },
}

NEIGHBOURS: Mapping[str, str] = {
    "AWS::AutoScaling::ScalingPolicy": "muda quantas instâncias há, entre os limites do grupo",
    "AWS::Budgets::Budget": "só avisa do gasto",
    "AWS::CloudWatch::Alarm": "só olha métricas, e só avisa: um que pare ou apague a máquina é um achado",
    "AWS::CloudWatch::CompositeAlarm": "só junta alarmes, e só avisa, como eles",
    "AWS::CloudWatch::AnomalyDetector": "só aprende com as métricas",
    "AWS::CloudWatch::Dashboard": "só mostra métricas",
    "AWS::Cognito::UserPoolClient": "é um aplicativo que pede tokens, e só quem o cita os aceita",
    "AWS::EC2::FlowLog": "só anota o tráfego: um que o anote onde uma seta começa é um achado",
    "AWS::EKS::AccessEntry": "diz quem administra o cluster",
    "AWS::Lambda::Alias": "dá outro nome a uma versão da função, que só quem o cita chama",
    "AWS::Lambda::Version": "guarda o código da função como está, e só quem a cita a chama",
    "AWS::Logs::MetricFilter": "só conta linhas de log",
    "AWS::Logs::QueryDefinition": "só guarda uma consulta",
    "AWS::SSM::Parameter": "só guarda um texto, que só quem o cita lê",
}
"""Tipos de recurso que podem citar um do caminho sem mudar a seta, e por quê."""


BARRIERS = {"AWS::WAFv2::WebACLAssociation": "WebACLArn", "AWS::WAFRegional::WebACLAssociation": "WebACLId"}
"""Tipos que põem uma lista de regras diante de quem recebe, e onde a nomeiam: o que uma regra pega se recusa, e nunca são observadores.

https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works.html
"""
GUARDS = {"AWS::CloudFront::Distribution": "DistributionConfig.WebACLId"}
"""O mesmo, de quem nomeia ele próprio a lista: nenhum autor diz que a propriedade não muda nada."""
OBSERVERS: dict[str, str] = {}
"""O mesmo que `NEIGHBOURS`, do autor de uma árvore."""


def observer(type_: str, reason: str) -> None:
    """Diz que um recurso deste tipo pode citar um do caminho sem mudar a seta, e por quê; aparece na página Provas como do autor."""
    OBSERVERS[type_] = reason


def observes(type_: str) -> bool:
    """Um recurso deste tipo não muda seta nenhuma: o que sabemos, ou o que o autor da árvore disse."""
    return type_ in NEIGHBOURS or type_ in OBSERVERS


AUTHORS: dict[str, dict[str, tuple[str, ...]]] = {}
"""O mesmo que `REASONS`, do que o autor de uma árvore diz nas regras dele; a página Provas o mostra como dele."""


def harmless(type_: str, reason: str, *names: str) -> None:
    """Diz que estas propriedades do tipo não mudam seta nenhuma, e por quê; aparece na página Provas como do autor."""
    rows = AUTHORS.setdefault(reason, {})
    rows[type_] = (*rows.get(type_, ()), *names)


@cache
def neutral(type_: str, dotted: str) -> bool:
    """A propriedade (`BlockDeviceMappings.Ebs.VolumeSize`) deste tipo não muda seta nenhuma."""
    names = dotted.split(".")
    if dotted == GUARDS.get(type_):
        return False
    return dotted == kind_of(type_).named or any(begins(names, rows.get(kind, ())) for rows in (*REASONS.values(), *AUTHORS.values())
                                                for kind in ("*", type_))
