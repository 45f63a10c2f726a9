"""O que a conta precisa ter sai do template, e a página que o conta errado é apontada na linha."""

from __future__ import annotations

import pytest

from scripts.aws.quotas import quotas, vcpus
from scripts.checks import quotas as check
from scripts.checks.billing import Bill
from scripts.page import architecture
from scripts.proofs.facts.views import Views, views_of
from scripts.template import cloudformation

DISK = "BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {VolumeType: gp3, VolumeSize: 10}}]"
STACK = f"""\
Parameters:
  Dias: {{Type: Number, Default: 7}}
  Tipo: {{Type: String, Default: t3.micro}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC}}
  Modelo: {{Type: AWS::EC2::LaunchTemplate, Properties: {{LaunchTemplateData: {{InstanceType: !Ref Tipo, {DISK}}}}}}}
  Grupo:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {{MinSize: 2, MaxSize: 6, LaunchTemplate: {{LaunchTemplateId: !Ref Modelo, Version: !GetAtt Modelo.LatestVersionNumber}}}}
  EnderecoA: {{Type: AWS::EC2::EIP}}
  EnderecoB: {{Type: AWS::EC2::EIP}}
  NatA: {{Type: AWS::EC2::NatGateway}}
  NatB: {{Type: AWS::EC2::NatGateway}}
  Banco: {{Type: AWS::RDS::DBInstance, Properties: {{DBInstanceClass: db.t4g.micro, BackupRetentionPeriod: !Ref Dias}}}}
"""


def template(text: str = STACK) -> Views:
    return views_of(cloudformation.parse(text, "t.yaml"))


def found(page: str, text: str = STACK) -> list[tuple[str, int, str]]:
    return [(finding.path, finding.line, finding.code) for finding in check.check(architecture.parse(page, "p.md"), template(text))]


def test_a_stack_needs_what_its_resources_take():
    needs = {need.code: (need.count, need.most) for need in check.needs(Bill(template()))}
    assert needs == {"L-1216C47A": (4, 12), "L-0263D0A3": (2, 2), "L-F678F1CE": (1, 1), "L-FE5A380F": (2, 2), "L-7B6409FD": (1, 1)}


@pytest.mark.parametrize("old, new, refused", [
    ("Default: 7", "Default: 7", ["7 dias de backup do banco (o máximo é 1)"]),
    ("Default: 7", "Default: 1", []),
    ("Default: t3.micro", "Default: t3.medium", ["instâncias `t3.medium`", "7 dias de backup do banco (o máximo é 1)"]),
    ("db.t4g.micro", "db.t4g.small", ["a classe de banco `db.t4g.small`", "7 dias de backup do banco (o máximo é 1)"]),
    ("BackupRetentionPeriod: !Ref Dias", "BackupRetentionPeriod: !ImportValue Dias", ["os dias de backup do banco (o máximo é 1)"]),
    ("  Vpc:", "  C: {Type: AWS::EKS::Cluster, Properties: {ComputeConfig: {Enabled: true}}}\n  Vpc:",
     ["7 dias de backup do banco (o máximo é 1)", "os nós do EKS, das famílias C, M e R"]),
])
def test_what_the_free_plan_refuses(old, new, refused):
    assert [item.text for item in check.refused(Bill(template(STACK.replace(old, new))))] == refused


@pytest.mark.parametrize("text", [
    "A pilha usa 4 vCPUs, e até 12 vCPUs no pico.", "Dois NAT gateways, por hora e por dado.", "São dois endereços elásticos.",
    "A cota padrão é de 5 vCPUs.", "O limite é de 5 endereços elásticos por região.", "O tráfego sai por um NAT gateway.",
    "Duas do balanceador.", "Cada zona tem 3 balanceadores por conta."])
def test_a_count_that_agrees_is_not_pointed_out(text):
    assert found(f"# P\n\n{text}\n") == []


@pytest.mark.parametrize("text", ["A pilha usa 2 vCPUs.", "Três NAT gateways, por hora.", "São 4 endereços elásticos.",
                                  "Há dois balanceadores.", "Precisa de 3 endereços IP elásticos livres."])
def test_a_count_that_the_template_outgrew_is_pointed_out_at_its_line(text):
    assert found(f"# P\n\nUma linha.\n\n- {text}\n") == [("p.md", 5, "cota-diverge")]


def test_an_instance_whose_vcpus_are_unknown_is_pointed_out_in_the_template():
    assert found("# P\n", STACK.replace("Default: t3.micro", "Default: x9.huge")) == [("t.yaml", 6, "cota-desconhecida")]


def test_every_quota_has_a_code_a_default_and_a_source_of_aws():
    assert all(code.startswith("L-") and quota.default > 0 and quota.source.startswith("https://docs.aws.amazon.com/")
               for code, quota in quotas().items())
    assert set(check.COUNTED) | {check.VCPUS} == set(quotas()) and vcpus()["t3.micro"] == 2
