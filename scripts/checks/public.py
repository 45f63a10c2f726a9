"""Público: nada no template recebe da internet sem que a figura o mostre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.types import (
    BALANCER, BUCKET, DATABASE, DB_CLUSTER, FUNCTION_URL, INTERNET_GATEWAY, LAMBDA_PERMISSION, SECURITY_GROUP, VPC_ENDPOINT,
)
from scripts.base.diagram import Diagram, Node
from scripts.base.findings import Finding
from scripts.proofs.claims.isolation import members
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.view import View
from scripts.proofs.identity.policies import IDENTITY, Statement, every
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource

UNDRAWN = "publico-nao-desenhado"
PUBLIC_SUBNET = "sub-rede-publica"
NARROWING = ("sourcearn", "sourceaccount", "sourceowner", "principalorgid", "principalorgpaths", "principalarn",
             "principalaccount", "sourcevpc", "sourcevpce", "sourceip", "sourceorgid", "calleraccount", "viaservice")
"""Condições que tiram da internet uma política aberta a todos, com um operador de `POSITIVE`."""
POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def check(view: View, diagram: Diagram) -> Iterator[Finding]:
    """Um achado por recurso público que não se mostra como tal."""
    told = set()
    for resource, path, how in _public(view):
        if resource.id not in told and not _shown(view, diagram, resource):
            told.add(resource.id)
            yield Finding(view.template.path, view.template.line(*path), UNDRAWN,
                          f"`{resource.id}` {how}, e a figura não o mostra público; feche-o, ou desenhe a seta de fora até ele.")


def _public(view: View) -> Iterator[tuple[Resource, Path, str]]:
    net = network_of(view)
    yield from _by_group(net)
    for resource in view.resources.values():
        if resource.type in (BALANCER, DATABASE, DB_CLUSTER):
            yield from _by_address(net, resource)
        elif resource.type == BUCKET:
            if str(view.value(resource, "AccessControl")).startswith(("Public", "AuthenticatedRead")):
                yield resource, at(resource, "AccessControl"), "deixa qualquer um ler"
        elif resource.type == FUNCTION_URL:
            called = callee(view, view.at(resource, "TargetFunctionArn"))
            if view.value(resource, "AuthType") != "AWS_IAM":
                yield called.function if called else resource, at(resource, "AuthType"), "tem um endereço aberto a qualquer um"
        elif resource.type == LAMBDA_PERMISSION:
            yield from _by_permission(view, resource)
        yield from _by_policy(view, resource)


def _by_group(net: Network) -> Iterator[tuple[Resource, Path, str]]:
    """Quem vive num grupo com uma entrada da internet, ou de origem que não se conhece."""
    for rule in all_rules(net):
        if not rule.ingress or rule.admits_world(net) is False:
            continue
        inside = list(members(net, rule.group)) if rule.group else []
        if inside and [kind for kind, _ in rule.peers] == ["SourcePrefixListId"] and not any(_addressed(net, one) for one in inside):
            continue  # uma lista de prefixos que não se conhece, e ninguém com endereço público
        for resource in inside or [net.view.resources.get(rule.group, rule.resource)]:
            yield resource, rule.item.path, "recebe da internet"


def _addressed(net: Network, resource: Resource) -> bool:
    home = home_of(net, resource)
    return home is None or home.public.value is not False


def _by_address(net: Network, resource: Resource) -> Iterator[tuple[Resource, Path, str]]:
    home = home_of(net, resource)
    if home is None or home.public.value is False:
        return
    where = home.public.path or ("Resources", resource.id)
    if resource.type == BALANCER:
        yield resource, where, "é voltado para a internet"
    elif resource.type == DATABASE or net.view.at(resource, "PubliclyAccessible") is not None:
        yield resource, where, "pode ter endereço público: falta `PubliclyAccessible: false`"


def _by_permission(view: View, permission: Resource) -> Iterator[tuple[Resource, Path, str]]:
    narrow = [name for name in ("SourceArn", "SourceAccount", "PrincipalOrgID", "FunctionUrlAuthType")
              if view.value(permission, name) is not None]
    if view.value(permission, "Principal") == "*" and not narrow:
        called = callee(view, view.at(permission, "FunctionName"))
        yield called.function if called else permission, at(permission, "Principal"), "pode ser invocada por qualquer um"


def _by_policy(view: View, resource: Resource) -> Iterator[tuple[Resource, Path, str]]:
    """Políticas abertas a qualquer um; a de um endpoint de VPC só limita o que outras concedem."""
    if resource.type == VPC_ENDPOINT:
        return
    for statement in every(view, resource):
        if isinstance(statement, Statement) and statement.allows and _anyone(statement) and not _narrowed(statement):
            owners = [view.resources[name] for name in sorted(resource.references) if name in view.resources]
            served = [owner for owner in owners if resource.type.startswith(owner.type) or "Policy" in resource.type]
            role = resource.type.startswith(IDENTITY)
            how = "pode ser assumido por qualquer um" if role else "tem uma política aberta a qualquer um"
            yield served[0] if served and not role else resource, (*statement.path, "Principal"), how


def _anyone(statement: Statement) -> bool:
    """Vale para qualquer um; quem não se conhece pode ser qualquer um."""
    return any(kind == "Not" or kind == "AWS" and (item.value == "*" or not isinstance(item.value, str))
               for kind, item in statement.principals)


def _narrowed(statement: Statement) -> bool:
    """Uma das condições exige um valor conhecido: uma negação, `IfExists` ou `*` deixaria entrar o resto."""
    condition = statement.condition
    tests = condition.items() if isinstance(condition, dict) else ()
    return any(str(operator).removeprefix("ForAnyValue:") in POSITIVE and isinstance(test, dict)
               and any(str(key).lower().rpartition(":")[2] in NARROWING and _limits(wanted) for key, wanted in test.items())
               for operator, test in tests)


def _limits(wanted: Any) -> bool:
    listed = wanted if isinstance(wanted, list) else [wanted]
    return bool(listed) and all(isinstance(value, (str, int)) and str(value).strip("*?") and not str(value).endswith("/0") for value in listed)


def _shown(view: View, diagram: Diagram, resource: Resource) -> bool:
    """Há uma seta de fora, ou do gateway de internet, até ele; ou está numa sub-rede pública."""
    if resource.type == SECURITY_GROUP:
        return False  # um grupo aberto em que ninguém vive
    nodes = [node for node in diagram.nodes if resource.id in node.resources]
    if any(group.kind == PUBLIC_SUBNET for node in nodes for group in diagram.ancestors(node)):
        return True
    names = {node.id for node in nodes}
    return any(edge.head in names and _outside(view, diagram.elements[edge.tail]) for edge in diagram.edges)


def _outside(view: View, element: object) -> bool:
    if not isinstance(element, Node):
        return False
    kinds = [view.resources[name].type for name in element.resources if name in view.resources]
    return not element.resources or INTERNET_GATEWAY in kinds
