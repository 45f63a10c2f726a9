"""As máquinas de estados do template: o que `StartExecution` pede, e cada execução até o fim, com o papel da máquina.

A execução anda depois que quem a pediu foi respondido: na AWS, quem pede não espera por ela. O nome dela não se repete.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.aws.types import FUNCTION, ROLE, STATE_MACHINE
from scripts.proofs.facts.states import definition
from scripts.replay import states
from scripts.replay.door import ALLOWED
from scripts.replay.functions import Functions
from scripts.replay.gateway import Answer
from scripts.replay.jobs import Jobs
from scripts.replay.operations import Need
from scripts.replay.session import Session
from scripts.replay.stack import ACCOUNT, REGION, Unresolved, only, plain
from scripts.replay.trace import ERROR, EXECUTED, SIMULATED, Call, short
from scripts.template.cloudformation import Resource

KNOWN = frozenset("StateMachineName StateMachineType RoleArn Definition DefinitionString DefinitionSubstitutions LoggingConfiguration "
                  "TracingConfiguration Tags".split())
INVOKE, SUBMIT = ":states:::lambda:invoke", ":states:::batch:submitJob.sync"


@dataclass
class Execution:
    """Uma execução: a máquina, o nome, o que recebeu e como acabou; `ended` é `None` enquanto ela anda."""

    machine: Resource
    name: str
    given: str
    ended: states.Ended | None = None


class Machines:
    """As execuções das máquinas de uma pilha."""

    def __init__(self, session: Session, functions: Functions):
        self.session, self.stack, self.functions, self.jobs = session, session.stack, functions, Jobs(session)
        self.executions: list[Execution] = []
        session.services["states", "StartExecution"] = self.start
        session.watches.append(lambda mixed: self.finish())

    def start(self, params: Mapping[str, Any], call: Call) -> Answer:
        """Responde a `StartExecution`; a execução fica à espera de `finish`."""
        machine = self.stack.named(str(params["stateMachineArn"]), STATE_MACHINE)
        if machine is None:
            return _refused(call, "StateMachineDoesNotExist", f"a máquina de estados `{params['stateMachineArn']}` não existe na pilha")
        standard = self.stack.property(machine, "StateMachineType", default="STANDARD") == "STANDARD"
        only(machine.properties, KNOWN if standard else KNOWN - {"StateMachineType"}, f"{{}} de `{machine.id}` mudaria")
        execution = Execution(machine, str(params.get("name") or f"execucao-{len(self.executions) + 1}"), str(params.get("input", "{}")))
        before = next((found for found in self.executions if (found.machine, found.name) == (machine, execution.name)), None)
        if before and (before.ended or before.given != execution.given):
            return _refused(call, "ExecutionAlreadyExists", f"já houve a execução `{execution.name}`")
        if before is None:
            self.executions.append(execution)
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{self.stack.physical(machine)}:{execution.name}"
        return _json(200, {"executionArn": arn, "startDate": int(time.time())})

    def finish(self) -> None:
        """Leva até o fim as execuções que esperam, na ordem em que foram pedidas."""
        for execution in self.executions:
            if execution.ended is None:
                self._run(execution)

    def _run(self, execution: Execution) -> None:
        machine, view = execution.machine, self.stack.view
        role = self.stack.named(str(self.stack.property(machine, "RoleArn")), ROLE)
        if role is None:
            raise Unresolved(f"o papel de `{machine.id}` não está no template")
        node = self.session.node_of(machine)
        call = Call(node, "execução", SIMULATED, role.id, f"{execution.name} {execution.given}")
        step = self.session.file(call, node, [edge.head for edge in self.session.diagram.edges if edge.tail == node and edge.step], "")
        known = self.session.causes()
        execution.ended = ended = states.run(plain(definition(view, machine)[0]), json.loads(execution.given), self._calls(node, role))
        call.output, call.ok = " → ".join((*ended.path, ended.status)), ended.status == "SUCCEEDED"
        if not call.ok:
            call.reason = f"a execução acabou em `{ended.path[-1]}` com `{ended.error}`: {ended.cause}"
        if not call.ok and self.session.causes() == known and ended.error != self.session.tolerated.get("execução"):
            self.session.blame(max(step, self.session.current), ERROR, call.reason)

    def _calls(self, node: str, role: Resource) -> states.Calls:
        def call(state: Mapping[str, Any], arguments: Any) -> Any:
            began, limit = time.monotonic(), float(state.get("TimeoutSeconds", 0))
            found = self._called(str(state["Resource"]), arguments, node, role, limit)
            if limit and time.monotonic() - began > limit:
                raise states.Failed("States.Timeout", f"passou do tempo dela (`TimeoutSeconds: {limit:g}`)")
            return found

        return call

    def _called(self, resource: str, arguments: Any, node: str, role: Resource, limit: float) -> Any:
        function = self.stack.named(resource, FUNCTION)
        if function:
            return self._invoked(function, arguments, node, role)
        if resource.endswith(INVOKE):
            function = self.stack.named(str(arguments["FunctionName"]), FUNCTION)
            if function is None or set(arguments) - {"FunctionName", "Payload"}:
                raise Unresolved(f"a rodada não sabe invocar a função como `{resource}` pede")
            return {"Payload": self._invoked(function, arguments.get("Payload", {}), node, role), "StatusCode": 200}
        if resource.endswith(SUBMIT):
            return self.jobs.submit(arguments, node, role, limit)
        if f"{resource}.sync".endswith(SUBMIT):
            raise Unresolved(f"`{resource}` manda o trabalho e segue sem esperar o fim dele, que o passo conta; para esperar, é `{resource}.sync`")
        raise Unresolved(f"a rodada não sabe chamar `{resource}` numa máquina de estados")

    def _invoked(self, function: Resource, event: Any, node: str, role: Resource) -> Any:
        ruling = self.session.door.allow(role, Need("lambda:InvokeFunction", self.stack.arn(function)), {})
        label = EXECUTED if ruling.answer == ALLOWED else SIMULATED
        call = Call(node, "lambda:InvokeFunction", label, role.id, short(event), (ruling,))
        if not self.session.admitted(call, node, self.session.arrows.nodes(function.id), "lambda:InvokeFunction"):
            raise states.Failed("States.Permissions" if ruling.answer != ALLOWED else "States.TaskFailed", call.reason)
        result = self.functions.run(function, event, node, filed=call)
        if result.error:
            raise states.Failed(result.kind, json.dumps({"errorMessage": result.message, "errorType": result.kind}, ensure_ascii=False))
        return result.value


def _json(status: int, body: Mapping[str, Any]) -> Answer:
    return status, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode()


def _refused(call: Call, code: str, reason: str) -> Answer:
    call.reason = f"{code}: {reason}"
    return _json(400, {"__type": code, "message": reason})
