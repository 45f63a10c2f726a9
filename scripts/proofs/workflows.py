"""Regras do Step Functions: o que uma máquina de estados executa.

A definição pode ser um objeto (`Definition`), e então cada tarefa tem as suas linhas, ou um
texto JSON (`DefinitionString`). Só contam as tarefas a que se chega a partir de `StartAt`.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.proofs.arns import HERE, arn_of, canonical, designated
from scripts.proofs.iam import Request, decide, evidence
from scripts.proofs.jobs import JOB, JOB_QUEUE, served
from scripts.proofs.places import place
from scripts.proofs.principals import FUNCTION, MACHINE, principal_of
from scripts.proofs.rules import Case, Evidence, Found, Missing, Path, at, rule
from scripts.proofs.services import BUCKET, QUEUE, TABLE, TOPIC
from scripts.resolution import Resolution
from scripts.template import Resource

NAMED = {
    FUNCTION: ("lambda", ("FunctionName",)), JOB_QUEUE: ("batch", ("JobQueue",)), TABLE: ("dynamodb", ("TableName",)),
    BUCKET: ("s3", ("Bucket",)), QUEUE: ("sqs", ("QueueUrl",)), TOPIC: ("sns", ("TopicArn",)),
}
"""De cada tipo, o serviço nas integrações e o argumento que o nomeia."""

INTEGRATION = re.compile(r"arn:(?:aws|\$\{AWS::Partition\}):states:::(?:aws-sdk:)?(?P<service>\w+):(?P<action>\w+)(?P<way>\.\w+)?(?::\d+)?")
ACTIONS = {"lambda:invoke": "lambda:InvokeFunction"}
"""Ações do IAM cujo nome não é o da integração com inicial maiúscula."""

WATCHING = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
DEPTH = 8


@dataclass(frozen=True)
class Task:
    """Uma tarefa a que a execução pode chegar: o que ela chama e com que argumentos."""

    name: str
    path: Path
    resource: str
    arguments: dict[str, Any]
    written: bool

    def line(self, *keys: str) -> Path:
        """O lugar de uma chave da tarefa; de uma definição em texto, o texto inteiro."""
        return (*self.path, *keys) if self.written else self.path


@rule(MACHINE, tuple(NAMED))
def machine_runs_task(case: Case) -> Iterator[Evidence]:
    """Uma máquina de estados do Step Functions executa uma tarefa noutro serviço.

    Cada estado do tipo `Task` chama um serviço com o papel da máquina. Para esperar o fim de um
    trabalho do Batch (`.sync`), ela também o acompanha por uma regra do EventBridge.

    - na definição, uma tarefa a que se chega desde `StartAt` e que nomeia o recurso;
    - um papel em que `states.amazonaws.com` confia;
    - a permissão da ação nesse recurso e, no Batch, também na definição de trabalho;
    - a fila de trabalhos do Batch ligada, com um ambiente de computação ligado;
    - com `.sync` no Batch, ver e encerrar trabalhos, e a regra `StepFunctionsGetEventsForBatchJobsRule`.

    Fonte: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    assert case.tail and case.head
    values, head = case.resolution, case.head
    principal = principal_of(values, case.tail)
    yield from principal.evidence
    matching = [(task, keys) for task in tasks(values, case.tail) if (keys := _names(values, task, head)) is not None]
    if not matching:
        yield Missing(at(case.tail), f"nenhuma tarefa de `{case.tail.id}` a que se chega usa `{head.id}`",
                      f"acrescente à definição um estado `Task` que o nomeie em `{NAMED[head.type][1][0]}`")
        return
    task, keys = matching[0]
    yield Found(task.line("Resource"), f"a tarefa `{task.name}` chama o serviço")
    if keys:
        yield Found(task.line(*keys), f"em `{head.id}`")
    if head.type == JOB_QUEUE:
        yield from served(values, head)
    for action, arn, target in _needed(values, task, head) if principal.role else ():
        decision = decide(Request(values, action, arn, principal.role), target)
        yield from evidence(decision, at(principal.role), f"`{principal.role.id}`", f"`{arn}`" if target is None else f"`{target.id}`",
                            f"acrescente às políticas dele uma declaração com `{action}`")


