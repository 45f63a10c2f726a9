"""A higiene de qualquer template: cada estrago tem o seu achado, e cada exceção o seu motivo."""

import time
from pathlib import Path

import pytest

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.checks import hygiene
from scripts.picture.render import render
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parent.parent

GOOD = """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: !Sub "${Bucket.Arn}/*"}]}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Rede: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Portao: {Type: AWS::EC2::InternetGateway}
  Grupo:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]
  Maquina:
    Type: AWS::EC2::Instance
    Properties:
      SubnetId: !Ref Rede
      SecurityGroupIds: [!Ref Grupo]
      MetadataOptions: {HttpTokens: required}
      BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {Encrypted: true}}]
"""
GATEWAY = Edge("portao--maquina", "portao", "maquina", 1)
NODES = (Node("portao", "P", 1, resources=("Portao",)), Node("maquina", "M", 1, resources=("Maquina",), group="rede"),
         Node("pessoa", "G", 1, without_resource="gente"), Node("bucket", "B", 1, resources=("Bucket",)))


def diagram(*edges, kind="sub-rede-privada"):
    return Diagram("x", "x.py", "X", 1, "LR", nodes=NODES, groups=(Group("rede", "R", 1, kind=kind, resources=("Rede",)),),
                   edges=edges, bound=True)


DRAWN = diagram(GATEWAY)


def check(*edits, drawn=DRAWN, text=GOOD):
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return [f"{found.line}: [{found.code}] {found.message}" for found in hygiene.check(views_of(cloudformation.parse(text, "t.yaml")), drawn)]


def added(resource):
    return GOOD + "".join(f"  {line}\n" for line in resource.splitlines())


def test_a_clean_template_has_no_findings():
    assert check() == []


@pytest.mark.parametrize("slug", ["cli-s3-lambda-dynamodb", "pdv-alta-disponibilidade", "upload-ec2-ebs-rds"])
def test_the_real_templates_are_clean(slug):
    drawn = render(ROOT / "diagrams_src" / f"{slug}.py", ROOT).diagram
    assert hygiene.check(views_of(cloudformation.read(ROOT / "docs/arquiteturas" / slug / "template.yaml")), drawn) == []


WIDE = "nomeie o que usa, ou dê em `Metadata: {Excecoes: {permissao-ampla: …}}` um motivo que cite o `Sid` ou o serviço."


@pytest.mark.parametrize("edit, finding", [
    (("s3:GetObject", "s3:*"), f"13: [permissao-ampla] `Papel` permite `s3:*` em `Action`; {WIDE}"),
    (("s3:GetObject", "s3:Get*"), f"13: [permissao-ampla] `Papel` permite `s3:Get*` em `Action`; {WIDE}"),
    (("!Sub \"${Bucket.Arn}/*\"", "\"*\""), f"13: [permissao-ampla] `Papel` permite `*` em `Resource`; {WIDE}"),
    (("!Sub \"${Bucket.Arn}/*\"", "\"arn:aws:s3:::*/*\""), f"13: [permissao-ampla] `Papel` permite `arn:aws:s3:::*/*` em `Resource`; {WIDE}"),
    (("Action: \"s3:GetObject\"", "NotAction: a"), f"13: [permissao-ampla] `Papel` permite `tudo, menos` em `NotAction`; {WIDE}"),
    (("      Policies:\n", "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']\n      Policies:\n"),
     "11: [permissao-ampla] `Papel` recebe `AdministratorAccess`; escreva só as permissões que usa."),
    (("HttpTokens: required", "HttpTokens: optional"),
     "27: [imdsv1] `Maquina` aceita a IMDSv1, sem token; use `HttpTokens: required` em `MetadataOptions`."),
    (("      MetadataOptions: {HttpTokens: required}\n", ""),
     "24: [imdsv1] `Maquina` aceita a IMDSv1, sem token; use `HttpTokens: required` em `MetadataOptions`."),
    (("Ebs: {Encrypted: true}", "Ebs: {Encrypted: false}"),
     "28: [sem-criptografia] Um disco de `Maquina` não é criptografado; use `Encrypted: true` em `Ebs`."),
    (("    DeletionPolicy: Retain\n", ""),
     "2: [sem-politica-de-remocao] `Bucket` guarda dados e não diz o que acontece com eles; escreva `DeletionPolicy` "
     "(`Retain`, `Snapshot` ou `Delete`)."),
    (("IgnorePublicAcls: true, ", ""),
     "7: [bucket-aberto] `Bucket` não bloqueia todo acesso público; ligue `IgnorePublicAcls` em `PublicAccessBlockConfiguration`."),
])
def test_each_damage_has_its_finding(edit, finding):
    assert check(edit) == [finding]


