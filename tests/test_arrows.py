"""Setas contra o template: cada achado, quebrando as arquiteturas de verdade."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.base.diagram import Edge, Node
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.proofs.arrows.prove import prove
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
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
    (said,) = messages(read, "nao-se-sabe", damaged=damaged)
    assert "`MinhaMacro` pode acrescentar recursos, e por isso nada dele se prova" in said
    assert not any(proof.proven for proof in prove(read.diagram, views_of(damaged)))


QUEUE_TO_BUCKET = Edge("falhas--entrada", "falhas", "entrada", 7)


def findings(read, edge, nodes=()):
    diagram, told, resources = read.diagram, read.page, read.template
    diagram = replace(diagram, edges=(*diagram.edges, edge), nodes=(*diagram.nodes, *nodes))
    return {(finding.code, finding.line) for finding in verdict.judge(Reading(diagram, told, resources)) if f"`{edge.id}`" in finding.message}


def node(identity: str, kind: str, *resources: str, reason: str = "motivo") -> Node:
    return Node(identity, identity, 5, kind=kind, resources=resources, without_resource="" if resources else reason)


def test_declared_is_for_what_someone_outside_aws_does(read):
    said = {"declared": "Porque sim."}
    phone, other = node("celular", "aws.general.MobileClient"), node("outra", "saas.chat.Slack")
    assert findings(read, Edge("celular--falhas", "celular", "falhas", 7, **said), [phone]) == set()
    assert findings(read, Edge("outra--falhas", "outra", "falhas", 7, **said), [other]) == set()
    assert findings(read, replace(QUEUE_TO_BUCKET, **said)) == {("declarada-sem-direito", 7)}
    assert findings(read, replace(QUEUE_TO_BUCKET, unruled="Ninguém a escreveu.")) == set()


@pytest.mark.parametrize("excuse", ["declared", "unruled"])
def test_where_a_rule_decides_no_reason_excuses(read, excuse):
    """O furo tentado de fora: a permissão tirada do papel, e a seta declarada."""
    diagram, told, resources = read.diagram, read.page, read.template
    edges = tuple(replace(e, **{excuse: "Porque sim."}) if e.id == "funcao--resultados" else e for e in diagram.edges)
    damaged = cloudformation.parse(resources.text.replace("Action: dynamodb:PutItem", "Action: dynamodb:GetItem"), "template.yaml")
    found = [finding.code for finding in verdict.judge(Reading(replace(diagram, edges=edges), told, damaged))]
    assert "seta-sem-prova" in found


@pytest.mark.parametrize("excuse", ["declared", "unruled"])
def test_an_arrow_to_a_service_that_says_no_resource_is_refused(read, excuse):
    stray = node("tabela-solta", "aws.database.Dynamodb")
    edge = Edge("funcao--tabela-solta", "funcao", "tabela-solta", 7, **{excuse: "Porque sim."})
    assert ("ponta-sem-recurso", 7) in findings(read, edge, [stray])


def test_an_arrow_with_two_heads_is_proven_both_ways(read):
    diagram, told, resources = read.diagram, read.page, read.template
    edges = tuple(replace(e, arrows="both") if e.id == "funcao--falhas" else e for e in diagram.edges)
    found = [finding.message for finding in verdict.judge(Reading(replace(diagram, edges=edges), told, resources))]
    assert any("nenhuma regra prova a volta, de `falhas` a `funcao`" in message for message in found)


def test_a_node_of_two_services_hides_one_of_them(read):
    diagram, told, resources = read.diagram, read.page, read.template
    nodes = tuple(replace(n, resources=(*n.resources, "TabelaResultados")) if n.id == "falhas" else n for n in diagram.nodes)
    found = {finding.code for finding in verdict.judge(Reading(replace(diagram, nodes=nodes), told, resources))}
    assert "recurso-sem-no-proprio" in found


def test_a_node_of_two_resources_of_one_type_is_proven_for_each():
    """O furo tentado de fora: a permissão da tabela tirada, e a tabela posta no nó de outra."""
    read = real("metadados-s3")
    nodes = {node.id: node for node in read.diagram.nodes}
    moved = tuple(replace(node, resources=(*node.resources, *nodes["metadados"].resources)) if node.id == "auditoria" else node
                  for node in read.diagram.nodes)
    joined = replace(read, diagram=replace(read.diagram, nodes=moved))
    assert joined.proof("funcao--auditoria").proven
    cut = replace(joined, template=parse(read.template.text.replace("                  - !GetAtt TabelaMetadados.Arn\n", "")))
    assert cut.missing("funcao--auditoria") == cut.missing("funcao--metadados") != []


def test_a_group_does_not_hide_what_an_arrow_can_reach(read):
    diagram, told, resources = read.diagram, read.page, read.template
    first, *others = diagram.groups
    groups = (replace(first, resources=(*first.resources, "TabelaResultados")), *others)
    nodes = tuple(replace(node, resources=()) if "TabelaResultados" in node.resources else node for node in diagram.nodes)
    found = [finding.message for finding in verdict.judge(Reading(replace(diagram, nodes=nodes, groups=groups), told, resources))
             if finding.code == "recurso-sem-no-proprio"]
    assert found == [f"`{groups[0].id}` é um grupo e representa `TabelaResultados`, a que uma seta pode chegar; dê-lhe um nó."]
