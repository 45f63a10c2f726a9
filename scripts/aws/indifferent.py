"""As folhas que uma prova lê e que, mudadas uma a uma, podem não mudar achado nem evidência: por quê.

A lista é medida: `python3 scripts medir provas` muda cada folha lida, e uma que não mude nada e não esteja
aqui é um defeito.
"""

from __future__ import annotations

from scripts.aws.questions import begins

REASONS: dict[str, dict[str, tuple[str, ...]]] = {
    "Nomes: servem a quem lê, ou a uma citação que segue o nome novo.": {
        "*": ("PolicyDocument.Statement.Sid", "Policies.PolicyDocument.Statement.Sid"),
        "AWS::S3::Bucket": ("BucketName",),
    },
    "Qualquer item da lista serve, e este não é o que prova a seta.": {
        "AWS::EC2::SecurityGroup": ("SecurityGroupEgress", "SecurityGroupIngress"),
        "AWS::EC2::VPCEndpoint": ("PolicyDocument.Statement",),
        "AWS::EC2::Volume": ("Tags",),
        "AWS::EKS::Cluster": ("ResourcesVpcConfig.EndpointPublicAccess", "ResourcesVpcConfig.PublicAccessCidrs"),
        "AWS::IAM::Role": ("Policies.PolicyDocument.Statement.Action",),
    },
    "O valor só decide ao lado de outro: um a mais, ou outro que também não se repita, ainda serve.": {
        "AWS::Batch::ComputeEnvironment": ("ComputeResources.MaxvCpus",),
        "AWS::Batch::JobDefinition": ("ContainerProperties.ResourceRequirements.Value",),
        "AWS::EC2::Instance": ("BlockDeviceMappings.DeviceName",),
        "AWS::AutoScaling::AutoScalingGroup": ("HealthCheckGracePeriod",),
        "AWS::EC2::Subnet": ("AvailabilityZone",),
        "AWS::EC2::Volume": ("Size", "VolumeType"),
        "AWS::ElasticLoadBalancingV2::TargetGroup": ("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds"),
        "AWS::Lambda::EventSourceMapping": ("BatchSize", "MaximumBatchingWindowInSeconds"),
        "AWS::RDS::DBInstance": ("AllocatedStorage", "MasterUsername", "MaxAllocatedStorage", "StorageType"),
        "AWS::EC2::VolumeAttachment": ("Device",),
        "AWS::Route53::RecordSet": ("AliasTarget.EvaluateTargetHealth",),
        "AWS::SQS::Queue": ("VisibilityTimeout",),
    },
    "O programa e o manifesto: o que neles se muda se vê rodando, nos testes da arquitetura ou contra o manifesto ao lado do template.": {
        "AWS::Batch::JobDefinition": ("ContainerProperties.Image",),
        "AWS::EC2::Instance": ("ImageId",),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.ImageId",),
        "AWS::EKS::PodIdentityAssociation": ("Namespace", "ServiceAccount"),
        "AWS::Lambda::Function": ("Code.ZipFile",),
    },
}


def indifferent(type_: str, dotted: str) -> bool:
    """A propriedade deste tipo é lida, e o valor dela só às vezes decide."""
    return any(begins(dotted.split("."), rows.get(kind, ())) for rows in REASONS.values() for kind in ("*", type_))
