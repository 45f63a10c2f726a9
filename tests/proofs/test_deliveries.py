"""Um serviço que entrega a outro: S3, SNS, EventBridge e o Scheduler a funções, filas, tópicos e máquinas de estados."""

from __future__ import annotations


import pytest
from bench import REMOVED, Architecture, R, bench, holds, prop

from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread

POLICY = """\
  Properties:
    {named}
    PolicyDocument:
      Statement:
        - {{Sid: S3, Effect: Allow, Principal: {{Service: s3.amazonaws.com}}, Action: "{action}", Resource: {arn}, Condition: {{ArnLike: {{"aws:SourceArn": !GetAtt Balde.Arn}}, StringEquals: {{"aws:SourceAccount": !Ref "AWS::AccountId"}}}}}}
        - {{Sid: Eventos, Effect: Allow, Principal: {{Service: events.amazonaws.com}}, Action: "{action}", Resource: {arn}, Condition: {{ArnEquals: {{"aws:SourceArn": !GetAtt Regra.Arn}}}}}}
"""
GOOD = """\
Balde:
  Type: AWS::S3::Bucket
  DependsOn: [PoliticaFila, PoliticaTopico]
  Properties:
    BucketName: !Sub fotos-${AWS::AccountId}
    NotificationConfiguration:
      EventBridgeConfiguration: {EventBridgeEnabled: true}
      QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Fila.Arn}]
      TopicConfigurations: [{Event: "s3:ObjectRemoved:*", Topic: !Ref Topico}]
Fila: {Type: "AWS::SQS::Queue"}
PoliticaFila:
  Type: AWS::SQS::QueuePolicy
""" + POLICY.format(named="Queues: [!Ref Fila]", action="sqs:SendMessage", arn="!GetAtt Fila.Arn") + """\
        - {Sid: Sns, Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: "sqs:SendMessage", Resource: !GetAtt Fila.Arn, Condition: {ArnEquals: {"aws:SourceArn": !Ref Topico}}}
Topico: {Type: "AWS::SNS::Topic"}
PoliticaTopico:
  Type: AWS::SNS::TopicPolicy
""" + POLICY.format(named="Topics: [!Ref Topico]", action="sns:Publish", arn="!Ref Topico") + """\
NaFila: {Type: "AWS::SNS::Subscription", Properties: {TopicArn: !Ref Topico, Protocol: sqs, Endpoint: !GetAtt Fila.Arn, FilterPolicy: {tipo: [venda]}}}
NaFuncao: {Type: "AWS::SNS::Subscription", Properties: {TopicArn: !Ref Topico, Protocol: lambda, Endpoint: !GetAtt Funcao.Arn}}
NoEmail: {Type: "AWS::SNS::Subscription", Properties: {TopicArn: !Ref Topico, Protocol: email, Endpoint: x@exemplo.com}}
Funcao:
  Type: AWS::Lambda::Function
  Properties: {Runtime: python3.13, Handler: index.handler, Role: !GetAtt PapelFuncao.Arn, Code: {ZipFile: "def handler(event, context): pass"}}
PapelFuncao:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
DoTopico: {Type: "AWS::Lambda::Permission", Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref Funcao, Principal: sns.amazonaws.com, SourceArn: !Ref Topico}}
DaRegra: {Type: "AWS::Lambda::Permission", Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref Funcao, Principal: events.amazonaws.com, SourceArn: !GetAtt Regra.Arn}}
Regra:
  Type: AWS::Events::Rule
  Properties:
    EventPattern: {source: [aws.s3], detail-type: ["Object Created"], detail: {bucket: {name: [!Sub "fotos-${AWS::AccountId}"]}}}
    Targets:
      - {Id: funcao, Arn: !GetAtt Funcao.Arn}
      - {Id: fila, Arn: !GetAtt Fila.Arn}
      - {Id: topico, Arn: !Ref Topico}
      - {Id: maquina, Arn: !Ref Maquina, RoleArn: !GetAtt PapelRegra.Arn}
PapelRegra:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sts:AssumeRole"}]}
    Policies: [{PolicyName: iniciar, PolicyDocument: {Statement: [{Effect: Allow, Action: "states:StartExecution", Resource: !Ref Maquina}]}}]
Maquina: {Type: "AWS::StepFunctions::StateMachine"}
NaHoraDaFuncao: {Type: "AWS::Scheduler::Schedule", Properties: {FlexibleTimeWindow: {Mode: "OFF"}, ScheduleExpression: rate(1 hour), Target: {Arn: !GetAtt Funcao.Arn, RoleArn: !GetAtt PapelAgenda.Arn}}}
NaHoraDaFila: {Type: "AWS::Scheduler::Schedule", Properties: {FlexibleTimeWindow: {Mode: "OFF"}, ScheduleExpression: "cron(0 6 * * ? *)", Target: {Arn: !GetAtt Fila.Arn, RoleArn: !GetAtt PapelAgenda.Arn}}}
NaHoraDoTopico: {Type: "AWS::Scheduler::Schedule", Properties: {FlexibleTimeWindow: {Mode: "OFF"}, ScheduleExpression: rate(1 hour), Target: {Arn: !Ref Topico, RoleArn: !GetAtt PapelAgenda.Arn}}}
NaHoraDaMaquina: {Type: "AWS::Scheduler::Schedule", Properties: {FlexibleTimeWindow: {Mode: "OFF"}, ScheduleExpression: rate(1 hour), Target: {Arn: !Ref Maquina, RoleArn: !GetAtt PapelAgenda.Arn}}}
PapelAgenda:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: "sts:AssumeRole", Condition: {StringEquals: {"aws:SourceAccount": !Ref "AWS::AccountId"}}}]}
    Policies:
      - PolicyName: agir
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: "lambda:InvokeFunction", Resource: !GetAtt Funcao.Arn}
            - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Fila.Arn}
            - {Effect: Allow, Action: "sns:Publish", Resource: !Ref Topico}
            - {Effect: Allow, Action: "states:StartExecution", Resource: !Ref Maquina}
"""
ARROWS = (
    "Balde >> Fila", "Balde >> Topico acao=s3:ObjectRemoved:*", "Balde >> Regra", "Topico >> Fila", "Topico >> Funcao", "Topico >> gente",
    "Regra >> Funcao", "Regra >> Fila", "Regra >> Topico", "Regra >> Maquina",
    "NaHoraDaFuncao >> Funcao", "NaHoraDaFila >> Fila", "NaHoraDoTopico >> Topico", "NaHoraDaMaquina >> Maquina",
)
OTHER = "arn:aws:sqs:sa-east-1:111122223333:outra"


