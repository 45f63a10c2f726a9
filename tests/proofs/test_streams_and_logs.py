"""Fluxos que acionam uma função, e quem escreve em cada grupo de registros."""

from __future__ import annotations


import pytest
from bench import REMOVED, Architecture, bench, holds, prop, real

from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread

GOOD = """\
Tabela: {Type: "AWS::DynamoDB::Table", Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
Fluxo: {Type: "AWS::Kinesis::Stream", Properties: {ShardCount: 1}}
DaTabela: {Type: "AWS::Lambda::EventSourceMapping", Properties: {EventSourceArn: !GetAtt Tabela.StreamArn, FunctionName: !Ref Funcao, StartingPosition: LATEST}}
DoFluxo: {Type: "AWS::Lambda::EventSourceMapping", Properties: {EventSourceArn: !GetAtt Fluxo.Arn, FunctionName: !Ref Funcao, StartingPosition: TRIM_HORIZON}}
Registros: {Type: "AWS::Logs::LogGroup", Properties: {RetentionInDays: 7}}
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Runtime: python3.13
    Handler: index.handler
    Role: !GetAtt PapelFuncao.Arn
    Code: {ZipFile: "def handler(event, context): pass"}
    LoggingConfig: {LogGroup: !Ref Registros}
PapelFuncao:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    Policies:
      - PolicyName: ler
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"], Resource: !GetAtt Tabela.StreamArn}
            - {Effect: Allow, Action: "dynamodb:ListStreams", Resource: !Sub "${Tabela.Arn}/stream/*"}
            - {Effect: Allow, Action: ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards"], Resource: !GetAtt Fluxo.Arn}
            - {Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: !GetAtt Registros.Arn}
Maquina:
  Type: AWS::StepFunctions::StateMachine
  Properties:
    RoleArn: !GetAtt PapelMaquina.Arn
    LoggingConfiguration: {Level: ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Registros.Arn}}]}
    Definition: {StartAt: Fim, States: {Fim: {Type: Succeed}}}
PapelMaquina:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: "sts:AssumeRole"}]}
    Policies:
      - PolicyName: registrar
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: ["logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"]
              Resource: "*"
Api: {Type: "AWS::ApiGatewayV2::Api", Properties: {Name: loja, ProtocolType: HTTP}}
Estagio: {Type: "AWS::ApiGatewayV2::Stage", Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true, AccessLogSettings: {DestinationArn: !GetAtt Registros.Arn, Format: "$context.requestId"}}}
"""
ARROWS = ("Tabela >> Funcao", "Fluxo >> Funcao", "Funcao >> Registros", "Maquina >> Registros", "Api >> Registros")


def one(arrow: str) -> Architecture:
    return bench(GOOD, arrow)


@pytest.mark.parametrize("arrow", ARROWS)
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    holds(one(arrow))


def test_all_together_nothing_is_left_unread_or_without_an_arrow():
    every = bench(GOOD, *ARROWS)
    assert [str(found) for found in unread(every.diagram, every.views, every.proofs)] == []
    assert [str(found) for found in unclaimed(every.diagram, every.views, every.proofs)] == []


