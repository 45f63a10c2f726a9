"""Duração: o que some sozinho no prazo, e o que sobrevive a quem o usa."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.proofs.claims.kinds import BUCKET, INSTANCE, VOLUME
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import number, written
from scripts.proofs.places import Placed, inside, places
from scripts.proofs.rules import Evidence, Found, Missing, at
from scripts.resolution import Resolution
from scripts.template import Resource

KEPT = "sem-expiracao"
DISPOSABLE = "volume-descartavel"
DURATION = re.compile(r"(\d+|um|uma)\s+(dias?|semanas?|m[eê]s|meses|anos?)", re.IGNORECASE)
DAYS = {"d": 1, "s": 7, "m": 30, "a": 365}
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


@claim("expira-em")
def expires(scene: Scene) -> Iterator[Evidence]:
    """Expira no prazo que a página diz.

    O que se guarda sem prazo se paga para sempre. O prazo da página é o do template, com o
    padrão do parâmetro: mês vale 30 dias, e ano, 365.

    - cada bucket tem uma regra de ciclo de vida ativa, para todos os objetos, com `ExpirationInDays`;
    - num bucket com versões, a regra apaga também as antigas;
    - o benefício diz o prazo ("em 30 dias"), e é esse; com prazos diferentes, um por bucket, na
      ordem do template;
    - um bucket que guarda para sempre dá o motivo em `Metadata: {Excecoes: {sem-expiracao: …}}`.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    temporary = [bucket for bucket in scene.values.of_type(BUCKET) if not bucket.exceptions.get(KEPT, "").strip()]
    promised = list(_promised(scene.said))
    several = len(promised) == len(temporary)
    for index, bucket in enumerate(temporary):
        yield from _expires(scene.values, bucket, scene.said, promised[index:index + 1] if several else promised)


def _expires(values: Resolution, bucket: Resource, said: str, promised: list[int]) -> Iterator[Evidence]:
    for rule in places(values, bucket, "LifecycleConfiguration", "Rules"):
        days = inside(values, bucket, rule, "ExpirationInDays")
        status = inside(values, bucket, rule, "Status")
        narrow = [name for name in ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
                  if inside(values, bucket, rule, name)]
        if days and status and status.value == "Enabled" and number(days.value) is not None and not narrow:
            yield Found(status.path, f"a regra de `{bucket.id}` está ativa, para todos os objetos")
            yield from _term(values, bucket, days, said, promised)
            yield from _old_versions(values, bucket, rule)
            yield from _locked(bucket)
            return
    yield Missing(at(bucket, "LifecycleConfiguration"), f"nada em `{bucket.id}` expira sempre",
                  "acrescente uma regra com `Status: Enabled` e `ExpirationInDays`, sem filtro")


def _term(values: Resolution, bucket: Resource, days: Placed, said: str, promised: list[int]) -> Iterator[Evidence]:
    if said and not promised:
        yield Missing(days.path, "o benefício não diz em quanto tempo", f"escreva `em {days.value} dias`")
    elif said and promised != [number(days.value)]:
        shown = " e ".join(str(term) for term in promised)
        yield Missing(days.path, f"`{bucket.id}` expira em {days.value} dias, e o benefício diz {shown}",
                      "acerte o texto ou a regra")
    else:
        yield Found(days.path, f"expira em {days.value} dias")
        parameter = written(values, days).parameter
        if parameter:
            yield Found(("Parameters", parameter, "Default"), "este é o prazo de quem não escolhe outro")


def _old_versions(values: Resolution, bucket: Resource, rule: Placed) -> Iterator[Evidence]:
    if values.property(bucket, "VersioningConfiguration", "Status") is None:
        return
    for keys in (("NoncurrentVersionExpiration", "NoncurrentDays"), ("NoncurrentVersionExpirationInDays",)):
        found = inside(values, bucket, rule, *keys)
        if found and number(found.value) is not None:
            yield Found(found.path, "as versões antigas também")
            return
    yield Missing(rule.path, f"as versões antigas de `{bucket.id}` não expiram", "acrescente `NoncurrentVersionExpiration`")


def _locked(bucket: Resource) -> Iterator[Missing]:
    """O bloqueio de objetos liga as versões e as segura: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""
    for name in ("ObjectLockEnabled", "ObjectLockConfiguration"):
        if name in bucket.properties:
            yield Missing(at(bucket, name), f"o bloqueio de objetos de `{bucket.id}` pode impedir que expirem", f"tire `{name}`")


def _promised(said: str) -> Iterator[int]:
    """Os prazos ditos, em dias, na ordem."""
    for found in DURATION.finditer(said):
        count = 1 if found[1].lower().startswith("um") else int(found[1])
        yield count * DAYS[found[2][0].lower()]


@claim("sobrevive-a-instancia")
def outlives_the_instance(scene: Scene) -> Iterator[Evidence]:
    """Os arquivos sobrevivem à instância.

    Trocar ou perder o servidor não leva os arquivos: o volume é outro recurso, e mesmo ao
    remover a pilha fica uma cópia dele.

    - um volume do template, ligado a uma instância por `AWS::EC2::VolumeAttachment`;
    - `DeletionPolicy` e `UpdateReplacePolicy` iguais a `Snapshot` ou `Retain`;
    - um volume que pode se perder dá o motivo em `Metadata: {Excecoes: {volume-descartavel: …}}`, e há
      outro que fica.

    Fonte: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    values = scene.values
    attached = []
    for attachment in values.of_type("AWS::EC2::VolumeAttachment"):
        volume = values.resource(values.property(attachment, "VolumeId"))
        instance = values.resource(values.property(attachment, "InstanceId"))
        if volume and instance and volume.type == VOLUME and instance.type == INSTANCE and not _disposable(volume):
            attached.append(volume)
            yield Found(at(attachment, "VolumeId"), f"`{volume.id}` existe fora da instância")
            yield Found(at(attachment, "InstanceId"), f"e se liga a `{instance.id}`")
            yield from _kept(volume)
    for instance in values.of_type(INSTANCE) if not attached else ():
        yield Missing(("Resources", instance.id), f"`{instance.id}` não tem volume que viva sem ela",
                      "crie um `AWS::EC2::Volume` e ligue-o com `AWS::EC2::VolumeAttachment`")


def _disposable(volume: Resource) -> bool:
    return bool(volume.exceptions.get(DISPOSABLE, "").strip())


def _kept(volume: Resource) -> Iterator[Evidence]:
    for name in POLICIES:
        if volume.body.get(name) in ("Snapshot", "Retain"):
            yield Found(("Resources", volume.id, name), "a remoção deixa uma cópia")
        else:
            yield Missing(("Resources", volume.id, name), f"`{volume.id}` se perde com a pilha", f"use `{name}: Snapshot`")
