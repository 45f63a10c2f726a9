"""Permissões: cada uma diz o que permite, e em quê."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import MANAGED_POLICY
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.evidence import Evidence, Found, Missing
from scripts.proofs.facts.view import View
from scripts.proofs.identity.breadth import WIDE, boundless, broad, unexcused
from scripts.proofs.identity.policies import IDENTITY, Obscure, Statement, every
from scripts.template.cloudformation import Resource

ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
MANAGED = ("ManagedPolicyArns", "ManagedPolicies")


@claim("menor-privilegio")
def least_privilege(scene: Scene) -> Iterator[Evidence]:
    """Menor privilégio.

    Quem roubasse as credenciais da aplicação faria só o que ela faz. Que cada permissão é usada
    por uma seta, `conferir` cobra à parte (`permissao-sem-seta`).

    - cada permissão nomeia as ações, uma a uma, e os recursos, sem curinga no lugar do nome;
    - nenhuma política pronta da AWS, que vale para qualquer recurso;
    - a exceção tem o motivo no recurso, em `Metadata: {Excecoes: {permissao-ampla: …}}`, e ele cita o
      `Sid` ou o serviço; apagar ou parar o que tem dados no EC2 pede ainda uma condição sobre a etiqueta.

    Fonte: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for resource in scene.view.resources.values():
        if resource.type.startswith(IDENTITY):
            for part in every(scene.view, resource):
                if isinstance(part, Obscure):
                    yield Missing(part.path, f"uma política de `{resource.id}` não se consegue ler", "escreva-a por extenso, como objeto")
                elif part.identity and part.allows:
                    yield from _statement(part)
            yield from _managed(scene.view, resource)


def reason(resource: Resource) -> str:
    """O motivo escrito para a permissão ampla, ou vazio."""
    return resource.exceptions.get(WIDE, "").strip()


def _statement(statement: Statement) -> Iterator[Evidence]:
    resource, path = statement.owner, statement.path
    written = {"Action": statement.actions, "Resource": statement.resources}
    for name, items in written.items():
        if not items:
            yield Missing(path, f"uma permissão de `{resource.id}` não traz `{name}`", f"escreva `{name}`")
    odd = [str(item.value) for item in statement.actions if not ACTION.fullmatch(str(item.value))]
    odd += [str(item.value) for item in statement.resources if not str(item.value).startswith(("arn:", "${", "*"))]
    if odd:
        yield Missing(path, f"`{odd[0]}`, em `{resource.id}`, não é uma ação nem um recurso",
                      "escreva `serviço:Ação` e o ARN")
    left = unexcused(statement)
    if left:
        name, said = left[0]
        yield Missing((*path, name), f"`{resource.id}` permite `{said}` em `{name}`",
                      boundless(statement) or f"nomeie o que ela usa, ou dê em `Excecoes: {{{WIDE}: …}}` um motivo que cite o `Sid` ou o serviço")
        return
    if broad(statement):
        yield Found(("Resources", resource.id, "Metadata", "Excecoes", WIDE), f"exceção: {reason(resource)}")
    for name, items in written.items():
        if items:
            yield Found((*path, name), "só estas ações" if name == "Action" else "só nestes recursos")


def _managed(view: View, resource: Resource) -> Iterator[Evidence]:
    for name in MANAGED:
        for item in view.items(resource, name):
            if view.points(item, MANAGED_POLICY) is None and not reason(resource):
                yield Missing(item.path, f"`{resource.id}` usa uma política que não está no template",
                              f"escreva as permissões, ou dê o motivo em `Excecoes: {{{WIDE}: …}}`")
