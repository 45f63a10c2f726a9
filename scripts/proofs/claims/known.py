"""Os tipos de recurso que as afirmações conhecem. Um tipo desenhado que não está aqui nada prova.

Saem do catálogo, em `scripts/aws/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws import catalog as aws
from scripts.aws.catalog import SERVER, kind_of, types
from scripts.base.diagram import Node
from scripts.proofs.claims.registry import Scene
from scripts.proofs.evidence import Missing
from scripts.template.cloudformation import Resource


DATABASES = types(database=True)
"""Bancos que se alcançam pela rede de uma VPC."""

SERVERS = types(nature=SERVER)
"""Onde há máquina, tamanho ou capacidade a escolher."""

HOURLY = types(hourly=True)
"""O que cobra por existir, com ou sem uso."""

MANAGED = types(nature=aws.MANAGED)
"""Serviços sem servidor: nem tamanho a escolher, nem cobrança por hora."""


def drawn(scene: Scene) -> Iterator[Resource]:
    """Os recursos dos componentes do diagrama que existem no mundo, sem repetição."""
    names = [name for node in scene.diagram.nodes for name in node.resources]
    for name in dict.fromkeys(names):
        if name in scene.view.resources:
            yield scene.view.resources[name]


def strangers(scene: Scene) -> Iterator[Missing]:
    """O que se desenha e não se conhece: não dá para afirmar nada do conjunto."""
    for resource in drawn(scene):
        if not kind_of(resource.type).nature:
            yield Missing(("Resources", resource.id, "Type"), f"as afirmações não conhecem o tipo `{resource.type}`",
                          "acrescente-o ao catálogo em `regras/`, com `add`")


def nodes_of(scene: Scene, *names: str) -> list[Node]:
    """Os componentes que representam algum destes recursos."""
    return [node for node in scene.diagram.nodes if set(node.resources) & set(names)]
