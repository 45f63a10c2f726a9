"""Os trabalhos do Batch: o comando da definição num processo, com o papel, o ambiente, o tempo e a memória que ela dá.

O contêiner não existe: `sh` é o deste computador, `pip` só anota o que instalaria, e `python` é o da rodada, com as
mesmas cercas das funções, que só deixa importar o que se anotou.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from scripts.aws.types import JOB_DEFINITION, JOB_QUEUE, ROLE
from scripts.base.tree import TOOLKIT
from scripts.replay.answers import Answers
from scripts.replay.operations import Need
from scripts.replay.processes import Answering, Lost, Running
from scripts.replay.session import Session
from scripts.replay.stack import Unresolved, only
from scripts.replay.states import Failed
from scripts.replay.trace import ERROR, EXECUTED, Call
from scripts.template.cloudformation import Resource

LISTED = "bibliotecas.txt"
KNOWN = frozenset("JobDefinitionName Type PlatformCapabilities RetryStrategy Timeout ContainerProperties Tags PropagateTags".split())
CONTAINER = frozenset("Image RuntimePlatform ResourceRequirements ExecutionRoleArn JobRoleArn LogConfiguration Environment Command "
                      "NetworkConfiguration FargatePlatformConfiguration".split())
LONGEST = 600.0
"""Segundos que um trabalho tem aqui, se o template lhe dá mais."""
PIP = """
import sys
place, words = sys.argv[1], iter(sys.argv[2:])
for word in words:
    if word in ("--requirement", "-r"):
        text = open(next(words), encoding="utf-8").read()
        open(place, "a", encoding="utf-8").write(text)
    elif word not in ("install", "--quiet", "--require-hashes", "--no-deps", "--no-cache-dir", "--only-binary=:all:"):
        sys.exit("a rodada não sabe o que `pip " + word + "` faria")
"""
PYTHON = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from scripts.replay.container import main
main()
"""


@dataclass(frozen=True)
class Attempt:
    """Uma tentativa: o estado de saída, a memória que usou, em MiB, e por que falhou, se falhou."""

    cause: str
    peak: float = 0.0


