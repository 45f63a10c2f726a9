"""Oficina: desenha vários scripts em processos separados, com vigia.

Um script que trava, encerra o Python ou derruba o processo vira um achado; os outros seguem
num processo novo. O que já foi desenhado não se perde.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from scripts.base.diagram import Rendered
from scripts.base.findings import Finding
from scripts.base.tree import TOOLKIT
from scripts.picture import twin
from scripts.picture.kept import Inputs
from scripts.picture.twin import Twin

Result = Rendered | tuple[Finding, ...]
Done = Callable[[Path, Result], None]
Note = Callable[[Path, Result, Inputs | None], None]

LIMIT = 10.0
SCRIPTS_PER_WORKER = 2


def render_all(root: Path, scripts: list[Path], done: Done, draw: bool = True, note: Note | None = None) -> None:
    """Desenha cada script e chama `done(script, resultado)` assim que um termina; sem `draw`, só o lê, e a figura vem vazia.

    O resultado é um `Rendered` ou uma tupla de achados. `done` nunca roda duas vezes ao
    mesmo tempo; um erro dele interrompe tudo e é lançado daqui. `note` recebe antes, de cada script, também o que entrou no desenho.
    """
    begin(root, scripts, draw, note=note)(done)


def begin(root: Path, scripts: list[Path], draw: bool = True, busy: int = 0, note: Note | None = None) -> Callable[[Done], None]:
    """Começa os processos, que só se copiam deste enquanto ele tem um fio só; o que devolve faz o resto de `render_all`, em qualquer fio.

    `busy` são os núcleos que quem chama ocupa enquanto isso.
    """
    todo: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for script in scripts:
        todo.put(script)
    workers = min(len(scripts), max(1, min((os.cpu_count() or 1) - busy, len(scripts) // SCRIPTS_PER_WORKER)))
    answers: queue.SimpleQueue[tuple[Path, Result, Inputs | None]] = queue.SimpleQueue()
    if workers > 1 and twin.possible():
        importlib.import_module("scripts.picture.render")  # é o que leva tempo: importado antes das cópias, vem com elas
    benches = [_Bench(root, todo, answers, draw, bool(note)) for _ in range(workers)]
    for bench in benches:
        bench.prepare()

    def finish(done: Done) -> None:
        try:
            for bench in benches:
                bench.start()
            for _ in scripts:
                script, result, inputs = answers.get()
                if note:
                    note(script, result, inputs)
                done(script, result)
        finally:
            for bench in benches:
                bench.stop()
            for bench in benches:
                bench.finish()

    return finish


class _Bench(threading.Thread):
    """Um processo de trabalho e o fio que o alimenta e vigia."""

    def __init__(self, root: Path, todo: queue.SimpleQueue[Path], answers: queue.SimpleQueue[tuple[Path, Result, Inputs | None]],
                 draw: bool, noted: bool):
        super().__init__(daemon=True)
        self.root = root
        self.draw, self.noted = draw, noted
        self.todo = todo
        self.answers = answers
        self.process: subprocess.Popen[bytes] | Twin | None = None
        self.over = threading.Event()
        self.guard = threading.Thread(target=self._watch, daemon=True)
        self.deadline = math.inf

    def prepare(self) -> None:
        """Começa o processo antes dos fios, quando ainda se pode copiar este; o que der errado se diz no primeiro script."""
        with contextlib.suppress(OSError):
            self.process = self._start()

    def run(self) -> None:
        """Atende até a fila acabar ou alguém chamar `stop`; todo script tem uma resposta."""
        self.guard.start()
        while not self.over.is_set():
            try:
                script = self.todo.get_nowait()
            except queue.Empty:
                return self.stop()
            try:
                result, inputs = self._render(script)
            except Exception as error:
                self._end()
                message = f"Não foi possível rodar o script: `{type(error).__name__}: {error}`. Rode de novo."
                result, inputs = (Finding(script.relative_to(self.root).as_posix(), 1, "script-com-erro", message),), None
            self.answers.put((script, result, inputs))

    def stop(self) -> None:
        """Encerra o processo e não começa outro."""
        self.over.set()
        self._end()

    def finish(self) -> None:
        """Espera que os dois fios acabem: enquanto houver mais de um, não se copia o processo, e quem confere faria tudo num só núcleo."""
        for thread in (self, self.guard):
            if thread.is_alive():
                thread.join()

    def _watch(self) -> None:
        """Derruba o processo cujo script passa do prazo. É um fio só, que quase sempre dorme: criar um por script sai caro."""
        wait = LIMIT
        while not self.over.wait(wait):
            wait = min(LIMIT, self.deadline - time.monotonic())
            if wait <= 0 and (process := self.process):
                process.kill()
                wait = LIMIT  # o prazo do próximo script não acaba antes

    def _end(self) -> None:
        process, self.process = self.process, None
        if process:
            process.kill()
            process.wait()

    def _render(self, script: Path) -> tuple[Result, Inputs | None]:
        process = self.process = self.process or self._start()
        assert process.stdin and process.stdout
        self.deadline = time.monotonic() + LIMIT
        name = script.relative_to(self.root).as_posix()
        try:
            process.stdin.write(os.fsencode(f"{name}\n"))
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            code = process.wait()
            self.process = None
            if time.monotonic() >= self.deadline:
                message = f"O script não terminou em {LIMIT:.0f} s; procure um laço sem fim ou uma espera."
                return (Finding(name, 1, "script-sem-fim", message),), None
            message = f"O script encerrou o Python (código {code}); tire dele o que termina o processo."
            return (Finding(name, 1, "script-com-erro", message),), None
        finally:
            self.deadline = math.inf

    def _start(self) -> subprocess.Popen[bytes] | Twin:
        if twin.possible():
            return Twin(self.root, self.draw, self.noted)
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.picture.worker", str(self.root), *([] if self.draw else ["ler"]), *(["anotar"] if self.noted else [])],
            cwd=TOOLKIT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