def one(arrow: str) -> Architecture:
    return bench(GOOD, "gente =", arrow)


@pytest.mark.parametrize("arrow", ARROWS)
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    holds(one(arrow))


def test_all_together_nothing_is_left_unread_or_without_an_arrow():
    every = bench(GOOD, "gente =", *ARROWS)
    assert [str(found) for found in unread(every.diagram, every.views, every.proofs)] == []
    assert [str(found) for found in unclaimed(every.diagram, every.views, every.proofs)] == []


STATEMENTS = ("PolicyDocument", "Statement")
FIFO = {"FifoQueue": True}
BROKEN = [
    ("Balde >> Fila", prop("Balde", "NotificationConfiguration", "QueueConfigurations", 0, "Queue"), {"Ref": "Fila"}, "não notifica `Fila`"),
    ("Balde >> Fila", prop("Balde", "NotificationConfiguration", "QueueConfigurations", 0, "Event"), "s3:ObjectRemoved:*", "e a seta pede"),
    ("Balde >> Fila", (R, "Balde", "DependsOn"), ["PoliticaTopico"], "pode ser criado antes de `PoliticaFila`"),
    ("Balde >> Fila", prop("PoliticaFila", *STATEMENTS, 0, "Condition"), {}, "qualquer um, de qualquer conta"),
    ("Balde >> Fila", prop("PoliticaFila", *STATEMENTS, 0, "Condition"), {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::outro"}}, "só deixa `Balde` fazer"),
    ("Balde >> Fila", prop("PoliticaFila", *STATEMENTS, 0, "Principal"), {"Service": "sns.amazonaws.com"}, "nada deixa `Balde`"),
    ("Balde >> Fila", prop("PoliticaFila", *STATEMENTS, 0, "Effect"), "Deny", "nada deixa `Balde`"),
    ("Balde >> Fila", (R, "Fila", "Properties"), FIFO, "o S3 não manda a um destino FIFO"),
    ("Balde >> Fila", (R, "Fila", "Properties"), {"KmsMasterKeyId": "alias/aws/sqs"}, "a chave que a AWS mantém"),
    ("Balde >> Topico acao=s3:ObjectRemoved:*", prop("PoliticaTopico", *STATEMENTS, 0, "Action"), "sns:Subscribe", "nada deixa `Balde`"),
    ("Balde >> Regra", prop("Balde", "NotificationConfiguration", "EventBridgeConfiguration"), {"EventBridgeEnabled": False}, "não conta nada"),
    ("Balde >> Regra", prop("Balde", "NotificationConfiguration", "EventBridgeConfiguration"), REMOVED, "não conta nada"),
    ("Balde >> Regra", prop("Regra", "EventPattern", "source"), ["aws.ec2"], "`Regra` não ouve `Balde`"),
    ("Balde >> Regra", prop("Regra", "EventPattern", "detail", "bucket", "name"), ["outro"], "`Regra` não ouve `Balde`"),
    ("Balde >> Regra", prop("Regra", "EventBusName"), "outro", "não é do barramento padrão"),
    ("Balde >> Regra", prop("Regra", "State"), "DISABLED", "está desligado"),
    ("Balde >> Regra", prop("Regra", "EventPattern", "detail-type"), ["Scheduled Event"], "ouve `Scheduled Event`, e a seta pede"),
    ("Balde >> Fila", prop("Balde", "NotificationConfiguration", "TopicConfigurations", 0, "Event"), "s3:ObjectCreated:Put", "o S3 recusa"),
    ("Regra >> Fila", prop("Regra", "Targets", 1, "Id"), "funcao", "repete o `Id` de outro"),
    ("Topico >> Fila", prop("NaFila", "Endpoint"), {"Ref": "Fila"}, "nenhuma assinatura leva"),
    ("Topico >> Fila", prop("NaFila", "Protocol"), "email", "não diz por que protocolo"),
    ("Topico >> Fila", prop("NaFila", "FilterPolicy"), {"tipo": []}, "o filtro de uma assinatura"),
    ("Topico >> Fila", prop("NaFila", "FilterPolicy"), {"tipo": "venda"}, "o filtro de uma assinatura"),
    ("Topico >> Fila", prop("NaFila", "FilterPolicyScope"), "Tudo", "não se sabe o que o filtro"),
    ("Topico >> Fila", prop("NaFila", "TopicArn"), OTHER, "nenhuma assinatura leva"),
    ("Topico >> Fila", prop("PoliticaFila", *STATEMENTS, 2, "Condition"), {"StringEquals": {"aws:SourceArn": OTHER}}, "só deixa `Topico` fazer"),
    ("Topico >> Fila", (R, "Fila", "Properties"), FIFO, "`Fila` é FIFO, e `Topico` não é"),
    ("Topico >> Funcao", prop("NaFuncao", "Protocol"), "sqs", "não diz por que protocolo"),
    ("Topico >> Funcao", prop("NaFuncao", "RawMessageDelivery"), True, "não aceita a mensagem crua"),
    ("Topico >> Funcao", prop("DoTopico", "SourceArn"), OTHER, "nenhuma permissão deixa `Topico`"),
    ("Topico >> Funcao", prop("DoTopico", "Principal"), "s3.amazonaws.com", "`Principal` de `DoTopico` não é"),
    ("Topico >> Funcao", prop("DoTopico", "SourceAccount"), "111122223333", "é outra conta"),
    ("Topico >> Funcao", (R, "Topico", "Properties"), {"FifoTopic": True}, "não entrega a funções"),
    ("Topico >> gente", prop("NoEmail", "Protocol"), "sqs", "para fora da AWS"),
    ("Topico >> gente", prop("NoEmail", "Endpoint"), "", "não diz por que protocolo, ou a quem"),
    ("Regra >> Funcao", prop("Regra", "Targets", 0, "Arn"), {"Ref": "Funcao"}, "nenhum alvo de `Regra`"),
    ("Regra >> Funcao", prop("Regra", "EventPattern"), {"source": []}, "não se sabe quando `Regra` age"),
    ("Regra >> Funcao", prop("Regra", "EventPattern"), REMOVED, "não se sabe quando `Regra` age"),
    ("Regra >> Funcao", prop("Regra", "State"), "DISABLED", "`Regra` está desligado"),
    ("Regra >> Funcao", prop("DaRegra", "SourceArn"), {"Fn::GetAtt": ["Balde", "Arn"]}, "nenhuma permissão deixa `Regra`"),
    ("Regra >> Fila", prop("PoliticaFila", *STATEMENTS, 1, "Condition"), {"ArnEquals": {"aws:SourceArn": OTHER}}, "só deixa `Regra` fazer"),
    ("Regra >> Fila", (R, "Fila", "Properties"), FIFO, "não diz o grupo das mensagens"),
    ("Regra >> Topico", (R, "Topico", "Properties"), {"FifoTopic": True}, "o EventBridge não publica nele"),
    ("Regra >> Topico", prop("PoliticaTopico", *STATEMENTS, 1, "Condition"), {}, "qualquer um, de qualquer conta"),
    ("Regra >> Maquina", prop("Regra", "Targets", 3, "RoleArn"), REMOVED, "não diz um papel deste template"),
    ("Regra >> Maquina", prop("PapelRegra", "AssumeRolePolicyDocument", "Statement", 0, "Principal"), {"Service": "scheduler.amazonaws.com"},
     "não confia em `events.amazonaws.com`"),
    ("Regra >> Maquina", prop("PapelRegra", "Policies", 0, *STATEMENTS, 0, "Action"), "states:StopExecution", "fazer `states:StartExecution`"),
    ("NaHoraDaFuncao >> Funcao", prop("NaHoraDaFuncao", "State"), "DISABLED", "está desligado"),
    ("NaHoraDaFuncao >> Funcao", prop("NaHoraDaFuncao", "ScheduleExpression"), "às vezes", "não se sabe quando"),
    ("NaHoraDaFuncao >> Funcao", prop("NaHoraDaFuncao", "Target", "Arn"), {"Fn::GetAtt": ["Fila", "Arn"]}, "não é `Funcao`"),
    ("NaHoraDaFuncao >> Funcao", prop("PapelAgenda", "Policies", 0, *STATEMENTS, 0, "Resource"), OTHER, "fazer `lambda:InvokeFunction`"),
    ("NaHoraDaFila >> Fila", prop("PapelAgenda", "Policies", 0, *STATEMENTS, 1, "Action"), "sqs:ReceiveMessage", "fazer `sqs:SendMessage`"),
    ("NaHoraDaFila >> Fila", (R, "Fila", "Properties"), FIFO, "não diz o grupo das mensagens"),
    ("NaHoraDoTopico >> Topico", prop("NaHoraDoTopico", "Target", "RoleArn"), {"Ref": "PapelAgenda"}, "não diz um papel deste template"),
    ("NaHoraDaMaquina >> Maquina", prop("PapelAgenda", "AssumeRolePolicyDocument", "Statement", 0, "Condition"),
     {"StringEquals": {"aws:SourceAccount": "111122223333"}}, "não confia em `scheduler.amazonaws.com`"),
]


@pytest.mark.parametrize("arrow, path, value, missing", BROKEN, ids=lambda value: str(value)[:40])
def test_what_is_missing(arrow, path, value, missing):
    said = one(arrow).put(*path, value=value).missing()
    assert any(missing in text for text in said), said


def test_what_a_target_cannot_deliver_goes_to_a_queue():
    dead = {"Fn::GetAtt": ["Fila", "Arn"]}
    by_rule = one("Regra >> Fila").remove(*prop("Regra", "Targets", 1)).put(*prop("Regra", "Targets", 0, "DeadLetterConfig"), value={"Arn": dead})
    by_topic = one("Topico >> Fila").remove(R, "NaFila").put(*prop("NaFuncao", "RedrivePolicy"), value={"deadLetterTargetArn": dead})
    by_schedule = one("NaHoraDaFuncao >> Fila").put(*prop("NaHoraDaFuncao", "Target", "DeadLetterConfig"), value={"Arn": dead})
    for architecture in (by_rule, by_topic, by_schedule):
        assert architecture.missing() == []
        assert architecture.survivors() == []


def test_a_bus_feeds_its_rules_and_no_other():
    own = bench(GOOD + "Barramento: {Type: 'AWS::Events::EventBus', Properties: {Name: vendas}}", "Barramento >> Regra")
    assert own.missing()
    heard = own.put(*prop("Regra", "EventBusName"), value={"Ref": "Barramento"})
    assert heard.missing() == []
    assert heard.survivors() == []


def test_an_encrypted_queue_asks_its_key():
    key = """
Chave:
  Type: AWS::KMS::Key
  Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: "*"}]}}
"""
    closed = bench(GOOD + key, "Topico >> Fila").put(R, "Fila", "Properties", value={"KmsMasterKeyId": {"Ref": "Chave"}})
    assert closed.missing() == []
    other = closed.put(R, "Chave", "Properties", "KeyPolicy", "Statement", 0, "Principal", value={"Service": "s3.amazonaws.com"})
    assert any("`kms:GenerateDataKey`" in text for text in other.missing())


def test_an_alias_is_called_with_its_own_permission():
    alias = """
Versao: {Type: "AWS::Lambda::Version", Properties: {FunctionName: !Ref Funcao}}
Apelido: {Type: "AWS::Lambda::Alias", Properties: {Name: viva, FunctionName: !Ref Funcao, FunctionVersion: !GetAtt Versao.Version}}
"""
    called = bench(GOOD + alias, "Topico >> Funcao").put(*prop("NaFuncao", "Endpoint"), value={"Ref": "Apelido"})
    assert any("nenhuma permissão" in text for text in called.missing())
    allowed = called.put(*prop("DoTopico", "FunctionName"), value={"Ref": "Apelido"})
    assert allowed.missing() == []
    assert allowed.survivors() == []
