"""Medida da geração: razões entre comandos de uma mesma rodada, nesta máquina.

Números absolutos mudam de máquina para máquina; as razões, pouco. Nada aqui é teste.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.base.tree import TOOLKIT, Tree
from scripts.base.wording import decimal
from scripts.measure.timing import said, timed

STOCK = """from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2, Lambda
from diagrams.aws.database import RDS
from diagrams.aws.network import ALB
from diagrams.aws.storage import S3

with Diagram("Diagrama {number}", filename="{slug}", show=False, outformat="{form}"):
    entrada = ALB("Entrada {number}")
    with Cluster("Região"):
        with Cluster("Zona A"):
            a = EC2("Aplicação A")
        with Cluster("Zona B"):
            b = EC2("Aplicação B")
        banco = RDS("Banco")
        arquivos = S3("Arquivos")
        funcao = Lambda("Função")
    entrada >> Edge(label="distribui") >> [a, b]
    [a, b] >> Edge(label="grava") >> banco
    a >> arquivos >> Edge(label="aciona") >> funcao >> banco
"""


@dataclass(frozen=True)
class Size:
    """De que tamanho é a medida: quantas rodadas por mediana, quantos scripts, quantas vezes a árvore."""

    rounds: int
    stock: tuple[int, ...]
    growth: tuple[int, ...]
    copies: tuple[int, ...]


WHOLE = Size(rounds=5, stock=(11, 100), growth=(10, 100, 1000), copies=(1, 2, 4))


def run(tree: Tree) -> int:
    """Imprime todas as medidas, do tamanho de `WHOLE`; devolve 0."""
    size = WHOLE
    _say("Figuras desta árvore", _sizes(tree))
    _say(f"Onde vai o tempo de um script, em ms (mediana; processos: {size.rounds})", _parts(tree, size.rounds))
    for count in size.stock:
        _say(f"{count} scripts: um processo `gerar` contra um `python script.py` por script", _against_stock(count))
    _say("Crescimento de `gerar`, em segundos de um processo frio", _growth(size.growth))
    _say("`conferir` num processo frio, com esta árvore repetida", _checking(tree, size))
    return 0


def _say(title: str, lines: list[str]) -> None:
    print(f"\n{title}")
    for line in lines:
        print(f"  {line}", flush=True)


def _sizes(tree: Tree) -> list[str]:
    lines = []
    for script in tree.scripts([]):
        data = tree.drawn_by(script).read_bytes()
        packed = len(gzip.compress(data, mtime=0))
        lines.append(f"{script.stem}: {decimal(len(data) / 1024, 1)} KiB, {decimal(packed / 1024, 1)} KiB com gzip")
    return lines


_STAGES = """
import time; begin = time.perf_counter()
import sys; from pathlib import Path
from scripts.picture.script.capture import capture; imported_diagrams = time.perf_counter()
from scripts.picture.arrangement import arrange; from scripts.picture.svg import draw; imported = time.perf_counter()
root, script = Path(sys.argv[1]), Path(sys.argv[2])
diagram = capture(script, root); captured = time.perf_counter()
picture, _ = arrange(diagram); arranged = time.perf_counter()
draw(picture); drawn = time.perf_counter()
steps = (begin, imported_diagrams, imported, captured, arranged, drawn)
print(*(b - a for a, b in zip(steps, steps[1:])))
"""
_NAMES = ("importar diagrams", "importar o resto", "captura", "arranjo (layout, rótulos, invariantes)", "desenho")


def _parts(tree: Tree, times: int) -> list[str]:
    script = max(tree.scripts([]), key=lambda path: path.stat().st_size)
    empty = statistics.median(timed([sys.executable, "-c", ""], TOOLKIT) for _ in range(times))
    rounds = []
    for _ in range(times):
        command = [sys.executable, "-c", _STAGES, str(tree.root), str(script)]
        rounds.append([float(value) for value in said(command, TOOLKIT).split()])
    medians = [statistics.median(values) for values in zip(*rounds)]
    parts = [("iniciar o Python", empty), *zip(_NAMES, medians)]
    return [f"{script.stem}:", *(f"  {name}: {decimal(value * 1000, 1)}" for name, value in parts)]


def _against_stock(count: int) -> list[str]:
    """SVG contra SVG, que é a comparação justa, e contra o PNG, que é o padrão do `diagrams`."""
    lines = []
    for form in ("svg", "png"):
        with tempfile.TemporaryDirectory() as folder:
            scripts = _synthetic(Path(folder), count, form)
            ours = _gerar(Path(folder))
            if not shutil.which("dot"):
                return [f"gerar: {decimal(ours)} s; sem `dot` no sistema, não há com que comparar."]
            work = Path(folder, "stock")
            work.mkdir()
            stock = sum(timed([sys.executable, str(script)], work) for script in scripts)
            pictures = len(list(work.glob(f"*.{form}")))
            assert pictures == count, f"o diagrams desenhou {pictures} de {count}"
        ratio = decimal(stock / ours, 1)
        lines.append(f"gerar: {decimal(ours)} s; um por um em {form.upper()}: {decimal(stock)} s; razão {ratio}× ({os.cpu_count()} núcleos)")
    return lines


def _growth(counts: tuple[int, ...]) -> list[str]:
    lines, before = [], 0.0
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            _synthetic(Path(folder), count)
            seconds = _gerar(Path(folder))
        ratio = f", {decimal(seconds / before, 1)}× o anterior" if before else ""
        lines.append(f"{count} diagramas: {decimal(seconds)} s{ratio}")
        before = seconds
    return lines


def _checking(tree: Tree, size: Size) -> list[str]:
    """O tempo de conferir a árvore tantas vezes maior, e as partes de uma vez."""
    lines, first = [], 0.0
    for copies in size.copies:
        with tempfile.TemporaryDirectory() as folder:
            count = _copied(tree, Path(folder), copies)
            command = [sys.executable, str(TOOLKIT / "scripts"), "conferir", "--raiz", folder]
            seconds = statistics.median(timed(command, Path(folder)) for _ in range(size.rounds))
        ratio = f", {decimal(seconds / first, 1)}× a primeira" if first else ""
        lines.append(f"{count} arquiteturas: {decimal(seconds)} s{ratio}")
        first = first or seconds
    command = [sys.executable, "-c", _CHECKS, str(tree.root)]
    names = ("regras carregadas", "figuras desenhadas (ao mesmo tempo)", "conferência, com os links")
    lines += [f"  {name}: {decimal(float(value) * 1000, 1)} ms" for name, value in zip(names, said(command, TOOLKIT).split())]
    return lines


_CHECKS = """
import sys, time; from pathlib import Path; from concurrent.futures import ThreadPoolExecutor
from scripts.checks import run; from scripts.base.tree import Tree; from scripts.picture.workers import begin
tree, results = Tree(Path(sys.argv[1])), {}; began = time.perf_counter()
with ThreadPoolExecutor(1) as pool:
    drawing = pool.submit(begin(tree.root, tree.scripts([])), results.__setitem__)
    from scripts.checks import verdict; loaded = time.perf_counter()
    drawing.result(); drawn = time.perf_counter()