class _Container(Running):
    """O processo do comando; o cano até o Python dele passa pelo `sh`."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path):
        self.pipe, other = Pipe()
        number, tools = other.fileno(), folder / "bin"
        tools.mkdir()
        for name, words in (("pip", ["-ISc", PIP, str(folder / LISTED)]), ("python", ["-c", PYTHON, str(TOOLKIT), str(number), str(folder)])):
            (tools / name).write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, *words])} "$@"\n', encoding="utf-8")
            (tools / name).chmod(0o755)
        found = {**environment, "PATH": f"{tools}:/usr/bin:/bin"}
        with (folder / "saida.txt").open("ab") as spoken:
            self.child = subprocess.Popen(command, env=found, cwd=folder, stdin=subprocess.DEVNULL, stdout=spoken, stderr=spoken,
                                          pass_fds=(number,), start_new_session=True)
        other.close()

    def end(self) -> tuple[int, float]:
        """Espera o processo acabar; devolve o estado de saída e a maior memória, em MiB."""
        _, status, used = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        return self.child.returncode, used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)

    def stop(self) -> None:
        if self.child.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, 9)
            self.child.wait()
        self.pipe.close()


class Jobs:
    """Os trabalhos de uma pilha."""

    def __init__(self, session: Session):
        self.session, self.stack, self.numbers = session, session.stack, itertools.count(1)

    def submit(self, given: Mapping[str, Any], node: str, role: Resource, limit: float) -> dict[str, Any]:
        """Manda o trabalho e espera o fim, como `submitJob.sync`. Erros: `Failed` quando ele falha, `Unresolved`."""
        queue, definition = self._named(given, "JobQueue", JOB_QUEUE), self._named(given, "JobDefinition", JOB_DEFINITION)
        overrides = given.get("ContainerOverrides", {})
        only(given, ("JobName", "JobQueue", "JobDefinition", "ContainerOverrides"), "{} mudaria no pedido ao Batch")
        only(overrides, ("Environment",), "{} mudaria no pedido ao Batch")
        rulings = tuple(self.session.door.allow(role, Need("batch:SubmitJob", self.stack.arn(found)), {}) for found in (queue, definition))
        extra = {item["Name"]: str(item["Value"]) for item in overrides.get("Environment", [])}
        said = ", ".join(f"{name}={value}" for name, value in extra.items())
        call = Call(node, "batch:SubmitJob", EXECUTED, role.id, f"{given.get('JobName')} {said}".strip(), rulings)
        if not self.session.admitted(call, node, self.session.arrows.nodes(queue.id), "batch:SubmitJob"):
            raise Failed("Batch.AccessDeniedException", call.reason)
        began = time.monotonic()
        tries = int(self.stack.property(definition, "RetryStrategy", "Attempts", default=1))
        for number in range(1, tries + 1):
            attempt = self._attempt(definition, extra, limit)
            call.seconds = time.monotonic() - began
            call.output, call.ok, call.reason = f"tentativa {number}: {'falhou' if attempt.cause else 'terminou'}", not attempt.cause, attempt.cause
            if not attempt.cause:
                return {"JobName": given.get("JobName"), "Status": "SUCCEEDED"}
            if self.session.stopped:
                break
        self.session.blame(call.step, ERROR, attempt.cause)
        raise Failed("States.TaskFailed", json.dumps({"JobName": given.get("JobName"), "Status": "FAILED", "StatusReason": attempt.cause}))

    def _named(self, given: Mapping[str, Any], key: str, kind: str) -> Resource:
        found = self.stack.named(str(given.get(key)), kind)
        if found is None:
            raise Unresolved(f"`{key}` do pedido ao Batch não nomeia um recurso `{kind}` do template")
        return found

    def _attempt(self, definition: Resource, extra: Mapping[str, str], limit: float) -> Attempt:
        only(definition.properties, KNOWN, f"{{}} mudaria em `{definition.id}`")
        container = self.stack.property(definition, "ContainerProperties", default={})
        only(container, CONTAINER, f"{{}} mudaria em `{definition.id}`")
        command = [str(word) for word in container.get("Command", [])]
        if "/python:" not in f"/{container.get('Image')}" or not command or any(word.startswith("Ref::") for word in command):
            raise Unresolved(f"`{definition.id}` não é de uma imagem do Python, com o comando na definição, e a rodada só sabe rodar esses")
        if not hasattr(os, "wait4"):
            raise Unresolved("a rodada não sabe rodar trabalhos do Batch neste sistema")
        role = self.stack.named(str(container["JobRoleArn"]), ROLE) if "JobRoleArn" in container else None
        own = {item["Name"]: str(item["Value"]) for item in container.get("Environment", [])}
        seconds = float(self.stack.property(definition, "Timeout", "AttemptDurationSeconds", default=LONGEST))
        folder = self.session.folder / f"trabalho-{next(self.numbers)}"
        (folder / "tmp").mkdir(parents=True)
        running = _Container(command, {**self.session.credentials(role), **own, **extra, "TMPDIR": str(folder / "tmp")}, folder)
        try:
            answering = Answers(self.session, self.session.node_of(definition), role)
            return self._ended(definition, container, running, answering, min(seconds, limit or seconds), folder)
        finally:
            running.stop()

    def _ended(self, definition: Resource, container: Mapping[str, Any], running: _Container, answering: Answering, seconds: float,
               folder: Path) -> Attempt:
        try:
            running.wait(answering, (), min(seconds, LONGEST))
        except Lost as lost:
            if str(lost) == "tempo":
                return Attempt(f"o trabalho de `{definition.id}` passou do tempo dele (`AttemptDurationSeconds: {seconds:g}`)")
        status, peak = running.end()
        memory = next((float(item["Value"]) for item in container.get("ResourceRequirements", []) if item["Type"] == "MEMORY"), 0)
        if memory and peak > memory:
            return Attempt(f"o trabalho de `{definition.id}` usou {peak:.0f} MiB, e tem {memory:.0f} (`MEMORY`)", peak)
        if status:
            lines = [line.strip() for line in (folder / "saida.txt").read_text("utf-8", "replace").splitlines() if line.strip()]
            return Attempt(f"o trabalho de `{definition.id}` acabou com o estado {status}: {lines[-1] if lines else 'sem dizer por quê'}", peak)
        return Attempt("", peak)
