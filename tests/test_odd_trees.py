"""Árvores fora do comum: sem nenhuma arquitetura, com uma, com muitas; arquivos com BOM, CRLF e tabulações; pasta com espaço."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from tests.conftest import Project

PARTS = Path(__file__).resolve().parent.parent / "scripts" / "skeleton" / "project"
SLUG = "fila-de-pedidos"


@pytest.fixture
def small(tmp_path, capfd) -> Project:
    """A árvore de exemplo, numa pasta com espaço no nome, já desenhada."""
    project = Project(tmp_path / "uma pasta", capfd)
    for part in sorted(PARTS.rglob("*.txt")):
        target = project.root / part.relative_to(PARTS).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text(encoding="utf-8").replace("${name}", "Nome"), encoding="utf-8")
    assert project.run("gerar").status == 0
    return project


def files(project: Project) -> list[Path]:
    tree = Tree(project.root)
    return [tree.script(SLUG), tree.page(SLUG), tree.template(SLUG), project.root / "docs" / "provas.md"]


def test_a_tree_without_architectures_is_fine(small):
    shutil.rmtree(small.root / "docs" / "arquiteturas" / SLUG)
    (small.sources / f"{SLUG}.py").unlink()
    assert (small.run("conferir").status, small.run("gerar").status) == (0, 0)


def test_a_tree_with_one_is_fine(small):
    assert (small.run("conferir").status, small.run("conferir", SLUG).status) == (0, 0)


@pytest.mark.parametrize("change", [
    lambda data: b"\xef\xbb\xbf" + data, lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
], ids=["BOM", "CRLF", "os dois"])
@pytest.mark.parametrize("index", range(4), ids=["script", "página", "template", "Provas"])
def test_how_an_editor_saves_is_no_finding(small, index, change):
    path = files(small)[index]
    path.write_bytes(change(path.read_bytes()))
    assert small.run("conferir").findings == []


@pytest.mark.parametrize("old, new", [("| [Fila de pedidos]", "|\t[Fila de pedidos]"), ("1. [Quem", "1.\t[Quem"), ("- **[Sem", "-\t**[Sem")])
def test_tabs_where_markdown_takes_them(small, old, new):
    page = files(small)[1]
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")
    assert small.run("conferir").findings == []


def test_sixty_architectures(small):
    for number in range(60):
        name = f"fila-{number}"
        shutil.copytree(small.root / "docs" / "arquiteturas" / SLUG, small.root / "docs" / "arquiteturas" / name)
        page = Tree(small.root).page(name)
        page.write_text(page.read_text(encoding="utf-8").replace(f"name {SLUG}", f"name {name}"), encoding="utf-8")
        shutil.copy(small.sources / f"{SLUG}.py", small.sources / f"{name}.py")
    assert small.run("gerar").status == 0
    assert small.run("conferir").findings == []
