"""Formas certas que alguém de fora escreveu e a conferência recusava, e as erradas que se parecem com elas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from attempts import Case, Edits, findings, refused, subject
from bench import REMOVED, R, bench, prop

from scripts.proofs.arrows.created import REASONS
from scripts.proofs.arrows.prove import prove
from scripts.proofs.facts.views import views_of

LOJA, ESPECTRO, MUSICAS, FOTO, CLI = "ecommerce", "espectrometria", "musicas", "foto-perfil", "cli-s3-lambda-dynamodb"
ACTIONS = prop("OuvinteHttp", "DefaultActions")


def forward(weight: int | None = None, target: Any = None) -> list[dict[str, Any]]:
    group = {"TargetGroupArn": target or {"Ref": "GrupoDestino"}} | ({} if weight is None else {"Weight": weight})
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [group]}}]


def event(bucket: str, way: str) -> Edits:
    return {prop(bucket, "NotificationConfiguration", "LambdaConfigurations", 0, "Event"): f"s3:ObjectCreated:{way}"}


def events(bucket: str, *ways: str) -> Edits:
    path = prop(bucket, "NotificationConfiguration", "LambdaConfigurations")

    def each(data: Any) -> Any:
        first = data[R][bucket]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"][0]
        return [{**first, "Event": f"s3:ObjectCreated:{way}"} for way in ways]

    return {path: each}


def trusted(role: str, condition: dict[str, Any]) -> Edits:
    return {prop(role, "AssumeRolePolicyDocument", "Statement", 0, "Condition"): condition}


OWN = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
RIGHT: dict[str, tuple[str, Edits]] = {
    "encaminha-a-um-grupo": (LOJA, {ACTIONS: forward()}),
    "encaminha-com-peso": (LOJA, {ACTIONS: forward(1)}),
    "papel-com-caminho": (MUSICAS, {prop("PapelFuncao", "Path"): "/servico/"}),
    "papel-da-maquina-com-caminho": (ESPECTRO, {prop("PapelMaquina", "Path"): "/servico/"}),
    "perfil-com-caminho": (MUSICAS, {prop("PerfilServidor", "Path"): "/servico/"}),
    "papel-de-sessao-longa": (MUSICAS, {prop("PapelFuncao", "MaxSessionDuration"): 7200}),
    "fila-sem-dizer-a-cifra": (MUSICAS, {prop("FilaFalhas", "SqsManagedSseEnabled"): REMOVED}),
    "tabela-sem-dizer-a-cifra": (CLI, {prop("TabelaResultados", "SSESpecification"): REMOVED}),
    "so-o-formulario": (FOTO, event("BucketEntrada", "Post")),
    "formulario-e-mais": (FOTO, events("BucketEntrada", "Post", "Put")),
    "so-o-que-o-programa-faz": (MUSICAS, event("BucketMusicas", "Put")),
    "maquina-da-propria-conta": (ESPECTRO, trusted("PapelMaquina", OWN)),
    "funcao-da-propria-conta": (MUSICAS, trusted("PapelFuncao", OWN)),
    "autorizador-da-propria-conta": (FOTO, trusted("PapelAutorizar", OWN)),
    "trabalho-da-propria-conta": (ESPECTRO, trusted("PapelLote", OWN)),
    "trabalho-do-proprio-servico": (ESPECTRO, trusted("PapelLote", {"ArnLike": {
        "aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:*"}}})),
}

FALSE: dict[str, Case] = {
    "encaminha-com-peso-zero": (LOJA, {ACTIONS: forward(0)}, "encaminha"),
    "encaminha-a-outro": (LOJA, {ACTIONS: forward(target="arn:aws:elasticloadbalancing:sa-east-1:123456789012:targetgroup/t/1")}, "encaminha"),
    "o-formulario-nao-e-put": (FOTO, event("BucketEntrada", "Put"), "é de `s3:ObjectCreated:Put`"),
    "a-cli-manda-em-partes": (CLI, event("BucketEntrada", "Put"), "é de `s3:ObjectCreated:Put`"),
    "o-programa-nao-usa-o-formulario": (MUSICAS, event("BucketMusicas", "Post"), "é de `s3:ObjectCreated:Post`"),
    "fila-que-desliga-a-cifra": (MUSICAS, {prop("FilaFalhas", "SqsManagedSseEnabled"): False}, "não diz que criptografa"),
    "funcao-de-outra-conta": (MUSICAS, trusted("PapelFuncao", {"StringEquals": {"aws:SourceAccount": "111122223333"}}), "com essa condição"),
    "trabalho-de-outra-conta": (ESPECTRO, trusted("PapelLote", {"StringEquals": {"aws:SourceAccount": "111122223333"}}), "não confia em"),
    "instancia-com-condicao": (MUSICAS, trusted("PapelServidor", OWN), "com essa condição"),
}


def told(slug: str, way: str, action: str) -> list[str]:
    """Os achados com o aviso só desse modo de criar, e a seta que diz o mesmo em `acao`."""
    changed, _ = subject(slug)
    bucket = next(name for name, one in changed.template.resources.items() if "NotificationConfiguration" in one.properties)
    for path, value in event(bucket, way).items():
        changed = changed.put(*path, value=value)
    function = {name for edge in changed.diagram.edges for name in (edge.tail,) if bucket in changed.diagram.elements[edge.tail].resources}
    edges = tuple(replace(edge, action=action) if edge.tail in function else edge for edge in changed.diagram.edges)
    return [str(missing) for proof in prove(replace(changed.diagram, edges=edges), views_of(changed.template)) for missing in proof.missing]


@pytest.mark.parametrize("slug, way, cause", [
    (FOTO, "Put", "se cria por `s3:ObjectCreated:Post`"), (FOTO, "Copy", "se cria por `s3:ObjectCreated:Post`"),
    (MUSICAS, "Post", "se cria por `s3:ObjectCreated:Put`"), (MUSICAS, "CompleteMultipartUpload", "se cria por `s3:ObjectCreated:Put`"),
    (CLI, "Put", "não se sabe de que modo alguém grava"), (CLI, "Post", "não se sabe de que modo alguém grava"),
])
def test_the_event_an_arrow_names_is_the_one_of_the_way_things_are_written(slug, way, cause):
    assert any(cause in text and "tire `acao`" in text for text in told(slug, way, f"s3:ObjectCreated:{way}"))


@pytest.mark.parametrize("slug, way, action", [
    (FOTO, "Post", "s3:ObjectCreated:Post"), (MUSICAS, "Put", "s3:ObjectCreated:Put"), (CLI, "*", "s3:ObjectCreated:*"), (CLI, "*", "s3:ObjectCreated:Put"),
    (FOTO, "*", "s3:ObjectCreated:Post"),
])
def test_the_event_of_the_way_things_are_written_may_be_named(slug, way, action):
    assert told(slug, way, action) == []


def test_a_form_is_not_told_to_name_an_event_that_does_not_come():
    said = next(found.message for found in findings(FOTO, event("BucketEntrada", "Put")) if "é de `s3:ObjectCreated:Put`" in found.message)
    assert "escreva `Event: s3:ObjectCreated:*`" in said and "acao" not in said


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_form_has_no_finding(name):
    assert findings(*RIGHT[name]) == []


@pytest.mark.parametrize("name", FALSE)
def test_a_form_that_only_looks_right_is_a_finding(name):
    assert refused(FALSE[name])


RULED = """
Balde: {Type: "AWS::S3::Bucket", Properties: {NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}}}
Regra:
  Type: AWS::Events::Rule
  Properties: {State: ENABLED, EventPattern: {source: [aws.s3], detail-type: [Object Created], detail: {bucket: {name: [!Ref Balde]}}}}
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Handler: index.handler
    Environment: {Variables: {BALDE: !Ref Balde}}
    Code:
      ZipFile: |
        import os
        import boto3


        def handler(event, context):
            return boto3.client("s3").generate_presigned_post(Bucket=os.environ["BALDE"], Key="a")
"""


@pytest.mark.parametrize("reasons, others, right", [
    (["PutObject"], (), False), (["POST Object"], (), True), (["PutObject", "POST Object"], (), True), (None, (), True),
    (["POST Object"], ("outra >> balde acao=s3:PutObject",), False), ([*REASONS.values()], ("outra >> balde acao=s3:PutObject",), True),
])
def test_the_reason_a_rule_hears_is_the_one_of_the_way_things_are_written(reasons, others, right):
    drawn = bench(RULED, "balde = Balde", "regra = Regra", "funcao = Funcao", "outra = Outra", "balde >> regra",
                  "funcao >> balde acao=s3:PutObject", *others)
    rule = drawn.put(*prop("Regra", "EventPattern", "detail", "reason"), value=reasons) if reasons else drawn
    assert (rule.missing("balde--regra") == []) is right
