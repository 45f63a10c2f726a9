"""O que some, e o que fica e continua sendo cobrado, depois que a pilha é removida: tirado das políticas de remoção do template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.types import BUCKET, DATABASE, INSTANCE, LAUNCH_TEMPLATE, SNAPSHOT_POLICY, TABLE, VOLUME
from scripts.template.cloudformation import Resource, Template

GONE, SNAPSHOT, WHOLE = "some", "deixa um snapshot", "fica inteiro"
RETAINED = ("Retain", "RetainExceptOnCreate")
"""O segundo só apaga o que nasceu numa criação que falhou: ao remover a pilha, o recurso fica."""
CLUSTER = "AWS::RDS::DBCluster"
NAMES = {BUCKET: "o bucket `{}`, com os objetos", TABLE: "a tabela `{}`, com as linhas", DATABASE: "o banco `{}`", VOLUME: "o volume `{}`"}
DISKS = {INSTANCE: (), LAUNCH_TEMPLATE: ("LaunchTemplateData",)}
"""De que tipos os discos nascem com a instância, e onde eles os dizem."""


class Left(NamedTuple):
    """Uma coisa que fica: o recurso que a deixa e o que ela é, em poucas palavras."""

    resource: str
    what: str
    snapshot: bool


def left(template: Template) -> Iterator[Left]:
    """O que fica, na ordem do template."""
    for resource in template.resources.values():
        end = fate(resource)
        if end == SNAPSHOT:
            yield Left(resource.id, f"um snapshot {_of(resource)}", True)
        elif end == WHOLE:
            yield Left(resource.id, NAMES.get(resource.type, "`{}`, com o que há nele").format(resource.id), False)
        if resource.type == SNAPSHOT_POLICY:
            yield Left(resource.id, "os snapshots que a política tirou", True)
        if disks_stay(resource):
            yield Left(resource.id, f"um disco de `{resource.id}`", False)


def fate(resource: Resource) -> str:
    """O que é do recurso quando a pilha é removida: `GONE`, `SNAPSHOT` ou `WHOLE`."""
    policy = resource.body.get("DeletionPolicy") or _default(resource)
    return SNAPSHOT if policy == "Snapshot" else WHOLE if policy in RETAINED else GONE


def disks_stay(resource: Resource) -> bool:
    """Algum disco com que a instância nasce não some com ela: `DeleteOnTermination: false`."""
    body = resource.properties
    for key in DISKS.get(resource.type, ("",)):
        body = body.get(key) if isinstance(body.get(key), dict) else {}
    listed = body.get("BlockDeviceMappings") if resource.type in DISKS else None
    disks = [each.get("Ebs") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return any(isinstance(disk, dict) and str(disk.get("DeleteOnTermination")).lower() == "false" for disk in disks)


def _default(resource: Resource) -> str:
    """O que vale sem `DeletionPolicy`: um banco que não é de um cluster, e o cluster, deixam snapshot."""
    return "Snapshot" if resource.type == CLUSTER or resource.type == DATABASE and "DBClusterIdentifier" not in resource.properties else "Delete"


def _of(resource: Resource) -> str:
    return {DATABASE: "do banco", CLUSTER: "do banco", VOLUME: "do volume"}.get(resource.type, f"de `{resource.id}`")
