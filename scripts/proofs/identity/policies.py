"""As políticas do IAM escritas no template, declaração por declaração, cada parte com o seu lugar.

Três origens: as de um papel (o que ele pode), a de confiança (quem o assume) e as de um recurso
(quem chega a ele). O que não dá para ler vira `Obscure`: pode negar qualquer coisa, e por isso
nada se prova enquanto estiver ali.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scripts.proofs.evidence import Found, Path, at
from scripts.proofs.facts.names import canonical, designated, name_of
from scripts.proofs.facts.reading import Placed, place, places
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown

ROLE = "AWS::IAM::Role"
MANAGED = "AWS::IAM::ManagedPolicy"
AWS_MANAGED = "arn:${AWS::Partition}:iam::aws:policy/"

RESOURCE_POLICIES: dict[str, tuple[str, str]] = {
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument"),
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument"),
    "AWS::SQS::QueueInlinePolicy": ("Queue", "PolicyDocument"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument"),
    "AWS::SNS::TopicInlinePolicy": ("TopicArn", "PolicyDocument"),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId", "ResourcePolicy"),
    "AWS::Kinesis::ResourcePolicy": ("ResourceArn", "ResourcePolicy"),
}
"""Recursos que são a política de outro: a propriedade que o nomeia e a do documento."""

OWN_POLICIES: dict[str, tuple[Key, ...]] = {
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
}
"""Recursos que trazem a própria política."""


@dataclass(frozen=True)
class Statement:
    """Uma declaração. `links` são as linhas que a ligam a quem ela serve.

    `principals` traz pares de tipo (`AWS`, `Service`…; `Not` para `NotPrincipal`) e valor.
    """

    owner: Resource
    path: Path
    allows: bool
    actions: tuple[Placed, ...]
    except_actions: tuple[Placed, ...]
    resources: tuple[Placed, ...]
    except_resources: tuple[Placed, ...]
    principals: tuple[tuple[str, Placed], ...]
    condition: Any
    sid: str = ""
    links: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Obscure:
    """Uma política, ou parte dela, que não se consegue ler."""

    path: Path
    reason: str


Part = Statement | Obscure


def document(values: Resolution, owner: Resource, *keys: Key, links: tuple[Found, ...] = ()) -> Iterator[Part]:
    """As declarações do documento nessa propriedade."""
    written = place(values, owner, *keys)
    if written is None:
        return
    if not isinstance(written.value, dict) or "Statement" not in written.value:
        yield Obscure(written.path, f"a política de `{owner.id}` não está escrita como objeto")
        return
    for item in places(values, owner, *keys, "Statement"):
        body = item.value if isinstance(item.value, dict) else {}
        if body.get("Effect") in ("Allow", "Deny"):
            yield _statement(values, owner, item, links)
        else:
            yield Obscure(item.path, f"uma declaração de `{owner.id}` não diz `Allow` nem `Deny`")


def _statement(values: Resolution, owner: Resource, item: Placed, links: tuple[Found, ...]) -> Statement:
    keys = written_keys(item.path)
    body = item.value
    parts = (tuple(places(values, owner, *keys, name)) for name in ("Action", "NotAction", "Resource", "NotResource"))
    return Statement(owner, item.path, body["Effect"] == "Allow", *parts, tuple(_principals(values, owner, keys, body)),
                     body.get("Condition"), str(body.get("Sid", "")), links)


def written_keys(path: Path) -> tuple[Key, ...]:
    """As chaves de um lugar desde `Properties`, sem os `Fn::If` por que se passa."""
    kept = (key for index, key in enumerate(path) if "Fn::If" not in path[max(0, index - 1):index + 1])
    return tuple(kept)[3:]


def _principals(values: Resolution, owner: Resource, keys: tuple[Key, ...], body: Any) -> Iterator[tuple[str, Placed]]:
    if "NotPrincipal" in body:
        yield "Not", Placed((*_exact(values, owner, keys), "NotPrincipal"), body["NotPrincipal"])
    principal = place(values, owner, *keys, "Principal")
    if principal and isinstance(principal.value, dict):
        for kind in principal.value:
            for item in places(values, owner, *keys, "Principal", kind):
                yield kind, item
    elif principal:
        yield "AWS", principal


def _exact(values: Resolution, owner: Resource, keys: tuple[Key, ...]) -> Path:
    found = place(values, owner, *keys)
    return found.path if found else at(owner, *keys)


def of_role(values: Resolution, role: Resource) -> list[Part]:
    """Tudo o que diz o que o papel pode: políticas dele, ligadas a ele e as que só a AWS mostra."""
    return _once(values, role, _of_role)


def _once(values: Resolution, resource: Resource, read: Callable[[Resolution, Resource], list[Part]]) -> list[Part]:
    """O que `read` devolve, lido uma vez por cenário: fica com a resolução, como uma `cached_property`."""
    kept = vars(values).setdefault("policies", {})
    key = (read.__name__, resource.id)
    if key not in kept:
        kept[key] = read(values, resource)
    return kept[key]


def _of_role(values: Resolution, role: Resource) -> list[Part]:
    parts: list[Part] = []
    for policy in places(values, role, "Policies"):
        if isinstance(policy.value, dict):
            parts += document(values, role, *written_keys(policy.path), "PolicyDocument")
        else:
            parts.append(Obscure(policy.path, f"uma política de `{role.id}` não se conhece"))
    for policy in values.of_type("AWS::IAM::Policy", "AWS::IAM::RolePolicy", MANAGED):
        parts += _attached(values, policy, role)
    parts += _managed(values, role)
    boundary = place(values, role, "PermissionsBoundary")
    if boundary:
        parts.append(Obscure(boundary.path, f"`{role.id}` tem um limite de permissões, que não se avalia"))
    return parts


def _attached(values: Resolution, policy: Resource, role: Resource) -> Iterator[Part]:
    """As declarações de uma política que cita o papel."""
    name = "RoleName" if policy.type == "AWS::IAM::RolePolicy" else "Roles"
    for item in places(values, policy, name):
        if isinstance(item.value, Unknown):
            # Talvez seja deste papel: o que permite não conta, o que nega talvez negue.
            parts = document(values, policy, "PolicyDocument")
            yield from (part for part in parts if isinstance(part, Obscure) or not part.allows)
        elif canonical(values, item.value) == name_of(values, role):
            link = Found(item.path, f"`{policy.id}` vale para `{role.id}`")
            yield from document(values, policy, "PolicyDocument", links=(link,))


def _managed(values: Resolution, role: Resource) -> Iterator[Part]:
    for item in places(values, role, "ManagedPolicyArns"):
        policy = values.resource(item.value)
        text = canonical(values, item.value) or ""
        if policy and policy.type == MANAGED:
            link = Found(item.path, f"`{role.id}` usa a política `{policy.id}`")
            yield from document(values, policy, "PolicyDocument", links=(link,))
        elif not text.startswith(AWS_MANAGED) or "Deny" in text or "Quarantine" in text:
            # As outras que a AWS mantém só permitem: o que não se vê nelas não tira nada.
            yield Obscure(item.path, f"`{role.id}` usa uma política que não está no template")


def trust(values: Resolution, role: Resource) -> list[Part]:
    """A política de confiança."""
    return list(document(values, role, "AssumeRolePolicyDocument"))


def of_resource(values: Resolution, resource: Resource) -> list[Part]:
    """As políticas que dizem quem chega ao recurso."""
    return _once(values, resource, _of_resource)


def _of_resource(values: Resolution, resource: Resource) -> list[Part]:
    parts: list[Part] = []
    if resource.type in OWN_POLICIES:
        parts += document(values, resource, *OWN_POLICIES[resource.type])
    for policy in values.of_type(*RESOURCE_POLICIES):
        named, written = RESOURCE_POLICIES[policy.type]
        for item in places(values, policy, named):
            by_name = designated(values, item.value, resource.type, by_name=True)
            if resource in (values.resource(item.value), by_name):
                link = Found(item.path, f"`{policy.id}` vale para `{resource.id}`")
                parts += document(values, policy, written, links=(link,))
    return parts
