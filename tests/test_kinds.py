"""O catálogo de tipos contra os esquemas do CloudFormation que o `cfn-lint` traz."""

from __future__ import annotations

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, Schema

from scripts.aws.kind import ARN, URL
from scripts.aws.catalog import KINDS, Kind, is_support

REGION = "us-east-1"
REF = {"arn": ARN, "url": URL}
# O que `Ref` devolve e o identificador do esquema não diz: a página de cada tipo, na seção "Return values".
TOLD = {
    "AWS::SNS::Topic", "AWS::EC2::EIP", "AWS::Route53::RecordSet", "AWS::Route53::HostedZone", "AWS::WAFv2::WebACL",
    "AWS::AutoScaling::LifecycleHook", "AWS::EC2::TransitGateway", "AWS::Batch::JobDefinition", "AWS::SecretsManager::Secret",
}


def schema(kind: Kind) -> Schema:
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind.type)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_every_row_agrees_with_the_schema(kind):
    known = schema(kind).schema
    properties, attributes = known["properties"], set(schema(kind).get_atts)
    assert set(kind.gives) <= attributes, attributes
    service = kind.service
    written = [kind.named, kind.role and kind.role[0], kind.policy and kind.policy[0], *(kind.policy_of or ())[:2],
               service and service.key and service.key[0]]
    assert {name for name in written if name} <= set(properties)


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.type not in TOLD and not kind.policy_of], ids=lambda kind: kind.type)
def test_ref_is_what_identifies_the_resource(kind):
    identifier = [path.removeprefix("/properties/") for path in schema(kind).schema["primaryIdentifier"]]
    ending = next((meaning for ending, meaning in REF.items() if identifier[0].lower().endswith(ending)), "")
    assert kind.ref == ending or not ending and kind.ref in ("id", "name")


def test_a_type_that_is_not_in_the_catalog_names_nothing_and_is_drawn():
    assert not is_support("AWS::Novo::Servico") and is_support("AWS::EC2::Route")


def test_the_attributes_are_those_of_the_schemas():
    """Refaça-os com `.venv/bin/python scripts/measure/aws_attributes.py` quando o cfn-lint mudar."""
    from scripts.checks.citations import _attributes
    from scripts.measure.aws_attributes import attributes

    found, ours = attributes(), _attributes()
    assert len(ours) > 300 and {type_: found.get(type_) for type_ in ours} == ours
