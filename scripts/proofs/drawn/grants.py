"""Tudo o que um template permite: cada ação, quem confia em quem, cada entrada de rede e cada rota.

Percorre todos os recursos, também os de tipo desconhecido: um objeto com `Statement` é uma
política, esteja onde estiver. O que não se consegue ler também é devolvido.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from scripts.aws.managed import Managed, managed
from scripts.aws.types import LAMBDA_PERMISSION, MANAGED_POLICY, VPC_ENDPOINT
from scripts.proofs.evidence import Path, readable
from scripts.proofs.facts.view import View
from scripts.proofs.identity.policies import Obscure, Part, Statement, every
from scripts.proofs.network.openings import openings
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

ATTACHED = ("ManagedPolicyArns", "ManagedPolicies")


class Grant(NamedTuple):
    """Uma coisa permitida.

    `path` é a linha dela; está coberta se for evidência, ou contiver uma quando `whole`.
    `name` é como um motivo a cita: a ação, ou o id do recurso. `reach` diz que é uma entrada ou uma rota,
    que nenhum motivo explica: ou uma seta a mostra, ou ela sai.
    """

    resource: Resource
    path: Path
    name: str
    text: str
    statement: Statement | None = None
    whole: bool = False
    trusted: str = ""
    reach: bool = False


def grants(view: View) -> Iterator[Grant]:
    """As permissões de um mundo: políticas na ordem do template, depois o que a rede deixa passar."""
    for resource in view.resources.values():
        for part in every(view, resource):
            yield from _policy(resource, part)
        for name in ATTACHED:
            yield from _attached(view, resource, name)
        if resource.type == LAMBDA_PERMISSION:
            text = f"a permissão de invocar `{resource.id}`"
            yield Grant(resource, ("Resources", resource.id), resource.id, text, whole=True)
        elif resource.type == VPC_ENDPOINT:
            yield Grant(resource, ("Resources", resource.id), resource.id, f"o endpoint `{resource.id}`", whole=True)
        elif resource.type == "AWS::EKS::AccessEntry":
            text = f"quem entra no cluster por `{resource.id}`"
            yield Grant(resource, ("Resources", resource.id), resource.id, text, whole=True)
        elif resource.type.startswith("AWS::Serverless::"):
            yield Grant(resource, ("Resources", resource.id), resource.id,
                        f"`{resource.id}` (`{resource.type}`), que gera permissões que não se veem aqui,")
    for opening in openings(view):
        resource = view.resources[str(opening.path[1])]
        yield Grant(resource, opening.path, resource.id, opening.text, whole=True, reach=True)


def _policy(resource: Resource, part: Part) -> Iterator[Grant]:
    if isinstance(part, Obscure):
        yield Grant(resource, part.path, resource.id, f"uma política de `{resource.id}` que não se consegue ler")
    elif part.allows and part.trust:
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


def _attached(view: View, resource: Resource, name: str) -> Iterator[Grant]:
    """Políticas que não estão escritas aqui; a da AWS deixa mais do que uma seta usa, e por isso não é evidência que a explica."""
    for item in view.items(resource, name):
        known = managed(view.spelled(item.value) or "")
        if view.points(item, MANAGED_POLICY) is None:
            text = f"que deixa {_count(known)} em recursos que o template não nomeia" if known else "cujo conteúdo não está no template"
            yield Grant(resource, (*item.path, "*"), str(item.value), f"{_shown(item.value)} de `{resource.id}`, {text},")


def _count(policy: Managed) -> str:
    actions = {action for said in policy.statements for action in said.get("Action", ())} if all(
        isinstance(said.get("Action"), list) for said in policy.statements) else set()
    return f"{len(actions)} ações" if actions else "ações"


def _shown(value: Any) -> str:
    shown = "um valor desconhecido" if isinstance(value, Unknown) else readable(value)
    return shown if "`" in shown or " " in shown else f"`{shown}`"


def covered(grant: Grant, evidence: set[Path], prefixes: set[Path]) -> bool:
    """A linha é evidência de algo; de uma permissão inteira, basta uma das linhas dela."""
    return grant.path in (prefixes if grant.whole else evidence)


def prefixes_of(evidence: set[Path]) -> set[Path]:
    """Todos os começos desses caminhos."""
    return {path[:length] for path in evidence for length in range(1, len(path) + 1)}

