"""Políticas dentro de `Fn::If` aninhados: a ampla é achada no mundo em que existe, e a que falta desfaz a seta."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from scripts.checks import hygiene
from scripts.proofs.arrows.prove import prove
from scripts.proofs.claims.evaluate import evaluate
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.facts.views import views_of
from scripts.template.cloudformation import parse
from tests.hostile import put
from tests.proofs.bench import diagram

NOTHING = {"Ref": "AWS::NoValue"}
GOOD = {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": {"Fn::GetAtt": ["Tabela", "Arn"]}}
WIDE = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Balde.Arn}/*"}}
OTHER = "arn:aws:iam::111122223333:root"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
KEPT = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
BLOCKED = {name: True for name in hygiene.BLOCKS}
TEMPLATE: dict[str, Any] = {
    "Parameters": {"P": {"Type": "String", "Default": "x"}, "Q": {"Type": "String", "Default": "x"}},
    "Conditions": {"Um": {"Fn::Equals": [{"Ref": "P"}, "x"]}, "Outro": {"Fn::Equals": [{"Ref": "Q"}, "x"]},
                   "Nenhum": {"Fn::Not": [{"Fn::Or": [{"Condition": "Um"}, {"Condition": "Outro"}]}]}},
    "Resources": {
        "Tabela": {"Type": "AWS::DynamoDB::Table", **KEPT, "Properties": {"SSESpecification": {"SSEEnabled": True}}},
        "Balde": {"Type": "AWS::S3::Bucket", **KEPT, "Properties": {"PublicAccessBlockConfiguration": BLOCKED}},
        "Funcao": {"Type": "AWS::Lambda::Function", "Properties": {
            "Role": {"Fn::GetAtt": ["Papel", "Arn"]}, "Environment": {"Variables": {"TABELA": {"Ref": "Tabela"}}}}},
        "Papel": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [GOOD]}}]}},
        "PoliticaBalde": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Balde"}, "PolicyDocument": {"Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}}},
}
DRAWN = diagram("funcao = Funcao", "tabela = Tabela", "balde = Balde", "funcao >> tabela acao=dynamodb:PutItem")
ROLE, BUCKET = ("Resources", "Papel", "Properties"), ("Resources", "PoliticaBalde", "Properties")
POLICIES, TRUST, DOCUMENT = (*ROLE, "Policies"), (*ROLE, "AssumeRolePolicyDocument"), (*BUCKET, "PolicyDocument")
STATEMENTS, OPENED = (*POLICIES, 0, "PolicyDocument", "Statement"), (*DOCUMENT, "Statement")
WHOM = (*TRUST, "Statement", 0, "Principal")


def last(value: Any, usual: Any = NOTHING) -> dict[str, Any]:
    """O valor que só há quando nenhuma das duas condições vale."""
    return {"Fn::If": ["Um", usual, {"Fn::If": ["Outro", usual, value]}]}


def look(path: tuple[str | int, ...], change: Any) -> tuple[bool, bool, set[str]]:
    """Se a seta e o menor privilégio se provam, e os códigos dos achados."""
    data = copy.deepcopy(TEMPLATE)
    before: Any = data
    for key in path:
        before = before[key]
    views = views_of(parse(json.dumps(put(data, path, change(before)), indent=1), "t.yaml"))
    proofs = prove(DRAWN, views)
    codes = {found.code for found in (*hygiene.check(views, DRAWN), *unclaimed(DRAWN, views, proofs))}
    return proofs[0].proven, evaluate("menor-privilegio", DRAWN, views).proven, codes


def test_the_template_is_fine():
    assert look(ROLE, lambda value: value) == (True, True, set())


@pytest.mark.parametrize("path, change", [
    (POLICIES, lambda v: last([{"PolicyName": "w", "PolicyDocument": {"Statement": [GOOD, WIDE]}}], v)),
    (POLICIES, lambda v: [*v, last({"PolicyName": "w", "PolicyDocument": {"Statement": [WIDE]}})]),
    ((*POLICIES, 0, "PolicyDocument"), lambda v: last({"Statement": [GOOD, WIDE]}, v)),
    (STATEMENTS, lambda v: last([GOOD, WIDE], v)),
    (STATEMENTS, lambda v: last(WIDE, v)),
    (STATEMENTS, lambda v: [*v, last(WIDE)]),
    (STATEMENTS, lambda v: [*v, {**WIDE, "Effect": last("Allow", "Deny")}]),
    (STATEMENTS, lambda v: [*v, last({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})]),
    ((*STATEMENTS, 0, "Action"), lambda v: last("*", v)),
    ((*STATEMENTS, 0, "Action"), lambda v: last(["*"], v)),
    ((*STATEMENTS, 0, "Action"), lambda v: [*v, last("*")]),
    ((*STATEMENTS, 0, "Resource"), lambda v: last("*", v)),
    ((*STATEMENTS, 0, "Resource"), lambda v: [v, last("*")]),
    (ROLE, lambda v: {**v, "ManagedPolicyArns": last([ADMINISTRATOR])}),
    (ROLE, lambda v: {**v, "ManagedPolicyArns": [last(ADMINISTRATOR)]}),
    (("Resources",), lambda v: {**v, "Solta": {"Type": "AWS::IAM::Policy", "Condition": "Nenhum", "Properties": {
        "PolicyName": "s", "Roles": [{"Ref": "Papel"}], "PolicyDocument": {"Statement": [WIDE]}}}}),
])
def test_a_wide_permission_of_one_world_is_found(path, change):
    _, least, codes = look(path, change)
    assert not least and "permissao-ampla" in codes


@pytest.mark.parametrize("path, change", [
    (TRUST, lambda v: last({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}, v)),
    (WHOM, lambda v: last({"AWS": "*"}, v)),
    (WHOM, lambda v: {**v, "AWS": last("*")}),
    (WHOM, lambda v: {**v, "AWS": [last("*")]}),
    (DOCUMENT, lambda v: last({"Statement": [OPEN]}, v)),
    (OPENED, lambda v: last([OPEN], v)),
    (OPENED, lambda v: last(OPEN, v)),
    (OPENED, lambda v: [*v, last(OPEN)]),
    (OPENED, lambda v: [*v, {**OPEN, "Effect": last("Allow", "Deny")}]),
    (OPENED, lambda v: [*v, {**OPEN, "Principal": last("*", {"AWS": OTHER})}]),
    (OPENED, lambda v: [*v, {**OPEN, "Principal": {"AWS": last("*", OTHER)}}]),
    (OPENED, lambda v: [*v, {**OPEN, "Principal": {"AWS": [OTHER, last("*")]}}]),
    (OPENED, lambda v: [*v, {**OPEN, "Condition": last(NOTHING, {"StringEquals": {"aws:SourceAccount": "111122223333"}})}]),
    (OPENED, lambda v: [*v, {**OPEN, "Condition": {"StringEquals": last({"s3:prefix": "a"}, {"aws:SourceAccount": "111122223333"})}}]),
    (OPENED, lambda v: [*v, {**OPEN, "Condition": {"StringEquals": {"aws:SourceAccount": last("*", "111122223333")}}}]),
    (OPENED, lambda v: [*v, {**OPEN, "Condition": {"StringEquals": {"aws:SourceAccount": ["111122223333", last("*")]}}}]),
    (("Resources",), lambda v: {**v, "Aberta": {"Type": "AWS::S3::BucketPolicy", "Condition": "Nenhum", "Properties": {
        "Bucket": {"Ref": "Balde"}, "PolicyDocument": {"Statement": [OPEN]}}}}),
    # Um tipo que não se conhece, com uma chave que só começa por Ref ao lado da política.
    (("Resources",), lambda v: {**v, "Novo": {"Type": "AWS::Novo::Servico", "Properties": {
        "RefreshInterval": 5, "Acesso": last({"Statement": [OPEN]})}}}),
])
def test_what_is_open_to_anyone_in_one_world_is_found_and_has_no_arrow(path, change):
    assert {"publico-nao-desenhado", "permissao-sem-seta"} <= look(path, change)[2]


@pytest.mark.parametrize("path", [
    POLICIES, (*POLICIES, 0), (*POLICIES, 0, "PolicyDocument"), STATEMENTS, *((*STATEMENTS, 0, *keys) for keys in (
        (), ("Effect",), ("Action",), ("Action", 0), ("Resource",))), TRUST, (*TRUST, "Statement"), (*TRUST, "Statement", 0), WHOM, (*WHOM, "Service"),
])
def test_a_permission_missing_in_one_world_proves_nothing(path):
    assert not look(path, lambda value: last(NOTHING, value))[0]


@pytest.mark.parametrize("path, change", [
    ((*STATEMENTS, 0), lambda v: {**v, "Condition": last({"StringEquals": {"aws:SourceVpc": "vpc-1"}})}),
    (STATEMENTS, lambda v: [*v, last({**WIDE, "Effect": "Deny"})]),
    (STATEMENTS, lambda v: [*v, {**WIDE, "Effect": last("Deny", "Allow")}]),
    (ROLE, lambda v: {**v, "PermissionsBoundary": last("arn:aws:iam::aws:policy/ReadOnlyAccess")}),
    (("Resources", "Tabela", "Properties"), lambda v: {**v, "ResourcePolicy": {"PolicyDocument": last(
        {"Statement": [{**WIDE, "Effect": "Deny", "Principal": "*"}]})}}),
])
def test_a_denial_of_one_world_proves_nothing(path, change):
    assert not look(path, change)[0]


@pytest.mark.parametrize("type_, name", [
    ("AWS::ECR::Repository", "RepositoryPolicyText"), ("AWS::EFS::FileSystem", "FileSystemPolicy"),
    ("AWS::KMS::Key", "KeyPolicy"),
])
def test_a_policy_written_as_text_is_not_passed_in_silence(type_, name):
    resource = {"Type": type_, **KEPT, "Properties": {name: last(json.dumps({"Statement": [OPEN]}, default=str))}}
    assert "permissao-sem-seta" in look(("Resources",), lambda v: {**v, "Solto": resource})[2]
