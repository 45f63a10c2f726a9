"""Avaliação do IAM: curingas, condições, negações e tudo o que não se sabe."""

import time

import pytest

from scripts.proofs.facts.views import views_of
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.conditions import holds
from scripts.proofs.identity.evaluation import Request, decide
from tests.proofs.bench import bench

ROLE = """\
Resources:
  Tabela: {{Type: "AWS::DynamoDB::Table"}}
  Outra: {{Type: "AWS::DynamoDB::Table"}}
  Papel:
    Type: AWS::IAM::Role
    Properties:
{properties}
{others}
"""


def statements(*written):
    return "\n".join(["      Policies:", "        - PolicyName: p", "          PolicyDocument:", "            Statement:",
                      *(f"              - {text}" for text in written)])


def decision(properties, others="", action="dynamodb:PutItem", arn=None):
    template = bench(ROLE.format(properties=properties, others=others)).template
    view = views_of(template).each[0]
    table = template.resources["Tabela"]
    return decide(Request(view, action, arn or view.arn(table), template.resources["Papel"]), table)


ALLOW = "{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Tabela.Arn}"


@pytest.mark.parametrize("pattern, text, answer", [
    ("abc", "abc", True), ("abc", "abd", False), ("a*", "abc", True), ("a?c", "abc", True), ("a?c", "ac", False),
    ("*", "${A}/*", True), ("${A}", "${A}", True), ("${A}*", "${A}", True), ("${A}", "${B}", False),
    ("${B}/*", "${A}/*", False), ("?", "${A}", None), ("prod-*", "${A}", None), ("*-prod", "${A}", None),
    ("${A}/in/*", "${A}/*", None), ("${A}/in/*", "${A}/in/*.csv", True), ("${A}/in/*.csv", "${A}/in/*", None),
    ("${Parameters.P}", "${A}", None), ("${A}", "${Parameters.P}", None), ("123", "${AWS::AccountId}", None),
    ("a\u2060", "a", False), ("$\u2060{aws:username}", "x", None), ("", "", True), ("", "a", False), ("*" * 3000, "a", None),
])
def test_wildcards(pattern, text, answer):
    assert covers(pattern, text) is answer


def test_wildcards_cost_little():
    started = time.perf_counter()
    for pattern in ("*a" * 40 + "b", "?" * 60 + "*" * 60 + "x"):
        assert covers(pattern, "a" * 100 + "c") is False
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("condition, answer", [
    (None, True), ({}, True), ("texto", None), ({"Bool": "x"}, None),
    ({"Bool": {"aws:SecureTransport": "false"}}, False), ({"Bool": {"AWS:securetransport": True}}, True),
    ({"BoolIfExists": {"aws:SecureTransport": "false"}}, False),
    ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, None),
    ({"StringEquals": {"k": "v"}}, True), ({"StringEquals": {"k": ["a", "v"]}}, True), ({"StringEquals": {"k": "V"}}, False),
    ({"StringEquals": {"k": "*"}}, False), ({"StringLike": {"k": "*"}}, True),
    ({"StringEqualsIgnoreCase": {"k": "V"}}, True), ({"StringNotEquals": {"k": "v"}}, False),
    ({"StringNotEquals": {"k": "a"}}, True), ({"StringNotLike": {"k": "v*"}}, False), ({"StringNotEqualsIgnoreCase": {"k": "V"}}, False),
    ({"StringEquals": {"k": "v", "outra": "x"}}, None), ({"StringEquals": {"k": "x", "outra": "x"}}, False),
    ({"ArnLike": {"k": "v"}}, True), ({"ArnNotEquals": {"k": "v"}}, False),
    ({"Null": {"k": "false"}}, True), ({"Null": {"k": "true"}}, False), ({"Null": {"outra": "true"}}, None),
    ({"NumericLessThan": {"k": 3}}, None), ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, None),
    ({"ForAllValues:StringEquals": {"k": "v"}}, None), ({"Inventado": {"k": "v"}}, None),
    ({"StringEquals": {"k": {"a": "b"}}}, None), ({"StringEquals": {"k": "${Parameters.P}"}}, None),
])
def test_conditions(condition, answer):
    assert holds(condition, {"k": "v", "aws:SecureTransport": "true"}) is answer


