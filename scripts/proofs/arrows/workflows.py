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

from scripts.aws.kinds import ARN, HERE, NAME
from scripts.aws.types import BUCKET, FUNCTION, JOB_DEFINITION, JOB_QUEUE, QUEUE, STATE_MACHINE, TABLE, TOPIC
from scripts.proofs.arrows.access import key_used
from scripts.proofs.arrows.jobs import logged, served
from scripts.proofs.arrows.queues import invocable
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, Path, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.identity.services import arns, on_objects
from scripts.template.cloudformation import Resource

NAMED = {
    FUNCTION: ("lambda", "FunctionName"), JOB_QUEUE: ("batch", "JobQueue"), TABLE: ("dynamodb", "TableName"),
    BUCKET: ("s3", "Bucket"), QUEUE: ("sqs", "QueueUrl"), TOPIC: ("sns", "TopicArn"),
}
"""De cada tipo, o serviço nas integrações e o argumento que o nomeia."""

INTEGRATION = re.compile(r"arn:(?:aws|\$\{AWS::Partition\}):states:::(?:aws-sdk:)?(?P<service>\w+):(?P<action>\w+)(?P<way>\.\w+)?(?::\d+)?")
ACTIONS = {
    "lambda:invoke": "lambda:InvokeFunction", "s3:listObjects": "s3:ListBucket", "s3:listObjectsV2": "s3:ListBucket",
    "s3:listObjectVersions": "s3:ListBucketVersions", "s3:headBucket": "s3:ListBucket", "s3:headObject": "s3:GetObject",
    "s3:deleteObjects": "s3:DeleteObject", "s3:createMultipartUpload": "s3:PutObject", "s3:uploadPart": "s3:PutObject",
    "s3:completeMultipartUpload": "s3:PutObject", "sqs:sendMessageBatch": "sqs:SendMessage",
    "sqs:deleteMessageBatch": "sqs:DeleteMessage", "sqs:changeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:publishBatch": "sns:Publish",
}
"""Ações do IAM cujo nome não é o da operação com inicial maiúscula."""

WATCHING = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
LATEST = ":$LATEST"
COMPUTED = "{%"
"""Começo do que a JSONata calcula a cada execução."""
DEPTH = 8


@dataclass(frozen=True)
class Task:
    """Uma tarefa a que a execução pode chegar: o que ela chama e com que argumentos, na chave `given`.

    `distributed` diz que está dentro de um `Map` distribuído, que roda em execuções filhas.
    """

    name: str
    path: Path
    resource: str
    given: str
    arguments: dict[str, Any]
    written: bool
    distributed: bool

    def line(self, *keys: str) -> Path:
        """O lugar de uma chave da tarefa; de uma definição em texto, o texto inteiro."""
        return (*self.path, *keys) if self.written else self.path

    def argument(self, name: str) -> str:
        """Um argumento escrito como texto; vazio quando não há, ou não é texto."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) else ""


@rule(STATE_MACHINE, tuple(NAMED))
def machine_runs_task(case: Case) -> Iterator[Evidence]:
    """Uma máquina de estados do Step Functions executa uma tarefa noutro serviço.

    Cada estado do tipo `Task` chama um serviço com o papel da máquina. Para esperar o fim de um
    trabalho do Batch (`.sync`), ela também o acompanha por uma regra do EventBridge.

    - na definição, uma tarefa a que se chega desde `StartAt`, fora de um `Map` distribuído, e que nomeia o recurso;
    - se é uma função, nenhuma concorrência reservada de zero, que a impediria de rodar;
    - um papel em que `states.amazonaws.com` confia;
    - a permissão da ação nesse recurso e, no Batch, também na definição de trabalho;
    - a chave do KMS do recurso, quando há uma, também permitida;
    - a fila de trabalhos do Batch ligada, com um ambiente de computação ligado, e quem inicia o
      trabalho podendo escrever os logs dele;
    - com `.sync` no Batch, ver e encerrar trabalhos, e a regra `StepFunctionsGetEventsForBatchJobsRule`.

    Fonte: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    view, head = case.view, case.head
    principal = principal_of(view, case.tail)
    yield from principal.evidence
    matching = [(task, keys) for task in tasks(view, case.tail) if (keys := _names(view, task, head)) is not None]
    if not matching:
        yield Missing(at(case.tail), f"nenhuma tarefa de `{case.tail.id}` a que se chega usa `{head.id}`",
                      f"acrescente à definição um estado `Task` que o nomeie em `{NAMED[head.type][1]}`")
        return
    calls = [*(task.line("Resource") for task, _ in matching[:1]), *(task.line(*keys) for task, keys in matching[:1] if keys)]
    if len(matching) > 1:  # nenhuma é indispensável: a evidência são os estados
        calls = [matching[0][0].path[:-1] if matching[0][0].written else matching[0][0].path]
    yield from (Found(path, f"a tarefa `{matching[0][0].name}` chama `{head.id}`") for path in calls)
    yield from view.complete(_runs(view, task, head, principal.role) for task, _ in matching)


