"""O próprio repositório: tudo confere, e as tabelas do CONTRIBUINDO dizem o que existe."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.page import document
from scripts.proofs.claims.kinds import HOURLY
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parent.parent
TREE = Tree(ROOT)
SLUGS = sorted(path.stem for path in (ROOT / "diagrams_src").glob("[!_]*.py"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "scripts"), *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def linted() -> subprocess.CompletedProcess[str]:
    """Um `cfn-lint` só para todos os templates: começar custa mais que ler um."""
    command = [Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--regions", "sa-east-1", "us-east-1", "--format", "parseable"]
    return subprocess.run([*command, "--template", *(str(TREE.template(slug)) for slug in SLUGS)], capture_output=True, text=True)


@pytest.mark.parametrize("slug", SLUGS)
def test_templates_pass_cfn_lint_without_suppressions(linted, slug):
    path = TREE.template(slug)
    assert "cfn-lint" not in path.read_text(encoding="utf-8")
    assert [line for line in linted.stdout.splitlines() if line.startswith(f"{path}:")] == []


def test_cfn_lint_read_them_all(linted):
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout + linted.stderr


SECTIONS = ["Fluxo de dados", "Componentes", "Benefícios", "Template e implantação", "Validação", "Segurança",
            "O que é cobrado mesmo parado", "Limpeza", "Problemas comuns", "O que mudou em relação às anotações originais",
            "Relacionadas"]


@pytest.mark.parametrize("slug", TREE.architectures())
def test_pages_have_the_same_sections_in_the_same_order(slug):
    read = document.read(TREE.page(slug))
    assert [heading.text for heading in read.headings if heading.level == 2] == SECTIONS
    assert "O que não foi verificado aqui" in [heading.text for heading in read.headings]
    text = TREE.page(slug).read_text(encoding="utf-8")
    assert "**Não serve**" in text and ("**Cobra por hora" in text) != ("**Não cobra por hora**" in text)
    assert ("**Cobra por hora" in text) == any(resource.type in HOURLY for resource in cloudformation.read(TREE.template(slug)).resources.values())


def test_contributing_names_every_group_kind():
    from scripts.picture.style import GROUP_COLORS

    text = (ROOT / "CONTRIBUINDO.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"Tipos de grupo: (.*?)\. ", text, re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", listed)) == set(GROUP_COLORS)


def test_a_new_architecture_agrees_from_the_start(tmp_path):
    assert run("novo", "fila-de-pedidos", "--raiz", str(tmp_path)).returncode == 0
    done = run("conferir", "--raiz", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    template = tmp_path / "docs" / "arquiteturas" / "fila-de-pedidos" / "template.yaml"
    linted = subprocess.run([Path(sys.executable).with_name("cfn-lint"), str(template)], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("slug", ["com espaço", "..", "../fora", "Maiuscula", "acentuação", "", "a--b", "-a"])
def test_a_bad_name_creates_nothing(tmp_path, slug):
    done = run("novo", "--raiz", str(tmp_path), "--", slug)
    assert done.returncode == 2, done.stderr
    assert "minúsculas" in done.stderr and list(tmp_path.iterdir()) == []


def test_a_taken_name_is_left_alone(tmp_path):
    run("novo", "fila", "--raiz", str(tmp_path))
    script = tmp_path / "diagrams_src" / "fila.py"
    script.write_text("# meu\n", encoding="utf-8")
    done = run("novo", "fila", "--raiz", str(tmp_path))
    assert done.returncode == 2 and "diagrams_src/fila.py" in done.stderr
    assert script.read_text(encoding="utf-8") == "# meu\n"
