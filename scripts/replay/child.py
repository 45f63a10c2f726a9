"""O processo em que o código do template roda: com o ambiente, o tempo e a memória que ele dá, e sem a rede da AWS.

Cada chamada do SDK passa por dois ganchos do botocore: antes de assinar, a porta das permissões; no lugar da
rede, o estado simulado. Os dois estão no outro lado de um cano. Só se importa o que existiria lá, só se
escreve na pasta da execução, e quem perde o comandante morre.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from scripts.replay.fences import Job, enter
from scripts.replay.hooks import MIB, Stopped, Wire, simple


@dataclass(frozen=True)
class Invocation:
    """Uma execução de função: o manipulador, o evento e o que o contexto dela diz."""

    handler: str
    event: Any
    name: str
    arn: str
    memory: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """O que a função devolveu, ou o erro dela; `peak` é a memória, em MiB, `seconds` quanto rodou, e `logs` as linhas que registrou."""

    value: Any = None
    error: str = ""
    message: str = ""
    trace: str = ""
    peak: float = 0.0
    seconds: float = 0.0
    logs: tuple[dict[str, Any], ...] = ()


class Context:
    """O objeto `context` da Lambda, no que o código costuma ler."""

    def __init__(self, invocation: Invocation):
        self.function_name, self.invoked_function_arn = invocation.name, invocation.arn
        self.function_version, self.memory_limit_in_mb = "$LATEST", str(invocation.memory)
        self.aws_request_id, self.log_group_name, self.log_stream_name = "00000000-0000-0000-0000-000000000000", "", ""
        self._end = time.monotonic() + invocation.seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


class _Lines(logging.Handler):
    """As linhas que o código registra, como o formato JSON da Lambda as guarda: a mensagem e os campos dela."""

    KEPT = 200

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []
        self.usual = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.lines) < self.KEPT and not record.name.startswith("botocore"):
            extra = {key: simple(value) for key, value in vars(record).items() if key not in self.usual}
            error = {"erro": f"{record.exc_info[0].__name__}: {record.exc_info[1]}"} if record.exc_info and record.exc_info[0] else {}
            self.lines.append({"nivel": record.levelname, "mensagem": record.getMessage(), **extra, **error})


def host(pipe: Connection, job: Job) -> None:
    """Um ambiente de execução: atende as invocações que lhe derem, uma por vez, e manda o `Outcome` de cada; o código é o `index.py` da pasta."""
    wire = enter(pipe, job)
    sys.path.insert(0, job.folder)
    logging.getLogger().setLevel(logging.INFO)
    while True:
        invocation: Invocation = wire.ask("next")
        wire.ask("done", _invoked(wire, invocation))


def _invoked(wire: Wire, invocation: Invocation) -> Outcome:
    lines = _Lines()
    logging.getLogger().addHandler(lines)
    value, error, message, trace = None, "", "", ""
    began, own = time.monotonic(), os.getpid()
    try:
        handler = _handler(invocation.handler)
        wire.ask("loaded")
        began, wire.waited = time.monotonic(), 0.0
        value = json.loads(json.dumps(handler(invocation.event, Context(invocation))))
    except Stopped as stopped:
        error, message = "Parado", str(stopped)
    except BaseException as problem:
        error, message, trace = type(problem).__name__, str(problem), traceback.format_exc(limit=-4)
    if os.getpid() != own:
        os._exit(0)  # um processo que o código abriu e que voltou por aqui: quem responde é o da função
    logging.getLogger().removeHandler(lines)
    return Outcome(value, error, message, trace, _peak(), time.monotonic() - began - wire.waited, tuple(lines.lines))


def _handler(name: str) -> Callable[[Any, Any], Any]:
    module, _, function = name.rpartition(".")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ModuleNotFoundError as error:
        if error.name == module:
            raise RuntimeError(f"o manipulador é `{name}`, e o código fica em `index.py`: não há o módulo `{module}`") from None
        raise
    if not hasattr(loaded, function):
        raise RuntimeError(f"o manipulador é `{name}`, e o código não tem `{function}`")
    return getattr(loaded, function)


def _peak() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MIB if sys.platform == "darwin" else 1024)


# --- uma aplicação que fica no ar


def serve(pipe: Connection, job: Job, folder: str, arguments: list[str]) -> None:
    """Põe no ar a aplicação WSGI que o `waitress-serve` da unidade poria, com os mesmos argumentos, e diz a porta."""
    wire = enter(pipe, job)
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        import waitress
        from waitress import runner

        def run(application: Any, **options: Any) -> None:
            logging.basicConfig()  # como o `waitress.serve`
            server = waitress.create_server(_ending(application), **{**options, "listen": "127.0.0.1:0"})
            wire.ask("ready", server.effective_port)
            server.run()

        runner.run(["waitress-serve", *arguments], _serve=run)
        wire.ask("failed", "a aplicação não subiu: " + _last_words(job.folder))
    except Stopped as stopped:
        wire.ask("failed", str(stopped))
    except BaseException as problem:
        traceback.print_exc()
        wire.ask("failed", f"a aplicação não subiu: {type(problem).__name__}: {problem}")


def serve_module(pipe: Connection, job: Job, command: list[str]) -> None:
    """Põe no ar a aplicação que `python -m uvicorn` poria, com os mesmos argumentos, menos o endereço, e diz a porta."""
    wire = enter(pipe, job)
    try:
        if command[:3] != ["python", "-m", "uvicorn"]:
            raise RuntimeError(f"a rodada só sabe servir `python -m uvicorn`, e o comando é `{' '.join(command[:3])}`")
        import uvicorn
        from uvicorn.main import main

        begin = uvicorn.Server.startup

        async def startup(server: Any, sockets: Any = None) -> None:
            await begin(server, sockets)
            wire.ask("ready", server.servers[0].sockets[0].getsockname()[1])

        uvicorn.Server.startup = startup  # type: ignore[method-assign]
        main([*_unplaced(command[3:]), "--host", "127.0.0.1", "--port", "0"], standalone_mode=False)
        wire.ask("failed", "a aplicação não subiu: " + _last_words(job.folder))
    except BaseException as problem:
        traceback.print_exc()
        words = _last_words(job.folder) if isinstance(problem, SystemExit) else f"{type(problem).__name__}: {problem}"
        wire.ask("failed", f"a aplicação não subiu: {words}")


def _unplaced(arguments: list[str]) -> list[str]:
    """Os argumentos sem `--host` nem `--port`."""
    placed = ("--host", "--port")
    return [word for before, word in zip(["", *arguments], arguments) if word not in placed and before not in placed]


def run(pipe: Connection, job: Job, folder: str, code: str) -> None:
    """Roda um programa em Python na pasta da aplicação, como quem o digita na instância, e diz com que erro acabou."""
    wire = enter(pipe, job)
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
        wire.ask("done", "")
    except BaseException as problem:
        wire.ask("done", f"{type(problem).__name__}: {problem}")


def _ending(application: Callable[..., Any]) -> Callable[..., Any]:
    """A aplicação, que acaba quando a rodada para: o servidor engoliria a parada, e o pedido esperaria por ninguém."""
    def answer(*given: Any) -> Any:
        try:
            return application(*given)
        except Stopped:
            os._exit(1)

    return answer


def _last_words(folder: str) -> str:
    with open(os.path.join(folder, "saida.txt"), encoding="utf-8", errors="replace") as spoken:
        lines = [line.strip() for line in spoken if line.strip()]
    return next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception)\b.*: ", line)), lines[-1] if lines else "sem dizer por quê")
