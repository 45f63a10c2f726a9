"""Cada verbo que o README promete, rodado sobre esta mesma árvore ou uma cópia dela.

A tabela do README manda: um verbo novo sem o seu teste aqui, ou um teste sem verbo, falha.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from scripts.cli import main
from scripts.measure import survivors, times
from tests.built import alone, apart, site_of

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))"]
TABLE = re.compile(r"^\| `([a-z]+)[ `]", re.MULTILINE)
SLUG = "cli-s3-lambda-dynamodb"
SMALL = times.Size(rounds=1, stock=(1,), growth=(1, 2), copies=(1, 2))


def promised() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return TABLE.findall(text[text.index("## Os verbos"):text.index("## As pastas")])


def test_every_verb_of_the_readme_is_run_here():
    written = [name.removeprefix("test_verb_").split("_")[0] for name in globals() if name.startswith("test_verb_")]
    assert len(promised()) >= 7 and sorted(set(promised())) == sorted(set(written))


def test_the_command_line_has_the_verbs_of_the_readme_and_no_other(capsys):
    with pytest.raises(SystemExit):
        main(["nenhum"])
    listed = re.search(r"use um destes: (.*)", capsys.readouterr().err)
    assert sorted(re.findall(r"'(\w+)'", listed[1])) == sorted(set(promised()))


@pytest.fixture
def house(tmp_path) -> Path:
    """Uma cópia desta árvore inteira, com as ferramentas; o ambiente é o de quem testa."""
    root = tmp_path / "casa"
    unwanted = shutil.ignore_patterns(".git", ".venv", "site", "__pycache__", ".pytest_cache", "node_modules")
    return shutil.copytree(ROOT, root, ignore=unwanted)


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8", env=apart(root))


def test_verb_gerar(house):
    before = {path: path.read_bytes() for path in house.glob("docs/*/*/diagrama.svg")}
    lost = house / "docs" / "arquiteturas" / SLUG / "diagrama.svg"
    lost.unlink()
    done = run(house, "gerar")
    assert done.returncode == 0 and f"{len(before)} figuras" in done.stderr and "1 atualizada" in done.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_verb_conferir():
    done = run(ROOT, "conferir")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Tudo confere.\n")


def test_verb_executar(house):
    done = run(house, "executar", SLUG)
    assert done.returncode == 0 and "Tudo terminou como a página diz" in done.stdout, done.stdout + done.stderr
    listed = run(house, "executar", SLUG, "--estragar")
    name = re.search(r"^  ([\w-]+)  ", listed.stdout, re.MULTILINE)[1]
    spoiled = run(house, "executar", SLUG, "--estragar", name)
    assert spoiled.returncode == 1 and "Falhou no passo" in spoiled.stdout, spoiled.stdout


def test_verb_comparar(house):
    template = house / "docs" / "arquiteturas" / SLUG / "template.yaml"
    template.write_text(template.read_text(encoding="utf-8").replace("Action: dynamodb:PutItem", "Action: dynamodb:*"), encoding="utf-8")
    done = run(house, "comparar", str(ROOT))
    assert done.returncode == 0 and f"{SLUG}: " in done.stdout and "passa a poder fazer tudo do `dynamodb`" in done.stdout, done.stderr


def test_verb_construir(tmp_path_factory):
    """O site que os outros testes leem é o que este verbo construiu."""
    assert (site_of(tmp_path_factory) / "arquiteturas" / SLUG / "index.html").is_file()


def test_verb_novo(house):
    done = run(house, "novo", "fila-de-pedidos")
    assert done.returncode == 0, done.stderr
    checked = run(house, "conferir")
    assert checked.returncode == 1 and checked.stdout.count("\n") == checked.stdout.count("[esqueleto-por-editar]") == 1, checked.stdout


def test_verb_testar(house):
    kept = {"conftest.py", "test_page.py"}
    for path in (house / "tests").iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = run(house, "testar")
    assert done.returncode == 0 and "passed" in done.stdout, done.stdout + done.stderr
    (house / "tests" / "test_broken.py").write_text("def test_no():\n    assert False\n", encoding="utf-8")
    alone = ("--", "-n", "0")  # os processos que a primeira abriu já se viram; abri-los para um teste só custa mais do que ele
    assert run(house, "testar", "broken", *alone).returncode == 1
    assert run(house, "testar", "nested_lists", *alone).returncode == 0
    (house / "tests" / "apart").mkdir()
    (house / "tests" / "apart" / "test_fine.py").write_text("def test_yes():\n    pass\n", encoding="utf-8")
    folder = run(house, "testar", "apart", *alone)
    assert folder.returncode == 0 and "1 passed" in folder.stdout, folder.stdout
    nobody = run(house, "testar", "ninguém", *alone)
    assert nobody.returncode == 2 and "Nenhum teste se chama `ninguém`" in nobody.stderr


def test_verb_medir(monkeypatch, capsys):
    monkeypatch.setattr(times, "WHOLE", SMALL)
    assert main(["medir"]) == 0
    said = capsys.readouterr().out
    slugs = list((ROOT / "diagrams_src").glob("[!_]*.py"))
    assert f"\n  {len(slugs)} arquiteturas: " in said and f"\n  {2 * len(slugs)} arquiteturas: " in said


def test_medir_says_what_the_measured_command_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(times, "WHOLE", SMALL)
    (alone(tmp_path / "arvore", SLUG) / "docs" / "arquiteturas" / SLUG / "template.yaml").unlink()
    assert main(["medir", "--raiz", str(tmp_path / "arvore")]) == 2
    assert "[template-ausente]" in capsys.readouterr().err


def test_verb_medir_provas(monkeypatch, capsys):
    everyone, added, leaves = survivors.Subject.mutants, survivors.additions, survivors.leaves_read
    monkeypatch.setattr(survivors.Subject, "mutants", lambda read: list(everyone(read))[::500])
    monkeypatch.setattr(survivors, "additions", lambda *read: list(added(*read))[:1])
    monkeypatch.setattr(survivors, "leaves_read", lambda read: list(leaves(read))[:1])
    assert main(["medir", "provas"]) == 0
    said = capsys.readouterr().out
    assert all(f"{path.stem}: " in said for path in (ROOT / "diagrams_src").glob("[!_]*.py"))
    assert "Linhas de evidência: " in said and "folhas lidas" in said


def test_verb_servir(house):
    process = subprocess.Popen([*COMMAND, "servir"], cwd=house, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        page = house / "docs" / "arquiteturas" / SLUG / "index.md"
        assert 'id="passo-1"' in shown(address, 'id="passo-1"')
        page.write_text(page.read_text(encoding="utf-8") + "\nUma frase nova.\n", encoding="utf-8")
        assert "Uma frase nova." in shown(address, "Uma frase nova.")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def shown(address: str, wanted: str, patience: float = 60) -> str:
    """A página da arquitetura assim que ela traz o texto; ou como está, quando a paciência acaba."""
    text, limit = "", time.monotonic() + patience
    while wanted not in text and time.monotonic() < limit:
        time.sleep(0.1)
        try:
            with urllib.request.urlopen(f"{address}/arquiteturas/{SLUG}/", timeout=patience) as answer:
                text = answer.read().decode()
        except OSError:
            continue
    return text
