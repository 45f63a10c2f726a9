"""O que as arquiteturas dizem umas das outras: partes comuns e a tabela que as compara."""

import pytest

from scripts.checks import shared, verdict
from scripts.template import cloudformation

BANK = """\
Parameters:
  Faixa: {Type: String, AllowedPattern: "[0-9]+"}
Resources:
  Banco:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    Properties:
      EngineVersion: "18"
      VPCSecurityGroups: [!Ref Grupo]
  Grupo:
    Type: AWS::EC2::SecurityGroup
    Properties: {SecurityGroupEgress: [{IpProtocol: "-1", CidrIp: 127.0.0.1/32}]}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Statement: [{Effect: Allow, Action: ["ssmmessages:OpenDataChannel"], Resource: "*"}]
  Balde: {Type: "AWS::S3::Bucket"}
  Regra:
    Type: AWS::S3::BucketPolicy
    Properties:
      PolicyDocument:
        Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: !GetAtt Balde.Arn}]
  Maquina:
    Type: AWS::EC2::Instance
    Metadata:
      AWS::CloudFormation::Init:
        config:
          files:
            /opt/x/requirements.txt:
              content: |
                flask==3.1.2
"""


def findings(*texts):
    return shared.check([cloudformation.parse(text, f"{index}.yaml") for index, text in enumerate(texts)])


def test_equal_parts_are_silent():
    assert findings(BANK, BANK, BANK) == []


@pytest.mark.parametrize("old, new, line, said", [
    ('EngineVersion: "18"', 'EngineVersion: "17"', 8, 'está `"17"`, e em `0.yaml:8` está `"18"`'),
    ("DeletionPolicy: Snapshot", "DeletionPolicy: Delete", 6, "está `\"Delete\"`"),
    ("    DeletionPolicy: Snapshot\n", "", 4, "não está dito"),
    ("CidrIp: 127.0.0.1/32", "CidrIp: 0.0.0.0/0", 12, "o grupo do banco"),
    ("ssmmessages:OpenDataChannel", "ssmmessages:*", 18, "as permissões do Session Manager"),
    ('Principal: "*"', "Principal: {AWS: x}", 24, "a negação sem TLS do bucket"),
    ("flask==3.1.2", "flask==3.0.0", 33, "o pacote `flask`"),
    ('AllowedPattern: "[0-9]+"', 'AllowedPattern: ".*"', 2, "o parâmetro `Faixa`"),
])
def test_a_different_part_is_found_where_it_is(old, new, line, said):
    assert old in BANK
    found = findings(BANK, BANK, BANK.replace(old, new))
    assert [(one.path, one.line, one.code) for one in found] == [("2.yaml", line, "parte-divergente")]
    assert said.lower() in found[0].message.lower() and not found[0].message.startswith("Em ")


DISK = "Resources:\n  A: {{Type: AWS::EC2::Volume, Properties: {{Encrypted: {0}, VolumeType: {1}}}}}\n"


def test_what_the_cloud_reads_alike_is_alike():
    assert findings(DISK.format("true", "gp3"), DISK.format("'true'", "gp3")) == []
    more = BANK.replace('["ssmmessages:OpenDataChannel"]', '["ssmmessages:OpenDataChannel", "ssm:UpdateInstanceInformation"]')
    turned = BANK.replace('["ssmmessages:OpenDataChannel"]', '["ssm:UpdateInstanceInformation", "ssmmessages:OpenDataChannel"]')
    assert findings(more, turned) == []
    joined = [BANK.replace('"18"', f"!Join ['', {parts}]") for parts in ("[a, b]", "[a, b]", "[b, a]")]
    assert len(findings(*joined)) == 1


@pytest.mark.parametrize("form", ["{AWS: '*'}", "{AWS: ['*']}", "['*']"])
def test_everyone_is_written_in_many_ways(form):
    assert findings(BANK, BANK, BANK.replace('Principal: "*"', f"Principal: {form}")) == []


