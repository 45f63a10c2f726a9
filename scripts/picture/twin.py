"""Gêmeo: um processo de trabalho que nasce deste, já com tudo importado.

Um Python novo gastaria mais tempo em importar o `diagrams` e o Graphviz do que em desenhar muitos
scripts. Só onde copiar o processo é seguro: no Linux, e enquanto ele tem um fio só.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path


def possible() -> bool:
    """Se este processo pode ter um gêmeo agora; sem a entrada ou as saídas de sempre, os canos tomariam o lugar delas."""
    return sys.platform == "linux" and threading.active_count() == 1 and None not in (sys.__stdin__, sys.__stdout__, sys.__stderr__)


class Twin:
    """O gêmeo, com o que a oficina usa de um `subprocess.Popen`."""

    def __init__(self, root: Path, draw: bool, noted: bool):
        from scripts.picture import worker

        requests, stdin = os.pipe()
        stdout, answers = os.pipe()
        self.code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            try:
                os.close(stdin)  # senão, ele mesmo impediria que a entrada acabasse
                worker.serve(root, requests, answers, draw, noted)
            finally:
                os._exit(1)
        os.close(requests)
        os.close(answers)
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")

    def kill(self) -> None:
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Espera o fim; devolve o código de saída, negativo se foi um sinal."""
        if self.code is None:
            with contextlib.suppress(ChildProcessError):  # outro fio esperou antes
                self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code or 0
