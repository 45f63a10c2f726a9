"""Os comandos da página contra a política do próprio recurso: quem nega a todos os de fora da VPC nega também a quem segue a página."""

from __future__ import annotations

import pytest
import yaml

from scripts.base.tree import Tree
from scripts.checks import calls, refused
from scripts.page import architecture
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.built import ROOT

OPEN = "Bool: {aws:SecureTransport: 'false'}"
ROLE = "!GetAtt PapelServidor.Arn"
REFUSING = [
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}", "StringNotEqualsIfExists: {aws:SourceVpce: [!Ref EndpointS3]}",
    "StringNotEquals: {aws:SourceVpc: !Ref Vpc}", "StringNotLike: {'aws:sourceVpce': 'vpce-*'}", "NotIpAddress: {aws:VpcSourceIp: 10.10.0.0/16}",
    "NotIpAddress: {aws:SourceIp: [10.10.0.0/16, 192.168.0.0/24]}", "'Null': {aws:SourceVpce: 'true'}",
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}\n              Bool: {aws:SecureTransport: 'true'}",
    f"StringNotEquals: {{aws:SourceVpce: !Ref EndpointS3}}\n              ArnNotEquals: {{aws:PrincipalArn: {ROLE}}}",
]
SPARING = [
    OPEN, f"StringNotEquals: {{aws:SourceVpce: !Ref EndpointS3}}\n              ArnEquals: {{aws:PrincipalArn: {ROLE}}}",
    "NotIpAddress: {aws:SourceIp: !Ref CidrPermitido}", "NotIpAddress: {aws:SourceIp: [10.10.0.0/16, 198.51.100.0/24]}",
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}\n              ArnNotLike: {aws:PrincipalArn: 'arn:aws:iam::*:role/Administracao'}",
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3, aws:PrincipalTag/equipe: dados}", "StringNotEquals: {aws:PrincipalAccount: !Ref AWS::AccountId}",
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}\n              Bool: {aws:PrincipalIsAWSService: 'true'}",
    "IpAddress: {aws:SourceIp: 10.0.0.0/8}", "StringEquals: {aws:SourceVpce: !Ref EndpointS3}",
    "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}\n              NotIpAddress: {aws:SourceIp: !Ref CidrPermitido}",
]


def told(slug: str, *statements: str, page: tuple[str, str] = ("", "")) -> list[str]:
    """O que se diz com estas declarações a mais na política do bucket, e o trecho trocado na página."""
    text = Tree(ROOT).template(slug).read_text(encoding="utf-8")
    mark = "              Bool: {aws:SecureTransport: \"false\"}\n"
    assert mark in text
    text = text.replace(mark, mark + "".join(statements), 1)
    written = Tree(ROOT).page(slug).read_text(encoding="utf-8")
    assert page[0] in written
    read = architecture.parse(written.replace(*page) if page[0] else written, "p.md")
    return sorted({finding.message for finding in refused.check(read, calls.made(read, views_of(cloudformation.parse(text, "template.yaml"))))})


def denying(condition: str, action: str = "s3:*", principal: str = "Principal: \"*\"", at: str = "[!GetAtt BucketArquivos.Arn, !Sub '${BucketArquivos.Arn}/*']") -> str:
    return (f"          - Sid: SoPorDentro\n            Effect: Deny\n            {principal}\n            Action: {action}\n            Resource: {at}\n"
            f"            Condition:\n              {condition}\n")


@pytest.mark.parametrize("condition", REFUSING)
def test_who_denies_all_that_come_from_outside_denies_the_reader(condition: str) -> None:
    message, = told("web-ec2-rds-s3", denying(condition))
    assert message.startswith("`PoliticaBucket` nega `s3:ListBucket` em `BucketArquivos`, na declaração `SoPorDentro`")
    assert "`aws s3 ls`" in message and "os das linhas" in message


@pytest.mark.parametrize("condition", SPARING)
def test_who_denies_some_spares_the_reader(condition: str) -> None:
    assert told("web-ec2-rds-s3", denying(condition)) == []


@pytest.mark.parametrize("principal, wrong", [
    ('Principal: {AWS: "*"}', True), ("Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}", True), (f"Principal: {{AWS: {ROLE}}}", False),
    (f"NotPrincipal: {{AWS: {ROLE}}}", True), ("NotPrincipal: {AWS: 'arn:aws:iam::111122223333:role/Administracao'}", False),
])
def test_to_whom_the_statement_denies(principal: str, wrong: bool) -> None:
    assert bool(told("web-ec2-rds-s3", denying(REFUSING[0], principal=principal))) == wrong


