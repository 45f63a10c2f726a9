"""Arranjo: tenta mais de um leiaute do diagrama e fica com a figura mais barata.

Cada tentativa custa poucos milissegundos. A primeira serve quando não tem defeito; as outras
mudam uma coisa de cada vez na melhor até ali: o espelho, as trocas entre irmãos, as colunas
alinhadas entre grupos, os títulos que uma seta risca.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.picture import legibility
from scripts.picture.cost import Cost, measure
from scripts.picture.layout import layout
from scripts.picture.measures import title_width
from scripts.picture.order import inversions, swaps
from scripts.picture.placement import Picture, place
from scripts.picture.plan import Plan
from scripts.picture.squeeze import compact

# O preço de cada defeito, na unidade em que dobrar a área da figura custa 150.
ICON, LABEL, TITLE, BORDER, DISORDER, CROSSING, FAR, AREA = 1000, 150, 70, 40, 40, 12, 8, 150


@dataclass(frozen=True)
class Attempt:
    """Uma figura tentada, com o plano dela, os achados e as medidas."""

    plan: Plan
    picture: Picture
    findings: list[Finding]
    cost: Cost
    disorder: int

    def price(self, area: float) -> float:
        """O preço da figura, quando a primeira tentativa tem a área dada."""
        cost = self.cost
        flaws = ICON * cost.icons + LABEL * cost.labels + TITLE * cost.titles + BORDER * cost.borders
        return flaws + DISORDER * self.disorder + CROSSING * cost.crossings + FAR * cost.far + AREA * cost.area / area


def arrange(diagram: Diagram) -> tuple[Picture, list[Finding]]:
    """A melhor figura do diagrama e os achados dela. Erro: `Defect` quando o Graphviz não o posiciona."""
    best = first = _attempt(diagram, Plan())
    for change in (_ordered, _local, _ordered, _lowered, _widened, _widened):
        for plan in change(best):
            other = _attempt(diagram, plan)
            if other.price(first.cost.area) < best.price(first.cost.area):
                best = other
    return best.picture, best.findings


def _attempt(diagram: Diagram, plan: Plan) -> Attempt:
    placed = layout(diagram, plan)
    picture = place(compact(placed))
    findings = legibility.check(picture)
    return Attempt(plan, picture, findings, measure(picture, findings), inversions(placed))


def _ordered(best: Attempt) -> Iterator[Plan]:
    """Com os irmãos na ordem declarada: em espelho e, depois, com trocas."""
    if best.disorder:
        yield replace(best.plan, mirrored=not best.plan.mirrored)
    if best.disorder and not best.plan.swaps and (exchange := swaps(best.picture.layout)):
        yield replace(best.plan, swaps=exchange)


def _local(best: Attempt) -> Iterator[Plan]:
    """Com as colunas de cada grupo só dele."""
    yield replace(best.plan, across=not best.plan.across)


def _lowered(best: Attempt) -> Iterator[Plan]:
    """Com os títulos riscados embaixo."""
    if struck := legibility.struck(best.picture):
        yield replace(best.plan, lowered=best.plan.lowered | set(struck))


def _widened(best: Attempt) -> Iterator[Plan]:
    """Com os grupos de título riscado mais largos, para que ele saia do caminho da seta."""
    if struck := legibility.struck(best.picture):
        groups = {frame.group.id: frame.group for frame in best.picture.frames}
        wider = {name: best.plan.widened.get(name, 0) + round(title_width(groups[name])) for name in struck}
        yield replace(best.plan, widened=best.plan.widened | wider)
        yield replace(best.plan, widened=best.plan.widened | wider, lowered=best.plan.lowered - set(struck))
