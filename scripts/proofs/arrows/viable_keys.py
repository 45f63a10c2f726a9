"""Chaves do KMS: o que cifra o que se guarda, uma função, uma máquina de estados ou um disco precisa servir, e se deixar usar."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import kind_of
from scripts.aws.senders import LAUNCHER
from scripts.aws.types import (
    BUCKET, DATABASE, DB_CLUSTER, FILE_SYSTEM, FUNCTION, INSTANCE, KMS_KEY, LAUNCH_TEMPLATE, QUEUE, REPOSITORY, SCALING_GROUP, STATE_MACHINE,
    STREAM, TABLE, TOPIC, VOLUME,
)
from scripts.proofs.arrows.viable import judge, viable
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import ACCOUNT, ROOT, Decision, Request, decide
from scripts.proofs.identity.keys import key_of, lets, of_aws
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Key, Resource

USES = ("kms:Decrypt", "kms:GenerateDataKey")
GRANTED = ("kms:CreateGrant", "kms:DescribeKey")
"""O que quem cria um banco, um sistema de arquivos ou um repositório faz com a chave: a concessão é do serviço."""
ON_DISKS = (*GRANTED, "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo")
"""O que quem cria um disco faz com a chave dele: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"""
STORED: dict[str, tuple[tuple[Key, ...], str, str, str, tuple[str, ...]]] = {
    VOLUME: (("KmsKeyId",), "Encrypted", "ebs", "ec2", ON_DISKS),
    DATABASE: (("KmsKeyId",), "StorageEncrypted", "rds", "rds", GRANTED),
    DB_CLUSTER: (("KmsKeyId",), "StorageEncrypted", "rds", "rds", GRANTED),
    FILE_SYSTEM: (("KmsKeyId",), "Encrypted", "elasticfilesystem", "elasticfilesystem", GRANTED),
    REPOSITORY: (("EncryptionConfiguration", "KmsKey"), "", "ecr", "ecr", GRANTED),
}
"""De cada tipo, onde ele diz a chave, o que a liga, o apelido da que a AWS cria, o serviço, e o que quem o cria faz com ela.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""
DISKS = {INSTANCE: ("BlockDeviceMappings",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "BlockDeviceMappings")}


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
    key = key_of(view, written)
    if written and key is None and not of_aws(written):
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
    key = key_of(view, written)
    role = principal_of(view, resource).role if written else None
    if written and (key is None or role is None or viable(view, key)):
        yield None
    elif key and role:
        yield from (decide(Request(view, action, view.arn(key) or "", role), key) for action in actions)


def _refused(resource: Resource, written: Placed | None, hint: str) -> Missing:
    return Missing(written.path if written else at(resource), f"a chave que cifra `{resource.id}` não se deixa usar por ele", hint)


def _stored(view: View, resource: Resource) -> Iterator[Missing]:
    """A chave do que se guarda deixa criá-lo: quem implanta usa as políticas da conta, e o serviço, a concessão que ele cria."""
    keys, switch, alias, service, actions = STORED[resource.type]
    written = view.at(resource, *keys)
    if written and switch and not true(view.value(resource, switch)):
        yield Missing(written.path, f"`{resource.id}` diz a chave, e não cifra: a AWS o recusa", f"use `{switch}: true`")
    yield from _creatable(view, resource, written, alias, service, actions) if written else ()


for _type in STORED:
    judge(_type)(_stored)


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _disks(view: View, owner: Resource) -> Iterator[Missing]:
    for disk, written in _disk_keys(view, owner):
        switch = view.inside(disk, "Ebs", "Encrypted")
        if not (switch and true(switch.value)):
            yield Missing(written.path, f"um disco de `{owner.id}` diz a chave, e não cifra: o EC2 o recusa", "use `Encrypted: true`")
        yield from _creatable(view, owner, written, "ebs", "ec2", ON_DISKS)


@judge(SCALING_GROUP)
def _launched(view: View, group: Resource) -> Iterator[Missing]:
    """Quem lança as instâncias é o papel do Auto Scaling, que as políticas da conta não alcançam: a da chave o nomeia.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    model = model_of(network_of(view), group)
    for _, written in _disk_keys(view, model) if model and model.type in DISKS else ():
        key = key_of(view, written)
        if key and not lets(view, key, (LAUNCHER,), ON_DISKS, "ec2"):
            yield Missing(written.path, f"a chave dos discos de `{group.id}` não deixa o papel do Auto Scaling usá-la, e nenhuma instância nasce",
                          f"permita na política de `{key.id}`, a `AWSServiceRoleForAutoScaling`, usá-la e criar concessões")


def _disk_keys(view: View, owner: Resource) -> list[tuple[Placed, Placed]]:
    """Os discos que dizem com que chave se cifram."""
    return [(disk, written) for disk in view.items(owner, *DISKS[owner.type]) if (written := view.inside(disk, "Ebs", "KmsKeyId"))]


def _creatable(view: View, resource: Resource, written: Placed, alias: str, service: str, actions: tuple[str, ...]) -> Iterator[Missing]:
    key = key_of(view, written)
    if of_aws(written):
        if not str(written.value).endswith(f"alias/aws/{alias}"):
            yield Missing(written.path, f"a chave que a AWS cria para outro serviço não cifra `{resource.id}`", f"use `alias/aws/{alias}`")
    elif key is None:
        yield stranger(resource, written)
    else:
        yield from viable(view, key)
        if not lets(view, key, (ROOT, ACCOUNT), actions, service):
            yield Missing(written.path, f"a política de `{key.id}` não deixa a conta cifrar `{resource.id}` com ela",
                          f"permita `kms:*` a `{ROOT}` na política da chave")
