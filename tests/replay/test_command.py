"""`executar` pela porta que as pessoas usam: o que imprime, com que estado sai, e o que deixa para trás."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scripts.cli import main
from scripts.replay import processes, samples
from scripts.replay.database import PREFIX
from scripts.replay.processes import sweep
from tests.built import alone

ROOT = Path(__file__).resolve().parents[2]
SLUG = "foto-perfil"


@pytest.fixture
def temporary(monkeypatch):
    """Uma pasta temporária só deste teste, de nome curto, em que um soquete cabe: o que sobrar nela, sobrou do comando.

    O servidor de processos desta rodada serve aos outros testes, e por isso começa antes, fora dela.
    """
    processes.warm()
    with tempfile.TemporaryDirectory(prefix="so") as name:
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(name)


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(f"{PREFIX}*")]


def test_the_text_names_each_step_its_permission_and_what_was_kept(temporary, capsys):
    photo = temporary / "férias .. 1%.png"
    photo.write_bytes(samples.png(300, 200))
    assert main(["executar", SLUG, "--arquivo", str(photo)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in ("Passo 1. A pessoa envia", "executado Pessoa usuária: lambda:InvokeFunction", "permitido s3:GetObjectVersion: PapelFuncao · LerEnvio, linha",
                 "O que ficou guardado", "nome=férias .. 1%.png", "Tudo terminou como a página diz"):
        assert part in said
    assert left(temporary) == []


def test_json_is_the_contract_and_nothing_else(temporary, capsys):
    assert main(["executar", SLUG, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["slug"] == SLUG and said["ok"] is True and [step["passo"] for step in said["passos"]] == [1, 2, 3, 4]
    assert all({"passo", "texto", "rotulo", "ok", "erro", "chamadas"} <= set(step) for step in said["passos"])
    assert {step["rotulo"] for step in said["passos"]} <= {"executado", "simulado", "conferido"}
    assert {call["rotulo"] for step in said["passos"] for call in step["chamadas"]} == {"executado", "simulado"}


def test_it_stops_after_the_step_asked(temporary, capsys):
    assert main(["executar", SLUG, "--passo", "1"]) == 0
    said = capsys.readouterr().out
    assert "passo 1: executado" in said and "passo 3: não rodou" in said and "até o passo 1" in said


def test_a_spoil_says_where_and_why(temporary, capsys):
    assert main(["executar", SLUG, "--estragar", "sem-gravar"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Falhou no passo 4: nada deixa o papel `PapelFuncao` fazer `dynamodb:PutItem`" in said


def test_the_spoils_are_listed(capsys):
    assert main(["executar", SLUG, "--estragar"]) == 0
    assert "sem-gravar" in capsys.readouterr().out


def sparse(folder: Path) -> str:
    """Um arquivo grande demais, que não ocupa o disco."""
    with (folder / "grande.png").open("wb") as file:
        file.truncate(samples.LARGEST + 1)
    return str(folder / "grande.png")


@pytest.mark.parametrize(("arguments", "said"), [
    (["nao-existe"], "Não há arquitetura `nao-existe`. As que se executam são: "),
    ([SLUG, "--passo", "9"], "os passos vão de 1 a 4"),
    ([SLUG, "--passo", "0"], "os passos vão de 1 a 4"),
    ([SLUG, "--passo", "²"], "os passos vão de 1 a 4"),
    ([SLUG, "--arquivo", "não há.png"], "O arquivo `não há.png` não existe"),
    ([SLUG, "--arquivo", "."], "O arquivo `.` não existe"),
    ([SLUG, "--estragar", "nada"], "Não há o estrago `nada`"),
])
def test_wrong_use_is_said_before_anything_runs(arguments, said, temporary, capsys):
    assert main(["executar", *arguments]) == 2
    answer = capsys.readouterr()
    assert said in answer.err and answer.out == "" and left(temporary) == []


@pytest.mark.parametrize(("make", "said"), [
    (lambda folder: str((folder / "vazio.png").write_bytes(b"") or folder / "vazio.png"), "está vazio"), (sparse, "passa de 64 MiB"),
], ids=["vazio", "grande"])
def test_a_file_that_does_not_serve_is_said(make, said, temporary, capsys):
    assert main(["executar", SLUG, "--arquivo", make(temporary)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("text", "said"), [
    ("def flow(lab:\n", "fluxo-com-erro"), ("x = 1\n", "não define `flow(lab)`"), ("import nada_disso\n", "ModuleNotFoundError"),
])
def test_a_broken_flow_is_a_finding_with_its_line(text, said, tmp_path, capsys):
    tree = alone(tmp_path / "arvore", SLUG)
    (tree / "fluxos" / f"{SLUG}.py").write_text(text)
    assert main(["executar", SLUG, "--raiz", str(tree)]) == 1
    assert f"fluxos/{SLUG}.py:1" in (error := capsys.readouterr().err) and said in error


def test_no_disk_left_is_not_the_fault_of_the_template(tmp_path, temporary, capsys):
    tree = alone(tmp_path / "arvore", SLUG)
    (tree / "fluxos" / f"{SLUG}.py").write_text("def flow(lab):\n    with lab.step(1):\n        raise OSError(28, 'No space left on device')\n")
    assert main(["executar", SLUG, "--raiz", str(tree)]) == 2
    said = capsys.readouterr()
    assert "a rodada não tem onde escrever: No space left on device. Confira o espaço em disco" in said.err and "Falhou" not in said.out
    assert left(temporary) == []


def test_a_sentence_nobody_asserts_fails_the_replay(tmp_path, temporary, capsys):
    tree = alone(tmp_path / "arvore", SLUG)
    page = tree / "docs/arquiteturas" / SLUG / "index.md"
    page.write_text(page.read_text(encoding="utf-8").replace("passar por servidor nenhum.", "passar por servidor nenhum. O S3 avisa a polícia."),
                    encoding="utf-8")
    assert main(["executar", SLUG, "--raiz", str(tree)]) == 1
    assert "O S3 avisa a polícia." in capsys.readouterr().out.partition("Falhou no passo 1")[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_interrupted_it_leaves_nothing(number, temporary):
    """Armadilha: interrompida no meio, a rodada deixaria pastas, o banco e a aplicação."""
    command = [sys.executable, str(ROOT / "scripts"), "executar", "upload-ec2-ebs-rds"]
    running = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    for line in running.stdout:
        if "HTTP" in line:  # o banco e a aplicação já estão no ar
            break
    running.send_signal(number)
    running.communicate(timeout=60)
    assert running.returncode == 130 and left(temporary) == []


def test_the_next_run_sweeps_what_a_killed_one_left(temporary):
    """Armadilha: quem morre por SIGKILL não limpa nada; quem varre é a rodada seguinte."""
    command = [sys.executable, str(ROOT / "scripts"), "executar", "upload-ec2-ebs-rds"]
    running = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if "HTTP" in line:
            break
    running.kill()
    running.wait(10)
    running.stdout.close()
    [server] = [int(found.read_text().split()[0]) for found in temporary.glob("*/postmaster.pid")]
    assert main(["executar", SLUG, "--json"]) == 0
    end = time.monotonic() + 20
    while (left(temporary) or inside(temporary) or Path(f"/proc/{server}").exists()) and time.monotonic() < end:
        time.sleep(0.2)
    assert left(temporary) == [] and not Path(f"/proc/{server}").exists() and inside(temporary) == []


def test_a_process_that_ends_while_it_is_looked_at_stops_nothing(tmp_path, monkeypatch):
    look, gone = os.scandir, f"/proc/{os.getpid()}/fd"

    def scandir(place="."):
        if os.fspath(place) == gone:
            raise FileNotFoundError(2, "No such file or directory", gone)
        return look(place)

    monkeypatch.setattr(os, "scandir", scandir)
    sweep(tmp_path)


def inside(folder: Path) -> list[str]:
    """Os processos que estão numa pasta de rodada."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [process.name] if os.readlink(process / "cwd").startswith(str(folder)) else []
        except OSError:
            continue
    return found


def test_a_temporary_folder_too_deep_for_a_socket_says_what_to_do(tmp_path):
    deep = tmp_path / ("fundo" * 20)
    deep.mkdir()
    done = subprocess.run([sys.executable, str(ROOT / "scripts"), "executar", SLUG], env={**os.environ, "TMPDIR": str(deep)}, capture_output=True, text=True)
    assert done.returncode == 2 and "aponte TMPDIR para outra, de caminho curto" in done.stderr and list(deep.iterdir()) == []


def test_two_at_once_do_not_meet(temporary):
    """Armadilha: duas rodadas de uma vez, com o mesmo nome de banco e de bucket."""
    command = [sys.executable, str(ROOT / "scripts"), "executar", "upload-ec2-ebs-rds", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [json.loads(running.communicate(timeout=120)[0]) for running in both]
    assert [one["ok"] for one in said] == [True, True] and left(temporary) == []
