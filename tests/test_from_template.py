"""`novo --de`: de um template ao desenho que ele permite; o que sobra são os textos por escrever e o que nenhuma regra prova."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from tests.proofs.test_common_properties import FAN

ROOT = Path(__file__).resolve().parent.parent
WHOLE = ("cli-s3-lambda-dynamodb", "foto-perfil", "ecommerce", "musicas", "pdv-alta-disponibilidade")
"""As arquiteturas em que tudo o que o template permite se desenha sozinho."""

TO_WRITE = {"esqueleto-por-editar", "prazo-sem-texto", "aviso-sem-nome", "limpeza-incompleta", "remocao-diferente", "ritmo-desfeito"}
"""Os achados que só um texto da página resolve."""


def source(slug: str) -> Path:
    return Tree(ROOT).template(slug)


@pytest.mark.parametrize("slug", WHOLE)
def test_what_the_template_allows_is_drawn_and_only_the_texts_are_left(project, slug):
    shutil.copytree(ROOT / "scripts" / "skeleton" / "project" / "docs", project.root / "docs")
    (project.root / "docs" / "provas.md.txt").rename(project.root / "docs" / "provas.md")
    done = project.run("novo", slug, "--de", str(source(slug)))
    assert done.status == 0, done.said
    found = project.run("conferir", slug).findings
    codes = {re.findall(r"\[([a-z-]+)\]", line)[0] for line in found}
    assert "esqueleto-por-editar" in codes and codes <= TO_WRITE, found
    assert (project.root / "docs" / "arquiteturas" / slug / "template.yaml").read_bytes() == source(slug).read_bytes()
    assert "provas.md#" in (project.root / "docs" / "arquiteturas" / slug / "index.md").read_text(encoding="utf-8")


def test_the_copies_of_a_resource_share_a_step_and_who_is_only_told_comes_last(project):
    assert project.run("novo", "loja", "--de", str(source("espectrometria"))).status == 0
    script = (project.root / "diagrams_src" / "loja.py").read_text(encoding="utf-8")
    steps = dict(re.findall(r"(\w+ >> Edge\([^)]*\) >> \w+)()", script))
    number = {line: re.findall(r'passo="(\d+)"', line)[0] for line in steps}
    to = {line: line.split(" >> ")[0] for line in number if line.endswith(">> balanceador_interno")}
    assert len(to) == 2 and len({number[line] for line in to}) == 1
    last = max(number, key=lambda line: int(number[line]))
    assert last.endswith(">> pessoa")
    page = (project.root / "docs" / "arquiteturas" / "loja" / "index.md").read_text(encoding="utf-8")
    told = re.findall(r"^(\d+)\. Diga", page, re.MULTILINE)
    assert told == [str(each) for each in range(1, len(set(number.values())) + 1)]


def test_who_reads_a_queue_comes_after_what_arrives_there(project):
    file = project.root / "fila.yaml"
    file.write_text("Resources:\n" + "".join(f"  {line}\n" for line in FAN.splitlines()), encoding="utf-8")
    assert project.run("novo", "avisos", "--de", str(file)).status == 0
    script = (project.root / "diagrams_src" / "avisos.py").read_text(encoding="utf-8")
    order = re.findall(r'(\w+) >> Edge\(passo="(\d+)"[^)]*\) >> (\w+)', script)
    step = {(tail, head): int(number) for tail, number, head in order}
    assert step["balde", "regra"] < step["regra", "topico"] < step["topico", "fila_a"] < step["funcao_a", "fila_a"]


def test_a_template_already_in_its_place_is_taken_as_it_is(project):
    target = project.root / "docs" / "arquiteturas" / "minha" / "template.yaml"
    target.parent.mkdir(parents=True)
    target.write_bytes(source("cli-s3-lambda-dynamodb").read_bytes())
    assert project.run("novo", "minha", "--de", str(target)).status == 0
    assert project.run("novo", "minha", "--de", str(target)).status == 2


def test_a_template_without_what_any_rule_knows_is_still_a_start(project, tmp_path):
    file = tmp_path / "novo.yaml"
    file.write_text("Resources:\n  1Coisa: {Type: AWS::Novo::Servico}\n  Fila: {Type: AWS::SQS::Queue}\n", encoding="utf-8")
    assert project.run("novo", "coisa", "--de", str(file)).status == 0
    assert "esqueleto-por-editar" in project.run("conferir", "coisa").out


@pytest.mark.parametrize("text, status, said", [
    (None, 2, "Não há o arquivo"), ("Resources: [", 1, "["), ("nada: 1", 1, "["), ("Resources: {}", 1, "["), ("\ufeffResources:\r\n  F: 1\r\n", 1, "["),
])
def test_what_is_not_a_template_writes_nothing(project, tmp_path, text, status, said):
    file = tmp_path / "t.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    before = project.files()
    done = project.run("novo", "coisa", "--de", str(file))
    assert (done.status, project.files()) == (status, before) and said in done.said + done.out
