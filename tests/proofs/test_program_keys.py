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


CLIENTS = {
    "boto3": "import boto3\ns3 = boto3.client('s3')\ns3.{}",
    "uma sessão": "import boto3\ns3 = boto3.session.Session().client('s3')\ns3.{}",
    "botocore": "from botocore.session import get_session\ns3 = get_session().create_client('s3')\ns3.{}",
    "botocore, num nome": "from botocore.session import get_session\nmake = get_session().create_client\nmake('s3').{}",
    "aiobotocore": ("from aiobotocore.session import get_session\nasync def run():\n    async with get_session().create_client('s3') as s3:\n"
                    "        await s3.{}"),
    "o método num nome": "import boto3\ncall = boto3.client('s3').{0}\ncall({1})",
    "o cliente do recurso": "import boto3\nboto3.resource('s3').meta.client.{}",
    "o nome num texto": "import boto3\nboto3.client('s3')._make_api_call('{2}', {3})",
}
OBJECTS = (
    "boto3.resource('s3').Object(B, K).get()", "boto3.resource('s3').Bucket(B).Object(K).get()",
    "bucket = boto3.resource('s3').Bucket(B)\nbucket.download_file(K, 'a.csv')", "it = boto3.resource('s3').Object(B, K)\nit.get()",
    "boto3.resource('s3').Bucket(B).download_fileobj(K, out)", "boto3.client('s3').download_file(B, K, 'a.csv')",
    "boto3.client('s3').generate_presigned_url('get_object', Params={'Bucket': B, 'Key': K})",
)
BUCKET = "import os\nB = os.environ['BALDE']\n"


@pytest.mark.parametrize("way", CLIENTS)
def test_every_way_of_making_a_client_is_followed(way: str) -> None:
    given = "Bucket=B, Key=f'{id}.csv'"
    text = BUCKET + CLIENTS[way].replace("{0}", "get_object").replace("{1}", given).replace("{2}", "GetObject").replace(
        "{3}", "{'Bucket': B, 'Key': f'{id}.csv'}").replace("{}", f"get_object({given})")
    assert {(each.variable, each.action, *each.keys) for each in touched(text)} == {("BALDE", "s3:GetObject", "*.csv")}


@pytest.mark.parametrize("said", OBJECTS)
def test_every_way_of_naming_an_object_is_followed(said: str) -> None:
    text = f"import boto3\n{BUCKET}K = 'notas/' + x\n{said}\n"
    assert {(each.variable, each.action, *each.keys) for each in touched(text)} == {("BALDE", "s3:GetObject", "notas/*")}


@pytest.mark.parametrize("call, action", [
    ("get_object_tagging", "s3:GetObjectTagging"), ("put_object_acl", "s3:PutObjectAcl"), ("upload_part", "s3:PutObject"),
    ("restore_object", "s3:RestoreObject"), ("complete_multipart_upload", "s3:PutObject"),
])
def test_a_call_that_is_not_usual_asks_for_the_permission_of_its_name(call: str, action: str) -> None:
    assert {each.action for each in touched(f"{BUCKET}s3.{call}(Bucket=B, Key='a')")} == {action}


def test_a_function_of_the_program_is_not_a_call_to_s3() -> None:
    assert touched(f"{BUCKET}def keep_it(Bucket, Key):\n    pass\nkeep_it(Bucket=B, Key='a')") == frozenset()


READ = 's3.get_object(Bucket=UPLOADS, Key=f"envios/{id}.csv")'


def steps(new: str) -> list[str]:
    return [found.message for found in findings(ESPECTRO, text_of(("Mappings",), READ, new))]


@pytest.mark.parametrize("new", [
    's3.get_object(Bucket=UPLOADS, Key=f"{id}.csv")', 's3.get_object(Bucket=UPLOADS, Key=id + ".csv")', 's3.get_object(Bucket=UPLOADS, Key=f"{id}/a.csv")',
    's3.get_object(Bucket=UPLOADS, Key=f"recebidos/{id}.csv")',
])
def test_a_key_without_the_folder_of_the_policy_is_named(new: str) -> None:
    assert any("`PapelEtapas` só o deixa em `envios/*`; iguale a chave" in said for said in steps(new))


@pytest.mark.parametrize("new", ['s3.get_object(Bucket=UPLOADS, Key="envios/" + id + ".csv")', 's3.get_object(Bucket=UPLOADS, Key="/".join(["envios", id]))',
                                 's3.get_object(Bucket=UPLOADS, Key=id)'])
def test_a_key_that_says_the_folder_or_that_comes_whole_is_right(new: str) -> None:
    assert not any("iguale a chave" in said for said in steps(new))


def test_a_permission_of_another_call_is_asked() -> None:
    said = steps(f"s3.get_object_tagging(Bucket=UPLOADS, Key=f'envios/{{id}}.csv') and {READ}")
    assert any("chama o que pede `s3:GetObjectTagging` em `BucketUpload`, e `PapelEtapas` não o deixa" in each for each in said)
