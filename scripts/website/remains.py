"""O que fica, e continua sendo cobrado, depois que a pilha é removida: tirado das políticas de remoção do template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.aws.types import BUCKET, DATABASE, SNAPSHOT_POLICY, TABLE, VOLUME
from scripts.template.cloudformation import Resource, Template

SNAPSHOT = "Snapshot"
RETAINED = ("Retain", "RetainExceptOnCreate")
CLUSTER = "AWS::RDS::DBCluster"
WHOLE = {BUCKET: "o bucket `{}`, com os objetos", TABLE: "a tabela `{}`, com as linhas", DATABASE: "o banco `{}`", VOLUME: "o volume `{}`"}


@dataclass(frozen=True)
class Left:
    """Uma coisa que fica: o recurso que a deixa e o que ela é, em poucas palavras."""

    resource: str
    what: str
    snapshot: bool


def left(template: Template) -> Iterator[Left]:
    """O que fica, na ordem do template."""
    for resource in template.resources.values():
        policy = resource.body.get("DeletionPolicy") or _default(resource)
        if policy == SNAPSHOT:
            yield Left(resource.id, f"um snapshot {_of(resource)}", True)
        elif policy in RETAINED:
            yield Left(resource.id, WHOLE.get(resource.type, "`{}`, com o que há nele").format(resource.id), False)
        if resource.type == SNAPSHOT_POLICY:
            yield Left(resource.id, "os snapshots que a política tirou", True)


def _default(resource: Resource) -> str:
    """O que vale sem `DeletionPolicy`: um banco que não é de um cluster, e o cluster, deixam snapshot.

    Fonte: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    return SNAPSHOT if resource.type == CLUSTER or resource.type == DATABASE and "DBClusterIdentifier" not in resource.properties else "Delete"


def _of(resource: Resource) -> str:
    return {DATABASE: "do banco", CLUSTER: "do banco", VOLUME: "do volume"}.get(resource.type, f"de `{resource.id}`")