@pytest.mark.parametrize("condition, answer", [
    ({"StringEquals": {"k": "v"}}, False), ({"StringLike": {"k": "*"}}, False), ({"IpAddress": {"k": "10.0.0.0/8"}}, False),
    ({"Bool": {"k": "true"}}, False), ({"NumericLessThan": {"k": 3}}, False), ({"ArnLike": {"k": "v"}}, False),
    ({"StringNotEquals": {"k": "v"}}, True), ({"NotIpAddress": {"k": "10.0.0.0/8"}}, True), ({"ArnNotLike": {"k": "v"}}, True),
    ({"StringEqualsIfExists": {"k": "v"}}, True), ({"IpAddressIfExists": {"k": "10.0.0.0/8"}}, True),
    ({"Null": {"k": "true"}}, True), ({"Null": {"k": "false"}}, False), ({"Inventado": {"k": "v"}}, None),
    ({"ForAllValues:StringEquals": {"k": "v"}}, None),
])
def test_a_key_the_request_certainly_lacks(condition, answer):
    assert holds(condition, {"k": None}) is answer


@pytest.mark.parametrize("written", [
    ALLOW,
    "{Effect: Allow, Action: [x:Y, dynamodb:PutItem], Resource: [!GetAtt Outra.Arn, !GetAtt Tabela.Arn]}",
    "{Effect: Allow, Action: DYNAMODB:Put*, Resource: '*'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Tabela}'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !Join [':', [arn, !Ref 'AWS::Partition', dynamodb, !Ref 'AWS::Region', "
    "!Ref 'AWS::AccountId', !Sub 'table/${Tabela}']]}",
    "{Effect: Allow, NotAction: dynamodb:DeleteItem, Resource: '*'}",
    "{Effect: Allow, Action: '*', NotResource: !GetAtt Outra.Arn}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: '*', Condition: {StringEquals: {aws:ResourceAccount: !Ref 'AWS::AccountId'}}}",
])
def test_what_allows(written):
    assert decision(statements(written)).granted


@pytest.mark.parametrize("written", [
    "{Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Tabela.Arn}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Outra.Arn}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !Ref Tabela}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: '${Tabela.Arn}'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !Sub '${Tabela.Arn}/index/*'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !Sub 'arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/${Tabela}'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: !ImportValue x}",
    "{Effect: Allow, Action: !ImportValue x, Resource: '*'}",
    "{Effect: Allow, Action: dynamodb:PutItem}",
    "{Effect: Allow, Resource: '*'}",
    "{Effect: Allow, NotAction: dynamodb:*, Resource: '*'}",
    "{Effect: Allow, Action: '*', NotResource: !GetAtt Tabela.Arn}",
    "{Effect: Allow, Action: '*', NotResource: '*'}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: '*', Condition: {Bool: {aws:MultiFactorAuthPresent: 'true'}}}",
    "{Effect: Allow, Action: dynamodb:PutItem, Resource: '*', Condition: {Bool: {aws:SecureTransport: 'false'}}}",
    "{Action: dynamodb:PutItem, Resource: '*'}",
    "{Effect: allow, Action: dynamodb:PutItem, Resource: '*'}",
    "texto",
    "!Transform {Name: Macro}",
])
def test_what_does_not_allow(written):
    assert not decision(statements(written)).granted