@pytest.mark.parametrize("code, edit", [
    ("permissao-ampla", ("!Sub \"${Bucket.Arn}/*\"", "\"*\"")), ("imdsv1", ("HttpTokens: required", "HttpTokens: optional")),
    ("sem-criptografia", ("Ebs: {Encrypted: true}", "Ebs: {Encrypted: false}")),
    ("sem-politica-de-remocao", ("    DeletionPolicy: Retain\n", "")), ("bucket-aberto", ("IgnorePublicAcls: true, ", "")),
])
def test_an_exception_needs_a_reason(code, edit):
    owner = {"permissao-ampla": "AWS::IAM::Role", "imdsv1": "AWS::EC2::Instance", "sem-criptografia": "AWS::EC2::Instance"}.get(code, "AWS::S3::Bucket")
    assert check(edit, (f"Type: {owner}\n", f"Type: {owner}\n    Metadata: {{Excecoes: {{{code}: o s3 não deixa}}}}\n")) == []
    assert len(check(edit, (f"Type: {owner}\n", f"Type: {owner}\n    Metadata: {{Excecoes: {{{code}: ''}}}}\n"))) == 1


@pytest.mark.parametrize("reason, excused", [
    ("o s3:* não se divide", True), ("`Ler` é s3:*", True), ("o s3 não deixa", False), ("`Ler` não tem nome", False), ("porque sim", False),
])
def test_a_wide_action_is_excused_as_it_is_written(reason, excused):
    edits = (("s3:GetObject", "s3:*"), ("{Effect: Allow, Action", "{Sid: Ler, Effect: Allow, Action"),
             ("Type: AWS::IAM::Role\n", f"Type: AWS::IAM::Role\n    Metadata: {{Excecoes: {{permissao-ampla: '{reason}'}}}}\n"))
    assert check(*edits) == ([] if excused else [f"14: [permissao-ampla] `Papel` permite `s3:*` em `Action`; {WIDE}"])


@pytest.mark.parametrize("reason, excused", [
    ("o s3 não deixa", True), ("`Ler` não tem nome", True), ("o S3 não deixa", False), ("as3 não deixa", False), ("porque sim", False),
])
def test_a_wide_resource_is_excused_by_name(reason, excused):
    edits = (("!Sub \"${Bucket.Arn}/*\"", "\"*\""), ("{Effect: Allow, Action", "{Sid: Ler, Effect: Allow, Action"),
             ("Type: AWS::IAM::Role\n", f"Type: AWS::IAM::Role\n    Metadata: {{Excecoes: {{permissao-ampla: '{reason}'}}}}\n"))
    assert check(*edits) == ([] if excused else [f"14: [permissao-ampla] `Papel` permite `*` em `Resource`; {WIDE}"])


