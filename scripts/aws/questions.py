"""As perguntas que uma seta faz, e as propriedades que só mudam a resposta de algumas delas.

Uma propriedade escrita no caminho de uma prova, e que ela não leu, é um achado se pode mudar o que a
prova pergunta. As que não mudam nada estão em `neutral`; as que não estão em lugar nenhum podem mudar
tudo. Confira cada linha na página do tipo:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

REACH, IDENTITY, FORWARD, NAMES, STORAGE = "alcance", "identidade", "repasse", "nome", "disco"
"""Por que rede se chega; como quem se age; a quem se passa adiante o que se recebe; que nome se resolve; que discos se ligam. Existir, rodar e
atender toda seta pergunta."""
ALL = frozenset((REACH, IDENTITY, FORWARD, NAMES, STORAGE))

ONLY: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    (IDENTITY, "Como quem o recurso age, ou com que senha: não muda por que rede se chega a ele, nem a quem ele passa adiante."): {
        "AWS::CloudFront::Distribution": ("DistributionConfig.Origins.OriginAccessControlId", "DistributionConfig.Origins.S3OriginConfig"),
        "AWS::EC2::Instance": ("IamInstanceProfile", "MetadataOptions.HttpEndpoint"),
        "AWS::ECS::TaskDefinition": ("TaskRoleArn",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.IamInstanceProfile", "LaunchTemplateData.MetadataOptions.HttpEndpoint"),
        "AWS::RDS::DBInstance": ("ManageMasterUserPassword", "MasterUserSecret"),
    },
    (REACH, "Em que rede o recurso vive, e o que ela deixa passar: não muda o papel dele, nem o nome."): {
        "AWS::CloudFront::Distribution": ("DistributionConfig.Origins.VpcOriginConfig.VpcOriginId",),
        "AWS::EC2::Instance": ("NetworkInterfaces.AssociatePublicIpAddress", "NetworkInterfaces.GroupSet", "SecurityGroupIds"),
        "AWS::ECS::Service": ("NetworkConfiguration",),
        "AWS::Lambda::Function": ("VpcConfig",),
        "AWS::EC2::Subnet": ("AvailabilityZone", "CidrBlock", "VpcId"),
        "AWS::EC2::VPC": ("CidrBlock",),
        "AWS::EC2::Volume": ("AvailabilityZone",),
        "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Scheme", "SecurityGroups", "Subnets"),
    },
    (STORAGE, "Com que discos a instância nasce: quem chega a ela, e quem ela chama, não dependem deles."): {
        "AWS::EC2::Instance": ("Volumes",),
    },
    (FORWARD, "A quem o recurso passa adiante o que recebe: quem chega a ele já chegou."): {
        "AWS::AutoScaling::AutoScalingGroup": ("LoadBalancerNames", "TargetGroupARNs", "TrafficSources"),
        "AWS::CloudFront::Distribution": (
            "DistributionConfig.CacheBehaviors.PathPattern", "DistributionConfig.CacheBehaviors.TargetOriginId",
            "DistributionConfig.DefaultCacheBehavior.TargetOriginId", "DistributionConfig.Origins.DomainName"),
        "AWS::DynamoDB::Table": ("KinesisStreamSpecification", "StreamSpecification"),
        "AWS::ECS::Service": ("LoadBalancers",),
        "AWS::Events::EventBus": ("DeadLetterConfig",),
        "AWS::Events::Rule": ("Targets.DeadLetterConfig",),
        "AWS::Lambda::EventInvokeConfig": ("DestinationConfig",),
        "AWS::Lambda::EventSourceMapping": ("DestinationConfig",),
        "AWS::Lambda::Function": ("DeadLetterConfig",),
        "AWS::SNS::Subscription": ("RedrivePolicy",),
        "AWS::Scheduler::Schedule": ("Target.DeadLetterConfig",),
        "AWS::ElasticLoadBalancingV2::TargetGroup": ("Protocol",),
        "AWS::ElasticLoadBalancingV2::Listener": ("DefaultActions.ForwardConfig", "DefaultActions.TargetGroupArn", "DefaultActions.Type"),
        "AWS::Route53::RecordSet": ("AliasTarget", "Name", "Type"),
        "AWS::Route53::RecordSetGroup": ("RecordSets.AliasTarget", "RecordSets.Name", "RecordSets.Type"),
        "AWS::S3::Bucket": ("LoggingConfiguration", "NotificationConfiguration"),
        "AWS::SQS::Queue": ("RedriveAllowPolicy", "RedrivePolicy", "VisibilityTimeout"),
    },
    (NAMES, "Que nomes a VPC resolve: quem vai a um endereço não depende deles."): {
        "AWS::EC2::VPC": ("EnableDnsSupport",),
    },
}
"""De cada pergunta, com o motivo, as propriedades de cada tipo que só mudam a resposta dela."""


@cache
def touches(type_: str, dotted: str) -> frozenset[str]:
    """As perguntas cuja resposta esta propriedade (`RedrivePolicy.maxReceiveCount`) pode mudar; vazio quando são todas."""
    names = dotted.split(".")
    return frozenset(question for (question, _), rows in ONLY.items() if begins(names, rows.get(type_, ())))


def begins(names: list[str], patterns: Iterable[str]) -> bool:
    """O nome, em partes, começa por um destes; `*` vale uma parte qualquer."""
    return any(_begins(names, pattern.split(".")) for pattern in patterns)


def _begins(names: list[str], pattern: list[str]) -> bool:
    return len(pattern) <= len(names) and all(wanted in ("*", name) for wanted, name in zip(pattern, names))
