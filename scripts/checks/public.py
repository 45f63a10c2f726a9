"""Público: nada no template recebe da internet sem que a figura o mostre."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import INTERNET_GATEWAY, SECURITY_GROUP
from scripts.base.diagram import Diagram, Node
from scripts.base.findings import Finding
from scripts.proofs.claims.entrances import public
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

UNDRAWN = "publico-nao-desenhado"
PUBLIC_SUBNET = "sub-rede-publica"


def check(view: View, diagram: Diagram) -> Iterator[Finding]:
    """Um achado por recurso público que não se mostra como tal."""
    told = set()
    for resource, path, how in public(view):
        if resource.id not in told and not _shown(view, diagram, resource):
            told.add(resource.id)
            yield Finding(view.template.path, view.template.line(*path), UNDRAWN,
                          f"`{resource.id}` {how}, e a figura não o mostra público; feche-o, ou desenhe a seta de fora até ele.")


def _shown(view: View, diagram: Diagram, resource: Resource) -> bool:
    """Há uma seta de fora, ou do gateway de internet, até ele; ou está numa sub-rede pública."""
    if resource.type == SECURITY_GROUP:
        return False  # um grupo aberto em que ninguém vive
    nodes = [node for node in diagram.nodes if resource.id in node.resources]
    if any(group.kind == PUBLIC_SUBNET for node in nodes for group in diagram.ancestors(node)):
        return True
    names = {node.id for node in nodes}
    return any(edge.head in names and _outside(view, diagram.elements[edge.tail]) for edge in diagram.edges)


def _outside(view: View, element: object) -> bool:
    if not isinstance(element, Node):
        return False
    kinds = [view.resources[name].type for name in element.resources if name in view.resources]
    return not element.resources or INTERNET_GATEWAY in kinds