@pytest.mark.parametrize("resource, finding", [
    ("Banco: {Type: AWS::RDS::DBInstance, DeletionPolicy: Snapshot, UpdateReplacePolicy: Snapshot, Properties: {PubliclyAccessible: false}}",
     "29: [sem-criptografia] `Banco` não diz que criptografa o que guarda; ligue-a em `StorageEncrypted`."),
    ("Fila: {Type: AWS::SQS::Queue, DeletionPolicy: Delete, UpdateReplacePolicy: Delete, Properties: {SqsManagedSseEnabled: false}}",
     "29: [sem-criptografia] `Fila` não diz que criptografa o que guarda; ligue-a em `SqsManagedSseEnabled`."),
    ("Modelo: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {BlockDeviceMappings: [{Ebs: {Encrypted: true}}]}}}",
     "29: [imdsv1] `Modelo` aceita a IMDSv1, sem token; use `HttpTokens: required` em `MetadataOptions`."),
    ("Disco: {Type: AWS::EC2::Volume, Properties: {Encrypted: true}}",
     "29: [sem-politica-de-remocao] `Disco` guarda dados e não diz o que acontece com eles; escreva `DeletionPolicy` e "
     "`UpdateReplacePolicy` (`Retain`, `Snapshot` ou `Delete`)."),
])
def test_other_types(resource, finding):
    assert check(text=added(resource)) == [finding]


@pytest.mark.parametrize("resource", [
    "Fila: {Type: AWS::SQS::Queue, DeletionPolicy: Delete, UpdateReplacePolicy: Delete}",
    "Membro: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: x, PubliclyAccessible: false}}",
    "Chave: {Type: AWS::KMS::Key, DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Properties: {KeyPolicy: {Statement: [{Effect: Allow, "
    "Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'}]}}}",
    "Nega: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Bucket, PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', "
    "Action: 's3:*', Resource: '*'}]}}}",
    "Fechada: {Type: AWS::EC2::Instance, Properties: {LaunchTemplate: {LaunchTemplateId: !Ref M}}}\n"
    "M: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: required}, "
    "BlockDeviceMappings: [{Ebs: {Encrypted: true}}]}}}",
])
def test_what_is_fine_by_default(resource):
    assert check(text=added(resource)) == []


# O que recebe da internet


def undrawn(name, how):
    return f"[publico-nao-desenhado] `{name}` {how}, e a figura não o mostra público; feche-o, ou desenhe a seta de fora até ele."


@pytest.mark.parametrize("drawn", [
    diagram(GATEWAY), diagram(Edge("pessoa--maquina", "pessoa", "maquina", 1)), diagram(kind="sub-rede-publica"),
])
def test_an_open_machine_drawn_as_such(drawn):
    assert check(drawn=drawn) == []


@pytest.mark.parametrize("source, public", [
    ("CidrIp: 0.0.0.0/0", True), ("CidrIpv6: '::/0'", True), ("CidrIp: 8.8.0.0/16", True), ("CidrIp: !Ref Faixa", True),
    ("CidrIp: !ImportValue x", True), ("CidrIp: 10.0.0.0/8", False), ("SourceSecurityGroupId: !Ref Grupo", False),
])
def test_an_open_machine_not_drawn(source, public):
    found = check(("CidrIp: 0.0.0.0/0", source), ("Resources:\n", "Parameters: {Faixa: {Type: String}}\nResources:\n"), drawn=diagram())
    assert found == ([f"22: {undrawn('Maquina', 'recebe da internet')}"] if public else [])


@pytest.mark.parametrize("resource, name, how", [
    ("Solto: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 0.0.0.0/0}]}}", "Solto",
     "recebe da internet"),
    ("Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref Rede]}}", "Lb", "é voltado para a internet"),
    ("Banco: {Type: AWS::RDS::DBInstance, DeletionPolicy: Snapshot, UpdateReplacePolicy: Snapshot, Properties: {StorageEncrypted: true}}",
     "Banco", "pode ter endereço público: falta `PubliclyAccessible: false`"),
    ("Url: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt F.Arn}}\nF: {Type: AWS::Lambda::Function}", "Url",
     "dá a `F` um endereço público, que qualquer um chama sem se identificar"),
    ("F: {Type: AWS::Lambda::Function}\nPerm: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: '*'}}", "F",
     "pode ser invocada por qualquer um"),
    ("Pol: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Bucket, PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', "
     "Action: 's3:GetObject', Resource: !Sub '${Bucket.Arn}/*'}]}}}", "Bucket", "tem uma política aberta a qualquer um"),
    ("Outro: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: '*'}, "
     "Action: 'sts:AssumeRole'}]}}}", "Outro", "pode ser assumido por qualquer um"),
])
def test_other_public_things(resource, name, how):
    found = check(text=added(resource))
    assert [text.partition(": ")[2] for text in found] == [undrawn(name, how)]


