"""Regras dos registros: quem escreve em que grupo do CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.compute import ECS_TASKS
from scripts.aws.questions import IDENTITY
from scripts.aws.types import ECS_SERVICE, FUNCTION, HTTP_API, HTTP_STAGE, JOB_DEFINITION, LOG_GROUP, STATE_MACHINE
from scripts.proofs.arrows.apis import published
from scripts.proofs.arrows.jobs import may_write
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, Path, at
from scripts.proofs.facts.log_groups import is_group, written_by
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import assumed, principal_of, role_of_arn, task_of
from scripts.template.cloudformation import Resource

DELIVERING = ("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
              "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups")


@rule(FUNCTION, LOG_GROUP, asks=(IDENTITY,))
def function_writes_logs(case: Case) -> Iterator[Evidence]:
    """Uma função Lambda escreve num grupo de registros.

    A Lambda escreve o que a função imprime, com o papel dela, no grupo que a função diz ou no que
    tem o nome dela.

    - `LoggingConfig` da função com o grupo, ou o grupo com o nome `/aws/lambda/` e o da função;
    - o papel de execução, em que `lambda.amazonaws.com` confia, com `logs:CreateLogStream` e
      `logs:PutLogEvents` no grupo.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    view, function, group = case.view, case.tail, case.head
    line = written_by(view, function, group)
    if line:
        yield line
    else:
        yield Missing(at(function, "LoggingConfig"), f"`{function.id}` não escreve em `{group.id}`", f"escreva `LogGroup: !Ref {group.id}`")
    principal = principal_of(view, function)
    yield from principal.evidence
    if principal.role:
        yield from may_write(view, principal.role, group)


@rule((ECS_SERVICE, JOB_DEFINITION), LOG_GROUP, asks=())
def container_writes_logs(case: Case) -> Iterator[Evidence]:
    """Um contêiner, do ECS ou do Batch, escreve num grupo de registros.

    Quem escreve é o agente que inicia o contêiner, com o papel de execução, que não é o do programa.

    - o contêiner com o `awslogs` e o grupo em `awslogs-group`, na região da pilha;
    - no ECS, `awslogs-stream-prefix`, que o Fargate exige;
    - o papel de execução, em que `ecs-tasks.amazonaws.com` confia, com `logs:CreateLogStream` e
      `logs:PutLogEvents` no grupo.

    Fonte: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    view, group = case.view, case.head
    task = task_of(view, case.tail) if case.tail.type == ECS_SERVICE else case.tail
    line = _logging(view, task, group) if task else None
    if task is None or line is None:
        yield Missing(at(task or case.tail), f"nenhum contêiner de `{case.tail.id}` escreve em `{group.id}`",
                      f"escreva `LogDriver: awslogs` e `awslogs-group: !Ref {group.id}` em `LogConfiguration`")
        return
    if case.tail.type == ECS_SERVICE:
        yield Found(at(case.tail, "TaskDefinition"), f"as tarefas são de `{task.id}`")
    yield from _by_awslogs(view, task, line, case.tail.type == ECS_SERVICE)
    given = view.at(task, *(() if case.tail.type == ECS_SERVICE else ("ContainerProperties",)), "ExecutionRoleArn")
    role = role_of_arn(view, given)
    if given is None or role is None:
        yield Missing(at(task), f"`{task.id}` não tem um papel de execução deste template", "escreva `ExecutionRoleArn`")
        return
    yield Found(given.path, f"quem escreve usa o papel `{role.id}`")
    yield from assumed(role, Request(view, "sts:AssumeRole", "", service=ECS_TASKS))
    yield from may_write(view, role, group)


@rule(STATE_MACHINE, LOG_GROUP, asks=(IDENTITY,))
def machine_writes_logs(case: Case) -> Iterator[Evidence]:
    """Uma máquina de estados escreve num grupo de registros.

    O Step Functions entrega os registros com o papel da máquina, que precisa poder criar a entrega.

    - `LoggingConfiguration` com um nível que não é `OFF`, e o ARN do grupo;
    - o papel, em que `states.amazonaws.com` confia, com as ações de entrega de registros, que só
      valem para todos os recursos.

    Fonte: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    view, machine, group = case.view, case.tail, case.head
    level = view.at(machine, "LoggingConfiguration", "Level")
    if level and level.value in ("ALL", "ERROR", "FATAL"):
        yield Found(level.path, f"registra no nível `{level.value}`")
    else:
        yield Missing(at(machine, "LoggingConfiguration"), f"`{machine.id}` não registra nada", "use `Level: ALL`")
    named = next((said for item in view.items(machine, "LoggingConfiguration", "Destinations")
                  if (said := view.inside(item, "CloudWatchLogsLogGroup", "LogGroupArn")) and is_group(view, said, group)), None)
    if named:
        yield Found(named.path, f"em `{group.id}`")
    else:
        yield Missing(at(machine, "LoggingConfiguration"), f"`{machine.id}` não registra em `{group.id}`",
                      f"escreva `CloudWatchLogsLogGroup: {{LogGroupArn: !GetAtt {group.id}.Arn}}` em `Destinations`")
    principal = principal_of(view, machine)
    yield from principal.evidence
    for action in DELIVERING if principal.role else ():
        decision = decide(Request(view, action, "*", principal.role), None)
        yield from evidence(decision, at(machine), f"o papel de `{machine.id}`", "`*`", f"permita `{action}` em `*`")


