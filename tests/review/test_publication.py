"""A comparação onde quem revisa a lê: a página com as figuras, o Markdown e o fluxo do pull request."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from scripts.review import sheet
from scripts.review.comparison import Comparison
from scripts.review.overlay import pictures
from tests.review.changes import CHANGES
from tests.review.edits import QUEUE, Compared, compared

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> Compared:
    """Um componente que entra com a sua seta, uma seta que sai e uma que muda de rótulo."""
    edits = [*CHANGES["componente novo"][1], ("script", 'label="o que falha"', 'label="falhou"'),
             ("script", '    funcao >> Edge(label="lê", passo="2", acao="sqs:ReceiveMessage") >> fila\n', "")]
    return compared(tmp_path_factory.mktemp("publicar") / "a", QUEUE, *edits)


def part(svg: str, kind: str, name: str) -> ElementTree.Element:
    return next(found for found in ElementTree.fromstring(svg).iter(f"{SVG}g") if found.get(f"data-{kind}") == name)


def words(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_the_picture_with_both_tells_by_shape_and_by_text(one):
    both = pictures(one).both
    assert words(part(both, "node", "copia")).startswith("Cópia (novo)")
    assert part(both, "node", "copia").find(f"{SVG}rect").get("stroke-dasharray") is None
    gone = part(both, "edge", "funcao--fila")
    assert words(gone) == "lê (saiu)" and gone.find(f"{SVG}path").get("stroke-dasharray") == "6 4"
    assert "copia (nova)" in words(part(both, "edge", "funcao--copia")) and "falhou (mudou)" in words(part(both, "edge", "fila--falhas"))
    assert part(both, "edge", "funcao--tabela").get("opacity") is None


def test_what_left_is_a_dashed_phantom_in_its_place(tmp_path):
    label = '        tabela = Dynamodb("Tabela\\nde pedidos", nodeid="tabela", recurso="TabelaPedidos")\n'
    arrow = '    funcao >> Edge(label="registra", passo="3", acao="dynamodb:PutItem") >> tabela\n'
    both = pictures(compared(tmp_path / "a", QUEUE, ("script", label, ""), ("script", arrow, ""))).both
    phantom = part(both, "node", "tabela")
    assert "(saiu)" in words(phantom) and phantom.find(f"{SVG}rect").get("stroke-dasharray") == "5 4" and phantom.get("opacity") == "0.75"


def test_the_page_stands_alone_in_light_and_dark(one):
    text = sheet.page(Comparison("main", "galho", (one,)))
    assert text.count("<svg ") == 3 and "prefers-color-scheme:dark" in text and len(text.encode()) < 60_000
    assert not re.search(r"<script|(?:src|href)=\"(?!#)|url\(|@import", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_page_quotes_what_it_tells(tmp_path):
    found = compared(tmp_path / "a", QUEUE, ("script", 'label="registra"', 'label="a <b & c"'))
    text = sheet.page(Comparison("<i>main</i>", "", (found,)))
    assert "<i>main" not in text and "<b &" not in text and "a &lt;b &amp; c" in text


def test_only_a_change_of_the_picture_is_drawn(tmp_path):
    assert pictures(compared(tmp_path / "a", QUEUE, ("pagina", "e não espera", "e espera"))) is None


def test_the_workflow_writes_the_summary_and_hands_on_the_text(tmp_path):
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "comparar.yml").read_text(encoding="utf-8"))
    step = next(step for step in flow["jobs"]["comparar"]["steps"] if "run" in step)
    if subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True).returncode:
        pytest.skip("fora de um repositório Git")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "BASE": "HEAD", "GITHUB_OUTPUT": str(tmp_path / "saida"),
                   "GITHUB_STEP_SUMMARY": str(tmp_path / "resumo")}
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    summary = (tmp_path / "resumo").read_text(encoding="utf-8")
    output = (tmp_path / "saida").read_text(encoding="utf-8")
    end = output.split("\n", 1)[0].removeprefix("texto<<")
    assert summary.startswith("<!-- comparar") and output == f"texto<<{end}\n{summary}{end}\n" and re.fullmatch("[0-9a-f]{32}", end)
    assert (tmp_path / "comparacao.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_who_comments_runs_nothing_and_reads_the_text_from_a_variable():
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "comparar.yml").read_text(encoding="utf-8"))
    job = flow["jobs"]["comentar"]
    assert job["permissions"] == {"pull-requests": "write"} and len(job["steps"]) == 1 and "${{" not in job["steps"][0]["with"]["script"]
    assert "run" not in job["steps"][0] and job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
