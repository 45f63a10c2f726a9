"""Cópias deste processo: fazem com ele as tarefas de uma lista, e quem fica livre pega a seguinte.

Uma cópia nasce com tudo o que já se importou e leu, e só devolve respostas. O que ela não responder, porque caiu, este
processo faz, e o erro aparece aqui.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

from scripts.picture import twin

Answer = TypeVar("Answer")
TURN = 2
"""Os bytes de uma vez na fila: cabem nela milhares de tarefas antes que alguém leia uma."""


def each(tasks: Sequence[Callable[[], Answer]], own: Sequence[Callable[[], None]] = ()) -> list[Answer]:
    """A resposta de cada tarefa, na ordem delas. Os outros núcleos começam pelas primeiras; este processo faz antes o que é só dele, `own`.

    Onde copiar não é seguro, faz tudo aqui. Erro: o da tarefa que falhar.
    """
    waiting, turns = os.pipe()
    cores = (os.cpu_count() or 1) if twin.possible() else 1
    others = [_Copy(tasks, waiting, turns) for _ in range(min(cores - 1, len(tasks)))]
    with contextlib.closing(os.fdopen(turns, "wb")) as line:
        for index in range(len(tasks)):
            line.write(index.to_bytes(TURN, "big"))
    try:
        for one in own:
            one()
        known = dict(_done(tasks, waiting))
        for other in others:
            known.update(other.answers())
    finally:
        os.close(waiting)
        for other in others:
            other.stop()
    return [known[index] if index in known else task() for index, task in enumerate(tasks)]


def _done(tasks: Sequence[Callable[[], Answer]], waiting: int) -> Iterator[tuple[int, Answer]]:
    """As tarefas que couberam a este processo: cada leitura da fila, que é de todos, tira dela uma vez."""
    while turn := os.read(waiting, TURN):
        index = int.from_bytes(turn, "big")
        yield index, tasks[index]()


class _Copy:
    """Uma cópia, que faz tarefas até a fila acabar e então manda todas as respostas."""

    def __init__(self, tasks: Sequence[Callable[[], Answer]], waiting: int, turns: int):
        read, write = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            with contextlib.suppress(BaseException):
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # o Ctrl-C é de quem comanda
                os.close(turns)  # senão, ela mesma impediria que a fila acabasse
                answers = dict(_done(tasks, waiting))
                with os.fdopen(write, "wb") as told:
                    pickle.dump(answers, told)
            os._exit(0)
        os.close(write)
        self.told: BinaryIO = os.fdopen(read, "rb")

    def answers(self) -> dict[int, object]:
        """O que ela respondeu, por tarefa; nada, se caiu."""
        try:
            return pickle.load(self.told)
        except (EOFError, pickle.UnpicklingError):
            return {}

    def stop(self) -> None:
        """Encerra a cópia, se ainda há."""
        self.told.close()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
