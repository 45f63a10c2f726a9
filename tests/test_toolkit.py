"""As regras da casa: quem importa quem, tamanhos, docstrings e caminhos de máquina."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from scripts.picture import icons

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
MODULES = sorted(path for path in SCRIPTS.rglob("*.py"))
LONGEST_MODULE = 280
LONGEST_FUNCTION = 35
WIDEST_LINE = 150

# As salas, de baixo para cima: cada uma só importa das que vêm antes, também dentro de funções.
FLOORS = [
    {"aws", "base", "setup"},
    {"page", "picture", "template"},
    {"proofs"},
    {"checks"},
    {"review"},
    {"replay", "skeleton", "testing", "website"},
    {"measure"},
    {"cli"},
    {"__main__", "flowbook", "rulebook", "vocabulary"},
]
PROOFS = [
    {"evidence", "docstrings"},
    {"facts"},
    {"network", "identity"},
    {"arrows"},
    {"claims", "trails"},
    {"drawn", "manual", "own"},
]
OWNERS = {
    "pygraphviz": {"scripts.picture.layout"},
    "diagrams": {"scripts.picture.script.capture", "scripts.picture.script.recording", "scripts.picture.script.assemble",
                 "scripts.measure.stock", "scripts.vocabulary"},
    "graphviz": set(),
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, top: bool = False) -> tuple[str, ...]:
    """Os módulos importados, por extenso; `top` deixa de fora os de dentro de funções."""
    return tuple(_imported(path, top))


def _imported(path: Path, top: bool):
    pending: list[ast.AST] = list(parsed(path).body)
    while pending:
        node = pending.pop()
        if top and isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in NAMES else node.module for name in inner)
        pending.extend(ast.iter_child_nodes(node))


def dotted(path: Path) -> str:
    """O nome com que se importa: `scripts.checks.ids`; o de uma pasta é o do `__init__` dela."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path): path for path in MODULES}


@cache
def graph_of_imports() -> dict[str, set[str]]:
    return {name: {found for found in imports(path) if found in NAMES} - {name} for name, path in NAMES.items()}


def rooms(inside: str) -> dict[str, set[str]]:
    """Que salas desta pasta cada sala dela importa."""
    found: dict[str, set[str]] = {}
    for name, imported in graph_of_imports().items():
        if name.startswith(f"{inside}."):
            here = name.removeprefix(f"{inside}.").split(".")[0]
            there = {other.removeprefix(f"{inside}.").split(".")[0] for other in imported if other.startswith(f"{inside}.")}
            found.setdefault(here, set()).update(there - {here})
    return found


@pytest.mark.parametrize("inside, floors", [("scripts", FLOORS), ("scripts.proofs", PROOFS)], ids=["scripts", "proofs"])
def test_rooms_import_only_what_is_below(inside, floors):
    graph = rooms(inside)
    assert set().union(*floors) == set(graph)
    below: set[str] = set()
    for floor in floors:
        assert {room: graph[room] - below for room in floor if graph[room] - below} == {}
        below |= floor


def test_no_module_imports_itself_by_a_detour():
    sorter = graphlib.TopologicalSorter(graph_of_imports())
    sorter.prepare()  # levanta `CycleError`, com o caminho, se há um


def test_the_contributing_guide_lists_the_rooms_of_the_tree():
    guide = (ROOT / "CONTRIBUINDO.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(scripts/[^`]*)` \|", guide, re.MULTILINE)
    folders = {path.parent.relative_to(ROOT).as_posix() + "/" for path in MODULES if path.parent != SCRIPTS}
    files = {f"scripts/{path.name}" for path in SCRIPTS.glob("*.py") if path.stem != "__init__"}
    assert sorted(listed) == sorted(folders | files)


@pytest.mark.parametrize("package", OWNERS)
def test_who_knows_a_foreign_package(package):
    knowing = {name for name, path in NAMES.items() if package in {module.split(".")[0] for module in imports(path)}}
    assert knowing <= OWNERS[package]


def test_the_command_line_starts_with_the_standard_library_alone():
    assert {module for module in imports(SCRIPTS / "cli.py", top=True) if module.startswith("scripts.")} == {
        "scripts.base.arguments", "scripts.base.findings", "scripts.base.tree"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_a_module_is_short_and_documented(path):
    source = path.read_text(encoding="utf-8")
    tree = parsed(path)
    lines = source.splitlines()
    assert ast.get_docstring(tree) and len(lines) <= LONGEST_MODULE
    assert all(len(line) <= WIDEST_LINE for line in lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            size = node.end_lineno - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{node.name} tem {size} linhas"
    if path.is_relative_to(SCRIPTS / "picture"):
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
    assert icons._catalog() == {name: table for name, table in catalog.items() if isinstance(table, dict)}
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
