"""Arranjo: tenta mais de um leiaute do diagrama e fica com a figura mais barata.

Cada tentativa custa poucos milissegundos. A primeira serve quando não tem defeito; as outras
mudam uma coisa de cada vez na melhor até ali: o espelho, as trocas entre irmãos, as colunas
alinhadas entre grupos, os títulos que uma seta risca.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.base.diagram import Diagram
from scripts.base.findings import Defect, Finding
from scripts.picture import legibility
from scripts.picture.cost import Cost, measure
from scripts.picture.layout import Layout, layout
from scripts.picture.leveling import level
from scripts.picture.measures import title_lines, widening
from scripts.picture.order import inversions, swaps
from scripts.picture.placement import Picture, place, strikes
from scripts.picture.plan import Plan, peers
from scripts.picture.ports import ALIGNED
from scripts.picture.routing import Routes
from scripts.picture.squeeze import compact

# O preço de cada defeito, na unidade em que dobrar a área da figura custa 150.
ICON, LABEL, TITLE, BORDER, DISORDER, CROSSING, FAR, AREA = 2000, 300, 180, 60, 40, 30, 8, 150

# Até quanto uma fileira torta se endireita, se nada piora com isso.
STRAIGHTER = 26
# Quantos títulos riscados se experimenta mudar um a um.
FEW = 4


class Attempt(NamedTuple):
    """Uma figura tentada, com o plano dela, os achados e as medidas."""

    plan: Plan
    placed: Layout
    routes: Routes
    picture: Picture
    findings: list[Finding]
    cost: Cost
    disorder: int

    @property
    def flawed(self) -> bool:
        """Se há o que melhorar além da área."""
        cost = self.cost
        return bool(self.disorder or cost.icons or cost.labels or cost.titles or cost.borders or cost.crossings or cost.far)

    def price(self, area: float) -> float:
        """O preço da figura, quando a primeira tentativa tem a área dada."""
        cost = self.cost
        flaws = ICON * cost.icons + LABEL * cost.labels + TITLE * cost.titles + BORDER * cost.borders
        mesh = max(0, cost.crossings - len(self.picture.arrows))  # com mais de um por seta, é uma malha: vale mais que seja pequena
        tangle = cost.crossings - mesh + mesh / 8
        return flaws + DISORDER * self.disorder + CROSSING * tangle + FAR * cost.far + AREA * cost.area / area


def arrange(diagram: Diagram) -> tuple[Picture, list[Finding]]:
    """A melhor figura do diagrama e os achados dela. Erro: `Defect` quando o Graphviz não o posiciona."""
    placed, plan = _ordered(diagram, Plan())
    straighter = _routes(placed, STRAIGHTER)
    if not inversions(placed) and not strikes(straighter, around=True):
        best = _attempt(placed, plan, straighter, around=True)
        if not best.flawed:
            return best.picture, best.findings
    first = _attempt(placed, plan, _routes(placed, ALIGNED, straighter))
    if not first.flawed:
        return first.picture, first.findings
    plans = [plan._replace(across=False), *([Plan(beside=True)] if any(map(peers, diagram.edges)) else [])]
    starts = [first, *_tried(diagram, [first], plans)]
    best = _cheapest(starts, first.cost.area)
    for better in (_straighter, _around):
        if other := better(best):
            best = min(other, best, key=lambda found: found.price(first.cost.area))
    return best.picture, best.findings


def _cheapest(starts: list[Attempt], area: float) -> Attempt:
    """O melhor destes começos com os títulos livres; não tenta livrá-los num que nem assim ganharia."""
    best: Attempt | None = None
    for start in sorted(starts, key=lambda start: start.price(area)):
        if not best or start.price(area) - TITLE * start.cost.titles < best.price(area):
            best = min([*filter(None, [best]), _cleared(start, area)], key=lambda found: found.price(area))
    assert best
    return best


def _tried(diagram: Diagram, before: list[Attempt], plans: Iterable[Plan]) -> Iterator[Attempt]:
    """As tentativas destes planos, sem as que dão num leiaute já visto."""
    for plan in plans:
        try:
            placed, plan = _ordered(diagram, plan)
        except Defect:  # o Graphviz não posiciona tudo assim; a primeira tentativa já o fez
            continue
        if all(placed != attempt.placed for attempt in before):
            yield _attempt(placed, plan, _routes(placed, ALIGNED))


def _cleared(best: Attempt, area: float) -> Attempt:
    """A tentativa com os títulos fora do caminho das setas, quanto se pode."""
    for change in (_lowered, _widened, _lowered, _widened):
        found = list(_tried(best.picture.layout.diagram, [best], change(best)))
        best = min([best, *found], key=lambda attempt: attempt.price(area))
    return best


def _straighter(best: Attempt) -> Attempt | None:
    """Com as fileiras tortas endireitadas."""
    straighter = _routes(best.placed, STRAIGHTER, best.routes)
    return None if straighter is best.routes else _attempt(best.placed, best.plan, straighter)


def _around(best: Attempt) -> Attempt | None:
    """Com contornos nossos nas setas que o Graphviz curvou."""
    if all(len(arrow.curve) == 4 for arrow in best.picture.arrows):
        return None
    return _attempt(best.placed, best.plan, best.routes, around=True)


def _ordered(diagram: Diagram, plan: Plan) -> tuple[Layout, Plan]:
    """O leiaute com os irmãos na ordem declarada, de cima para baixo ou da esquerda para a direita.

    Quando o Graphviz devolve outra, arruma-se em espelho, declarado do último ao primeiro e, se
    ainda há trocas, com os componentes de mesmos vizinhos no lugar um do outro.
    """
    best = layout(diagram, plan), plan
    for mirrored, backwards in ((True, False), (False, True), (True, True)):
        if not inversions(best[0]):
            return best
        best = _better(diagram, best, plan._replace(mirrored=plan.mirrored != mirrored, backwards=plan.backwards != backwards))
    if exchange := swaps(best[0]):
        best = _better(diagram, best, best[1]._replace(swaps=exchange))
    return best


def _better(diagram: Diagram, best: tuple[Layout, Plan], plan: Plan) -> tuple[Layout, Plan]:
    """O melhor leiaute até ali ou o deste plano, se o Graphviz posiciona tudo nele e há menos trocas."""
    try:
        return min(best, (layout(diagram, plan), plan), key=lambda found: inversions(found[0]))
    except Defect:
        return best


def _routes(placed: Layout, reach: float, known: Routes | None = None) -> Routes:
    """Os traçados do leiaute com as fileiras niveladas até `reach`; os já sabidos, se o nível não as muda."""
    leveled = compact(level(placed, reach))
    return known if known and known.layout == leveled else Routes(leveled)


def _attempt(placed: Layout, plan: Plan, routes: Routes, around: bool = False) -> Attempt:
    picture = place(routes, around)
    findings = legibility.check(picture)
    return Attempt(plan, placed, routes, picture, findings, measure(picture, findings), inversions(placed))


def _lowered(best: Attempt) -> Iterator[Plan]:
    """Com os títulos riscados do outro lado do grupo: todos, ou um."""
    struck = legibility.struck(best.picture)
    for names in [struck, *([name] for name in struck[: FEW if len(struck) > 1 else 0])]:
        if names:
            yield best.plan._replace(lowered=best.plan.lowered ^ set(names))


def _widened(best: Attempt) -> Iterator[Plan]:
    """Com os grupos de título riscado (ainda) mais largos, para que ele saia do caminho da seta; também em duas linhas."""
    struck = legibility.struck(best.picture)
    if not struck:
        return
    groups = {frame.group.id: frame.group for frame in best.picture.frames}
    for stacked in (best.plan.stacked | set(struck), best.plan.stacked):
        before = best.plan.widened
        wider = {name: before.get(name, 0) + widening(groups[name], title_lines(groups[name], name in stacked)) for name in struck}
        for lowered in (best.plan.lowered, best.plan.lowered - set(struck)):
            yield best.plan._replace(widened=best.plan.widened | wider, stacked=stacked, lowered=lowered)
