"""Avaliação de políticas do IAM: um papel pode fazer esta ação neste recurso, e por que linhas.

Segue a lógica que a AWS documenta para uma conta só: uma negação vence; é preciso uma permissão,
no papel ou no recurso; o que não se sabe não permite e pode negar. Políticas da organização e
de sessão não aparecem num template.

Nenhuma biblioteca serviu: policyuniverse resume políticas sem avaliar pedidos e não muda desde
2023; parliament procura erros de escrita e pede boto3; iam-ape lê contas que já existem e pede
boto3 e requests. Pelo que a documentação delas mostra, nenhuma aceita valores simbólicos nem
diz "não sei".

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scripts.proofs.evidence import Evidence, Found, Missing, readable
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.conditions import Answer, Context, Tested, every, holds, negation, some, tested, untagged
from scripts.proofs.identity.policies import Obscure, Part, Statement, document, of_resource, of_role, trust
from scripts.proofs.identity.services import ACCOUNT, TELLING
from scripts.proofs.identity.wording import clearing, conditional, denial, doubt, mending, narrower
from scripts.template.cloudformation import Resource

CALLER = "aws:PrincipalArn"
ROOT = f"arn:${{AWS::Partition}}:iam::{ACCOUNT}:root"
# O que se conhece de um pedido feito pelo SDK ou pela CLI de dentro da conta: sempre por TLS.
USUAL = {
    "aws:SecureTransport": "true", "aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT,
    "aws:RequestedRegion": "${AWS::Region}", "aws:PrincipalIsAWSService": "false", "aws:PrincipalType": "AssumedRole",
    "s3:ResourceAccount": ACCOUNT, "s3:TlsVersion": "1.2",
}


@dataclass(frozen=True)
class Request:
    """Um pedido: quem, que ação, em que ARN (com `*`, em todos os que ele cobre).

    `role` é o papel de quem pede; sem ele, quem pede é o serviço da AWS `service` ou, se o contexto diz o ARN, alguém de fora do template.
    """

    view: View
    action: str
    arn: str
    role: Resource | None = None
    service: str = ""
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """Por que um pedido passa ou não: a declaração que permite e o que nega, ou pode negar.

    `maybe` são as que talvez permitam, `unmet`, as que só a condição impede de permitir, e `beside` diz a que deixa noutros objetos.
    """

    request: Request
    allowed: Statement | None
    denied: tuple[Statement, ...]
    doubtful: tuple[Part, ...]
    maybe: tuple[Statement, ...] = ()
    unmet: tuple[Statement, ...] = ()
    beside: str = ""

    @property
    def granted(self) -> bool:
        return self.allowed is not None and not self.denied and not self.doubtful

    @property
    def barred(self) -> Statement | None:
        """A declaração que permitiria, não fosse a condição dela."""
        return next((part for part in (*self.unmet, *self.maybe)
                     if any(test.answer is not True for test in conditions_of(part, self.request)[1])), None)


def decide(request: Request, target: Resource | None) -> Decision:
    """Avalia as políticas do papel e as do recurso."""
    identity = of_role(request.view, request.role) if request.role else []
    key = target is not None and target.type == "AWS::KMS::Key"
    return _weigh(request, identity, of_resource(request.view, target) if target else [], only_delegated=key)


def decide_trust(request: Request, role: Resource) -> Decision:
    """Avalia só a política de confiança do papel, com o que o serviço diz de quem o fez agir."""
    asked = replace(request, context={**TELLING.get(request.service, {}), **request.context})
    return _weigh(asked, [], trust(request.view, role))


def decide_endpoint(request: Request, endpoint: Resource) -> Decision:
    """Avalia só a política de um endpoint de VPC, com o que o pedido que passa por ele leva."""
    request = replace(request, context={**request.context, **through(request.view, endpoint)})
    return _weigh(request, [], list(document(request.view, endpoint, "PolicyDocument")))


def through(view: View, endpoint: Resource) -> dict[str, str | None]:
    """O que um pedido que passa por este endpoint diz da rede de onde vem: a VPC e o endpoint, e não o endereço.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    vpc = view.spelled(view.value(endpoint, "VpcId"))
    return {"aws:SourceVpce": str(view.world.reference(endpoint.id)), "aws:SourceIp": None, **({"aws:SourceVpc": vpc} if vpc else {})}


