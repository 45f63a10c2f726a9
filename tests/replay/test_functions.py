"""As armadilhas de rodar funções: o que o código faz de errado tem uma causa clara, e nada fica para trás."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.replay import replaying
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.processes import warm
from scripts.replay.samples import Sample
from tests.replay.bench import planted

FILE = Sample("a.txt", b"conte\xc3\xbado")
TEMPLATE = """Resources:
  Entrada:
    Type: AWS::S3::Bucket
    DependsOn: Permissao
    Properties:
      BucketName: entrada-do-teste
      NotificationConfiguration:
        LambdaConfigurations:
          - { Event: "s3:ObjectCreated:*", Function: !GetAtt Funcao.Arn }
  Saida:
    Type: AWS::S3::Bucket
  Tabela:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Fila:
    Type: AWS::SQS::Queue
  Permissao:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !GetAtt Funcao.Arn
      Principal: s3.amazonaws.com
      SourceArn: arn:aws:s3:::entrada-do-teste
      SourceAccount: !Ref AWS::AccountId
  Funcao:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      MemorySize: 128
      Timeout: 5
      Role: !GetAtt Papel.Arn
      Environment: { Variables: { SAIDA: !Ref Saida, TABELA: !Ref Tabela, FILA: !Ref Fila } }
      Code:
        ZipFile: |
          import logging, os, subprocess, sys, time
          import boto3
          from botocore.exceptions import ClientError

          def handler(event, context):
              CODE

          def refused(service, operation, **params):
              try:
                  getattr(boto3.client(service), operation)(**params)
              except ClientError as error:
                  return error.response["Error"]["Code"]
  Falhas:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Funcao
      Qualifier: $LATEST
      MaximumRetryAttempts: 2
      DestinationConfig: { OnFailure: { Destination: !GetAtt Fila.Arn } }
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }]
      Policies:
        - PolicyName: tudo
          PolicyDocument:
            Statement: [{ Effect: Allow, Action: ["s3:*", "dynamodb:*", "sqs:*"], Resource: "*" }]
"""
SCRIPT = """from diagrams.aws.compute import Lambda
from diagrams.aws.general import User
from diagrams.aws.integration import SQS
from diagrams.aws.storage import S3

from scripts.vocabulary import Diagram, Edge

with Diagram("Teste", direction="LR"):
    pessoa = User("Pessoa", nodeid="pessoa", sem_recurso="De fora.")
    entrada = S3("Entrada", nodeid="entrada", recurso="Entrada")
    saida = S3("Saída", nodeid="saida", recurso="Saida")
    funcao = Lambda("Função", nodeid="funcao", recurso="Funcao")
    fila = SQS("Fila", nodeid="fila", recurso="Fila")
    pessoa >> Edge(label="envia", passo="1", acao="s3:PutObject", declarada="De fora.") >> entrada
    entrada >> Edge(label="aciona", passo="1") >> funcao
    funcao >> Edge(label="falhou", acao="sqs:SendMessage") >> fila
    funcao >> Edge(label="guarda", passo="2", acao="s3:PutObject") >> saida
