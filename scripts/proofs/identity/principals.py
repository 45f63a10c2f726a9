"""Quem pede: o papel do IAM com que um recurso chama a AWS, e as linhas que o provam.

Um tipo novo é uma entrada em `DIRECT`, quando o recurso cita o papel, ou uma função com
`@principal`, quando chega a ele por outro caminho.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.names import arn_of, canonical, name_of
from scripts.proofs.facts.reading import Placed, place, places
from scripts.proofs.identity.evaluation import ACCOUNT, Request, decide_trust, lines
from scripts.proofs.identity.policies import ROLE
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution

INSTANCE = "AWS::EC2::Instance"
FLEET = "AWS::AutoScaling::AutoScalingGroup"
FUNCTION = "AWS::Lambda::Function"
MACHINE = "AWS::StepFunctions::StateMachine"
LIFECYCLE = "AWS::DLM::LifecyclePolicy"
PROFILE = "AWS::IAM::InstanceProfile"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
LAUNCH_CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"

DIRECT: dict[str, tuple[str, str]] = {
    FUNCTION: ("Role", "lambda.amazonaws.com"),
    MACHINE: ("RoleArn", "states.amazonaws.com"),
    LIFECYCLE: ("ExecutionRoleArn", "dlm.amazonaws.com"),
}
"""Tipos que citam o ARN do papel: a propriedade, e o serviço que o assume."""

DEPUTIES = (MACHINE, LIFECYCLE)
"""Tipos cujo serviço diz à confiança do papel por quem age: `aws:SourceAccount` e `aws:SourceArn`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""


@dataclass(frozen=True)
class Principal:
    """O papel achado, ou `None`, e o que o prova ou falta."""

    role: Resource | None
    evidence: tuple[Evidence, ...]


Seeker = Callable[[Resolution, Resource], Iterator[Evidence | Resource]]
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


def principal_of(values: Resolution, resource: Resource) -> Principal:
    """O papel com que o recurso chama a AWS, que o serviço dele pode assumir."""
    seek = _direct if resource.type in DIRECT else SEEKERS.get(resource.type)
    found = list(seek(values, resource)) if seek else []
    role = next((piece for piece in found if isinstance(piece, Resource)), None)
    evidence = [piece for piece in found if not isinstance(piece, Resource)]
    if role is None and not any(isinstance(piece, Missing) for piece in evidence):
        evidence.append(Missing(at(resource), f"não se sabe com que papel `{resource.id}` chama a AWS",
                                "dê-lhe um papel do IAM"))
    if role:
        service, actions = TRUSTED.get(resource.type) or (DIRECT[resource.type][1], ("sts:AssumeRole",))
        evidence += [piece for action in actions for piece in _trust(role, Request(
            values, action, "", service=service, context=_behalf(values, resource)))]
    return Principal(role, tuple(evidence))


def _direct(values: Resolution, resource: Resource) -> Iterator[Evidence | Resource]:
    written = place(values, resource, DIRECT[resource.type][0])
    role = role_of_arn(values, written)
    if written and role:
        yield Found(written.path, f"`{resource.id}` age com o papel `{role.id}`")
        yield role
    else:
        yield Missing(at(resource, DIRECT[resource.type][0]), f"`{resource.id}` não usa um papel deste template",
                      f"escreva `{DIRECT[resource.type][0]}: !GetAtt Papel.Arn`")


def role_of_arn(values: Resolution, written: Placed | None) -> Resource | None:
    """O papel do template com esse ARN."""
    text = canonical(values, written.value) if written else None
    return next((found for found in values.of_type(ROLE) if text and text == arn_of(values, found)), None)


@principal(INSTANCE)
def _instance(values: Resolution, instance: Resource) -> Iterator[Evidence | Resource]:
    if place(values, instance, "IamInstanceProfile"):
        yield from _profile(values, instance, False, "IamInstanceProfile")
    else:
        yield from _launched(values, instance, "LaunchTemplate")