def _weigh(request: Request, identity: list[Part], others: list[Part], only_delegated: bool = False) -> Decision:
    """Pesa as declarações; as do papel só contam numa chave do KMS se a política dela deixa."""
    parts = identity + others
    mine = {id(part) for part in identity}
    statements = [part for part in parts if isinstance(part, Statement)]
    answers = [(part, applies(part, request, identity=id(part) in mine)) for part in statements]
    delegated = not only_delegated or any(_delegates(part, request) for part, _ in answers)
    allowed = [part for part, answer in answers if part.allows and answer is True and (delegated or id(part) not in mine)]
    doubtful: list[Part] = [part for part in parts if isinstance(part, Obscure)]
    doubtful += [part for part, answer in answers if not part.allows and answer is None]
    denied = tuple(part for part, answer in answers if not part.allows and answer)
    maybe = tuple(part for part, answer in answers if part.allows and answer is None)
    unmet = () if allowed else tuple(part for part, answer in answers if part.allows and answer is False and part.condition and applies(
        replace(part, condition=None), request, identity=id(part) in mine))
    near = [] if allowed else [part for part in statements if part.allows and _action(part, request) is True and (
        id(part) in mine or _principal(part, request))]
    beside = narrower(near, request.view.spelled, request.arn)
    return Decision(request, allowed[0] if allowed else None, denied, tuple(doubtful), maybe, unmet, beside)


def applies(statement: Statement, request: Request, identity: bool) -> Answer:
    """A declaração vale para este pedido; as de um papel não têm `Principal`."""
    who = True if identity else _principal(statement, request)
    return every((who, _action(statement, request), _resource(statement, request),
                  holds(_spelled(request.view, statement.condition), _carried(request, statement.condition))))


def conditions_of(part: Part, request: Request) -> tuple[str, list[Tested]]:
    """A ação, e cada chave da condição da declaração com o que o pedido leva; nenhuma, se não há ou não se lê."""
    condition = _spelled(request.view, part.condition) if isinstance(part, Statement) else None
    return request.action, tested(condition, _carried(request, condition)) or []


def _carried(request: Request, condition: Any) -> dict[str, str | None]:
    view, role = request.view, request.role
    usual = view.once(("context", role.id), lambda: _usual(view, role)) if role else {}
    return {**untagged(request.action, condition), **usual, **request.context}


def _usual(view: View, role: Resource) -> dict[str, str | None]:
    arn = view.arn(role)
    usual = {key: view.spelled(value) or value for key, value in USUAL.items()}
    return {**usual, CALLER: arn} if arn else {}


def _caller(request: Request) -> str | None:
    """O ARN de quem pede: o do papel, ou o que o contexto diz."""
    return request.view.arn(request.role) if request.role else request.context.get(CALLER)


def _action(statement: Statement, request: Request) -> Answer:
    return _listed(statement.actions, statement.except_actions, lambda text: covers(text, request.action, True))


def _resource(statement: Statement, request: Request) -> Answer:
    if not statement.resources and not statement.except_resources:
        return request.arn == ""  # a política de confiança não nomeia recursos
    return _listed(statement.resources, statement.except_resources,
                   lambda text: covers(request.view.spelled(text) or "", request.arn))


def _listed(included: tuple[Placed, ...], excluded: tuple[Placed, ...], matches: Any) -> Answer:
    """Algum item da lista serve; de uma lista de exceções, nenhum serve."""
    items = included or excluded
    answer = some(matches(item.value) if isinstance(item.value, str) else None for item in items)
    return answer if included else negation(answer) if excluded else None


def _principal(statement: Statement, request: Request) -> Answer:
    return some(_excepted(statement, request, item.value) if kind == "Not" else _names(statement, request, kind, item.value)
                for kind, item in statement.principals)


