"""A volta: o que o template permite e nenhuma seta mostra."""

from dataclasses import replace

import pytest

from scripts.proofs.drawn.coverage import unclaimed
from tests.proofs.bench import REAL, bench, real

STATEMENT = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "*"}


def left(architecture):
    return [str(finding) for finding in unclaimed(architecture.diagram, architecture.views, architecture.proofs)]


def messages(architecture):
    return [text.split("] ")[1].split(";")[0] for text in left(architecture)]


@pytest.mark.parametrize("slug", REAL)
def test_the_real_templates_allow_nothing_more(slug):
    assert left(real(slug)) == []


FUNCTION = """\
Tabela: {Type: "AWS::DynamoDB::Table"}
Outra: {Type: "AWS::DynamoDB::Table"}
Registros: {Type: "AWS::Logs::LogGroup"}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
    Policies:
      - PolicyName: p
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: dynamodb:PutItem
              Resource: !GetAtt Tabela.Arn
            - Sid: Registrar
              Effect: Allow
              Action: [logs:CreateLogStream, logs:PutLogEvents]
              Resource: !GetAtt Registros.Arn
Funcao:
  Type: AWS::Lambda::Function
  Properties: {Role: !GetAtt Papel.Arn, LoggingConfig: {LogGroup: !Ref Registros}}
"""
PUT = ("funcao = Funcao", "tabela = Tabela", "funcao >> tabela acao=dynamodb:PutItem")
STATEMENTS = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement")


def added(architecture, *statements):
    node = architecture.template.data
    for key in STATEMENTS:
        node = node[key]
    return architecture.put(*STATEMENTS, value=[*node, *statements])


def test_everything_shown():
    assert left(bench(FUNCTION, *PUT)) == []


def test_an_action_no_arrow_needs():
    architecture = bench(FUNCTION, *PUT).put(*STATEMENTS, 0, "Action", value=["dynamodb:PutItem", "dynamodb:DeleteItem"])
    assert left(architecture) == [
        "template.yaml:15: [permissao-sem-seta] Nenhuma seta mostra `dynamodb:DeleteItem` de `Papel`; desenhe a seta com "
        "`acao=\"dynamodb:DeleteItem\"`, tire a permissão, ou dê o motivo em `Metadata: {Excecoes: {permissao-sem-seta: …}}` de `Papel`."]


def test_without_the_arrow_all_is_left():
    architecture = bench(FUNCTION, "funcao = Funcao", "tabela = Tabela")
    assert messages(architecture) == ["Nenhuma seta mostra `dynamodb:PutItem` de `Papel`"]


def test_a_resource_no_arrow_needs():
    architecture = bench(FUNCTION, *PUT)
    both = [{"Fn::GetAtt": ["Tabela", "Arn"]}, {"Fn::GetAtt": ["Outra", "Arn"]}]
    assert messages(architecture.put(*STATEMENTS, 0, "Resource", value=both)) == ["Nenhuma seta mostra o recurso `Outra` de `Papel`"]


@pytest.mark.parametrize("statement, count", [
    (STATEMENT, 1),
    ({**STATEMENT, "Action": ["s3:DeleteObject", "s3:PutObject"]}, 2),
    ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, 1),
    ({"Effect": "Allow", "Action": "s3:*", "NotResource": "x"}, 2),
    ({"Effect": {"Fn::ImportValue": "x"}, "Action": "s3:*", "Resource": "*"}, 1),
    ({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, 0),
    ({"Fn::Transform": {"Name": "M"}}, 1),
    ("texto", 1),
])
def test_added_statements(statement, count):
    before = added(bench(FUNCTION, *PUT))
    after = left(added(before, statement))
    unproven = not added(before, statement).proof().proven
    assert len(after) == count, (after, unproven)


