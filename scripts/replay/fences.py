"""As cercas do processo do código: o ambiente e os limites que o template dá, só o que estaria instalado, só a própria pasta."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scripts.replay.hooks import MIB, Wire, hook, watch

SPOKEN = 16 * MIB
"""Quanto o código pode escrever num arquivo da pasta além do que o fluxo envia: o bastante para as páginas."""
RUNTIME = frozenset("boto3 botocore s3transfer jmespath dateutil urllib3 six".split())
"""O que o ambiente do Python da Lambda traz além da biblioteca padrão:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""
OWN = frozenset(("scripts", "multiprocessing"))
ROOM = 512
"""MiB que o Python e o SDK reservam além do que usam; o que o código usou de verdade se confere no fim, contra o que o template dá."""
PROCESSES = 64
BIRTHS = frozenset("os.fork os.forkpty os.posix_spawn os.system subprocess.Popen".split())
CHANGES = frozenset("os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod".split())


@dataclass(frozen=True)
class Job:
    """O que rodar. `folder` é a raiz da execução; `modules`, os módulos de nível mais alto que se podem importar além da biblioteca
    padrão; `scratch`, a única pasta em que se escreve, quando não é a raiz; `memory`, os MiB que o template dá (0: sem limite)."""

    folder: str
    environment: dict[str, str]
    modules: frozenset[str]
    largest: int = 256 * MIB
    scratch: str = ""
    memory: int = 0


@cache
def installed() -> Mapping[str, list[str]]:
    """De cada módulo instalado neste computador, os pacotes que o trazem; procurar custa décimos de segundo."""
    return packages_distributions()


def modules_of(requirements: str) -> frozenset[str]:
    """Os módulos que as bibliotecas desta lista trazem."""
    wanted = {_canonical(line.split("==")[0]) for line in requirements.splitlines() if "==" in line}
    return frozenset(name for name, owners in installed().items() if wanted & {_canonical(owner) for owner in owners})


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip().split("[")[0]).lower()


class _Only:
    """Só se importa o que estaria instalado lá: do que este computador tem a mais, nada, a menos que seja do próprio código."""

    def __init__(self, absent: frozenset[str], folder: str):
        self.absent, self.folder = absent, folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if path is None and name in self.absent and not self._own(name):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    def _own(self, name: str) -> bool:
        """Está numa pasta da execução."""
        places = [Path(place or os.getcwd()) for place in sys.path if (place or os.getcwd()).startswith(self.folder)]
        return any((place / f"{name}.py").is_file() or (place / name).is_dir() for place in places)


def enter(pipe: Connection, job: Job) -> Wire:
    """Prepara o processo: grupo próprio, ambiente, limites, saída num arquivo, ganchos e cercas."""
    with contextlib.suppress(AttributeError, PermissionError):  # o Windows não tem; quem já é líder não pode
        os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(job.environment)
    time.tzset() if hasattr(time, "tzset") else None
    os.chdir(job.folder)
    spoken = os.open(os.path.join(job.folder, "saida.txt"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(spoken, stream)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (job.largest + SPOKEN,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if job.memory:
            resource.setrlimit(resource.RLIMIT_DATA, ((job.memory + ROOM) * MIB,) * 2)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.dont_write_bytecode = True
    wire = Wire(pipe)
    hook(wire)
    threading.Thread(target=watch, args=(wire,), daemon=True).start()
    absent = frozenset(installed()) - job.modules - OWN
    for name in [name for name in sys.modules if name.split(".")[0] in absent]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Only(absent, job.folder))
    sys.addaudithook(_fence(job.scratch or job.folder))
    return wire


def _fence(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    """Recusa escrever fora da pasta, e abrir processos sem fim: o contador é de todos os que nascem deste."""
    inside, born = os.path.realpath(folder) + os.sep, mmap.mmap(-1, 8)

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        for place in _changed(event, arguments):
            real = os.path.realpath(place)
            device = real.startswith("/dev/") and not real.startswith("/dev/shm/")
            if not device and not real.startswith(inside):
                raise PermissionError(13, "a rodada só deixa escrever na pasta temporária da execução (TMPDIR)", place)
        if event in BIRTHS:
            count = int.from_bytes(born[:8], "little") + 1
            if count > PROCESSES:
                raise BlockingIOError(11, f"a rodada deixa abrir até {PROCESSES} processos")
            born[:8] = count.to_bytes(8, "little")

    return check


def _changed(event: str, arguments: tuple[Any, ...]) -> list[str]:
    """Os caminhos que o código está para mudar."""
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
        named = arguments[:1] if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else ()
    else:
        both = {"os.rename": arguments[:2], "os.link": arguments[1:2], "os.symlink": arguments[1:2]}
        named = both.get(event, arguments[:1]) if event in CHANGES else ()
    return [os.fsdecode(name) for name in named if isinstance(name, (str, bytes, os.PathLike))]
