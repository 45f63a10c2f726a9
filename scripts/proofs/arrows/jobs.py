"""Regras do Batch: com que papel um trabalho chama a AWS, e onde ele roda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import COMPUTE_ENVIRONMENT, JOB_DEFINITION, LOG_GROUP
from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import role_of_arn
from scripts.proofs.network.interfaces_by_type import enabled, switched_on
from scripts.template.cloudformation import Resource

LOG_GROUP_KEYS = ("ContainerProperties", "LogConfiguration", "Options", "awslogs-group")
WRITING = ("logs:CreateLogStream", "logs:PutLogEvents")


@rule(JOB_DEFINITION, HELD)
def job_uses_service(case: Case) -> Iterator[Evidence]:
    """Um trabalho do Batch usa um serviço da AWS.

    O programa no contêiner age com o papel do trabalho, que não é o que baixa a imagem e escreve
    os logs. A rede é a do ambiente de computação.

    - um papel em `JobRoleArn`, em que `ecs-tasks.amazonaws.com` confia;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - um ambiente de computação ligado, e das sub-redes dele um endpoint do serviço, um NAT ou o gateway de internet.

    Fonte: https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html
    """
    view = case.view
    environments = view.of_type(COMPUTE_ENVIRONMENT)
    if environments and not enabled(view):
        yield from switched_on(view, *environments)
    yield from call(case)


def served(view: View, queue: Resource) -> Iterator[Evidence]:
    """A fila de trabalhos está ligada e leva a um ambiente de computação ligado."""
    for item in view.items(queue, "ComputeEnvironmentOrder"):
        named = view.inside(item, "ComputeEnvironment")
        environment = view.points(named.value, COMPUTE_ENVIRONMENT) if named else None
        if named and environment:
            yield Found(named.path, f"os trabalhos rodam em `{environment.id}`")
            yield from switched_on(view, queue, environment)
            return
    yield Missing(at(queue, "ComputeEnvironmentOrder"), f"`{queue.id}` não leva a um ambiente de computação deste template",
                  "escreva `ComputeEnvironmentOrder` com um `AWS::Batch::ComputeEnvironment`")


def logged(view: View, job: Resource) -> Iterator[Evidence]:
    """Com os logs num grupo do template, o papel de execução pode escrever nele: senão o trabalho nem começa."""
    named = view.spelled(view.value(job, *LOG_GROUP_KEYS))
    group = next((found for found in view.of_type(LOG_GROUP) if named == view.name(found)), None)
    role = role_of_arn(view, view.at(job, "ContainerProperties", "ExecutionRoleArn"))
    if group is None:
        return
    if role is None:
        yield Missing(at(job), f"`{job.id}` escreve logs sem um papel de execução deste template", "escreva `ExecutionRoleArn`")
        return
    yield Found(at(job, "ContainerProperties", "ExecutionRoleArn"), f"`{role.id}` inicia o trabalho")
    for action in WRITING:
        decision = decide(Request(view, action, view.arn(group) or "", role), None)
        yield from evidence(decision, at(role), f"`{role.id}`", f"`{group.id}`", f"permita `{action}` no ARN do grupo")
