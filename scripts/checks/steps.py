"""Passos: cada item da lista tem seta ou componente, e cada número do diagrama é contado."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import plain
from scripts.page.architecture import Page, Step


def check(diagram: Diagram, page: Page) -> Iterator[Finding]:
    """Faltas dos dois lados. Sem lista, já há um achado por ela."""
    if not page.steps:
        return
    told = {step.number for step in page.steps}
    drawn = set()
    for element in (*diagram.edges, *diagram.nodes, *diagram.groups):
        if element.step is None:
            continue
        drawn.add(element.step)
        if element.step not in told:
            code, who = "componente-sem-passo", f"O componente `{element.id}`"
            if isinstance(element, Edge):
                code, who = "seta-sem-passo", f"A seta `{element.tail} → {element.head}`"
            yield Finding(diagram.path, element.line, code,
                          f"{who} diz `passo=\"{element.step}\"`, mas `{page.path}` conta até {len(told)}; "
                          "conte o passo, ou corrija o número.")
    for step in page.steps:
        if step.number not in drawn:
            yield Finding(page.path, step.line, "passo-sem-seta",
                          f"Nada no diagrama mostra o passo {step.number}; ponha `passo=\"{step.number}\"` na seta ou "
                          f"no componente dele, em `{diagram.path}`.")
    yield from _misplaced(diagram, page)


def _misplaced(diagram: Diagram, page: Page) -> Iterator[Finding]:
    """A seta está no passo que fala dela: ele cita uma das pontas e, se outro cita as duas, é porque outra seta está lá."""
    steps = {step.number: step for step in page.steps}
    for edge in diagram.edges:
        own = steps.get(edge.step or 0)
        if own is None or _cites(diagram, own, edge.tail) and _cites(diagram, own, edge.head):
            continue
        drawn = {other.step for other in diagram.edges if {other.tail, other.head} == {edge.tail, edge.head}}
        better = [number for number, step in steps.items()
                  if number not in drawn and _cites(diagram, step, edge.tail) and _cites(diagram, step, edge.head)]
        if better or not (_cites(diagram, own, edge.tail) or _cites(diagram, own, edge.head)):
            hint = f"o passo {better[0]} cita as duas pontas" if better else "o texto dele não cita nenhuma das pontas"
            yield Finding(diagram.path, edge.line, "seta-em-outro-passo",
                          f"A seta `{edge.id}` diz `passo=\"{edge.step}\"`, e {hint}; corrija o número, ou o texto de `{page.path}`.")


def _cites(diagram: Diagram, step: Step, identity: str) -> bool:
    """O texto do passo traz o link, ou o nome, do componente ou de um grupo em que ele está."""
    linked = {link.target.removeprefix("#") for link in step.links}
    element = diagram.elements.get(identity)
    if element is None:  # um id que não serve já é um achado
        return True
    around = {element.id, *(group.id for group in diagram.ancestors(element))}
    return bool(around & linked) or bool(re.search(rf"(?<!\w){re.escape(plain(element.label))}(?!\w)", plain(step.text)))
