"""O que só a AWS expande: um achado em qualquer conferência, também sem setas, e nada provado."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.proofs.claims.evaluate import CLAIMS, evaluate
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.hostile import put
from tests.proofs.bench import REAL, Architecture, real

MACRO = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://x/y"}}}
LOOP = ["N", ["a"], {"X${N}": {"Type": "AWS::S3::Bucket"}}]
KINDS: dict[str, dict[str, Any]] = {
    "transformação": {"Transform": "Macro"}, "várias": {"Transform": ["AWS::LanguageExtensions", "Macro"]}, "trecho": MACRO,
    "mapas": {"Mappings": MACRO}, "mapa": {"Mappings": {"M": MACRO}}, "saída": {"Outputs": {"S": {"Value": MACRO}}},
    "laço de condições": {"Conditions": {"Fn::ForEach::C": LOOP}}, "seção": {"Modules": {"M": {"Source": "m.yaml"}}},
}
RESOURCES: dict[str, dict[str, Any]] = {
    "trecho de recursos": MACRO, "laço": {"Fn::ForEach::X": LOOP}, "laço numa propriedade": {"N": {
        "Type": "AWS::S3::Bucket", "Properties": {"Fn::ForEach::P": LOOP}}}, "trecho numa propriedade": {"N": {
            "Type": "AWS::S3::Bucket", "Properties": {"Tags": [MACRO]}}}, "trecho nos metadados": {"N": {
                "Type": "AWS::S3::Bucket", "Metadata": MACRO}}, "trecho numa política": {"N": {
                    "Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [MACRO]}}}},
    **{type_: {"N": {"Type": type_}} for type_ in (
        "AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::CloudFormation::Macro", "AWS::Serverless::Function",
        "AWS::ServiceCatalog::CloudFormationProvisionedProduct", "Org::Meu::X::MODULE",
        "Custom::Qualquer", "AWS::CloudFormation::CustomResource")},
}


def changed(architecture: Architecture, kind: str) -> Architecture:
    data = architecture.template.data
    if kind in RESOURCES:
        data = put(data, ("Resources",), {**data["Resources"], **RESOURCES[kind]})
    else:
        data = {**data, **{name: {**data[name], **body} if isinstance(data.get(name), dict) else body for name, body in KINDS[kind].items()}}
    return replace(architecture, template=cloudformation.rebuilt(architecture.template, data))


@pytest.mark.parametrize("kind", [*KINDS, *RESOURCES])
@pytest.mark.parametrize("slug", ["cli-s3-lambda-dynamodb", "web-ec2-rds-s3"])
def test_nothing_is_proven_and_every_page_says_so(slug, kind):
    found = changed(real(slug), kind)
    views = views_of(found.template)
    assert not any(proof.proven for proof in found.proofs)
    assert not any(evaluate(claim, found.diagram, views).proven for claim in CLAIMS)
    for drawn in (found.diagram, replace(found.diagram, edges=())):
        assert "nao-se-sabe" in {finding.code for finding in verdict.judge(Reading(drawn, None, found.template))}


def test_without_it_something_is_proven():
    assert all(any(proof.proven for proof in real(slug).proofs) for slug in REAL)
