"""Público: nada no template recebe da internet sem que a figura o mostre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.base.diagram import Diagram, Node
from scripts.base.findings import Finding
from scripts.proofs.arrows.passage import ENDPOINT
from scripts.proofs.claims.isolation import members
from scripts.proofs.evidence import Path, at
from scripts.proofs.identity.statements import IDENTITY, Statement, statements
from scripts.proofs.network.interfaces_by_type import BALANCER, CLUSTER, DATABASE, home_of
from scripts.proofs.network.security_groups import GROUP, all_rules
from scripts.proofs.network.topology import GATEWAY, Network, network_of
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

UNDRAWN = "publico-nao-desenhado"
PUBLIC_SUBNET = "sub-rede-publica"
NARROWING = ("sourcearn", "sourceaccount", "sourceowner", "principalorgid", "principalorgpaths", "principalarn",
             "principalaccount", "sourcevpc", "sourcevpce", "sourceip", "sourceorgid", "calleraccount", "viaservice")
"""Condições que tiram da internet uma política aberta a todos, com um operador de `POSITIVE`."""
POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def check(values: Resolution, diagram: Diagram) -> Iterator[Finding]:
    """Um achado por recurso público que não se mostra como tal."""
    told = set()
    for resource, path, how in _public(values):
        if resource.id not in told and not _shown(values, diagram, resource):
            told.add(resource.id)
            yield Finding(values.template.path, values.template.line(*path), UNDRAWN,
                          f"`{resource.id}` {how}, e a figura não o mostra público; feche-o, ou desenhe a seta de fora até ele.")


def _public(values: Resolution) -> Iterator[tuple[Resource, Path, str]]:
    net = network_of(values)
    yield from _by_group(net)
    for resource in values.resources.values():
        if resource.type in (BALANCER, DATABASE, CLUSTER):
            yield from _by_address(net, resource)
        elif resource.type == "AWS::S3::Bucket":
            if str(values.property(resource, "AccessControl")).startswith(("Public", "AuthenticatedRead")):
                yield resource, at(resource, "AccessControl"), "deixa qualquer um ler"
        elif resource.type == "AWS::Lambda::Url":
            function = values.resource(values.property(resource, "TargetFunctionArn"))
            if values.property(resource, "AuthType") != "AWS_IAM":
                yield function or resource, at(resource, "AuthType"), "tem um endereço aberto a qualquer um"
        elif resource.type == "AWS::Lambda::Permission":
            yield from _by_permission(values, resource)
        yield from _by_policy(values, resource)


def _by_group(net: Network) -> Iterator[tuple[Resource, Path, str]]:
    """Quem vive num grupo com uma entrada da internet, ou de origem que não se conhece."""
    for rule in all_rules(net):
        if not rule.ingress or rule.admits_world(net) is False:
            continue
        inside = list(members(net, rule.group)) if rule.group else []
        if inside and [kind for kind, _ in rule.peers] == ["SourcePrefixListId"] and not any(_addressed(net, one) for one in inside):
            continue  # uma lista de prefixos que não se conhece, e ninguém com endereço público
        for resource in inside or [net.values.resources.get(rule.group, rule.resource)]:
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
    elif resource.type == DATABASE or "PubliclyAccessible" in resource.properties:
        yield resource, where, "pode ter endereço público: falta `PubliclyAccessible: false`"


def _by_permission(values: Resolution, permission: Resource) -> Iterator[tuple[Resource, Path, str]]:
    narrow = [name for name in ("SourceArn", "SourceAccount", "PrincipalOrgID", "FunctionUrlAuthType")
              if values.property(permission, name) is not None]
    if values.property(permission, "Principal") == "*" and not narrow:
        function = values.resource(values.property(permission, "FunctionName"))
        yield function or permission, at(permission, "Principal"), "pode ser invocada por qualquer um"


def _by_policy(values: Resolution, resource: Resource) -> Iterator[tuple[Resource, Path, str]]:
    """Políticas abertas a qualquer um; a de um endpoint de VPC só limita o que outras concedem."""
    if resource.type == ENDPOINT:
        return
    for statement in statements(values, resource):
        if statement.allows and statement.body and _anyone(statement) and not _narrowed(statement):
            owners = [values.resources[name] for name in sorted(resource.references) if name in values.resources]
            served = [owner for owner in owners if resource.type.startswith(owner.type) or "Policy" in resource.type]
            role = resource.type.startswith(IDENTITY)
            how = "pode ser assumido por qualquer um" if role else "tem uma política aberta a qualquer um"
            yield served[0] if served and not role else resource, statement.place("Principal"), how


def _anyone(statement: Statement) -> bool:
    """Vale para qualquer um; quem não se conhece pode ser qualquer um."""
    principal = (statement.body or {}).get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    listed = named if isinstance(named, list) else [] if named is None else [named]
    return any(item == "*" or not isinstance(item, str) for item in listed) or "NotPrincipal" in (statement.body or {})


def _narrowed(statement: Statement) -> bool:
    """Uma das condições exige um valor conhecido: uma negação, `IfExists` ou `*` deixaria entrar o resto."""
    condition = (statement.body or {}).get("Condition")
    tests = condition.items() if isinstance(condition, dict) else ()
    return any(str(operator).removeprefix("ForAnyValue:") in POSITIVE and isinstance(test, dict)
               and any(str(key).lower().rpartition(":")[2] in NARROWING and _limits(wanted) for key, wanted in test.items())
               for operator, test in tests)


def _limits(wanted: Any) -> bool:
    values = wanted if isinstance(wanted, list) else [wanted]
    return bool(values) and all(isinstance(value, (str, int)) and str(value).strip("*?") and not str(value).endswith("/0") for value in values)


def _shown(values: Resolution, diagram: Diagram, resource: Resource) -> bool:
    """Há uma seta de fora, ou do gateway de internet, até ele; ou está numa sub-rede pública."""
    if resource.type == GROUP:
        return False  # um grupo aberto em que ninguém vive
    nodes = [node for node in diagram.nodes if resource.id in node.resources]
    if any(group.kind == PUBLIC_SUBNET for node in nodes for group in diagram.ancestors(node)):
        return True
    names = {node.id for node in nodes}
    return any(edge.head in names and _outside(values, diagram.elements[edge.tail]) for edge in diagram.edges)


def _outside(values: Resolution, element: object) -> bool:
    if not isinstance(element, Node):
        return False
    kinds = [values.resources[name].type for name in element.resources if name in values.resources]
    return not element.resources or GATEWAY in kinds