@pytest.mark.parametrize("denial, granted", [
    ("{Effect: Deny, Action: dynamodb:PutItem, Resource: '*'}", False),
    ("{Effect: Deny, Action: 'dynamodb:*', Resource: !GetAtt Tabela.Arn}", False),
    ("{Effect: Deny, NotAction: dynamodb:GetItem, Resource: '*'}", False),
    ("{Effect: Deny, Action: '*', NotResource: !GetAtt Outra.Arn}", False),
    ("{Effect: Deny, Action: '*', Resource: !Sub 'arn:${AWS::Partition}:dynamodb:*:*:table/prod-*'}", False),
    ("{Effect: Deny, Action: '*', Resource: '*', Condition: {StringNotEquals: {aws:SourceVpce: vpce-1}}}", False),
    ("{Effect: Deny, Action: '*', Resource: !ImportValue x}", False),
    ("{Effect: Deny, Action: '*', Resource: '*', Condition: {Bool: {aws:SecureTransport: 'false'}}}", True),
    ("{Effect: Deny, Action: dynamodb:DeleteItem, Resource: '*'}", True),
    ("{Effect: Deny, Action: '*', Resource: !GetAtt Outra.Arn}", True),
    ("{Effect: Deny, Action: '*', NotResource: !GetAtt Tabela.Arn}", True),
    ("{Effect: Deny, NotAction: 'dynamodb:*', Resource: '*'}", True),
    ("texto", False),
])
def test_a_denial_wins(denial, granted):
    assert decision(statements(ALLOW, denial)).granted is granted


@pytest.mark.parametrize("extra, granted", [
    ("      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']", True),
    ("      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess']", False),
    ("      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSDenyAll']", False),
    ("      ManagedPolicyArns: ['arn:aws:iam::123456789012:policy/minha']", False),
    ("      ManagedPolicyArns: !ImportValue x", False),
    ("      PermissionsBoundary: !Ref Limite", False),
    ("      MaxSessionDuration: 3600", True),
])
def test_what_cannot_be_read_may_deny(extra, granted):
    assert decision(statements(ALLOW) + "\n" + extra, "  Limite: {Type: 'AWS::IAM::ManagedPolicy'}").granted is granted


POLICY = """\
  Politica:
    Type: {type}
    Properties:
      {attached}
      PolicyDocument: {{Statement: {{Effect: {effect}, Action: '*', Resource: '*'}}}}
"""


@pytest.mark.parametrize("kind, attached, role", [
    ("AWS::IAM::Policy", "Roles: [!Ref Papel]", ""),
    ("AWS::IAM::ManagedPolicy", "Roles: [!Ref Papel]", ""),
    ("AWS::IAM::RolePolicy", "RoleName: !Ref Papel", ""),
    ("AWS::IAM::ManagedPolicy", "Path: /", "ManagedPolicyArns: [!Ref Politica]"),
])
def test_attached_policies(kind, attached, role):
    apart = POLICY.format(type=kind, attached=attached, effect="Allow")
    assert decision(f"      {role or 'Path: /'}", apart).granted
    assert not decision("      Path: /", apart.replace("!Ref Papel", "outro") if not role else apart).granted
    denial = POLICY.format(type=kind, attached=attached, effect="Deny")
    assert not decision(statements(ALLOW) + f"\n      {role or 'Path: /'}", denial).granted


def test_a_policy_of_unknown_roles_may_deny():
    apart = POLICY.format(type="AWS::IAM::Policy", attached="Roles: [!ImportValue x]", effect="EFEITO")
    assert not decision(statements(ALLOW), apart.replace("EFEITO", "Deny")).granted
    assert decision(statements(ALLOW), apart.replace("EFEITO", "Allow")).granted
    assert not decision("      Path: /", apart.replace("EFEITO", "Allow")).granted


BUCKET = """\
  Balde: {{Type: "AWS::S3::Bucket"}}
  Papel: {{Type: "AWS::IAM::Role", Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{identity}]}}}}]}}}}
  Outro: {{Type: "AWS::IAM::Role"}}
  PoliticaDoBalde:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Balde
      PolicyDocument: {{Statement: [{statement}]}}
"""