def _runs(view: View, task: Task, head: Resource, role: Resource | None) -> Iterator[Evidence]:
    """O serviço pode atender, e o papel deixa a tarefa chamá-lo."""
    if task.distributed:
        yield Missing(task.path, f"`{task.name}` está num `Map` distribuído, e as permissões dele não se avaliam", "use o modo `INLINE`")
    if head.type == FUNCTION:
        yield from invocable(view, head)
    if head.type == JOB_QUEUE:
        yield from _job(view, task, head)
    if role:
        for action, names, target in _needed(view, task, head, role):
            yield from _permitted(view, role, action, names, target)


def _job(view: View, task: Task, queue: Resource) -> Iterator[Evidence]:
    yield from served(view, queue)
    job = _definition(view, task)
    if job:
        yield from logged(view, job)
    else:
        yield Missing(task.line(task.given), f"não se conhece o trabalho que `{task.name}` põe na fila",
                      "escreva `JobDefinition` com o `!Ref` de uma `AWS::Batch::JobDefinition`")


def _definition(view: View, task: Task) -> Resource | None:
    return view.points(task.argument("JobDefinition"), JOB_DEFINITION)


def _permitted(view: View, role: Resource, action: str, names: list[str], target: Resource | None) -> Iterator[Evidence]:
    """A ação num destes ARNs: basta que um deles esteja permitido por inteiro."""
    decisions = [decide(Request(view, action, name, role), target) for name in names]
    decision = next((found for found in decisions if found.granted), decisions[0])
    yield from evidence(decision, at(role), f"`{role.id}`", f"`{names[0]}`" if target is None else f"`{target.id}`",
                        f"acrescente às políticas dele uma declaração com `{action}`")
    if target is not None:
        yield from key_used(decision.request, target, at(role), f"`{role.id}`")


def tasks(view: View, machine: Resource) -> Iterator[Task]:
    """As tarefas a que a execução pode chegar; nenhuma quando a definição não se lê."""
    substitutions = view.at(machine, "DefinitionSubstitutions")
    named = substitutions.value if substitutions and isinstance(substitutions.value, dict) else {}
    written, text = view.at(machine, "Definition"), view.at(machine, "DefinitionString")
    if written and isinstance(written.value, dict):
        yield from _tasks(_substituted(written.value, named), written.path, True)
    elif text and isinstance(text.value, str):
        try:
            body = _substituted(json.loads(text.value), named)
        except (ValueError, RecursionError):
            return
        yield from _tasks(body, text.path, False)


def _substituted(node: Any, named: dict[str, Any]) -> Any:
    """A definição com cada `${Nome}` de `DefinitionSubstitutions` no lugar."""
    if isinstance(node, dict):
        return {key: _substituted(item, named) for key, item in node.items()}
    if isinstance(node, list):
        return [_substituted(item, named) for item in node]
    if isinstance(node, str):
        return re.sub(r"\$\u2060?\{(\w+)\}", lambda found: str(named.get(found[1], found[0])), node)
    return node


