"""O que uma seta sem prova toca: do que só por ela se explicaria, a causa já está dita nela."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scripts.aws.types import SECURITY_GROUP_EGRESS, SECURITY_GROUP_INGRESS
from scripts.base.diagram import Diagram
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.drawn.grants import Grant
from scripts.template.cloudformation import Resource
from scripts.template.values import Path


def unproven(proofs: Iterable[Proof]) -> list[Proof]:
    """As provas a que falta algo que o template deveria dizer."""
    return [proof for proof in proofs if proof.rule and proof.missing]


def touched(diagram: Diagram, proofs: Iterable[Proof]) -> frozenset[str]:
    """Os recursos das pontas dessas setas, e os do que lhes falta."""
    ends = {name for proof in proofs for end in (proof.edge.tail, proof.edge.head) for name in diagram.elements[end].resources}
    return frozenset(ends | {str(missing.path[1]) for proof in proofs for missing in proof.missing if len(missing.path) > 1})


def follows(grant: Grant, lost: Mapping[str, Resource], pointed: Iterable[Path], prefixes: set[Path]) -> bool:
    """A permissão se perdeu com a seta: é dela que a falta fala, ou é de um recurso ligado a ela de que nada se provou."""
    own = grant.resource
    if any(path[:len(place)] == place for path in pointed for place in ([grant.statement.path] if grant.statement else [])):
        return True
    apart = own.references if own.type in (SECURITY_GROUP_INGRESS, SECURITY_GROUP_EGRESS) else set()
    if grant.reach and any({own.id, *apart} & each.references for each in lost.values()):
        return True  # a regra de um grupo pode estar à parte, e cita o grupo que a ponta cita
    linked = own.id in lost or bool(own.references & lost.keys())
    return linked and ("Resources", own.id) not in prefixes and not grant.trusted
