"""Setas contra o template: cada achado, quebrando as arquiteturas de verdade."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.base.diagram import Edge
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from tests.proofs.bench import REPOSITORY, parse, real

SLUG = "cli-s3-lambda-dynamodb"


@pytest.fixture(scope="module")
def read():
    page = architecture.read(REPOSITORY / "docs" / "arquiteturas" / SLUG / "index.md", "index.md")
    return Reading(real(SLUG).diagram, page, real(SLUG).template)


def messages(read, code: str, edges=None, damaged=None) -> list[str]:
    diagram = replace(read.diagram, edges=read.diagram.edges if edges is None else tuple(edges(read.diagram.edges)))
    found = verdict.judge(replace(read, diagram=diagram, template=damaged or read.template))
    return [finding.message for finding in found if finding.code == code]


def test_an_arrow_without_its_permission_says_what_to_add_and_where(read):
    text = read.template.text.replace("Action: dynamodb:PutItem", "Action: dynamodb:GetItem")
    (message,) = messages(read, "seta-sem-prova", damaged=parse(text))
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
    assert '`@rule("AWS::DynamoDB::Table", "AWS::SQS::Queue")`' in message and '`sem_regra="…"`' in message


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
    damaged = parse(line + read.template.text)
    assert len(messages(read, "seta-sem-prova", damaged=damaged)) >= 4
