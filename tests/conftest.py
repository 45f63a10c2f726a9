"""Uma árvore de rascunho e as duas portas por onde os testes entram: o comando e a figura."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from xdist.scheduler import LoadFileScheduling

from scripts.base.diagram import Rendered
from scripts.cli import main
from scripts.picture.render import render

REPOSITORY = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))"]
SVG = "{http://www.w3.org/2000/svg}"
signal.signal(signal.SIGINT, signal.default_int_handler)  # onde a bateria roda ao fundo, o Ctrl-C vem ignorado, e os comandos herdariam isso


SLOWEST = ("test_every_spoil", "test_verbs", "test_accessibility", "test_reading", "test_preview_rounds", "test_bootstrap", "test_shell_commands",
           "test_pages", "test_command", "test_every_flow", "test_every_hostile_value", "test_two_conditions", "test_nothing_silent",
           "test_wrong_attribute", "test_applications", "test_every_sample", "test_comparing", "test_espectrometria", "test_validation_media",
           "test_new_project", "test_validation_commands", "test_evidence", "test_search", "test_dois_volumes_ebs", "test_ecommerce",
           "test_changes", "test_trace_on_page", "test_web_ec2_rds_s3", "test_envio_e_consulta", "test_musicas", "test_reaching", "test_website",
           "test_preview")
"""Os arquivos mais demorados, do maior para o menor."""


class Turned(pytest.Dir):
    """Uma pasta de que cada processo da rodada lê primeiro outra parte: na primeira vez, cada um compila a sua e acha prontas as dos outros."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        found = list(super().collect())
        first = len(found) * int(os.environ["PYTEST_XDIST_WORKER"][2:]) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        return found[first:] + found[:first]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    inside = "PYTEST_XDIST_WORKER" in os.environ and not (path / "__init__.py").is_file()
    return Turned.from_parent(parent, path=path) if inside else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Os arquivos demorados primeiro: os processos da rodada acabam quase juntos, e nenhum fica sozinho com o maior no fim.

    Os outros pelo nome: em que ordem se leram muda de processo a processo, e a dos testes é uma só.
    """
    place = {name: index for index, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: (place.get(item.path.stem, len(place)), item.path))


def pytest_collection_finish() -> None:
    """O coletor não percorre de novo os milhares de testes que só acabam no fim: medido, era um oitavo do tempo deste processo."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class ByFile(LoadFileScheduling):
    """Cada arquivo num processo, menos o mais demorado: dele, cada arquitetura."""

    def _split_scope(self, nodeid: str) -> str:
        place, _, case = nodeid.partition("[")
        return f"{place} {case.partition('/')[0]}" if SLOWEST[0] in place else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


@dataclass
class Answer:
    """O que um comando devolveu; `findings` são as linhas do que foi dito que são achados."""

    status: int
    out: str
    said: str

    @property
    def findings(self) -> list[str]:
        return [line for line in (self.out + self.said).splitlines() if ": [" in line]


class Project:
    """Uma árvore com `diagrams_src/`, vazia no começo."""

    def __init__(self, root: Path, captured: pytest.CaptureFixture[str] | None = None):
        self.root = root
        self.captured = captured
        self.sources = root / "diagrams_src"
        self.sources.mkdir(parents=True)

    def script(self, slug: str, *body: str, title: str = "Teste", options: str = "", imports: str = "") -> Path:
        """Escreve um script com o corpo dado dentro do `with`; `title=""` deixa o corpo como está."""
        path = self.sources / f"{slug}.py"
        head = ["from diagrams import Cluster, Diagram, Edge, Group", "from diagrams.aws.compute import EC2", imports]
        inside = [f"with Diagram({title!r}, show=False{', ' * bool(options)}{options}):"]
        inside += [f"    {line}" for part in body for line in part.splitlines()]
        path.write_text("\n".join([*head, *inside] if title else body) + "\n", encoding="utf-8")
        return path

    def picture(self, slug: str) -> Path:
        return self.root / "docs" / "arquiteturas" / slug / "diagrama.svg"

    def files(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}

    def run(self, verb: str, *arguments: str) -> Answer:
        """O comando nesta árvore, neste processo."""
        assert self.captured
        self.captured.readouterr()
        try:
            status = main([verb, *arguments, "--raiz", str(self.root)])
        except SystemExit as stop:
            status = stop.code
        out, said = self.captured.readouterr()
        return Answer(status, out, said)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """O comando nesta árvore, noutro processo."""
        return subprocess.Popen([*COMMAND, *arguments, "--raiz", str(self.root)], cwd=REPOSITORY, text=True, encoding="utf-8",
                                env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def render(self, *body: str, slug: str = "figura", **options: str) -> Figure:
        """A figura de um script com esse corpo, desenhada neste processo."""
        return Figure(render(self.script(slug, *body, **options), self.root))


class Figure:
    """Uma figura desenhada e o que se lê no SVG dela."""

    def __init__(self, rendered: Rendered):
        self.diagram = rendered.diagram
        self.svg = rendered.svg
        self.warnings = [str(warning) for warning in rendered.warnings]
        self.root = ElementTree.fromstring(rendered.svg)

    def names(self, kind: str) -> list[str]:
        """Os valores de `data-node`, `data-group` ou `data-edge`, na ordem do arquivo."""
        return [element.get(f"data-{kind}") for element in self.root.iter() if element.get(f"data-{kind}") is not None]

    def part(self, kind: str, name: str) -> Element:
        found, = (element for element in self.root.iter() if element.get(f"data-{kind}") == name)
        return found

    def texts(self, kind: str, name: str) -> list[str]:
        """As linhas de texto escritas numa parte."""
        return [element.text for element in self.part(kind, name).iter() if element.tag in (f"{SVG}text", f"{SVG}tspan") and element.text]

    def line(self, edge: str) -> Element:
        """O traço de uma seta."""
        found, = (element for element in self.part("edge", edge) if "arq-line" in element.get("class", ""))
        return found


@pytest.fixture(autouse=True)
def outside_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """Os testes dizem o mesmo dentro e fora de uma etapa do GitHub Actions."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path / "arvore", capfd)


@pytest.fixture
def draw(tmp_path: Path):
    """`draw("EC2('a') >> EC2('b')")` → a figura desse corpo."""
    return Project(tmp_path / "arvore").render


@pytest.fixture
def busy() -> Iterator[None]:
    """Outro fio neste processo, como há em `servir` depois da primeira rodada: quem desenha é um Python novo, não uma cópia deste."""
    over = threading.Event()
    other = threading.Thread(target=over.wait, daemon=True)
    other.start()
    yield
    over.set()
    other.join()
