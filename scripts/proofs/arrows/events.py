"""Regras de eventos: um serviço que aciona outro."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.names import arn_of, canonical, designated
from scripts.proofs.facts.reading import place, places
from scripts.proofs.identity.policies import written_keys
from scripts.proofs.identity.wildcards import covers
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown

BUCKET = "AWS::S3::Bucket"
FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
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
    assert case.tail and case.head
    yield from _notification(case, case.tail, case.head)
    yield from _invoke_permission(case.resolution, case.tail, case.head)


def _notification(case: Case, bucket: Resource, function: Resource) -> Iterator[Evidence]:
    values = case.resolution
    wanted = case.edge.action or CREATED
    other = None
    for entry in places(values, bucket, "NotificationConfiguration", "LambdaConfigurations"):
        keys = written_keys(entry.path)
        named, event = (place(values, bucket, *keys, name) for name in ("Function", "Event"))
        if named is None or event is None or canonical(values, named.value) != arn_of(values, function):
            continue
        if isinstance(event.value, str) and event.value.startswith("s3:") and covers(event.value, wanted):
            yield Found(named.path, "o bucket notifica a função")
            yield Found(event.path, f"a cada evento `{event.value}`")
            if _unreadable(values, bucket, keys):
                yield Missing(entry.path, f"o filtro da notificação de `{bucket.id}` não se conhece", "escreva-o por extenso")
            return
        other = event
    if other:
        said = "um evento desconhecido" if isinstance(other.value, Unknown) else f"`{other.value}`"
        yield Missing(other.path, f"a notificação de `{bucket.id}` é de {said}, e a seta pede `{wanted}`",
                      f"escreva `Event: {wanted}`, ou diga o evento na seta com `acao`")
        return
    yield Missing(at(bucket, "NotificationConfiguration"), f"o bucket `{bucket.id}` não notifica `{function.id}`",
                  f"acrescente um item a `LambdaConfigurations` com `Function: !GetAtt {function.id}.Arn`")


def _unreadable(values: Resolution, bucket: Resource, keys: tuple[str | int, ...]) -> bool:
    """Um filtro que não é só um começo e um fim de chave conhecidos pode não deixar nada passar."""
    if place(values, bucket, *keys, "Filter") is None:
        return False
    rules = [item.value for item in places(values, bucket, *keys, "Filter", "S3Key", "Rules")]
    names = [str(item.get("Name")).lower() if isinstance(item, dict) else "" for item in rules]
    written = all(isinstance(item, dict) and isinstance(item.get("Value"), str) for item in rules)
    return not rules or not written or len(set(names)) != len(names) or not set(names) <= {"prefix", "suffix"}


def _invoke_permission(values: Resolution, bucket: Resource, function: Resource) -> Iterator[Evidence]:
    candidates = [list(_permission(values, permission, bucket)) for permission in values.of_type(PERMISSION)
                  if designated(values, values.property(permission, "FunctionName"), FUNCTION, by_name=True) == function
                  and canonical(values, values.property(permission, "SourceArn")) == arn_of(values, bucket)]
    complete = [found for found in candidates if not any(isinstance(piece, Missing) for piece in found)]
    if candidates:
        yield from (complete or candidates)[0]
        return
    yield Missing(at(function), f"nenhuma permissão deixa `{bucket.id}` invocar `{function.id}`",
                  "acrescente um `AWS::Lambda::Permission` com `SourceArn` e `SourceAccount`")


def _permission(values: Resolution, permission: Resource, bucket: Resource) -> Iterator[Evidence]:
    yield Found(at(permission, "FunctionName"), "a permissão é desta função")
    yield Found(at(permission, "SourceArn"), "só este bucket a invoca")
    for name, value in EXPECTED.items():
        if values.property(permission, name) == value:
            yield Found(at(permission, name), f"`{name}` é `{value}`")
        else:
            yield Missing(at(permission, name), f"`{name}` de `{permission.id}` não é `{value}`", "corrija o valor")
    for name in ELSEWHERE:
        if name in permission.properties:
            yield Missing(at(permission, name), f"`{name}` de `{permission.id}` é de outro uso", "tire-o")
    yield from _created_before(values, permission, bucket)


def _created_before(values: Resolution, permission: Resource, bucket: Resource) -> Iterator[Evidence]:
    if permission.id in bucket.depends_on:
        listed = isinstance(bucket.body.get("DependsOn"), list)
        index = (bucket.body["DependsOn"].index(permission.id),) if listed else ()
        yield Found(("Resources", bucket.id, "DependsOn", *index), "a permissão existe antes da notificação")
    elif permission.id not in _needed(values, bucket):
        yield Missing(("Resources", bucket.id, "DependsOn"), f"`{bucket.id}` pode ser criado antes de `{permission.id}`",
                      f"acrescente `DependsOn: {permission.id}` ao bucket")


def _needed(values: Resolution, resource: Resource) -> set[str]:
    """Os recursos de que este depende, direta ou indiretamente."""
    known = values.template.resources
    found: set[str] = set()
    pending = [resource]
    while pending:
        news = (pending.pop().references & known.keys()) - found
        found |= news
        pending += [known[name] for name in news]
    return found
