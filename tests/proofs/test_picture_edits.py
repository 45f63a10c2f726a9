"""Edições da figura e da página que o template não desmente sozinho: cada uma é achado, com a causa."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from attempts import subject
from bench import REPOSITORY, bench

from scripts.base.tree import Tree
from scripts.checks import steps, verdict
from scripts.checks.reading import Reading
from scripts.page import architecture

CLI, FOTO, ESPECTRO = "cli-s3-lambda-dynamodb", "foto-perfil", "espectrometria"


def codes(slug: str, edge: str = "", text: tuple[str, str] = ("", ""), turned: bool = False, **changed: Any) -> set[str]:
    """Os códigos dos achados com uma seta mudada, ou um texto da página."""
    real, page = subject(slug)
    if text[0]:
        written = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8")
        assert text[0] in written
        page = architecture.parse(written.replace(text[0], text[1], 1), page.path)

    def swapped(one: Any) -> Any:
        ends = {"tail": one.head, "head": one.tail} if turned else {}
        return replace(one, **changed, **ends) if one.id == edge else one

    assert not edge or edge in {one.id for one in real.diagram.edges}
    diagram = replace(real.diagram, edges=tuple(map(swapped, real.diagram.edges)))
    return {finding.code for finding in verdict.judge(Reading(diagram, page, real.template))}


@pytest.mark.parametrize("slug, edge, changed, code", [
    (CLI, "cli--entrada", {"turned": True}, "declarada-sem-direito"),
    (FOTO, "pessoa--autorizar", {"arrows": "both"}, "declarada-sem-direito"),
    (CLI, "funcao--resultados", {"port": "8443"}, "atributo-sem-leitor"),
    (CLI, "entrada--funcao", {"port": "443"}, "atributo-sem-leitor"),
    (ESPECTRO, "maquina--lote", {"action": "batch:CancelJob"}, "atributo-sem-leitor"),
    (FOTO, "autorizar--entrada", {"step": 3}, "seta-em-outro-passo"),
    (CLI, "funcao--resultados", {"step": 2}, "seta-em-outro-passo"),
    (CLI, "funcao--resultados", {"declared": "Porque sim."}, "declarada-a-toa"),
])
def test_an_edited_arrow_is_a_finding(slug, edge, changed, code):
    assert code in codes(slug, edge, **changed)


@pytest.mark.parametrize("claim, other", [("logs-com-prazo", "so-por-tls"), ("expira-em", "falhas-guardadas"), ("escalabilidade", "menor-privilegio")])
def test_a_benefit_linked_to_another_truth_is_a_finding(claim, other):
    assert codes(CLI, text=(f"provas.md#{claim})", f"provas.md#{other})")) & {"beneficio-de-outra"}


@pytest.mark.parametrize("slug", (CLI, FOTO, ESPECTRO))
def test_the_real_pages_have_none(slug):
    assert not codes(slug)


NO = {"mortas": "Não\nentregues"}
KEPT = """Mortas:
  Type: AWS::S3::Bucket
  Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 30}]}}
Fila: {Type: AWS::SQS::Queue}
"""


def labelled():
    found = bench(KEPT, "Fila >> Mortas")
    nodes = tuple(replace(node, label=NO.get(node.id, node.label)) for node in found.diagram.nodes)
    return replace(found, diagram=replace(found.diagram, nodes=nodes, edges=tuple(replace(edge, step=1) for edge in found.diagram.edges)))


@pytest.mark.parametrize("text, count", [("Não há o que ver aqui.", 1), ("O que falha vai para Não entregues.", 0), ("O que falha fica em não entregues", 0)])
def test_a_label_is_read_whole(text, count):
    step = SimpleNamespace(number=1, line=9, text=text, links=(), codes=())
    page = SimpleNamespace(path="p.md", steps=[step])
    assert [finding.code for finding in steps.check(labelled().diagram, page)] == ["seta-em-outro-passo"] * count


def test_a_name_that_begins_by_no_denies_nothing():
    assert labelled().claim("expira-em", "O que vai para Não entregues expira em 30 dias").proven
    assert not labelled().claim("expira-em", "O que vai para Não entregues não expira em 30 dias").proven