@pytest.mark.parametrize("key, value, right", [
    ("aws:SecureTransport", "['false']", True), ("aws:securetransport", "false", True), ("aws:SecureTransport", "'true'", False),
])
def test_a_condition_is_written_in_many_ways(key, value, right):
    whole = BANK.replace("Resource: !GetAtt Balde.Arn}", "Resource: !GetAtt Balde.Arn, Condition: {Bool: {'aws:SecureTransport': 'false'}}}")
    other = whole.replace("{'aws:SecureTransport': 'false'}", f"{{'{key}': {value}}}")
    assert (findings(whole, whole, other) == []) is right


AGENT = '{Effect: Allow, Action: ["ssmmessages:OpenDataChannel"], Resource: "*"}'
UPDATE = '{Sid: S, Effect: Allow, Action: "ssm:UpdateInstanceInformation", Resource: ["*"]}'


def test_the_agent_may_be_told_in_two_statements():
    whole = BANK.replace("[\"ssmmessages:OpenDataChannel\"]", "[\"ssmmessages:OpenDataChannel\", ssm:UpdateInstanceInformation]")
    assert findings(whole, whole, BANK.replace(AGENT, f"{AGENT}, {UPDATE}")) == []
    assert findings(whole, whole, BANK.replace(AGENT, f"{UPDATE}, {AGENT}")) == []
    assert len(findings(whole, whole, BANK)) == 1
    assert findings(whole, whole, BANK.replace(AGENT, f"{AGENT}, {UPDATE.replace('Allow', 'Deny')}")) != []
    assert findings(whole, whole, BANK.replace(AGENT, f"{AGENT}, {UPDATE.replace(']}', '], Condition: {Bool: {a: true}}}')}")) != []
    assert findings(whole, whole, whole.replace('Resource: "*"}]', 'Resource: "*"}, {Effect: Deny, Action: "ssmmessages:OpenDataChannel"}]')) != []


BALANCER = "Resources: {A: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [%s]}}}\n"
HARDENED = "{Key: routing.http.drop_invalid_header_fields.enabled, Value: 'true'}"


@pytest.mark.parametrize("more, silent", [
    (", {Key: routing.http2.enabled, Value: 'true'}, {Key: idle_timeout.timeout_seconds, Value: '60'}", True),
    (", {Key: deletion_protection.enabled, Value: false}", True),
    (", {Key: routing.http2.enabled, Value: 'false'}", False), (", {Key: deletion_protection.enabled, Value: 'true'}", False),
])
def test_a_balancer_may_write_what_the_cloud_does_without_it(more, silent):
    assert (findings(*[BALANCER % HARDENED] * 2, BALANCER % (HARDENED + more)) == []) == silent
    assert findings(*[BALANCER % HARDENED] * 2, BALANCER % HARDENED.replace("true", "false")) != []


MACHINE = "Resources: {A: {Type: AWS::EC2::Instance, Properties: {MetadataOptions: {HttpTokens: required%s}}}}\n"


@pytest.mark.parametrize("more, silent", [
    (", HttpProtocolIpv6: disabled, InstanceMetadataTags: disabled", True), (", InstanceMetadataTags: enabled", False), (", HttpEndpoint: disabled", False)])
def test_a_machine_may_write_what_the_cloud_does_without_it(more, silent):
    assert (findings(*[MACHINE % ""] * 2, MACHINE % more) == []) == silent


TABLE = "Resources: {A: {Type: AWS::DynamoDB::Table, Properties: {PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true%s}}}}\n"


@pytest.mark.parametrize("days, silent", [(35, True), ("'35'", True), (7, False)])
def test_a_table_may_write_how_long_the_cloud_keeps_it(days, silent):
    assert (findings(*[TABLE % ""] * 2, TABLE % f", RecoveryPeriodInDays: {days}") == []) == silent


NETWORK = "Resources: {A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16%s}}}\n"


@pytest.mark.parametrize("more, silent", [(", EnableDnsSupport: true, EnableDnsHostnames: 'false'", True), (", EnableDnsSupport: false", False),
                                          (", EnableDnsHostnames: true", False)])
