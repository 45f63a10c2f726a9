"""As políticas da AWS como dados: o que deixam conta, o que não se conhece é dúvida, e as largas pedem motivo."""

import re

import pytest
from tests.proofs.bench import bench

from scripts.aws import managed
from scripts.proofs.drawn.coverage import unclaimed

TEMPLATE = """\
Fila: {Type: "AWS::SQS::Queue"}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    ManagedPolicyArns:
      - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
Funcao: {Type: "AWS::Lambda::Function", Properties: {Role: !GetAtt Papel.Arn}}
Leitura:
  Type: AWS::Lambda::EventSourceMapping
  Properties: {EventSourceArn: !GetAtt Fila.Arn, FunctionName: !Ref Funcao}
"""
READS = "funcao = Funcao", "fila = Fila", "funcao >> fila acao=sqs:ReceiveMessage"
CITED = ("Resources", "Papel", "Properties", "ManagedPolicyArns", 0)


def test_what_a_known_policy_allows_is_evidence_at_the_line_that_cites_it():
    found = bench(TEMPLATE, *READS)
    assert found.missing() == []
    assert "`AWSLambdaSQSQueueExecutionRole` (v1, de 2018-06-14), da AWS, permite `sqs:ReceiveMessage`" in {
        piece.text for piece in found.proof().found if piece.path == CITED}
    assert not found.remove(*CITED).proof().proven


@pytest.mark.parametrize("name, said", [
    ("service-role/AWSLambdaBasicExecutionRole", "nada deixa `Papel` fazer `sqs:ReceiveMessage` em `Fila`"),
    ("ReadOnlyAccess", "não se sabe o que deixa e o que nega `ReadOnlyAccess`, da AWS, que `Papel` usa"),
])
def test_what_it_does_not_allow_or_is_not_known_is_missing(name, said):
    found = bench(TEMPLATE, *READS).put(*CITED, value=f"arn:aws:iam::aws:policy/{name}")
    assert any(said in text for text in found.missing())


def test_a_wide_one_needs_a_written_reason_even_when_an_arrow_uses_it():
    found = bench(TEMPLATE, *READS)
    assert [finding.message for finding in unclaimed(found.diagram, found.views, found.proofs) if "da AWS" in finding.message or "ExecutionRole" in
            finding.message] == [
        "Nenhuma seta mostra `arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole` de `Papel`, que deixa 6 ações em "
        "recursos que o template não nomeia; desenhe a seta, tire a permissão, ou dê o motivo em "
        "`Metadata: {Excecoes: {permissao-sem-seta: …}}` de `Papel`."]


def test_the_list_is_dated_and_whole():
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", managed.checked())
    for name in managed.names():
        policy = managed.managed(managed.ARN + name)
        assert policy and re.fullmatch(r"v\d+", policy.version) and re.fullmatch(r"20\d\d-\d\d-\d\d", policy.date)
        assert policy.statements and all({"Effect", "Resource"} <= set(said) and {"Action", "NotAction"} & set(said) for said in policy.statements)
