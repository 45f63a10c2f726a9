"""O que a pessoa lê de um bucket por um endereço assinado: quem decide é o papel de quem assinou, e o prazo vale."""

from __future__ import annotations

import pytest

from scripts.replay.replaying import Scene
from tests.replay.bench import run, staged

SCRIPT = '''
"""Endereço."""
from diagrams.aws.compute import Lambda
from diagrams.aws.general import User
from diagrams.aws.storage import S3
from scripts.vocabulary import Cluster, Diagram, Edge
with Diagram("Endereço", direction="LR"):
    pessoa = User("Pessoa", nodeid="pessoa", sem_recurso="Fora da AWS.")
    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        funcao = Lambda("Função", nodeid="funcao", recurso="Funcao")
        guarda = S3("Bucket", nodeid="guarda", recurso="Guarda")
    pessoa >> Edge(label="pede", passo="1", declarada="Quem tem permissão na conta.") >> funcao
    pessoa >> Edge(label="abre", passo="1", declarada="Quem tem o endereço.") >> guarda
'''
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Description: Endereço
Resources:
  Guarda: {Type: AWS::S3::Bucket}
  Funcao:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      Role: !GetAtt Papel.Arn
      Environment: {Variables: {GUARDA: !Ref Guarda}}
      Code:
        ZipFile: |
          import os
          import boto3
          from botocore.config import Config
          def handler(event, context):
              s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
              return s3.generate_presigned_url("get_object", ExpiresIn=60, Params={"Bucket": os.environ["GUARDA"], "Key": event["chave"]})
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: ler
          PolicyDocument:
            Statement: [{Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Guarda.Arn}/público/*"}]
"""
FLOW = """
def flow(lab):
    with lab.step(1):
        lab.put("guarda", "público/olá mundo.txt", b"oi", who="Quem publica")
        url = lab.invoke("funcao", {"chave": "público/olá mundo.txt"}, who="pessoa")
        answers = [lab.open(url, who="pessoa"), lab.open(url, who="pessoa", later=61), lab.open(url.replace("mundo", "tudo"), who="pessoa"),
                   lab.open(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), who="pessoa", later=61)]
        absent = lab.open(lab.invoke("funcao", {"chave": "público/nada"}, who="pessoa"), who="pessoa")
        found = [answer[0] for answer in (*answers, absent)]
        lab.expect("A pessoa abre", found == [200, 403, 403, 403, 403] and answers[0][2] == b"oi", f"o S3 respondeu {found}")
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Scene:
    """Uma árvore com uma arquitetura só: uma função que assina endereços de um bucket."""
    return staged(tmp_path_factory.mktemp("arvore"), "endereco", SCRIPT, TEMPLATE, "# Endereço\n\n## Fluxo de dados\n\n1. A pessoa abre o endereço.\n", FLOW)


def test_only_what_was_signed_opens_and_only_in_time(stage):
    """O vencido, o de outra chave, o de prazo trocado e o do que não existe (sem poder listar) têm 403."""
    result = run(stage)
    assert result.ok, result.failed
    assert result.stable() == run(stage).stable()


def test_the_role_of_who_signed_decides(stage):
    result = run(stage, ("/público/*", "/interno/*"))
    assert "nada deixa o papel `Papel` fazer `s3:GetObject`" in result.failed.cause


def test_what_the_address_asks_beyond_the_known_stops(stage):
    result = run(stage, ('"Key": event["chave"]', '"Key": event["chave"], "PartNumber": 1'))
    assert "partNumber" in result.failed.cause
