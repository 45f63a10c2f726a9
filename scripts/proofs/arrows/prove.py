"""Provas: para cada seta do diagrama, as linhas do template que a tornam verdadeira.

`prove` devolve um `Proof` por seta. Cada módulo daqui tem as regras de um assunto, e se
registra ao ser importado; uma regra nova é uma função, um teste e nada mais.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

from scripts.base.diagram import Diagram, Edge
from scripts.proofs import arrows
from scripts.proofs.arrows.registry import OUTSIDE, RULES, Case, Proof, Rule
from scripts.proofs.evidence import Found, Missing
from scripts.proofs.network.exposure import hidden
from scripts.template.cloudformation import Resource, Template
from scripts.template.resolution import Resolution, scenarios

for _module in pkgutil.iter_modules(arrows.__path__):
    importlib.import_module(f"{arrows.__name__}.{_module.name}")


def prove(diagram: Diagram, template: Template) -> list[Proof]:
    """Uma prova por seta, na ordem do script."""
    return _proofs(diagram, template, diagram.edges)


def prove_arrow(diagram: Diagram, template: Template, edge: Edge) -> Proof:
    """A prova de uma seta só do diagrama: a mesma que `prove` dá, sem o tempo das outras."""
    (proof,) = _proofs(diagram, template, (edge,))
    return proof


def _proofs(diagram: Diagram, template: Template, edges: tuple[Edge, ...]) -> list[Proof]:
    cases = scenarios(template)
    obscure = tuple(Missing(path, need, "escreva os recursos por extenso") for path, need in hidden(template))
    proofs = [_prove(diagram, template, edge, cases) for edge in edges]
    return [replace(proof, missing=proof.missing + obscure) for proof in proofs]


def _prove(diagram: Diagram, template: Template, edge: Edge, cases: list[Resolution]) -> Proof:
    pair = _pair(diagram, template, edge.tail, edge.head)
    if pair is None:
        return Proof(edge, None, reversed_rule=_reversed(diagram, template, edge, cases))
    rule, tail, head = pair
    found, missing = _evidence(diagram, edge, rule, tail, head, cases)
    proof = Proof(edge, rule, found, missing)
    return proof if proof.proven else replace(proof, reversed_rule=_reversed(diagram, template, edge, cases))


def _reversed(diagram: Diagram, template: Template, edge: Edge, cases: list[Resolution]) -> Rule | None:
    pair = _pair(diagram, template, edge.head, edge.tail)
    if pair is None:
        return None
    rule, tail, head = pair
    found, missing = _evidence(diagram, replace(edge, tail=edge.head, head=edge.tail), rule, tail, head, cases)
    return rule if found and not missing else None


def _evidence(
    diagram: Diagram, edge: Edge, rule: Rule, tail: Resource | None, head: Resource | None, cases: list[Resolution]
) -> tuple[tuple[Found, ...], tuple[Missing, ...]]:
    found: dict[Found, None] = {}
    missing: dict[Missing, None] = {}
    for resolution in cases:
        absent = [end for end in (tail, head) if end and end.id not in resolution.resources]
        for end in absent:
            missing[Missing(("Resources", end.id, "Condition"), f"`{end.id}` pode não existir", "tire a condição dele")] = None
        if absent:
            continue
        for piece in rule.prove(Case(resolution, diagram, edge, tail, head)):
            (found if isinstance(piece, Found) else missing)[piece] = None
    return tuple(found), tuple(missing)


def _pair(diagram: Diagram, template: Template, tail: str, head: str) -> tuple[Rule, Resource | None, Resource | None] | None:
    """A regra da seta e os recursos a que ela se aplica; entre vários, os primeiros que têm regra."""
    for start in _ends(diagram, template, tail):
        for end in _ends(diagram, template, head):
            rule = RULES.get((start.type if start else OUTSIDE, end.type if end else OUTSIDE))
            if rule:
                return rule, start, end
    return None


def _ends(diagram: Diagram, template: Template, identity: str) -> Iterator[Resource | None]:
    element = diagram.elements[identity]
    if not element.resources:
        yield None
    for name in element.resources:
        if name in template.resources:
            yield template.resources[name]
