"""De onde o pedido vem: o que um papel, um bucket e um endpoint deixam a quem chega pela rede da VPC, e como se diz o que barra."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Architecture, prop, real

WEB, ARROW = "web-ec2-rds-s3", "servidor--bucket"
ROLE = prop("PapelServidor", "Policies", 0, "PolicyDocument", "Statement")
BUCKET, ENDPOINT = (prop(name, "PolicyDocument", "Statement") for name in ("PoliticaBucket", "EndpointS3"))
VPC, GATEWAY = {"Ref": "Vpc"}, {"Ref": "EndpointS3"}
ANY = {"Principal": "*", "Action": "s3:*", "Resource": "*"}
OBJECTS = {"Principal": {"AWS": {"Fn::GetAtt": ["PapelServidor", "Arn"]}}, "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
           "Resource": {"Fn::Sub": "${BucketArquivos.Arn}/arquivos/*"}}


def written(architecture: Architecture, path: tuple[Any, ...]) -> Any:
    found = architecture.template.data
    for key in path:
        found = found[key]
    return found


def conditioned(path: tuple[Any, ...], condition: dict[str, Any]) -> Architecture:
    """A arquitetura com a condição em cada declaração que deixa usar objetos."""
    said = [{**statement, "Condition": condition} if statement["Effect"] == "Allow" and "s3:PutObject" in str(statement) else statement
            for statement in written(real(WEB), path)]
    return real(WEB).put(*path, value=said)


def denying(path: tuple[Any, ...], condition: dict[str, Any], **more: Any) -> Architecture:
    """A mesma, com uma negação a mais."""
    return real(WEB).put(*path, value=[*written(real(WEB), path), {"Sid": "Negar", "Effect": "Deny", **ANY, "Condition": condition, **more}])


INSIDE = [
    {"StringEquals": {"aws:SourceVpc": VPC}}, {"StringEquals": {"aws:sourceVpce": GATEWAY}}, {"StringLike": {"aws:SourceVpc": VPC}},
    {"StringEqualsIfExists": {"aws:SourceVpc": VPC}}, {"StringEquals": {"aws:SourceVpc": {"Fn::GetAtt": ["Vpc", "VpcId"]}}},
    {"StringEquals": {"aws:SourceVpc": {"Fn::Sub": "${Vpc}"}}}, {"StringEquals": {"aws:SourceVpc": ["vpc-1", VPC]}},
    {"Null": {"aws:SourceVpc": "false"}}, {"Null": {"aws:SourceIp": "true"}},
    {"StringEquals": {"aws:SourceVpc": VPC, "aws:SourceVpce": GATEWAY}},
]
OUTSIDE = [
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, {"StringEquals": {"aws:SourceVpc": GATEWAY}},
    {"StringNotEquals": {"aws:SourceVpc": VPC}}, {"IpAddress": {"aws:SourceIp": "10.10.0.0/16"}}, {"Null": {"aws:SourceVpc": "true"}},
    {"StringEquals": {"aws:SourceVpc": VPC, "aws:SourceVpce": "vpce-1"}}, {"StringEquals": {"aws:VpcSourceIp": "10.10.0.4"}},
]
NEGATED = {"StringEquals": "StringNotEquals", "StringNotEquals": "StringEquals", "StringLike": "StringNotLike", "IpAddress": "NotIpAddress"}


@pytest.mark.parametrize("path", [ROLE, ENDPOINT], ids=["papel", "endpoint"])
@pytest.mark.parametrize("condition", INSIDE, ids=str)
def test_what_comes_through_the_endpoint_is_of_its_vpc(condition, path):
    assert conditioned(path, condition).missing(ARROW) == []


@pytest.mark.parametrize("path", [ROLE, ENDPOINT], ids=["papel", "endpoint"])
@pytest.mark.parametrize("condition", OUTSIDE, ids=str)
def test_another_origin_is_refused(condition, path):
    assert conditioned(path, condition).missing(ARROW)


@pytest.mark.parametrize("path", [BUCKET, ENDPOINT], ids=["bucket", "endpoint"])
@pytest.mark.parametrize("operator, key, value, right", [
    ("StringNotEquals", "aws:SourceVpc", VPC, True), ("StringNotEquals", "aws:SourceVpce", GATEWAY, True),
    ("StringNotEqualsIfExists", "aws:SourceVpce", GATEWAY, True), ("IpAddress", "aws:SourceIp", "0.0.0.0/0", True),
    ("Null", "aws:SourceVpce", "true", True), ("StringNotEquals", "aws:SourceVpc", "vpc-1", False), ("StringEquals", "aws:SourceVpc", VPC, False),
    ("StringNotEquals", "aws:SourceVpce", "vpce-1", False), ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", False),
    ("Null", "aws:SourceVpce", "false", False), ("Null", "aws:SourceIp", "true", False),
])
def test_a_denial_by_origin(operator, key, value, right, path):
    assert (denying(path, {operator: {key: value}}).missing(ARROW) == []) is right


@pytest.mark.parametrize("condition, right", [({"StringEquals": {"aws:SourceVpc": VPC}}, True), ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False)])
def test_the_bucket_may_be_the_one_that_allows(condition, right):
    without = real(WEB).put(*ROLE, value=[each for each in written(real(WEB), ROLE) if "s3:PutObject" not in str(each)])
    allowing = without.put(*BUCKET, value=[*written(real(WEB), BUCKET), {"Effect": "Allow", **OBJECTS, "Condition": condition}])
    assert (allowing.missing(ARROW) == []) is right


def test_who_does_not_go_through_an_endpoint_carries_nothing_of_the_vpc():
    for condition, right in (({"StringEquals": {"aws:SourceVpc": VPC}}, False), ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True)):
        gone = conditioned(ROLE, condition).put("Resources", value={
            name: body for name, body in conditioned(ROLE, condition).template.data["Resources"].items() if name != "EndpointS3"})
        assert (gone.missing(ARROW) == []) is right


@pytest.mark.parametrize("statement, said", [
    ({"Sid": "Curto", "Effect": "Deny", **ANY, "Condition": {"NumericGreaterThan": {"s3:signatureAge": "60000"}}},
     "a declaração `Curto` de `PoliticaBucket` pode negar `s3:PutObject` com `s3:signatureAge` (`NumericGreaterThan: 60000`), e não se sabe o que o "
     "pedido leva; escreva-a de modo que se leia aqui"),
    ({"Effect": "Deny", **ANY, "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}},
     "`PoliticaBucket` nega `s3:PutObject` em `BucketArquivos`, com `aws:SourceIp` (`NotIpAddress: 203.0.113.0/24 ou 198.51.100.0/24`), que o pedido "
     "não leva; tire a negação"),
    ({"Sid": "SoAConta", "Effect": "Deny", "NotPrincipal": {"AWS": ["arn:aws:iam::1:root", "arn:aws:iam::2:root"]}, "Action": "s3:*", "Resource": "*"},
     "`PoliticaBucket` nega `s3:PutObject` em `BucketArquivos`, a todos menos `arn:aws:iam::1:root` e `arn:aws:iam::2:root` (`NotPrincipal`), na "
     "declaração `SoAConta`; tire a negação"),
    ({"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:sts::1:assumed-role/a/b"}, "Action": "s3:*", "Resource": "*"},
     "não se sabe a quem uma declaração de `PoliticaBucket` vale, e ela pode negar `s3:PutObject`; escreva-a de modo que se leia aqui"),
])
def test_what_bars_is_named_by_key_and_value(statement, said):
    missing = real(WEB).put(*BUCKET, value=[*written(real(WEB), BUCKET), statement]).missing(ARROW)
    assert said in missing and not any(text.startswith("nada deixa") for text in missing)


def test_the_endpoint_is_not_blamed_for_the_condition_of_the_role():
    assert conditioned(ROLE, {"IpAddress": {"aws:SourceIp": "10.10.0.0/16"}}).missing(ARROW) == [
        f"a declaração `UsarArquivos` de `PapelServidor` só deixa `PapelServidor` fazer `s3:{action}` em `BucketArquivos` com `aws:SourceIp` "
        "(`IpAddress: 10.10.0.0/16`), que o pedido não leva; faça o pedido cumprir a condição, ou troque-a por uma que ele cumpra"
        for action in ("PutObject", "GetObject", "DeleteObject")]
