"""Dependências em círculo: o CloudFormation não sabe o que criar primeiro, e recusa a pilha inteira.

Depende de outro quem o cita por `Ref`, `Fn::GetAtt` ou `Fn::Sub`, e quem o nomeia em `DependsOn`:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from scripts.base.findings import Finding
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource, named
from scripts.template.values import Path

Graph = dict[str, dict[str, Path]]
"""De cada recurso, os de que depende, com o lugar em que o diz."""


def check(views: Views) -> Iterator[Finding]:
    """Um achado por círculo, na linha do primeiro elo dele; só se procuram mundo a mundo quando, em todos juntos, há algum."""
    resources = views.template.resources
    try:
        TopologicalSorter({name: one.references & resources.keys() for name, one in resources.items()}).prepare()
        return
    except CycleError:
        pass
    said = set()
    for view in views.each:
        graph = {name: dict(_depends(view, one)) for name, one in view.resources.items()}
        for cycle in _cycles(graph):
            if frozenset(cycle) not in said:
                said.add(frozenset(cycle))
                yield Finding(view.template.path, view.template.line(*graph[cycle[0]][cycle[1]]), "dependencia-circular", _message(cycle))


def _cycles(graph: Graph) -> Iterator[list[str]]:
    """O menor círculo de cada grupo de recursos que dependem uns dos outros; desfeito ele, os maiores se veem."""
    done: set[str] = set()
    for start in graph:
        around = {start} if start in graph[start] else set()
        if start not in done:
            around |= {other for other in _reached(graph, start) if start in _reached(graph, other)}
        if around - done:
            done |= around
            yield min((_back(graph, name) for name in graph if name in around), key=len)


def _reached(graph: Graph, start: str) -> dict[str, str]:
    """Tudo de que o recurso depende, direta ou indiretamente, cada um com quem o cita no menor caminho."""
    found: dict[str, str] = {}
    pending = [start]
    for name in pending:
        for other in graph[name]:
            if other not in found:
                found[other] = name
                pending.append(other)
    return found


def _back(graph: Graph, start: str) -> list[str]:
    """O menor caminho do recurso até ele mesmo."""
    citing = _reached(graph, start)
    path = [start, citing[start]]
    while path[-1] != start:
        path.append(citing[path[-1]])
    return path[::-1]


def _depends(view: View, resource: Resource) -> Iterator[tuple[str, Path]]:
    start: Path = ("Resources", resource.id)
    found = [*_cited(view, {key: part for key, part in resource.body.items() if key != "DependsOn"}, start)]
    found += [(name, resource.dependency(name) or start) for name in resource.depends_on]
    yield from ((name, path) for name, path in reversed(found) if name in view.resources)  # de cada um vale o primeiro lugar


def _cited(view: View, value: Any, path: Path) -> Iterator[tuple[str, Path]]:
    value, path = view.chosen(value, path)
    if isinstance(value, dict):
        yield from ((name, path) for name in named(value))
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _cited(view, inner, (*path, key))


def _message(cycle: list[str]) -> str:
    if len(cycle) == 2:
        return f"`{cycle[0]}` cita a si mesmo, e o CloudFormation recusa a pilha; tire a citação."
    chain = ", que depende de ".join(f"`{name}`" for name in cycle[1:])
    return (f"`{cycle[0]}` depende de {chain}: é um círculo, e o CloudFormation recusa a pilha. Desfaça um dos elos: escreva o ARN por "
            "extenso, com um nome que o template dá ao recurso, ou leve a ligação para um recurso à parte.")
