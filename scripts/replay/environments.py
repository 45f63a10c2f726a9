"""Os ambientes de execução das funções: o primeiro uso importa o código, e os seguintes aproveitam o que ele deixou pronto, como na Lambda.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import NamedTuple

from scripts.replay.child import Invocation, Outcome, host
from scripts.replay.fences import Job
from scripts.replay.processes import Answering, Lost, Running
from scripts.template.cloudformation import Resource

START = 30.0
"""Segundos que a partida do processo e a importação do código podem levar: na AWS, ela não conta no tempo da função."""


class _Environment(NamedTuple):
    running: Running
    folder: str

    def close(self) -> None:
        self.running.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Environments:
    """Os ambientes de uma rodada. Uma função que se invoca enquanto roda, ou de que duas execuções coincidem, ganha outro."""

    def __init__(self) -> None:
        self.idle: dict[str, list[_Environment]] = {}

    def run(self, function: Resource, invocation: Invocation, answering: Answering, job: Callable[[], Job]) -> Outcome:
        """O que a função devolveu, num ambiente livre dela ou num novo, de `job`. Erro: `Lost`, e o ambiente não serve mais."""
        idle = self.idle.setdefault(function.id, [])
        while idle and not idle[-1].running.process.is_alive():
            idle.pop().close()
        used = idle.pop() if idle else _new(job())
        try:
            used.running.wait(answering, ("next",), START, invocation)
            kind, *rest = used.running.wait(answering, ("loaded", "done"), START)
            outcome: Outcome = rest[0] if kind == "done" else used.running.wait(answering, ("done",), invocation.seconds)[1]
        except BaseException:
            used.close()
            raise
        idle.append(used)
        return outcome

    def close(self) -> None:
        for found in self.idle.values():
            while found:
                found.pop().close()


def _new(job: Job) -> _Environment:
    return _Environment(Running(host, job), job.folder)
