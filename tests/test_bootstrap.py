"""A porta de entrada, vista de fora: o que `python3 scripts VERBO` prepara, diz e devolve.

Cada teste roda numa cópia da porta com um `cli` de mentira e travas minúsculas, cujos pacotes
são feitos aqui; a rede não é usada.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
CLI = """
import json, sys
from importlib.metadata import distributions

def main(argv):
    names = {found.metadata["Name"]: found.version for found in distributions()}
    print(json.dumps({"argv": argv, "prefix": sys.prefix, "path": sys.path, "installed": names}))
    return 7
"""


@dataclass
class Answer:
    status: int
    out: dict
    said: str


class Tree:
    """Uma cópia da porta numa pasta, com suas travas e um depósito local de pacotes."""

    def __init__(self, root: Path):
        self.root, self.wheels = root, root / "wheels"
        for folder in ("scripts", "requirements", "wheels"):
            (root / folder).mkdir(parents=True)
        for name in ("__init__", "__main__"):
            shutil.copy(REPOSITORY / "scripts" / f"{name}.py", root / "scripts")
        shutil.copytree(REPOSITORY / "scripts" / "setup", root / "scripts" / "setup")
        (root / "scripts" / "cli.py").write_text(CLI)
        self.lock("site", "base==1.0")
        self.lock("replay")
        self.lock("test", "extra==1.0")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        self.env |= {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PYTHONIOENCODING": "utf-8",
        }

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def lock(self, name: str, *pins: str, digest: str = "") -> None:
        lines = [f"{pin} --hash=sha256:{digest or wheel(self.wheels, pin)}" for pin in pins]
        (self.root / "requirements" / f"{name}.txt").write_text("\n".join(lines) + "\n")

    def command(self, *arguments: str) -> list[str]:
        return [BASE_PYTHON, str(self.root / "scripts"), *arguments]

    def call(self, *arguments: str, command: list[str] | None = None, **env: str) -> Answer:
        done = subprocess.run(
            command or self.command(*arguments), env=self.env | env, text=True,
            encoding="utf-8", capture_output=True, cwd=self.root, timeout=60,
        )  # fmt: skip
        return Answer(done.returncode, json.loads(done.stdout or "{}"), done.stderr)

    def hooked(self, setup: str, *arguments: str) -> Answer:
        """Uma chamada num Python a que se fez antes alguma coisa."""
        code = f"import sys, runpy; {setup}; runpy.run_path('scripts', run_name='__main__')"
        return self.call(command=[BASE_PYTHON, "-c", code, *arguments])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), env=self.env, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=hear_interruptions if os.name != "nt" else None,
        )  # fmt: skip


def wheel(folder: Path, pin: str) -> str:
    """Faz um pacote com um módulo só e devolve o seu sha256."""
    name, version = pin.split("==")
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hear_interruptions() -> None:
    """Desfaz o que um shell faz a quem roda em segundo plano: ignorar o Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Lê o que o processo diz até aparecer o texto."""
    assert process.stderr
    assert any(text in line for line in process.stderr), f"não disse {text!r}"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tree, Answer]:
    """Uma árvore e a sua primeira chamada, feita num ambiente cheio de desvios."""
    tree = Tree(tmp_path_factory.mktemp("árvore com espaço") / "raiz")
    elsewhere = str(tree.root / "elsewhere")
    return tree, tree.call("gerar", "pdv", "--vigiar", PIP_TARGET=elsewhere, PIP_QUIET="1", PYTHONDONTWRITEBYTECODE="1",
                           PIP_REQUIRE_VIRTUALENV="1", VIRTUAL_ENV=elsewhere)  # fmt: skip


@pytest.fixture
def prepared(first: tuple[Tree, Answer]) -> Tree:
    """A mesma árvore, já preparada, com as travas do começo."""
    tree = first[0]
    tree.lock("site", "base==1.0")
    tree.lock("test", "extra==1.0")
    return tree


@pytest.fixture
def fresh(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


# A primeira chamada e as seguintes


def test_first_call_prepares_and_hands_over(first: tuple[Tree, Answer]) -> None:
    tree, answer = first
    assert answer.status == 7
    assert answer.out["argv"] == ["gerar", "pdv", "--vigiar"]
    assert Path(answer.out["prefix"]) == tree.venv
    assert answer.out["installed"]["base"] == "1.0"
    assert "extra" not in answer.out["installed"]
    assert "Preparando `.venv` (primeira vez)" in answer.said
    assert re.search(r"`\.venv` pronto em \d+ s\.", answer.said)


def test_the_tools_are_compiled_even_where_python_keeps_nothing(first: tuple[Tree, Answer]) -> None:
    tools = first[0].root / "scripts"
    compiled = [Path(cache_from_source(source)) for source in tools.rglob("*.py")]
    assert len(compiled) > 4 and all(map(Path.is_file, compiled))


def test_second_call_is_silent_and_touches_nothing(prepared: Tree) -> None:
    files = prepared.python, prepared.venv / "site.stamp", prepared.venv
    before = [file.lstat().st_mtime_ns for file in files]
    answer = prepared.call("gerar")
    assert (answer.status, answer.said, answer.out["installed"]["base"]) == (7, "", "1.0")
    assert [file.lstat().st_mtime_ns for file in files] == before


def test_root_replaces_the_scripts_folder_in_the_path(prepared: Tree, tmp_path: Path) -> None:
    ways = [["-m", "scripts"], ["scripts"], [str(prepared.root / "scripts")]]
    for python in (BASE_PYTHON, str(prepared.python)):
        for way in ways:
            answer = prepared.call(command=[python, *way, "gerar", "x"])
            assert (answer.status, answer.said, answer.out["argv"]) == (7, "", ["gerar", "x"])
            assert answer.out["path"].count(str(prepared.root)) == 1
            assert str(prepared.root / "scripts") not in answer.out["path"]
    done = subprocess.run(prepared.command("gerar"), cwd=tmp_path, env=prepared.env, stdout=-3)
    assert done.returncode == 7


def test_script_run_by_itself_imports_the_toolkit(prepared: Tree, tmp_path: Path) -> None:
    script = tmp_path / "x.py"
    script.write_text("import base, scripts.cli; print(base.VERSION)")
    done = subprocess.run([prepared.python, script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1.0\n", "")


@pytest.mark.parametrize("arguments", [[], ["-h"], ["gerar", "--help"], ["desconhecido"]])
def test_help_needs_no_environment(fresh: Tree, arguments: list[str]) -> None:
    answer = fresh.call(*arguments)
    assert (answer.status, answer.out["argv"], answer.said) == (7, arguments, "")
    assert not fresh.venv.exists()


# A trava dos testes, por cima da do site


def test_wrong_hash_is_refused_and_spoils_nothing(prepared: Tree) -> None:
    prepared.lock("test", "extra==1.0", digest="0" * 64)
    answer = prepared.call("testar")
    assert (answer.status, answer.out) == (2, {})
    assert "extra" in answer.said and "não é o que a trava espera" in answer.said
    assert "Traceback" not in answer.said
    answer = prepared.call("gerar")
    assert (answer.status, answer.said) == (7, "")
    prepared.lock("test", "extra==1.0")
    answer = prepared.call("testar")
    assert answer.status == 7 and "Preparando" not in answer.said
    assert "  [1/1] extra\n" in answer.said


def test_missing_package_says_what_to_do(prepared: Tree) -> None:
    prepared.lock("test", "extra==1.0", "absent==1.0")
    (prepared.wheels / "absent-1.0-py3-none-any.whl").unlink()
    answer = prepared.call("testar")
    assert answer.status == 2
    assert "absent==1.0" in answer.said and "O índice de pacotes não oferece" in answer.said


def test_lock_without_hash_is_refused(prepared: Tree) -> None:
    # Uma versão que ainda não está lá: o pip não confere o que já está instalado.
    prepared.lock("test", "extra==1.9")
    (prepared.root / "requirements" / "test.txt").write_text("extra==1.9\n")
    answer = prepared.call("testar")
    assert answer.status == 2 and "--hash" in answer.said


def test_foreign_packages_neither_count_nor_shadow(prepared: Tree) -> None:
    foreign = prepared.root / "foreign"
    prepared.lock("test", "extra==1.5")
    with zipfile.ZipFile(prepared.wheels / "extra-1.5-py3-none-any.whl") as archive:
        archive.extractall(foreign)
    answer = prepared.call("testar", PYTHONPATH=str(foreign))
    assert answer.out["installed"]["extra"] == "1.5"
    assert str(foreign) not in answer.out["path"]


def test_packages_of_another_system_are_not_counted(prepared: Tree) -> None:
    prepared.lock("test", "extra==1.1", "foreign==1.0")
    lock = prepared.root / "requirements" / "test.txt"
    lock.write_text(lock.read_text().replace("==1.0 ", "==1.0 ; sys_platform == 'amiga' "))
    answer = prepared.call("testar")
    assert "  [1/1] extra\n" in answer.said
    assert answer.out["installed"].keys() >= {"base", "extra"}
    assert "foreign" not in answer.out["installed"]


def test_changed_test_lock_installs_on_top(prepared: Tree) -> None:
    created = prepared.python.lstat().st_mtime_ns
    for version in ("2.0", "3.0"):
        prepared.lock("test", f"extra=={version}")
        answer = prepared.call("testar")
        assert answer.out["installed"].items() >= {"base": "1.0", "extra": version}.items()
    assert "Instalando requirements/test.txt, que mudou: 1 pacotes, que só os testes usam" in answer.said
    assert "Preparando" not in answer.said
    assert prepared.python.lstat().st_mtime_ns == created
    assert prepared.call("testar").said == ""


@pytest.mark.skipif(os.name == "nt", reason="grupos de processos do POSIX")
def test_interrupting_before_anything_is_written_spoils_nothing(prepared: Tree) -> None:
    prepared.lock("test", "extra==4.0")
    process = prepared.start("testar")
    wait_for(process, "Instalando requirements/test.txt")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "\nInterrompido.\n")
    assert prepared.call("gerar").said == ""
    answer = prepared.call("testar")
    assert answer.out["installed"]["extra"] == "4.0" and "Preparando" not in answer.said


def test_two_calls_at_once_install_once(prepared: Tree) -> None:
    prepared.lock("test", "extra==5.0")
    processes = [prepared.start("testar") for _ in range(2)]
    heard = [process.communicate(timeout=40) for process in processes]
    assert [json.loads(out)["installed"]["extra"] for out, _ in heard] == ["5.0", "5.0"]
    said = "".join(errors for _, errors in heard)
    assert said.count("Instalando requirements/test.txt") == 1
    assert said.count("Outra chamada está preparando `.venv`: esperando…") == 1


# Refazer do zero


def test_spoiled_stamps_say_why_they_rebuild(prepared: Tree) -> None:
    stamp = prepared.venv / "site.stamp"
    version, root, lock = stamp.read_bytes().split(b"\n", 2)
    reasons = {
        b"": "a preparação anterior não terminou",
        version[:-3]: "a preparação anterior não terminou",
        b"\n".join((b"3.11.0", root, lock)): "o Python mudou",
        b"\n".join((version, b"/outra", lock)): "a pasta mudou de lugar",
        b"\n".join((version, root, lock[:-5])): "requirements/site.txt mudou",
    }
    for content, reason in reasons.items():
        stamp.write_bytes(content)
        # Sem `ensurepip`, a porta diz o motivo e para antes de apagar o que há.
        answer = prepared.hooked("sys.modules['ensurepip'] = None", "gerar")
        assert answer.status == 2
        assert f"Preparando `.venv` ({reason})…" in answer.said
    stamp.write_bytes(b"\n".join((version, root, lock)))
    (prepared.venv / "test.stamp").write_bytes(b"")
    answer = prepared.hooked("sys.modules['ensurepip'] = None", "testar")
    assert "Preparando `.venv` (a preparação anterior não terminou)…" in answer.said
    (prepared.venv / "test.stamp").unlink()
    assert prepared.call("gerar").said == ""


@pytest.mark.parametrize("subject", ["provas", "site"])
def test_measuring_brings_what_it_uses(prepared: Tree, subject: str) -> None:
    version = {"provas": "1.7", "site": "1.8"}[subject]
    prepared.lock("test", f"extra=={version}")
    assert prepared.call("medir").out["installed"].get("extra") != version
    assert prepared.call("medir", subject, "--raiz", ".").out["installed"]["extra"] == version


@pytest.mark.skipif(os.name == "nt", reason="grupos de processos do POSIX")
def test_killed_installation_is_repaired_by_the_next_call(fresh: Tree) -> None:
    process = fresh.start("gerar")
    wait_for(process, "Preparando")
    while not (fresh.venv / "pyvenv.cfg").exists():
        time.sleep(0.01)
    process.kill()
    process.wait()
    answer = fresh.call("gerar")
    assert answer.status == 7
    # O passo que ela iniciou ainda escrevia: só depois dele se refaz.
    assert "Outra chamada está preparando `.venv`: esperando…" in answer.said
    assert "Preparando `.venv` (a preparação anterior não terminou)…" in answer.said
    assert answer.out["installed"]["base"] == "1.0"


def test_changed_site_lock_rebuilds_without_leftovers(prepared: Tree) -> None:
    prepared.call("testar")
    prepared.lock("site", "other==1.0")
    # Chamado pelo próprio Python de `.venv`: quem refaz é o de fora.
    answer = prepared.call(command=[str(prepared.python), "scripts", "gerar"])
    assert "Preparando `.venv` (requirements/site.txt mudou)…" in answer.said
    assert answer.out["installed"]["other"] == "1.0"
    assert not answer.out["installed"].keys() & {"base", "extra"}
    assert prepared.call("gerar").said == ""


# O que não dá para usar


def test_missing_ensurepip_says_what_to_install(fresh: Tree) -> None:
    answer = fresh.hooked("sys.modules['ensurepip'] = None", "servir")
    assert answer.status == 2
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in answer.said
    assert "Traceback" not in answer.said


@pytest.mark.parametrize("obstacle", [".venv", "requirements"])
def test_disk_obstacle_is_one_sentence(fresh: Tree, obstacle: str) -> None:
    shutil.rmtree(fresh.root / obstacle, ignore_errors=True)
    (fresh.root / obstacle).write_text("um arquivo no lugar da pasta")
    answer = fresh.call("servir")
    assert answer.status == 2
    assert obstacle in answer.said and "Traceback" not in answer.said


def test_old_python_gets_one_sentence(fresh: Tree) -> None:
    answer = fresh.hooked("sys.version_info = (3, 10, 9)", "servir")
    assert (answer.status, answer.out) == (2, {})
    assert answer.said.startswith("Este projeto precisa do Python 3.11 ou mais novo")
    assert "é o 3.10" in answer.said and answer.said.count("\n") == 1
    assert not fresh.venv.exists()


def test_door_is_readable_by_old_pythons() -> None:
    source = (REPOSITORY / "scripts" / "__main__.py").read_text(encoding="utf-8")
    assert "# -*- coding: utf-8 -*-" in source.splitlines()[:2]  # a primeira pode ser a do interpretador
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal))
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs
            assert not any(argument.annotation for argument in node.args.args)
        if isinstance(node, ast.ImportFrom):  # o que é novo só entra depois de ver a versão
            assert node.module and node.module.startswith("scripts") and node.col_offset > 0


# As travas do projeto


def pins(name: str) -> dict[str, str]:
    text = (REPOSITORY / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(-|--)[a-z-]*(index|links)|://", text, re.M), "trava com endereço"
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    return dict(re.match(r"([\w.-]+)==([^\s;]+)", block).groups() for block in blocks)


def test_locks_are_complete_and_share_nothing() -> None:
    known: dict[str, str] = {}
    for name in ("site", "replay", "test"):
        lock = pins(f"{name}.txt")
        assert lock and not lock.keys() & known.keys()
        known |= lock
        source = (REPOSITORY / "requirements" / f"{name}.in").read_text(encoding="utf-8")
        wanted = re.findall(r"(?m)^([\w.-]+)(?:\[.*?\])?==(\S+)\s+#", source)
        assert wanted and all(known[package.lower()] == version for package, version in wanted)


def test_a_command_that_leaves_at_once_still_says_everything(tmp_path):
    run = subprocess.run([sys.executable, str(REPOSITORY / "scripts"), "conferir", "--raiz", str(tmp_path)], capture_output=True, text=True, encoding="utf-8")
    assert (run.returncode, run.stdout) == (2, "") and "diagrams_src" in run.stderr
    found = subprocess.run([sys.executable, str(REPOSITORY / "scripts"), "conferir", "--formato", "sarif"], capture_output=True, text=True,
                           encoding="utf-8", cwd=tmp_path)
    assert found.returncode == 0 and json.loads(found.stdout)["version"] == "2.1.0"
