"""Os valores que a AWS usa quando a propriedade falta: escrevê-los não muda nada.

Uma propriedade no caminho de uma prova que ela não leu não é um achado quando vale o que valeria sem
ela. Só entra aqui o padrão que a página do tipo diz, e que não depende de outra propriedade nem de onde
o recurso é criado. Confira cada linha na página do tipo:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GP3: Mapping[str, int] = {"Iops": 3000, "Throughput": 125}
"""O que um volume `gp3` já dá, sem cobrar a mais; noutro tipo, pedi-los é um defeito, que outra regra diz.

https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
"""
METADATA = ("HttpProtocolIpv6", "InstanceMetadataTags")
"""O que o serviço de metadados só dá a quem pede.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
"""
USUAL: Mapping[str, Mapping[str, Any]] = {
    "AWS::AutoScaling::AutoScalingGroup": {
        "AvailabilityZoneDistribution.CapacityDistributionStrategy": "balanced-best-effort", "CapacityRebalance": False, "Cooldown": 300,
        "HealthCheckType": "EC2", "NewInstancesProtectedFromScaleIn": False, "TerminationPolicies": "Default",
    },
    "AWS::Batch::ComputeEnvironment": {"State": "ENABLED"},
    "AWS::Batch::JobDefinition": {
        "ContainerProperties.FargatePlatformConfiguration.PlatformVersion": "LATEST",
        "ContainerProperties.NetworkConfiguration.AssignPublicIp": "DISABLED", "ContainerProperties.Privileged": False,
        "ContainerProperties.ReadonlyRootFilesystem": False, "PropagateTags": False,
    },
    "AWS::Batch::JobQueue": {"State": "ENABLED"},
    "AWS::CloudFront::Distribution": {
        "DistributionConfig.Origins.ConnectionAttempts": 3, "DistributionConfig.Origins.ConnectionTimeout": 10,
        "DistributionConfig.Origins.CustomOriginConfig.OriginKeepaliveTimeout": 5,
        "DistributionConfig.Origins.CustomOriginConfig.OriginReadTimeout": 30, "DistributionConfig.Origins.OriginPath": "",
        "DistributionConfig.Origins.OriginShield.Enabled": False, "DistributionConfig.Restrictions.GeoRestriction.RestrictionType": "none",
        "DistributionConfig.Staging": False, "DistributionConfig.WebACLId": "",
    },
    "AWS::DynamoDB::Table": {
        "DeletionProtectionEnabled": False, "PointInTimeRecoverySpecification.RecoveryPeriodInDays": 35, "TableClass": "STANDARD"},
    "AWS::EC2::Instance": {
        **{f"BlockDeviceMappings.Ebs.{name}": value for name, value in GP3.items()},
        **{f"MetadataOptions.{name}": "disabled" for name in METADATA},
        "DisableApiTermination": False, "EnclaveOptions.Enabled": False, "HibernationOptions.Configured": False,
        "InstanceInitiatedShutdownBehavior": "stop", "Monitoring": False, "SourceDestCheck": True, "Tenancy": "default",
    },
    "AWS::EC2::LaunchTemplate": {
        **{f"LaunchTemplateData.BlockDeviceMappings.Ebs.{name}": value for name, value in GP3.items()},
        **{f"LaunchTemplateData.MetadataOptions.{name}": "disabled" for name in METADATA},
        "LaunchTemplateData.DisableApiTermination": False, "LaunchTemplateData.EnclaveOptions.Enabled": False,
        "LaunchTemplateData.HibernationOptions.Configured": False, "LaunchTemplateData.InstanceInitiatedShutdownBehavior": "stop",
        "LaunchTemplateData.Monitoring.Enabled": False, "LaunchTemplateData.Placement.Tenancy": "default",
    },
    "AWS::EC2::NatGateway": {"ConnectivityType": "public"},
    "AWS::EC2::Subnet": {"AssignIpv6AddressOnCreation": False, "EnableDns64": False, "Ipv6Native": False, "MapPublicIpOnLaunch": False},
    "AWS::EC2::VPC": {"EnableDnsHostnames": False, "EnableDnsSupport": True, "InstanceTenancy": "default"},
    "AWS::EC2::Volume": {"AutoEnableIO": False, "MultiAttachEnabled": False},
    "AWS::EKS::Cluster": {"KubernetesNetworkConfig.IpFamily": "ipv4"},
    "AWS::ElasticLoadBalancingV2::Listener": {"MutualAuthentication.Mode": "off"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "IpAddressType": "ipv4", "Scheme": "internet-facing", "Type": "application", **{f"LoadBalancerAttributes.{name}": value for name, value in {
            "access_logs.s3.enabled": False, "client_keep_alive.seconds": 3600, "connection_logs.s3.enabled": False,
            "deletion_protection.enabled": False, "idle_timeout.timeout_seconds": 60, "routing.http.desync_mitigation_mode": "defensive",
            "routing.http.drop_invalid_header_fields.enabled": False, "routing.http.preserve_host_header.enabled": False,
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": False, "routing.http.xff_client_port.enabled": False,
            "routing.http.xff_header_processing.mode": "append", "routing.http2.enabled": True, "waf.fail_open.enabled": False,
            "zonal_shift.config.enabled": False}.items()},
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {
        "HealthCheckEnabled": True, "HealthCheckPort": "traffic-port", "IpAddressType": "ipv4", "ProtocolVersion": "HTTP1", "TargetType": "instance",
        **{f"TargetGroupAttributes.{name}": value for name, value in {
            "deregistration_delay.timeout_seconds": 300, "load_balancing.algorithm.type": "round_robin",
            "load_balancing.cross_zone.enabled": "use_load_balancer_configuration", "slow_start.duration_seconds": 0,
            "stickiness.enabled": False}.items()},
    },
    "AWS::IAM::Role": {"MaxSessionDuration": 3600, "Path": "/"},
    "AWS::KMS::Key": {
        "Enabled": True, "EnableKeyRotation": False, "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False,
        "Origin": "AWS_KMS",
    },
    "AWS::Lambda::EventSourceMapping": {"Enabled": True, "ParallelizationFactor": 1},
    "AWS::Lambda::Function": {
        "Architectures": "x86_64", "EphemeralStorage.Size": 512, "PackageType": "Zip", "RecursiveLoop": "Terminate",
        "RuntimeManagementConfig.UpdateRuntimeOn": "Auto", "SnapStart.ApplyOn": "None", "TracingConfig.Mode": "PassThrough",
    },
    "AWS::Logs::LogGroup": {"DeletionProtectionEnabled": False, "LogGroupClass": "STANDARD"},
    "AWS::RDS::DBInstance": {
        "AllowMajorVersionUpgrade": False, "DedicatedLogVolume": False, "DeleteAutomatedBackups": True, "DeletionProtection": False,
        "EnableIAMDatabaseAuthentication": False, "EnablePerformanceInsights": False, "MonitoringInterval": 0, "MultiAZ": False,
        "NetworkType": "IPV4",
    },
    "AWS::S3::Bucket": {"ObjectLockEnabled": False},
    "AWS::SNS::Topic": {"ContentBasedDeduplication": False, "FifoTopic": False, "TracingConfig": "PassThrough"},
    "AWS::SQS::Queue": {
        "DelaySeconds": 0, "FifoQueue": False, "KmsDataKeyReusePeriodSeconds": 300, "MessageRetentionPeriod": 345600,
        "ReceiveMessageWaitTimeSeconds": 0, "VisibilityTimeout": 30,
    },
    "AWS::StepFunctions::StateMachine": {
        "Definition.QueryLanguage": "JSONPath", "LoggingConfiguration.Level": "OFF", "StateMachineType": "STANDARD",
        "TracingConfiguration.Enabled": False,
    },
}
"""De cada tipo, a propriedade e o valor que ela tem quando ninguém a escreve."""


def usual(type_: str, dotted: str, value: Any) -> bool:
    """O valor escrito é o que a AWS usaria sem ele; números e booleanos valem também como texto."""
    known = USUAL.get(type_, {})
    return dotted in known and isinstance(value, (str, int, float)) and str(value).lower() == str(known[dotted]).lower()


HARDER: Mapping[str, Mapping[str, Any]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"LoadBalancerAttributes.routing.http.desync_mitigation_mode": "strictest"},
}
"""De cada tipo, a propriedade e o valor que só recusa mais do que o padrão já recusa: nenhum pedido que siga a norma o nota.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""


def harder(type_: str, dotted: str, value: Any) -> bool:
    """O valor escrito só endurece o que a AWS já faz, sem mudar seta nenhuma nem a decisão comum."""
    known = HARDER.get(type_, {})
    return dotted in known and value == known[dotted]
