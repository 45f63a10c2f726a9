"""Criptografia em repouso: o que cada tipo que guarda dado precisa dizer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from scripts.aws.types import BUCKET, DATABASE, DB_CLUSTER, FILE_SYSTEM, INSTANCE, LAUNCH_TEMPLATE, QUEUE, STREAM, TABLE, VOLUME
from scripts.proofs.arrows.images import image
from scripts.proofs.claims.known import strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import Test, held, require, setting, written
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource

CONFIGURATION = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm")


def _algorithm(value: Any) -> bool:
    return value in ("AES256", "aws:kms", "aws:kms:dsse")


def _named(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


class Store(NamedTuple):
    """Onde o tipo diz que criptografa, em qualquer um destes lugares; `implicit`: a AWS já o faz sem pedir."""

    switches: tuple[tuple[tuple[Key, ...], Test], ...]
    implicit: bool = False

    def keys(self, view: View, resource: Resource) -> tuple[tuple[Key, ...], Test]:
        """O lugar escrito, ou o primeiro."""
        used = [switch for switch in self.switches if setting(view, resource, *switch[0]).value is not None]
        return (used or list(self.switches))[0]


def _switch(*keys: Key, test: Test = true, implicit: bool = False) -> Store:
    return Store(((keys, test),), implicit)


STORES = {
    BUCKET: _switch(*CONFIGURATION, test=_algorithm, implicit=True),
    TABLE: _switch("SSESpecification", "SSEEnabled", implicit=True),
    QUEUE: Store(((("KmsMasterKeyId",), _named), (("SqsManagedSseEnabled",), true)), implicit=True),
    VOLUME: _switch("Encrypted"),
    DATABASE: _switch("StorageEncrypted"),
    DB_CLUSTER: _switch("StorageEncrypted"),
    "AWS::DocDB::DBCluster": _switch("StorageEncrypted"),
    "AWS::Neptune::DBCluster": _switch("StorageEncrypted"),
    "AWS::Redshift::Cluster": _switch("Encrypted"),
    FILE_SYSTEM: _switch("Encrypted"),
    "AWS::ElastiCache::ReplicationGroup": _switch("AtRestEncryptionEnabled"),
    "AWS::OpenSearchService::Domain": _switch("EncryptionAtRestOptions", "Enabled"),
    STREAM: _switch("StreamEncryption", "EncryptionType", test=lambda kind: kind == "KMS"),
}


@claim("criptografado-em-repouso")
def encrypted_at_rest(scene: Scene) -> Iterator[Evidence]:
    """Criptografado em repouso.

    Quem alcançasse o disco não leria nada. O template o diz em cada lugar que guarda dado; onde a
    AWS já criptografa sem pedir (S3, DynamoDB, SQS), basta que ele não diga o contrário.

    - bucket, tabela, fila, volume, banco e sistema de arquivos com a criptografia ligada;
    - o disco raiz de cada instância e de cada modelo de lançamento, idem.

    Fonte: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_protect_data_rest_encrypt.html
    """
    yield from strangers(scene)
    for resource in scene.view.resources.values():
        yield from judge(scene.view, resource)


def judge(view: View, resource: Resource, explicit: bool = True) -> Iterator[Evidence]:
    """A criptografia de um recurso; sem `explicit`, o silêncio vale onde a AWS criptografa por padrão."""
    store = STORES.get(resource.type)
    if store and view.at(resource, "DBClusterIdentifier") is None:
        keys, test = store.keys(view, resource)
        said = require(view, resource, keys, test, f"`{resource.id}` guarda criptografado",
                       f"`{resource.id}` não diz que criptografa o que guarda", _hint(keys))
        if store.implicit:
            denied = [piece for piece in said if isinstance(piece, Missing)] if setting(view, resource, *keys).value is not None else []
            silent = Found(("Resources", resource.id, "Type"), f"a AWS cifra o que `{resource.id}` guarda, mesmo sem que se peça")
            yield from denied or ((silent,) if explicit else ())
        else:
            yield from said
        for name in ("DBSnapshotIdentifier", "SnapshotIdentifier"):
            if view.at(resource, name) is not None:
                yield Missing(at(resource, name), f"a criptografia de `{resource.id}` é a do snapshot de que nasce", f"tire `{name}`")
    elif resource.type == INSTANCE:
        yield from _disks(view, resource, "BlockDeviceMappings")
    elif resource.type == LAUNCH_TEMPLATE:
        yield from _disks(view, resource, "LaunchTemplateData", "BlockDeviceMappings")


def _disks(view: View, resource: Resource, *keys: Key) -> Iterator[Evidence]:
    """Os discos que nascem com a instância; um que o template cita, ela só liga."""
    disks = view.items(resource, *keys)
    if not disks and view.value(resource, "LaunchTemplate") is not None:
        return
    if not any(isinstance(disk.value, dict) and "Ebs" in disk.value for disk in disks):
        yield Missing(at(resource, *keys), f"não se sabe se o disco raiz de `{resource.id}` é criptografado",
                      "acrescente a `BlockDeviceMappings` o disco raiz, com `Ebs: {Encrypted: true}`")
    known = image(view, resource)
    if known and disks and known.root not in [named.value for disk in disks if (named := view.inside(disk, "DeviceName"))]:
        yield Missing(at(resource, *keys), f"o disco raiz da imagem de `{resource.id}`, `{known.root}`, fica como nela, sem criptografia",
                      f"acrescente `DeviceName: {known.root}`, com `Ebs: {{Encrypted: true}}`")
    for disk in disks:
        if not isinstance(disk.value, dict) or "Ebs" in disk.value:
            switch = view.inside(disk, "Ebs", "Encrypted") or Placed(disk.path, None)
            yield from held(written(view, switch), true, "o disco é criptografado",
                            f"um disco de `{resource.id}` não é criptografado", "use `Encrypted: true` em `Ebs`")


def _hint(keys: tuple[Key, ...]) -> str:
    return "ligue-a em `" + ".".join(str(key) for key in keys if isinstance(key, str)) + "`"
