"""Regras do Batch: com que papel um trabalho chama a AWS, e onde ele roda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.questions import IDENTITY, NAMES, REACH
from scripts.aws.types import COMPUTE_ENVIRONMENT, JOB_DEFINITION, LOG_GROUP
from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.passage import to_service
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import role_of_arn
from scripts.proofs.network.interfaces_by_type import enabled, home_of, switched_on
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource

LOG_GROUP_KEYS = ("ContainerProperties", "LogConfiguration", "Options", "awslogs-group")
SAID = {("LogDriver",): "awslogs", ("Options", "awslogs-region"): "${AWS::Region}"}
PRIVATE = ("ecr.dkr", "ecr.api", "s3")
"""Os endpoints por onde se busca uma imagem do ECR sem sair da AWS."""
WRITING = ("logs:CreateLogStream", "logs:PutLogEvents")


@rule(JOB_DEFINITION, HELD, asks=(REACH, IDENTITY, NAMES))
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


def pulled(view: View, queue: Resource, job: Resource) -> Iterator[Evidence]:
    """Das sub-redes do ambiente se chega ao registro da imagem: pelo NAT ou, se ela é do ECR da conta, por endpoints.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-pull-images.html
    """
    net, image = network_of(view), str(view.value(job, "ContainerProperties", "Image"))
    role = role_of_arn(view, view.at(job, "ContainerProperties", "ExecutionRoleArn"))
    named = [view.inside(item, "ComputeEnvironment") for item in view.items(queue, "ComputeEnvironmentOrder")]
    for environment in filter(None, (view.points(item, COMPUTE_ENVIRONMENT) for item in named if item)):
        home = home_of(net, environment)
        for service in PRIVATE if ".dkr.ecr." in image else ("registro de imagens",):
            yield from to_service(net, home, service, Request(view, "ecr:BatchGetImage", "*", role)) if home and home.subnets else ()


def logged(view: View, job: Resource) -> Iterator[Evidence]:
    """Com os logs num grupo do template, o papel de execução pode escrever nele: senão o trabalho nem começa."""
    named = view.spelled(view.value(job, *LOG_GROUP_KEYS))
    group = next((found for found in view.of_type(LOG_GROUP) if named == view.name(found)), None)
    role = role_of_arn(view, view.at(job, "ContainerProperties", "ExecutionRoleArn"))
    written = view.at(job, "ContainerProperties", "LogConfiguration")
    if group is None:
        if written:
            yield Missing(written.path, f"não se conhece o grupo em que `{job.id}` escreve os logs, e sem ele o trabalho não começa",
                          "cite um `AWS::Logs::LogGroup` do template, ou tire `LogConfiguration`")
        return
    for name, value in SAID.items():
        said = view.at(job, "ContainerProperties", "LogConfiguration", *name)
        if said and said.value != value:
            yield Missing(said.path, f"os logs de `{job.id}` não vão ao grupo dele", f"use `{value}`")
    if role is None:
        yield Missing(at(job), f"`{job.id}` escreve logs sem um papel de execução deste template", "escreva `ExecutionRoleArn`")
        return
    yield Found(at(job, "ContainerProperties", "ExecutionRoleArn"), f"`{role.id}` inicia o trabalho")
    yield from may_write(view, role, group)


def may_write(view: View, role: Resource, group: Resource) -> Iterator[Evidence]:
    """O papel pode criar o fluxo e gravar nele, neste grupo de registros."""
    for action in WRITING:
        decision = decide(Request(view, action, view.arn(group) or "", role), group)
        yield from evidence(decision, at(role), f"`{role.id}`", f"`{group.id}`", f"permita `{action}` no ARN do grupo")
