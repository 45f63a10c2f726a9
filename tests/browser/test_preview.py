"""`servir` num navegador: o achado aparece na página, o passo sobrevive, a arquitetura nova entra sozinha."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.test_reading import button, follow
from tests.built import ROOT

SLUG = "cli-s3-lambda-dynamodb"


class Served:
    """`servir` numa cópia pequena da árvore, noutro processo, e o que ele diz."""

    def __init__(self, root: Path):
        self.root = root
        for folder in ("diagrams_src", f"docs/arquiteturas/{SLUG}"):
            (root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "mkdocs.yml", root)
        shutil.copytree(ROOT / "docs" / "assets", root / "docs" / "assets")
        for name in ("provas.md", "glossario.md", "como-usar.md"):
            (root / "docs" / name).write_text(f"# {name}\n", encoding="utf-8")
        (root / "docs" / "index.md").write_text("# Início\n\n<!-- arquiteturas -->\n", encoding="utf-8")
        self.copy(SLUG, SLUG)
        self.said: list[str] = []
        self.address = ""
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts"), "servir", "--raiz", str(root)], text=True, encoding="utf-8", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}, start_new_session=True)
        self.heard = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def copy(self, slug: str, name: str) -> None:
        shutil.copytree(ROOT / "docs" / "arquiteturas" / slug, self.page(name).parent, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("rastro.json"))
        shutil.copy(ROOT / "diagrams_src" / f"{slug}.py", self.script(name))

    def page(self, name: str = SLUG) -> Path:
        return self.root / "docs" / "arquiteturas" / name / "index.md"

    def script(self, name: str = SLUG) -> Path:
        return self.root / "diagrams_src" / f"{name}.py"

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.address = found[0]
                self.heard.set()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    running = Served(tmp_path_factory.mktemp("servida"))
    try:
        assert running.heard.wait(60), running.said
        yield running
        os.killpg(running.process.pid, signal.SIGINT)
        running.process.wait(15)
    finally:
        if running.process.poll() is None:  # não ficou de pé nem se encerrou: nada sobra depois dos testes
            os.killpg(running.process.pid, signal.SIGKILL)


def reach(visit, served, path: str):
    """A página, quando o servidor já atende."""
    for _ in range(200):
        try:
            return visit(f"{served.address}{path}")
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            threading.Event().wait(0.2)
    raise AssertionError(served.said)


@pytest.mark.skipif(os.name == "nt", reason="o sinal que encerra o servidor é de Unix")
def test_what_is_saved_appears_and_the_reader_stays_where_they_were(visit, served):
    page = reach(visit, served, f"/arquiteturas/{SLUG}/")
    page.set_default_timeout(90_000)
    follow(page)
    button(page, "Próximo passo").click()
    script = served.script()
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('label="', 'label="já ', 1), encoding="utf-8")
    page.wait_for_function("document.querySelector('svg.arq')?.textContent.includes('já ')")
    page.wait_for_selector("figure[data-passo='2']")
    assert not [line for line in served.said if "diagrama-desatualizado" in line]


@pytest.mark.skipif(os.name == "nt", reason="o sinal que encerra o servidor é de Unix")
def test_a_finding_shows_on_the_page_and_leaves_when_mended(visit, served):
    page = reach(visit, served, f"/arquiteturas/{SLUG}/")
    page.set_default_timeout(90_000)
    text = served.page().read_text(encoding="utf-8")
    served.page().write_text(text + "\nVeja [isto](nada.md).\n", encoding="utf-8")
    page.wait_for_function("document.getElementById('achados')?.textContent.includes('nada.md')")
    assert [line for line in served.said if "[link-quebrado]" in line and "nada.md" in line] and served.process.poll() is None
    served.page().write_text(text, encoding="utf-8")
    page.wait_for_function("fetch('/achados.json').then(answer => answer.text()).then(text => !text.includes('nada.md'))")
    page.wait_for_function("document.getElementById('achados') && !document.getElementById('achados').textContent.includes('nada.md')")


@pytest.mark.skipif(os.name == "nt", reason="o sinal que encerra o servidor é de Unix")
def test_a_new_architecture_enters_the_menu_by_itself(visit, served):
    page = reach(visit, served, "/")
    page.set_default_timeout(90_000)
    served.copy("metadados-s3", "metadados-s3")
    page.wait_for_selector(".arq-cards a[href='arquiteturas/metadados-s3/']")
    page.goto(f"{served.address}/arquiteturas/{SLUG}/")  # o menu do início só traz as seções
    page.wait_for_selector(".md-nav__link[href='../metadados-s3/']", state="attached")
