"""O que os passos e os benefícios dizem em números: cada um é uma linha do que prova a frase, ou é um achado."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest

from scripts.base.tree import Tree
from scripts.checks import numbers, verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.page.quantities import quantities
from tests.proofs.bench import REAL, REPOSITORY, real


@lru_cache(maxsize=None)
def page_of(slug):
    return architecture.read(Tree(REPOSITORY).page(slug))


def codes(slug, page=None, changed=None):
    subject = changed or real(slug)
    return {found.code for found in verdict.judge(Reading(subject.diagram, page or page_of(slug), subject.template))}


def retold(slug, old, new):
    """A página, com um trecho trocado."""
    text = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8")
    assert old in text
    return architecture.parse(text.replace(old, new), page_of(slug).path)


@pytest.mark.parametrize(("text", "told"), [
    ("fica 14 dias na fila", [("tempo", 1_209_600)]),
    ("de 10 a 30 dias", [("tempo", 864_000), ("tempo", 2_592_000)]),
    ("em 1 ano, e os resultados em 5 anos", [("tempo", 31_536_000), ("tempo", 157_680_000)]),
    ("ganha um snapshot por dia", [("período", 86_400)]),
    ("duas vezes por dia", [("período", 43_200)]),
    ("todo dia, de hora em hora, de 12 em 12 horas", [("período", 86_400), ("período", 3600), ("período", 43_200)]),
    ("uma cópia diária, a cada 5 minutos", [("período", 86_400), ("período", 300)]),
    ("até 5 MiB", [("tamanho", 5 * 2**20)]),
    ("a meta de CPU é de 60%, ou 7,5 por cento", [("porcentagem", 60), ("porcentagem", 7.5)]),
    ("nas portas 80 e 443", [("porta", 80), ("porta", 443)]),
    ("de duas a quatro instâncias", [("contagem", 2), ("contagem", 4)]),
    ("até dez de cada vez, em cinco tentativas", [("contagem", 10), ("contagem", 5)]),
    ("um aviso, uma vez só, o SHA-256 em UTF-8, o Route 53 do passo 2 (consultado em 2026-11-29)", []),
])
def test_what_a_sentence_says_in_numbers(text, told):
    assert [(said.kind, said.value) for said in quantities(text)] == told


def supported(slug):
    """Cada quantidade da página que uma propriedade sustenta: a linha e o texto dela, e os lugares do template."""
    subject, page = real(slug), page_of(slug)
    read = Reading(subject.diagram, page, subject.template)
    for said in numbers.sentences(page, subject.diagram, read.views, read.proofs, [result for _, result in read.claims]):
        for quantity in quantities(said.text):
            found = numbers.supported(read.views, said, quantity)
            paths = tuple(dict.fromkeys(measure.path for measure in found if measure.path[-1] != "AvailabilityZone"))
            if paths:
                yield f"{said.line}: {quantity.text}", paths


def with_other_values(slug, paths):
    changed = real(slug)
    for path in paths:
        value = changed.template.data
        for key in path:
            value = value[key]
        changed = changed.put(*path, value=2 * int(value) + 1 if str(value).isdecimal() else "cron(0 6 1 1 ? *)")
    return changed


@pytest.mark.parametrize("slug", REAL)
def test_another_value_in_the_template_is_a_finding(slug):
    said = dict.fromkeys(supported(slug))
    wanted = {"numero-sem-prova", "beneficio-falso", "seta-sem-prova"}
    judged = {paths: codes(slug, changed=with_other_values(slug, paths)) & wanted for paths in {paths for _, paths in said}}
    assert [text for text, paths in said if not judged[paths]] == []


@pytest.mark.parametrize(("slug", "old", "new"), [
    ("cli-s3-lambda-dynamodb", "fica 14 dias na fila", "fica 15 dias na fila"),
    ("cli-s3-lambda-dynamodb", "fica 14 dias na fila", "fica 14 horas na fila"),
    ("dois-volumes-ebs", "ganha um snapshot por dia", "ganha dois snapshots por dia"),
    ("dois-volumes-ebs", "ganha um snapshot por dia", "ganha um snapshot semanal"),
    ("ecommerce", "até dez de cada vez", "até vinte de cada vez"),
    ("ecommerce", "banco estão em duas zonas", "banco estão em três zonas"),
    ("ecommerce", "falhou cinco vezes", "falhou três vezes"),
    ("ecommerce", "falhou cinco vezes", "falhou em cinco novas tentativas"),
    ("ecommerce", "falhou cinco vezes", "se repetiu cinco vezes"),
    ("ecommerce", "falhou cinco vezes", "falhou depois de `400` itens"),
    ("ecommerce", "falhou cinco vezes", "devolveu `499`"),
    ("envio-e-consulta", "na porta 443", "na porta 8443"),
    ("espectrometria", "Acima de 5 MiB", "Acima de 50 MiB"),
    ("espectrometria", "depois de 1 ano", "depois de 2 anos"),
    ("espectrometria", ", de 14 dias.", ", de 7 dias."),
    ("foto-perfil", "vale 5 minutos", "vale 15 minutos"),
    ("pdv-alta-disponibilidade", "CPU no alvo", "CPU em 90%"),
    ("web-ec2-rds-s3", "guarda as versões pelo prazo de `DiasVersoes`", "guarda as versões por 90 dias"),
    ("musicas", "Guarda por 14 dias os eventos", "Guarda por 30 dias os eventos"),
    ("musicas", "um evento que falha três vezes", "um evento que falha seis vezes"),
    ("dois-volumes-ebs", "ganha um snapshot por dia e um último", "ganha um snapshot por hora e um último"),
    ("espectrometria", "Mantém de duas a quatro instâncias", "Mantém de duas a oito instâncias"),
    ("espectrometria", "chega a 80% do limite", "chega a 50% do limite"),
    ("metadados-s3", "esta função para em 5 minutos", "esta função para em 2 minutos"),
    ("metadados-s3", "com 1.024 MB", "com 2.048 MB"),
])
def test_another_number_on_the_page_is_a_finding(slug, old, new):
    assert "numero-sem-prova" in codes(slug, retold(slug, old, new))


@pytest.mark.parametrize(("slug", "old", "new"), [
    ("pdv-alta-disponibilidade", "CPU no alvo", "CPU em 50%"),
    ("pdv-alta-disponibilidade", "CPU no alvo", "CPU no alvo, `CpuAlvo`"),
    ("web-ec2-rds-s3", "guarda as versões pelo prazo de `DiasVersoes`", "guarda as versões por 7 dias"),
    ("ecommerce", "falhou cinco vezes", "falhou em quatro novas tentativas"),
    ("ecommerce", "falhou cinco vezes", "se repetiu quatro vezes"),
    ("ecommerce", "falhou cinco vezes", "tentou de novo quatro vezes"),
    ("ecommerce", "falhou cinco vezes", "devolveu `400`"),
    ("metadados-s3", "esta função para em 5 minutos", "esta função para em 300 segundos"),
    ("metadados-s3", "Por isso há limite", "As anotações davam à função 2 minutos. Por isso há limite"),
    ("metadados-s3", "Por isso há limite", "A função de [outro serviço](https://docs.aws.amazon.com/) para em 2 minutos. Por isso há limite"),
    ("espectrometria", "um pedido ao", "um pedido, em [até 15 minutos](https://docs.aws.amazon.com/) (consultado em 2026-11-29), ao"),
])
def test_a_number_that_a_line_says_or_that_has_a_source_passes(slug, old, new):
    assert not codes(slug, retold(slug, old, new)) & {"numero-sem-prova", "nome-sem-prova"}


@pytest.mark.parametrize(("slug", "old", "new"), [
    ("cli-s3-lambda-dynamodb", "passe em `TopicoAlarme`", "passe em `DiasArquivos`"),
    ("cli-s3-lambda-dynamodb", "Só arquivos `.csv`", "Só arquivos `.xml`"),
    ("cli-s3-lambda-dynamodb", "da pasta `entrada/`", "da pasta `saida/`"),
    ("pdv-alta-disponibilidade", "Ele pergunta `/saude`", "Ele pergunta `/health`"),
    ("pdv-alta-disponibilidade", "CPU no alvo", "CPU no alvo, `AlvoCpu`"),
    ("ecommerce", "passe em `TopicoAlarme`", "passe em `TopicoDeAvisos`"),
])
def test_a_name_that_nothing_on_the_way_uses_is_a_finding(slug, old, new):
    assert "nome-sem-prova" in codes(slug, retold(slug, old, new))


def labelled(slug, kind, old, new):
    """O diagrama, com um rótulo trocado."""
    diagram = real(slug).diagram
    elements = getattr(diagram, kind)
    assert any(element.label == old for element in elements)
    return replace(diagram, **{kind: tuple(replace(each, label=new) if each.label == old else each for each in elements)})


@pytest.mark.parametrize(("slug", "kind", "old", "new", "right"), [
    ("espectrometria", "nodes", "Upload\n(1 ano)", "Upload (2 anos)", False),
    ("espectrometria", "nodes", "Upload\n(1 ano)", "Upload (5 anos)", False),
    ("espectrometria", "nodes", "Upload\n(1 ano)", "Upload (365 dias)", True),
    ("dois-volumes-ebs", "edges", "copia\ntodo dia", "copia\ntoda semana", False),
    ("dois-volumes-ebs", "edges", "copia\ntodo dia", "copia diária", True),
    ("ecommerce", "groups", "Auto Scaling", "Auto Scaling, de 2 a 9 instâncias", False),
    ("ecommerce", "groups", "Auto Scaling", "Auto Scaling, de 2 a 4 instâncias", True),
])
def test_the_number_in_a_label_is_a_line_of_the_template(slug, kind, old, new, right):
    found = verdict.judge(Reading(labelled(slug, kind, old, new), page_of(slug), real(slug).template))
    assert not [each.line for each in found if each.code == "numero-sem-prova" and each.path == f"diagrams_src/{slug}.py"] is right


@pytest.mark.parametrize(("text", "right"), [("até 10 por segundo", True), ("até dez pedidos por segundo", True), ("até 20 por segundo", False)])
def test_a_stage_says_how_many_requests_a_second(text, right):
    from scripts.proofs.facts.measures import measures
    from scripts.proofs.facts.views import views_of
    from tests.proofs.bench import parse

    template = parse("E: {Type: AWS::ApiGatewayV2::Stage, Properties: {DefaultRouteSettings: {ThrottlingRateLimit: 10}}}")
    said, = quantities(text)
    known = list(measures(views_of(template).each[0], [("Resources", "E", "Properties")]))
    assert any(each.kind == said.kind and each.value == said.value for each in known) is right


@pytest.mark.parametrize(("old", "new", "wrong"), [
    ("até a quinta tentativa", "até a terceira tentativa", True), ("até a quinta tentativa", "até a 5ª tentativa", False),
    ("ou falhou cinco vezes", "ou falhou três vezes", True), ("ou falhou cinco vezes", "ou falhou 5 vezes", False),
])
def test_how_many_times_a_message_fails_is_counted_in_the_whole_page(old, new, wrong):
    assert ("numero-sem-prova" in codes("ecommerce", retold("ecommerce", old, new))) is wrong
