"""Regras do Step Functions: o que uma máquina de estados executa."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN, HERE, NAME
from scripts.aws.types import BUCKET, FUNCTION, JOB_DEFINITION, JOB_QUEUE, QUEUE, STATE_MACHINE, TABLE, TOPIC
from scripts.proofs.arrows.access import key_used
from scripts.proofs.arrows.jobs import logged, pulled, served
from scripts.proofs.arrows.queues import invocable
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.states import INTEGRATION, Task, tasks
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
WATCHED = f"arn:${{AWS::Partition}}:events:{HERE}:rule/StepFunctionsGetEventsForBatchJobsRule"
FOLLOWING = (("batch:DescribeJobs", "*"), ("batch:TerminateJob", f"arn:${{AWS::Partition}}:batch:{HERE}:job/*"),
             *((name, WATCHED) for name in WATCHING))
"""O que o `.sync` pede para acompanhar um trabalho do Batch, e onde."""
LATEST = ":$LATEST"
COMPUTED = "{%"
"""Começo do que a JSONata calcula a cada execução."""


@rule(STATE_MACHINE, tuple(NAMED))
def machine_runs_task(case: Case) -> Iterator[Evidence]:
    """Uma máquina de estados do Step Functions executa uma tarefa noutro serviço.

    Cada estado do tipo `Task` chama um serviço com o papel da máquina. Para esperar o fim de um
    trabalho do Batch (`.sync`), ela também o acompanha por uma regra do EventBridge.

    - na definição, uma tarefa a que se chega desde `StartAt`, e que nomeia o recurso;
    - com um `Map` distribuído, o papel podendo iniciar execuções da própria máquina;
    - se é uma função, nenhuma concorrência reservada de zero, que a impediria de rodar;
    - um papel em que `states.amazonaws.com` confia;
    - a permissão da ação nesse recurso e, no Batch, também na definição de trabalho;
    - a chave do KMS do recurso, quando há uma, também permitida;
    - prazos que dão para o caminho mais longo, com as novas tentativas, e escolhas que podem acontecer;
    - a fila do Batch e um ambiente de computação ligados, e quem inicia o trabalho podendo escrever os logs;
    - com `.sync` no Batch, ver e encerrar trabalhos, e a regra `StepFunctionsGetEventsForBatchJobsRule`; sem ele, o papel não pode
      acompanhar o que a tarefa não espera.

    Fonte: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    view, head = case.view, case.head
    principal = principal_of(view, case.tail)
    yield from principal.evidence
    matching = naming(view, case.tail, head)
    if not matching:
        yield Missing(at(case.tail), f"nenhuma tarefa de `{case.tail.id}` a que se chega usa `{head.id}`",
                      f"acrescente à definição um estado `Task` que o nomeie em `{NAMED[head.type][1]}`")
        return
    calls = [*(task.line("Resource") for task, _ in matching[:1]), *(task.line(*keys) for task, keys in matching[:1] if keys)]
    if len(matching) > 1:  # nenhuma é indispensável: a evidência são os estados
        calls = [matching[0][0].path[:-1] if matching[0][0].written else matching[0][0].path]
    yield from (Found(path, f"a tarefa `{matching[0][0].name}` chama `{head.id}`") for path in calls)
    yield from view.complete(_runs(view, task, head, principal.role) for task, _ in matching)


def naming(view: View, machine: Resource, target: Resource) -> list[tuple[Task, tuple[str, ...]]]:
    """As tarefas da máquina que chamam o recurso, com as chaves que o nomeiam."""
    return [(task, keys) for task in tasks(view, machine) if (keys := _names(view, task, target)) is not None]


def _runs(view: View, task: Task, head: Resource, role: Resource | None) -> Iterator[Evidence]:
    """O serviço pode atender, e o papel deixa a tarefa chamá-lo."""
    if head.type == FUNCTION:
        yield from invocable(view, head)
    if head.type == JOB_QUEUE:
        yield from _job(view, task, head)
        yield from _unawaited(view, task, role) if role else ()
    if role:
        for action, names, target in _needed(view, task, head, role):
            yield from _permitted(view, role, action, names, target)


def _job(view: View, task: Task, queue: Resource) -> Iterator[Evidence]:
    yield from served(view, queue)
    job = _definition(view, task)
    if job:
        yield from logged(view, job)
        yield from pulled(view, queue, job)
    else:
        yield Missing(task.line(task.given), f"não se conhece o trabalho que `{task.name}` põe na fila",
                      "escreva `JobDefinition` com o `!Ref` de uma `AWS::Batch::JobDefinition`")


def _unawaited(view: View, task: Task, role: Resource) -> Iterator[Evidence]:
    """O papel pode acompanhar o trabalho até o fim, e a tarefa só o põe na fila: ou espera, ou não precisa poder."""
    found = INTEGRATION.fullmatch(task.resource)
    if found and not found["way"] and all(decide(Request(view, action, WATCHED, role), None).granted for action in WATCHING):
        yield Missing(task.line("Resource"), f"`{task.name}` só põe o trabalho na fila, e não espera o fim, que `{role.id}` pode acompanhar",
                      "use `batch:submitJob.sync`; se nada depende do fim, tire dele as permissões de acompanhar, como `events:PutRule`")
        for action, name in FOLLOWING:  # o que fazer com elas já está dito
            yield from (piece for piece in _permitted(view, role, action, [name], None) if isinstance(piece, Found))


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


def _names(view: View, task: Task, target: Resource) -> tuple[str, ...] | None:
    """As chaves da tarefa que nomeiam o recurso: nenhuma quando é o próprio `Resource`; `None`, se não o nomeia."""
    called = callee(view, task.resource, by=(ARN,)) if target.type == FUNCTION else None
    if called and called.function == target:
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
    if target.type == FUNCTION:
        called = callee(view, value)
        return called is not None and called.function == target
    return view.points(value, target.type, by=(ARN, NAME) if target.type == TABLE else (ARN,)) == target


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
        yield from ((name, [where], None) for name, where in FOLLOWING)


def _resources(view: View, task: Task, target: Resource, role: Resource, action: str) -> list[str]:
    """Os ARNs em que a ação serve: o da versão da função, se a tarefa diz uma, e o do objeto, se diz a chave."""
    own, key = view.arn(target) or "", task.argument("Key")
    if target.type == FUNCTION:
        said = callee(view, task.argument("FunctionName") or task.resource)
        if said and said.qualifier:
            return [said.arn]
        version = LATEST if task.argument("FunctionName").endswith(LATEST) else ""
        if "Qualifier.$" in task.arguments:
            version = ":*"
        elif "Qualifier" in task.arguments:
            version = f":{task.argument('Qualifier') or '*'}"
        return [own + version]
    if target.type == BUCKET and on_objects(action) and key and not key.startswith(COMPUTED):
        return [f"{own}/{key}"]
    return arns(view, role, target, action)
