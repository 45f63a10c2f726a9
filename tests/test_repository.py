"""O próprio repositório: tudo confere, e as tabelas do CONTRIBUINDO dizem o que existe."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "scripts"), *arguments], capture_output=True, text=True)


def test_contributing_names_every_group_kind():
    from scripts.picture.style import GROUP_COLORS

    text = (ROOT / "CONTRIBUINDO.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"Tipos de grupo: (.*?)\. ", text, re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", listed)) == set(GROUP_COLORS)


def test_a_new_architecture_agrees_from_the_start(tmp_path):
    assert run("novo", "fila-de-pedidos", "--raiz", str(tmp_path)).returncode == 0
    done = run("conferir", "--raiz", str(tmp_path))
    assert done.returncode == 1 and re.findall(r"\[([a-z-]+)\]", done.stdout) == ["esqueleto-por-editar"], done.stdout
    folder = tmp_path / "docs" / "arquiteturas" / "fila-de-pedidos"
    linted = subprocess.run([Path(sys.executable).with_name("cfn-lint"), str(folder / "template.yaml")], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    lines = (folder / "index.md").read_text(encoding="utf-8").replace("![Diga", "![Mostra")
    (folder / "index.md").write_text(re.sub(r"^( *)Diga", r"\1Escreva", lines, flags=re.MULTILINE), encoding="utf-8")
    done = run("conferir", "--raiz", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("slug", ["com espaço", "..", "../fora", "Maiuscula", "acentuação", "", "a--b", "-a"])
def test_a_bad_name_creates_nothing(tmp_path, slug):
    done = run("novo", "--raiz", str(tmp_path), "--", slug)
    assert done.returncode == 2, done.stderr
    assert "minúsculas" in done.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slug, said", [("index", "lista das arquiteturas"), ("1abc", "começa por letra")])
def test_a_name_that_is_another_thing_creates_nothing(tmp_path, slug, said):
    done = run("novo", slug, "--raiz", str(tmp_path))
    assert done.returncode == 2 and said in done.stderr and list(tmp_path.iterdir()) == []


def test_a_taken_name_is_left_alone(tmp_path):
    run("novo", "fila", "--raiz", str(tmp_path))
    script = tmp_path / "diagrams_src" / "fila.py"
    script.write_text("# meu\n", encoding="utf-8")
    done = run("novo", "fila", "--raiz", str(tmp_path))
    assert done.returncode == 2 and "diagrams_src/fila.py" in done.stderr
    assert script.read_text(encoding="utf-8") == "# meu\n"


def test_git_writes_templates_with_line_feeds():
    """Com CRLF, um template pode passar do limite do envio direto, que conta cada byte."""
    asked = subprocess.run(["git", "check-attr", "eol", "--", "docs/arquiteturas/qualquer/template.yaml"], cwd=ROOT, capture_output=True, text=True)
    if asked.returncode:
        pytest.skip("fora de um repositório Git")
    assert asked.stdout.strip().endswith("eol: lf")
