"""Setas contra o template: cada achado, quebrando as arquiteturas de verdade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.base.diagram import Edge
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.picture.script.capture import capture
from scripts.proofs.arrows.prove import prove
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def read():
    slug = "cli-s3-lambda-dynamodb"
    folder = ROOT / "docs" / "arquiteturas" / slug
    return (capture(ROOT / "diagrams_src" / f"{slug}.py", ROOT), architecture.read(folder / "index.md", "index.md"),
            cloudformation.read(folder / "template.yaml", "template.yaml"))


def messages(read, code: str, edges=None, damaged=None) -> list[str]:
    diagram, told, resources = read
    diagram = replace(diagram, edges=diagram.edges if edges is None else tuple(edges(diagram.edges)))
    found = verdict.judge(Reading(diagram, told, damaged or resources))
    return [finding.message for finding in found if finding.code == code]


def test_an_arrow_without_its_permission_says_what_to_add_and_where(read):
    text = read[2].text.replace("Action: dynamodb:PutItem", "Action: dynamodb:GetItem")
    (message,) = messages(read, "seta-sem-prova", damaged=cloudformation.parse(text, "template.yaml"))
    assert message.startswith("A seta `funcao--resultados` não está provada: nada deixa `PapelFuncao` fazer `dynamodb:PutItem`")
    assert "acrescente" in message and "`template.yaml`, linha " in message


def test_an_arrow_drawn_backwards_is_told(read):
    def turned(edges):
        return [replace(e, tail=e.head, head=e.tail) if e.id == "funcao--resultados" else e for e in edges]

    assert messages(read, "seta-ao-contrario", turned) == [
        "A seta `funcao--resultados` está ao contrário: o template só permite o sentido oposto; inverta-a."]


def test_a_pair_no_rule_knows_shows_how_to_write_one_or_declare(read):
    def added(edges):
        return [*edges, Edge("resultados--falhas", "resultados", "falhas", 1)]

    (message,) = messages(read, "par-sem-regra", added)
    assert '`@rule("AWS::DynamoDB::Table", "AWS::SQS::Queue")`' in message and '`declarada="…"`' in message


def test_a_declared_arrow_that_the_template_proves_need_not_be(read):
    def excused(edges):
        return [replace(e, declared="porque sim") if e.id == "funcao--falhas" else e for e in edges]

    assert messages(read, "declarada-a-toa", excused) == ["A seta `funcao--falhas` está provada; tire `declarada`."]


def test_a_declared_arrow_needs_a_reason(read):
    def blank(edges):
        return [replace(e, declared="  ") if e.id == "cli--entrada" else e for e in edges]

    assert len(messages(read, "par-sem-regra", blank)) == 1


@pytest.mark.parametrize("line", ["Transform: MinhaMacro\n", "Transform: [AWS::LanguageExtensions, MinhaMacro]\n"])
def test_nothing_is_proven_where_only_aws_expands(read, line):
    damaged = cloudformation.parse(line + read[2].text, "template.yaml")
    (said,) = messages(read, "nao-se-sabe", damaged=damaged)
    assert "`MinhaMacro` pode acrescentar recursos, e por isso nada dele se prova" in said
    assert not any(proof.proven for proof in prove(read[0], views_of(damaged)))