@principal(FLEET)
def _fleet(values: Resolution, fleet: Resource) -> Iterator[Evidence | Resource]:
    configured = place(values, fleet, "LaunchConfigurationName")
    configuration = values.resource(configured.value) if configured else None
    if configured and configuration and configuration.type == LAUNCH_CONFIGURATION:
        yield Found(configured.path, f"as instâncias nascem de `{configuration.id}`")
        by_arn = ".Arn" in str(values.property(configuration, "IamInstanceProfile"))
        yield from _profile(values, configuration, by_arn, "IamInstanceProfile")
    elif place(values, fleet, "MixedInstancesPolicy"):
        yield from _launched(values, fleet, "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")
    else:
        yield from _launched(values, fleet, "LaunchTemplate")


def _launched(values: Resolution, resource: Resource, *keys: Key) -> Iterator[Evidence | Resource]:
    """O perfil de um modelo de lançamento, na versão que o template descreve."""
    named = place(values, resource, *keys, "LaunchTemplateId")
    version = place(values, resource, *keys, "Version")
    model = values.resource(named.value) if named else None
    if not named or not version or model is None or model.type != LAUNCH_TEMPLATE:
        return
    current = (f"${{{model.id}.LatestVersionNumber}}", "$Latest", "$Default")
    if named.value not in (f"${{{model.id}}}", f"${{{model.id}.LaunchTemplateId}}") or version.value not in current:
        yield Missing(version.path, f"a versão de `{model.id}` que `{resource.id}` usa não é a do template",
                      f"escreva `Version: !GetAtt {model.id}.LatestVersionNumber`")
        return
    yield Found(named.path, f"as instâncias nascem de `{model.id}`")
    yield Found(version.path, "na versão que este template descreve")
    data = ("LaunchTemplateData", "IamInstanceProfile")
    by_arn = place(values, model, *data, "Arn") is not None
    yield from _profile(values, model, by_arn, *data, "Arn" if by_arn else "Name")


def _profile(values: Resolution, resource: Resource, by_arn: bool, *keys: Key) -> Iterator[Evidence | Resource]:
    written = place(values, resource, *keys)
    for profile in values.of_type(PROFILE) if written else []:
        names = (f"${{{profile.id}.Arn}}",) if by_arn else (f"${{{profile.id}}}", values.property(profile, "InstanceProfileName"))
        if written and written.value in names:
            yield Found(written.path, f"`{resource.id}` usa o perfil `{profile.id}`")
            yield from _profiled(values, profile)
            return
    yield Missing(at(resource, *keys[:1]), f"`{resource.id}` não usa um perfil de instância deste template",
                  "crie um `AWS::IAM::InstanceProfile` e cite-o")


def _profiled(values: Resolution, profile: Resource) -> Iterator[Evidence | Resource]:
    for item in places(values, profile, "Roles"):
        for role in values.of_type(ROLE):
            if canonical(values, item.value) == name_of(values, role):
                yield Found(item.path, f"o perfil leva o papel `{role.id}`")
                yield role
                return
    yield Missing(at(profile, "Roles"), f"`{profile.id}` não leva um papel deste template",
                  "escreva `Roles: [!Ref Papel]`")


def _behalf(values: Resolution, resource: Resource) -> dict[str, str]:
    """O que o serviço diz de quem o fez agir, quando se sabe que ele o diz."""
    arn = arn_of(values, resource) if resource.type in DEPUTIES else None
    return {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": arn} if arn else {}


def _trust(role: Resource, request: Request) -> Iterator[Evidence]:
    decision = decide_trust(request, role)
    if decision.granted and decision.allowed:
        yield from lines(decision.allowed, request)
    else:
        yield Missing(at(role, "AssumeRolePolicyDocument"), f"`{role.id}` não confia em `{request.service}`",
                      f"permita `{request.action}` a `Service: {request.service}`")