def _excepted(statement: Statement, request: Request, value: Any) -> Answer:
    """`NotPrincipal` nega a todos, menos a quem nomeia; de um papel, também à sessão dele, que só pelo nome dela escapa.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    named = [request.view.spelled(one) for given in (value.values() if isinstance(value, dict) else [value])
             for one in (given if isinstance(given, list) else [given])]
    sure = [text for text in named if text and text != "*" and "${Parameters." not in text and ":assumed-role/" not in text]
    if statement.allows or len(sure) < len(named):
        return None
    if request.service and not request.role:
        return not any(service_name(text) == request.service for text in sure)
    return True if request.role else _caller(request) not in sure if _caller(request) else None


def service_name(text: Any) -> str:
    """O nome do serviço; `s3.${AWS::URLSuffix}` é, na partição `aws`, `s3.amazonaws.com`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    return text.replace("${AWS::URLSuffix}", "amazonaws.com") if isinstance(text, str) else ""


def _names(statement: Statement, request: Request, kind: str, value: Any) -> Answer:
    text = request.view.spelled(value)
    if text is None:
        return None
    if request.service:
        # Negar a todos nega também a um serviço; permitir a um serviço é nomeá-lo.
        return service_name(text) == request.service if kind == "Service" else text == "*" and not statement.allows
    role = _caller(request)
    if kind != "AWS" or role is None:
        return kind == "AWS" and text == "*"  # quem não se identifica só é todo mundo
    if text in _account(request.view):
        # Quem nomeia a conta nega a todos dela, mas só deixa as políticas deles permitirem.
        return not statement.allows
    return True if text in ("*", role) else None if "${Parameters." in text else False


def _account(view: View) -> tuple[str | None, str | None]:
    """A conta da pilha, como uma política a nomeia."""
    return view.spelled(ROOT), view.spelled(ACCOUNT)


def _delegates(statement: Statement, request: Request) -> bool:
    """A política da chave deixa as políticas da conta permitirem."""
    named = any(request.view.spelled(item.value) in _account(request.view) for _, item in statement.principals)
    return bool(named and statement.allows and _action(statement, request) and statement.condition is None)


def _spelled(view: View, condition: Any) -> Any:
    """A condição com cada ARN por extenso."""
    if isinstance(condition, dict):
        return {key: _spelled(view, item) for key, item in condition.items()}
    if isinstance(condition, list):
        return [_spelled(view, item) for item in condition]
    return view.spelled(condition) if isinstance(condition, str) else condition


def evidence(decision: Decision, near: tuple[str | int, ...], who: str, what: str, hint: str) -> Iterator[Evidence]:
    """As linhas da permissão, ou o que falta; `near` é onde ela deveria estar."""
    if decision.allowed:
        yield from lines(decision.allowed, decision.request)
    elif barred := decision.barred:
        yield Missing(barred.path, conditional(barred, *conditions_of(barred, decision.request), who, what),
                      mending(conditions_of(barred, decision.request)[1]))
    else:
        yield Missing(near, f"nada deixa {who} fazer `{decision.request.action}` em {what}{decision.beside}", hint)
    for statement in decision.denied:
        yield Missing(statement.path, denial(statement, *conditions_of(statement, decision.request), what), "tire a negação")
    for part in decision.doubtful:
        yield Missing(part.path, doubt(part, *(said := conditions_of(part, decision.request))), clearing(part, said[1]))


def lines(statement: Statement, request: Request) -> Iterator[Found]:
    """As linhas de uma declaração que permite o pedido; a de uma política da AWS, ou em texto, é a que a cita."""
    if statement.managed:
        yield Found(statement.path, f"{statement.managed} permite `{request.action}`")
        return
    yield from statement.links
    yield Found((*statement.path, "Effect"), "a declaração permite")
    for items, text, ignore, target in (
        (statement.actions, f"a ação `{request.action}`", True, request.action),
        (statement.resources, "neste recurso", False, request.arn),
    ):
        useful = [item for item in items if covers(request.view.spelled(item.value) or "", target, ignore)]
        yield from (Found(item.path, text) for item in useful[:1])
    for excluded, name in ((statement.except_actions, "NotAction"), (statement.except_resources, "NotResource")):
        if excluded:
            yield Found((*statement.path, name), "tudo, menos isto")
    for kind, item in statement.principals:
        if _names(statement, request, kind, item.value):
            yield Found(item.path, f"a quem se permite: {readable(item.value)}")

