"""Chaves do KMS: o que cifra o que se guarda, uma função, uma máquina de estados ou um segredo precisa servir, e se deixar usar."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.kinds import ARN, ID, kind_of
from scripts.aws.types import BUCKET, FUNCTION, KMS_KEY, QUEUE, STATE_MACHINE, STREAM, TABLE, TOPIC
from scripts.proofs.arrows.viable import judge, viable
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Decision, Request, decide
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource

USES = ("kms:Decrypt", "kms:GenerateDataKey")


@judge(KMS_KEY)
def _key(view: View, key: Resource) -> Iterator[Missing]:
    """https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html"""
    if false(view.value(key, "Enabled")):
        yield Missing(at(key, "Enabled"), f"`{key.id}` está desligada: nada se cifra nem se decifra com ela", "tire `Enabled`")
    usage, spec = view.value(key, "KeyUsage"), view.value(key, "KeySpec")
    if usage not in (None, "ENCRYPT_DECRYPT") or spec not in (None, "SYMMETRIC_DEFAULT"):
        yield Missing(at(key, "KeyUsage"), f"`{key.id}` não é uma chave simétrica de cifrar", "tire `KeyUsage` e `KeySpec`")


def _kept(view: View, resource: Resource) -> Iterator[Missing]:
    """A chave do que se guarda é a que a AWS mantém, ou uma do template que serve; quem grava e quem lê com ela, a regra da seta diz.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    service = kind_of(resource.type).service
    written = view.at(resource, *service.key) if service else None
    key = view.points(written, KMS_KEY, by=(ID, ARN)) if written else None
    if written and key is None and not str(written.value).startswith("alias/aws/"):
        yield stranger(resource, written)
    yield from viable(view, key) if key else ()


for _type in (BUCKET, QUEUE, STREAM, TABLE, TOPIC):
    judge(_type)(_kept)


def stranger(resource: Resource, written: Placed) -> Missing:
    """O defeito de uma chave que não é do template."""
    return Missing(written.path, f"não se conhece a chave que cifra `{resource.id}`", "cite uma `AWS::KMS::Key` do template")


@judge(FUNCTION)
def _variables(view: View, function: Resource) -> Iterator[Missing]:
    """A Lambda usa a chave das variáveis por uma concessão que cria para o papel: só uma negação a impede.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    written = view.at(function, "KmsKeyArn")
    for decision in _uses(view, function, written, ("kms:Decrypt",)):
        if decision is None or decision.denied or decision.doubtful:
            yield _refused(function, written, "tire a negação, ou use uma `AWS::KMS::Key` do template")


@judge(STATE_MACHINE)
def _definition(view: View, machine: Resource) -> Iterator[Missing]:
    """O papel da execução usa a chave: https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html"""
    kind, written = (view.at(machine, "EncryptionConfiguration", name) for name in ("Type", "KmsKeyId"))
    if kind and kind.value == "AWS_OWNED_KEY":
        return
    for decision in _uses(view, machine, written, USES):
        if decision is None or not decision.granted:
            yield _refused(machine, written, f"permita {' e '.join(f'`{use}`' for use in USES)} ao papel, numa `AWS::KMS::Key` do template")


def _uses(view: View, resource: Resource, written: Placed | None, actions: tuple[str, ...]) -> Iterator[Decision | None]:
    """O que se decide de cada uso da chave pelo papel do recurso; `None` quando não se conhece uma, ou ela não serve."""
    key = view.points(written, KMS_KEY, by=(ID, ARN)) if written else None
    role = principal_of(view, resource).role if written else None
    if written and (key is None or role is None or viable(view, key)):
        yield None
    elif key and role:
        yield from (decide(Request(view, action, view.arn(key) or "", role), key) for action in actions)


def _refused(resource: Resource, written: Placed | None, hint: str) -> Missing:
    return Missing(written.path if written else at(resource), f"a chave que cifra `{resource.id}` não se deixa usar por ele", hint)
