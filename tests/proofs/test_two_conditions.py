"""Duas condições aninhadas: o que falta num dos mundos não prova, e o mundo que não existe não conta."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from scripts.aws.types import VPC_ENDPOINT
from scripts.base.diagram import Edge
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.evidence import Path
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.hostile import put
from tests.proofs.bench import REAL, Architecture, real

ABSENT = {"Ref": "AWS::NoValue"}
PARAMETERS = {"Primeiro": {"Type": "String", "Default": "sim", "AllowedValues": ["sim", "não"]},
              "Segundo": {"Type": "String", "Default": "sim", "AllowedValues": ["sim", "não"]}}
FREE = {"Um": {"Fn::Equals": [{"Ref": "Primeiro"}, "sim"]}, "Outro": {"Fn::Equals": [{"Ref": "Segundo"}, "sim"]}}
"""Os dois podem ser falsos."""
ALWAYS = {"Um": {"Fn::Equals": [{"Ref": "Primeiro"}, "sim"]}, "Outro": {"Fn::Equals": ["não", {"Ref": "Primeiro"}]}}
"""Um dos dois é sempre verdadeiro: o parâmetro não aceita outro valor."""


def nested(value: Any) -> dict[str, Any]:
    return {"Fn::If": ["Um", value, {"Fn::If": ["Outro", value, ABSENT]}]}


def evidence(architecture: Architecture, seen: set[Any]) -> Iterator[tuple[Edge, Path]]:
    """Cada propriedade que prova uma seta, e que nenhuma outra regra e tipo já deu.

    Sem o endpoint da VPC, o mesmo destino se alcança pelo NAT: esse fica de fora.
    """
    for proof in architecture.proofs:
        for path in dict.fromkeys(piece.path for piece in proof.found):
            resource = architecture.template.resources.get(str(path[1])) if path[0] == "Resources" and len(path) > 3 else None
            kind = resource and (proof.rule and proof.rule.title, resource.type, *(key for key in path[3:] if not isinstance(key, int)))
            if resource and path[2] == "Properties" and resource.type != VPC_ENDPOINT and kind not in seen:
                seen.add(kind)
                yield proof.edge, path


@lru_cache
def chosen() -> dict[str, list[tuple[Edge, Path]]]:
    seen: set[Any] = set()
    return {slug: list(evidence(real(slug), seen)) for slug in REAL}


def proven(architecture: Architecture, edge: Edge, path: Path, conditions: dict[str, Any]) -> bool:
    data = architecture.template.data
    value: Any = data
    for key in path:
        value = value[key]
    data = {**data, "Conditions": {**data.get("Conditions", {}), **conditions}, "Parameters": {**data.get("Parameters", {}), **PARAMETERS}}
    changed = cloudformation.rebuilt(architecture.template, put(data, path, nested(value)))
    return prove_arrow(architecture.diagram, views_of(changed), edge).proven


@pytest.mark.parametrize("slug", REAL)
def test_evidence_that_two_parameters_can_take_away_proves_nothing(slug):
    assert [path for edge, path in chosen()[slug] if proven(real(slug), edge, path, FREE)] == []


@pytest.mark.parametrize("slug", REAL)
def test_a_combination_that_no_one_can_choose_does_not_count(slug):
    assert [path for edge, path in chosen()[slug] if not proven(real(slug), edge, path, ALWAYS)] == []
