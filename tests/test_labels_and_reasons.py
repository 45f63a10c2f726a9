"""O que o script diz nos rótulos e nos motivos: o protocolo, o verbo, o que a AWS faz e o nó a que a seta chega."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.checks import truths, verbs, verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from tests.proofs.bench import REAL, REPOSITORY, real


def relabeled(slug: str, edge: str, **changes):
    diagram = real(slug).diagram
    assert any(each.id == edge for each in diagram.edges)
    return replace(diagram, edges=tuple(replace(each, **changes) if each.id == edge else each for each in diagram.edges))


def codes(slug: str, edge: str, **changes) -> set[str]:
    page = architecture.read(REPOSITORY / "docs" / "arquiteturas" / slug / "index.md", "index.md")
    return {finding.code for finding in verbs.check(page, relabeled(slug, edge, **changes))}


@pytest.mark.parametrize("slug, edge, label, wrong", [
    ("envio-e-consulta", "gateway--balanceador", "HTTP e HTTPS", True), ("envio-e-consulta", "gateway--balanceador", "por HTTP", True),
    ("envio-e-consulta", "gateway--balanceador", "SSH", True), ("envio-e-consulta", "gateway--balanceador", "só HTTPS", False),
    ("envio-e-consulta", "gateway--balanceador", "HTTPS, não HTTP", False), ("envio-e-consulta", "gateway--balanceador", "entra", False),
    ("musicas", "gateway--servidor", "HTTPS", True), ("musicas", "gateway--servidor", "HTTP", False),
    ("pdv-alta-disponibilidade", "app-a--primario", "MySQL", True), ("pdv-alta-disponibilidade", "app-a--primario", "grava em PostgreSQL", False),
])
def test_a_label_names_the_protocol_of_its_port(slug, edge, label, wrong):
    assert ("rotulo-de-outra-acao" in codes(slug, edge, label=label)) is wrong


@pytest.mark.parametrize("slug, edge, label, wrong", [
    ("metadados-s3", "funcao--resultado", "move", True), ("metadados-s3", "funcao--resultado", "transfere", True),
    ("metadados-s3", "funcao--resultado", "copia", False), ("foto-perfil", "validar--fotos", "move", False),
])
def test_moving_asks_for_erasing_too(slug, edge, label, wrong):
    assert ("rotulo-de-outra-acao" in codes(slug, edge, label=label)) is wrong


@pytest.mark.parametrize("said, wrong", [
    ("A URL vale mesmo que as credenciais do servidor vençam antes.", True), ("A URL vale 15 minutos.", False),
    ("Parar a instância interrompe a cobrança dos volumes.", True), ("Parar a instância não interrompe a cobrança dos volumes.", False),
])
@pytest.mark.parametrize("where", ["declared", "unruled", "label"])
def test_a_reason_and_a_label_say_what_aws_says(where, said, wrong):
    assert bool(list(truths.drawn(relabeled("musicas", "pessoa--musicas", **{where: said})))) is wrong


def test_the_reason_of_a_node_says_what_aws_says():
    diagram = real("espectrometria").diagram
    for said, wrong in (("O Shield Standard já bloqueia os pedidos HTTP abusivos.", True), ("O Shield Standard já protege toda zona.", False)):
        nodes = tuple(replace(each, without_resource=said) if each.id == "shield" else each for each in diagram.nodes)
        assert bool(list(truths.drawn(replace(diagram, nodes=nodes)))) is wrong


def test_an_arrow_to_the_wrong_node_is_first_told_to_go_elsewhere():
    here, edge = real("dois-volumes-ebs"), "snapshots--volume-e"
    diagram = relabeled("dois-volumes-ebs", edge, id="snapshots--volume-d", head="volume-d")
    found = [finding.message for finding in verdict.judge(Reading(diagram, None, here.template)) if finding.code == "seta-sem-prova"]
    assert found[0].startswith("A seta `snapshots--volume-d` vai a `volume-d`, e o template o faz com `volume-e`: corrija a seta.")
    assert "a etiqueta" in found[0]


@pytest.mark.parametrize("slug", REAL)
def test_what_no_text_says_of_an_arrow_is_a_finding(slug):
    page = architecture.read(REPOSITORY / "docs" / "arquiteturas" / slug / "index.md", "index.md")
    for edge in (each for each in real(slug).diagram.edges if each.label):
        found = [each.message for each in verbs.check(page, relabeled(slug, edge.id, label=f"{edge.label} e teletransporta"))]
        assert any("“teletransporta”" in message for message in found), edge.id


@pytest.mark.parametrize("slug, edge, label, wrong", [
    ("envio-e-consulta", "balanceador--servidor", "consulta", True), ("envio-e-consulta", "balanceador--servidor--2", "envio", True),
    ("espectrometria", "maquina--lote", "tarefa pequena", True), ("espectrometria", "maquina--lote", "grandes tarefas", False),
    ("ecommerce", "primario--espera", "consulta", True), ("ecommerce", "primario--espera", "replica cada gravação", False),
    ("foto-perfil", "entrada--validar", "acionado por", False), ("musicas", "funcao--falhas", "guarda quem falhou", True),
    ("musicas", "funcao--falhas", "guarda os eventos", False),
])
def test_a_label_uses_the_words_of_its_own_step(slug, edge, label, wrong):
    assert ("rotulo-sem-texto" in codes(slug, edge, label=label)) is wrong
