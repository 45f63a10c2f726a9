"""O atributo errado não nomeia o recurso: cada referência que prova uma seta, trocada por cada outro atributo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from scripts.aws.catalog import kind_of
from scripts.aws.types import BUCKET, FUNCTION, VPC_ENDPOINT
from scripts.base.diagram import Edge
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.evidence import Path
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.hostile import places, put
from tests.proofs.bench import REAL, Architecture, real

REGION = "us-east-1"
VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z.]+))?\}")
ACCEPTED = {
    # Nome ou ARN: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
    (FUNCTION, "Arn", "", "AWS::Lambda::Permission"), (FUNCTION, "", "Arn", "AWS::Lambda::EventInvokeConfig"),
    (FUNCTION, "", "Arn", "AWS::Lambda::EventSourceMapping"),
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    (BUCKET, "RegionalDomainName", "DomainName", "AWS::CloudFront::Distribution"),
}
"""O tipo nomeado, o atributo que estava, o que ficou e onde: a AWS aceita os dois."""
ALTERNATIVES = {VPC_ENDPOINT: "o NAT leva ao mesmo serviço", "AWS::StepFunctions::StateMachine": "outra tarefa chama a mesma função"}
"""Onde o atributo errado tira só um de dois caminhos."""


def attributes(type_: str) -> list[str]:
    return ["", *(name for name in PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_).get_atts if name.count(".") == 0 and "*" not in name)]


def same(type_: str, one: str, other: str) -> bool:
    """Os dois dizem do recurso a mesma coisa, pelo catálogo."""
    kind = kind_of(type_)
    first, second = (kind.gives.get(name) if name else kind.ref for name in (one, other))
    return first is not None and first == second


def swapped(value: Any, types: dict[str, str]) -> Iterator[tuple[str, str, str, Any]]:
    """O tipo citado, o atributo que havia, o que se põe e o valor que fica."""
    function, argument = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
    cited: list[tuple[str, str, tuple[int, int] | None]] = []
    if function == "Ref" and argument in types:
        cited = [(argument, "", None)]
    elif function == "Fn::GetAtt" and argument[0] in types:
        cited = [(*argument, None)]
    elif function == "Fn::Sub" and isinstance(argument, str):
        cited = [(found[1], found[2] or "", found.span()) for found in VARIABLE.finditer(argument) if found[1] in types]
    for name, now, span in cited:
        for other in attributes(types[name]):
            text = f"{argument[:span[0]]}${{{name}{other and '.'}{other}}}{argument[span[1]:]}" if span else ""
            wrong = {"Fn::Sub": text} if span else {"Fn::GetAtt": [name, other]} if other else {"Ref": name}
            if other != now and not same(types[name], now, other):
                yield types[name], now, other, wrong


@lru_cache
def tried() -> dict[str, list[tuple[Edge, Path, Any]]]:
    """Por arquitetura, cada troca que nenhuma outra já fez na mesma regra, no mesmo tipo e no mesmo lugar."""
    seen: set[Any] = set()
    found: dict[str, list[tuple[Edge, Path, Any]]] = {slug: [] for slug in REAL}
    for slug in REAL:
        architecture = real(slug)
        types = {resource.id: resource.type for resource in architecture.template.resources.values()}
        for proof in architecture.proofs:
            for path in {piece.path: None for piece in proof.found if piece.path[:1] == ("Resources",) and len(piece.path) > 3}:
                value = at(architecture.template.data, path)
                for inside in ((), *places(value)):
                    keys = tuple(key for key in (*path, *inside)[3:] if not isinstance(key, int))
                    holder = types[str(path[1])]
                    for named, now, other, wrong in swapped(at(value, inside), types):
                        kind = (proof.rule and proof.rule.title, holder, keys, named, now, other)
                        if kind not in seen and holder not in ALTERNATIVES and (named, now, other, holder) not in ACCEPTED:
                            seen.add(kind)
                            found[slug].append((proof.edge, (*path, *inside), wrong))
    return found


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def survives(architecture: Architecture, edge: Edge, path: Path, wrong: Any) -> bool:
    changed = cloudformation.rebuilt(architecture.template, put(architecture.template.data, path, wrong))
    return prove_arrow(architecture.diagram, views_of(changed), edge).proven


@pytest.mark.parametrize("slug", REAL)
def test_a_wrong_attribute_names_nothing(slug):
    assert [(path, wrong) for edge, path, wrong in tried()[slug] if survives(real(slug), edge, path, wrong)] == []


def test_every_kind_of_reference_is_tried():
    assert sum(map(len, tried().values())) > 1500
