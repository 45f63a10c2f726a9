"""Contorno: o que uma seta tem de evitar, e a curva que passa ao largo.

Um contorno sobe ou desce a uma pista livre, segue por ela e volta. Experimentam-se muitas
pistas por seta, por isso o que não depende da pista é medido uma vez, no terreno da seta.
"""

from __future__ import annotations

import math
from functools import cache, cached_property
from itertools import chain

from scripts.picture.geometry import Box, Path, Point, rounded, segment_crosses, union
from scripts.picture.layout import Layout, PlacedEdge, PlacedNode

CLEARANCE = 8
RIM = 2
LANE = 14
RUNS = ((76, 76), (76, 44), (44, 44), (76, 30), (30, 76))
TURNS = (44, 44)
BREATH = 4
FARTHEST = 320

Curve = tuple[Point, ...]


class Ground:
    """O terreno de uma seta: as pontas, os outros componentes e os grupos em que ela nem começa nem termina."""

    def __init__(self, layout: Layout, placed: PlacedEdge, tail: PlacedNode, head: PlacedNode):
        self.layout = layout
        self.placed = placed
        self.tail = tail
        self.head = head

    @cached_property
    def others(self) -> list[PlacedNode]:
        return [node for node in self.layout.nodes if node is not self.tail and node is not self.head]

    @cached_property
    def solid(self) -> list[Box]:
        """As caixas dos outros componentes, com a distância a que a seta passa deles."""
        return [box.grown(CLEARANCE) for other in self.others for box in (other.icon, other.label)]

    @cached_property
    def rims(self) -> list[Box]:
        """As caixas dos outros componentes, com a folga de uma seta reta."""
        return [box.grown(RIM) for other in self.others for box in (other.icon, other.label)]

    @cached_property
    def fences(self) -> list[Box]:
        """As caixas dos grupos alheios, com uma folga."""
        own = {group.id for end in (self.tail, self.head) for group in self.layout.diagram.ancestors(end.node)}
        return [placed.box.grown(BREATH) for placed in self.layout.groups if placed.group.id not in own]

    @cached_property
    def around(self) -> list[Box]:
        """O que se contorna: os outros componentes, cada um com o rótulo, e os grupos alheios."""
        return [*(union([other.icon, other.label]) for other in self.others), *self.fences]

    def free(self, curve: Curve) -> Path | None:
        """O caminho desta curva; `None` quando passa por um componente, ou perto demais."""
        path = Path(curve)
        return None if any(map(path.crosses, self.solid)) else path

    def detour(self, a: Point, b: Point) -> Curve | None:
        """A curva de `a` a `b` que contorna o que está no meio; das pistas, a mais perto que não entra em grupo alheio."""
        flow, across = (0, 1) if self.layout.diagram.horizontal else (1, 0)
        near, far = sorted((a[flow], b[flow]))
        between = [box for box in self.around if box[flow] < far and box[flow + 2] > near]
        lanes = {rounded(value) for box in between for value in (box[across] - LANE, box[across + 2] + LANE)}
        straight = abs(b[across] - a[across])
        best: tuple[int, Curve] | None = None
        for away, _, lane in sorted((rounded(abs(lane - a[across]) + abs(lane - b[across])), abs(lane - a[across]), lane) for lane in lanes):
            if away > max(FARTHEST, straight) or best and not best[0]:
                break
            best = min(filter(None, (best, self._along(a, b, lane, flow))), key=lambda entry: entry[0], default=None)
        return best[1] if best else None

    def _along(self, a: Point, b: Point, lane: float, flow: int) -> tuple[int, Curve] | None:
        """Em quantos grupos alheios entra a melhor curva por esta pista, e ela; `None` quando não há passagem."""
        shortest = by(a, b, lane, flow, RUNS[0])
        solid, fences = _touching(shortest, self.solid), _touching(shortest, self.fences)
        if _entered(shortest[3], shortest[6], solid):  # o trecho reto que todas têm em comum
            return None
        least = len(_entered(shortest[3], shortest[6], fences))  # e os grupos em que todas entram
        climbed = cache(lambda ramp: _climbed(Path(ramp), solid, fences))  # as curvas repetem as rampas
        best: tuple[int, Curve] | None = None
        for curve in chain([shortest], (by(a, b, lane, flow, runs) for runs in RUNS[1:])):
            if (rise := climbed(curve[:4])) is None or (fall := climbed(curve[6:])) is None or _entered(curve[3], curve[6], solid):
                continue
            count = len(rise | fall | _entered(curve[3], curve[6], fences))
            if not best or count < best[0]:
                best = count, curve
            if count == least:
                break
        return best


def _climbed(ramp: Path, solid: list[Box], fences: list[Box]) -> set[int] | None:
    """Os grupos em que uma rampa entra; `None` quando passa por um componente."""
    return None if any(map(ramp.crosses, solid)) else {i for i, fence in enumerate(fences) if ramp.crosses(fence)}


def _entered(a: Point, b: Point, boxes: list[Box]) -> set[int]:
    """As caixas em que o segmento entra."""
    return {i for i, box in enumerate(boxes) if segment_crosses(a, b, box)}


def _touching(curve: Curve, boxes: list[Box]) -> list[Box]:
    """As caixas que tocam a dos pontos de controle, de onde a curva não sai."""
    xs, ys = zip(*curve)
    hull = Box(min(xs), min(ys), max(xs), max(ys))
    return list(filter(hull.touches, boxes))


def struck(path: Path, fences: list[Box]) -> int:
    """Em quantas destas caixas o caminho entra."""
    return sum(map(path.crosses, fences))


def lane_of(curve: Curve, horizontal: bool) -> float:
    """A pista de um contorno."""
    return curve[3][1 if horizontal else 0]


def by(a: Point, b: Point, lane: float, flow: int, runs: tuple[float, float]) -> Curve:
    """A curva de `a` a `b` por uma pista: um S até ela, um trecho reto e outro S; `runs` é o comprimento máximo dos dois S."""
    first, last = (min(run, abs(b[flow] - a[flow]) / 3) * math.copysign(1, b[flow] - a[flow]) for run in runs)
    (start, low), (end, high) = (a[flow], a[1 - flow]), (b[flow], b[1 - flow])
    enter, leave = start + first, end - last
    third = (leave - enter) / 3
    along = (start, start + first / 2, enter - first / 2, enter, enter + third, leave - third, leave, leave + last / 2, end - last / 2, end)
    low, lane, high = rounded(low), rounded(lane), rounded(high)
    points = zip(map(rounded, along), (low, low, *[lane] * 6, high, high))
    return tuple(points) if flow == 0 else tuple((aside, x) for x, aside in points)
