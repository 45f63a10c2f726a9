"""O que a pessoa lê de um bucket, ou envia a ele, por um pedido assinado: quem decide é o papel de quem assinou, e o prazo vale."""

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
              if "envio" in event:
                  return s3.generate_presigned_post(os.environ["GUARDA"], event["envio"], Conditions=[["content-length-range", 1, 4]], ExpiresIn=60)
              return s3.generate_presigned_url("get_object", ExpiresIn=60, Params={"Bucket": os.environ["GUARDA"], "Key": event["chave"]})
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: ler
          PolicyDocument:
            Statement: [{Effect: Allow, Action: [s3:GetObject, s3:PutObject], Resource: !Sub "${Guarda.Arn}/público/*"}]
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
FORM = """
from scripts.flowbook import Sample
def flow(lab):
    with lab.step(1):
        form = lab.invoke("funcao", {"envio": "público/a"}, who="pessoa")
        def send(body=b"oi", later=0, **changed):
            return lab.post(form["url"], {**form["fields"], **changed}, Sample("a", body), who="pessoa", later=later)
        found = [send(), send(b"grande"), send(b""), send(later=61), send(key="público/b"), send(acl="public-read"),
                 send(**{"x-amz-signature": "0" * 64}), send(policy=form["fields"]["policy"][:-8]), send(**{"x-amz-credential": "outra"})]
        said = [code for _, code in found]
        wanted = ["", "EntityTooLarge", "EntityTooSmall", *["AccessDenied"] * 3, *["SignatureDoesNotMatch"] * 2, "InvalidAccessKeyId"]
        lab.expect("A pessoa abre", said == wanted and lab.objects("guarda") == {"público/a": b"oi"}, f"o S3 respondeu {found}")
"""
PAGE = "# Endereço\n\n## Fluxo de dados\n\n1. A pessoa abre o endereço.\n"


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Scene:
    """Uma árvore com uma arquitetura só: uma função que assina endereços de um bucket."""
    return staged(tmp_path_factory.mktemp("arvore"), "endereco", SCRIPT, TEMPLATE, PAGE, FLOW)


@pytest.fixture(scope="module")
def form(tmp_path_factory) -> Scene:
    """A mesma árvore, com a pessoa que envia formulários assinados."""
    return staged(tmp_path_factory.mktemp("arvore"), "endereco", SCRIPT, TEMPLATE, PAGE, FORM)


def test_only_what_was_signed_opens_and_only_in_time(stage):
    """Armadilha: o moto abre o vencido, o de outra chave e o de prazo trocado; e o do que não existe (sem poder listar) tem 403."""
    result = run(stage)
    assert result.ok, result.failed
    assert result.stable() == run(stage).stable()


def test_a_signed_form_is_checked_as_the_service_would(form):
    """Armadilha: o moto aceita o formulário grande demais, vazio, vencido, de outra chave, com campo a mais ou mal assinado."""
    result = run(form)
    assert result.ok, result.failed


def test_the_role_of_who_signed_decides(stage, form):
    """Armadilha: quem abre não tem papel; decide o de quem assinou, na leitura e no envio."""
    result = run(stage, ("/público/*", "/interno/*"))
    assert "nada deixa o papel `Papel` fazer `s3:GetObject`" in result.failed.cause
    assert "vale o que o papel de quem assinou pode" in run(form, ("/público/*", "/interno/*")).failed.cause


def test_what_the_address_asks_beyond_the_known_stops(stage):
    result = run(stage, ('"Key": event["chave"]', '"Key": event["chave"], "PartNumber": 1'))
    assert "partNumber" in result.failed.cause
