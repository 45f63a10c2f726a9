"""Zonas: cada zona desenhada é uma zona só, e duas desenhadas são duas implantadas.

Um grupo de zona não tem recurso: a zona dele é a das sub-redes e dos volumes desenhados dentro.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.catalog import types
from scripts.base.diagram import Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import Network, distinct_zones
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

ZONE = "zona"
WRONG = "zona-errada"
ZONAL = types(scope="zone")


def zones(net: Network, diagram: Diagram) -> Iterator[Finding]:
    """Zonas misturadas, repetidas ou que não se conhecem."""
    known: list[tuple[Group, Any]] = []
    for group in diagram.groups:
        if group.kind != ZONE:
            continue
        facts = list(_facts(net, diagram, group))
        yield from _mixed(diagram, group, facts)
        if facts:
            known.append((group, facts[0][1]))
        elif any(group in diagram.ancestors(node) and node.resources for node in diagram.nodes):
            yield _unknown(diagram, group)
    for index, (one, zone) in enumerate(known):
        for other, another in known[index + 1:]:
            yield from _repeated(diagram, one, zone, other, another)
    for node in diagram.nodes:
        yield from _loose(net, diagram, node, known)
    yield from _partial(net, diagram, known)


def _facts(net: Network, diagram: Diagram, group: Group) -> Iterator[tuple[Node | Group, Any]]:
    """O que, dentro do grupo, está numa zona só: sub-redes desenhadas, volumes e recursos de uma sub-rede."""
    for element in (*diagram.groups, *diagram.nodes):
        ancestors = diagram.ancestors(element)
        if group not in ancestors:
            continue
        for name in element.resources:
            resource = net.view.resources.get(name)
            if name in net.subnets:
                yield element, net.subnets[name].zone
            elif resource and resource.type in ZONAL:
                yield element, zone_of(net, resource)
            elif resource and not any(inner in net.subnets for above in ancestors for inner in above.resources):
                home = home_of(net, resource)
                if home and len(home.subnets) == 1 and home.known_subnets(net):
                    yield element, home.known_subnets(net)[0].zone


def zone_of(net: Network, resource: Resource) -> Any:
    """A zona escrita no recurso; a de uma instância citada é a da sub-rede dela."""
    value = net.view.value(resource, "AvailabilityZone")
    found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
    home = home_of(net, net.view.resources.get(found[1])) if found and found[2] == ".AvailabilityZone" else None
    subnets = home.known_subnets(net) if home else []
    return subnets[0].zone if len(subnets) == 1 else value


def _mixed(diagram: Diagram, group: Group, facts: list[tuple[Node | Group, Any]]) -> Iterator[Finding]:
    for element, zone in facts[1:]:
        if zone is None or distinct_zones(facts[0][1], zone) is not False:
            yield Finding(diagram.path, element.line, WRONG,
                          f"`{element.id}` está desenhado em `{group.id}`, mas a zona dele não é certamente a de "
                          f"`{facts[0][0].id}`; mova-o, ou dê aos dois a mesma `AvailabilityZone`.")
    if facts and not isinstance(facts[0][1], str):
        yield _unknown(diagram, group)


def _loose(net: Network, diagram: Diagram, node: Node, known: list[tuple[Group, Any]]) -> Iterator[Finding]:
    """Um volume de uma zona desenhada, posto fora de toda zona."""
    if any(group.kind == ZONE for group in diagram.ancestors(node)):
        return
    for name in node.resources:
        resource = net.view.resources.get(name)
        for group, zone in known if resource and resource.type in ZONAL else ():
            if distinct_zones(zone, zone_of(net, resource)) is False:
                yield Finding(diagram.path, node.line, WRONG,
                              f"`{node.id}` está desenhado fora de `{group.id}`, mas `{name}` é dessa zona; mova-o para dentro.")


def _partial(net: Network, diagram: Diagram, known: list[tuple[Group, Any]]) -> Iterator[Finding]:
    """Um recurso desenhado direto numa zona está desenhado em todas as zonas em que vive."""
    drawn: dict[str, list[tuple[Node, Any]]] = {}
    for node in diagram.nodes:
        around = diagram.ancestors(node)
        if any(inner in net.subnets for group in around for inner in group.resources):
            continue
        for group, zone in known if around else ():
            for name in node.resources if group in around else ():
                drawn.setdefault(name, []).append((node, zone))
    for name, shown in drawn.items():
        resource = net.view.resources.get(name)
        home = home_of(net, resource) if resource and resource.type not in ZONAL else None
        lived = {subnet.zone for subnet in home.known_subnets(net)} if home else set()
        if resource and resource.type not in ZONAL and lived != {zone for _, zone in shown}:
            yield Finding(diagram.path, shown[0][0].line, WRONG,
                          f"`{shown[0][0].id}` está desenhado numa zona, mas `{name}` não vive só nela; desenhe-o fora das "
                          "zonas, ou uma vez em cada zona dele.")


def _repeated(diagram: Diagram, one: Group, zone: Any, other: Group, another: Any) -> Iterator[Finding]:
    if distinct_zones(zone, another) is not True and isinstance(zone, str) and isinstance(another, str):
        yield Finding(diagram.path, other.line, WRONG,
                      f"`{one.id}` e `{other.id}` são duas zonas no desenho, mas no template não são certamente "
                      "diferentes; dê às sub-redes `AvailabilityZone` diferentes.")


def _unknown(diagram: Diagram, group: Group) -> Finding:
    return Finding(diagram.path, group.line, WRONG,
                   f"Não se sabe que zona é `{group.id}`; dê `AvailabilityZone` às sub-redes desenhadas nela.")
