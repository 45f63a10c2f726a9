"""Laços: o que uma função grava não a aciona de novo."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.arns import arn_of, canonical
from scripts.proofs.claims.kinds import BUCKET, FUNCTION
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.policies import Obscure, Statement, of_resource, of_role
from scripts.proofs.principals import principal_of
from scripts.proofs.rules import Evidence, Found, Missing, at
from scripts.proofs.services import Watched, watched
from scripts.proofs.wildcards import covers
from scripts.resolution import Resolution
from scripts.template import Resource

PUT = "s3:PutObject"
STACK = {"${AWS::Partition}": "aws", "${AWS::AccountId}": "111122223333", "${AWS::Region}": "sa-east-1"}


@claim("sem-laco")
def no_loop(scene: Scene) -> Iterator[Evidence]:
    """O resultado não aciona a função de novo.

    Uma função que grava onde a notificação olha chama a si mesma sem parar, e a conta cresce
    até alguém perceber. Aqui o papel dela nem tem a permissão de gravar lá.

    - a função é acionada pela notificação de um bucket;
    - nenhuma declaração do papel dela permite, nem talvez permita, `s3:PutObject` numa chave que a
      notificação pega.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    values = scene.values
    for bucket in values.of_type(BUCKET):
        for function in values.of_type(FUNCTION):
            for seen in watched(values, bucket, function):
                yield Found(at(bucket, "NotificationConfiguration"), f"`{bucket.id}` aciona `{function.id}`")
                yield from _unable(values, bucket, function, seen)


def _unable(values: Resolution, bucket: Resource, function: Resource, seen: Watched) -> Iterator[Evidence]:
    """O que a notificação pega, o papel não grava."""
    role = principal_of(values, function).role
    if role is None or seen.prefix is None or seen.suffix is None:
        yield Missing(at(function), f"não se sabe onde `{function.id}` pode gravar, ou o que a aciona",
                      "dê-lhe um papel deste template, e escreva o filtro por extenso")
        return
    yield Found(at(function, "Role"), f"`{function.id}` age com o papel `{role.id}`")
    caught = _concrete(f"{arn_of(values, bucket)}/{seen.prefix}*{seen.suffix}")
    for part in (*of_role(values, role), *of_resource(values, bucket)):
        if isinstance(part, Obscure) or part.allows and _writes(values, part, caught):
            yield Missing(part.path, f"`{function.id}` pode gravar em `{bucket.id}` o que a aciona de novo",
                          "grave noutro bucket, ou noutro prefixo, e limite a isso a permissão")


def _writes(values: Resolution, statement: Statement, caught: str) -> bool:
    """A declaração deixa, ou talvez deixe, gravar alguma das chaves."""
    actions = [covers(str(item.value), PUT, True) is not False for item in statement.actions]
    keys = [covers(_concrete(canonical(values, item.value) or "*"), caught) is not False for item in statement.resources]
    return (any(actions) or bool(statement.except_actions)) and (any(keys) or bool(statement.except_resources))


def _concrete(arn: str) -> str:
    """O ARN numa conta e região quaisquer: as mesmas dos dois lados, não podem explicar uma diferença."""
    for symbol, value in STACK.items():
        arn = arn.replace(symbol, value)
    return arn
