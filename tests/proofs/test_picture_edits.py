"""Edições da figura e da página que o template não desmente sozinho: cada uma é achado, com a causa."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from attempts import subject
from bench import REPOSITORY, bench

from scripts.aws.pictures import fits
from scripts.base.diagram import Edge, Node
from scripts.base.tree import Tree
from scripts.checks import steps, verdict
from scripts.checks.reading import Reading
from scripts.page import architecture

CLI, FOTO, ESPECTRO = "cli-s3-lambda-dynamodb", "foto-perfil", "espectrometria"
META, PDV, WEB, UPLOAD = "metadados-s3", "pdv-alta-disponibilidade", "web-ec2-rds-s3", "upload-ec2-ebs-rds"
SLUGS = sorted(path.stem for path in (REPOSITORY / "diagrams_src").glob("[!_]*.py"))


def codes(slug: str, edge: str = "", text: tuple[str, str] = ("", ""), turned: bool = False, others: Any = (), **changed: Any) -> set[str]:
    """Os códigos dos achados com uma seta mudada, um texto da página, ou outros nós e setas no lugar dos que têm o mesmo id, e no fim."""
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
    for other in others:
        kind = "nodes" if isinstance(other, Node) else "edges"
        kept = [one for one in getattr(diagram, kind) if one.id != other.id]
        diagram = replace(diagram, **{kind: (*kept, other)})
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


@pytest.mark.parametrize("slug, said, put", [
    (CLI, "O resultado não aciona a função", "O resultado aciona a função"), (META, "não deixa a função gravar", "também deixa a função gravar"),
    (FOTO, "não pode gravar onde", "pode gravar onde"), ("ecommerce", "[Só o CloudFront chega", "[Qualquer um chega"),
    (PDV, "acesso à máquina sem SSH", "acesso à máquina com SSH"), (CLI, "o bucket só atende por TLS", "o bucket atende por TLS"),
    (UPLOAD, "senha fora do template", "senha no template"), (PDV, "[Alta disponibilidade]", "[Sem alta disponibilidade]"),
])
def test_a_benefit_turned_around_is_a_finding(slug, said, put):
    assert "beneficio-ao-contrario" in codes(slug, text=(said, put))


@pytest.mark.parametrize("slug", (CLI, FOTO, ESPECTRO))
def test_the_real_pages_have_none(slug):
    assert not codes(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_icon_of_another_service_is_a_finding(slug):
    nodes = [node for node in subject(slug)[0].diagram.nodes if node.resources]
    wrong = {node.id: next(other.kind for other in nodes if other.kind.split(".")[2][:3] != node.kind.split(".")[2][:3]) for node in nodes}
    for node in nodes:
        assert "icone-de-outro-servico" in codes(slug, others=[replace(node, kind=wrong[node.id])]), node.id
    assert "icone-de-outro-servico" in codes(slug, others=[replace(nodes[0], kind="onprem.compute.Server")])


@pytest.mark.parametrize("type_", ["", "Lambda", "::", "AWS::"])
def test_what_is_not_a_type_has_no_icon(type_):
    assert not fits("aws.compute.Lambda", type_)


@pytest.mark.parametrize("kind", ["aws.general.General", "aws.storage.S3", "custom.Custom", "Node"])
def test_a_general_icon_affirms_nothing(kind):
    node = next(node for node in subject(CLI)[0].diagram.nodes if node.id == "entrada")
    assert not codes(CLI, others=[replace(node, kind=kind)])


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_outside_reaches_what_lives_in_a_network_by_declaring_it(slug):
    diagram = subject(slug)[0].diagram
    person = next(node.id for node in diagram.nodes if not node.resources)
    inside = [node for node in diagram.nodes if node.kind.endswith((".RDS", ".EKS", "NATGateway", "Elasticache"))]
    for node in inside:
        arrow = Edge("nova", person, node.id, 1, declared="Com as próprias credenciais.")
        assert "declarada-sem-direito" in codes(slug, others=[arrow]), node.id


@pytest.mark.parametrize("reason, right", [
    ("Quem baixa usa o endereço público do objeto.", False), ("O bucket é público.", False), ("Qualquer um com o endereço baixa.", False),
    ("Baixa sem credenciais.", False), ("Um pedido anônimo.", False), ("Usa as próprias credenciais.", True), ("O bucket não é público: usa uma URL assinada.", True),
])
def test_public_access_is_not_declared_but_proven(reason, right):
    arrow = Edge("nova", "pessoa", "bucket", 1, declared=reason)
    assert ("declarada-sem-direito" in codes(WEB, others=[arrow])) != right


ACTS = {"lê": "s3:GetObject", "grava": "s3:PutObject", "apaga": "s3:DeleteObject"}


@pytest.mark.parametrize("verb, other", [(verb, other) for verb in ACTS for other in ACTS if verb != other])
def test_a_label_that_says_another_act_is_a_finding(verb, other):
    found = codes(WEB, "servidor--bucket", label=f"{verb} os arquivos", action=ACTS[other])
    assert "rotulo-de-outra-acao" in found
    assert "rotulo-de-outra-acao" not in codes(WEB, "servidor--bucket", label=f"{verb} os arquivos", action=f"{ACTS[other]} {ACTS[verb]}")


@pytest.mark.parametrize("slug, one, other", [
    (META, "funcao--resultado", "funcao--auditoria"), (META, "funcao--entrada", "funcao--resultado"), (FOTO, "validar--entrada", "validar--tabela"),
    (UPLOAD, "servidor--volume", "servidor--banco"), ("musicas", "funcao--musicas", "funcao--fichas"),
    (ESPECTRO, "site--upload", "site--resultado"), ("ecommerce", "funcao--fila", "funcao--arquivos"), (CLI, "funcao--entrada", "funcao--resultados"),
])
def test_two_labels_swapped_are_a_finding(slug, one, other):
    edges = {edge.id: edge for edge in subject(slug)[0].diagram.edges}
    swapped = [replace(edges[one], label=edges[other].label), replace(edges[other], label=edges[one].label)]
    assert codes(slug, others=swapped) & {"verbo-de-outra-seta", "rotulo-de-outra-acao"}


def _swaps():
    """Cada par de setas do mesmo passo e da mesma origem, com rótulos diferentes, de cada arquitetura."""
    for slug in SLUGS:
        edges = [edge for edge in subject(slug)[0].diagram.edges if edge.step and edge.label]
        yield from ((slug, one.id, other.id) for one, other in combinations(edges, 2)
                    if (one.tail, one.step) == (other.tail, other.step) and one.head != other.head and one.label != other.label)


@pytest.mark.parametrize("slug, one, other", list(_swaps()))
def test_two_labels_of_a_step_swapped_are_a_finding(slug, one, other):
    edges = {edge.id: edge for edge in subject(slug)[0].diagram.edges}
    swapped = [replace(edges[one], label=edges[other].label), replace(edges[other], label=edges[one].label)]
    assert codes(slug, others=swapped) & {"rotulos-trocados", "verbo-de-outra-seta"}


@pytest.mark.parametrize("one, other, swapped", [
    ("recebe", "guarda o pronto", False), ("guarda o pronto", "recebe", True), ("entrega o pronto", "guarda", False), ("grava", "escreve", False),
    ("usa", "recebe o que é definitivo", False),
])
def test_labels_that_say_nothing_of_the_other_end_may_stay(one, other, swapped):
    edges = {edge.id: edge for edge in subject("dois-volumes-ebs")[0].diagram.edges}
    changed = [replace(edges["servidor--volume-d"], label=one), replace(edges["servidor--volume-e"], label=other)]
    assert ("rotulos-trocados" in codes("dois-volumes-ebs", others=changed)) is swapped


@pytest.mark.parametrize("slug, said, put", [
    (FOTO, "daquela versão no [bucket de entrada](#entrada)", "daquela versão no [bucket de fotos](#fotos)"),
    (UPLOAD, "salva o arquivo no volume EBS da mesma zona e grava os metadados no RDS", "salva o arquivo no RDS e grava os metadados no volume EBS"),
    (ESPECTRO, "A [API](#api) invoca a função [Inicia análise](#iniciar), que aciona o [Step Functions](#maquina).",
     "A [API](#api) aciona o [Step Functions](#maquina), que invoca a função [Inicia análise](#iniciar)."),
])
def test_a_sentence_whose_verb_is_of_another_arrow_is_a_finding(slug, said, put):
    assert "verbo-de-outra-seta" in codes(slug, text=(said, put))


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