"""
PAGE = "# Teste\n\n## Fluxo de dados\n\n1. A pessoa envia.\n2. A função guarda.\n"


@dataclass
class Bench:
    """Uma árvore pequena; cada teste troca o corpo da função e diz o que a pessoa faz."""

    scene: replaying.Scene
    servers: Servers

    def run(self, code: str, act: Any, *edits: tuple[str, str]) -> tuple[replaying.Replayed, Any]:
        """A rodada, e o que `act(lab)` devolveu dentro do passo 1."""
        found: list[Any] = []

        def flow(lab: Any) -> None:
            with lab.step(1):
                found.append(act(lab))
                lab.expect("A pessoa", True, "")
            with lab.step(2):
                lab.skip("A função", "não interessa aqui")

        template = TEMPLATE.replace("CODE", code.replace("\n", "\n" + " " * 14))
        for old, new in edits:
            assert template.count(old) == 1, old
            template = template.replace(old, new)
        scene = replaying.Scene(self.scene.tree, Flow("teste", flow), self.scene.diagram, self.scene.page, template)
        before = self._folders()
        said = replaying.replay(scene, template, FILE, self.servers)
        assert self._folders() == before
        return said, found[0] if found else None

    @staticmethod
    def _folders() -> set[Path]:
        """As pastas deste processo no ar; a de um PostgreSQL pode ser de outro teste."""
        return set(Path(tempfile.gettempdir()).glob(f"{replaying.PREFIX}{os.getpid()}-*"))

    def invoke(self, code: str, *edits: tuple[str, str]) -> tuple[str, Any]:
        """A causa do que falhou no passo 1, e o que a função devolveu a quem a invocou."""
        said, value = self.run(code, lambda lab: lab.invoke("funcao", {}, who="pessoa"), *edits)
        return said.steps[0].cause, value


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    warm()
    tree = planted(tmp_path_factory.mktemp("arvore"), "teste", SCRIPT, TEMPLATE, PAGE)
    servers = Servers(f"{replaying.PREFIX}{os.getpid()}-pg")
    yield Bench(replaying.scene(tree, Flow("teste", lambda lab: None)), servers)
    servers.close()


@pytest.mark.parametrize(("code", "edits", "cause"), [
    ("while True: pass", [("Timeout: 5", "Timeout: 1")], "`Funcao` passou do tempo dela (`Timeout: 1`)"),
    ('ballast = b"x" * 200_000_000', [], "e tem 128 (`MemorySize`)"),
    ("ballast = bytearray(4_000_000_000)", [], "`Funcao` pediu mais memória do que tem: 128 MiB (`MemorySize`)"),
    ("os._exit(0)", [], "o processo de `Funcao` acabou antes de responder"),
    ("sys.exit(3)", [], "`Funcao` parou com `SystemExit: 3`"),
    ('logging.getLogger().error("sem saldo")\nraise ValueError("ruim")', [],
     "`ValueError: ruim`; a última linha de erro que ela registrou: sem saldo"),
    ("return 1", [("index.handler", "index.outra")], "o código não tem `outra`"),
    ("return 1", [("index.handler", "outro.handler")], "não há o módulo `outro`"),
    ("return 1", [("Timeout: 5", "Timeout: 5\n      ReservedConcurrentExecutions: 0")], "`Funcao` tem concorrência 0"),
    ('open("index.py", "a")', [], "a rodada só deixa escrever na pasta temporária da execução"),
    ("while True: os.fork()", [], "a rodada deixa abrir até 64 processos"),
], ids=["laço", "memória usada", "memória pedida", "_exit", "exit", "exceção", "manipulador", "módulo", "concorrência", "própria pasta", "bifurca"])
def test_what_a_function_does_wrong_has_a_clear_cause(bench, code, edits, cause):
    assert cause in bench.invoke(code, *edits)[0]


def test_it_writes_only_in_its_temporary_folder(bench, tmp_path):
    outside = tmp_path / "fora.txt"
    cause, _ = bench.invoke(f"os.rename(__file__, {str(outside)!r})")
    assert "só deixa escrever" in cause and not outside.exists()
    assert bench.invoke('path = os.path.join(os.environ["TMPDIR"], "a")\nopen(path, "w").write("a")\nreturn open(path).read()') == ("", "a")


def test_it_may_print_megabytes_and_fork(bench):
    assert bench.invoke('for _ in range(200): print("x" * 100_000)\nreturn "fim"') == ("", "fim")
    assert bench.invoke("own = os.getpid()\nos.fork()\nreturn os.getpid() == own") == ("", True)


def test_a_process_that_leaves_the_group_ends_with_the_replay(bench):
    cause, number = bench.invoke('return subprocess.Popen(["sleep", "60"], start_new_session=True).pid')
    assert cause == "" and not running(number)


def running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("call", "code"), [
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="é" * 513', "KeyTooLongError"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="é" * 512', None),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", Metadata={"a": "b" * 2048}', "MetadataTooLarge"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="public-read"', "AccessControlListNotSupported"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="bucket-owner-full-control"', None),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}}, ConditionExpression="attribute_not_exists(id)", '
     'ExpressionAttributeValues={":x": {"S": "a"}}', "ValidationException"),
    ('"sqs", "send_message", QueueUrl=os.environ["FILA"], MessageBody="a\\0b"', "InvalidMessageContents"),
], ids=["chave", "chave no limite", "metadados", "ACL", "ACL do dono", "valor sem uso", "NUL"])
def test_what_aws_refuses_is_refused(bench, call, code):
    assert bench.invoke(f"return refused({call})") == ("", code)


def put(lab: Any) -> list[str]:
    """A pessoa envia; devolve o que ficou na fila de falhas."""
    lab.put("entrada", "a b.txt", FILE.body, who="pessoa")
    return lab.messages("fila")


def test_an_event_that_always_fails_ends_in_the_queue(bench):
    said, messages = bench.run('raise ValueError("ruim")', put)
    calls = [call for step in said.steps for call in step.calls if call.call == "lambda:InvokeFunction"]
    assert len(calls) == 3 and "ValueError: ruim" in said.steps[0].cause
    [message] = map(json.loads, messages)
    assert message["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "a+b.txt"


def test_an_event_that_passes_on_the_second_try_is_not_kept(bench):
    code = ('if refused("s3", "head_object", Bucket=os.environ["SAIDA"], Key="ja"):\n'
            '    boto3.client("s3").put_object(Bucket=os.environ["SAIDA"], Key="ja")\n    raise ValueError("ruim")')
    assert bench.run(code, put)[1] == []


def test_the_role_must_be_able_to_keep_what_failed(bench):
    said, messages = bench.run('raise ValueError("ruim")', put, ('"dynamodb:*", "sqs:*"', '"dynamodb:*"'))
    assert messages == [] and "sqs:SendMessage" in said.steps[0].cause


def test_without_a_destination_it_is_lost(bench):
    said, messages = bench.run('raise ValueError("ruim")', put, ("DestinationConfig: { OnFailure: { Destination: !GetAtt Fila.Arn } }",
                                                                 "MaximumEventAgeInSeconds: 60"))
    assert messages == [] and "ValueError: ruim" in said.steps[0].cause
