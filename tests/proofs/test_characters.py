"""Os nomes e as descrições que a AWS só aceita com certos caracteres, em cada tipo em que o template os escreve."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings
from bench import bench, prop

from scripts.aws.characters import ANY, SPELLINGS
from scripts.checks import effects

PLACES = [(kind, keys) for kind, texts in SPELLINGS.items() for keys in texts]
LONG = "—:" * 60
"""Tem travessão e dois-pontos, e é comprido: nenhum lugar da lista o aceita."""


def said(kind: str, properties: dict[str, Any]) -> list[str]:
    architecture = bench("X: {Type: AWS::S3::Bucket}", "X").put("Resources", "X", value={"Type": kind, "Properties": properties})
    return [found.message for found in effects.check(architecture.views) if "a AWS recusa este" in found.message or "que é só da AWS" in found.message]


def nested(keys: tuple[str, ...], value: Any) -> Any:
    for key in reversed(keys):
        value = [value] if key == ANY else {key: value}
    return value


@pytest.mark.parametrize(("kind", "keys"), PLACES, ids=lambda part: part if isinstance(part, str) else ".".join(part))
def test_a_text_aws_refuses_is_named(kind: str, keys: tuple[str, ...]) -> None:
    assert f"a AWS recusa este `{keys[-1]}` de `X`" in said(kind, nested(keys, LONG))[0]
    assert said(kind, nested(keys, "nome-1")) == []
    assert said(kind, nested(keys, {"Fn::Sub": "${AWS::StackName}-um"})) == []
    assert said(kind, nested(keys, {"Ref": "AWS::StackName"})) == []


@pytest.mark.parametrize(("kind", "keys", "text", "right"), [
    ("AWS::EC2::SecurityGroup", ("GroupDescription",), "Instâncias da aplicação", False),
    ("AWS::EC2::SecurityGroup", ("GroupName",), "sg-banco", False),
    ("AWS::EC2::SecurityGroupIngress", ("Description",), "HTTP | do balanceador", False),
    ("AWS::EC2::SecurityGroupEgress", ("Description",), "HTTPS para pacotes; (APIs) da AWS, porta=443", True),
    ("AWS::Logs::LogGroup", ("LogGroupName",), "aws/lambda/loja", False),
    ("AWS::Logs::LogGroup", ("LogGroupName",), "/aws/lambda/loja", True),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", ("Name",), "loja-", False),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", ("Name",), "internal-loja", False),
    ("AWS::SQS::Queue", ("QueueName",), "pedidos.fifo", True),
    ("AWS::SQS::Queue", ("QueueName",), "pedidos.novos", False),
    ("AWS::SNS::Topic", ("DisplayName",), "Análise — avisos", True),
    ("AWS::IAM::ManagedPolicy", ("Description",), "Lê a função", True),
    ("AWS::IAM::ManagedPolicy", ("Description",), "Lê — e grava", False),
    ("AWS::IAM::Role", ("Policies", ANY, "PolicyName"), "emitir recibos", False),
])
def test_each_place_has_its_own_characters(kind: str, keys: tuple[str, ...], text: str, right: bool) -> None:
    assert (said(kind, nested(keys, text)) == []) is right


@pytest.mark.parametrize(("key", "right"), [("aws:dono", False), ("AWS:dono", False), ("dono", True), ("meu:aws:dono", True)])
def test_a_tag_does_not_begin_as_those_of_aws(key: str, right: bool) -> None:
    assert (said("AWS::S3::Bucket", {"Tags": [{"Key": key, "Value": "x"}]}) == []) is right


@pytest.mark.parametrize(("owner", "name"), [("Balanceador", "Name"), ("GrupoDestino", "Name"), ("GrupoBanco", "GroupName"), ("FilaPedidos", "QueueName")])
def test_a_name_of_ones_own_changes_nothing(owner: str, name: str) -> None:
    assert findings("ecommerce", {prop(owner, name): "loja-nome"}) == []


def test_the_whole_judgement_refuses_it() -> None:
    assert [found.code for found in findings("ecommerce", {prop("GrupoBanco", "SecurityGroupEgress", 0, "Description"): "Nenhuma saída"})] == ["sem-efeito"]
