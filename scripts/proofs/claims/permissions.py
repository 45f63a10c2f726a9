"""Permissões: cada uma diz o que permite, e em quê."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.reading import places
from scripts.proofs.identity.statements import IDENTITY, WIDE, Statement, statements
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

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
      `Sid` ou o serviço.

    Fonte: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for resource in scene.values.resources.values():
        if resource.type.startswith(IDENTITY):
            for statement in statements(scene.values, resource):
                if statement.identity and statement.allows:
                    yield from _statement(statement)
            yield from _managed(scene.values, resource)
            yield from _unread(scene.values, resource)


def reason(resource: Resource) -> str:
    """O motivo escrito para a permissão ampla, ou vazio."""
    return resource.exceptions.get(WIDE, "").strip()


def _statement(statement: Statement) -> Iterator[Evidence]:
    resource, path = statement.resource, statement.path
    if statement.body is None or statement.body.get("Effect") != "Allow":
        yield Missing(path, f"uma declaração de `{resource.id}` não se consegue ler", "escreva-a por extenso")
        return
    for name in ("Action", "Resource"):
        if not statement.items(name):
            yield Missing(path, f"uma permissão de `{resource.id}` não traz `{name}`", f"escreva `{name}`")
    odd = [str(item) for item in statement.items("Action") if not ACTION.fullmatch(str(item))]
    odd += [str(item) for item in statement.items("Resource") if not str(item).startswith(("arn:", "${", "*"))]
    if odd:
        yield Missing(path, f"`{odd[0]}`, em `{resource.id}`, não é uma ação nem um recurso",
                      "escreva `serviço:Ação` e o ARN")
    if statement.unexcused:
        name, written = statement.unexcused[0]
        yield Missing(statement.place(name), f"`{resource.id}` permite `{written}` em `{name}`",
                      f"nomeie o que ela usa, ou dê em `Excecoes: {{{WIDE}: …}}` um motivo que cite o `Sid` ou o serviço")
        return
    if statement.broad:
        yield Found(("Resources", resource.id, "Metadata", "Excecoes", WIDE), f"exceção: {reason(resource)}")
    for name in ("Action", "Resource"):
        if statement.items(name):
            yield Found(statement.place(name), "só estas ações" if name == "Action" else "só nestes recursos")


def _managed(values: Resolution, resource: Resource) -> Iterator[Evidence]:
    for name in MANAGED:
        for item in places(values, resource, name):
            if values.resource(item.value) is None and not reason(resource):
                yield Missing(item.path, f"`{resource.id}` usa uma política que não está no template",
                              f"escreva as permissões, ou dê o motivo em `Excecoes: {{{WIDE}: …}}`")


def _unread(values: Resolution, resource: Resource) -> Iterator[Evidence]:
    """Uma política em texto, ou que só a AWS monta, não se julga."""
    inline = [(*item.path[3:], "PolicyDocument") for item in places(values, resource, "Policies")]
    for keys in [*inline, ("PolicyDocument",), ("InlinePolicy",)]:
        value = values.property(resource, *keys)
        if value is not None and not isinstance(value, dict) or isinstance(value, dict) and "Statement" not in value:
            yield Missing(at(resource, *keys), f"uma política de `{resource.id}` não se consegue ler", "escreva-a como objeto")
