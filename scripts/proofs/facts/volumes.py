"""Ligações: que volume se liga a que instância, nas duas formas em que um template o diz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.types import INSTANCE, VOLUME, VOLUME_ATTACHMENT
from scripts.proofs.evidence import Found, Path, at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource


class Link(NamedTuple):
    """Uma ligação, com as linhas dela; uma ponta que não se conhece é `None`."""

    instance: Resource | None
    volume: Resource | None
    device: Placed | None
    lines: tuple[Found, ...]
    path: Path


def links(view: View) -> list[Link]:
    """As ligações do template: cada `AWS::EC2::VolumeAttachment`, e cada item de `Volumes` de uma instância."""
    return view.once("volume links", lambda: [*_attached(view), *_listed(view)])


def _attached(view: View) -> Iterator[Link]:
    for found in view.of_type(VOLUME_ATTACHMENT):
        instance, volume = view.points(view.at(found, "InstanceId"), INSTANCE), view.points(view.at(found, "VolumeId"), VOLUME)
        lines = [Found(at(found, name), text) for name, text, end in (
            ("InstanceId", f"liga um volume a `{instance and instance.id}`", instance),
            ("VolumeId", f"o volume é `{volume and volume.id}`", volume)) if end]
        yield Link(instance, volume, view.at(found, "Device"), tuple(lines), at(found, "VolumeId"))


def _listed(view: View) -> Iterator[Link]:
    for instance in view.of_type(INSTANCE):
        for item in view.items(instance, "Volumes"):
            named = view.inside(item, "VolumeId")
            volume = view.points(named, VOLUME) if named else None
            line = [Found(named.path, f"`{instance.id}` nasce com o volume `{volume.id}`")] if named and volume else []
            yield Link(instance, volume, view.inside(item, "Device"), tuple(line), item.path)
