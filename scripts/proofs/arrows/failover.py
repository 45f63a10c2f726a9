"""Grupos de origens do CloudFront: um comportamento leva à primeira origem e, se ela falha, à segunda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import DISTRIBUTION
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Found, Missing
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CONFIG = "DistributionConfig"
READING = ("GET", "HEAD", "OPTIONS")
"""Os métodos com que se passa à segunda origem: com os outros, o CloudFront recusa o grupo no comportamento.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
"""


def groups(view: View, distribution: Resource) -> list[Placed]:
    return view.items(distribution, CONFIG, "OriginGroups", "Items")


def members(view: View, group: Placed) -> list[Placed]:
    """Os nomes das origens do grupo, na ordem em que são tentadas."""
    return [named for item in view.items_inside(group, "Members", "Items") if (named := view.inside(item, "OriginId"))]


def targets(view: View, distribution: Resource, origin: str) -> dict[str, list[Found]]:
    """Os nomes que um comportamento pode dizer para chegar a esta origem, e as linhas de cada um: o dela, ou o de um grupo."""
    found: dict[str, list[Found]] = {origin: []}
    for group in groups(view, distribution):
        name = view.inside(group, "Id")
        for member in members(view, group):
            if name and isinstance(name.value, str) and member.value == origin:
                found[name.value] = [Found(name.path, "o grupo de origens"), Found(member.path, "traz esta origem")]
    return found


@judge(DISTRIBUTION)
def _distribution(view: View, distribution: Resource) -> Iterator[Missing]:
    """Cada grupo tem duas origens da lista e quando passar à segunda, e só se chega a ele para ler."""
    names = [name.value for item in view.items(distribution, CONFIG, "Origins") if (name := view.inside(item, "Id"))]
    total = view.at(distribution, CONFIG, "OriginGroups", "Quantity")
    if total and whole(total.value) != len(groups(view, distribution)):
        yield Missing(total.path, f"`{distribution.id}` conta errado os grupos de origens", "escreva em `Quantity` quantos há em `Items`")
    for group in groups(view, distribution):
        listed = [member.value for member in members(view, group)]
        codes = view.items_inside(group, "FailoverCriteria", "StatusCodes", "Items")
        if len(set(listed)) != 2 or not set(listed) <= set(names):
            yield Missing(group.path, f"um grupo de origens de `{distribution.id}` não traz duas origens da lista", "corrija `Members`")
        counted = (("Members", "Quantity"), len(listed)), (("FailoverCriteria", "StatusCodes", "Quantity"), len(codes))
        if not codes or any(whole(said.value if (said := view.inside(group, *keys)) else None) != number for keys, number in counted):
            yield Missing(group.path, f"um grupo de origens de `{distribution.id}` não diz quando passar à segunda, ou conta errado os itens",
                          "escreva `FailoverCriteria`, e em cada `Quantity` quantos itens há")
        yield from _written_to(view, distribution, group)


def _written_to(view: View, distribution: Resource, group: Placed) -> Iterator[Missing]:
    name, usual = view.inside(group, "Id"), view.at(distribution, CONFIG, "DefaultCacheBehavior")
    for way in [*([usual] if usual else []), *view.items(distribution, CONFIG, "CacheBehaviors")]:
        led, methods = view.inside(way, "TargetOriginId"), view.items_inside(way, "AllowedMethods")
        if name and led and led.value == name.value and not all(method.value in READING for method in methods):
            yield Missing(way.path, f"um comportamento de `{distribution.id}` grava por um grupo de origens", "deixe `GET`, `HEAD` e `OPTIONS`")
