"""Galeria: uma página com cada caso antes, agora e como o `dot` o desenha.

Antes é o que a última versão guardada no Git desenha; sem Git, ou sem `dot`, a coluna fica de
fora. Nada disto é guardado: a pasta `galeria/` é refeita a cada vez.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

FOLDER = "galeria"
LIMIT = 60
_STYLE = """body{font:14px sans-serif;margin:1rem;background:#fff;color:#1b2631}
body.escuro{background:#1e2129;color:#e2e4e9}
section{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:1rem;align-items:start;border-top:1px solid #ccc}
h2{grid-column:1/-1;margin:.6rem 0 0}figure{margin:0}img{max-width:100%;background:#fff}
"""
_HEAD = ('<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Galeria de figuras</title>'
         f"<style>{_STYLE}</style><h1>Galeria de figuras</h1>")


def write(toolkit: Path, cases: Path, drawn: dict[str, str]) -> Path:
    """Escreve `galeria/index.html` com as figuras dadas (nome → SVG); devolve o caminho dela."""
    folder = toolkit / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("antes", "agora", "dot"):
        (folder / name).mkdir(parents=True)
    for slug, svg in drawn.items():
        (folder / "agora" / f"{slug}.svg").write_text(svg, encoding="utf-8")
    _before(toolkit, cases, folder / "antes")
    if shutil.which("dot"):
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda script: _stock(script, folder / "dot"), sorted((cases / "diagrams_src").glob("*.py"))))
    page = folder / "index.html"
    page.write_text(_HEAD + "".join(_section(folder, slug) for slug in drawn), encoding="utf-8")
    return page


def _section(folder: Path, slug: str) -> str:
    columns = []
    for name, file in (("antes", f"{slug}.svg"), ("agora", f"{slug}.svg"), ("dot", f"{slug}.png")):
        if (folder / name / file).is_file():
            columns.append(f'<figure><figcaption>{name}</figcaption><img alt="{name}" src="{name}/{html.escape(file)}"></figure>')
    return f"<section><h2>{html.escape(slug)}</h2>{''.join(columns)}</section>"


def _before(toolkit: Path, cases: Path, into: Path) -> None:
    """As figuras como a última versão guardada as desenha."""
    archive = subprocess.run(["git", "archive", "HEAD", "scripts"], cwd=toolkit, capture_output=True)
    if archive.returncode:
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(folder, filter="data")
        shutil.copytree(cases / "diagrams_src", Path(folder, "casos", "diagrams_src"))
        code = "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "gerar", "--raiz", str(Path(folder, "casos"))]
        subprocess.run(command, cwd=folder, capture_output=True)
        for picture in Path(folder, "casos", "docs", "arquiteturas").glob("*/diagrama*.svg"):
            number = picture.stem.removeprefix("diagrama")
            shutil.copyfile(picture, into / f"{picture.parent.name}{number}.svg")


def _stock(script: Path, into: Path) -> None:
    """O script como o `diagrams` o desenha, em PNG; um que ele não desenha fica sem figura."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "fonte")
        shutil.copytree(script.parent, work)
        try:
            subprocess.run([sys.executable, script.name], cwd=work, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return
        own = {path.relative_to(script.parent) for path in script.parent.rglob("*.png")}
        made = [path for path in sorted(work.rglob("*.png")) if path.relative_to(work) not in own]
        for number, picture in enumerate(sorted(made, key=lambda path: path.stat().st_mtime), 1):
            shutil.copyfile(picture, into / (f"{script.stem}.png" if number == 1 else f"{script.stem}-{number}.png"))
