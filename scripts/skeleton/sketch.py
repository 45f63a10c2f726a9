"""Do template ao desenho que ele permite: componentes, grupos e as setas que as regras provam.

É um começo: cada seta que se prova entra, e quem escreve escolhe quais contam a história.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from os.path import commonprefix
from pathlib import Path

from scripts.aws.catalog import is_support, kind_of
from scripts.aws.types import INTERNET_GATEWAY, SCALING_GROUP, SECURITY_GROUP, SUBNET, VPC
from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.arrows.queues import POLLING
from scripts.proofs.arrows.registry import OUTSIDE, RULES
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.policies import Statement, every
from scripts.proofs.identity.services import reads
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource

PERSON = "pessoa"
REGION = "regiao"
GROUPS = (VPC, SUBNET)


def sketch(views: Views, slug: str, title: str) -> Diagram:
    """O desenho: nós e grupos de tudo o que não é apoio, e as setas provadas, cada uma um passo."""
    net = network_of(views.each[0])
    groups, home = _groups(net)
    nodes = [Node(PERSON, "Pessoa", 1, kind="aws.general.User", without_resource="Fica fora da AWS.")]
    for resource in filter(_drawn, views.template.resources.values()):
        places = [None] if kind_of(resource.type).scope == "global" else home.get(resource.id, [REGION])
        for number, place in enumerate(places, 1):
            name = identity(resource.id) + (f"-{number}" if len(places) > 1 else "")
            nodes.append(Node(name, words(resource.id), 1, kind=f"aws.{class_of(resource.type)}", group=place, resources=(resource.id,)))
    diagram = Diagram(slug, f"diagrams_src/{slug}.py", title, 1, "LR", tuple(nodes), tuple(groups), bound=True)
    own = {node.id: node.resources or (node.id,) for node in nodes}
    edges = _ordered(_first_doors(diagram, views, _proven(diagram, views)), own)
    linked = {end for edge in edges for end in (edge.tail, edge.head)}
    return replace(diagram, edges=tuple(edges), nodes=tuple(node for node in nodes if node.id != PERSON or PERSON in linked))


def _proven(diagram: Diagram, views: Views) -> list[Edge]:
    """Cada par de componentes com regra, em que a regra se cumpre."""
    types = {node.id: views.template.resources[node.resources[0]].type if node.resources else OUTSIDE for node in diagram.nodes}
    granted = _granted(views)
    pairs = [(tail, head) for tail in types for head in types if tail != head and (types[tail], types[head]) in RULES]
    edges = []
    for tail, head in pairs:
        plain = Edge(f"{tail}--{head}", tail, head, 1)
        service = kind_of(types[head]).service
        told = service is not None and not prove_arrow(diagram, views, replace(plain, action=f"{service.prefix}:Nada")).proven
        asked = [action for action in granted if service and told and action.startswith(f"{service.prefix}:")]
        able = [action for action in asked if prove_arrow(diagram, views, replace(plain, action=action)).proven]
        reading = [action for action in POLLING if action in able]
        other = [action for action in able if action not in reading]
        if other:
            edges.append(replace(plain, action=" ".join(other)))
        if reading:
            edges.append(replace(plain, action=reading[0]))
        if not able and prove_arrow(diagram, views, plain).proven:
            edges.append(plain)
    return edges


def _granted(views: Views) -> list[str]:
    """As ações que as políticas dos papéis permitem por extenso."""
    view = views.each[0]
    parts = [part for resource in view.resources.values() if resource.type.startswith("AWS::IAM::") for part in every(view, resource)]
    actions = [item.value for part in parts if isinstance(part, Statement) and part.allows for item in part.actions]
    return sorted({action for action in actions if isinstance(action, str) and "*" not in action})


def _first_doors(diagram: Diagram, views: Views, edges: list[Edge]) -> list[Edge]:
    """Quem entra pelo Internet Gateway desenhado não precisa de outra seta até o que está atrás dele."""
    gates = {node.id for node in diagram.nodes if node.resources and views.template.resources[node.resources[0]].type == INTERNET_GATEWAY}
    behind = {edge.head for edge in edges if edge.tail in gates}
    return [edge for edge in edges if not (edge.tail == PERSON and edge.head in behind)]


def _ordered(edges: list[Edge], own: Mapping[str, tuple[str, ...]]) -> list[Edge]:
    """De quem ninguém chama para diante, e por fim quem só é avisado; cada seta é um passo, e as das cópias de um recurso, o mesmo.

    `own` são os recursos de cada componente: um grupo de Auto Scaling se desenha uma vez por zona.
    """
    flows = {edge.id: (edge.head, edge.tail) if edge.action in POLLING else (edge.tail, edge.head) for edge in edges}  # quem lê vem depois
    moving = [flows[edge.id] for edge in edges if edge.action in POLLING or not edge.action or not all(map(reads, edge.action.split()))]
    ends = {end for _, end in moving}
    depth = {start: 0 for start, _ in flows.values() if start not in ends or start == PERSON}
    for _ in edges:
        for start, end in moving:
            if start in depth:
                depth.setdefault(end, depth[start] + 1)
    ranked = sorted(edges, key=lambda edge: (edge.head == PERSON, depth.get(flows[edge.id][0], 99), edge.action not in POLLING, edge.tail, edge.head))
    steps: dict[tuple, int] = {}
    return [replace(edge, step=steps.setdefault((own[edge.tail], own[edge.head], edge.action), len(steps) + 1)) for edge in ranked]


def _groups(net: Network) -> tuple[list[Group], dict[str, list[str]]]:
    """A região, as VPCs e um grupo por conjunto de sub-redes em que algo vive; e os grupos de cada recurso."""
    groups, home = [Group(REGION, "Região AWS", 1, kind=REGION)], defaultdict[str, list[str]](list)
    resources = net.view.resources
    for vpc in (one for one in resources.values() if one.type == VPC):
        groups.append(Group(identity(vpc.id), words(vpc.id), 1, kind="vpc", parent=REGION, resources=(vpc.id,)))
    for members, inside in _tiers(net).items():
        first = net.subnets[members[0]]
        parent = identity(first.vpc.id) if first.vpc else REGION
        kind = "sub-rede-publica" if net.public(first) else "sub-rede-privada"
        shared = commonprefix(members)
        label = words(shared if len(shared) > 2 else members[0])
        groups.append(Group(identity(members[0]), label, 1, kind=kind, parent=parent, resources=members))
        for name in inside:
            home[name].append(identity(members[0]))
    for resource in resources.values():
        lived = net.subnets[_subnets(net, resource)[0]].vpc if _subnets(net, resource) else None
        if lived:
            home.setdefault(resource.id, [identity(lived.id)])
    for resource in resources.values():
        vpc = next((one for one in resources.values() if one.type == VPC and net.gateway(one) == resource), None)
        if vpc:
            home[resource.id] = [identity(vpc.id)]
    return groups, dict(home)


def _tiers(net: Network) -> dict[tuple[str, ...], list[str]]:
    """As sub-redes que se desenham juntas, e os recursos que vivem em todas elas.

    A de um recurso que só vive nela fica sozinha, e um grupo de Auto Scaling aparece em cada uma das suas;
    quem vive em várias, e divide alguma, fica na VPC.
    """
    lived: dict[tuple[str, ...], list[str]] = {}
    for resource in net.view.resources.values():
        subnets = tuple(_subnets(net, resource)) if _drawn(resource) else ()
        together = [tuple(name for name in net.subnets if name in subnets)]
        for place in [(name,) for name in subnets] if resource.type == SCALING_GROUP else together if subnets else ():
            lived.setdefault(place, []).append(resource.id)
    tiers: dict[tuple[str, ...], list[str]] = {}
    for subnets in sorted(lived, key=len):
        if not {name for tier in tiers for name in tier} & set(subnets):
            tiers[subnets] = lived[subnets]
    return tiers


def _subnets(net: Network, resource: Resource) -> list[str]:
    home = home_of(net, resource)
    return [subnet.id for subnet in home.known_subnets(net)] if home else []


def _drawn(resource: Resource) -> bool:
    return not is_support(resource.type) and resource.type not in (*GROUPS, SECURITY_GROUP)


def identity(logical: str) -> str:
    """`FilaPedidos` → `fila-pedidos`."""
    return "-".join(_parts(logical)).lower()


def words(logical: str) -> str:
    """`FilaPedidos` → `Fila pedidos`."""
    first, *rest = (part.upper() if part.lower() in ("vpc", "nat", "api", "cdn", "dns") else part for part in _parts(logical))
    return " ".join([first, *(part if part.isupper() else part.lower() for part in rest)])


def _parts(logical: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", logical) or [logical]


@cache
def _classes() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "classes.toml").read_text(encoding="utf-8"))


def class_of(type_: str) -> str:
    """A classe de `diagrams` do tipo (`storage.S3`), ou a geral."""
    return _classes().get(type_, "general.General")
