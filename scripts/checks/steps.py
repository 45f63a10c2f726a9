"""Passos: cada item da lista tem seta ou componente, e cada número do diagrama é contado."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.page.architecture import Page


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
