"""O Auto Scaling mantém as instâncias: a regra e cada coisa que a desfaz."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.base.diagram import Diagram, Edge, Node
from scripts.proofs.arrows.prove import prove
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation

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
        Version: "1"
      MinSize: "1"
      MaxSize: "3"
      VPCZoneIdentifier:
        - !Ref SubRede
"""
DIAGRAM = Diagram(
    "frota", "diagrams_src/frota.py", "Frota", 1, "LR", bound=True,
    nodes=(Node("grupo", "Grupo", 2, resources=("Frota",)), Node("gemeo", "Gêmeo", 3, resources=("Frota",)),
           Node("modelo", "Modelo", 4, resources=("Modelo",)), Node("outro", "Outro", 5, resources=("Outro",))),
    edges=(Edge("grupo--modelo", "grupo", "modelo", 6),),
)


def proof(text: str = TEXT, head: str = "modelo"):
    diagram = replace(DIAGRAM, edges=(replace(DIAGRAM.edges[0], head=head),))
    (found,) = prove(diagram, views_of(cloudformation.parse(text, "template.yaml")))
    return found


def test_the_group_keeps_its_instances():
    found = proof()
    assert found.proven and found.rule.id == "fleet-keeps-instances"
    lines = {cloudformation.parse(TEXT, "t").line(*piece.path) for piece in found.found}
    assert {12, 14, 15} <= lines


@pytest.mark.parametrize(("old", "new", "need"), [
    ('MinSize: "1"', 'MinSize: "0"', "`MinSize` de `Frota` não é um número a partir de 1; escreva `MinSize`"),
    ('      MaxSize: "3"\n', "", "`MaxSize` de `Frota` não é um número a partir de 1; escreva `MaxSize`"),
    ("!Ref Modelo", "!Ref Rede", "`Frota` não cria instâncias de `Modelo`; cite o modelo em `LaunchTemplate`"),
])
def test_each_damage_has_its_message(old, new, need):
    assert old in TEXT
    found = proof(TEXT.replace(old, new))
    assert not found.proven and need in [str(missing) for missing in found.missing]


def test_another_template_is_not_of_the_group():
    assert [str(m) for m in proof(head="outro").missing] == [
        "`Frota` não cria instâncias de `Outro`; cite o modelo em `LaunchTemplate`"]


def test_one_instance_calling_another_is_not_the_group_keeping_them():
    assert proof(head="gemeo").rule is None


def test_the_real_group_keeps_its_instances():
    read = cloudformation.read(Path(__file__).parents[2] / "docs/arquiteturas/pdv-alta-disponibilidade/template.yaml")
    own = {"grupo": ("GrupoInstancias",), "modelo": ("ModeloLancamento",)}
    nodes = tuple(replace(node, resources=own[node.id]) for node in DIAGRAM.nodes if node.id in own)
    (found,) = prove(replace(DIAGRAM, nodes=nodes), views_of(read))
    assert found.proven
