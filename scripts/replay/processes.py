"""Os processos em que o código do template roda: nascem de um servidor já aquecido e acabam com quem comanda.

Onde o sistema bifurca processos, o `forkserver` da biblioteca padrão importa o SDK uma vez e cada execução nasce
dele em centésimos de segundo; no Windows, cada uma nasce do zero.
"""

from __future__ import annotations

import contextlib
import glob
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
CONTEXT: Any = multiprocessing.get_context(METHOD)
CHILDREN = ("scripts.replay.child", "scripts.replay.warm")
LIBRARIES = {"django": ("django.core.wsgi", "django.core.management.commands.migrate", "django.db.backends.postgresql.base", "django.shortcuts"),
             "fastapi": ("fastapi", "uvicorn"), "flask": ("flask",), "psycopg": ("psycopg",), "waitress": ("waitress",)}
"""O que se importa antes, de cada biblioteca que um template instala: medido, 0,6 s a menos em cada processo que usa as maiores."""
DAY = 86_400.0


class Answering(Protocol):
    """Quem responde às perguntas de um processo: a permissão e a rede."""

    def ask(self, thread: int, service: str, operation: str, params: dict[str, Any], secure: bool, region: str) -> tuple[str, str, int] | None: ...

    def send(self, thread: int, method: str, url: str, headers: dict[str, str], body: bytes | None) -> tuple[int, dict[str, str], bytes]: ...


def warm(*homes: Path) -> None:
    """Começa a aquecer o servidor de processos, sem esperar por ele, com o que instalam os templates e manifestos destas pastas.

    Erro: `OSError`, com o que fazer, se o soquete dele não cabe na pasta temporária.
    """
    if METHOD == "forkserver":
        texts = [path.read_text(encoding="utf-8").lower() for home in homes for path in home.glob("*.yaml")]
        wanted = [module for name, modules in LIBRARIES.items() if any(f"{name}==" in text for text in texts) for module in modules]
        CONTEXT.set_forkserver_preload([*CHILDREN, *wanted])
        from multiprocessing import forkserver

        try:
            forkserver.ensure_running()
        except OSError as error:
            told = f"o servidor de processos não começa na pasta temporária `{tempfile.gettempdir()}` ({error})"
            raise OSError(f"{told}; aponte TMPDIR para outra, de caminho curto") from error


class Lost(Exception):
    """O processo acabou sem responder, ou passou do tempo dele."""


class Running:
    """Um processo do código do template, e o cano até ele."""

    def __init__(self, target: Callable[..., None], *arguments: Any):
        self.pipe, other = CONTEXT.Pipe()
        self.process: BaseProcess = CONTEXT.Process(target=target, args=(other, *arguments), daemon=True)
        self.process.start()
        other.close()

    def wait(self, answering: Answering, wanted: tuple[str, ...], seconds: float, reply: Any = None) -> tuple[Any, ...]:
        """Atende o processo até ele dizer uma destas coisas, e lhe responde `reply`; o tempo das respostas não conta.

        Erro: `Lost` quando ele acaba antes, ou o tempo acaba.
        """
        end = time.monotonic() + seconds
        while True:
            if not self.pipe.poll(max(0.0, end - time.monotonic())):
                raise Lost("tempo")
            try:
                kind, *rest = self.pipe.recv()
            except (EOFError, OSError):
                raise Lost("fim") from None
            if kind in wanted:
                with contextlib.suppress(OSError):
                    self.pipe.send(reply)
                return kind, *rest
            asked = time.monotonic()
            self._answer(answering, kind, rest)
            end += time.monotonic() - asked

    def _answer(self, answering: Answering, kind: str, rest: list[Any]) -> None:
        reply = answering.ask(*rest) if kind == "ask" else answering.send(*rest)
        with contextlib.suppress(OSError):
            self.pipe.send(reply)

    def attend(self, answering: Answering) -> None:
        """Passa a atender o processo numa linha de execução à parte, até ele acabar."""
        def loop() -> None:
            with contextlib.suppress(Lost, OSError, ValueError):
                self.wait(answering, (), DAY)

        threading.Thread(target=loop, daemon=True).start()

    def stop(self) -> None:
        """Acaba com o processo e com os que ele abriu."""
        number = self.process.pid
        if number is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    os.killpg(number, signal.SIGKILL)
                else:
                    self.process.kill()
            self.process.kill()
            self.process.join(5)
        self.pipe.close()


def sweep(folder: Path) -> None:
    """Acaba com os processos que o código soltou do grupo dele: a saída deles ainda é um arquivo desta pasta. Só onde há `/proc`."""
    for found in glob.iglob("/proc/[0-9]*/fd/[12]"):  # o da `pathlib` falha se um processo acaba enquanto se olha
        with contextlib.suppress(OSError):
            if Path(os.readlink(found)).is_relative_to(folder):
                os.kill(int(Path(found).parts[2]), signal.SIGKILL)


__all__ = ["Answering", "Connection", "Lost", "Running", "sweep", "warm"]
