"""Tudo o que um template permite: cada ação, quem confia em quem, cada entrada de rede e cada rota.

Percorre todos os recursos, também os de tipo desconhecido: um objeto com `Statement` é uma
política, esteja onde estiver. O que não se consegue ler também é devolvido.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.proofs.evidence import Path
from scripts.proofs.facts.reading import readable
from scripts.proofs.facts.reading import places
from scripts.proofs.identity.policies import MANAGED, Obscure, Statement, document
from scripts.proofs.network.openings import openings
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown

TRUST = "AssumeRolePolicyDocument"
DOCUMENTS = ("PolicyDocument", TRUST, "KeyPolicy", "ResourcePolicy", "InlinePolicy")
ATTACHED = ("ManagedPolicyArns", "ManagedPolicies")
INVOKE = "AWS::Lambda::Permission"
ENDPOINT = "AWS::EC2::VPCEndpoint"


@dataclass(frozen=True)
class Grant:
    """Uma coisa permitida.

    `path` é a linha dela; está coberta se for evidência, ou contiver uma quando `whole`.
    `name` é como um motivo a cita: a ação, ou o id do recurso.
    """

    resource: Resource
    path: Path
    name: str
    text: str
    statement: Statement | None = None
    whole: bool = False
    trusted: str = ""


def grants(values: Resolution) -> Iterator[Grant]:
    """As permissões de um cenário: políticas na ordem do template, depois o que a rede deixa passar."""
    for resource in values.resources.values():
        properties = resource.body.get("Properties")
        for keys in _documents(values, properties, ()):
            yield from _policy(values, resource, keys)
        for name in ATTACHED:
            yield from _attached(values, resource, name)
        if resource.type == INVOKE:
            text = f"a permissão de invocar `{resource.id}`"
            yield Grant(resource, ("Resources", resource.id), resource.id, text, whole=True)
        elif resource.type == ENDPOINT:
            yield Grant(resource, ("Resources", resource.id), resource.id, f"o endpoint `{resource.id}`", whole=True)
        elif resource.type.startswith("AWS::Serverless::"):
            yield Grant(resource, ("Resources", resource.id), resource.id,
                        f"`{resource.id}` (`{resource.type}`), que gera permissões que não se veem aqui,")
    for opening in openings(values):
        resource = values.resources[str(opening.path[1])]
        yield Grant(resource, opening.path, resource.id, opening.text, whole=True)


def _documents(values: Resolution, node: Any, keys: tuple[Key, ...]) -> Iterator[tuple[Key, ...]]:
    """Onde há uma política, ou algo no lugar de uma."""
    while isinstance(node, dict) and isinstance(node.get("Fn::If"), list) and len(node["Fn::If"]) == 3:
        name, *branches = node["Fn::If"]
        node = branches[0 if values.condition(str(name)) is True else 1]
    if isinstance(node, dict):
        if "Statement" in node or node and keys and keys[-1] in DOCUMENTS and not set(node) & set(DOCUMENTS):
            yield keys
        else:
            for key, item in node.items():
                yield from _documents(values, item, (*keys, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _documents(values, item, (*keys, index))
    elif node is not None and keys and keys[-1] in DOCUMENTS:
        yield keys


def _policy(values: Resolution, resource: Resource, keys: tuple[Key, ...]) -> Iterator[Grant]:
    for part in document(values, resource, *keys):
        if isinstance(part, Obscure):
            yield Grant(resource, part.path, resource.id, f"uma política de `{resource.id}` que não se consegue ler")
        elif part.allows and TRUST in keys:
            for kind, item in part.principals:
                name = item.value if kind == "Service" and isinstance(item.value, str) else ""
                text = f"a confiança de `{resource.id}` em {_shown(item.value)}"
                yield Grant(resource, item.path, name, text, part, trusted=name)
        elif part.allows:
            yield from _allowed(resource, part)


def _allowed(resource: Resource, statement: Statement) -> Iterator[Grant]:
    """Cada ação e, se há vários, cada recurso de uma declaração que permite."""
    if statement.except_actions:
        path = (*statement.path, "NotAction")
        yield Grant(resource, path, "NotAction", f"`NotAction` de `{resource.id}`", statement)
    if statement.except_resources:
        path = (*statement.path, "NotResource")
        yield Grant(resource, path, "NotResource", f"`NotResource` de `{resource.id}`", statement)
    for item in statement.actions:
        yield Grant(resource, item.path, str(item.value), f"{_shown(item.value)} de `{resource.id}`", statement)
    for item in statement.resources if len(statement.resources) > 1 else ():
        yield Grant(resource, item.path, str(item.value), f"o recurso {_shown(item.value)} de `{resource.id}`", statement)


def _attached(values: Resolution, resource: Resource, name: str) -> Iterator[Grant]:
    """Políticas que não estão escritas aqui."""
    for item in places(values, resource, name):
        policy = values.resource(item.value)
        if policy is None or policy.type != MANAGED:
            yield Grant(resource, item.path, str(item.value),
                        f"{_shown(item.value)} de `{resource.id}`, cujo conteúdo não está no template,")


def _shown(value: Any) -> str:
    shown = "um valor desconhecido" if isinstance(value, Unknown) else readable(value)
    return shown if "`" in shown or " " in shown else f"`{shown}`"


def covered(grant: Grant, evidence: set[Path], prefixes: set[Path]) -> bool:
    """A linha é evidência de algo; de uma permissão inteira, basta uma das linhas dela."""
    return grant.path in (prefixes if grant.whole else evidence)


def prefixes_of(evidence: set[Path]) -> set[Path]:
    """Todos os começos desses caminhos."""
    return {path[:length] for path in evidence for length in range(1, len(path) + 1)}

