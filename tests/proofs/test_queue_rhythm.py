"""O ritmo e o tamanho do que passa por uma fila: filtro, lote, janela, concorrência, espera, tamanho, e quem a usa para pôr de lado o que falha."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attempts import Edits, findings, text_of
from bench import bench, prop

from scripts.checks import effects

LOJA, CLI = "ecommerce", "cli-s3-lambda-dynamodb"


def mapping(**properties: Any) -> Edits:
    return {prop("LeituraFila", name): value for name, value in properties.items()}


def sifted(pattern: Any) -> Edits:
    return mapping(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})


FIFO = {prop("FilaPedidos", "FifoQueue"): True, prop("FilaFalhas", "FifoQueue"): True}
LOOP = ('for record in event.get("Records", [])', 'for record in [event["Records"][0]]')
FALSE: dict[str, tuple[str, Edits, str]] = {
    "filtra por um campo que ninguém manda": (LOJA, sifted({"body": {"tipo": ["x"]}}), "nenhum programa do template escreve `tipo`"),
    "filtra por um valor que ninguém manda": (LOJA, sifted({"body": {"pedido": ["urgente"]}}), "escreve `urgente` em `pedido`"),
    "filtra por um atributo que ninguém manda": (LOJA, sifted({"messageAttributes": {"tipo": {"stringValue": ["pedido"]}}}), "escreve `tipo`"),
    "filtra pelo que a mensagem não tem": (LOJA, sifted({"Body": {"pedido": [{"exists": True}]}}), "não tem `Body`"),
    "filtra sem a página dizer": (LOJA, sifted({"body": {"pedido": [{"exists": True}]}}), "só deixa passar o que casa com o filtro"),
    "espera mais do que a fila esconde": (LOJA, mapping(MaximumBatchingWindowInSeconds=200), "reaparece enquanto a Lambda ainda junta"),
    "espera mais do que a Lambda deixa": (LOJA, mapping(MaximumBatchingWindowInSeconds=301), "não espera tanto"),
    "espera sem a página dizer": (LOJA, mapping(MaximumBatchingWindowInSeconds=120), "espera até 120 segundos"),
    "a fila espera sem a página dizer": (LOJA, {prop("FilaPedidos", "DelaySeconds"): 600}, "espera até 600 segundos"),
    "chama mais do que a reserva": (LOJA, {**mapping(ScalingConfig={"MaximumConcurrency": 50}), prop("FuncaoRecibo", "ReservedConcurrentExecutions"): 5},
                                    "a concorrência reservada dela é 5"),
    "limita na ligação, e a página diz que só a conta limita": (LOJA, mapping(ScalingConfig={"MaximumConcurrency": 2}), "o teto é de 2 de cada vez"),
    "limita na função, e a página diz que só a conta limita": (LOJA, {prop("FuncaoRecibo", "ReservedConcurrentExecutions"): 50},
                                                               "o teto é de 50 de cada vez"),
    "lote grande de uma FIFO": (LOJA, {**FIFO, **mapping(BatchSize=100, MaximumBatchingWindowInSeconds=1)}, "um lote dela tem até 10"),
    "lote de outro tamanho que o da página": (LOJA, mapping(BatchSize=1), "dez de cada vez"),
    "mensagem que não cabe": (LOJA, {prop("FilaPedidos", "MaximumMessageSize"): 1024}, "pode recusar uma mensagem pelo tamanho"),
    "mensagem maior que o máximo": (CLI, {prop("FilaFalhas", "MaximumMessageSize"): 2_097_152}, "pode recusar uma mensagem pelo tamanho"),
    "permissão que não há": (LOJA, {prop("FilaPedidos", "RedriveAllowPolicy"): {"redrivePermission": "none"}}, "não aceita o `RedriveAllowPolicy`"),
    "lista com a permissão que a dispensa": (LOJA, {prop("FilaPedidos", "RedriveAllowPolicy"): {
        "redrivePermission": "denyAll", "sourceQueueArns": [{"Fn::GetAtt": ["FilaFalhas", "Arn"]}]}}, "não aceita o `RedriveAllowPolicy`"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "junta por uns segundos": (LOJA, mapping(MaximumBatchingWindowInSeconds=5)),
    "atrasa por uns segundos": (LOJA, {prop("FilaPedidos", "DelaySeconds"): 5}),
    "diz o tamanho de antes": (LOJA, {prop("FilaPedidos", "MaximumMessageSize"): 262_144}),
    "diz o tamanho de hoje": (CLI, {prop("FilaFalhas", "MaximumMessageSize"): 1_048_576}),
    "ninguém põe de lado na de pedidos": (LOJA, {prop("FilaPedidos", "RedriveAllowPolicy"): {"redrivePermission": "denyAll"}}),
    "todos podem pôr de lado nela": (CLI, {prop("FilaFalhas", "RedriveAllowPolicy"): {"redrivePermission": "allowAll"}}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_rhythm_that_loses_messages_is_named(name: str) -> None:
    slug, edits, cause = FALSE[name]
    said = [found.message for found in findings(slug, edits)]
    assert any(cause in message for message in said), said


@pytest.mark.parametrize("name", RIGHT)
def test_a_rhythm_that_loses_none_is_right(name: str) -> None:
    assert findings(*RIGHT[name]) == []


def test_a_program_that_takes_only_the_first_needs_batches_of_one() -> None:
    first = text_of(("Mappings", "Codigo", "Funcao", "Programa"), *LOOP)
    assert any("só trata a primeira mensagem" in found.message for found in findings(LOJA, first))
    assert not any("só trata a primeira" in found.message for found in findings(LOJA, {**first, **mapping(BatchSize=1)}))


STREAM = """
Tabela: {{Type: AWS::DynamoDB::Table, Properties: {{StreamSpecification: {{StreamViewType: NEW_IMAGE}}}}}}
Funcao: {{Type: AWS::Lambda::Function}}
Mapa: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{EventSourceArn: !GetAtt Tabela.StreamArn, FunctionName: !Ref Funcao,
    FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}}}}}
"""


@pytest.mark.parametrize(("pattern", "cause"), [
    ({"eventName": ["INSERT"]}, ""), ({"eventName": ["CREATED"]}, "não há o evento `CREATED`"), ({"body": {"x": ["y"]}}, "não tem `body`"),
    ({"eventName": 1}, ""), ({"dynamodb": {"NewImage": {"x": {"S": ["y"]}}}}, ""),
])
def test_a_stream_filter_asks_for_what_a_stream_brings(pattern: Any, cause: str) -> None:
    found = effects.check(bench(STREAM.format(pattern=json.dumps(pattern)), "Tabela >> Funcao").views)
    said = [each.message for each in found if "não deixa passar nada" in each.message]
    assert any(cause in message for message in said) if cause else said == []


@pytest.mark.parametrize("edits", [
    mapping(ScalingConfig={"MaximumConcurrency": 5}),
    {prop("FuncaoRecibo", "ReservedConcurrentExecutions"): 5},
    {**mapping(ScalingConfig={"MaximumConcurrency": 5}), prop("FuncaoRecibo", "ReservedConcurrentExecutions"): 5},
])
@pytest.mark.parametrize("limit, right", [("até 5 de cada vez", True), ("até 6 de cada vez", False)])
def test_a_limit_is_the_one_the_benefit_tells(edits: Edits, limit: str, right: bool) -> None:
    assert (findings(LOJA, edits, ("até a cota da conta", limit)) == []) is right
