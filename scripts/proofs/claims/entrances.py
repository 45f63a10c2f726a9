"""Entradas: tudo o que num template recebe da internet, pelo grupo de segurança ou por um endereço que a AWS atende por ele."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.types import (
    BALANCER, BUCKET, CLASSIC_BALANCER, DATABASE, DB_CLUSTER, DISTRIBUTION, EKS_CLUSTER, FUNCTION_URL, HTTP_API, LAMBDA_PERMISSION, REST_API,
    SECURITY_GROUP, VPC_ENDPOINT,
)
from scripts.proofs.claims.isolation import members
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.policies import IDENTITY, Statement, every
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import Network, network, network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

Entrance = tuple[Resource, Path, str]
"""O que recebe, a linha que o deixa receber, e como se diz."""

NARROWING = ("sourcearn", "sourceaccount", "sourceowner", "principalorgid", "principalorgpaths", "principalarn",
             "principalaccount", "sourcevpc", "sourcevpce", "sourceip", "sourceorgid", "calleraccount", "viaservice")
"""Condições que tiram da internet uma política aberta a todos, com um operador de `POSITIVE`."""
POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


WORLDS = ("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "::/1", "2000::/3")
"""A internet inteira, e as metades dela, que juntas dão no mesmo."""
WIDEST = {4: 8, 6: 16}
"""De cada versão, o menor prefixo de uma faixa que ainda é de alguém."""
CLOSED: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    REST_API: (("EndpointConfiguration", "Types"), (["PRIVATE"],)), HTTP_API: ((), ()), DISTRIBUTION: ((), ()),
    "AWS::AppSync::GraphQLApi": (("Visibility",), ("PRIVATE",)),
    "AWS::Transfer::Server": (("EndpointType",), ("VPC",)),
}
"""De cada tipo que a AWS atende na internet, de qualquer endereço, a propriedade e os valores que o fecham; sem ela, nada o fecha.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-endpoint-types.html
https://docs.aws.amazon.com/appsync/latest/devguide/using-private-apis.html
https://docs.aws.amazon.com/transfer/latest/userguide/create-server-in-vpc.html
"""
INSIDE = {"AWS::OpenSearchService::Domain": "VPCOptions", "AWS::Elasticsearch::Domain": "VPCOptions"}
"""Os que só vivem numa VPC quando a dizem; senão, atendem na internet."""
PUBLIC = ("PubliclyAccessible", "IsPubliclyAccessible")
GROUPS = ("VpcSecurityGroupIds", "VPCSecurityGroups", "SecurityGroupIds", "SecurityGroups")


def public(view: View) -> Iterator[Entrance]:
    """O que recebe de algum endereço da internet."""
    net = network_of(view)
    yield from _by_group(net)
    for resource in view.resources.values():
        if resource.type in (BALANCER, DATABASE, DB_CLUSTER):
            yield from _by_address(net, resource)
        elif resource.type == EKS_CLUSTER:
            blocks = api_blocks(view, resource)
            if any(wide(block.value) and not SYMBOL.fullmatch(str(block.value)) for block in blocks):  # um parâmetro, quem implanta o escolhe
                yield resource, blocks[0].path, "atende a API para qualquer endereço da internet"
        elif resource.type == FUNCTION_URL and view.value(resource, "AuthType") != "AWS_IAM":
            yield resource, at(resource, "AuthType"), f"dá a {_called(view, resource)} um endereço público, que qualquer um chama sem se identificar"
        yield from _by_itself(view, resource)


def unlimited(view: View) -> Iterator[Entrance]:
    """O que recebe de qualquer endereço da internet, sem grupo de segurança do template que o limite."""
    net = network_of(view)
    for resource in view.resources.values():
        if resource.type in (BALANCER, CLASSIC_BALANCER, DATABASE, DB_CLUSTER) or any(view.at(resource, name) for name in PUBLIC):
            yield from _ungrouped(net, resource)
        elif resource.type in CLOSED:
            keys, closed = CLOSED[resource.type]
            if not keys or view.value(resource, *keys) not in closed:
                yield resource, at(resource, *keys), "atende qualquer endereço da internet"
        elif resource.type in INSIDE and view.at(resource, INSIDE[resource.type]) is None:
            yield resource, at(resource), "atende qualquer endereço da internet, fora de uma VPC"
        elif resource.type == FUNCTION_URL:
            yield resource, at(resource, "AuthType"), f"dá a {_called(view, resource)} um endereço na internet"
        yield from _by_itself(view, resource)


def api_blocks(view: View, cluster: Resource) -> list[Placed]:
    """De que endereços a API do cluster aceita pedidos pela internet: sem nenhum escrito, de todos; vazia, quando só atende na VPC.

    https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """
    opened = view.at(cluster, "ResourcesVpcConfig", "EndpointPublicAccess")
    if opened is not None and false(opened.value):
        return []
    where = at(cluster, "ResourcesVpcConfig", "PublicAccessCidrs")
    return view.items(cluster, "ResourcesVpcConfig", "PublicAccessCidrs") or [Placed(where, WORLDS[0])]


def wide(value: Any) -> bool:
    """A faixa é larga demais para ser de alguém, ou não se conhece."""
    block = network(value)
    return block is None or block.prefixlen < WIDEST[block.version]


def _called(view: View, url: Resource) -> str:
    called = callee(view, view.at(url, "TargetFunctionArn"))
    return f"`{called.function.id}`" if called and called.function else "uma função"


def _ungrouped(net: Network, resource: Resource) -> Iterator[Entrance]:
    """Tem, ou pode ter, endereço público, e algum grupo que o protege não é do template."""
    view, home = net.view, home_of(net, resource)
    said = next((found for name in PUBLIC if (found := view.at(resource, name))), None)
    if said and false(said.value) or home and home.public.value is False or view.value(resource, "Scheme") == "internal":
        return
    groups = [item for name in GROUPS for item in view.items(resource, name)]
    if not groups or not all(view.points(item, SECURITY_GROUP) for item in groups):
        yield resource, said.path if said else at(resource), "pode ter endereço público, sem um grupo deste template que limite quem entra"


def _by_itself(view: View, resource: Resource) -> Iterator[Entrance]:
    """O que uma política, uma permissão ou uma lista de acesso abre a qualquer um."""
    if resource.type == BUCKET and str(view.value(resource, "AccessControl")).startswith(("Public", "AuthenticatedRead")):
        yield resource, at(resource, "AccessControl"), "deixa qualquer um ler"
    elif resource.type == LAMBDA_PERMISSION:
        yield from _by_permission(view, resource)
    yield from _by_policy(view, resource)


def _by_group(net: Network) -> Iterator[Entrance]:
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


def _by_address(net: Network, resource: Resource) -> Iterator[Entrance]:
    home = home_of(net, resource)
    if home is None or home.public.value is False:
        return
    where = home.public.path or ("Resources", resource.id)
    if resource.type == BALANCER:
        yield resource, where, "é voltado para a internet"
    elif resource.type == DATABASE or net.view.at(resource, "PubliclyAccessible") is not None:
        yield resource, where, "pode ter endereço público: falta `PubliclyAccessible: false`"


def _by_permission(view: View, permission: Resource) -> Iterator[Entrance]:
    narrow = [name for name in ("SourceArn", "SourceAccount", "PrincipalOrgID", "FunctionUrlAuthType")
              if view.value(permission, name) is not None]
    if view.value(permission, "Principal") == "*" and not narrow:
        called = callee(view, view.at(permission, "FunctionName"))
        yield called.function if called else permission, at(permission, "Principal"), "pode ser invocada por qualquer um"


def _by_policy(view: View, resource: Resource) -> Iterator[Entrance]:
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
    return bool(listed) and all(isinstance(value, (str, int)) and str(value).strip("*?") and str(value) not in WORLDS for value in listed)


