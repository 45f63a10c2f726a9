"""Contenção: o que está desenhado dentro de um grupo está lá no template também.

`misplaced` julga cada componente e cada grupo com recurso contra os grupos que o contêm:
sub-rede, VPC, zona, Auto Scaling e grupo de segurança. Os demais (região, conta, computador)
não afirmam nada sobre o template.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from scripts.aws.catalog import kind_of
from scripts.aws.types import INTERNET_GATEWAY, SCALING_GROUP, SECURITY_GROUP, SUBNET, VOLUME, VPC
from scripts.base.diagram import Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.proofs.arrows.viable import viable
from scripts.proofs.arrows.viable_functions import INSIDE_VPC
from scripts.proofs.drawn.zones import zones
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.interfaces_by_type import home_of, model_of
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource, Template

PUBLIC, PRIVATE = "sub-rede-publica", "sub-rede-privada"
SECURITY = "grupo-de-seguranca"
SCALING = "auto-scaling"
NETWORK = "vpc"
ELSEWHERE = "lugar-errado"
UNKNOWN = "lugar-desconhecido"
NOWHERE = (VOLUME, SECURITY_GROUP)
"""O que não tem interface: pode ser desenhado fora da VPC."""

REGIONAL = ("regiao", "zona", "vpc", "sub-rede-publica", "sub-rede-privada", "auto-scaling")
ABROAD = ("computador", "local")
"""Tipos de grupo que ficam fora da AWS."""


def misplaced(diagram: Diagram, views: Views) -> Iterator[Finding]:
    """O que o desenho põe onde o template não põe, em qualquer mundo."""
    seen: dict[Finding, None] = {}
    for _, found in views.told(lambda view: list(_apart(diagram, network_of(view)))):
        seen.update(dict.fromkeys(found))
    yield from _abroad(diagram)
    yield from _regional(diagram, views.template)
    yield from seen


def _apart(diagram: Diagram, net: Network) -> Iterator[Finding]:
    """O que o desenho e um mundo dizem de modo diferente."""
    for group in diagram.groups:
        yield from _kind(net, diagram, group)
    for element in (*diagram.groups, *diagram.nodes):
        for group in diagram.ancestors(element):
            yield from _inside(net, diagram, element, group)
    yield from _uncovered(net, diagram)
    yield from _outside(net, diagram)
    yield from zones(net, diagram)


def _regional(diagram: Diagram, template: Template) -> Iterator[Finding]:
    """Um serviço global não fica numa região: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html"""
    for node in diagram.nodes:
        held = next((group for group in diagram.ancestors(node) if group.kind in REGIONAL), None)
        spread = [name for name in node.resources if name in template.resources and kind_of(template.resources[name].type).scope == "global"]
        if held and spread:
            yield Finding(diagram.path, node.line, ELSEWHERE,
                          f"`{spread[0]}` é de um serviço global, e está desenhado em `{held.id}`; tire-o da região.")


def _abroad(diagram: Diagram) -> Iterator[Finding]:
    """O que está no computador de alguém não é um recurso da AWS."""
    for element in (*diagram.groups, *diagram.nodes):
        outside = next((group for group in diagram.ancestors(element) if group.kind in ABROAD), None)
        if outside and element.resources:
            yield Finding(diagram.path, element.line, ELSEWHERE,
                          f"`{element.id}` é um recurso da AWS e está desenhado em `{outside.id}`, que fica fora dela; tire-o de lá.")


def _kind(net: Network, diagram: Diagram, group: Group) -> Iterator[Finding]:
    """Uma sub-rede pública tem rota para um gateway de internet; uma privada, certamente não."""
    expected = {PUBLIC: SUBNET, PRIVATE: SUBNET, NETWORK: VPC, SCALING: SCALING_GROUP, SECURITY: SECURITY_GROUP}.get(group.kind)
    found = [net.view.resources[name] for name in group.resources if name in net.view.resources]
    if expected and diagram.bound and not any(resource.type == expected for resource in found):
        yield Finding(diagram.path, group.line, UNKNOWN,
                      f"O grupo `{group.id}` não diz que recurso é; dê-lhe `recurso=` com um `{expected}` do template.")
    for resource in found:
        if group.kind not in (PUBLIC, PRIVATE) or resource.type != SUBNET:
            continue
        public = net.public(net.subnets[resource.id])
        if public is None:
            yield Finding(diagram.path, group.line, UNKNOWN,
                          f"Não se sabe que rotas valem em `{resource.id}`; associe-a a uma tabela de rotas do template.")
        elif public != (group.kind == PUBLIC):
            fact, kind = ("tem", PUBLIC) if public else ("não tem", PRIVATE)
            yield Finding(diagram.path, group.line, ELSEWHERE,
                          f"`{group.id}` é `{group.kind}`, mas `{resource.id}` {fact} rota para um gateway de internet; "
                          f"troque por `{kind}`, ou corrija a rota.")


def _inside(net: Network, diagram: Diagram, element: Node | Group, group: Group) -> Iterator[Finding]:
    """Cada recurso do elemento está em cada recurso do grupo.

    Um componente pode ser vários recursos: num grupo de várias sub-redes, cada um vive em alguma, e em
    cada uma vive algum; e o que não tem lugar próprio (uma fila de trabalhos) segue os que têm.
    """
    containers = [net.view.resources[name] for name in group.resources if name in net.view.resources]
    members = [net.view.resources[name] for name in element.resources if name in net.view.resources]
    members = [resource for resource in members if resource not in containers]
    answers = {(resource.id, container.id): _contains(net, container, resource, home_of(net, resource))
               for resource in members for container in containers}
    for resource, container in product(members, containers):
        answer = answers[resource.id, container.id]
        others = [answers[other.id, container.id] for other in members if other.type == resource.type]
        elsewhere = [answers[resource.id, other.id] for other in containers if other.type == container.type]
        settled = answer is True or answer is False and True in others and True in elsewhere
        placeless = answer is None and any(answers[other.id, container.id] is True for other in members)
        if not settled and not placeless and answer is False and True in elsewhere:
            yield Finding(diagram.path, group.line, ELSEWHERE,
                          f"O grupo `{group.id}` junta {listed([f'`{other.id}`' for other in containers])}, e `{resource.id}` não está em "
                          f"`{container.id}`; desenhe um grupo por recurso, com `{element.id}` no seu.")
        elif not settled and not placeless:
            yield _finding(diagram, element, resource, container, answer, home_of(net, resource) is not None)


def _contains(net: Network, container: Resource, resource: Resource, home: Home | None) -> bool | None:
    """O recurso está no outro; `None` quando não dá para saber."""
    if container.type == SUBNET and resource.type == SECURITY_GROUP:
        return net.pointed(resource, "VpcId", VPC) == net.subnets[container.id].vpc
    if container.type == SUBNET:
        return _lives(home, container.id) if home and home.subnets else None
    if container.type == VPC:
        return _in_vpc(net, container, resource, home)
    if container.type == SECURITY_GROUP:
        return container.id in home.known_groups if home and home.groups else None
    if container.type == SCALING_GROUP:
        return resource == model_of(net, container) or resource.type == SECURITY_GROUP
    return True


def _lives(home: Home, subnet: str) -> bool | None:
    if any(written.value == subnet for written in home.subnets):
        return True
    return False if all(isinstance(written.value, str) for written in home.subnets) else None


def _in_vpc(net: Network, vpc: Resource, resource: Resource, home: Home | None) -> bool | None:
    if resource.type == INTERNET_GATEWAY:
        return net.gateway(vpc) == resource
    if resource.type == VOLUME:
        return True  # um volume vive numa zona; a da VPC se confere na zona desenhada
    if resource.type == SUBNET:
        return net.subnets[resource.id].vpc == vpc
    if home and home.subnets:
        return home.inside(net, vpc)
    named = net.pointed(resource, "VpcId", VPC)
    return named == vpc if named else None


def _uncovered(net: Network, diagram: Diagram) -> Iterator[Finding]:
    """Um recurso desenhado em sub-redes está em todas as sub-redes em que vive."""
    drawn: dict[str, set[str]] = {}
    first: dict[str, Node] = {}
    for node in diagram.nodes:
        inside = {name for group in diagram.ancestors(node) for name in group.resources if name in net.subnets}
        for name in node.resources if inside else ():
            drawn.setdefault(name, set()).update(inside)
            first.setdefault(name, node)
    for name, subnets in drawn.items():
        home = home_of(net, net.view.resources.get(name))
        missing = [subnet.value for subnet in home.subnets if subnet.value not in subnets] if home else []
        for subnet in missing:
            shown = f"também vive em `{subnet}`" if isinstance(subnet, str) else "também vive em sub-redes que não se conhecem"
            yield Finding(diagram.path, first[name].line, ELSEWHERE,
                          f"`{name}` {shown}, e o desenho não o mostra lá; desenhe-o, ou tire a sub-rede do template.")


def _outside(net: Network, diagram: Diagram) -> Iterator[Finding]:
    """O que o template põe dentro de algo desenhado, e o desenho põe fora."""
    shown = dict.fromkeys(name for group in diagram.groups for name in group.resources)
    containers = [net.view.resources[name] for name in shown if name in net.view.resources]
    for node in diagram.nodes:
        around = {name for group in diagram.ancestors(node) for name in group.resources}
        for name in node.resources:
            resource = net.view.resources.get(name)
            for container in containers if resource and not _unborn(net.view, resource) else ():
                if container.id not in around and _belongs(net, container, resource):
                    yield Finding(diagram.path, node.line, ELSEWHERE,
                                  f"`{node.id}` está desenhado fora de `{container.id}`, mas no template `{name}` está lá; "
                                  "mova-o para dentro do grupo.")


def _unborn(view: View, resource: Resource) -> bool:
    """A rede do recurso é que o impede de nascer: mudar o desenho não o conserta."""
    return any(missing.path[-1] == INSIDE_VPC for missing in viable(view, resource))


def _belongs(net: Network, container: Resource, resource: Resource) -> bool:
    """Está certamente dentro, e só ali: o que vive em várias sub-redes pode ser desenhado fora delas."""
    if container == resource:
        return container.type == SCALING_GROUP
    home = home_of(net, resource)
    if container.type == SUBNET and (home is None or len(home.subnets) != 1):
        return False
    return container.type in (SUBNET, VPC, SECURITY_GROUP, SCALING_GROUP) and resource.type not in NOWHERE and _contains(
        net, container, resource, home) is True


def _finding(diagram: Diagram, element: Node | Group, resource: Resource, container: Resource, answer: bool | None, placed: bool) -> Finding:
    what = f"`{element.id}` está desenhado em `{container.id}`"
    if answer is None and not placed:
        return Finding(diagram.path, element.line, UNKNOWN,
                       f"{what}, e não se sabe em que parte da rede um `{resource.type}` vive; desenhe-o fora do grupo.")
    if answer is None:
        return Finding(diagram.path, element.line, UNKNOWN,
                       f"{what}, mas não se sabe onde `{resource.id}` (`{resource.type}`) vive; desenhe-o fora, "
                       "ou diga no template a sub-rede, o grupo ou a VPC dele.")
    return Finding(diagram.path, element.line, ELSEWHERE,
                   f"{what}, mas no template `{resource.id}` não está lá; mova o componente, ou corrija o template.")
