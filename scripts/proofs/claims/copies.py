"""Cópias: o que se pode perder, o que se recupera e o que se copia sozinho."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.backups import LIFECYCLE, policy_snapshots_volume
from scripts.proofs.claims.kinds import BUCKET, DATABASE, INSTANCE, VOLUME
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import equal, number, require
from scripts.proofs.places import inside, places
from scripts.proofs.rules import Case, Evidence, Found, Missing, at
from scripts.model import Edge
from scripts.resolution import Resolution
from scripts.template import Resource

KEPT = ("Retain", "Snapshot", "RetainExceptOnCreate")


@claim("disco-descartavel")
def disposable_disk(scene: Scene) -> Iterator[Evidence]:
    """O disco da instância pode se perder.

    O que não se pode perder mora noutro lugar: no bucket e no banco, que ficam quando a pilha
    some. O disco guarda só o que se refaz, e some com a pilha, sem deixar conta a pagar.

    - cada volume do template com `DeletionPolicy` e `UpdateReplacePolicy` iguais a `Delete`;
    - um bucket, e cada banco do RDS, com `DeletionPolicy` de `Retain` ou `Snapshot`.

    Fonte: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    values = scene.values
    volumes = values.of_type(VOLUME)
    if not volumes:
        return
    for volume in volumes:
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            where = ("Resources", volume.id, name)
            yield Found(where, "o volume some sem deixar cópia") if volume.body.get(name) == "Delete" else Missing(
                where, f"`{volume.id}` não diz que pode se perder", f"use `{name}: Delete`")
    kept = [bucket for bucket in values.of_type(BUCKET) if bucket.body.get("DeletionPolicy") in KEPT]
    for resource in (*kept, *values.of_type(DATABASE)):
        where = ("Resources", resource.id, "DeletionPolicy")
        yield Found(where, f"`{resource.id}` fica quando a pilha some") if resource.body.get("DeletionPolicy") in KEPT else Missing(
            where, f"`{resource.id}` some com a pilha", "use `DeletionPolicy: Snapshot`")
    for instance in values.of_type(INSTANCE) if not kept else ():
        yield Missing(("Resources", instance.id), f"o que `{instance.id}` recebe não tem bucket que fique",
                      "guarde os arquivos num bucket com `DeletionPolicy: Retain`")


@claim("arquivos-recuperaveis")
def recoverable_files(scene: Scene) -> Iterator[Evidence]:
    """Um arquivo apagado ou trocado ainda se recupera.

    Com versões, apagar esconde e trocar guarda o anterior, por um prazo que a página diz.

    - cada bucket com as versões ligadas;
    - uma regra ativa que apaga as versões antigas depois de um prazo, para não crescer sem fim.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    values = scene.values
    for bucket in values.of_type(BUCKET):
        yield from require(values, bucket, ("VersioningConfiguration", "Status"), equal("Enabled"), "o S3 guarda as versões",
                           f"`{bucket.id}` não guarda versões", "use `VersioningConfiguration: {Status: Enabled}`")
        yield from _bounded(values, bucket)


def _bounded(values: Resolution, bucket: Resource) -> Iterator[Evidence]:
    for rule in places(values, bucket, "LifecycleConfiguration", "Rules"):
        days = inside(values, bucket, rule, "NoncurrentVersionExpiration", "NoncurrentDays")
        status = inside(values, bucket, rule, "Status")
        if days and status and status.value == "Enabled" and number(days.value) is not None:
            yield Found(status.path, "a regra está ativa")
            yield Found(days.path, f"as antigas ficam {days.value} dias")
            return
    yield Missing(at(bucket, "LifecycleConfiguration"), f"as versões antigas de `{bucket.id}` ficam para sempre",
                  "acrescente `NoncurrentVersionExpiration` com `NoncurrentDays`")


@claim("copias-automaticas")
def automatic_copies(scene: Scene) -> Iterator[Evidence]:
    """Cópias automáticas.

    Ninguém precisa lembrar do backup: o volume ganha snapshots na hora marcada, e o banco, a
    cópia diária do RDS.

    - uma política do Data Lifecycle Manager ligada, com agenda e papel, para um volume do template;
    - cada banco do RDS com backup automático de ao menos um dia.

    Fonte: https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html
    """
    values = scene.values
    for policy in values.of_type(LIFECYCLE):
        tried = [list(policy_snapshots_volume(Case(values, scene.diagram, Edge("", "", "", 1), policy, volume)))
                 for volume in values.of_type(VOLUME)]
        whole = [pieces for pieces in tried if not any(isinstance(piece, Missing) for piece in pieces)]
        yield from (whole or tried or [[Missing(at(policy), f"não há volume para `{policy.id}` copiar", "crie um volume")]])[0]
    for database in values.of_type(DATABASE) if values.of_type(LIFECYCLE) else ():
        yield from require(values, database, ("BackupRetentionPeriod",), lambda days: (number(days) or 0) >= 1,
                           "o RDS copia o banco todo dia", f"`{database.id}` não tem backup automático", "use `BackupRetentionPeriod: 7`")
