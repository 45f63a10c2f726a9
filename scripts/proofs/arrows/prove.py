"""Provas: para cada seta do diagrama, as linhas do template que a tornam verdadeira.

`prove` devolve um `Proof` por seta. Cada módulo daqui tem as regras de um assunto, e se
registra ao ser importado; uma regra nova é uma função, um teste e nada mais.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from scripts.aws.outside import outside_aws
from scripts.base.diagram import Diagram, Edge
from scripts.proofs import arrows
from scripts.proofs.arrows.meeting import unmet
from scripts.proofs.arrows.program import uninformed
from scripts.proofs.arrows.registry import NOWHERE, RULES, Case, Proof, Rule, Seen
from scripts.proofs.arrows.viable import viable
from scripts.proofs.evidence import Evidence, Found, Missing, guarded
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource, Template
from scripts.template.values import Path

for _module in pkgutil.iter_modules(arrows.__path__):
    importlib.import_module(f"{arrows.__name__}.{_module.name}")


def prove(diagram: Diagram, views: Views) -> list[Proof]:
    """Uma prova por seta, na ordem do script."""
    return [prove_arrow(diagram, views, edge) for edge in diagram.edges]


def prove_arrow(diagram: Diagram, views: Views, edge: Edge) -> Proof:
    """A prova de uma seta do diagrama, em todos os mundos do template."""
    proof = _prove(diagram, views, edge)
    if edge.arrows == "both" and proof.rule:
        back = _prove(diagram, views, replace(edge, tail=edge.head, head=edge.tail))
        proof = replace(proof, found=proof.found + back.found, seen=proof.seen + back.seen, missing=proof.missing + (back.missing if back.rule else (
            Missing(("Resources",), f"nenhuma regra prova a volta, de `{edge.head}` a `{edge.tail}`", "desenhe uma ponta só"),)))
    outside = any(not element.resources and outside_aws(element.kind) for element in map(diagram.elements.__getitem__, (edge.tail, edge.head)))
    return replace(proof, missing=proof.missing + views.unknown, outside=outside)


def _prove(diagram: Diagram, views: Views, edge: Edge) -> Proof:
    pair = _pair(diagram, views.template, edge.tail, edge.head)
    if pair is None:
        return Proof(edge, None, reversed_rule=_reversed(diagram, views, edge))
    proof = _evidence(diagram, views, edge, *pair)
    return proof if proof.proven else replace(proof, reversed_rule=_reversed(diagram, views, edge))


def _reversed(diagram: Diagram, views: Views, edge: Edge) -> Rule | None:
    pair = _pair(diagram, views.template, edge.head, edge.tail)
    if pair is None:
        return None
    turned = replace(edge, tail=edge.head, head=edge.tail)
    return pair[0] if _evidence(diagram, views, turned, *pair).proven else None


def _evidence(diagram: Diagram, views: Views, edge: Edge, rule: Rule, tail: Resource, head: Resource) -> Proof:
    """A prova da seta por todos os recursos das pontas que são do tipo destes: a de um não serve de prova à do outro."""
    first, *others = [_one(diagram, views, edge, rule, start, end)
                      for start in _alike(diagram, views.template, edge.tail, tail) for end in _alike(diagram, views.template, edge.head, head)]
    for other in others:
        first = replace(first, found=tuple(dict.fromkeys(first.found + other.found)), seen=first.seen + other.seen,
                        missing=tuple(dict.fromkeys(first.missing + other.missing + (() if other.found else (
                            Missing(("Resources",), "nada prova a seta para um dos recursos da ponta", "dê a cada um o seu nó"),)))))
    return first


def _alike(diagram: Diagram, template: Template, identity: str, chosen: Resource) -> list[Resource]:
    return [chosen, *(other for other in _ends(diagram, template, identity) if other.type == chosen.type and other.id != chosen.id)]


def _one(diagram: Diagram, views: Views, edge: Edge, rule: Rule, tail: Resource, head: Resource) -> Proof:
    """O que a regra acha e o que falta, em todos os mundos, e tudo o que ela leu."""
    found: dict[Found, None] = {}
    missing: dict[Missing, None] = {}
    seen: list[Seen] = []
    for view, (pieces, reads) in views.told(partial(_said, diagram, edge, rule, tail, head)):
        lines = tuple(piece for piece in pieces if isinstance(piece, Found))
        found.update(dict.fromkeys(lines))
        missing.update(dict.fromkeys(piece for piece in pieces if isinstance(piece, Missing)))
        if reads is not None:
            seen.append(Seen(view, reads, lines, rule.asks))
    return Proof(edge, rule, tuple(found), tuple(missing), seen=tuple(seen))


def _said(diagram: Diagram, edge: Edge, rule: Rule, tail: Resource, head: Resource, view: View) -> tuple[list[Evidence], tuple[Path, ...] | None]:
    """O que a regra acha e o que falta num mundo, e o que ela leu nele; nada lê onde uma ponta não existe."""
    absent = [end for end in (tail, head) if end != NOWHERE and end.id not in view.resources]
    if absent:
        return [Missing(("Resources", end.id, "Condition"), f"`{end.id}` pode não existir", "tire a condição dele") for end in absent], None
    with view.reading() as reads:
        said = list(guarded(rule.prove(Case(view, diagram, edge, tail, head)), f"a regra `{rule.id}`", rule.origin))
        pieces = [*said, *_hindered(diagram, view, edge, said), *uninformed(view, tail, head), *unmet(view, diagram, edge, tail, head)]
    return pieces, tuple(reads)


def _hindered(diagram: Diagram, view: View, edge: Edge, said: list[Evidence]) -> Iterator[Missing]:
    """O que impede um dos recursos do caminho, as pontas e os que têm uma linha, de existir, de rodar ou de atender."""
    names = {name: None for end in (edge.tail, edge.head) for name in diagram.elements[end].resources}
    names.update({str(piece.path[1]): None for piece in said if isinstance(piece, Found) and piece.path[:1] == ("Resources",)})
    for name in names:
        if name in view.resources:
            yield from viable(view, view.resources[name])


def _pair(diagram: Diagram, template: Template, tail: str, head: str) -> tuple[Rule, Resource, Resource] | None:
    """A regra da seta e os recursos a que ela se aplica; entre vários, os primeiros que têm regra."""
    for start in _ends(diagram, template, tail):
        for end in _ends(diagram, template, head):
            rule = RULES.get((start.type, end.type))
            if rule:
                return rule, start, end
    return None


def _ends(diagram: Diagram, template: Template, identity: str) -> Iterator[Resource]:
    element = diagram.elements[identity]
    if not element.resources:
        yield NOWHERE
    for name in element.resources:
        if name in template.resources:
            yield template.resources[name]
