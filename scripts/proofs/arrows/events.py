"""Regras de eventos: um serviço que aciona outro."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.kinds import ARN
from scripts.aws.types import BUCKET, FUNCTION, LAMBDA_PERMISSION
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

CREATED = "s3:ObjectCreated:*"
EXPECTED = {
    "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceAccount": "${AWS::AccountId}",
}
ELSEWHERE = ("FunctionUrlAuthType", "EventSourceToken", "PrincipalOrgID")
"""Propriedades que restringem a permissão a outro uso."""


@rule(BUCKET, FUNCTION)
def bucket_triggers_function(case: Case) -> Iterator[Evidence]:
    """Um bucket S3 aciona uma função Lambda.

    O S3 só entrega o evento se o bucket tem a notificação e se a política da função deixa
    aquele bucket, daquela conta, invocá-la. A permissão precisa existir antes: sem ela o S3
    recusa a notificação, e a pilha não se cria.

    - a notificação do bucket cita a função e o evento: toda criação de objeto, ou o que a seta
      diz em `acao`;
    - uma permissão `lambda:InvokeFunction` para `s3.amazonaws.com` nessa função;
    - `SourceArn` igual ao ARN do bucket e `SourceAccount` igual à conta;
    - o bucket criado depois da permissão.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    yield from _notification(case, case.tail, case.head)
    yield from _invoke_permission(case.view, case.tail, case.head, _notified(case.view, case.tail, case.head))


def _notification(case: Case, bucket: Resource, function: Resource) -> Iterator[Evidence]:
    view = case.view
    wanted = case.edge.action or CREATED
    other = None
    for entry in view.items(bucket, "NotificationConfiguration", "LambdaConfigurations"):
        named, event = (view.inside(entry, name) for name in ("Function", "Event"))
        called = callee(view, named, by=(ARN,)) if named else None
        if named is None or event is None or called is None or called.function != function:
            continue
        if isinstance(event.value, str) and event.value.startswith("s3:") and covers(event.value, wanted):
            yield Found(named.path, "o bucket notifica a função")
            yield from called.lines
            yield Found(event.path, f"a cada evento `{event.value}`")
            yield from _filtered(view, bucket, entry)
            return
        other = event
    if other:
        said = "um evento desconhecido" if isinstance(other.value, Unknown) else f"`{other.value}`"
        yield Missing(other.path, f"a notificação de `{bucket.id}` é de {said}, e a seta pede `{wanted}`",
                      f"escreva `Event: {wanted}`, ou diga o evento na seta com `acao`")
        return
    yield Missing(at(bucket, "NotificationConfiguration"), f"o bucket `{bucket.id}` não notifica `{function.id}`",
                  f"acrescente um item a `LambdaConfigurations` com `Function: !GetAtt {function.id}.Arn`")


def _notified(view: View, bucket: Resource, function: Resource) -> set[str]:
    """Os nomes de versão por que o bucket chama a função."""
    called = [callee(view, view.inside(entry, "Function"), by=(ARN,))
              for entry in view.items(bucket, "NotificationConfiguration", "LambdaConfigurations")]
    return {found.qualifier for found in called if found and found.function == function} or {""}


ENDS = {"prefix": "que começam por", "suffix": "que acabam em"}


def _filtered(view: View, bucket: Resource, entry: Placed) -> Iterator[Evidence]:
    """As chaves que o filtro deixa passar; um que não é só um começo e um fim conhecidos pode não deixar nenhuma."""
    if view.inside(entry, "Filter") is None:
        return
    rules = [(view.inside(item, "Name"), view.inside(item, "Value")) for item in view.items_inside(entry, "Filter", "S3Key", "Rules")]
    names = [str(name.value).lower() if name else "" for name, _ in rules]
    written = all(value and isinstance(value.value, str) for _, value in rules)
    if not rules or not written or len(set(names)) != len(names) or not set(names) <= set(ENDS):
        yield Missing(entry.path, f"o filtro da notificação de `{bucket.id}` não se conhece", "escreva-o por extenso")
        return
    for name, value in zip(names, (value for _, value in rules if value)):
        yield Found(value.path, f"só para as chaves {ENDS[name]} `{value.value}`")


def _invoke_permission(view: View, bucket: Resource, function: Resource, qualifiers: set[str]) -> Iterator[Evidence]:
    candidates = [permission for permission in view.of_type(LAMBDA_PERMISSION)
                  if (called := callee(view, view.at(permission, "FunctionName"))) and called.function == function
                  and called.qualifier in qualifiers and view.spelled(view.value(permission, "SourceArn")) == view.arn(bucket)]
    if candidates:
        yield from view.complete(_permission(view, permission, bucket) for permission in candidates)
        return
    yield Missing(at(function), f"nenhuma permissão deixa `{bucket.id}` invocar `{function.id}`",
                  "acrescente um `AWS::Lambda::Permission` com `SourceArn` e `SourceAccount`")


def _permission(view: View, permission: Resource, bucket: Resource) -> Iterator[Evidence]:
    yield Found(at(permission, "FunctionName"), "a permissão é desta função")
    yield Found(at(permission, "SourceArn"), "só este bucket a invoca")
    for name, value in EXPECTED.items():
        yield from expect(view, permission, name, value, f"`{name}` é `{value}`", f"`{name}` de `{permission.id}` não é `{value}`",
                          "corrija o valor")
    for name in ELSEWHERE:
        if view.at(permission, name) is not None:
            yield Missing(at(permission, name), f"`{name}` de `{permission.id}` é de outro uso", "tire-o")
    yield from _created_before(view, permission, bucket)


def _created_before(view: View, permission: Resource, bucket: Resource) -> Iterator[Evidence]:
    if permission.id in bucket.depends_on:
        listed = isinstance(bucket.body.get("DependsOn"), list)
        index = (bucket.body["DependsOn"].index(permission.id),) if listed else ()
        yield Found(("Resources", bucket.id, "DependsOn", *index), "a permissão existe antes da notificação")
    elif permission.id not in _needed(view, bucket):
        yield Missing(("Resources", bucket.id, "DependsOn"), f"`{bucket.id}` pode ser criado antes de `{permission.id}`",
                      f"acrescente `DependsOn: {permission.id}` ao bucket")


def _needed(view: View, resource: Resource) -> set[str]:
    """Os recursos de que este depende, direta ou indiretamente."""
    known = view.template.resources
    found: set[str] = set()
    pending = [resource]
    while pending:
        news = (pending.pop().references & known.keys()) - found
        found |= news
        pending += [known[name] for name in news]
    return found