def test_what_is_not_written_is_what_the_cloud_does(more, silent):
    assert (findings(*[NETWORK % ""] * 2, NETWORK % more) == []) == silent


def test_each_template_has_one_vote():
    many = DISK.format("true", "gp2") + "".join(
        f"  {name}: {{Type: AWS::EC2::Volume, Properties: {{Encrypted: true, VolumeType: {kind}}}}}\n"
        for name, kind in (("B", "gp2"), ("C", "gp3")))
    assert [(one.path, one.line) for one in findings(many)] == [("0.yaml", 4)]
    once = DISK.format("true", "gp3")
    assert [(one.path, one.line) for one in findings(once, many, once)] == [("1.yaml", 2), ("1.yaml", 3)]


def test_a_tie_is_no_majority():
    assert findings(DISK.format("true", "gp3"), DISK.format("true", "gp2")) == []


def test_a_resource_excuses_itself():
    text = BANK.replace("DeletionPolicy: Snapshot", "DeletionPolicy: Delete\n    Metadata: {Excecoes: {parte-divergente: É uma aula}}")
    assert findings(BANK, BANK, text) == []


def test_the_template_excuses_a_parameter_it_names():
    text = BANK.replace('AllowedPattern: "[0-9]+"', "AllowedPattern: x")
    assert findings(BANK, BANK, "Metadata: {Excecoes: {parte-divergente: Outra coisa}}\n" + text)
    assert findings(BANK, BANK, "Metadata: {Excecoes: {parte-divergente: Faixa é livre}}\n" + text) == []


INDEX = """\
# Qual

## Lado a lado

| Arquitetura | Serviços | Cobra por hora | Prefira |
| --- | --- | --- | --- |
| [A](../arquiteturas/a/index.md) | S3 | Não | sempre |
"""
PAGE = "# A\n\n- [Comparação](../../comparacoes/qual-arquitetura.md)\n"
BUCKET = "Resources:\n  Balde: {Type: AWS::S3::Bucket}\n"


def together(folder, index=INDEX, page=PAGE, text=BUCKET, slugs=None):
    for name, content in (("comparacoes/qual-arquitetura.md", index), ("arquiteturas/a/index.md", page), ("arquiteturas/a/template.yaml", text)):
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return [(one.path.removeprefix("docs/").removeprefix("arquiteturas/"), one.line, one.message) for one in verdict.check_together(folder, {"a": verdict.template_of(folder, "a")}, slugs)]


def test_a_true_table_is_silent(tmp_path):
    assert together(tmp_path) == []
    assert together(tmp_path, page="# A\n", index="# Sem tabela\n") == []


@pytest.mark.parametrize("changed, path, line, said", [
    ({"page": "# A\n"}, "comparacoes/qual-arquitetura.md", 7, "a página dela não aponta para cá"),
    ({"index": INDEX.replace("/a/index.md", "/b/index.md")}, "a/index.md", 3, "não tem `a`; acrescente a linha"),
    ({"index": INDEX.replace("| S3 |", "| S3, EBS |")}, "comparacoes/qual-arquitetura.md", 7, "cita `EBS`, e o template dela não o usa"),
    ({"text": BUCKET + "  Disco: {Type: AWS::EC2::Volume}\n"}, "comparacoes/qual-arquitetura.md", 7, "usa EBS, e a linha não o cita"),
    ({"index": INDEX.replace("| Não |", "| Sim |")}, "comparacoes/qual-arquitetura.md", 7, "pelo template é “Não”"),
    ({"index": INDEX.replace("| S3 | Não | sempre |", "| S3 |")}, "comparacoes/qual-arquitetura.md", 7, "pelo template é “Não”"),
])
def test_a_table_that_lies_is_found(tmp_path, changed, path, line, said):
    found = together(tmp_path, **changed)
    assert any(one[:2] == (path, line) and said in one[2] for one in found), found


def test_only_what_was_asked_is_judged(tmp_path):
    assert together(tmp_path, page="# A\n", slugs=["b"]) == []