def _tasks(body: Any, path: Path, written: bool, depth: int = 0, distributed: bool = False) -> Iterator[Task]:
    states = body.get("States") if isinstance(body, dict) else None
    if not isinstance(states, dict) or depth > DEPTH:
        return
    for name in _reached(body.get("StartAt"), states):
        state, here = states[name], (*path, "States", name) if written else path
        if state.get("Type") == "Task" and isinstance(state.get("Resource"), str):
            given = "Arguments" if "Arguments" in state else "Parameters"
            arguments = state.get(given)
            yield Task(name, here, state["Resource"], given, arguments if isinstance(arguments, dict) else {}, written, distributed)
        for inner, keys in _inside(state):
            apart = distributed or _distributed(inner)
            yield from _tasks(inner, (*here, *keys) if written else path, written, depth + 1, apart)


def _distributed(processor: Any) -> bool:
    """O `Map` abre uma execução filha por item; de um modo que não se conhece, não se diz que não."""
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return config is not None and not (isinstance(config, dict) and config.get("Mode", "INLINE") == "INLINE")


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


def _names(view: View, task: Task, target: Resource) -> tuple[str, ...] | None:
    """As chaves da tarefa que nomeiam o recurso: nenhuma quando é o próprio `Resource`; `None`, se não o nomeia."""
    if target.type == FUNCTION and view.points(task.resource, FUNCTION, by=(ARN,)) == target:
        return ()
    found = INTEGRATION.fullmatch(task.resource)
    service, name = NAMED[target.type]
    if found is None or found["service"] != service:
        return None
    value = task.argument(name).removesuffix(LATEST) if target.type == FUNCTION else task.argument(name)
    return (task.given, name) if _designates(view, value, target) else None


def _designates(view: View, value: str, target: Resource) -> bool:
    """O valor é o que o argumento pede: um endereço de fila, um nome de bucket, o ARN ou o nome dos outros."""
    if target.type == QUEUE:
        return view.points(value, QUEUE) == target
    if target.type == BUCKET:
        return view.spelled(value) == view.name(target)
    return view.points(value, target.type, by=(ARN, NAME) if target.type in (FUNCTION, TABLE) else (ARN,)) == target


def _needed(
    view: View, task: Task, target: Resource, role: Resource
) -> Iterator[tuple[str, list[str], Resource | None]]:
    """Cada ação, os ARNs em que ela serve e o recurso do template a que se refere."""
    found = INTEGRATION.fullmatch(task.resource)
    name = f"{found['service']}:{found['action']}" if found else "lambda:invoke"
    service, _, operation = name.partition(":")
    action = ACTIONS.get(name) or f"{service}:{operation[:1].upper()}{operation[1:]}"
    yield action, _resources(view, task, target, role, action), target
    if target.type != JOB_QUEUE:
        return
    job = _definition(view, task)
    if job:
        yield action, [view.arn(job) or ""], job
    if found and found["way"] == ".sync":
        yield "batch:DescribeJobs", ["*"], None
        yield "batch:TerminateJob", [f"arn:${{AWS::Partition}}:batch:{HERE}:job/*"], None
        rule_arn = f"arn:${{AWS::Partition}}:events:{HERE}:rule/StepFunctionsGetEventsForBatchJobsRule"
        yield from ((name, [rule_arn], None) for name in WATCHING)


def _resources(view: View, task: Task, target: Resource, role: Resource, action: str) -> list[str]:
    """Os ARNs em que a ação serve: o da versão da função, se a tarefa diz uma, e o do objeto, se diz a chave."""
    own, key = view.arn(target) or "", task.argument("Key")
    if target.type == FUNCTION:
        version = LATEST if task.argument("FunctionName").endswith(LATEST) else ""
        if "Qualifier.$" in task.arguments:
            version = ":*"
        elif "Qualifier" in task.arguments:
            version = f":{task.argument('Qualifier') or '*'}"
        return [own + version]
    if target.type == BUCKET and on_objects(action) and key and not key.startswith(COMPUTED):
        return [f"{own}/{key}"]
    return arns(view, role, target, action)