run.check_tree(tree, [], results); judged = time.perf_counter()
print(loaded - began, drawn - began, judged - drawn)
"""


def _copied(tree: Tree, root: Path, copies: int) -> int:
    """A árvore em `root`, com cada arquitetura repetida; devolve quantas ficaram."""
    shutil.copytree(tree.root / "docs", root / "docs")
    if (tree.root / "fluxos").is_dir():
        shutil.copytree(tree.root / "fluxos", root / "fluxos")
    (root / "diagrams_src").mkdir()
    for script in map(tree.script, tree.architectures()):
        for copy in range(copies):
            slug = f"{script.stem}-{copy}" if copy else script.stem
            shutil.copyfile(script, root / "diagrams_src" / f"{slug}.py")
            if copy:
                shutil.copytree(tree.page(script.stem).parent, root / "docs" / "arquiteturas" / slug,
                                ignore=shutil.ignore_patterns(tree.trace(slug).name))
    _repeat_rows(root / "docs" / "comparacoes" / "qual-arquitetura.md", copies)
    said([sys.executable, str(TOOLKIT / "scripts"), "gerar", "--raiz", str(root)], root)
    return len(list((root / "diagrams_src").glob("*.py")))


def _repeat_rows(listing: Path, copies: int) -> None:
    """Na tabela que compara as arquiteturas, uma linha também para cada cópia: a árvore repetida confere."""
    if not listing.is_file():
        return
    lines = []
    for line in listing.read_text(encoding="utf-8").splitlines():
        row = line.startswith("|") and re.search(r"/arquiteturas/([a-z0-9-]+)/index\.md\)", line)
        lines.append(line)
        lines += [line.replace(row[0], f"/arquiteturas/{row[1]}-{copy}/index.md)") for copy in range(1, copies)] if row else []
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _synthetic(root: Path, count: int, form: str = "svg") -> list[Path]:
    sources = root / "diagrams_src"
    sources.mkdir()
    scripts = []
    for number in range(count):
        script = sources / f"diagrama-{number:04}.py"
        script.write_text(STOCK.format(number=number, slug=script.stem, form=form), encoding="utf-8")
        scripts.append(script)
    return scripts


def _gerar(root: Path) -> float:
    seconds = timed([sys.executable, str(TOOLKIT / "scripts"), "gerar", "--raiz", str(root)], root)
    drawn = len(list(root.glob("docs/arquiteturas/*/diagrama.svg")))
    expected = len(list(root.glob("diagrams_src/*.py")))
    assert drawn == expected, f"gerar desenhou {drawn} de {expected}"
    return seconds
