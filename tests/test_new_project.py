"""`novo --projeto`: o repositório novo confere, monta e anda sozinho, sem este."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.website.preview import Preview
from tests.built import apart

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))"]


def run(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=where, capture_output=True, text=True, encoding="utf-8", env=apart(where))


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lugar") / "minhas arquiteturas"
    done = run(ROOT, "novo", "--projeto", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def test_it_is_clean_from_here_and_from_there(project):
    for done in (run(ROOT, "conferir", "--raiz", str(project)), run(project, "conferir")):
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "Tudo confere.\n")


def test_its_template_has_nothing_for_cfn_lint(project):
    template = project / "docs" / "arquiteturas" / "fila-de-pedidos" / "template.yaml"
    done = subprocess.run([Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--regions", "sa-east-1", "--", template],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_builds_with_its_own_tools_name_style_and_proofs(project):
    done = run(project, "construir")
    assert done.returncode == 0, done.stdout + done.stderr
    home = (project / "site" / "index.html").read_text(encoding="utf-8")
    assert "Minhas arquiteturas" in home and "assets/estilo.css" in home and "Fila de pedidos" in home
    assert "sem-servidor" in (project / "site" / "provas" / "index.html").read_text(encoding="utf-8")


def test_it_takes_the_workflows_and_the_action_of_this_tree(project):
    for name in ("action.yml", *(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github" / "workflows").glob("*.yml"))):
        assert (project / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_its_guide_promises_only_what_it_has(project):
    for name in ("CONTRIBUINDO.md", "README.md"):
        text = (project / name).read_text(encoding="utf-8")
        assert "só neste repositório" not in text and "## As ferramentas" not in text
        paths = re.findall(r"`((?:scripts|tests|docs|requirements|diagrams_src|\.github|\.venv)/[\w./<>*-]*)`", text)
        links = re.findall(r"\]\((?!https?:|\.\./)([^)#]+)", text)
        ours = [path for path in paths if not re.search(r"<|\*|\.venv|fila-de-pedidos|provas\.md#", path)]
        assert len(paths) > 3 and [path for path in (*ours, *links) if not (project / path).exists()] == []


def test_its_tests_ask_only_for_what_they_use(project):
    locked = (project / "requirements" / "test.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w.-]+)==", locked, re.MULTILINE)
    assert {"pytest", "pytest-xdist", "pytest-timeout", "cfn-lint", "sympy"} <= set(names) and len(names) < 20 and "moto==" not in locked
    assert "moto" not in (project / "requirements" / "test.in").read_text(encoding="utf-8")
    assert (project / "requirements" / "site.txt").read_bytes() == (ROOT / "requirements" / "site.txt").read_bytes()


def test_a_new_architecture_in_it_only_needs_its_texts(project):
    assert run(project, "novo", "segunda").returncode == 0
    done = run(project, "conferir", "segunda")
    assert done.returncode == 1 and done.stdout.count("\n") == done.stdout.count("[esqueleto-por-editar]") == 1, done.stdout


def test_its_tests_run_from_it(project):
    done = run(project, "testar", "fila-de-pedidos", "-v", "--", "-p", "no:cacheprovider")
    assert done.returncode == 0 and "3 passed" in done.stdout and "PASSED tests/every/" in done.stdout, done.stdout + done.stderr


def test_the_preview_shows_a_page_whose_texts_are_still_to_write(project, tmp_path, capsys):
    assert run(project, "novo", "terceira").returncode == 0
    preview = Preview(Tree(project), tmp_path)
    preview.check()
    preview.build()
    assert "esqueleto-por-editar" in capsys.readouterr().out
    assert "Terceira" in (tmp_path / "arquiteturas" / "terceira" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("x",), ("--de", "t.yaml"), ("--raiz", ".")])
def test_a_project_takes_nothing_else(tmp_path, arguments):
    done = run(ROOT, "novo", "--projeto", str(tmp_path / "p"), *arguments)
    assert done.returncode == 2 and "`--projeto` começa um repositório inteiro" in done.stderr and not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "meu.txt").write_text("meu", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "meu.txt"):
        done = run(ROOT, "novo", "--projeto", str(folder))
        assert done.returncode == 2 and "já tem alguma coisa" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["meu.txt"]
