"""Cópias: o que se pode perder, o que se recupera e o que se copia sozinho."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BUCKET, DATABASE, INSTANCE, SNAPSHOT_POLICY, VOLUME
from scripts.base.diagram import Edge
from scripts.proofs.arrows.backups import policy_snapshots_volume
from scripts.proofs.arrows.registry import Case
from scripts.proofs.claims.lifecycle import OLD, earlier, general, holding, terms
from scripts.proofs.claims.lifetime import disposable
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, equal, require
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.remains import RETAINED
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

KEPT = ("Snapshot", *RETAINED)


@claim("disco-descartavel")
def disposable_disk(scene: Scene) -> Iterator[Evidence]:
    """O disco da instância pode se perder.

    O que não se pode perder mora noutro lugar: no bucket e no banco, que ficam quando a pilha
    some. O disco guarda só o que se refaz, e some com a pilha, sem deixar conta a pagar.

    - cada volume do template com `DeletionPolicy` e `UpdateReplacePolicy` iguais a `Delete`;
    - um bucket, e cada banco do RDS, com `DeletionPolicy` de `Retain` ou `Snapshot`.

    Fonte: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    view = scene.view
    volumes = view.of_type(VOLUME)
    if not volumes:
        return
    for volume in volumes:
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            where = ("Resources", volume.id, name)
            yield Found(where, "o volume some sem deixar cópia") if volume.body.get(name) == "Delete" else Missing(
                where, f"`{volume.id}` não diz que pode se perder", f"use `{name}: Delete`")
    kept = [bucket for bucket in view.of_type(BUCKET) if bucket.body.get("DeletionPolicy") in KEPT]
    for resource in (*kept, *view.of_type(DATABASE)):
        where = ("Resources", resource.id, "DeletionPolicy")
        yield Found(where, f"`{resource.id}` fica quando a pilha some") if resource.body.get("DeletionPolicy") in KEPT else Missing(
            where, f"`{resource.id}` some com a pilha", "use `DeletionPolicy: Snapshot`")
    for instance in view.of_type(INSTANCE) if not kept else ():
        yield Missing(("Resources", instance.id), f"o que `{instance.id}` recebe não tem bucket que fique",
                      "guarde os arquivos num bucket com `DeletionPolicy: Retain`")


@claim("arquivos-recuperaveis")
def recoverable_files(scene: Scene) -> Iterator[Evidence]:
    """Um arquivo apagado ou trocado ainda se recupera.

    Com versões, apagar esconde e trocar guarda o anterior, por um prazo.

    - cada bucket com as versões ligadas;
    - uma regra ativa que apaga todas as versões antigas depois de um prazo, para não crescer sem fim;
    - nenhuma outra regra apaga uma delas antes.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    view = scene.view
    for bucket in view.of_type(BUCKET):
        yield from require(view, bucket, ("VersioningConfiguration", "Status"), equal("Enabled"), "o S3 guarda as versões",
                           f"`{bucket.id}` não guarda versões", "use `VersioningConfiguration: {Status: Enabled}`")
        yield from _bounded(view, bucket)


def _bounded(view: View, bucket: Resource) -> Iterator[Evidence]:
    found = terms(view, bucket, OLD)
    chosen = general(found)
    if chosen is None:
        yield holding(view, bucket) or Missing(at(bucket, "LifecycleConfiguration"), f"as versões antigas de `{bucket.id}` ficam para sempre",
                                               "acrescente `NoncurrentVersionExpiration` com `NoncurrentDays`")
        return
    yield Found(chosen.status.path, "a regra está ativa")
    yield Found(chosen.line.path, f"as antigas ficam {chosen.days} dias")
    yield from earlier(bucket, found, chosen)


@claim("copias-automaticas")
def automatic_copies(scene: Scene) -> Iterator[Evidence]:
    """Cópias automáticas.

    Ninguém precisa lembrar do backup: o volume ganha snapshots na hora marcada, e o banco, a
    cópia diária do RDS.

    - uma política do Data Lifecycle Manager ligada, com agenda e papel, para cada volume do template;
    - cada banco do RDS com backup automático de ao menos um dia;
    - um volume que pode se perder dá o motivo em `Metadata: {Excecoes: {volume-descartavel: …}}`.

    Fonte: https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html
    """
    view = scene.view
    policies, volumes = view.of_type(SNAPSHOT_POLICY), view.of_type(VOLUME)
    for policy in policies if not volumes else ():
        yield Missing(at(policy), f"não há volume para `{policy.id}` copiar", "crie um volume")
    for volume in volumes if policies else ():
        if not disposable(volume):
            cases = (Case(view, scene.diagram, Edge("", "", "", 1), policy, volume) for policy in policies)
            yield from view.complete(map(policy_snapshots_volume, cases))
    for database in view.of_type(DATABASE) if policies else ():
        yield from require(view, database, ("BackupRetentionPeriod",), at_least(1),
                           "o RDS copia o banco todo dia", f"`{database.id}` não tem backup automático", "use `BackupRetentionPeriod: 7`")
