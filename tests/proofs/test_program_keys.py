"""As chaves que o programa grava e lê, contra a política do papel dele, a tabela e os índices."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings, text_of
from bench import R, prop

from scripts.proofs.facts.objects import touched
from scripts.proofs.facts.shapes import module

LOJA, MUSICAS, ESPECTRO, FOTO, META, CLI, WEB = (
    "ecommerce", "musicas", "espectrometria", "foto-perfil", "metadados-s3", "cli-s3-lambda-dynamodb", "web-ec2-rds-s3")


def policy(role: str, old: str, new: str) -> Edits:
    return text_of((R, role), old, new)


def kind(table: str, index: int, value: str) -> Edits:
    return {prop(table, "AttributeDefinitions", index, "AttributeType"): value}


def indexed(name: str, type_: str) -> Edits:
    return {prop("TabelaMetadados", "AttributeDefinitions"): [{"AttributeName": "objeto", "AttributeType": "S"}, {"AttributeName": name, "AttributeType": type_}],
            prop("TabelaMetadados", "GlobalSecondaryIndexes"): [
                {"IndexName": "por-campo", "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}


FALSE: dict[str, tuple[str, Edits, str]] = {
    "o recibo vai a outra pasta": (LOJA, policy("PapelFuncao", "/arquivos/recibos/*", "/recibos/*"), "em `arquivos/recibos/*.txt` de `BucketLoja`"),
    "o código grava em outra pasta": (LOJA, text_of(("Mappings", "Codigo", "Funcao", "Programa"), 'Key=f"arquivos/recibos/', 'Key=f"recibos/'),
                                      "em `recibos/*.txt` de `BucketLoja`"),
    "a ficha": (MUSICAS, policy("PapelFuncao", "/fichas/*", "/ficha/*"), "em `fichas/*.json`"),
    "a música que o servidor lê": (MUSICAS, policy("PapelServidor", "/musicas/*", "/m/*"), "faz `s3:GetObject` em `musicas/*`"),
    "o espectro que o trabalho lê": (ESPECTRO, policy("PapelLote", "/envios/*", "/enviados/*"), "de `DefinicaoLote` faz `s3:GetObject`"),
    "o envio assinado": (FOTO, policy("PapelAutorizar", "/envios/", "/fotos/"), "de `FuncaoAutorizar` faz `s3:PutObject` em `envios/*`"),
    "o anexo que um método nomeia": (WEB, policy("PapelServidor", "/arquivos/*", "/anexos/*"), "em `arquivos/*` de `BucketArquivos`"),
    "a pasta que o programa não diz": (WEB, policy("PapelServidor", "/arquivos/*", "/a/*"), "o programa nunca diz isso"),
    "a chave de ordem é número": (FOTO, kind("TabelaFotos", 1, "N"), "o código grava nela um texto"),
    "a chave de ordem é bytes": (META, kind("TabelaAuditoria", 1, "B"), "o código grava nela um texto"),
    "a chave de um índice é número": (META, indexed("situacao", "N"), "a chave `situacao` de `TabelaMetadados` é `N`"),
    "a chave de um índice que ninguém grava": (META, indexed("cor", "S"), "o índice dela fica vazio"),
    "outro nome de chave": (CLI, {prop("TabelaResultados", "AttributeDefinitions", 0, "AttributeName"): "nome",
                                  prop("TabelaResultados", "KeySchema", 0, "AttributeName"): "nome"}, "nenhum programa que grava em `TabelaResultados`"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "um índice do que o código grava": (META, indexed("situacao", "S")),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_key_the_template_does_not_take_is_named(name: str) -> None:
    slug, edits, cause = FALSE[name]
    said = [found.message for found in findings(slug, edits)]
    assert any(cause in message for message in said), said


@pytest.mark.parametrize("name", RIGHT)
def test_a_key_both_sides_agree_on_is_right(name: str) -> None:
    assert findings(*RIGHT[name]) == []


def test_a_wider_folder_still_holds_the_key() -> None:
    wider = findings(LOJA, policy("PapelFuncao", "/arquivos/recibos/*", "/arquivos/*"))
    assert not any("iguale a chave" in found.message for found in wider)


PROGRAM = '''
import os
PREFIX = "fichas/"

def name_of(item):
    return f"{PREFIX}{item}.json"

def save(s3, item, body, folder="x"):
    key = name_of(item)
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=body)
    s3.upload_file("a", os.environ["BUCKET"], "fotos/" + str(item))
    s3.get_object(Bucket=os.environ["BUCKET"], Key=folder + "/" + item, VersionId="1")
    s3.generate_presigned_url("get_object", Params={"Bucket": os.environ["BUCKET"], "Key": item})
'''


def test_the_keys_of_a_program_are_followed_through_names_and_functions() -> None:
    found = {(each.action, *sorted(each.keys)) for each in touched(PROGRAM)}
    assert found == {("s3:PutObject", "fichas/*.json"), ("s3:PutObject", "fotos/*"), ("s3:GetObjectVersion", "*/*"), ("s3:GetObject", "*")}


@pytest.mark.parametrize(("text", "kinds"), [
    ('x = {"chave": f"a{1}"}', {"S"}), ('x = {"chave": int("1")}', {"N"}), ('x = {"chave": "1".encode()}', {"B"}),
    ('y = 2\nx = {"chave": y}', {"N"}), ('def f(v):\n    return {"chave": v}', {""}), ('x = {"chave": "a" if y else 1}', {"S", "N"}),
    ('x = {"chave": True}', {""}), ('for y in z:\n    x = {"chave": y}', {""}),
])
def test_the_kind_of_what_is_written_is_known_only_when_it_can_be(text: str, kinds: set[str]) -> None:
    found: Any = module(text)
    assert {kind for value in found.keyed["chave"] for kind in found.kinds(value)} == kinds
