"""O que se entrega ao programa na forma que a API pede: a forma errada é achado, e a que ela também aceita passa."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attempts import Edits, findings
from bench import prop, real
from test_outside_attacks import ESPECTRO
from test_right_forms import att, ref

from scripts.proofs.facts.code import arguments

CLI, META, FOTO, MUSICAS, LOJA = "cli-s3-lambda-dynamodb", "metadados-s3", "foto-perfil", "musicas", "ecommerce"
MODEL = "ModeloLancamento"


def variable(slug: str, function: str, name: str, value: Any) -> tuple[str, Edits]:
    return slug, {prop(function, "Environment", "Variables", name): value}


def written(slug: str, old: str, new: str) -> tuple[str, Edits]:
    """O texto que a instância recebe, noutra forma, onde quer que o modelo de lançamento o escreva."""
    body = real(slug).template.data["Resources"][MODEL]
    return slug, {("Resources", MODEL): json.loads(json.dumps(body).replace(old, new))}


FALSE = {
    "arn-no-lugar-do-bucket": variable(MUSICAS, "FuncaoCatalogar", "FICHAS", att("BucketFichas")),
    "dominio-no-lugar-do-bucket": variable(MUSICAS, "FuncaoCatalogar", "FICHAS", att("BucketFichas", "DomainName")),
    "arn-do-bucket-por-extenso": variable(META, "FuncaoProcessar", "RESULT_BUCKET", {"Fn::Sub": "arn:aws:s3:::${BucketResultado}"}),
    "tabela-no-lugar-do-bucket": variable(META, "FuncaoProcessar", "RESULT_BUCKET", ref("TabelaMetadados")),
    "fluxo-no-lugar-da-tabela": variable(CLI, "FuncaoProcessar", "TABLE_NAME", att("TabelaResultados", "StreamArn")),
    "nome-da-maquina": variable(ESPECTRO, "FuncaoIniciar", "MAQUINA", att("MaquinaAnalise", "Name")),
    "arn-no-batch": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "Environment", 0, "Value"): att("BucketUpload")}),
    "arn-no-lugar-da-url-na-instancia": written(LOJA, "${FilaPedidos}", "${FilaPedidos.Arn}"),
    "nome-no-lugar-da-url-na-instancia": written(LOJA, "${FilaPedidos}", "${FilaPedidos.QueueName}"),
    "arn-no-lugar-do-bucket-na-instancia": written(ESPECTRO, "BUCKET_UPLOAD=${BucketUpload}", "BUCKET_UPLOAD=${BucketUpload.Arn}"),
    "dias-em-minutos": variable(FOTO, "FuncaoAutorizar", "MINUTES", ref("DiasHistorico")),
    "minutos-em-dias": variable(FOTO, "FuncaoValidar", "HISTORY_DAYS", ref("MinutosEnvio")),
    "dias-em-mib": variable(CLI, "FuncaoProcessar", "MAX_MIB", ref("DiasArquivos")),
}
RIGHT = {
    "arn-da-tabela": variable(CLI, "FuncaoProcessar", "TABLE_NAME", att("TabelaResultados")),
    "arn-da-maquina": variable(ESPECTRO, "FuncaoIniciar", "MAQUINA", att("MaquinaAnalise")),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_value_in_the_wrong_form_is_a_finding(name):
    assert "sem-efeito" in {finding.code for finding in findings(*FALSE[name])}


@pytest.mark.parametrize("name", RIGHT)
def test_a_value_in_a_form_the_api_takes_passes(name):
    assert findings(*RIGHT[name]) == []


def test_the_code_says_what_each_variable_is_for():
    code = """
import os
A, B = os.environ["UM"], os.environ.get("DOIS")
s3.put_object(Bucket=A, Key="x"); sqs.send_message(QueueUrl=B); sns.publish(TopicArn=os.getenv("TRES"), Message=os.environ["QUATRO"])
"""
    assert arguments(code) == {("UM", "Bucket"), ("DOIS", "QueueUrl"), ("TRES", "TopicArn")}
    assert arguments("não é Python (") == frozenset()
