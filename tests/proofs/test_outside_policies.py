"""As políticas de um barramento e dos registros, que valem para o recurso como as escritas nele."""

from __future__ import annotations

import pytest
from bench import R, bench

GOOD = """\
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Runtime: python3.13
    Handler: index.handler
    Role: !GetAtt Papel.Arn
    Code: {ZipFile: "def handler(event, context): pass"}
    Environment: {Variables: {BARRAMENTO: !Ref Barramento}}
    LoggingConfig: {LogGroup: !Ref Registros}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    Policies:
      - PolicyName: a
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: "events:PutEvents", Resource: !GetAtt Barramento.Arn}
            - {Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: !GetAtt Registros.Arn}
Barramento: {Type: "AWS::Events::EventBus", Properties: {Name: vendas}}
Registros: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: /meu}}
"""
BUS = """\
Politica:
  Type: AWS::Events::EventBusPolicy
  Properties:
    EventBusName: !Ref Barramento
    StatementId: um
    Statement: {Sid: um, Effect: %s, Principal: "*", Action: "%s", Resource: !GetAtt Barramento.Arn}
"""
LOGS = """\
Politica:
  Type: AWS::Logs::ResourcePolicy
  Properties:
    PolicyName: um
    PolicyDocument: !Sub |
      {"Version": "2012-10-17", "Statement": [{"Effect": "%s", "Principal": %s, "Action": "logs:*", "Resource": "%s"}]}
"""
EVERYONE, ROUTE53 = '"*"', '{"Service": "route53.amazonaws.com"}'


@pytest.mark.parametrize(("arrow", "policy", "need"), [
    ("Funcao >> Barramento", BUS % ("Deny", "events:PutEvents"), "`Politica` nega `events:PutEvents`"),
    ("Funcao >> Registros", LOGS % ("Deny", EVERYONE, "*"), "`Politica` nega `logs:"),
    ("Funcao >> Registros", LOGS.replace("Statement", "Regra") % ("Deny", EVERYONE, "*"), "a política de `Politica`"),
    ("Funcao >> Barramento", BUS.replace("Statement: {Sid", "Outra: {Sid") % ("Deny", "events:PutEvents"), "a política de `Politica`"),
])
def test_a_policy_of_the_bus_or_of_the_logs_is_one_of_the_resource(arrow, policy, need):
    assert any(need in missing for missing in bench(GOOD + policy, arrow).missing())


@pytest.mark.parametrize(("arrow", "policy"), [
    ("Funcao >> Barramento", BUS % ("Deny", "events:PutRule")),
    ("Funcao >> Barramento", BUS % ("Allow", "events:PutEvents")),
    ("Funcao >> Registros", LOGS.replace("logs:*", "logs:DeleteLogGroup") % ("Deny", EVERYONE, "*")),
    ("Funcao >> Registros", LOGS % ("Allow", ROUTE53, "*")),
    ("Funcao >> Barramento", ""), ("Funcao >> Registros", ""),
])
def test_one_that_says_nothing_of_the_arrow_changes_nothing(arrow, policy):
    assert bench(GOOD + policy, arrow).missing() == []


def test_the_policy_of_another_bus_is_not_of_this_one():
    other = BUS.replace("Politica", "DoOutro") % ("Deny", "events:PutEvents") + 'Outro: {Type: "AWS::Events::EventBus", Properties: {Name: outro}}\n'
    found = bench(GOOD + other, "Funcao >> Barramento")
    assert found.put(R, "DoOutro", "Properties", "EventBusName", value={"Ref": "Outro"}).missing() == []
