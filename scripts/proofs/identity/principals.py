"""Quem pede: o papel do IAM com que um recurso chama a AWS, e as linhas que o provam.

Um tipo novo tem `role` no catálogo, quando o recurso cita o papel, ou uma função com
`@principal`, quando chega a ele por outro caminho.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from scripts.aws.compute import ECS_TASKS
from scripts.aws.catalog import ARN, KINDS, NAME, kind_of
from scripts.aws.types import (
    ECS_SERVICE, EKS_CLUSTER, INSTANCE, INSTANCE_PROFILE, JOB_DEFINITION, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, POD_IDENTITY_ASSOCIATION,
    ROLE, SCALING_GROUP, TASK_DEFINITION,
)
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.models import current
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import ACCOUNT, Request, applies, decide_trust, lines
from scripts.proofs.identity.policies import Statement, trust
from scripts.template.cloudformation import Key, Resource


DIRECT = {kind.type: kind.role for kind in KINDS.values() if kind.role}
"""Tipos que citam o ARN do papel: a propriedade, e o serviço que o assume."""


@dataclass(frozen=True)
class Principal:
    """O papel achado, ou `None`, e o que o prova ou falta."""

    role: Resource | None
    evidence: tuple[Evidence, ...]


Seeker = Callable[[View, Resource], Iterator[Evidence | Resource]]
SEEKERS: dict[str, Seeker] = {}
TRUSTED: dict[str, tuple[str, tuple[str, ...]]] = {}
"""De cada tipo com `@principal`, o serviço que assume o papel e as ações da confiança."""


def principal(
    *types: str, service: str = "ec2.amazonaws.com", trusted: tuple[str, ...] = ("sts:AssumeRole",)
) -> Callable[[Seeker], Seeker]:
    """Registra a função que acha o papel destes tipos: devolve as evidências e, no fim, o papel.

    `service` é quem assume o papel, com as ações `trusted`.
    """
    def register(function: Seeker) -> Seeker:
        for kind in types:
            if kind in SEEKERS or kind in DIRECT:
                raise ValueError(f"já se sabe achar o papel de {kind}")
            SEEKERS[kind], TRUSTED[kind] = function, (service, trusted)
        return function

    return register


def principal_of(view: View, resource: Resource) -> Principal:
    """O papel com que o recurso chama a AWS, que o serviço dele pode assumir."""
    seek = _direct if resource.type in DIRECT else SEEKERS.get(resource.type)
    return view.once(("principal", resource.id), lambda: _concluded(view, resource, list(seek(view, resource)) if seek else []))


def _concluded(view: View, resource: Resource, found: list[Evidence | Resource]) -> Principal:
    role = next((piece for piece in found if isinstance(piece, Resource)), None)
    evidence = [piece for piece in found if not isinstance(piece, Resource)]
    if role is None and not any(isinstance(piece, Missing) for piece in evidence):
        evidence.append(Missing(at(resource), f"não se sabe com que papel `{resource.id}` chama a AWS",
                                "dê-lhe um papel do IAM"))
    if role:
        service, actions = TRUSTED.get(resource.type) or (DIRECT[resource.type][1], ("sts:AssumeRole",))
        evidence += [piece for action in actions for piece in assumed(role, Request(
            view, action, "", service=service, context=_behalf(view, resource)))]
    return Principal(role, tuple(evidence))


def _direct(view: View, resource: Resource) -> Iterator[Evidence | Resource]:
    written = view.at(resource, DIRECT[resource.type][0])
    role = role_of_arn(view, written)
    if written and role:
        yield Found(written.path, f"`{resource.id}` age com o papel `{role.id}`")
        yield role
    else:
        yield Missing(at(resource, DIRECT[resource.type][0]), f"`{resource.id}` não usa um papel deste template",
                      f"escreva `{DIRECT[resource.type][0]}: !GetAtt Papel.Arn`")


def role_of_arn(view: View, written: Placed | None) -> Resource | None:
    """O papel do template com esse ARN."""
    text = view.spelled(written.value) if written else None
    return next((found for found in view.of_type(ROLE) if text and text == view.arn(found)), None)


@principal(INSTANCE)
def _instance(view: View, instance: Resource) -> Iterator[Evidence | Resource]:
    if view.at(instance, "IamInstanceProfile"):
        yield from _profile(view, instance, False, "IamInstanceProfile")
    else:
        yield from _launched(view, instance, "LaunchTemplate")


@principal(SCALING_GROUP)
def _fleet(view: View, fleet: Resource) -> Iterator[Evidence | Resource]:
    configured = view.at(fleet, "LaunchConfigurationName")
    configuration = view.points(configured, LAUNCH_CONFIGURATION) if configured else None
    if configured and configuration:
        yield Found(configured.path, f"as instâncias nascem de `{configuration.id}`")
        by_arn = ".Arn" in str(view.value(configuration, "IamInstanceProfile"))
        yield from _profile(view, configuration, by_arn, "IamInstanceProfile")
    elif view.at(fleet, "MixedInstancesPolicy"):
        yield from _launched(view, fleet, "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")
    else:
        yield from _launched(view, fleet, "LaunchTemplate")


def _launched(view: View, resource: Resource, *keys: Key) -> Iterator[Evidence | Resource]:
    """O perfil de um modelo de lançamento, na versão que o template descreve."""
    named = view.at(resource, *keys, "LaunchTemplateId")
    version = view.at(resource, *keys, "Version")
    model = view.points(named, LAUNCH_TEMPLATE) if named else None
    if not named or not version or model is None:
        return
    if not current(model, version):
        yield Missing(version.path, f"a versão de `{model.id}` que `{resource.id}` usa não é a do template",
                      f"escreva `Version: !GetAtt {model.id}.LatestVersionNumber`")
        return
    yield Found(named.path, f"as instâncias nascem de `{model.id}`")
    yield Found(version.path, "na versão que este template descreve")
    data = ("LaunchTemplateData", "IamInstanceProfile")
    by_arn = view.at(model, *data, "Arn") is not None
    yield from _profile(view, model, by_arn, *data, "Arn" if by_arn else "Name")


def _profile(view: View, resource: Resource, by_arn: bool, *keys: Key) -> Iterator[Evidence | Resource]:
    start = keys[:-2] if keys[-1] in ("Arn", "Name") else keys[:-1]
    endpoint = view.at(resource, *start, "MetadataOptions", "HttpEndpoint")
    if endpoint and endpoint.value != "enabled":
        yield Missing(endpoint.path, f"`{resource.id}` não entrega ao programa as credenciais do papel", "use `HttpEndpoint: enabled`")
    written = view.at(resource, *keys)
    for profile in view.of_type(INSTANCE_PROFILE) if written else []:
        if written and view.points(written, INSTANCE_PROFILE, by=(ARN,) if by_arn else (NAME,)) == profile:
            yield Found(written.path, f"`{resource.id}` usa o perfil `{profile.id}`")
            yield from _profiled(view, profile)
            return
    role = view.points(written, ROLE, by=(ARN, NAME)) if written else None
    carrying = next((profile.id for profile in view.of_type(INSTANCE_PROFILE) if role and role.id in profile.references), "")
    if written and role:
        yield Missing(written.path, f"`{resource.id}` não usa um perfil de instância deste template, e cita no lugar o papel `{role.id}`",
                      f"cite `{carrying}`, que leva o papel" if carrying else "crie um `AWS::IAM::InstanceProfile` com o papel, e cite-o")
        return
    yield Missing(at(resource, *keys[:1]), f"`{resource.id}` não usa um perfil de instância deste template",
                  "crie um `AWS::IAM::InstanceProfile` e cite-o")


def _profiled(view: View, profile: Resource) -> Iterator[Evidence | Resource]:
    for item in view.items(profile, "Roles"):
        for role in view.of_type(ROLE):
            if view.spelled(item.value) == view.name(role):
                yield Found(item.path, f"o perfil leva o papel `{role.id}`")
                yield role
                return
    yield Missing(at(profile, "Roles"), f"`{profile.id}` não leva um papel deste template",
                  "escreva `Roles: [!Ref Papel]`")


def _behalf(view: View, resource: Resource) -> dict[str, str]:
    """O que o serviço diz de quem o fez agir, quando se sabe que ele o diz."""
    arn = view.arn(resource) if kind_of(resource.type).deputy else None
    return {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": arn} if arn else {}


def assumed(role: Resource, request: Request) -> Iterator[Evidence]:
    """O papel confia em quem pede para assumi-lo."""
    decision = decide_trust(request, role)
    if decision.granted and decision.allowed:
        yield from lines(decision.allowed, request)
    elif any(isinstance(part, Statement) and part.allows and part.condition and applies(replace(part, condition=None), request, identity=False)
             for part in trust(request.view, role)):
        yield Missing(at(role, "AssumeRolePolicyDocument"), f"`{role.id}` não confia em `{request.service}` com essa condição: ela não "
                      "vale, ou não se sabe se o serviço manda a chave dela", "tire a condição, ou use uma que a página do serviço mostre")
    else:
        doing = "" if request.action == "sts:AssumeRole" else f" para fazer `{request.action}`"
        yield Missing(at(role, "AssumeRolePolicyDocument"), f"`{role.id}` não confia em `{request.service}`{doing}",
                      f"permita `{request.action}` a `Service: {request.service}`")


def pod_associations(view: View, cluster: Resource) -> list[Resource]:
    return [found for found in view.of_type(POD_IDENTITY_ASSOCIATION) if names_cluster(view, view.value(found, "ClusterName"), cluster)]


def names_cluster(view: View, value: object, cluster: Resource) -> bool:
    """O valor é o nome do cluster: o `Ref` dele, ou o mesmo texto que ele tem em `Name`."""
    return isinstance(value, str) and value in (f"${{{cluster.id}}}", view.value(cluster, "Name"))


def by_name(view: View, value: object, cluster: Resource) -> Iterator[Found]:
    if value != f"${{{cluster.id}}}":
        yield Found(at(cluster, "Name"), f"é o nome de `{cluster.id}`")


@principal(JOB_DEFINITION, service=ECS_TASKS)
def _job(view: View, job: Resource) -> Iterator[Evidence | Resource]:
    granted = view.at(job, "ContainerProperties", "JobRoleArn")
    role = role_of_arn(view, granted)
    if granted and role:
        yield Found(granted.path, f"o trabalho age com o papel `{role.id}`")
        yield role
    else:
        yield Missing(at(job), f"`{job.id}` não usa um papel deste template", "escreva `JobRoleArn: !GetAtt Papel.Arn`")


@principal(ECS_SERVICE, service=ECS_TASKS)
def _tasks(view: View, service: Resource) -> Iterator[Evidence | Resource]:
    task = task_of(view, service)
    granted = view.at(task, "TaskRoleArn") if task else None
    role = role_of_arn(view, granted)
    if task and granted and role:
        yield Found(at(service, "TaskDefinition"), f"as tarefas são de `{task.id}`")
        yield Found(granted.path, f"o programa age com o papel `{role.id}`")
        yield role
    else:
        yield Missing(at(task or service), f"as tarefas de `{service.id}` não usam um papel deste template",
                      "escreva `TaskRoleArn: !GetAtt Papel.Arn`")


def task_of(view: View, service: Resource) -> Resource | None:
    """A definição das tarefas de um serviço do ECS."""
    named = view.at(service, "TaskDefinition")
    return view.points(named, TASK_DEFINITION, by=(ARN,)) if named else None


@principal(EKS_CLUSTER, service="pods.eks.amazonaws.com", trusted=("sts:AssumeRole", "sts:TagSession"))
def _pods(view: View, cluster: Resource) -> Iterator[Evidence | Resource]:
    for association in pod_associations(view, cluster):
        found = list(_granted(view, association, cluster))
        if found:
            yield from found
            return
    yield Missing(at(cluster), f"nenhum papel chega aos pods de `{cluster.id}`", f"crie um `{POD_IDENTITY_ASSOCIATION}`")


def pod_principal(view: View, cluster: Resource, association: Resource) -> Principal:
    """O papel que esta associação dá aos pods do cluster."""
    return _concluded(view, cluster, list(_granted(view, association, cluster)))


def _granted(view: View, association: Resource, cluster: Resource) -> Iterator[Evidence | Resource]:
    granted = view.at(association, "RoleArn")
    role = role_of_arn(view, granted)
    if granted and role:
        yield from _bound(view, association, cluster)
        yield Found(granted.path, f"os pods agem com o papel `{role.id}`")
        yield role


def _bound(view: View, association: Resource, cluster: Resource) -> Iterator[Evidence]:
    """As linhas da associação; o papel para o qual ela passe adiante não se avalia."""
    yield Found(at(association, "ClusterName"), f"a associação é de `{cluster.id}`")
    yield from by_name(view, view.value(association, "ClusterName"), cluster)
    for name in ("Namespace", "ServiceAccount"):
        said = view.value(association, name)
        yield Found(at(association, name), f"só os de `{name}`") if isinstance(said, str) and said else Missing(
            at(association), f"`{association.id}` não diz `{name}`", "escreva o valor")
    onward = view.at(association, "TargetRoleArn")
    if onward:
        yield Missing(onward.path, f"`{association.id}` passa a outro papel, que não se avalia", "tire `TargetRoleArn`")