POLICY = ("Policies", 0, "PolicyDocument", "Statement")
LOGGING = ("LoggingConfiguration",)
BROKEN = [
    ("Tabela >> Funcao", prop("Tabela", "StreamSpecification"), REMOVED, "`Tabela` não tem fluxo"),
    ("Tabela >> Funcao", prop("DaTabela", "EventSourceArn"), {"Fn::GetAtt": ["Tabela", "Arn"]}, "ler o fluxo de `Tabela`"),
    ("Tabela >> Funcao", prop("DaTabela", "StartingPosition"), REMOVED, "de onde começa a ler"),
    ("Tabela >> Funcao", prop("DaTabela", "Enabled"), False, "está desligado"),
    ("Tabela >> Funcao", prop("DaTabela", "FilterCriteria"), {"Filters": [{"Pattern": "{}"}]}, "o filtro de `DaTabela`"),
    ("Tabela >> Funcao", prop("DaTabela", "FunctionName"), "outra", "ler o fluxo de `Tabela`"),
    ("Tabela >> Funcao", prop("PapelFuncao", *POLICY, 0, "Resource"), {"Fn::GetAtt": ["Tabela", "Arn"]}, "fazer `dynamodb:GetRecords`"),
    ("Tabela >> Funcao", prop("PapelFuncao", *POLICY, 1, "Action"), "dynamodb:ListTables", "fazer `dynamodb:ListStreams`"),
    ("Tabela >> Funcao", prop("Funcao", "ReservedConcurrentExecutions"), 0, "não pode rodar"),
    ("Fluxo >> Funcao", prop("DoFluxo", "EventSourceArn"), {"Ref": "Fluxo"}, "ler o fluxo de `Fluxo`"),
    ("Fluxo >> Funcao", prop("PapelFuncao", *POLICY, 2, "Action"), ["kinesis:GetRecords"], "fazer `kinesis:GetShardIterator`"),
    ("Funcao >> Registros", prop("Funcao", "LoggingConfig"), REMOVED, "`Funcao` não escreve em `Registros`"),
    ("Funcao >> Registros", prop("Funcao", "LoggingConfig", "LogGroup"), "outro", "`Funcao` não escreve em `Registros`"),
    ("Funcao >> Registros", prop("PapelFuncao", *POLICY, 3, "Resource"), "arn:aws:logs:sa-east-1:111122223333:log-group:x:*", "fazer `logs:"),
    ("Maquina >> Registros", prop("Maquina", *LOGGING, "Level"), "OFF", "não registra nada"),
    ("Maquina >> Registros", prop("Maquina", *LOGGING, "Destinations"), [], "não registra em `Registros`"),
    ("Maquina >> Registros", prop("PapelMaquina", *POLICY, 0, "Resource"), {"Fn::GetAtt": ["Registros", "Arn"]}, "fazer `logs:CreateLogDelivery`"),
    ("Api >> Registros", prop("Estagio", "AccessLogSettings", "Format"), REMOVED, "nenhum estágio de `Api`"),
    ("Api >> Registros", prop("Estagio", "AccessLogSettings", "DestinationArn"), "arn:aws:logs:sa-east-1:111122223333:log-group:x", "nenhum estágio"),
    ("Api >> Registros", prop("Estagio", "ApiId"), "outra", "nenhum estágio de `Api`"),
]


@pytest.mark.parametrize("arrow, path, value, missing", BROKEN, ids=lambda value: str(value)[-40:].strip())
def test_what_is_missing(arrow, path, value, missing):
    architecture = one(arrow)
    said = (architecture.remove(*path) if value is REMOVED else architecture.put(*path, value=value)).missing()
    assert any(missing in text for text in said), said


def test_the_group_may_be_the_one_of_the_function():
    named = one("Funcao >> Registros").remove(*prop("Funcao", "LoggingConfig")).put(
        *prop("Registros", "LogGroupName"), value={"Fn::Sub": "/aws/lambda/${Funcao}"})
    assert named.missing() == []
    assert named.survivors() == []


@pytest.mark.parametrize("level, created", [("ALL", False), ("ERROR", False), ("OFF", True), (None, True)])
def test_a_machine_that_may_not_deliver_its_logs_is_not_created(level, created):
    """Com o registro ligado, o papel precisa das ações de entrega mesmo quando a figura não mostra o grupo."""
    configured = {"Level": level, "Destinations": []} if level else {}
    changed = real("espectrometria").put("Resources", "MaquinaAnalise", "Properties", "LoggingConfiguration", value=configured)
    said = [str(piece) for proof in changed.proofs for piece in proof.missing]
    assert any("não pode entregar os registros" in line for line in said) is not created
