"""O que toda página precisa ter: cada falta é um achado, na linha, com o conserto; uma árvore pode traduzir os títulos."""

from __future__ import annotations

import pytest

from scripts.base.findings import Defect
from scripts.checks import sections
from scripts.page import architecture, titles
from scripts.template import cloudformation

PAGE = """\
# Envio

Envia. **Não serve** para vídeos.

**Não cobra por hora**: só o que se guarda.

## Fluxo de dados

## Componentes

## Benefícios

## Template e implantação

## Validação

### O que não foi verificado aqui

## Segurança

## O que é cobrado mesmo parado

## Limpeza

## Problemas comuns

## Relacionadas
"""
QUIET = "Resources: {B: {Type: AWS::S3::Bucket}}"
HOURLY = "Resources: {B: {Type: AWS::EC2::Instance}}"
STRANGE = "Resources: {B: {Type: AWS::Novo::Servico}}"
SECTIONS = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")]


def found(text, template=QUIET, named=titles.STANDARD):
    read = template and cloudformation.parse(template, "t.yaml")
    return [(one.line, one.code) for one in sections.check(architecture.parse(text, "p.md", named), read)]


def test_a_whole_page_has_no_findings():
    assert found(PAGE) == []
    assert found(PAGE.replace("## Limpeza", "## Escala\n\n## Limpeza")) == []
    assert found(PAGE.replace("## Rel", "## O que mudou em relação às anotações originais\n\n## Rel")) == []


@pytest.mark.parametrize("title", SECTIONS[3:])
def test_each_section_is_asked_for(title):
    after = PAGE.splitlines().index(f"## {SECTIONS[SECTIONS.index(title) - 1]}") + 1
    assert found(PAGE.replace(f"## {title}", "## Outra coisa")) == [(after, "secao-ausente")]


@pytest.mark.parametrize("title", SECTIONS[3:])
def test_a_section_comes_once(title):
    twice = f"{PAGE}\n## {title}\n"
    assert (len(twice.splitlines()), "secao-repetida") in found(twice)


def test_the_order_is_asked_for_where_it_breaks():
    swapped = PAGE.replace("## Segurança", "## X").replace("## Limpeza", "## Segurança").replace("## X", "## Limpeza")
    assert found(swapped) == [(swapped.splitlines().index("## O que é cobrado mesmo parado") + 1, "secao-fora-de-ordem")]


@pytest.mark.parametrize("old, new, template, wanted", [
    ("**Não serve**", "Não serve", QUIET, (1, "limite-ausente")),
    ("### O que não foi verificado aqui\n", "", QUIET, (15, "nao-verificado-ausente")),
    ("**Não cobra por hora**", "Custa", QUIET, (1, "cobranca-ausente")),
    ("**Não cobra por hora**", "Custa", HOURLY, (1, "cobranca-ausente")),
    ("**Não cobra por hora**", "**Cobra por hora**", QUIET, (5, "cobranca-diverge")),
    ("nada", "nada", HOURLY, (5, "cobranca-diverge")),
    ("nada", "nada", STRANGE, (1, "cobranca-desconhecida")),
    ("Envia.", "Diga o que se ganha.", QUIET, (3, "esqueleto-por-editar")),
])
def test_what_the_summary_says_is_held_to_the_template(old, new, template, wanted):
    assert found(PAGE.replace(old, new), template) == [wanted]


def test_without_a_template_the_charge_is_not_judged():
    assert found(PAGE.replace("**Não cobra por hora**", "Custa"), "") == []


def test_a_tree_translates_its_titles(tmp_path):
    (tmp_path / titles.FILE).write_text('[titulos]\nfluxo = "Data flow"\nnao_serve = "Not for"\n', encoding="utf-8")
    named = titles.read(tmp_path)
    text = PAGE.replace("Fluxo de dados", "Data flow").replace("**Não serve**", "**Not for**")
    assert found(text, named=named) == [] and found(text) != []
    page = architecture.parse(text.replace("## Data flow", "## Data flow\n\n1. Envia."), "p.md", named)
    assert [step.text for step in page.steps] == ["Envia."]


@pytest.mark.parametrize("text, line, said", [
    ("[titulos]\nfluxo =", 2, "não é TOML"), ('[titulos]\nflow = "x"', 1, "não há o título `flow`"), ("titulos = 1", 1, "é uma tabela"),
    ("[titulos]\nfluxo = 1", 1, "precisa ser um texto"), ('[outra]\nx = "x"', 1, "só `titulos`"),
    ('[titulos]\nfluxo = "Limpeza"', 1, "duas seções"),
])
def test_a_setting_that_does_not_serve_is_a_finding(tmp_path, text, line, said):
    (tmp_path / titles.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Defect) as caught:
        titles.read(tmp_path)
    assert [(one.path, one.code) for one in caught.value.findings] == [(titles.FILE, "configuracao-invalida")]
    assert said in caught.value.findings[0].message
