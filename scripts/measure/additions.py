"""O que se acrescenta: uma propriedade que o recurso não tinha, ou um vizinho que o cita.

Apagar e trocar linhas só estraga o que alguma prova já lê; quem ataca de fora acrescenta. Os valores vêm do
esquema do CloudFormation que o `cfn-lint` traz, e são plausíveis, não escolhidos para ser achados.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.base.diagram import Diagram
from scripts.measure.mutations import Mutant, rebuilt
from scripts.template.cloudformation import Resource, Template

REGION = "us-east-1"
PROPERTY, NEIGHBOUR = "propriedade acrescentada", "vizinho acrescentado"
DEEP = 6
CITING = {
    "AWS::S3::Bucket": ("Bucket", "BucketName"), "AWS::SQS::Queue": ("Queues", "QueueUrl"), "AWS::SNS::Topic": ("Topics", "TopicArn"),
    "AWS::Lambda::Function": ("FunctionName", "TargetFunctionArn"), "AWS::DynamoDB::Table": ("TableName",),
    "AWS::EC2::VPC": ("VpcId",), "AWS::EC2::Subnet": ("SubnetId",), "AWS::EC2::Instance": ("InstanceId",), "AWS::EC2::Volume": ("VolumeId",),
    "AWS::EC2::RouteTable": ("RouteTableId",), "AWS::EC2::SecurityGroup": ("GroupId",), "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("LoadBalancerArn", "ResourceArn"),
    "AWS::ElasticLoadBalancingV2::Listener": ("ListenerArn",), "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingGroupName",),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", "SourceDBInstanceIdentifier"), "AWS::EKS::Cluster": ("ClusterName",),
    "AWS::CloudFront::Distribution": ("DistributionId", "ResourceArn"), "AWS::Route53::HostedZone": ("HostedZoneId",),
    "AWS::StepFunctions::StateMachine": ("StateMachineArn",), "AWS::KMS::Key": ("TargetKeyId", "KeyId"),
}
"""De cada tipo que se desenha, as propriedades por que outros recursos o citam."""


def additions(diagram: Diagram, template: Template, seen: set[str]) -> Iterator[Mutant]:
    """Um mutante por propriedade gravável que falta, e um por tipo que pode citar o recurso; de cada tipo, uma vez.

    `seen` são os tipos já usados por outro template. Erro: `ModuleNotFoundError` sem o `cfn-lint`, que vem com `testar`.
    """
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas

    known = [name for name in schemas.get_resource_types(REGION) if name.startswith("AWS::")]
    for resource in template.resources.values():
        if resource.type not in known or resource.type in seen:
            continue
        seen.add(resource.type)
        schema = schemas.get_resource_schema(REGION, resource.type).schema
        yield from _properties(diagram, template, resource, schema)
        for name in known if resource.type in CITING else ():
            yield from _neighbour(diagram, template, resource, name, schemas.get_resource_schema(REGION, name).schema)


def _properties(diagram: Diagram, template: Template, resource: Resource, schema: dict[str, Any]) -> Iterator[Mutant]:
    fixed = {text.rpartition("/")[2] for text in schema.get("readOnlyProperties", []) if text.count("/") == 2}
    for name, node in schema.get("properties", {}).items():
        if name in fixed or name in resource.properties or name == "Tags":
            continue
        yield _changed(diagram, template, PROPERTY, f"{resource.id}.Properties.{name}", resource.id,
                       {**resource.body, "Properties": {**resource.properties, name: plausible(node, schema)}})


def _neighbour(diagram: Diagram, template: Template, resource: Resource, type_: str, schema: dict[str, Any]) -> Iterator[Mutant]:
    """Um recurso deste tipo, com o mínimo que o esquema pede, que cita `resource`."""
    properties = schema.get("properties", {})
    if type_ in {other.type for other in template.resources.values()}:
        return  # os dos tipos em uso são propriedades de outro recurso igual: as mutações de ligação os fazem
    for name in CITING[resource.type]:
        if name in properties and name in schema.get("required", []):
            cited: Any = {"Ref": resource.id}
            body = {each: plausible(properties.get(each, {}), schema) for each in schema.get("required", [])}
            body[name] = [cited] if properties[name].get("type") == "array" else cited
            yield _changed(diagram, template, NEIGHBOUR, f"{resource.id} ← {type_}", "Vizinho", {"Type": type_, "Properties": body})
            return


def _changed(diagram: Diagram, template: Template, kind: str, place: str, name: str, body: dict[str, Any]) -> Mutant:
    data = {**template.data, "Resources": {**template.data["Resources"], name: body}}
    return Mutant(kind, place, diagram, rebuilt(template, data))


def plausible(node: Any, schema: dict[str, Any], depth: int = 0) -> Any:
    """Um valor que o esquema aceita: o último dos enumerados, o menor número, o objeto só com o que precisa ter."""
    node = _followed(node, schema)
    if depth > DEEP or not isinstance(node, dict):
        return "x"
    if node.get("enum"):
        return node["enum"][-1]
    if "const" in node:
        return node["const"]
    kind = node.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return node.get("minimum", 1)
    if kind == "array":
        return [plausible(node.get("items", {}), schema, depth + 1)]
    if kind == "object" or "properties" in node:
        names = node.get("required") or list(node.get("properties", {}))[:1]
        return {name: plausible(node.get("properties", {}).get(name, {}), schema, depth + 1) for name in names}
    return "arn:aws:iam::123456789012:role/x" if "arn" in str(node.get("pattern", "")).lower() else "x" * max(1, node.get("minLength", 1))


def _followed(node: Any, schema: dict[str, Any]) -> Any:
    """O esquema do valor, depois das referências e da primeira das alternativas."""
    for _ in range(DEEP):
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            node = schema.get("definitions", {}).get(node["$ref"].rpartition("/")[2], {})
        elif "type" not in node and "properties" not in node and (ways := node.get("oneOf") or node.get("anyOf")):
            node = ways[0]
        else:
            return node
    return node
