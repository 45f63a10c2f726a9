"""O processador de um tipo de instância contra o da imagem que ela lança, em tudo o que o template, ou quem cria a pilha, escolhe.

O EC2 só lança um tipo cujo processador é o da imagem; de outro, recusa, e a pilha é desfeita.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from scripts.aws.images import ARM64, GRAVITON, X86, built_for
from scripts.aws.types import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, SCALING_GROUP
from scripts.proofs.arrows.images import INSIDE
from scripts.proofs.arrows.viable import asked, choices, judge
from scripts.proofs.evidence import Missing, Path
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Key, Resource

LAUNCHED = (INSTANCE, SCALING_GROUP, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION)
KIND = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")
OVERRIDES = ("MixedInstancesPolicy", "LaunchTemplate", "Overrides")
NONE: Mapping[str, str] = MappingProxyType({})


class Offer(NamedTuple):
    """O que uma propriedade pode valer: onde está, o que vale, tudo o que se aceita, e o parâmetro que ela cita, com o que ele diz de si."""

    path: Path
    chosen: str
    options: list[str]
    parameter: str
    described: str


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
@judge(LAUNCH_CONFIGURATION)
@judge(SCALING_GROUP)
def _processor(view: View, owner: Resource) -> Iterator[Missing]:
    yield from unlike(view, owner)


def unlike(view: View, owner: Resource, given: Mapping[str, str] = NONE) -> Iterator[Missing]:
    """O primeiro tipo, dos que se podem escolher, que não é da arquitetura da imagem; `given` são os parâmetros que o comando passa.

    Um parâmetro de imagem que diz aceitar as duas arquiteturas deixa a escolha a quem cria: aí só se julga o que está escolhido.
    """
    image = next(_offers(view, owner, given, "ImageId"), None)
    for size in _offers(view, owner, given, "InstanceType") if image else ():
        built = frozenset[str]().union(*map(built_for, image.options)) or built_for(image.described)
        free = len(built) > 1 or len(built_for(image.described)) > 1
        sure = built_for(image.chosen) if free else built
        kinds = [kind for kind in ([size.chosen] if free else size.options) if KIND.fullmatch(kind)]
        lost = next((kind for kind in kinds if len(sure) == 1 and processor_of(kind) not in sure), None)
        if lost:
            yield Missing(size.path, f"`{owner.id}` lança uma imagem {min(sure)}{_whence(image, given)} em `{lost}`, que é {processor_of(lost)}, e o "
                          "EC2 recusa", "use um tipo da arquitetura da imagem, ou a imagem da arquitetura do tipo")
            return
        odd = next((kind for kind in kinds if not sure and not free and processor_of(kind) == ARM64), None)
        if odd and (image.parameter in given or not image.parameter):
            yield Missing(size.path, f"`{owner.id}` aceita `{odd}`, que é {ARM64}, e não se sabe de que arquitetura é a imagem `{image.chosen}`",
                          "use uma imagem cujo nome, ou a descrição do parâmetro, diga a arquitetura")
            return


def processor_of(kind: str) -> str:
    """A arquitetura de um tipo de instância."""
    return ARM64 if GRAVITON.match(kind) else X86


def _whence(image: Offer, given: Mapping[str, str]) -> str:
    """Quem diz a arquitetura da imagem, quando não é o valor que está no template."""
    if image.parameter in given and built_for(given[image.parameter]):
        return f", que o comando passa em `{image.parameter}`,"
    named = image.parameter and not any(map(built_for, image.options))
    return f", como a descrição de `{image.parameter}` diz," if named else ""


def _offers(view: View, owner: Resource, given: Mapping[str, str], name: str) -> Iterator[Offer]:
    """O que a propriedade oferece: a de quem se lança ou, se ele não a diz, a do modelo; num grupo, cada tipo que ele põe no lugar do do modelo."""
    model = _model(view, owner)
    if owner.type == SCALING_GROUP and name == "InstanceType":
        places = [(owner, (*OVERRIDES, index, name)) for index, _ in enumerate(view.items(owner, *OVERRIDES))]
    else:
        places = [(each, (*INSIDE.get(each.type, ()), name)) for each in (owner, model) if each and each.type != SCALING_GROUP]
        places = [place for place in places if view.at(place[0], *place[1]) is not None][:1]
    yield from (offer for each, keys in places if (offer := _offer(view, each, keys, given)))


def _model(view: View, owner: Resource) -> Resource | None:
    if owner.type == SCALING_GROUP:
        return model_of(network_of(view), owner)
    return view.points(view.at(owner, "LaunchTemplate", "LaunchTemplateId"), LAUNCH_TEMPLATE) if owner.type == INSTANCE else None


def _offer(view: View, owner: Resource, keys: tuple[Key, ...], given: Mapping[str, str]) -> Offer | None:
    found, (parameter, declared) = view.at(owner, *keys), asked(view, owner, keys)
    if found is None:
        return None
    described = str(declared.get("Description", "") if parameter else view.written(found))  # a chave de um `!FindInMap` também diz
    if parameter in given:
        return Offer(found.path, given[parameter], [given[parameter]], parameter, described)
    options = [str(value) for value in choices(view, owner, keys) if value not in ("", None)]
    return Offer(found.path, str(declared.get("Default", "") if parameter else found.value), options, parameter, described)
