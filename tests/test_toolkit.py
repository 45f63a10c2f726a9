"""As regras da casa: quem importa quem, tamanhos, docstrings e caminhos de máquina."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from scripts import icons

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
MODULES = sorted(path for path in SCRIPTS.rglob("*.py"))
LONGEST_MODULE = 280
LONGEST_FUNCTION = 35
WIDEST_LINE = 150

# Cada estágio só importa dos andares de cima; os de um mesmo andar não se conhecem.
FLOORS = [
    {"findings", "geometry", "icons"},
    {"model", "source"},
    {"text", "tree"},
    {"measures", "assemble", "style"},
    {"order", "capture"},
    {"layout"},
    {"compaction", "routing", "labels"},
    {"placement"},
    {"invariants", "drawing"},
    {"pipeline"},
    {"worker", "workshop"},
    {"generate"},
]
PIPELINE = set().union(*FLOORS)
# Da figura, a página e o template só conhecem o modelo e os achados.
PAGES = {"page", "document", "template", "composer", "source", "resolution", "proofs", "checks"}
SHARED = {"findings", "model", "source"}
OWNERS = {
    "pygraphviz": {"layout"},
    "diagrams": {"capture", "assemble", "vocabulary", "skeleton"},
    "graphviz": set(),
}


def name(path: Path) -> str:
    """O módulo de primeiro nível: `checks/ids.py` é `checks`."""
    return path.relative_to(SCRIPTS).parts[0].removesuffix(".py")


def imports(path: Path, top: bool = False):
    """Os módulos importados, sem os que só servem a anotações; `top` deixa de fora os de dentro de funções."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pending = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if top and isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ([f"scripts.{alias.name}" for alias in node.names] if node.module == "scripts" else [node.module])
        pending.extend(ast.iter_child_nodes(node))


def own(path: Path) -> set[str]:
    return {module.split(".")[1] for module in imports(path) if module.startswith("scripts.")}


def test_every_stage_exists():
    assert PIPELINE | PAGES <= {name(path) for path in MODULES}


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_stages_import_only_upstream(floor):
    above = set().union(*FLOORS[:floor])
    for path in MODULES:
        if name(path) in FLOORS[floor]:
            assert own(path) <= above | {name(path)}, path.name


def test_pages_and_templates_know_nothing_of_the_drawing():
    for path in MODULES:
        if name(path) in PAGES:
            assert own(path) & (PIPELINE - SHARED) == set(), path.name


@pytest.mark.parametrize("package", OWNERS)
def test_who_knows_a_foreign_package(package):
    knowing = {name(path) for path in MODULES if package in {module.split(".")[0] for module in imports(path)}}
    assert knowing <= OWNERS[package]


def test_the_command_line_starts_with_the_standard_library_alone():
    assert {module for module in imports(SCRIPTS / "cli.py", top=True) if module.startswith("scripts.")} == {"scripts.findings", "scripts.tree"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_a_module_is_short_and_documented(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.splitlines()
    assert ast.get_docstring(tree) and len(lines) <= LONGEST_MODULE
    assert all(len(line) <= WIDEST_LINE for line in lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            size = node.end_lineno - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{node.name} tem {size} linhas"
    if name(path) in PIPELINE:
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                assert ast.get_docstring(node) or size_of(node) <= 3, f"{node.name} não diz o que promete"


def size_of(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def test_no_file_keeps_a_machine_path():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True)
    if listed.returncode:
        pytest.skip("fora de um repositório Git")
    machine = re.compile(r"(?<![\w.}])/(?:tmp|root|work|Users)/\w|(?<![\w.}])/home/(?!ec2-user)\w|[A-Z]:\\\\Users")
    found = []
    for file in sorted(filter(None, listed.stdout.decode().split("\0"))):
        path = ROOT / file
        if path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".svg", ".txt", ".in", ".css", ".js", ".html"} and path.is_file():
            text = path.read_text(encoding="utf-8")
            found += [f"{file}: {match[0]}" for match in machine.finditer(text) if path != Path(__file__)]
    assert found == []


def test_every_icon_of_the_catalog_is_here_and_no_other():
    catalog = tomllib.loads((icons.HERE / "catalog.toml").read_text(encoding="utf-8"))
    wanted = {*catalog["icons"].values(), *catalog["groups"].values()}
    assert wanted == {path.relative_to(icons.HERE / "svg").as_posix().removesuffix(".svg") for path in (icons.HERE / "svg").rglob("*.svg")}
    symbols = [icons._official(found) for found in sorted(wanted)]
    assert len({symbol.name for symbol in symbols}) == len(symbols)
    assert not any(re.search(r"<script|href=|url\(|\bid=", symbol.content) for symbol in symbols)


def test_every_icon_of_the_catalog_replaces_a_png_of_diagrams():
    import diagrams

    catalog = tomllib.loads((icons.HERE / "catalog.toml").read_text(encoding="utf-8"))
    resources = Path(diagrams.__file__).parent.parent / "resources"
    assert [key for key in catalog["icons"] if not (resources / key).is_file()] == []
