"""A volta das provas: tudo o que o template permite é mostrado por uma seta, ou tem motivo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.proofs.arrows.jobs import WRITING
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.drawn.grants import Grant, covered, grants, prefixes_of
from scripts.proofs.drawn.lost import follows, touched, unproven
from scripts.proofs.drawn.support import Scene, supported
from scripts.proofs.facts.views import Views
from scripts.template.values import Path

CODE = "permissao-sem-seta"
BARE = re.compile(r":log-group:[^:]*$")
"""O fim do ARN de um grupo de logs que não alcança os fluxos dele."""


def unclaimed(diagram: Diagram, views: Views, proofs: Iterable[Proof]) -> Iterator[Finding]:
    """As permissões que não são evidência de seta, nem apoio, nem exceção com motivo; as de uma seta sem prova esperam por ela.

    Um benefício não justifica permissão: o que ele diz delas é um juízo sobre as que existem.
    """
    proofs = tuple(proofs)
    evidence = {piece.path for proof in proofs for piece in proof.found}
    prefixes = prefixes_of(evidence)
    left: dict[tuple[str | int, ...], Grant] = {}
    explained = set()
    for view in views.each:
        scene = Scene(diagram, view)
        for grant in grants(view):
            if supported(scene, grant) or _drawn(scene, grant, proofs, prefixes):
                explained.add(grant.path)
            elif not covered(grant, evidence, prefixes):
                left[grant.path] = grant
    without = unproven(proofs)
    lost = {name: views.template.resources[name] for name in touched(diagram, without) if name in views.template.resources}
    pointed = [missing.path for proof in without for missing in proof.missing]
    left = {path: grant for path, grant in left.items() if not follows(grant, lost, pointed, prefixes)}
    remaining = _needed({path: grant for path, grant in left.items() if path not in explained}, explained)
    for grant in _without_reason(remaining):
        yield Finding(views.template.path, views.template.line(*grant.path), CODE, _message(grant))


def _drawn(scene: Scene, grant: Grant, proofs: Iterable[Proof], prefixes: set[Path]) -> bool:
    """Uma seta que ainda não se prova já mostra a ação: o que lhe falta está dito nela, ou ela diz por que não há regra.

    Uma declaração em que há evidência se julga por ela.
    """
    if not grant.statement or grant.statement.path in prefixes:
        return False
    actors = {actor.id for actor in scene.actors(grant.statement)}
    return any(not proof.proven and grant.name.lower() in proof.edge.action.lower().split()
               and actors.intersection(scene.diagram.elements[proof.edge.tail].resources) for proof in proofs)


def _needed(left: dict[tuple[str | int, ...], Grant], explained: set[tuple[str | int, ...]]) -> list[Grant]:
    """Sem repetir: se nenhuma ação de uma declaração se explica, os recursos dela não se contam à parte.

    Numa declaração explicada por apoio, os recursos já foram conferidos com ela.
    """
    kept = []
    for grant in left.values():
        statement = grant.statement
        if statement and not statement.managed and grant.path in {item.path for item in statement.resources}:
            if any(item.path in explained or item.path in left for item in statement.actions):
                continue
        kept.append(grant)
    return kept


def _without_reason(remaining: list[Grant]) -> Iterator[Grant]:
    """As que nenhum `Excecoes` explica; havendo várias num recurso, o motivo precisa nomear cada uma."""
    for grant in remaining:
        reason = grant.resource.exceptions.get(CODE, "").strip()
        others = {_unit(other) for other in remaining if other.resource == grant.resource}
        names = {grant.name, grant.statement.sid if grant.statement else ""} - {""}
        if grant.reach or not reason or len(others) > 1 and not any(name in reason for name in names):
            yield grant


def _unit(grant: Grant) -> tuple[str | int, ...]:
    """O que um motivo explica de uma vez: a declaração inteira."""
    return grant.statement.path if grant.statement else grant.path


def _message(grant: Grant) -> str:
    draw = f" com `acao=\"{grant.name}\"`" if grant.statement and ":" in grant.name and not grant.trusted else ""
    if grant.statement and grant.name in WRITING and any(BARE.search(str(item.value)) for item in grant.statement.resources):
        return (f"`{grant.name}` de `{grant.resource.id}` é no grupo de logs, e a ação é num fluxo dele: nada se registra; use o `Arn` do grupo, que "
                "acaba em `:*`.")
    if grant.reach:
        return f"Nenhuma seta mostra {grant.text}; desenhe a seta, ou feche-a: é caminho de rede, e motivo nenhum o explica."
    return (f"Nenhuma seta mostra {grant.text.rstrip(',')}; desenhe a seta{draw}, tire a permissão, ou dê o motivo em "
            f"`Metadata: {{Excecoes: {{{CODE}: …}}}}` de `{grant.resource.id}`.")
