"""O que um serviço precisa para entregar a outro: a permissão da função, a política do destino, ou um papel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from scripts.aws.types import LAMBDA_PERMISSION
from scripts.proofs.arrows.access import key_used
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.order import awaited
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import ACCOUNT, Request, applies, decide, evidence, service_name
from scripts.proofs.identity.policies import Statement, of_resource
from scripts.template.cloudformation import Resource

ELSEWHERE = ("FunctionUrlAuthType", "EventSourceToken", "PrincipalOrgID")
"""Propriedades que restringem a permissão a outro uso."""
STRANGER = "arn:${AWS::Partition}:s3:::outro"
"""Uma origem que o destino não deve aceitar."""


def invoked(view: View, function: Resource, qualifiers: set[str], service: str, source: Callable[[str], bool], who: str,
            before: Resource | None = None, **more: str) -> Iterator[Evidence]:
    """Uma permissão deixa o serviço chamar a função por um destes nomes de versão, e só vindo desta origem.

    `source` diz se um `SourceArn` é o da origem, `who` a nomeia, e `more` é o que mais a permissão tem de dizer; `before` é quem só
    se pode criar depois dela.
    """
    asked = {"Action": "lambda:InvokeFunction", "Principal": service, **more}
    ways = [_permission(view, permission, asked, who, before) for permission in view.of_type(LAMBDA_PERMISSION)
            if (called := callee(view, view.at(permission, "FunctionName"))) and called.function == function
            and called.qualifier in qualifiers and source(view.spelled(view.value(permission, "SourceArn")) or "")]
    if ways:
        yield from view.complete(ways)
        return
    for permission in view.of_type(LAMBDA_PERMISSION):  # a que nomeia outra origem
        said, called = view.at(permission, "SourceArn"), callee(view, view.at(permission, "FunctionName"))
        if said and called and called.function == function and service_name(view.value(permission, "Principal")) == service:
            told = view.spelled(said.value) or ""
            need = (f"nenhuma permissão deixa `{who}` invocar `{function.id}`: a de `{permission.id}` é de "
                    f"{f'`{told}`' if told else 'um ARN que não se lê'}")
            tail = next((end for end in ("/*", "*") if told.endswith(end) and source(told.removesuffix(end))), "")
            yield Missing(said.path, need, f"tire `{tail}` do fim de `SourceArn`" if tail else
                          f"escreva em `SourceArn` o ARN de `{who}`, ou acrescente outra permissão")
            return
    yield Missing(at(function), f"nenhuma permissão deixa `{who}` invocar `{function.id}`",
                  f"acrescente um `{LAMBDA_PERMISSION}` com `SourceArn`{' e `SourceAccount`' if 'SourceAccount' in more else ''}")


def _permission(view: View, permission: Resource, asked: Mapping[str, str], who: str, before: Resource | None) -> Iterator[Evidence]:
    yield Found(at(permission, "FunctionName"), "a permissão é desta função")
    yield Found(at(permission, "SourceArn"), f"só `{who}` a invoca")
    for name, value in asked.items():
        yield from expect(view, permission, name, lambda said, value=value: service_name(said) == value or said == value,
                          f"`{name}` é `{value}`", f"`{name}` de `{permission.id}` não é `{value}`", "corrija o valor")
    account = view.at(permission, "SourceAccount")
    if account and "SourceAccount" not in asked and account.value != ACCOUNT:
        yield Missing(account.path, f"`SourceAccount` de `{permission.id}` é outra conta", "tire-o, ou use `!Ref AWS::AccountId`")
    for name in ELSEWHERE:
        if view.at(permission, name) is not None:
            yield Missing(at(permission, name), f"`{name}` de `{permission.id}` é de outro uso", "tire-o")
    yield from created_before(view, permission, before) if before else ()


def created_before(view: View, permission: Resource, bucket: Resource) -> Iterator[Evidence]:
    """O bucket nasce depois da permissão: sem ela, o S3 recusa a notificação, e a pilha não se cria."""
    line = bucket.dependency(permission.id)
    if line:
        yield Found(line, "a permissão existe antes da notificação")
    elif permission.id not in awaited(view, bucket):
        yield Missing(("Resources", bucket.id, "DependsOn"), f"`{bucket.id}` pode ser criado antes de `{permission.id}`",
                      f"acrescente `DependsOn: {permission.id}` ao bucket")


def admitted(
    view: View, source: Resource, target: Resource, action: str, service: str, before: Resource | None = None
) -> Iterator[Evidence]:
    """A política do destino deixa o serviço entregar, e só o que vem desta origem; a chave dele, se tem uma, também."""
    own = _asked(view, target, action, service, view.arn(source) or "", ACCOUNT)
    decision = decide(own, target)
    yield from evidence(decision, at(target), f"`{source.id}`", f"`{target.id}`",
                        f"permita `{action}` a `Service: {service}` na política dele, com `aws:SourceArn` igual ao ARN de `{source.id}`")
    yield from key_used(own, target, at(target), f"`{source.id}`")
    key = view.at(target, "KmsMasterKeyId")
    if key and str(key.value).startswith("alias/aws/"):
        yield Missing(key.path, f"a chave que a AWS mantém não deixa `{source.id}` mandar a `{target.id}`",
                      "use `SqsManagedSseEnabled` numa fila, ou uma chave do template")
    if decision.allowed is None:
        return
    yield from created_before(view, decision.allowed.owner, before) if before else ()
    stranger = _asked(view, target, action, service, STRANGER, "111122223333")
    open_ = [part for part in of_resource(view, target)
             if isinstance(part, Statement) and part.allows and applies(part, stranger, identity=False)]
    if open_:
        yield Missing(open_[0].path, f"qualquer um, de qualquer conta, faria `{action}` em `{target.id}` por `{service}`",
                      f"acrescente `Condition` com `aws:SourceArn` igual ao ARN de `{source.id}`")
    else:
        yield Found((*decision.allowed.path, "Condition"), f"só o que vem de `{source.id}`, ou desta conta")


def _asked(view: View, target: Resource, action: str, service: str, arn: str, account: str) -> Request:
    context = {"aws:SourceArn": arn, "aws:SourceAccount": account, "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true"}
    return Request(view, action, view.arn(target) or "", service=service, context=context)


def granted(view: View, role: Resource, action: str, arn: str, target: Resource) -> Iterator[Evidence]:
    """O papel pode fazer a ação no destino, e usar a chave dele."""
    decision = decide(Request(view, action, arn, role), target)
    yield from evidence(decision, at(role), f"`{role.id}`", f"`{target.id}`", f"acrescente às políticas dele uma declaração com `{action}`")
    yield from key_used(decision.request, target, at(role), f"`{role.id}`")


def fifo(view: View, resource: Resource) -> bool:
    """A fila, ou o tópico, é FIFO; o que não se conhece conta como tal."""
    said = view.at(resource, "FifoQueue") or view.at(resource, "FifoTopic")
    return said is not None and str(said.value).lower() != "false"
