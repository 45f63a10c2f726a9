"""As arquiteturas com rede: provadas, no lugar, e nenhuma evidência é enfeite."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.picture.script.capture import capture
from scripts.proofs.arrows.prove import prove
from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.network.exposure import internet_paths
from scripts.proofs.network.openings import openings
from scripts.template import cloudformation as templates
from scripts.template.cloudformation import Resource, Template
from scripts.template.resolution import scenarios
from tests.proofs.bench import REAL

ROOT = Path(__file__).resolve().parents[2]
SLUGS = [slug for slug in REAL if "AWS::EC2::VPC" in (ROOT / "docs/arquiteturas" / slug / "template.yaml").read_text(encoding="utf-8")]
NETWORK_RULES = {
    "outside-reaches-gateway", "gateway-reaches-balancer", "gateway-reaches-instance", "balancer-reaches-target",
    "workload-reaches-database", "primary-reaches-standby", "workload-leaves-by-nat",
}


def architecture(slug: str):
    diagram = capture(ROOT / "diagrams_src" / f"{slug}.py", ROOT)
    return diagram, templates.read(ROOT / "docs" / "arquiteturas" / slug / "template.yaml", "template.yaml")


def without(template: Template, path: tuple[Any, ...]) -> Template:
    """O mesmo template sem essa chave ou item; só o recurso dela é copiado."""
    def cut(value: Any, keys: tuple[Any, ...]) -> Any:
        if isinstance(value, list):
            return [cut(item, keys[1:]) if index == keys[0] else item for index, item in enumerate(value)
                    if index != keys[0] or len(keys) > 1]
        return {key: cut(item, keys[1:]) if key == keys[0] else item for key, item in value.items()
                if key != keys[0] or len(keys) > 1}

    data = cut(template.data, path)
    name = path[1]
    changed = Resource(name, template.resources[name].type, template.resources[name].line, data["Resources"][name])
    return replace(template, data=data, resources=template.resources | {name: changed})


@pytest.mark.parametrize("slug", SLUGS)
def test_every_network_arrow_is_proven_and_every_evidence_line_is_needed(slug):
    diagram, template = architecture(slug)
    proofs = [proof for proof in prove(diagram, template) if proof.rule and proof.rule.id in NETWORK_RULES]
    assert len(proofs) >= 2 and all(proof.proven for proof in proofs), [proof.missing for proof in proofs]
    survivors = []
    for proof in proofs:
        alone = replace(diagram, edges=(proof.edge,))
        for path in dict.fromkeys(found.path for found in proof.found):
            (again,) = prove(alone, without(template, path))
            survivors += [(proof.edge.id, path)] if again.proven else []
    assert survivors == []


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_is_drawn_where_it_lives(slug):
    assert [str(finding) for finding in misplaced(*architecture(slug))] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_the_network_opens_is_evidence_of_an_arrow(slug):
    diagram, template = architecture(slug)
    paths = {found.path for proof in prove(diagram, template) for found in proof.found}
    assert [opening for values in scenarios(template) for opening in openings(values)
            if not any(path[:len(opening.path)] == opening.path for path in paths)] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_path_from_the_internet_to_the_database(slug):
    _, template = architecture(slug)
    for values in scenarios(template):
        assert [internet_paths(values, found) for found in values.of_type("AWS::RDS::DBInstance")] in ([], [[]])


@pytest.mark.parametrize(("pattern", "proven"), [("*", False), ("/ajuda", True)])
def test_a_listener_rule_that_takes_everything_leaves_nothing_for_the_instances(pattern, proven):
    folder = Path(__file__).parents[2]
    slug = "pdv-alta-disponibilidade"
    text = (folder / "docs" / "arquiteturas" / slug / "template.yaml").read_text(encoding="utf-8")
    rule = f"""
  Desvio:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref OuvinteHttp
      Priority: 1
      Conditions: [{{Field: path-pattern, Values: ["{pattern}"]}}]
      Actions: [{{Type: fixed-response, FixedResponseConfig: {{StatusCode: "503"}}}}]

Outputs:
"""
    damaged = templates.parse(text.replace("\nOutputs:\n", rule, 1), "template.yaml")
    diagram = capture(folder / "diagrams_src" / f"{slug}.py", folder)
    found = [proof for proof in prove(diagram, damaged) if proof.edge.id == "balanceador--app-a"]
    assert found[0].proven is proven


@pytest.mark.parametrize(("weight", "proven"), [(0, False), (1, True)])
def test_a_target_group_of_no_weight_receives_nothing(weight, proven):
    folder = ROOT / "docs" / "arquiteturas" / "pdv-alta-disponibilidade"
    text = (folder / "template.yaml").read_text(encoding="utf-8")
    plain = "            TargetGroupArn: !Ref GrupoDestino\n"
    assert plain in text
    weighted = "            ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref GrupoDestino, Weight: %d}]}\n" % weight
    damaged = templates.parse(text.replace(plain, weighted, 1), "template.yaml")
    diagram = capture(ROOT / "diagrams_src" / "pdv-alta-disponibilidade.py", ROOT)
    found = [proof for proof in prove(diagram, damaged) if proof.edge.id == "balanceador--app-a"]
    assert found[0].proven is proven
