"""O que a prosa diz em palavras, e o template desmente: por vez, de que processador, até que tamanho e quantos o programa deixa."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings, text_of
from bench import REMOVED, R, prop, real

PDV, ENVIO, META, LOJA = "pdv-alta-disponibilidade", "envio-e-consulta", "metadados-s3", "ecommerce"
CODES = ("prosa-sem-prova", "numero-sem-prova")


def told(slug: str, edits: dict[tuple[Any, ...], Any], page: tuple[str, str] = ("", "")) -> list[str]:
    return [found.message for found in findings(slug, edits, page) if found.code in CODES]


BATCH = (R, "GrupoInstancias", "UpdatePolicy", "AutoScalingRollingUpdate", "MaxBatchSize")
TURN = "a versão nova entra uma instância por vez"


@pytest.mark.parametrize("value, right", [(1, True), ("1", True), (2, False), (4, False), (REMOVED, True)])
def test_how_many_instances_change_at_a_time(value, right):
    assert (told(PDV, {BATCH: value}) == []) is right


@pytest.mark.parametrize("said, right", [
    ("uma instância por vez", True), ("1 instância de cada vez", True), ("uma máquina nova por vez", True), ("duas instâncias por vez", False),
    ("três instâncias de cada vez", False), ("2 servidores por vez", False), ("vinte máquinas por vez", False), ("aos poucos", True),
])
def test_every_way_of_saying_it(said, right):
    assert (told(PDV, {}, (TURN, f"a versão nova entra {said}")) == []) is right


def test_without_a_rolling_update_nothing_decides_it():
    assert any("nada no template decide" in said for said in told(PDV, {(R, "GrupoInstancias", "UpdatePolicy"): REMOVED}))


@pytest.mark.parametrize("said, right", [("dez mensagens por lote", None), ("mil mensagens por lote", False), ("99 registros em cada lote", False)])
def test_the_batch_of_a_queue_counts(said, right):
    found = any("por lote" in each or "em cada lote" in each for each in told(LOJA, {}, ("## Segurança", f"A função lê {said}.\n\n## Segurança")))
    assert right is None or found is not right


CLASSES = ("Parameters", "ClasseBanco", "AllowedValues")
GRAVITON = "o banco usa [Graviton](../../glossario.md#graviton) nas classes oferecidas"


@pytest.mark.parametrize("classes, right", [
    (["db.t4g.micro", "db.m7g.large"], True), (["db.r6gd.large", "db.t4g.micro"], True), (["db.t4g.micro", "db.m7i.large"], False),
    (["db.t3.micro", "db.t4g.micro"], False), (["db.t4g.micro", "db.r7iz.large"], False), (["db.t4g.micro", "db.g5.large"], False),
])
def test_every_class_offered_is_of_the_processor_said(classes, right):
    assert (told(PDV, {CLASSES: classes}) == []) is right


@pytest.mark.parametrize("said, right", [
    ("o banco usa arm64", True), ("o RDS roda em Graviton", True), ("o banco usa Intel", False), ("o banco é x86", False),
    ("as instâncias usam Graviton", False), ("as instâncias são x86", True), ("o banco não usa Intel", True), ("o banco usaria Intel", True),
    ("os servidores rodam em Graviton", False), ("ele usa Graviton", True),
])
def test_of_whom_the_processor_is_said(said, right):
    assert (told(PDV, {}, (GRAVITON, said)) == []) is right


@pytest.mark.parametrize("value, right", [("arm64", True), ("x86_64", False), (REMOVED, False)])
def test_a_function_has_the_processor_said(value, right):
    function = next(name for name, body in real(META).template.data[R].items() if body["Type"] == "AWS::Lambda::Function")
    page = ("## Segurança", "A função usa Graviton.\n\n## Segurança")
    found = told(META, {prop(function, "Architectures"): REMOVED if value is REMOVED else [value]}, page)
    assert any("de Graviton" in said for said in found) is not right


MOST = ("Parameters", "TamanhoMaximoMiB", "MaxValue")
LIMIT = "arquivos acima de 100 MiB"


@pytest.mark.parametrize("value, right", [(100, True), (500, False), (99, False), (REMOVED, False)])
def test_the_limit_that_is_said_is_one_of_the_parameter(value, right):
    assert (not any("100 MiB" in said for said in told(META, {MOST: value}))) is right


@pytest.mark.parametrize("said, right", [
    ("arquivos acima de 100 MiB", True), ("arquivos maiores que 100 MiB", True), ("arquivos de mais de 20 MiB", True),
    ("arquivos acima de 300 MiB", False), ("fotos de até 77 MiB", False), ("um envio que passe de 3 GiB", False), ("um arquivo de exemplo de 77 MiB", True),
    ("arquivos acima de [300 MiB](https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html)", True),
])
def test_every_way_of_saying_a_limit(said, right):
    assert (not any("tem esse tamanho" in each for each in told(META, {}, (LIMIT, said)))) is right


SIGN_IN = "Cinco erros para um nome, ou vinte de um endereço"
PROGRAM = ("Mappings", "Codigo", "Site")


@pytest.mark.parametrize("said, right", [
    (SIGN_IN, True), ("5 erros para um nome, ou 20 de um endereço", True), ("Dez erros para um nome, ou vinte de um endereço", False),
    ("Vinte erros para um nome, ou vinte de um endereço", False), ("Cinco erros para um nome, ou cinco de um endereço", False),
    ("Cinco erros para um nome, ou trinta de um endereço", False),
])
def test_the_limit_of_the_program_is_the_one_said(said, right):
    assert (told(ENVIO, {}, (SIGN_IN, said)) == []) is right


@pytest.mark.parametrize("new", ["= 10, 20", "= 5, 30", "= 20, 5"])
def test_the_program_may_be_what_changed(new):
    assert told(ENVIO, text_of(PROGRAM, "MAX_BY_NAME, MAX_BY_ADDRESS = 5, 20", f"MAX_BY_NAME, MAX_BY_ADDRESS {new}"))
