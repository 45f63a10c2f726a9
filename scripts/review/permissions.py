"""O que as políticas de um template deixam e negam, uma ação e um alvo por vez, com os mundos em que vale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from scripts.aws.catalog import ARN, NAME
from scripts.aws.types import INLINE_POLICY, LAMBDA_PERMISSION, MANAGED_POLICY, ROLE, ROLE_POLICY, VPC_ENDPOINT
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.policies import POLICIES, Obscure, Part, Statement, every, of_role, trust
from scripts.review.facts import Grant
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL, Unknown

ATTACHED = (INLINE_POLICY, ROLE_POLICY, MANAGED_POLICY)
CLOSED = ("s3", "sqs", "sns", "dynamodb", "lambda", "secretsmanager", "kms", "logs", "states")
"""Serviços cujas ações só valem em recursos deles, e cujos recursos só aceitam as deles:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""
UNKNOWN = "um valor que não se conhece"


def grants(views: Views) -> dict[Grant, frozenset[int]]:
    """Cada permissão e negação, com os mundos (pela posição) em que vale."""
    found: dict[Grant, set[int]] = {}
    for index, view in enumerate(views.each):
        for grant in _of(view):
            if not _nowhere(view, grant):
                found.setdefault(grant, set()).add(index)
    return {grant: frozenset(where) for grant, where in found.items()}


def _nowhere(view: View, grant: Grant) -> bool:
    """O alvo é um recurso do template que neste mundo não existe."""
    named = {found[1] for found in SYMBOL.finditer(grant.target)}
    return any(name in view.template.resources and name not in view.resources for name in named)


def _of(view: View) -> Iterator[Grant]:
    roles = {view.arn(role): role.id for role in view.of_type(ROLE)}
    for resource in view.resources.values():
        if resource.type == ROLE:
            yield from _stated(view, of_role(view, resource), Grant(resource.id, "papel", True))
            yield from _stated(view, trust(view, resource), Grant(resource.id, "confianca", True))
        elif resource.type == LAMBDA_PERMISSION:
            yield _invoked(view, resource)
        elif resource.type in ATTACHED:
            if not _worn(view, resource):
                yield from _stated(view, every(view, resource), Grant(resource.id, "politica", True))
        else:
            for target in _targets(view, resource):
                kind = "endpoint" if resource.type == VPC_ENDPOINT else "recurso"
                for grant in _stated(view, every(view, resource), Grant(target, kind, True)):
                    role = roles.get(grant.who) if kind == "recurso" else None
                    # O que a política de um recurso deixa a um papel daqui é do papel: passar de uma à outra não muda o acesso.
                    yield replace(grant, subject=role, kind="papel", who="") if role else grant


def _worn(view: View, policy: Resource) -> bool:
    """Algum papel do template tem esta política: o que ela diz conta com ele."""
    return any(part.owner == policy for role in view.of_type(ROLE) for part in of_role(view, role) if isinstance(part, Statement))


def _targets(view: View, resource: Resource) -> list[str]:
    """De quem é a política deste recurso: do que ela nomeia, ou dele."""
    if resource.type not in POLICIES:
        return [resource.id]
    named, _, by = POLICIES[resource.type]
    kinds = {other.type for other in view.resources.values()}
    found = [view.points(item, *kinds, by=by) for item in view.items(resource, named)]
    return [target.id for target in found if target] or [resource.id]


def _stated(view: View, parts: Iterable[Part], model: Grant) -> Iterator[Grant]:
    for part in parts:
        if isinstance(part, Obscure):
            yield replace(model, opaque=part.reason)
        else:
            yield from _statement(view, part, replace(model, allows=part.allows))


def _statement(view: View, statement: Statement, model: Grant) -> Iterator[Grant]:
    """Uma permissão por ação, alvo e quem; `NotAction` e `NotResource` vão inteiros."""
    model = replace(model, condition=_condition(view, statement.condition),
                    but_actions=tuple(sorted(_texts(view, statement.except_actions))),
                    but_targets=tuple(sorted(_targeted(view, statement.except_resources))))
    actions = _texts(view, statement.actions) or [""]
    whom = [_who(view, kind, item) for kind, item in statement.principals] or [""]
    for action, target, who in product(actions, _targeted(view, statement.resources) or [""], whom):
        if not _foreign(action, target):
            yield replace(model, action=action, target=target, who=who)


def _foreign(action: str, target: str) -> bool:
    """A ação é de um serviço e o alvo de outro, dos que só aceitam as próprias: juntos, não deixam nada."""
    service, start = action.partition(":")[0].lower(), "arn:${AWS::Partition}:"
    owner = target.removeprefix(start).partition(":")[0] if target.startswith(start) else ""
    return service in CLOSED and owner in CLOSED and service != owner


def _texts(view: View, items: Iterable[Placed]) -> list[str]:
    return [view.spelled(item.value) or UNKNOWN for item in items]


def _targeted(view: View, items: Iterable[Placed]) -> list[str]:
    """Os alvos, com o recurso do template no lugar do nome que ele tem por extenso."""
    known = view.once("targets", lambda: list(_spelled_out(view)))
    return [next((f"{start}${{{name}}}{text.removeprefix(arn)}" for arn, start, name in known
                  if text.startswith(arn) and text[len(arn):len(arn) + 1] in ("", "/", "*", ":")), text) for text in _texts(view, items)]


def _spelled_out(view: View) -> Iterator[tuple[str, str, str]]:
    """De cada recurso com nome escrito no template: o ARN, o que vem antes do nome, e o id lógico."""
    for resource in view.resources.values():
        arn, name = view.arn(resource), view.name(resource)
        if arn and arn.endswith(name) and f"${{{resource.id}" not in arn:
            yield arn, arn.removesuffix(name), resource.id


def _who(view: View, kind: str, item: Placed) -> str:
    text = view.spelled(item.value) or UNKNOWN
    return f"todos menos {text}" if kind == "Not" else text


def _condition(view: View, condition: Any) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Cada operador e chave, com os valores por extenso, em ordem: escrita de outro jeito, a mesma condição dá o mesmo."""
    if condition in (None, {}):
        return ()
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        return (("?", json.dumps(condition, sort_keys=True, default=str), ()),)
    return tuple(sorted((operator, key, tuple(sorted(_spelled(view, value) for value in (values if isinstance(values, list) else [values]))))
                        for operator, keys in condition.items() for key, values in keys.items()))


def _spelled(view: View, value: Any) -> str:
    if isinstance(value, Unknown):
        return UNKNOWN
    return (view.spelled(value) or value) if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _invoked(view: View, permission: Resource) -> Grant:
    """A permissão de invocar uma função é uma declaração da política dela."""
    named = view.at(permission, "FunctionName")
    target = view.points(named, *{other.type for other in view.resources.values()}, by=(ARN, NAME)) if named else None
    limits = tuple(("ArnLike" if name == "SourceArn" else "StringEquals", f"aws:{name}", (_spelled(view, value),))
                   for name in ("SourceArn", "SourceAccount") if (value := view.value(permission, name)) is not None)
    return Grant(target.id if target else permission.id, "recurso", True, _spelled(view, view.value(permission, "Principal")),
                 _spelled(view, view.value(permission, "Action")), condition=limits)
