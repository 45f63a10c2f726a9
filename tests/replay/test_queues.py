"""As filas numa rodada: o que o template diz decide quem lê, o que volta e o que se perde."""

from __future__ import annotations

import pytest

from scripts.replay.replaying import Replayed, Scene
from tests.replay.bench import run, staged

SCRIPT = '''
"""Fila."""
from diagrams.aws.compute import Lambda
from diagrams.aws.integration import SQS
from scripts.vocabulary import Cluster, Diagram, Edge
with Diagram("Fila", direction="LR"):
    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        fila = SQS("Fila", nodeid="fila", recurso="Fila")
        morta = SQS("Fila de falhas", nodeid="morta", recurso="Morta")
        funcao = Lambda("Função", nodeid="funcao", recurso="Funcao")
    funcao >> Edge(label="lê", passo="1", acao="sqs:ReceiveMessage") >> fila
    fila >> Edge(label="separa", passo="1", style="dashed") >> morta
'''
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Description: Fila
Resources:
  Fila:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Morta.Arn, maxReceiveCount: 2}
  Morta: {Type: AWS::SQS::Queue}
  Leitura:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Fila.Arn
      FunctionName: !GetAtt Funcao.Arn
      FunctionResponseTypes: [ReportBatchItemFailures]
  Funcao:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      Role: !GetAtt Papel.Arn
      Code:
        ZipFile: |
          def handler(event, context):
              failed = [record["messageId"] for record in event["Records"] if record["body"] == "ruim"]
              return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: ler
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Fila.Arn
"""
FLOW = """
def flow(lab):
    with lab.step(1):
        lab.send("fila", "boa")
        lab.send("fila", "ruim")
        lab.deliver("fila")
        lab.expect("A função lê", (lab.messages("fila"), lab.messages("morta")) == ([], ["ruim"]), "sobrou")
"""
RAISES = ('failed = [record["messageId"]', 'raise ValueError("não sei ler")\n              failed = [record["messageId"]')
PARTIAL = ("      FunctionResponseTypes: [ReportBatchItemFailures]\n", "")


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Scene:
    """Uma árvore com uma arquitetura só: uma função que lê uma fila."""
    return staged(tmp_path_factory.mktemp("arvore"), "fila", SCRIPT, TEMPLATE, "# Fila\n\n## Fluxo de dados\n\n1. A função lê a fila.\n", FLOW)


def names(result: Replayed) -> list[str]:
    return [call.call for call in result.steps[0].calls]


def test_the_message_that_fails_comes_back_alone_and_ends_in_the_other_queue(stage):
    """A que deu certo não volta; a outra vai para a fila de falhas depois de recebida duas vezes."""
    result = run(stage)
    assert result.ok, result.failed
    assert names(result) == ["sqs:ReceiveMessage", "lambda:InvokeFunction"] * 2 + ["RedrivePolicy"]
    first, second = [call.given for call in result.steps[0].calls if call.call == "lambda:InvokeFunction"]
    assert sorted(first.split("; ")) == ["boa", "ruim"] and second == "ruim"
    assert result.stable() == run(stage).stable()


def test_an_answer_that_names_no_message_of_the_batch_fails_the_whole_batch(stage):
    result = run(stage, ('[{"itemIdentifier": name} for name in failed]', '[{"itemIdentifier": "outra"}]'))
    assert not result.ok and sorted(result.kept["Fila de falhas"]) == ["boa", "ruim"]


@pytest.mark.parametrize("edits", [(RAISES,), (RAISES, PARTIAL)], ids=["parcial", "sem-parcial"])
def test_a_batch_whose_function_raises_stays_in_the_queue(stage, edits):
    """Armadilha: sem `ReportBatchItemFailures`, um lote que falha volta inteiro; o que a função só aponta se perde em silêncio."""
    result = run(stage, *edits)
    assert "não sei ler" in result.failed.cause and sorted(result.kept["Fila"]) == ["boa", "ruim"]


@pytest.mark.parametrize(("old", "new", "cause"), [
    (*PARTIAL, "não pede `ReportBatchItemFailures`: a fila apagou"),
    ("FunctionName: !GetAtt Funcao.Arn", "FunctionName: !GetAtt Funcao.Arn\n      Enabled: false", "está desligado"),
    ("EventSourceArn: !GetAtt Fila.Arn", "EventSourceArn: !GetAtt Morta.Arn", "nenhum mapeamento"),
    ("VisibilityTimeout: 60", "VisibilityTimeout: 5", "antes dos 10 s"),
    ("sqs:ReceiveMessage, ", "", "sqs:ReceiveMessage"),
    ("sqs:DeleteMessage, ", "", "sqs:DeleteMessage"),
    (", sqs:GetQueueAttributes", "", "sqs:GetQueueAttributes"),
    ("      RedrivePolicy: {deadLetterTargetArn: !GetAtt Morta.Arn, maxReceiveCount: 2}\n", "", "não tem `RedrivePolicy`"),
    ("      Timeout: 10\n", "      Timeout: 10\n      ReservedConcurrentExecutions: 0\n", "concorrência 0"),
    ("FunctionName: !GetAtt Funcao.Arn", "FunctionName: !GetAtt Funcao.Arn\n      BatchSize: 100", "BatchSize: 100"),
    ("FunctionName: !GetAtt Funcao.Arn", "FunctionName: !GetAtt Funcao.Arn\n      FilterCriteria: {Filters: []}", "FilterCriteria"),
])
def test_what_the_template_says_fails_the_step(stage, old, new, cause):
    """Armadilhas: a mensagem que volta antes de a função acabar, as que a função aponta e ninguém guarda, a fila que ninguém lê."""
    result = run(stage, (old, new))
    assert not result.ok and cause in result.failed.cause
