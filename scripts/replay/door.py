"""A porta das permissões: um pedido concreto passa, é negado, ou não se sabe.

As declarações, a avaliação e as condições são as das provas; aqui o pedido é concreto, e a dúvida não vira “não”:
para a rodada, para que ninguém leia uma dúvida como resposta. Políticas da organização e de sessão não
aparecem num template: o que aqui se permite ainda pode ser negado na AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.aws.catalog import kind_of
from scripts.proofs.identity.evaluation import USUAL, Decision, Request, decide
from scripts.proofs.identity.policies import Obscure, Statement
from scripts.replay.operations import OPERATIONS, Need
from scripts.replay.stack import REGION, Stack
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

TLS = {"s3:TlsVersion": USUAL["s3:TlsVersion"]}
ALLOWED, DENIED, STOPPED = "permitido", "negado", "parado"


@dataclass(frozen=True)
class Ruling:
    """A resposta a uma permissão: a ação, o ARN, o que se decidiu e a declaração que decidiu.

    `by` é o `Sid`, ou a posição, da declaração, e `path` o lugar dela; `reason` diz numa oração por que não passou.
    """

    action: str
    arn: str
    answer: str
    by: str = ""
    reason: str = ""
    path: Path = ()


@dataclass(frozen=True)
class Asked:
    """Uma chamada à AWS: o papel de quem chama, o serviço, a operação, os parâmetros, e por onde vai."""

    role: Resource | None
    service: str
    operation: str
    params: Mapping[str, Any]
    secure: bool = True
    region: str = REGION


def wire(secure: bool) -> dict[str, str]:
    """O que as condições sabem de um pedido pelo caminho dele: se vai por TLS, e em que versão."""
    return {**TLS, "aws:SecureTransport": str(secure).lower()}


class Door:
    """Decide com as políticas do template de uma pilha."""

    def __init__(self, stack: Stack):
        self.stack = stack

    def ask(self, asked: Asked) -> list[Ruling]:
        """Uma resposta por permissão que a chamada pede; a de uma chamada que não se conhece para a rodada."""
        operation = OPERATIONS.get((asked.service, asked.operation))
        name = f"{asked.service}:{asked.operation}"
        if operation is None:
            return [Ruling(name, "", STOPPED, reason=f"a rodada não sabe que permissões `{name}` pede")]
        if asked.region != REGION:
            return [Ruling(name, "", STOPPED, reason=f"o código chama `{asked.region}`, e a pilha está em `{REGION}`")]
        extra = sorted(set(asked.params) - operation.known)
        if extra:
            return [Ruling(name, "", STOPPED, reason=f"a rodada não sabe que permissão o parâmetro `{extra[0]}` de `{name}` pede")]
        return [self.allow(asked.role, need, wire(asked.secure)) for need in operation.needs(asked.params)]

    def allow(self, role: Resource | None, need: Need, context: Mapping[str, str], service: str = "") -> Ruling:
        """O papel, ou o serviço da AWS, pode fazer isto neste ARN?"""
        request = Request(self.stack.view, need.action, need.arn, role, service, {**dict(need.context), **context})
        who = f"o papel `{role.id}`" if role else f"`{service}`" if service else "quem não tem papel"
        return self._ruled(need, decide(request, self.target(need.arn)), who)

    def target(self, arn: str) -> Resource | None:
        """O recurso que o ARN nomeia, também por dentro, como um objeto de um bucket."""
        service = arn.split(":")[2] if arn.count(":") >= 2 else ""
        for resource in self.stack.view.resources.values():
            called = kind_of(resource.type).service
            own = self.stack.view.arn(resource) if called and called.prefix == service else None
            if own and (arn == own or arn.startswith(f"{own}/")):
                return resource
        return None

    def _ruled(self, need: Need, decision: Decision, who: str) -> Ruling:
        if decision.denied:
            statement = decision.denied[0]
            return Ruling(need.action, need.arn, DENIED, _label(statement), f"`{statement.owner.id}` nega `{need.action}`", statement.path)
        if decision.doubtful:
            part = decision.doubtful[0]
            why = part.reason if isinstance(part, Obscure) else f"uma condição de `{part.owner.id}` não se avalia"
            by = "" if isinstance(part, Obscure) else _label(part)
            return Ruling(need.action, need.arn, STOPPED, by, f"{why}, e pode negar `{need.action}`", part.path)
        if decision.allowed:
            return Ruling(need.action, need.arn, ALLOWED, _label(decision.allowed), path=decision.allowed.path)
        if decision.maybe:
            statement = decision.maybe[0]
            doubt = f"não se sabe se `{statement.owner.id}` permite `{need.action}`"
            return Ruling(need.action, need.arn, STOPPED, _label(statement), doubt, statement.path)
        return Ruling(need.action, need.arn, DENIED, reason=f"nada deixa {who} fazer `{need.action}` em `{need.arn.split(':', 5)[-1]}`")


def _label(statement: Statement) -> str:
    """O recurso e a declaração, pelo `Sid` ou pela posição: uma linha mudaria com um comentário no template."""
    place = statement.sid or ".".join(str(key) for key in statement.path[3:])
    return f"{statement.owner.id} · {statement.managed or place}"
