"""A instalação: faz `.venv` ficar como as travas pedem, dizendo o que faz e por quê.

Só usa a biblioteca padrão. O pip confere o hash de cada pacote, e o que mandaria a instalação
para outro lugar não vem do ambiente de quem chama; índice, proxy, certificado e cache vêm.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import IO

from scripts.setup.environment import (
    PYTHON, ROOT, VENV, WINDOWS, Unavailable, expected_stamp, lock_path, ready, reason_to_rebuild, stamp, stamp_path,
    write_stamp,
)  # fmt: skip

TURN = "turn"  # o arquivo trancado por quem está instalando
PACKAGES = sysconfig.get_path("purelib", "venv", {"base": VENV})
PIP = (PYTHON, "-I", "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary",
       ":all:", "--no-user", "--no-input", "--disable-pip-version-check", "--progress-bar",
       "off")  # fmt: skip
MISLEADING = {
    f"PIP_{word}"
    for word in "TARGET PREFIX ROOT USER PYTHON DRY_RUN QUIET CONSTRAINT REQUIREMENT "
    "IGNORE_INSTALLED".split()
}
# (sinal na saída do pip, em minúsculas; o que fazer), do mais específico ao mais geral
HINTS = (
    ("do not match the hashes", "Um pacote recebido não é o que a trava espera, e nada foi "
     "instalado. Rode `python3 -m pip cache purge` e repita; se continuar, desconfie da rede "
     "ou do espelho de pacotes."),
    ("no space left", "Falta espaço em disco: libere cerca de 1 GB e repita o comando."),
    ("permission denied", "Falta permissão de escrita: confira de quem é a pasta `.venv`."),
    ("sslerror", "A conexão segura falhou: confira a hora do computador e, atrás de um proxy, "
     "o certificado (`PIP_CERT`)."),
    ("connection", "A rede não respondeu: confira a conexão e o proxy (`HTTPS_PROXY`) e repita."),
    ("timed out", "A rede não respondeu a tempo: repita o comando."),
    ("no matching distribution", "O índice de pacotes não oferece esse pacote pronto para este "
     "sistema e este Python. Há para Python 3.11 a 3.14 em Linux com glibc, macOS e Windows de "
     "64 bits; confira também `python3 -m pip config list`."),
)  # fmt: skip


RATE = 30  # pacotes por minuto, numa rede e num computador comuns
USES = {"site": "com que se desenha e se monta o site; os que só os testes usam, `testar` traz",
        "replay": "com que se executa um fluxo, cerca de 200 MB; o que já está em `.venv` fica",
        "test": "que só os testes usam; o que já está em `.venv` fica"}
LAZY = {"test": ("--no-compile",)}  # de milhares de módulos os testes importam poucos, e `testar` guarda os que se compilam


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def prepare(names: tuple[str, ...]) -> None:
    """Deixa `.venv` com as travas pedidas instaladas, ou levanta `Unavailable`."""
    start = time.monotonic()
    os.makedirs(VENV, exist_ok=True)
    with turn() as handle:
        if ready(names):
            return  # a chamada pela qual esperamos preparou tudo
        if reason := reason_to_rebuild(names):
            say(f"Preparando `.venv` ({reason})…")
            create(handle)
        for name in names:
            if stamp(name) != expected_stamp(name):
                install(name, handle)
        # Como o pip faz com os pacotes: quem pede ao Python que não guarde o que compila não espera por isso em cada comando.
        # Se a pasta não se deixa escrever, cada comando compila o que usa.
        run((PYTHON, "-I", "-m", "compileall", "-q", os.path.join(ROOT, "scripts")), handle)
    say(f"`.venv` pronto em {time.monotonic() - start:.0f} s.")


@contextlib.contextmanager
def turn() -> Iterator[IO[bytes]]:
    """Uma chamada por vez: a tranca morre com os processos que têm o arquivo aberto."""
    with open(os.path.join(VENV, TURN), "ab") as handle:
        if not locked(handle):
            say("Outra chamada está preparando `.venv`: esperando…")
            while not locked(handle):
                time.sleep(0.2)
        yield handle


def locked(handle: IO[bytes]) -> bool:
    try:
        if WINDOWS:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def create(handle: IO[bytes]) -> None:
    """Refaz `.venv` do zero, menos a tranca, pela qual outra chamada pode estar esperando."""
    if not (find_spec("venv") and find_spec("ensurepip")):
        raise Unavailable(
            f"Falta a {sys.executable} o módulo `ensurepip`, que prepara `.venv`.\n"
            "No Debian e no Ubuntu: "
            f"sudo apt install python{sys.version_info.major}.{sys.version_info.minor}-venv\n"
            "Noutros sistemas, instale um Python completo; depois repita o comando."
        )
    for entry in os.scandir(VENV):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.name != TURN:
            os.remove(entry.path)
    write_stamp("site", b"")
    status, output = run((sys.executable, "-I", "-m", "venv", VENV), handle)
    if status:
        raise Unavailable(f"Não foi possível criar `.venv`. O Python disse:\n{tail(output)}")
    # Assim um script de diagrams_src/ rodado direto importa `scripts`. Relativo, logo ASCII:
    # cada versão do Python lê este arquivo com uma codificação.
    with open(os.path.join(PACKAGES, "project.pth"), "w", encoding="ascii") as path:
        path.write(os.path.relpath(ROOT, PACKAGES) + "\n")


def install(name: str, handle: IO[bytes]) -> None:
    """Instala uma trava; o selo só fica cheio no fim, e vazio quer dizer parada pelo meio."""
    previous, content, before = stamp(name), expected_stamp(name), set(os.listdir(PACKAGES))
    total = len(re.findall(rb"(?m)^[\w.-]+(?:\[[^]]*\])?==", content))
    minutes = 1 + total // RATE
    say(f"Instalando requirements/{name}.txt{', que mudou' if previous else ''}: {total} pacotes, {USES.get(name, '')}. Costuma levar até "
        f"{minutes} minuto{'s' if minutes > 1 else ''}…")
    try:
        write_stamp(name, b"")
        status, output = run((*PIP, *LAZY.get(name, ()), "-r", lock_path(name)), handle, Progress(total))
        if status:
            raise Unavailable(f"A instalação falhou. O pip disse:\n{tail(output)}\n{hint(output)}")
    except BaseException:
        if set(os.listdir(PACKAGES)) == before:  # nada escrito: o que havia continua inteiro
            restore_stamp(name, previous)
        raise
    write_stamp(name, content)


def restore_stamp(name: str, previous: bytes | None) -> None:
    if previous:
        write_stamp(name, previous)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.remove(stamp_path(name))


class Progress:
    """Conta os pacotes pelo que o pip vai dizendo: `[12/34] pygments`."""

    EVENT = re.compile(
        r"(Collecting |Processing (?:.*[/\\])?|Requirement already satisfied: |Ignoring )"
        r"([A-Za-z0-9._]+(?:-[A-Za-z][\w.]*)*)"
    )

    def __init__(self, total: int):
        self.done, self.total = 0, total

    def __call__(self, line: str) -> None:
        event = self.EVENT.match(line.partition(" (from ")[0])
        if event and event[1] == "Ignoring ":  # de outro sistema
            self.total -= 1
        elif event:
            self.done += 1
            say(f"  [{self.done}/{self.total}] {event[2].replace('_', '-')}")
        elif line.startswith("Installing"):
            say("  gravando…")


def run(
    command: tuple[str, ...], handle: IO[bytes], heard: Callable[[str], None] = lambda line: None
) -> tuple[int, str]:
    """Roda um passo e espera por ele, mesmo interrompido; devolve o estado e a saída."""
    env = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    # O filho herda a tranca: se só este processo morrer, ninguém entra enquanto ele escreve.
    inherited = () if WINDOWS else (handle.fileno(),)
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", pass_fds=inherited,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdout
    lines = []
    with child.stdout:
        try:
            for line in child.stdout:
                lines.append(line)
                heard(line)
            return child.wait(), "".join(lines)
        except BaseException:
            stop(child)
            raise


def stop(child: subprocess.Popen[str]) -> None:
    """Encerra um passo e os que ele iniciou, com tempo para que apaguem seus temporários."""
    with contextlib.suppress(ProcessLookupError):
        if WINDOWS:
            child.terminate()
            child.wait()
            return
        os.killpg(child.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def tail(output: str) -> str:
    return "\n".join(f"    {line}" for line in output.splitlines()[-12:])


def hint(output: str) -> str:
    spoken = output.lower()
    return next((advice for sign, advice in HINTS if sign in spoken), "")