@pytest.mark.parametrize("principal, effect, granted", [
    ("Principal: '*'", "Allow", True),
    ("Principal: {AWS: '*'}", "Allow", True),
    ("Principal: {AWS: !GetAtt Papel.Arn}", "Allow", True),
    ("Principal: {AWS: !GetAtt Outro.Arn}", "Allow", False),
    ("Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}", "Allow", False),
    ("Principal: {Service: lambda.amazonaws.com}", "Allow", False),
    ("NotPrincipal: {AWS: !GetAtt Outro.Arn}", "Allow", False),
    ("Sid: semPrincipal", "Allow", False),
    ("Principal: '*'", "Deny", False),
    ("Principal: {AWS: !Ref 'AWS::AccountId'}", "Deny", False),
    ("NotPrincipal: {AWS: !GetAtt Papel.Arn}", "Deny", False),
    ("Principal: {AWS: !ImportValue x}", "Deny", False),
    ("Principal: {AWS: !GetAtt Outro.Arn}", "Deny", True),
    ("Principal: {Service: lambda.amazonaws.com}", "Deny", True),
])
def test_resource_policies(principal, effect, granted):
    identity = "{Effect: Allow, Action: 's3:*', Resource: '*'}" if effect == "Deny" else ""
    statement = f"{{Effect: {effect}, {principal}, Action: 's3:GetObject', Resource: !Sub '${{Balde.Arn}}/*'}}"
    template = bench(BUCKET.format(identity=identity, statement=statement)).template
    view = views_of(template).each[0]
    bucket = template.resources["Balde"]
    request = Request(view, "s3:GetObject", f"{view.arn(bucket)}/*", template.resources["Papel"])
    assert decide(request, bucket).granted is granted


def test_a_key_needs_its_own_policy():
    text = """\
      Papel: {Type: "AWS::IAM::Role", Properties: {Policies: [{PolicyDocument: {Statement: [{Effect: Allow, Action: "kms:*", Resource: "*"}]}}]}}
      Chave:
        Type: AWS::KMS::Key
        Properties:
          KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: PRINCIPAL}, Action: "kms:*", Resource: "*"}]}
    """
    for principal, granted in (
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'", True), ("!GetAtt Papel.Arn", True),
        ("'arn:aws:iam::123456789012:role/x'", False),
    ):
        template = bench(text.replace("PRINCIPAL", principal)).template
        view = views_of(template).each[0]
        key = template.resources["Chave"]
        assert decide(Request(view, "kms:Decrypt", view.arn(key), template.resources["Papel"]), key).granted is granted


def test_arns_are_spelled_one_way():
    template = bench("""\
        Parameters: {Nome: {Type: String}}
        Resources:
          Fila: {Type: "AWS::SQS::Queue"}
          Nomeada: {Type: "AWS::SQS::Queue", Properties: {QueueName: minha}}
          Topico: {Type: "AWS::SNS::Topic"}
          Segredo: {Type: "AWS::SecretsManager::Secret"}
          Parametro: {Type: "AWS::SSM::Parameter", Properties: {Name: /a/b}}
          Balde: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Nome}}
          Vpc: {Type: "AWS::EC2::VPC"}
    """).template
    view = views_of(template).each[0]
    here = "${AWS::Region}:${AWS::AccountId}"
    spelled = {name: view.arn(resource) for name, resource in template.resources.items()}
    assert spelled == {
        "Fila": f"arn:${{AWS::Partition}}:sqs:{here}:${{Fila.QueueName}}",
        "Nomeada": f"arn:${{AWS::Partition}}:sqs:{here}:minha",
        "Topico": f"arn:${{AWS::Partition}}:sns:{here}:${{Topico.TopicName}}",
        "Segredo": "${Segredo}",
        "Parametro": f"arn:${{AWS::Partition}}:ssm:{here}:parameter/a/b",
        "Balde": "arn:${AWS::Partition}:s3:::${Parameters.Nome}",
        "Vpc": None,
    }
    assert view.spelled("${Topico}") == spelled["Topico"]
    assert view.spelled("${Fila}") == "${Fila}", "`Ref` de uma fila é a URL"
    assert view.spelled("arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:minha") == spelled["Nomeada"]
    assert view.points("${Nomeada.Arn}", "AWS::SQS::Queue", by=("arn",)) == template.resources["Nomeada"]
    assert view.points("minha", "AWS::SQS::Queue", by=("arn", "name")) == template.resources["Nomeada"]
    assert view.points("minha", "AWS::SQS::Queue", by=("arn",)) is view.points(None, "AWS::SQS::Queue", by=("arn",)) is None