def test_other_logs_are_not_support():
    architecture = bench(FUNCTION, *PUT)
    assert messages(architecture.put(*STATEMENTS, 1, "Resource", value="*")) == [
        "Nenhuma seta mostra `logs:CreateLogStream` de `Papel`", "Nenhuma seta mostra `logs:PutLogEvents` de `Papel`"]
    more = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DeleteLogGroup"]
    assert messages(architecture.put(*STATEMENTS, 1, "Action", value=more)) == ["Nenhuma seta mostra `logs:DeleteLogGroup` de `Papel`"]
    assert len(messages(architecture.remove("Resources", "Funcao", "Properties", "LoggingConfig"))) == 2
    own = {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${Funcao}:*"}
    assert left(architecture.remove("Resources", "Funcao", "Properties", "LoggingConfig").put(*STATEMENTS, 1, "Resource", value=own)) == []


def test_a_reason_explains_one_statement():
    architecture = added(bench(FUNCTION, *PUT), {**STATEMENT, "Sid": "Limpar"})
    reason = ("Resources", "Papel", "Metadata")
    assert len(left(architecture)) == 1
    assert left(architecture.put(*reason, value={"Excecoes": {"permissao-sem-seta": "limpa à mão"}})) == []
    assert len(left(architecture.put(*reason, value={"Excecoes": {"permissao-sem-seta": " "}}))) == 1
    assert len(left(architecture.put(*reason, value={"Excecoes": {"permissao-ampla": "limpa à mão"}}))) == 1
    two = added(architecture, {**STATEMENT, "Action": "s3:PutObject"})
    assert len(left(two.put(*reason, value={"Excecoes": {"permissao-sem-seta": "limpa à mão"}}))) == 2
    assert messages(two.put(*reason, value={"Excecoes": {"permissao-sem-seta": "Limpar: limpa à mão"}})) == [
        "Nenhuma seta mostra `s3:PutObject` de `Papel`"]
    assert left(two.put(*reason, value={"Excecoes": {"permissao-sem-seta": "s3:PutObject e Limpar: à mão"}})) == []


@pytest.mark.parametrize("principal, count", [
    ({"Service": "lambda.amazonaws.com"}, 0),
    ({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}, 1),
    ({"Service": "lambda.amazonaws.com", "AWS": "*"}, 1),
    ({"AWS": "arn:aws:iam::123456789012:root"}, 1),
    ("*", 1),
])
def test_trust(principal, count):
    path = ("Resources", "Papel", "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Principal")
    architecture = bench(FUNCTION, *PUT).put(*path, value=principal)
    found = [text for text in messages(architecture) if "confiança" in text]
    assert len(found) == count


def test_a_role_no_one_uses():
    found = messages(bench("Papel: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, "
                           "Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}}}"))
    assert found == ["Nenhuma seta mostra a confiança de `Papel` em `lambda.amazonaws.com`"]


OTHERS = """\
Balde: {Type: "AWS::S3::Bucket"}
Politica:
  Type: AWS::S3::BucketPolicy
  Properties: {Bucket: !Ref Balde, PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "*"}}}
Texto: {Type: "AWS::SQS::QueuePolicy", Properties: {Queues: [x], PolicyDocument: '{"Statement": []}'}}
Permissao: {Type: "AWS::Lambda::Permission", Properties: {FunctionName: x}}
Grupo:
  Type: AWS::EC2::SecurityGroup
  Properties: {SecurityGroupIngress: [{IpProtocol: "-1", CidrIp: 0.0.0.0/0}, {IpProtocol: tcp}]}
Entrada: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {GroupId: !Ref Grupo}}
Rota: {Type: "AWS::EC2::Route", Properties: {RouteTableId: x}}
Papel: {Type: "AWS::IAM::Role", Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess", !Ref Gerida]}}
Gerida: {Type: "AWS::IAM::ManagedPolicy", Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}}
Sam: {Type: "AWS::Serverless::Function", Properties: {Policies: [S3ReadPolicy]}}
Novo: {Type: "AWS::Novo::Servico", Properties: {Dentro: [{Regra: {Statement: [{Effect: Allow, Action: "x:Y", Resource: "*"}]}}]}}
"""


def test_every_kind_of_permission_is_seen():
    architecture = bench(OTHERS)
    assert sorted({finding.line for finding in unclaimed(architecture.diagram, architecture.views, [])}) == [
        5, 6, 7, 10, 11, 12, 13, 14, 15, 16]
    assert len(left(architecture)) == 11
    assert [text for text in left(architecture) if "AdministratorAccess" in text] == [
        "template.yaml:13: [permissao-sem-seta] Nenhuma seta mostra `arn:aws:iam::aws:policy/AdministratorAccess` de `Papel`, cujo "
        "conteúdo não está no template; desenhe a seta, tire a permissão, ou dê o motivo em `Metadata: {Excecoes: {permissao-sem-seta: …}}` "
        "de `Papel`."]


ROUTED = """\
Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
Rede: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
Portao: {Type: "AWS::EC2::InternetGateway"}
Tabela: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref Vpc}}
Rota: {Type: "AWS::EC2::Route", Properties: {RouteTableId: !Ref Tabela, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Portao}}
Associa: {Type: "AWS::EC2::SubnetRouteTableAssociation", Properties: {SubnetId: !Ref Rede, RouteTableId: !Ref Tabela}}
"""
NO_ASSOCIATION = "Nenhuma seta mostra as rotas de `Associa` para"


def test_a_routed_association_no_arrow_needs():
    architecture = bench(ROUTED)
    association = ("Resources", "Associa", "Properties")
    assert messages(architecture) == ["Nenhuma seta mostra a rota `Rota`", f"{NO_ASSOCIATION} `Rede`"]
    assert left(architecture)[1] == (
        "template.yaml:7: [permissao-sem-seta] Nenhuma seta mostra as rotas de `Associa` para `Rede`; desenhe a seta, "
        "ou feche-a: é caminho de rede, e motivo nenhum o explica.")
    assert messages(architecture.put("Resources", "Associa", "Metadata", value={"Excecoes": {"permissao-sem-seta": "Porque sim."}})) == messages(
        architecture)
    assert messages(architecture.remove("Resources", "Rota")) == []
    unknown = architecture.put(*association, "SubnetId", value={"Fn::ImportValue": "x"})
    assert f"{NO_ASSOCIATION} uma sub-rede que não se conhece" in messages(unknown)
    assert f"{NO_ASSOCIATION} `Rede`" in messages(architecture.put(*association, "RouteTableId", value={"Fn::ImportValue": "x"}))


@pytest.mark.parametrize("slug, path, value", [
    ("cli-s3-lambda-dynamodb", ("Resources", "Nova"), {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "*"}}),
    ("pdv-alta-disponibilidade", ("Resources", "Nova"), {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
        "GroupId": {"Ref": "GrupoBanco"}, "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}}),
    ("pdv-alta-disponibilidade", ("Resources", "Nova"), {"Type": "AWS::EC2::Route", "Properties": {
        "RouteTableId": {"Ref": "TabelaDados"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "InternetGateway"}}}),
    ("upload-ec2-ebs-rds", ("Resources", "PapelServidor", "Metadata"), {}),
])
def test_mutated_real_templates(slug, path, value):
    assert left(real(slug).put(*path, value=value)) != []


def test_the_database_password_needs_the_arrow():
    architecture = real("upload-ec2-ebs-rds")
    edges = tuple(edge for edge in architecture.diagram.edges if edge.head != "banco")
    found = messages(replace(architecture, diagram=replace(architecture.diagram, edges=edges)))
    assert "Nenhuma seta mostra `secretsmanager:GetSecretValue` de `PapelServidor`" in found


@pytest.mark.parametrize("text", [
    "A: {Type: X, Properties: texto}\n",
    "A: {Type: X, Properties: {Statement: texto}}\n",
    "A: {Type: X, Properties: {PolicyDocument: {Statement: [[[a]], null, 3]}}}\n",
    "A: {Type: X, Properties: {PolicyDocument: !If [Nada, a, b], KeyPolicy: {'Fn::Transform': {Name: M}}}}\n",
    "A: {Type: 'AWS::EC2::SecurityGroup', Properties: {SecurityGroupIngress: !Ref A}}\n",
    "A: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: texto, ManagedPolicyArns: {a: b}}}\n",
])
def test_hostile_templates_never_crash(text):
    left(bench(text))


EKS = """\
Nos:
  Type: AWS::EKS::Cluster
  Properties: {RoleArn: !GetAtt Papel.Arn}
Papel:
  Type: AWS::IAM::Role
  Properties:
    ManagedPolicyArns:
      - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonEKSClusterPolicy
"""


def test_the_cluster_has_the_policies_auto_mode_asks_for():
    cluster = bench(EKS, "nos = Nos")
    assert left(cluster) == []
    policies = ("Resources", "Papel", "Properties", "ManagedPolicyArns", 0)
    assert left(cluster.put(*policies, value={"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonEC2FullAccess"}))
    assert left(cluster.put("Resources", "Nos", "Properties", "RoleArn", value="arn:aws:iam::1:role/outro"))