@pytest.mark.parametrize("action, first, more", [
    ("s3:DeleteObjectVersion", "`aws s3api delete-object`", False), ("s3:ListBucketVersions", "`aws s3api list-object-versions`", True),
    ("s3:DeleteBucket", "`aws s3api delete-bucket`", False), ("s3:DeleteBucketPolicy", "o CloudFormation, ao remover a pilha,", False), ("s3:PutObject", "", False),
    ("s3:GetObject", "", False), ("[s3:List*]", "`aws s3 ls`", True),
])
def test_what_each_command_asks(action: str, first: str, more: bool) -> None:
    messages = told("web-ec2-rds-s3", denying(REFUSING[0], action))
    assert [first in message and ("linha" in message.rpartition("como")[2]) >= more for message in messages] == ([True] if first else [])


@pytest.mark.parametrize("command, action, wrong", [
    ("s3 cp a.txt s3://NOME_BUCKET/arquivos/a.txt", "s3:PutObject", True), ("s3 cp s3://NOME_BUCKET/arquivos/a.txt -", "s3:PutObject", False),
    ("s3 cp s3://NOME_BUCKET/arquivos/a.txt -", "s3:GetObject", True), ("s3 sync pasta s3://NOME_BUCKET", "s3:PutObject", True),
    ("s3 presign s3://NOME_BUCKET/arquivos/a.txt", "s3:GetObject", True), ("s3 rm s3://NOME_BUCKET --recursive", "s3:DeleteObject", True),
    ("s3 mv s3://NOME_BUCKET/a.txt b.txt", "s3:DeleteObject", True), ("s3api head-object --bucket NOME_BUCKET --key a", "s3:GetObject", True),
    ("s3 presign --expires-in 60 s3://NOME_BUCKET/a", "s3:GetObject", True), ("s3 cp --content-type text/csv a s3://NOME_BUCKET/a", "s3:PutObject", True),
    ("s3 cp --content-type text/csv a s3://NOME_BUCKET/a", "s3:GetObject", False), ("s3 cp --quiet s3://NOME_BUCKET/a b", "s3:GetObject", True),
    ("s3 ls --page-size 5 s3://NOME_BUCKET", "s3:ListBucket", True), ("s3 rm s3://NOME_BUCKET/a s3://NOME_BUCKET/b", "s3:DeleteObject", True),
    ("s3 cp s3://NOME_BUCKET/a s3://NOME_BUCKET/b s3://NOME_BUCKET/c", "s3:PutObject", True), ("s3 website s3://NOME_BUCKET", "s3:*", False),
    ("s3 cp a.txt s3://OUTRO_BUCKET_DE_OUTRA_CONTA/a.txt", "s3:PutObject", False), ("s3 rb s3://NOME_BUCKET", "s3:DeleteBucket", True),
])
def test_the_forms_of_a_command(command: str, action: str, wrong: bool) -> None:
    old = "aws s3 ls s3://NOME_BUCKET/arquivos/ --human-readable --region sa-east-1"
    messages = told("web-ec2-rds-s3", denying(REFUSING[0], action), page=(old, f"aws {command} --region sa-east-1"))
    assert any(f"`aws {' '.join(command.split()[:2])}`" in message for message in messages) == wrong


def test_who_denies_to_all_from_anywhere_says_nothing_of_the_network() -> None:
    always = denying(OPEN, "s3:DeleteObjectVersion").partition("            Condition:")[0]
    message, = told("web-ec2-rds-s3", always)
    assert "`aws s3api delete-object`" in message and "rede" not in message
    assert told("web-ec2-rds-s3", always.replace("s3:DeleteObjectVersion", "s3:PutBucketAcl")) == []


def test_a_prefix_that_no_command_touches() -> None:
    assert told("web-ec2-rds-s3", denying(REFUSING[0], "s3:DeleteObject*", at="!Sub '${BucketArquivos.Arn}/interno/*'")) == []


QUEUE = """
  TravaFila:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref FilaFalhas]
      PolicyDocument:
        Statement: [{Sid: SoPorDentro, Effect: Deny, Principal: "*", Action: "sqs:*", Resource: !GetAtt FilaFalhas.Arn, Condition: %s}]
"""


@pytest.mark.parametrize("condition, wrong", [({"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, True), ({"Bool": {"aws:SecureTransport": "false"}}, False)])
def test_a_queue_too(condition: dict, wrong: bool) -> None:
    slug = "cli-s3-lambda-dynamodb"
    text = Tree(ROOT).template(slug).read_text(encoding="utf-8")
    text = text.replace("\nResources:\n", f"\nResources:\n{QUEUE % yaml.safe_dump(condition, default_flow_style=True).strip()}", 1)
    page = architecture.read(Tree(ROOT).page(slug))
    found = list(refused.check(page, calls.made(page, views_of(cloudformation.parse(text, "template.yaml")))))
    assert bool(found) == wrong
    assert not wrong or "`aws sqs receive-message`" in found[0].message


@pytest.mark.parametrize("slug", Tree(ROOT).architectures())
def test_the_real_pages_have_no_refused_command(slug: str) -> None:
    page = architecture.read(Tree(ROOT).page(slug))
    assert list(refused.check(page, calls.made(page, views_of(cloudformation.read(Tree(ROOT).template(slug)))))) == []
