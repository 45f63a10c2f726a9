"""O mundo fechado: o que o template escreve no caminho de uma prova, e ninguém leu, nunca está bem.

O caminho são as pontas da seta e todo recurso com uma linha de evidência. Uma propriedade escrita
ali precisa ter sido lida por alguma prova, ou não mudar seta nenhuma (`scripts/aws/neutral.py`); um
recurso que cita um do caminho precisa ter sido olhado, ou ser de um tipo que só observa.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.aws.neutral import NEIGHBOURS, neutral
from scripts.aws.types import VPC
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.policies import DOCUMENTS
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import Path

SHOWN = 4
"""Quantas propriedades e setas um achado nomeia."""
ATTRIBUTES = ("LoadBalancerAttributes", "TargetGroupAttributes")
"""Listas de pares em que a chave diz qual é a propriedade."""


def unread(diagram: Diagram, views: Views, proofs: Sequence[Proof]) -> Iterator[Finding]:
    """Um achado por recurso: as propriedades que ninguém leu, ou o próprio recurso, vizinho que ninguém olhou."""
    ruled = [proof for proof in proofs if proof.rule]
    reads = {path for proof in ruled for path in proof.reads}
    begun = {path[:end] for path in reads for end in range(4, len(path) + 1)}
    arrows: dict[str, list[str]] = {}
    for proof in ruled:
        for name in _path(diagram, proof):
            arrows.setdefault(name, []).append(proof.edge.id)
    for name, doubted in arrows.items():
        resource = views.template.resources.get(name)
        left = [path for path in _leaves(resource.properties, _home(name)) if not _covered(path, reads, begun)
                and not neutral(resource.type, _dotted(views.template.data, path))] if resource else []
        if resource and left:
            yield _property(views, resource, left, doubted)
    for name, doubted in list(arrows.items()):
        for network in _networks(views.template.resources, name):
            arrows.setdefault(network, []).extend(doubted)
    yield from _neighbours(views, arrows, {path[1] for path in reads if len(path) > 1})


def _home(name: str) -> Path:
    return ("Resources", name, "Properties")


def _path(diagram: Diagram, proof: Proof) -> set[str]:
    """Os recursos de que a seta depende: as pontas, e os que têm uma linha de evidência."""
    ends = {name for end in (proof.edge.tail, proof.edge.head) for name in diagram.elements[end].resources}
    return ends | {str(piece.path[1]) for piece in proof.found if len(piece.path) > 1 and piece.path[0] == "Resources"}


def _networks(resources: Mapping[str, Resource], name: str) -> set[str]:
    """As VPCs que o recurso cita: o que mexe na rede toda mexe nele."""
    cited = resources[name].references & resources.keys() if name in resources else set()
    return {other for other in cited if resources[other].type == VPC}


def _leaves(node: Any, path: Path) -> Iterator[Path]:
    """Cada valor que se escreve inteiro: um escalar, uma função, uma lista ou um mapa vazios."""
    items: list[tuple[Key, Any]] = []
    if isinstance(node, dict) and not any(str(key).startswith(("Fn::", "Ref")) for key in node):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    for key, inner in items:
        yield from _leaves(inner, (*path, key))
    if not items and len(path) > 3:
        yield path


def _covered(path: Path, reads: set[Path], begun: set[Path]) -> bool:
    """A folha foi lida: ela mesma, um ramo de `Fn::If` dela, a lista de escalares em que está, ou a política inteira."""
    if path in begun or isinstance(path[-1], int) and path[:-1] in reads:
        return True
    document = next((end for end, key in enumerate(path, 1) if key in DOCUMENTS), 0)
    return bool(document) and path[:document] in begun


def _dotted(data: Any, path: Path) -> str:
    """O nome da propriedade, sem as posições; nas listas de atributos, com a chave no lugar do par."""
    if len(path) > 5 and path[3] in ATTRIBUTES:
        pair = data["Resources"][path[1]]["Properties"][path[3]][path[4]]
        return f"{path[3]}.{pair.get('Key') if isinstance(pair, dict) else ''}"
    return ".".join(str(key) for key in path[3:] if isinstance(key, str))


def _property(views: Views, resource: Resource, left: list[Path], arrows: list[str]) -> Finding:
    names = list(dict.fromkeys(_dotted(views.template.data, path) for path in left))
    return Finding(views.template.path, views.template.line(*left[0]), "propriedade-desconhecida",
                   f"Nenhuma prova leu {_listed(names)} de `{resource.id}`, e isso pode mudar {_listed(list(dict.fromkeys(arrows)))}; tire a "
                   "propriedade, leia-a na regra da seta, ou, se ela não muda seta nenhuma, acrescente-a a `scripts/aws/neutral.py`.")


def _neighbours(views: Views, arrows: dict[str, list[str]], seen: set[Key]) -> Iterator[Finding]:
    for resource in views.template.resources.values():
        cited = sorted(resource.references & arrows.keys())
        if cited and resource.id not in seen and resource.id not in arrows and resource.type not in NEIGHBOURS:
            doubted = list(dict.fromkeys(edge for name in cited for edge in arrows[name]))
            yield Finding(views.template.path, resource.line, "vizinho-desconhecido",
                          f"`{resource.id}` (`{resource.type}`) cita {_listed(cited)}, nenhuma prova o olhou, e ele pode mudar "
                          f"{_listed(doubted)}; tire-o, leia-o na regra da seta, ou, se ele só observa, acrescente o tipo a "
                          "`scripts/aws/neutral.py`.")


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return f"{shown} e mais {len(names) - SHOWN}" if len(names) > SHOWN else shown
