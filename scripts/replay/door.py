"""A porta das permissões: um pedido concreto passa, é negado, ou não se sabe.

As declarações, a avaliação e as condições são as das provas; aqui o pedido é concreto, e a dúvida não vira “não”:
para a rodada, para que ninguém leia uma dúvida como resposta. Políticas da organização e de sessão não
aparecem num template: o que aqui se permite ainda pode ser negado na AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scripts.aws.catalog import kind_of
from scripts.proofs.identity.conditions import Context
from scripts.proofs.identity.evaluation import Decision, Request, conditions_of, decide
from scripts.proofs.identity.keys import key_of, of_aws, uses
from scripts.proofs.identity.policies import Obscure, Part, Statement
from scripts.proofs.identity.wording import conditional, denial, doubt
from scripts.replay.circumstances import DIRECT, wire
from scripts.replay.operations import OPERATIONS, Need
from scripts.replay.stack import ACCOUNT, REGION, Stack
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

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
    """Uma chamada à AWS: o papel de quem chama, o serviço, a operação, os parâmetros, por onde vai e o que diz da rede de onde vem."""

    role: Resource | None
    service: str
    operation: str
    params: Mapping[str, Any]
    secure: bool = True
    region: str = REGION
    origin: Context = field(default_factory=dict)


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
        context = {**DIRECT, **asked.origin, **wire(asked.secure)}
        needs = operation.needs(asked.params)
        plain = asked.params.get("ServerSideEncryption") == "AES256"  # o pedido escolhe a cifra do próprio S3
        keyed = [ruling for need in needs if not plain for ruling in self._keyed(asked.role, need, context)]
        return [*(self.allow(asked.role, need, context) for need in needs), *keyed]

    def _keyed(self, role: Resource | None, need: Need, context: Context) -> Iterator[Ruling]:
        """O uso da chave do KMS com que o recurso se cifra; a que a AWS cria serve a quem, da conta, pode usar o recurso.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        """
        target = self.target(need.arn)
        service = kind_of(target.type).service if target else None
        written = self.stack.view.at(target, *service.key) if target and service and service.key else None
        if target is None or service is None or written is None or of_aws(written):
            return
        key = key_of(self.stack.view, written)
        if key is None:
            yield Ruling(need.action, need.arn, STOPPED, reason=f"a chave que cifra `{target.id}` não é desta pilha", path=written.path)
            return
        # quem chama a chave é o serviço do recurso, e não se sabe o que ele diz da rede de quem o chamou
        known = {name: value for name, value in context.items() if name.startswith("aws:Secure")}
        via = {"kms:ViaService": f"{service.prefix}.{REGION}.amazonaws.com", "kms:CallerAccount": ACCOUNT}
        for use in uses(service.prefix, need.action):
            ruling = self.allow(role, Need(use, self.stack.arn(key)), {**known, **via}, target=key)
            yield replace(ruling, reason=f"{ruling.reason}; `{key.id}` cifra `{target.id}`" if ruling.reason else "")

    def allow(self, role: Resource | None, need: Need, context: Context, service: str = "", target: Resource | None = None) -> Ruling:
        """O papel, ou o serviço da AWS, pode fazer isto neste ARN? `target` é o recurso dele, se já se sabe qual é."""
        request = Request(self.stack.view, need.action, need.arn, role, service, {**dict(need.context), **context})
        who = f"o papel `{role.id}`" if role else f"`{service}`" if service else "quem não tem papel"
        return self._ruled(need, decide(request, target or self.target(need.arn)), who)

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
        what, by = f"`{need.arn.split(':', 5)[-1]}`", decision.denied[:1] or decision.doubtful[:1]
        if by:
            tests = conditions_of(by[0], decision.request)
            reason = denial(by[0], *tests, what) if decision.denied and isinstance(by[0], Statement) else doubt(by[0], *tests)
            return Ruling(need.action, need.arn, DENIED if decision.denied else STOPPED, _label(by[0]),
                          reason + self._line(by[0]), by[0].path)
        if decision.allowed:
            return Ruling(need.action, need.arn, ALLOWED, _label(decision.allowed), path=decision.allowed.path)
        barred = decision.barred
        if barred:  # sem o lugar, que é só de quem nega ou pode negar: quem tem outra permissão não precisa desta
            reason = conditional(barred, *conditions_of(barred, decision.request), who, what) + self._line(barred)
            return Ruling(need.action, need.arn, STOPPED if decision.maybe else DENIED, reason=reason)
        if decision.maybe:
            return Ruling(need.action, need.arn, STOPPED, reason=f"não se sabe se `{decision.maybe[0].owner.id}` permite `{need.action}`")
        return Ruling(need.action, need.arn, DENIED, reason=f"nada deixa {who} fazer `{need.action}` em {what}{decision.beside}")

    def _line(self, part: Part) -> str:
        """Onde está a declaração que não tem `Sid`, pelo qual se procuraria."""
        return "" if isinstance(part, Statement) and part.sid else f" (linha {self.stack.template.line(*part.path)})"


def _label(statement: Part) -> str:
    """O recurso e a declaração, pelo `Sid` ou pela posição: uma linha mudaria com um comentário no template."""
    if isinstance(statement, Obscure):
        return ""
    place = statement.sid or ".".join(str(key) for key in statement.path[3:])
    return f"{statement.owner.id} · {statement.managed or place}"
