"""A função que se põe numa VPC: o papel dela cria a interface de rede, ou ela não nasce; e é isso que se diz primeiro."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REAL, real

from scripts.base.tree import Tree
from scripts.proofs.arrows.viable import viable
from scripts.proofs.arrows.viable_functions import INTERFACES
from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.facts.views import Views, views_of
from scripts.template import cloudformation
from tests.built import ROOT

VPC = {"SubnetIds": [{"Ref": "SubRedeAplicacaoA"}, {"Ref": "SubRedeAplicacaoB"}], "SecurityGroupIds": [{"Ref": "GrupoLote"}]}
PLACE = ("Resources", "FuncaoEtapas", "Properties", "VpcConfig")


def allowing(*actions: str, where: Any = "*", effect: str = "Allow") -> dict[str, Any]:
    """Uma política em linha, com uma declaração."""
    return {"PolicyName": "rede", "PolicyDocument": {"Statement": [{"Effect": effect, "Action": list(actions), "Resource": where}]}}


def networked(*policies: dict[str, Any], managed: tuple[str, ...] = (), vpc: Any = VPC) -> Views:
    """A espectrometria com a função das etapas numa VPC, e estas políticas a mais no papel dela."""
    text = Tree(ROOT).template("espectrometria").read_text(encoding="utf-8")
    read = cloudformation.parse(text, "template.yaml")
    resources = {name: {**body, "Properties": dict(body.get("Properties", {}))} for name, body in read.data["Resources"].items()}
    resources["FuncaoEtapas"]["Properties"]["VpcConfig"] = vpc
    role = resources["PapelEtapas"]["Properties"]
    role["Policies"] = [*role.get("Policies", []), *policies]
    role["ManagedPolicyArns"] = [*role.get("ManagedPolicyArns", []), *managed]
    return views_of(cloudformation.rebuilt(read, {**read.data, "Resources": resources}))


def lost(views: Views) -> list[str]:
    """O que falta ao papel, dito na rede da função."""
    return [missing.need for view in views.each for missing in viable(view, view.resources["FuncaoEtapas"]) if missing.path == PLACE]


def outside(views: Views) -> bool:
    """Manda-se mudar o desenho da função."""
    return any("`FuncaoEtapas` está lá" in finding.message for finding in misplaced(real("espectrometria").diagram, views))


@pytest.mark.parametrize("policies, named", [
    ([], INTERFACES), ([allowing(*INTERFACES[:2])], INTERFACES[2:]), ([allowing(*INTERFACES[1:])], INTERFACES[:1]),
    ([allowing("ec2:*"), allowing(INTERFACES[0], effect="Deny")], INTERFACES[:1]), ([allowing("ec2:Describe*")], (INTERFACES[0], INTERFACES[2])),
])
def test_the_role_that_cannot_make_the_interface_is_named(policies: list[dict[str, Any]], named: tuple[str, ...]) -> None:
    views = networked(*policies)
    said = set(lost(views))
    assert len(said) == 1 and all(f"`{action}`" in min(said) for action in named)
    assert not any(f"`{action}`" in min(said) for action in INTERFACES if action not in named)
    assert not outside(views)


@pytest.mark.parametrize("policies, managed", [
    ([allowing(*INTERFACES)], ()), ([allowing("ec2:*")], ()), ([allowing("ec2:*NetworkInterface*")], ()),
    ([allowing(INTERFACES[0], INTERFACES[2], where="arn:aws:ec2:*:*:network-interface/*"), allowing(INTERFACES[1])], ()),
    ([], ("arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",)), ([], ("arn:aws:iam::111122223333:policy/rede",)),
])
def test_the_role_that_can_or_may_is_not(policies: list[dict[str, Any]], managed: tuple[str, ...]) -> None:
    views = networked(*policies, managed=managed)
    assert lost(views) == [] and outside(views)  # agora o que falta é desenhá-la lá


@pytest.mark.parametrize("vpc", [{"SubnetIds": [], "SecurityGroupIds": []}, {"Ref": "AWS::NoValue"}])
def test_a_function_outside_asks_nothing(vpc: Any) -> None:
    assert lost(networked(vpc=vpc)) == []


def test_no_real_function_lacks_it() -> None:
    for slug in REAL:
        for view in views_of(real(slug).template).each:
            assert not [piece for each in view.of_type("AWS::Lambda::Function") for piece in viable(view, each) if piece.path[-1] == "VpcConfig"]
