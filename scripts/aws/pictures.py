"""De cada tipo do CloudFormation, as palavras que a classe de `diagrams` que o desenha traz no nome.

As classes estão em https://diagrams.mingrammer.com/docs/nodes/aws, e os ícones oficiais em
https://aws.amazon.com/architecture/icons/.
"""

from __future__ import annotations

import re

from scripts.aws.outside import outside_aws

GENERAL = "aws.general."
WORDS = {
    "AWS::AmazonMQ": ("mq",),
    "AWS::ApiGateway": ("apigateway",),
    "AWS::AutoScaling": ("autoscaling", "ec2"),
    "AWS::Budgets": ("costexplorer", "budgets"),
    "AWS::DLM": ("snapshot", "ebs"),
    "AWS::DMS": ("databasemigration",),
    "AWS::DocDB": ("documentdb",),
    "AWS::EC2": ("ec2",),
    "AWS::EC2::CustomerGateway": ("customergateway",),
    "AWS::EC2::EIP": ("elasticip",),
    "AWS::EC2::FlowLog": ("flowlog",),
    "AWS::EC2::InternetGateway": ("internetgateway",),
    "AWS::EC2::NatGateway": ("natgateway",),
    "AWS::EC2::NetworkAcl": ("nacl",),
    "AWS::EC2::NetworkInterface": ("networkinterface", "networkadapter"),
    "AWS::EC2::RouteTable": ("routetable", "router"),
    "AWS::EC2::Subnet": ("subnet",),
    "AWS::EC2::TransitGateway": ("transitgateway",),
    "AWS::EC2::VPC": ("vpc",),
    "AWS::EC2::VPCEndpoint": ("endpoint", "privatelink"),
    "AWS::EC2::VPNConnection": ("vpn",),
    "AWS::EC2::VPNGateway": ("vpn",),
    "AWS::EC2::Volume": ("ebs",),
    "AWS::ECR": ("containerregistry", "ecr"),
    "AWS::ECS": ("elasticcontainerservice", "fargate"),
    "AWS::EFS": ("efs", "elasticfilesystem"),
    "AWS::EKS": ("elastickubernetesservice", "fargate"),
    "AWS::ElasticLoadBalancing": ("elasticloadbalancing", "elbclassic"),
    "AWS::ElasticLoadBalancingV2": ("elasticloadbalancing", "elbapplication", "elbnetwork"),
    "AWS::Elasticsearch": ("elasticsearch", "opensearch"),
    "AWS::Events": ("eventbridge", "cloudwatchevent", "cloudwatchrule"),
    "AWS::IAM": ("iam",),
    "AWS::KMS": ("keymanagement",),
    "AWS::KinesisFirehose": ("firehose",),
    "AWS::Logs": ("cloudwatch",),
    "AWS::MSK": ("kafka",),
    "AWS::OpenSearchService": ("opensearch", "elasticsearch"),
    "AWS::RDS::DBCluster": ("rds", "aurora"),
    "AWS::SSM": ("systemsmanager", "ssm", "parameterstore"),
    "AWS::Scheduler": ("eventbridge",),
    "AWS::Serverless::Api": ("apigateway",),
    "AWS::Serverless::Function": ("lambda",),
    "AWS::Serverless::SimpleTable": ("dynamodb",),
    "AWS::ServiceDiscovery": ("cloudmap",),
    "AWS::Transfer": ("transfer", "migration"),
    "AWS::WAF": ("waf",),
}
"""Pelo começo do tipo; vale o mais longo. O que não está aqui se desenha com o nome do serviço, como `AWS::Lambda`."""


def fits(kind: str, type_: str) -> bool:
    """A classe do nó (`aws.compute.Lambda`) desenha o tipo.

    Os ícones gerais da AWS e os que não são dela nada afirmam; os de outra empresa ou de outra nuvem afirmam outra coisa.
    """
    if kind.startswith(GENERAL) or not kind.startswith("aws."):
        return not outside_aws(kind)
    name = kind.rpartition(".")[2].lower()
    return any(word in name for word in words_of(type_))


def words_of(type_: str) -> tuple[str, ...]:
    """As palavras que servem a um tipo, em minúsculas; nenhuma serve ao que não é um tipo."""
    known = max((start for start in WORDS if type_.startswith(start)), key=len, default="")
    service = re.match(r"\w+::(\w+?)(?:V\d)?::", type_)
    return WORDS.get(known) or ((service[1].lower(),) if service else ())
