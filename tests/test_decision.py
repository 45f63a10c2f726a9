"""A figura de decisão: o script, a figura na pasta da comparação, e as folhas contra a tabela."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.test_website import site  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """\
from diagrams import Diagram, Edge, Node

with Diagram("Qual", direction="TB", show=False):
    pergunta = Node("Espera?", nodeid="espera", shape="ellipse")
    pergunta >> Edge(label="sim") >> Node("Uma", nodeid="uma", shape="box")
    pergunta >> Edge(label="não") >> Node("Outra", nodeid="outra", shape="box")
"""
PAGE = """\
# Qual?

Veja.

![A árvore](escolha/diagrama.svg)

## Lado a lado

| Arquitetura | Serviços | Cobra por hora |
| --- | --- | --- |
| [Uma](../arquiteturas/uma/index.md) | S3 | Não |
| [Outra](../arquiteturas/outra/index.md) | S3 | Não |
"""
PICTURE = "docs/comparacoes/escolha/diagrama.svg"


@pytest.fixture
def project(tmp_path, capfd) -> Project:
    """Uma árvore só com uma comparação; da página, aqui só interessa a figura."""
    made = Project(tmp_path / "arvore", capfd)
    (made.sources / "comparacoes").mkdir()
    write(made, SCRIPT, PAGE)
    return made


def write(project: Project, script: str, page: str) -> None:
    (project.root / "docs/comparacoes").mkdir(parents=True, exist_ok=True)
    (project.sources / "comparacoes/escolha.py").write_text(script, encoding="utf-8")
    (project.root / "docs/comparacoes/escolha.md").write_text(page, encoding="utf-8")


def found(project: Project) -> list[str]:
    """Os achados da figura; os da comparação e dos links são de outros testes."""
    codes = "figura|diagrama|folha|linha-sem-folha|pergunta|slug"
    return [one for one in project.run("conferir").findings if re.search(rf"\[({codes})", one)]


def test_a_decision_is_drawn_beside_its_page_and_is_no_architecture(project):
    assert project.run("gerar", "escolha").status == 0
    assert PICTURE in project.files() and not project.picture("escolha").exists()
    assert found(project) == []
    assert project.run("conferir", "escolha").status == 2


@pytest.mark.parametrize("script, page, said", [
    (('nodeid="uma"', 'nodeid="duas"'), ("", ""), "folha-sem-linha] A folha `duas`"),
    (('nodeid="uma"', 'nodeid="duas"'), ("", ""), "linha-sem-folha] `uma` está na tabela"),
    (("", ""), ("| [Outra](../arquiteturas/outra/index.md) | S3 | Não |\n", ""), "folha-sem-linha] A folha `outra`"),
    (("", ""), ("| Não |\n", "| Não |\n| [Mais](../arquiteturas/mais/index.md) | S3 | Não |\n"), "linha-sem-folha] `mais` está na tabela"),
    (('Edge(label="sim") >> ', ""), ("", ""), "pergunta-sem-saida] A pergunta `espera`"),
    (("    pergunta >> Edge(label=\"não\") >> ", "    "), ("", ""), "pergunta-sem-saida] A pergunta `espera`"),
    (("", ""), ("![A árvore](escolha/diagrama.svg)", "Nada."), "figura-ausente] A página não mostra a figura"),
    (("", ""), ("![A árvore]", "![]"), "figura-sem-descricao] A figura não tem texto alternativo"),
])
def test_what_the_figure_and_the_table_do_not_agree_on_is_found(project, script, page, said):
    write(project, SCRIPT.replace(*script, 1), PAGE.replace(*page, 1))
    project.run("gerar")
    assert any(said in one for one in found(project)), found(project)


def test_an_old_figure_an_absent_page_and_a_name_that_is_no_address_are_found(project):
    assert any("diagrama-desatualizado" in one for one in found(project))
    project.run("gerar")
    write(project, SCRIPT.replace("Espera?", "Quer?"), PAGE)
    assert any("diagrama-desatualizado" in one for one in found(project))
    (project.root / "docs/comparacoes/escolha.md").unlink()
    assert any("docs/comparacoes/escolha.md:1: [pagina-ausente]" in one for one in project.run("conferir").findings)
    shutil.move(project.sources / "comparacoes/escolha.py", project.sources / "comparacoes/Qual_É.py")
    assert any("slug-invalido" in one for one in found(project))


def test_on_the_site_each_leaf_leads_to_its_page(site):
    html = (site / "comparacoes/qual-arquitetura/index.html").read_text(encoding="utf-8")
    picture = re.search(r'<figure class="?arq-choice"?>.*?</figure>', html, re.DOTALL)[0]
    leaves = re.findall(r'<a href="?([^"> ]+)"? aria-label=(?:"[^"]+"|[^"> ]+)><g[^>]*data-node="?([^"> ]+)', picture)
    assert len(leaves) == 9 and all(target == f"../../arquiteturas/{slug}/" and (ROOT / f"docs/arquiteturas/{slug}").is_dir() for target, slug in leaves)
