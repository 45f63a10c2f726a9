"""O que impede um trabalho do Batch e um cluster do EKS de rodar: a plataforma, o tamanho, os papéis, os nós."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.compute import ECS_TASKS, EKS_AUTO_MODE, FARGATE, FARGATE_SIZES
from scripts.aws.catalog import ARN
from scripts.aws.types import COMPUTE_ENVIRONMENT, EKS_CLUSTER, JOB_DEFINITION, JOB_QUEUE, ROLE
from scripts.proofs.arrows.jobs import logged, served
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, decide_trust
from scripts.proofs.identity.principals import role_of_arn
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole


@judge(JOB_DEFINITION)
def _job(view: View, job: Resource) -> Iterator[Missing]:
    """A tarefa cabe no ambiente de computação, e é da plataforma dele."""
    platforms = [str(item.value) for item in view.items(job, "PlatformCapabilities")]
    if view.value(job, "Type") not in (None, "container"):
        yield Missing(at(job, "Type"), f"`{job.id}` não é uma tarefa de contêiner", "use `Type: container`")
    architecture = view.value(job, "ContainerProperties", "RuntimePlatform", "CpuArchitecture")
    system = view.value(job, "ContainerProperties", "RuntimePlatform", "OperatingSystemFamily")
    if architecture not in (None, "X86_64", "ARM64") or system not in (None, "LINUX"):
        yield Missing(at(job, "ContainerProperties"), f"não se sabe em que plataforma `{job.id}` roda", "use `X86_64` ou `ARM64`, e `LINUX`")
    for name in ("ExecutionRoleArn", "JobRoleArn"):
        role = role_of_arn(view, view.at(job, "ContainerProperties", name))
        if role and not decide_trust(Request(view, "sts:AssumeRole", "", service=ECS_TASKS), role).granted:
            yield Missing(at(role, "AssumeRolePolicyDocument"), f"o contêiner de `{job.id}` não pode assumir `{role.id}`",
                          f"permita `sts:AssumeRole` a `Service: {ECS_TASKS}`")
    wanted = {str(kind.value): view.inside(item, "Value") for item in view.items(job, "ContainerProperties", "ResourceRequirements")
              if (kind := view.inside(item, "Type"))}
    yield from (piece for piece in logged(view, job) if isinstance(piece, Missing))
    if "FARGATE" in platforms:
        yield from _sized(job, wanted)
    for environment in view.of_type(COMPUTE_ENVIRONMENT):
        fargate = view.value(environment, "ComputeResources", "Type") in FARGATE
        if fargate != ("FARGATE" in platforms):
            yield Missing(at(job, "PlatformCapabilities"), f"`{job.id}` não é da plataforma de `{environment.id}`",
                          "escreva em `PlatformCapabilities` a do ambiente")
        most, vcpus = whole(view.value(environment, "ComputeResources", "MaxvCpus")), wanted.get("VCPU")
        if vcpus and most is not None and _number(vcpus.value) > most:
            yield Missing(vcpus.path, f"`{job.id}` pede mais vCPUs que as {most} de `{environment.id}`", "peça menos, ou aumente `MaxvCpus`")
        if view.at(environment, "ComputeResources") and not view.items(environment, "ComputeResources", "Subnets"):
            yield Missing(at(environment, "ComputeResources", "Subnets"), f"`{environment.id}` não diz em que sub-redes cria a capacidade",
                          "escreva `Subnets`")
        if view.value(environment, "Type") != "MANAGED":
            yield Missing(at(environment, "Type"), f"ninguém cria a capacidade de `{environment.id}`", "use `Type: MANAGED`")


def _sized(job: Resource, wanted: dict[str, Placed | None]) -> Iterator[Missing]:
    """O Fargate só cria um contêiner de alguns tamanhos."""
    vcpus, memory = wanted.get("VCPU"), wanted.get("MEMORY")
    if not vcpus or not memory or "${" not in f"{vcpus.value}{memory.value}" and (
            whole(memory.value) not in FARGATE_SIZES.get(_number(vcpus.value), ())):
        yield Missing(at(job, "ContainerProperties", "ResourceRequirements"), f"o Fargate não tem contêiner do tamanho de `{job.id}`",
                      "use `VCPU` e `MEMORY` de uma linha da tabela da AWS")


def _number(value: Any) -> float:
    try:
        return float(str(value)[:12])
    except ValueError:
        return float("inf")


@judge(JOB_QUEUE)
def _queue(view: View, queue: Resource) -> Iterator[Missing]:
    """A fila de trabalhos leva a um ambiente que os roda."""
    yield from (piece for piece in served(view, queue) if isinstance(piece, Missing))


AUTO_MODE = (("ComputeConfig",), ("KubernetesNetworkConfig", "ElasticLoadBalancing"), ("StorageConfig", "BlockStorage"))
"""Os três se ligam juntos: https://docs.aws.amazon.com/eks/latest/userguide/automode-get-started-cli.html"""


@judge(EKS_CLUSTER)
def _cluster(view: View, cluster: Resource) -> Iterator[Missing]:
    """Os nós chegam à API do cluster, e os papéis têm o que o Auto Mode pede."""
    private, public = (view.at(cluster, "ResourcesVpcConfig", name) for name in ("EndpointPrivateAccess", "EndpointPublicAccess"))
    blocks = [item.value for item in view.items(cluster, "ResourcesVpcConfig", "PublicAccessCidrs")]
    open_ = (public is None or true(public.value)) and blocks in ([], ["0.0.0.0/0"])
    if not (private and true(private.value)) and not open_:
        yield Missing(at(cluster, "ResourcesVpcConfig"), f"os nós de `{cluster.id}` não chegam à API dele", "use `EndpointPrivateAccess: true`")
    switches = [view.value(cluster, *keys, "Enabled") or False for keys in AUTO_MODE]
    if len({str(value).lower() for value in switches}) > 1:
        yield Missing(at(cluster, "ComputeConfig"), f"`{cluster.id}` liga só uma parte do Auto Mode, o que o EKS recusa",
                      "ligue, ou desligue, computação, discos e balanceadores juntos")
    if false(switches[0]):
        return
    pools = [item.value for item in view.items(cluster, "ComputeConfig", "NodePools")]
    others = [node for node in view.of_type("AWS::EKS::Nodegroup", "AWS::EKS::FargateProfile") if cluster.id in node.references]
    if "general-purpose" not in pools and not others:
        yield Missing(at(cluster, "ComputeConfig", "NodePools"), f"nenhum nó de `{cluster.id}` recebe os pods da aplicação", "use `general-purpose`")
    access, own = view.value(cluster, "AccessConfig", "AuthenticationMode"), view.at(cluster, "BootstrapSelfManagedAddons")
    if access not in (None, "API", "API_AND_CONFIG_MAP") or own and not false(own.value):
        yield Missing(at(cluster, "AccessConfig"), f"`{cluster.id}` não se cria com o Auto Mode",
                      "use `AuthenticationMode: API` e `BootstrapSelfManagedAddons: false`")
    for keys, policies in EKS_AUTO_MODE.items():
        role = view.points(view.at(cluster, *keys), ROLE, by=(ARN,))
        given = {str(item.value).rpartition("/")[2] for item in view.items(role, "ManagedPolicyArns")} if role else set(policies)
        for name in policies if role else ():
            if name not in given:
                yield Missing(at(role, "ManagedPolicyArns"), f"`{role.id}` não tem `{name}`, que o Auto Mode pede", "acrescente a política")