def tasks(values: Resolution, machine: Resource) -> Iterator[Task]:
    """As tarefas a que a execução pode chegar; nenhuma quando a definição não se lê."""
    substitutions = place(values, machine, "DefinitionSubstitutions")
    named = substitutions.value if substitutions and isinstance(substitutions.value, dict) else {}
    written, text = place(values, machine, "Definition"), place(values, machine, "DefinitionString")
    if written and isinstance(written.value, dict):
        yield from _tasks(_substituted(written.value, named), written.path, True)
    elif text and isinstance(text.value, str):
        try:
            body = json.loads(text.value)
        except ValueError:
            return
        yield from _tasks(_substituted(body, named), text.path, False)


def _substituted(node: Any, named: dict[str, Any]) -> Any:
    """A definição com cada `${Nome}` de `DefinitionSubstitutions` no lugar."""
    if isinstance(node, dict):
        return {key: _substituted(item, named) for key, item in node.items()}
    if isinstance(node, list):
        return [_substituted(item, named) for item in node]
    if isinstance(node, str):
        return re.sub(r"\$\u2060?\{(\w+)\}", lambda found: str(named.get(found[1], found[0])), node)
    return node


def _tasks(body: Any, path: Path, written: bool, depth: int = 0) -> Iterator[Task]:
    states = body.get("States") if isinstance(body, dict) else None
    if not isinstance(states, dict) or depth > DEPTH:
        return
    for name in _reached(body.get("StartAt"), states):
        state, here = states[name], (*path, "States", name) if written else path
        if state.get("Type") == "Task" and isinstance(state.get("Resource"), str):
            arguments = state.get("Parameters") or state.get("Arguments")
            yield Task(name, here, state["Resource"], arguments if isinstance(arguments, dict) else {}, written)
        for inner, keys in _inside(state):
            yield from _tasks(inner, (*here, *keys) if written else path, written, depth + 1)


def _inside(state: dict[str, Any]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """As máquinas de dentro de um estado `Parallel` ou `Map`."""
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else []):
        yield branch, ("Branches", index)
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            yield state[key], (key,)


def _reached(start: Any, states: dict[str, Any]) -> list[str]:
    found: list[str] = []
    pending = [start]
    while pending:
        name = pending.pop(0)
        if isinstance(name, str) and isinstance(states.get(name), dict) and name not in found:
            found.append(name)
            pending += _next(states[name])
    return found


def _next(state: dict[str, Any]) -> Iterator[Any]:
    yield from (state.get("Next"), state.get("Default"))
    for key in ("Choices", "Catch"):
        items = state.get(key)
        yield from (item.get("Next") for item in (items if isinstance(items, list) else []) if isinstance(item, dict))


def _names(values: Resolution, task: Task, target: Resource) -> tuple[str, ...] | None:
    """As chaves da tarefa que nomeiam o recurso: nenhuma quando é o próprio `Resource`; `None`, se não o nomeia."""
    if target.type == FUNCTION and designated(values, task.resource, FUNCTION) == target:
        return ()
    found = INTEGRATION.fullmatch(task.resource)
    service, names = NAMED[target.type]
    if found is None or found["service"] != service:
        return None
    for name in names:
        value = str(task.arguments.get(name, "")).removesuffix(":$LATEST")
        if values.resource(value) == target or designated(values, value, target.type, by_name=True) == target:
            return ("Parameters" if name in task.arguments else "Arguments", name)
    return None


def _needed(values: Resolution, task: Task, target: Resource) -> Iterator[tuple[str, str, Resource | None]]:
    """Cada ação, o ARN dela e o recurso do template a que se refere."""
    found = INTEGRATION.fullmatch(task.resource)
    name = f"{found['service']}:{found['action']}" if found else "lambda:invoke"
    action = ACTIONS.get(name) or f"{name.partition(':')[0]}:{name.partition(':')[2][:1].upper()}{name.partition(':')[2][1:]}"
    own = arn_of(values, target) or ""
    yield action, f"{own}/*" if target.type == BUCKET else own, target
    if target.type != JOB_QUEUE:
        return
    job = values.resource(str(task.arguments.get("JobDefinition", "")))
    if job and job.type == JOB:
        yield action, arn_of(values, job) or "", job
    if found and found["way"] == ".sync":
        yield "batch:DescribeJobs", "*", None
        yield "batch:TerminateJob", f"arn:${{AWS::Partition}}:batch:{HERE}:job/*", None
        rule_arn = f"arn:${{AWS::Partition}}:events:{HERE}:rule/StepFunctionsGetEventsForBatchJobsRule"
        yield from ((name, rule_arn, None) for name in WATCHING)
