"""Formas certas que alguém de fora escreveu e a conferência recusava, e as erradas que se parecem com elas."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Case, Edits, findings, refused
from bench import REMOVED, R, prop

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


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_form_has_no_finding(name):
    assert findings(*RIGHT[name]) == []


@pytest.mark.parametrize("name", FALSE)
def test_a_form_that_only_looks_right_is_a_finding(name):
    assert refused(FALSE[name])
