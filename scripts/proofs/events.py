"""Regras de eventos: um serviço que aciona outro."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.rules import Case, Evidence, Found, Missing, at, rule
from scripts.resolution import Unknown
from scripts.template import Resource

BUCKET = "AWS::S3::Bucket"
FUNCTION = "AWS::Lambda::Function"


@rule(BUCKET, FUNCTION)
def bucket_triggers_function(case: Case) -> Iterator[Evidence]:
    """Um bucket S3 aciona uma função Lambda.

    O S3 só entrega o evento se o bucket tem a notificação e se a política da função deixa
    aquele bucket, daquela conta, invocá-la.

    - a notificação do bucket cita a função e um evento;
    - uma permissão `lambda:InvokeFunction` para `s3.amazonaws.com` nessa função;
    - `SourceArn` igual ao ARN do bucket e `SourceAccount` igual à conta.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    assert case.tail and case.head
    yield from _notification(case, case.tail, case.head)
    yield from _invoke_permission(case, case.tail, case.head)


def _notification(case: Case, bucket: Resource, function: Resource) -> Iterator[Evidence]:
    values = case.resolution
    where = ("NotificationConfiguration", "LambdaConfigurations")
    for index, entry in enumerate(values.items(bucket, *where)):
        if isinstance(entry, dict) and values.resource(entry.get("Function")) == function:
            yield Found(at(bucket, *where, index, "Function"), "o bucket notifica a função")
            yield Found(at(bucket, *where, index, "Event"), f"a cada evento `{entry.get('Event')}`")
            if entry.get("Filter"):
                yield Found(at(bucket, *where, index, "Filter"), "só para as chaves deste filtro")
            return
    yield Missing(
        at(bucket, "NotificationConfiguration"),
        f"o bucket `{bucket.id}` não notifica `{function.id}`",
        f"acrescente um item a `LambdaConfigurations` com `Function: !GetAtt {function.id}.Arn`",
    )


def _invoke_permission(case: Case, bucket: Resource, function: Resource) -> Iterator[Evidence]:
    values = case.resolution
    arn = values.value({"Fn::GetAtt": [bucket.id, "Arn"]})
    for permission in values.of_type("AWS::Lambda::Permission"):
        named = values.property(permission, "FunctionName")
        source = values.property(permission, "SourceArn")
        if values.resource(named) != function or isinstance(source, Unknown) or source != arn:
            continue
        expected = {
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "SourceAccount": "${AWS::AccountId}",
        }
        yield Found(at(permission, "FunctionName"), "a permissão é desta função")
        yield Found(at(permission, "SourceArn"), "só este bucket a invoca")
        for name, value in expected.items():
            if values.property(permission, name) == value:
                yield Found(at(permission, name), f"`{name}` é `{value}`")
            else:
                yield Missing(at(permission, name), f"`{name}` de `{permission.id}` não é `{value}`", "corrija o valor")
        return
    yield Missing(
        at(function),
        f"nenhuma permissão deixa `{bucket.id}` invocar `{function.id}`",
        "acrescente um `AWS::Lambda::Permission` com `SourceArn` e `SourceAccount`",
    )
