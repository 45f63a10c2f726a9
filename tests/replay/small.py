"""Uma árvore pequena, com uma função, dois buckets, uma tabela e uma fila: cada teste troca o corpo da função e diz o que a pessoa faz."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.replay import replaying
from scripts.replay.database import Servers, own
from scripts.replay.flows import Flow
from scripts.replay.samples import Sample

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
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: de, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - { IndexName: por-origem, KeySchema: [{ AttributeName: de, KeyType: HASH }], Projection: { ProjectionType: ALL } }
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
    """A árvore lida uma vez, e as rodadas sobre o template dela."""

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
        return set(Path(tempfile.gettempdir()).glob(f"{own()}*"))

    def invoke(self, code: str, *edits: tuple[str, str]) -> tuple[str, Any]:
        """A causa do que falhou no passo 1, e o que a função devolveu a quem a invocou."""
        said, value = self.run(code, lambda lab: lab.invoke("funcao", {}, who="pessoa"), *edits)
        return said.steps[0].cause, value
