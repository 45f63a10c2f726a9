"""Regras de armazenamento: discos ligados a máquinas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.types import INSTANCE, SUBNET, VOLUME
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.volumes import links
from scripts.template.cloudformation import Resource


@rule(INSTANCE, VOLUME, asks=())
def instance_mounts_volume(case: Case) -> Iterator[Evidence]:
    """Uma instância EC2 usa um volume EBS.

    Um volume só se liga a uma instância da mesma zona, e num nome de dispositivo livre.

    - um `AWS::EC2::VolumeAttachment`, ou um item em `Volumes` da instância, com os dois;
    - a zona do volume igual à da sub-rede da instância;
    - o dispositivo diferente dos que a instância já tem.

    Fonte: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html
    """
    yield from _attachment(case.view, case.tail, case.head)
    yield from _same_zone(case.view, case.tail, case.head)


def _attachment(view: View, instance: Resource, volume: Resource) -> Iterator[Evidence]:
    found = False
    for link in links(view):
        if (link.instance, link.volume) != (instance, volume):
            continue
        found = True
        yield from link.lines
        disks = view.items(instance, "BlockDeviceMappings")
        taken = [view.inside(item, "DeviceName") for item in disks]
        if link.device and any(item is None or item.value == link.device.value for item in taken):
            yield Missing(link.device.path, f"o dispositivo `{link.device.value}` já é de outro disco de `{instance.id}`",
                          "escolha outro")
        break
    if not found:
        yield Missing(at(volume), f"`{volume.id}` não está ligado a `{instance.id}`",
                      f"acrescente um `AWS::EC2::VolumeAttachment` com `InstanceId: !Ref {instance.id}` e "
                      f"`VolumeId: !Ref {volume.id}`")


def _same_zone(view: View, instance: Resource, volume: Resource) -> Iterator[Evidence]:
    written = view.at(volume, "AvailabilityZone")
    home = list(zone_of(view, instance))
    if written and isinstance(written.value, str) and any(written.value in zones for _, zones in home):
        yield Found(written.path, "o volume nasce na zona da instância")
        yield from (Found(line.path, "a zona da instância") for line, _ in home if line.path)
    else:
        yield Missing(at(volume, "AvailabilityZone"), f"`{volume.id}` não está, com certeza, na zona de `{instance.id}`",
                      "escreva `AvailabilityZone: !GetAtt SubRede.AvailabilityZone`, com a sub-rede da instância")


def zone_of(view: View, instance: Resource) -> Iterator[tuple[Placed, tuple[Any, ...]]]:
    """A linha que decide a zona da instância e os modos de escrever essa zona."""
    own = f"${{{instance.id}.AvailabilityZone}}"
    interfaces = view.items(instance, "NetworkInterfaces")
    named = view.at(instance, "SubnetId") or next(
        (found for item in interfaces if (found := view.inside(item, "SubnetId"))), None)
    subnet = view.points(named, SUBNET) if named else None
    if named and subnet:
        yield named, (view.world.attribute(subnet.id, "AvailabilityZone"), f"${{{subnet.id}.AvailabilityZone}}", own)
        return
    written = view.at(instance, "AvailabilityZone")
    yield (written, (written.value, own)) if written and named is None else (Placed((), None), (own,))
