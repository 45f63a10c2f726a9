"""Regras do Batch: com que papel um trabalho chama a AWS, e onde ele roda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.names import arn_of, canonical, name_of
from scripts.proofs.facts.reading import inside, place, places
from scripts.proofs.facts.references import referred
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal, role_of_arn
from scripts.proofs.network.interfaces import Home, home, written
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.security_groups import GROUP
from scripts.proofs.network.topology import SUBNET, Network
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

JOB = "AWS::Batch::JobDefinition"
JOB_QUEUE = "AWS::Batch::JobQueue"
ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
LOGS = "AWS::Logs::LogGroup"
LOG_GROUP = ("ContainerProperties", "LogConfiguration", "Options", "awslogs-group")
WRITING = ("logs:CreateLogStream", "logs:PutLogEvents")


@rule(JOB, HELD)
def job_uses_service(case: Case) -> Iterator[Evidence]:
    """Um trabalho do Batch usa um serviço da AWS.

    O programa no contêiner age com o papel do trabalho, que não é o que baixa a imagem e escreve
    os logs. A rede é a do ambiente de computação.

    - um papel em `JobRoleArn`, em que `ecs-tasks.amazonaws.com` confia;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - um ambiente de computação ligado, e das sub-redes dele um endpoint do serviço, um NAT ou o gateway de internet.

    Fonte: https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html
    """
    values = case.resolution
    environments = values.of_type(ENVIRONMENT)
    if environments and not _enabled(values):
        yield from switched_on(values, *environments)
    yield from call(case)


@principal(JOB, service="ecs-tasks.amazonaws.com")
def _job(values: Resolution, job: Resource) -> Iterator[Evidence | Resource]:
    granted = place(values, job, "ContainerProperties", "JobRoleArn")
    role = role_of_arn(values, granted)
    if granted and role:
        yield Found(granted.path, f"o trabalho age com o papel `{role.id}`")
        yield role
    else:
        yield Missing(at(job), f"`{job.id}` não usa um papel deste template", "escreva `JobRoleArn: !GetAtt Papel.Arn`")


@home(JOB)
def _runs(net: Network, job: Resource) -> Home:
    """Onde roda: as sub-redes dos ambientes de computação do template; um desligado só conta se todos estão."""
    environments = _enabled(net.values) or net.values.of_type(ENVIRONMENT)
    homes = [found for environment in environments if (found := home_of(net, environment))]
    return Home(job, *(tuple(item for found in homes for item in getattr(found, name)) for name in ("subnets", "groups")))


@home(ENVIRONMENT)
def _environment(net: Network, environment: Resource) -> Home:
    return Home(environment, written(net, environment, SUBNET, "ComputeResources", "Subnets"),
                written(net, environment, GROUP, "ComputeResources", "SecurityGroupIds"))


def _enabled(values: Resolution) -> list[Resource]:
    return [environment for environment in values.of_type(ENVIRONMENT) if not list(switched_on(values, environment))]


def switched_on(values: Resolution, *resources: Resource) -> Iterator[Missing]:
    """O defeito de uma fila ou de um ambiente desligado; sem `State`, está ligado."""
    for resource in resources:
        if values.property(resource, "State") not in (None, "ENABLED"):
            yield Missing(at(resource, "State"), f"`{resource.id}` está desligado", "use `State: ENABLED`")


def served(values: Resolution, queue: Resource) -> Iterator[Evidence]:
    """A fila de trabalhos está ligada e leva a um ambiente de computação ligado."""
    for item in places(values, queue, "ComputeEnvironmentOrder"):
        named = inside(values, queue, item, "ComputeEnvironment")
        environment = referred(values, named.value, ENVIRONMENT, "ComputeEnvironmentArn") if named else None
        if named and environment:
            yield Found(named.path, f"os trabalhos rodam em `{environment.id}`")
            yield from switched_on(values, queue, environment)
            return
    yield Missing(at(queue, "ComputeEnvironmentOrder"), f"`{queue.id}` não leva a um ambiente de computação deste template",
                  "escreva `ComputeEnvironmentOrder` com um `AWS::Batch::ComputeEnvironment`")


def logged(values: Resolution, job: Resource) -> Iterator[Evidence]:
    """Com os logs num grupo do template, o papel de execução pode escrever nele: senão o trabalho nem começa."""
    named = canonical(values, values.property(job, *LOG_GROUP))
    group = next((found for found in values.of_type(LOGS) if named == name_of(values, found)), None)
    role = role_of_arn(values, place(values, job, "ContainerProperties", "ExecutionRoleArn"))
    if group is None:
        return
    if role is None:
        yield Missing(at(job), f"`{job.id}` escreve logs sem um papel de execução deste template", "escreva `ExecutionRoleArn`")
        return
    yield Found(at(job, "ContainerProperties", "ExecutionRoleArn"), f"`{role.id}` inicia o trabalho")
    for action in WRITING:
        decision = decide(Request(values, action, arn_of(values, group) or "", role), None)
        yield from evidence(decision, at(role), f"`{role.id}`", f"`{group.id}`", f"permita `{action}` no ARN do grupo")
