"""O Auto Scaling mantém as instâncias: a regra e cada coisa que a desfaz."""

from __future__ import annotations

import pytest

from tests.proofs.bench import bench, real

TEXT = """\
Resources:
  Rede: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  SubRede:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Rede, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  Modelo: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.micro}}}
  Outro: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.micro}}}
  Frota:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate:
        LaunchTemplateId: !Ref Modelo
        Version: !GetAtt Modelo.LatestVersionNumber
      MinSize: "1"
      MaxSize: "3"
      VPCZoneIdentifier:
        - !Ref SubRede
"""

def test_the_group_keeps_its_instances():
    found = bench(TEXT, "Frota >> Modelo").proof()
    assert found.proven and found.rule.id == "fleet-keeps-instances"
    assert {"LaunchTemplateId: !Ref Modelo", 'MinSize: "1"', 'MaxSize: "3"'} <= bench(TEXT, "Frota >> Modelo").lines()


@pytest.mark.parametrize(("old", "new", "need"), [
    ('MinSize: "1"', 'MinSize: "0"', "`MinSize` de `Frota` não é um número a partir de 1; escreva `MinSize`"),
    ('      MaxSize: "3"\n', "", "`MaxSize` de `Frota` não é um número a partir de 1; escreva `MaxSize`"),
    ("!Ref Modelo", "!Ref Rede", "`Frota` não cria instâncias de `Modelo`; cite o modelo em `LaunchTemplate`"),
])
def test_each_damage_has_its_message(old, new, need):
    assert old in TEXT
    found = bench(TEXT.replace(old, new), "Frota >> Modelo")
    assert not found.proof().proven and need in found.missing()


def test_another_template_is_not_of_the_group():
    assert bench(TEXT, "Frota >> Outro").missing() == [
        "`Frota` não cria instâncias de `Outro`; cite o modelo em `LaunchTemplate`"]


def test_one_instance_calling_another_is_not_the_group_keeping_them():
    assert bench(TEXT, "gemeo = Frota", "Frota >> gemeo").proof().rule is None


def test_the_real_group_keeps_its_instances():
    read = real("pdv-alta-disponibilidade").template
    assert bench(read, "GrupoInstancias >> ModeloLancamento").proof().proven
