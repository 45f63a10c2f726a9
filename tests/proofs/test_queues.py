"""Filas: quem lê, por quanto tempo a mensagem se esconde e para onde vai a que falha."""

import pytest
from tests.proofs.bench import bench

GOOD = """\
Fila:
  Type: AWS::SQS::Queue
  Properties:
    VisibilityTimeout: 360
    RedrivePolicy:
      deadLetterTargetArn: !GetAtt Mortas.Arn
      maxReceiveCount: 5
Mortas:
  Type: AWS::SQS::Queue
  Properties:
    RedriveAllowPolicy:
      redrivePermission: byQueue
      sourceQueueArns:
        - !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Fila.QueueName}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
    Policies:
      - PolicyName: ler
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action:
                - sqs:ReceiveMessage
                - sqs:DeleteMessage
                - sqs:GetQueueAttributes
              Resource: !GetAtt Fila.Arn
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Role: !GetAtt Papel.Arn
    Timeout: 60
Ligacao:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    EventSourceArn: !GetAtt Fila.Arn
    FunctionName: !Ref Funcao
"""
READS = ("funcao = Funcao", "fila = Fila", "funcao >> fila acao=sqs:ReceiveMessage")
DEAD = ("fila = Fila", "mortas = Mortas", "fila >> mortas")
STATEMENT = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0)


@pytest.mark.parametrize("parts", [READS, DEAD])
def test_each_arrow_is_proven_and_every_line_counts(parts):
    architecture = bench(GOOD, *parts)
    assert architecture.missing() == []
    assert architecture.survivors(architecture.proof().edge.id) == []


@pytest.mark.parametrize("parts, path, value, missing", [
    (READS, ("Resources", "Ligacao", "Properties", "EventSourceArn"), {"Fn::GetAtt": ["Mortas", "Arn"]}, "nada faz `Funcao` ler `Fila`"),
    (READS, ("Resources", "Ligacao", "Properties", "FunctionName"), "outra", "nada faz `Funcao` ler `Fila`"),
    (READS, ("Resources", "Ligacao", "Properties", "Enabled"), False, "`Ligacao` está desligado"),
    (READS, ("Resources", "Ligacao", "Properties", "FilterCriteria"), {"Filters": []}, "apaga mensagens sem processar"),
    (READS, ("Resources", "Fila", "Properties", "VisibilityTimeout"), 20, "é menor que o `Timeout` de `Funcao`"),
    (READS, ("Resources", "Fila", "Properties", "VisibilityTimeout"), {"Fn::ImportValue": "x"}, "é menor que o `Timeout`"),
    (READS, (*STATEMENT, "Action"), ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "fazer `sqs:GetQueueAttributes`"),
    (READS, (*STATEMENT, "Action"), ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], "fazer `sqs:DeleteMessage`"),
    (READS, ("Resources", "Fila", "Properties", "VisibilityTimeout"), "9" * 5000, "é menor que o `Timeout`"),
    (READS, ("Resources", "Funcao", "Properties", "ReservedConcurrentExecutions"), 0, "`Funcao` não pode rodar"),
    (READS, ("Resources", "Funcao", "Properties", "ReservedConcurrentExecutions"), {"Fn::ImportValue": "x"}, "`Funcao` não pode rodar"),
    (DEAD, ("Resources", "Fila", "Properties", "MessageRetentionPeriod"), 1800, "pode vencer em `Fila` antes de 5 tentativas"),
    (DEAD, ("Resources", "Fila", "Properties", "MessageRetentionPeriod"), {"Fn::ImportValue": "x"}, "pode vencer em `Fila`"),
    (DEAD, ("Resources", "Fila", "Properties", "RedrivePolicy", "maxReceiveCount"), 1000, "pode vencer em `Fila` antes de 1000"),
    (DEAD, ("Resources", "Fila", "Properties", "RedrivePolicy", "maxReceiveCount"), "9" * 5000, "não diz depois de quantas"),
    (DEAD, ("Resources", "Fila", "Properties", "RedrivePolicy"), {}, "`Fila` não manda a `Mortas` o que falha"),
    (DEAD, ("Resources", "Fila", "Properties", "RedrivePolicy", "maxReceiveCount"), 0, "não diz depois de quantas tentativas"),
    (DEAD, ("Resources", "Fila", "Properties", "RedrivePolicy", "maxReceiveCount"), "²", "não diz depois de quantas tentativas"),
    (DEAD, ("Resources", "Mortas", "Properties", "FifoQueue"), True, "não são do mesmo tipo"),
    (DEAD, ("Resources", "Mortas", "Properties", "RedriveAllowPolicy"), {"redrivePermission": "denyAll"}, "não aceita o que `Fila` manda"),
    (DEAD, ("Resources", "Mortas", "Properties", "RedriveAllowPolicy", "sourceQueueArns"), [], "não aceita o que `Fila` manda"),
    (DEAD, ("Resources", "Mortas", "Properties", "RedriveAllowPolicy"), {}, "não se sabe quem pode mandar"),
])
def test_what_is_missing(parts, path, value, missing):
    assert any(missing in text for text in bench(GOOD, *parts).put(*path, value=value).missing())


def test_without_the_action_the_arrow_means_to_send():
    assert "nada leva `Funcao` a `Fila`" in bench(GOOD, *READS[:2], "funcao >> fila").missing()[0]


@pytest.mark.parametrize("waits, keeps, tries", [(360, 1801, 5), (360, 400000, 1000), (5, 60, 10)])
def test_a_message_lasts_longer_than_the_tries(waits, keeps, tries):
    queue = ("Resources", "Fila", "Properties")
    lasting = bench(GOOD, *DEAD).put(*queue, "VisibilityTimeout", value=waits).put(*queue, "MessageRetentionPeriod", value=keeps)
    lasting = lasting.put(*queue, "RedrivePolicy", "maxReceiveCount", value=tries)
    assert lasting.missing() == []
    assert lasting.survivors("fila--mortas") == []


def test_any_of_two_mappings_is_enough():
    before = "Antes:\n  Type: AWS::Lambda::EventSourceMapping\n  Properties: {EventSourceArn: !GetAtt Fila.Arn, FunctionName: !Ref Funcao, Enabled: false}\n"
    assert bench(GOOD.replace("Ligacao:", before + "Ligacao:"), *READS).missing() == []
    reserved = bench(GOOD, *READS).put("Resources", "Funcao", "Properties", "ReservedConcurrentExecutions", value=1)
    assert reserved.missing() == []


SENDS = """\
Fila: {Type: AWS::SQS::Queue}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    Policies:
      - {PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Fila.Arn}]}}
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Role: !GetAtt Papel.Arn
    Environment: {Variables: {FILA: VALOR}}
"""


@pytest.mark.parametrize("value, proven", [
    ("!Ref Fila", True), ("!Sub '${Fila}'", True), ("!If [Um, !Ref Fila, !GetAtt Fila.QueueUrl]", True),
    ("!If [Um, !Ref Fila, !Ref AWS::NoValue]", False), ("!If [Um, x, !Ref Fila]", False), ("x", False),
])
def test_the_code_must_receive_the_queue_in_every_world(value, proven):
    head = "Parameters: {P: {Type: String, Default: x}}\nConditions: {Um: !Equals [!Ref P, x]}\nResources:\n"
    text = head + "".join(f"  {line}\n" for line in SENDS.replace("VALOR", value).splitlines())
    assert bench(text, "funcao = Funcao", "fila = Fila", "funcao >> fila acao=sqs:SendMessage").proof().proven is proven
