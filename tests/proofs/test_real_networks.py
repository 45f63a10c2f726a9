"""As arquiteturas com rede: tudo no lugar, e nada aberto além do que as setas usam."""

from __future__ import annotations

import pytest

from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.facts.views import views_of
from scripts.proofs.network.exposure import internet_paths
from scripts.proofs.network.openings import openings
from tests.proofs.bench import REAL, Architecture, parse, real

SLUGS = [slug for slug in REAL if "AWS::EC2::VPC" in real(slug).template.text]


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_is_drawn_where_it_lives(slug):
    assert [str(finding) for finding in misplaced(real(slug).diagram, views_of(real(slug).template))] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_the_network_opens_is_evidence_of_an_arrow(slug):
    paths = {found.path for proof in real(slug).proofs for found in proof.found}
    assert [opening for view in views_of(real(slug).template).each for opening in openings(view)
            if not any(path[:len(opening.path)] == opening.path for path in paths)] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_path_from_the_internet_to_the_database(slug):
    for view in views_of(real(slug).template).each:
        assert [internet_paths(view, found) for found in view.of_type("AWS::RDS::DBInstance")] in ([], [[]])


PDV = "pdv-alta-disponibilidade"


def edited(old: str, new: str):
    """O PDV com uma troca no texto do template."""
    text = real(PDV).template.text
    assert old in text
    return Architecture(real(PDV).diagram, parse(text.replace(old, new, 1)))


@pytest.mark.parametrize(("pattern", "proven"), [("*", False), ("/ajuda", True)])
def test_a_listener_rule_that_takes_everything_leaves_nothing_for_the_instances(pattern, proven):
    damaged = edited("\nOutputs:\n", f"""
  Desvio:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref OuvinteHttp
      Priority: 1
      Conditions: [{{Field: path-pattern, Values: ["{pattern}"]}}]
      Actions: [{{Type: fixed-response, FixedResponseConfig: {{StatusCode: "503"}}}}]

Outputs:
""")
    assert damaged.proof("balanceador--app-a").proven is proven


@pytest.mark.parametrize(("weight", "proven"), [(0, False), (1, True)])
def test_a_target_group_of_no_weight_receives_nothing(weight, proven):
    damaged = edited("            TargetGroupArn: !Ref GrupoDestino\n",
                     "            ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref GrupoDestino, Weight: %d}]}\n" % weight)
    assert damaged.proof("balanceador--app-a").proven is proven
