"""Os tipos de recurso que as afirmações conhecem. Um tipo desenhado que não está aqui nada prova.

Uma arquitetura com um serviço novo acrescenta o tipo a uma destas listas.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.diagram import Node
from scripts.proofs.claims.registry import Scene
from scripts.proofs.evidence import Missing
from scripts.template.cloudformation import Resource

BUCKET = "AWS::S3::Bucket"
FUNCTION = "AWS::Lambda::Function"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
INSTANCE = "AWS::EC2::Instance"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
QUEUE = "AWS::SQS::Queue"
SUBNET = "AWS::EC2::Subnet"
TABLE = "AWS::DynamoDB::Table"
VOLUME = "AWS::EC2::Volume"
DATABASE = "AWS::RDS::DBInstance"
DATABASE_CLUSTER = "AWS::RDS::DBCluster"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"

DATABASES = (DATABASE, DATABASE_CLUSTER, "AWS::DocDB::DBInstance", "AWS::DocDB::DBCluster", "AWS::Neptune::DBInstance",
             "AWS::Neptune::DBCluster", "AWS::Redshift::Cluster", "AWS::ElastiCache::CacheCluster",
             "AWS::ElastiCache::ReplicationGroup", "AWS::MemoryDB::Cluster")
"""Bancos que se alcançam pela rede de uma VPC."""

SERVERS = (INSTANCE, GROUP, LAUNCH_TEMPLATE, "AWS::AutoScaling::LaunchConfiguration", "AWS::EC2::SpotFleet",
           "AWS::EC2::EC2Fleet", *DATABASES, "AWS::OpenSearchService::Domain", "AWS::MSK::Cluster",
           "AWS::AmazonMQ::Broker", "AWS::EKS::Nodegroup", "AWS::EKS::Cluster", "AWS::EMR::Cluster",
           "AWS::Batch::ComputeEnvironment", "AWS::ECS::Service", "AWS::ECS::Cluster", VOLUME)
"""Onde há máquina, tamanho ou capacidade a escolher."""

HOURLY = (*SERVERS, LOAD_BALANCER, "AWS::ElasticLoadBalancing::LoadBalancer", "AWS::EC2::NatGateway", "AWS::EC2::EIP",
          "AWS::EC2::TransitGateway", "AWS::EC2::VPNConnection", "AWS::EC2::ClientVpnEndpoint", "AWS::Kinesis::Stream",
          "AWS::WAFv2::WebACL", "AWS::GlobalAccelerator::Accelerator", "AWS::ElastiCache::ServerlessCache")
"""O que cobra por existir, com ou sem uso."""

MANAGED = (BUCKET, FUNCTION, QUEUE, TABLE, "AWS::DynamoDB::GlobalTable", "AWS::SNS::Topic", "AWS::Events::Rule",
           "AWS::Events::EventBus", "AWS::Scheduler::Schedule", "AWS::StepFunctions::StateMachine",
           "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::CloudFront::Distribution", "AWS::Cognito::UserPool")
"""Serviços sem servidor: nem tamanho a escolher, nem cobrança por hora."""

OTHERS = ("AWS::EC2::InternetGateway", "AWS::EC2::VPC", SUBNET, "AWS::EC2::SecurityGroup", "AWS::EC2::VPCEndpoint",
          "AWS::EC2::RouteTable", "AWS::EC2::NetworkAcl", "AWS::Route53::HostedZone", "AWS::Route53::RecordSet",
          "AWS::Route53::HealthCheck", "AWS::CertificateManager::Certificate", "AWS::CloudWatch::Alarm",
          "AWS::CloudWatch::Dashboard", "AWS::Logs::LogGroup", "AWS::CloudTrail::Trail", "AWS::IAM::Role",
          "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::SSM::Parameter", "AWS::ECR::Repository",
          "AWS::Batch::JobQueue", "AWS::Batch::JobDefinition", "AWS::ECS::TaskDefinition", "AWS::Budgets::Budget",
          "AWS::CloudFront::VpcOrigin", "AWS::CloudFront::OriginAccessControl", "AWS::DLM::LifecyclePolicy",
          "AWS::EFS::FileSystem", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ElasticLoadBalancingV2::Listener")
"""O resto do que se desenha."""

KNOWN = frozenset((*HOURLY, *MANAGED, *OTHERS))


def drawn(scene: Scene) -> Iterator[Resource]:
    """Os recursos dos componentes do diagrama que existem no cenário, sem repetição."""
    names = [name for node in scene.diagram.nodes for name in node.resources]
    for name in dict.fromkeys(names):
        if name in scene.values.resources:
            yield scene.values.resources[name]


def strangers(scene: Scene) -> Iterator[Missing]:
    """O que se desenha e não se conhece: não dá para afirmar nada do conjunto."""
    for resource in drawn(scene):
        if resource.type not in KNOWN:
            yield Missing(("Resources", resource.id, "Type"), f"as afirmações não conhecem o tipo `{resource.type}`",
                          "acrescente-o a uma lista de `scripts/proofs/claims/kinds.py`")


def nodes_of(scene: Scene, *names: str) -> list[Node]:
    """Os componentes que representam algum destes recursos."""
    return [node for node in scene.diagram.nodes if set(node.resources) & set(names)]