def test_a_public_acl():
    assert [text.partition(": ")[2] for text in check(("    Properties:\n      PublicA", "    Properties:\n      AccessControl: PublicRead\n      PublicA"))] == [
        undrawn("Bucket", "deixa qualquer um ler")]
    shown = diagram(GATEWAY, Edge("pessoa--bucket", "pessoa", "bucket", 1))
    assert check(("    Properties:\n      PublicA", "    Properties:\n      AccessControl: PublicRead\n      PublicA"), drawn=shown) == []


def test_a_condition_narrows_an_open_policy():
    text = ("Pol: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: !Ref Bucket, PolicyDocument: {{Statement: [{{Effect: Allow, Principal: '*', "
            "Action: 's3:GetObject', Resource: a, Condition: {{{0}}}}}]}}}}}}")
    for narrow in ("StringEquals: {aws:SourceVpce: vpce-1}", "IpAddress: {aws:SourceIp: [203.0.113.0/24]}",
                   "StringEquals: {aws:SourceAccount: 111122223333}", "'ForAnyValue:StringLike': {aws:PrincipalOrgPaths: 'o-a/*'}"):
        assert check(text=added(text.format(narrow))) == [], narrow
    for wide in ("Bool: {aws:SecureTransport: 'true'}", "IpAddress: {aws:SourceIp: [203.0.113.0/24, 0.0.0.0/0]}",
                 "NotIpAddress: {aws:SourceIp: 10.0.0.0/8}", "StringNotEquals: {aws:PrincipalArn: x}", "StringLike: {aws:SourceArn: '*'}",
                 "StringEqualsIfExists: {aws:SourceVpc: vpc-1}", "'Null': {aws:SourceVpc: 'true'}",
                 "StringEquals: {aws:SourceVpc: !ImportValue x}", "StringEquals: {aws:SourceVpc: []}", "StringEquals: [1]"):
        assert len(check(text=added(text.format(wide)))) == 1, wide


@pytest.mark.parametrize("principal, public", [
    ("'*'", True), ("{AWS: ['*']}", True), ("{AWS: !ImportValue x}", True), ("!ImportValue x", True), ("{AWS: [{a: 1}]}", True),
    ("{AWS: !GetAtt Papel.Arn}", False), ("{Service: cloudfront.amazonaws.com}", False),
])
def test_who_is_not_known_may_be_anyone(principal, public):
    text = (f"Pol: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: !Ref Bucket, PolicyDocument: {{Statement: [{{Effect: Allow, "
            f"Principal: {principal}, Action: 's3:GetObject', Resource: a}}]}}}}}}")
    found = [one for one in check(text=added(text)) if "publico-nao-desenhado" in one]
    assert len(found) == public


# Segredos

ESCAPED = "guarde-o no Secrets Manager e cite-o, ou deixe o serviço criá-lo."


@pytest.mark.parametrize("value", ["abc12345", "!Sub 'x-${AWS::Region}'", "!If [C, segredo, !Ref AWS::NoValue]"])
def test_a_written_password(value):
    resource = f"Banco: {{Type: AWS::DocDB::DBInstance, Properties: {{MasterUserPassword: {value}}}}}"
    text = added(resource).replace("Resources:\n", "Conditions: {C: !Equals [a, a]}\nResources:\n")
    assert check(text=text) == [f"30: [segredo-literal] `MasterUserPassword` de `Banco` traz um segredo escrito; {ESCAPED}"]