@judge(STATE_MACHINE)
def _may_deliver(view: View, machine: Resource) -> Iterator[Missing]:
    """Uma máquina que registra só se cria com um papel que pode entregar os registros."""
    level, role = view.value(machine, "LoggingConfiguration", "Level"), principal_of(view, machine).role
    lacking = next((action for action in DELIVERING if role and level not in (None, "OFF")
                    and not decide(Request(view, action, "*", role), None).granted), None)
    if role and lacking:
        yield Missing(at(machine, "LoggingConfiguration"), f"`{machine.id}` registra, e `{role.id}` não pode entregar os registros",
                      f"permita `{lacking}` em `*`")


@rule(HTTP_API, LOG_GROUP, asks=())
def http_api_writes_logs(case: Case) -> Iterator[Evidence]:
    """Uma API HTTP do API Gateway escreve os acessos num grupo de registros.

    O estágio diz em que grupo e em que formato; o API Gateway escreve por um papel dele mesmo.

    - um estágio publicado, e `AccessLogSettings` de um com o ARN do grupo e um formato.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    """
    view, api, group = case.view, case.tail, case.head
    yield from published(view, api)
    for stage in view.of_type(HTTP_STAGE):
        said, shape = (view.at(stage, "AccessLogSettings", name) for name in ("DestinationArn", "Format"))
        if said and shape and shape.value and is_group(view, said, group) and view.points(view.at(stage, "ApiId"), HTTP_API) == api:
            yield Found(at(stage, "ApiId"), f"o estágio é de `{api.id}`")
            yield Found(said.path, f"e escreve em `{group.id}`")
            yield Found(shape.path, "neste formato")
            return
    yield Missing(at(api), f"nenhum estágio de `{api.id}` escreve em `{group.id}`",
                  f"escreva `AccessLogSettings: {{DestinationArn: !GetAtt {group.id}.Arn, Format: …}}`")


def _logging(view: View, task: Resource, group: Resource) -> Path | None:
    """Onde está a configuração de registros de um contêiner que escreve neste grupo."""
    starts = [item.path[3:] for item in view.items(task, "ContainerDefinitions")] or [("ContainerProperties",)]
    for start in starts:
        named = view.at(task, *start, "LogConfiguration", "Options", "awslogs-group")
        if named and is_group(view, named, group):
            return (*start, "LogConfiguration")
    return None


def _by_awslogs(view: View, task: Resource, keys: Path, prefixed: bool) -> Iterator[Evidence]:
    driver, prefix = view.at(task, *keys, "LogDriver"), view.at(task, *keys, "Options", "awslogs-stream-prefix")
    region = view.at(task, *keys, "Options", "awslogs-region")
    if driver and driver.value == "awslogs":
        yield Found(driver.path, "pelo `awslogs`")
    else:
        yield Missing(at(task, *keys[:1]), f"`{task.id}` não usa o `awslogs`", "use `LogDriver: awslogs`")
    yield Found(at(task, *keys, "Options", "awslogs-group"), "neste grupo")
    if region and region.value != "${AWS::Region}" or prefixed and region is None:
        yield Missing(at(task, *keys[:1]), f"`{task.id}` não diz a região da pilha nos registros", "use `awslogs-region: !Ref AWS::Region`")
    elif prefixed and region:
        yield Found(region.path, "na região da pilha")
    if prefix and prefixed:
        yield Found(prefix.path, f"com o começo `{prefix.value}`")
    elif prefixed:
        yield Missing(at(task, *keys[:1]), f"`{task.id}` não diz `awslogs-stream-prefix`, que o Fargate exige", "escreva o valor")