@pytest.mark.parametrize("parameter, findings", [
    ("{Type: String, NoEcho: true}", []),
    ("{Type: String}", ["O parâmetro `Senha` recebe um segredo e aparece em claro; use `NoEcho: true`, ou deixe o serviço criá-lo."]),
    ("{Type: String, NoEcho: true, Default: abc}", ["O parâmetro `Senha` traz um segredo no padrão; tire o `Default`."]),
])
def test_a_password_in_a_parameter(parameter, findings):
    text = added("Banco: {Type: AWS::DocDB::DBInstance, Properties: {MasterUserPassword: !Ref Senha}}")
    text = text.replace("Resources:\n", f"Parameters:\n  Senha: {parameter}\nResources:\n")
    assert check(text=text) == [f"2: [segredo-literal] {message}" for message in findings]


@pytest.mark.parametrize("variables, name", [
    ("{DB_PASSWORD: abc123}", "DB_PASSWORD"), ("{API_KEY: abc123}", "API_KEY"), ("{SENHA: abc123}", "SENHA"),
    ("!If [C, {DB_PASSWORD: abc123}, !Ref AWS::NoValue]", "DB_PASSWORD"), ("{SENHA: !If [C, abc123, !Ref AWS::NoValue]}", "SENHA"),
    ("{DB_PASSWORD: '{{resolve:secretsmanager:x}}', SEGREDO: !Ref Bucket, TOKEN: 'arn:aws:x', TABLE_NAME: abc, TOKEN_URL: abc}", None),
])
def test_a_secret_in_the_environment(variables, name):
    text = added(f"F: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {variables}}}}}}}")
    found = check(text=text.replace("Resources:\n", "Conditions: {C: !Equals [a, a]}\nResources:\n"))
    assert found == ([f"30: [segredo-literal] `{name}` de `F` traz um segredo escrito; {ESCAPED}"] if name else [])


def test_a_secret_in_a_container():
    text = "T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Environment: [{Name: DB_SENHA, Value: abc123}]}]}}"
    assert check(text=added(text)) == [f"29: [segredo-literal] `Value` de `T` traz um segredo escrito; {ESCAPED}"]


@pytest.mark.parametrize("line, what", [
    ("AKIA" + "ABCDEFGHIJKLMNOP", "uma chave de acesso da AWS"), ("-----BEGIN RSA " + "PRIVATE KEY-----", "uma chave privada"),
    ("postgres://pdv:" + "abc123@banco/pdv", "uma senha num endereço"), ("export PGPASSWORD=abc123", "um segredo numa variável"),
    ("PGPASSWORD=${Senha}", None), ("TOKEN=$(curl x)", None), ("token = request.args", None), ("http://${Alb.DNSName}:80/a@b", None),
])
def test_a_secret_in_any_line(line, what):
    found = check(("      MetadataOptions", f"      UserData: |\n        {line}\n      MetadataOptions"))
    assert found == ([f"28: [segredo-literal] A linha traz {what}; troque-a já, pois foi exposta, e guarde a nova no Secrets Manager."]
                     if what else [])


@pytest.mark.parametrize("resource", [
    "A: {Type: AWS::IAM::Role, Properties: {Policies: x, ManagedPolicyArns: {a: 1}}}",
    "A: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [1, {Effect: 3, Principal: [[1]], Condition: 7}]}}}",
    "A: {Type: AWS::Lambda::Permission, Properties: texto}",
    "A: {Type: AWS::EC2::LaunchConfiguration, Properties: {MetadataOptions: !Transform {Name: x}}}",
    "A: {Type: Outro::Tipo, Properties: {Password: [1], Environment: {Variables: 3}}}",
    "'Fn::ForEach::X': [N, [a], {'B${N}': {Type: AWS::S3::Bucket}}]",
])
def test_hostile_templates_do_not_crash(resource):
    check(text=added(resource))


def test_a_long_line_does_not_hang():
    started = time.process_time()
    check(("      MetadataOptions", f"      UserData: {'a+' * 25_000}\n      MetadataOptions"))
    assert time.process_time() - started < 2


def test_without_a_diagram_the_picture_is_not_judged():
    assert hygiene.check(views_of(cloudformation.parse(GOOD, "t.yaml"))) == []
