"""Rótulos das setas: o lugar do número e do texto de cada uma.

Cada seta tenta posições ao longo da curva e lados em volta delas, das mais perto do espaço
reservado para as mais longe, e fica com a mais barata. Cobrir um componente, um título ou
outro rótulo custa mais do que qualquer distância; cruzar uma seta ou uma borda, um pouco; ficar
rente à seta ou ao número de outro, que o leitor tomaria por dono, menos. Quando o melhor dos
lugares de sempre não está livre, tenta muitos mais, também um pouco afastados.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter

from scripts.base.diagram import Edge
from scripts.picture import text
from scripts.picture.geometry import Box, Path, Point, around, distance, overlapping, rounded, straddled
from scripts.picture.layout import PlacedEdge
from scripts.picture.measures import CALLOUT, EDGE_TEXT, mark_width

COVERS = 1000
CROSSES_ARROW = 160
CROSSES_BORDER = 40
NUMBER_ON_BORDER = 12
NUMBER_ON_ARROW = 30
BESIDE = 25
CLOSE = 20
ALOOF = 8
SEPARATED = 30
APART = 2.5
END = CALLOUT + 10
TROUBLE = 30


Placed = tuple[float, Point, Box | None]
"""Quanto custa um lugar, o centro do número e a caixa do texto."""


class Labels:
    """Os rótulos já colocados e o que os próximos têm de evitar."""

    def __init__(self, paths: list[Path], obstacles: list[Box], frames: list[Box], marks: dict[str, str], mark: str = ""):
        self.paths = paths
        self.obstacles = obstacles
        self.frames = frames
        self.marks = marks
        self.mark = mark
        self.texts: list[Box] = []
        self.numbers: list[Box] = []
        self.own: Path | None = None

    def place(self, placed: PlacedEdge, path: Path, horizontal: bool) -> tuple[Point | None, Box | None]:
        """Centro do número e caixa do texto da seta; cada um pode faltar."""
        numbered = placed.edge.step is not None
        self.mark, self.own = self.marks.get(placed.edge.id, ""), path
        if not numbered and not placed.lines:
            return None, None
        size = max(map(text.width, placed.lines), default=0), text.LINE_HEIGHT * len(placed.lines)
        best = self._cheapest(self._candidates(placed, path, size, horizontal, [0]), path, numbered, size)
        if best[0] > TROUBLE:
            best = self._cheapest(self._candidates(placed, path.finer(), size, horizontal, [0, 6, 12]), path, numbered, size, best)
        _, center, box = best
        center = rounded(center[0]), rounded(center[1])
        if numbered:
            self.numbers.append(around(center, mark_width(self.mark), 2 * CALLOUT))
            self.obstacles.append(self.numbers[-1])
        if box:
            self.texts.append(box)
            self.obstacles.append(box)
        return (center if numbered else None), box

    def ends(self, edge: Edge, path: Path) -> tuple[tuple[Box, tuple[str, ...]], ...]:
        """Caixa e linhas dos textos das pontas, cada um perto da sua."""
        found = []
        for words, points in ((edge.near[0], path.points), (edge.near[1], path.points[::-1])):
            if not words:
                continue
            lines = text.wrap(words, EDGE_TEXT)
            size = max(map(text.width, lines)), text.LINE_HEIGHT * len(lines)
            near = [point for point in points if 8 <= distance(point, points[0]) <= 60] or points[1:2]
            across, along = 3 + size[1] / 2, 5 + size[0] / 2
            sides = ((0, -across), (0, across), (along, 0), (-along, 0), (along, -across), (along, across), (-along, -across), (-along, across))
            places = [(3.0 * rank + 0.4 * distance(point, points[0]), point, (point[0] + dx, point[1] + dy))
                      for point in near for rank, (dx, dy) in enumerate(sides)]
            _, _, box = self._cheapest(sorted(places, key=itemgetter(0)), path, False, size)
            assert box
            self.obstacles.append(box)
            found.append((box, lines))
        return tuple(found)

    def _cheapest(
        self, candidates: Iterable[tuple[float, Point, Point | None]], path: Path, numbered: bool, size: tuple[float, float],
        best: Placed | None = None,
    ) -> Placed:
        """O lugar de menor custo, entre os que têm o centro sobre o caminho, em ordem de distância; `best`, se nenhum custa menos."""
        near = self._near(path, size)
        for base, center, aside in candidates:
            if best and best[0] <= base:
                break
            box = Box(*map(rounded, around(aside, *size))) if aside else None
            limit = best[0] - base if best else math.inf
            cost = near._cost(center if numbered else None, box, limit)
            if cost < limit and (cost := cost + near._apart(center, box)) < limit:
                best = base + cost, center, box
        assert best
        return best

    def _near(self, path: Path, size: tuple[float, float]) -> Labels:
        """Só o que pode tocar um rótulo em volta deste caminho."""
        region = path.box.grown(max(size) + 2 * CALLOUT + 20)
        near = Labels(
            [path for path in self.paths if path.box.touches(region)],
            [box for box in self.obstacles if box.touches(region)],
            [box for box in self.frames if box.touches(region)],
            self.marks,
            self.mark,
        )
        near.texts, near.numbers, near.own = self.texts, self.numbers, self.own
        return near

    def _candidates(
        self, placed: PlacedEdge, path: Path, size: tuple[float, float], horizontal: bool, steps: list[int]
    ) -> Iterable[tuple[float, Point, Point | None]]:
        """Custo da distância, centro do número e centro do texto de cada posição a tentar, da mais perto à mais longe."""
        streams = []
        wanted = path.nearest(placed.room.center) if placed.room else path.middle
        width, height = size
        for away in steps:
            gap = (CALLOUT + 3 if placed.edge.step is not None else 3) + away
            wider = mark_width(self.mark) / 2 - CALLOUT
            across, along = gap + height / 2, gap + wider + 2 + width / 2
            vertical = ((0, -across), (0, across))
            lateral = ((along, 0), (-along, 0))
            sides = vertical + lateral if horizontal else lateral + vertical
            sides += tuple((sx * (8 + width / 2), sy * across) for sx in (1, -1) for sy in (-1, 1))
            if placed.edge.step is not None:
                sides += tuple((sx * along, sy * (3 + away + height / 2)) for sx in (1, -1) for sy in (-1, 1))
            for center in [wanted, *path.inner(END)]:
                far = 0.4 * distance(center, wanted) + 1.5 * away
                streams.append(_beside(far, center, sides) if placed.lines else [(rounded(far), center, None)])
        return merge(*streams, key=itemgetter(0))  # poucas se chegam a calcular: o melhor lugar costuma ser dos mais próximos

    def _apart(self, center: Point, box: Box | None) -> float:
        """O custo de outra seta passar entre o rótulo e o ponto da seta a que ele pertence."""
        if not box:
            return 0.0
        x, y = min(max(center[0], box.left + 4), box.right - 4), min(max(center[1], box.top), box.bottom)
        link = Box(min(x, center[0]), min(y, center[1]), max(x, center[0]), max(y, center[1])).grown(1)
        return SEPARATED * max(0, sum(path.crosses(link) for path in self.paths) - 1)

    def _cost(self, number: Point | None, box: Box | None, limit: float) -> float:
        """O custo do lugar; para de contar ao chegar a `limit`, do mais grave ao mais leve."""
        circle = around(number, mark_width(self.mark), 2 * CALLOUT) if number else None
        cost = COVERS * overlapping(circle, self.obstacles) if circle else 0
        if cost >= limit:
            return cost
        cost += COVERS * overlapping(box.grown(APART), self.obstacles) if box else 0
        if cost >= limit:
            return cost
        if circle:
            cost += BESIDE * overlapping(circle.grown(ALOOF), self.texts) + NUMBER_ON_BORDER * straddled(circle, self.frames)
        if box:
            beside = box.grown(ALOOF)
            cost += BESIDE * (overlapping(beside, self.numbers) + overlapping(beside, self.texts))
            cost += CROSSES_BORDER * straddled(box.grown(2), self.frames)
        if cost >= limit:
            return cost
        if circle:
            cost += NUMBER_ON_ARROW * (sum([path.crosses(circle) for path in self.paths]) - 1)  # a própria não conta
        if box:
            near = [path for path in self.paths if path.crosses(beside)]
            cost += CROSSES_ARROW * sum([path.crosses(box) for path in near]) + CLOSE * (len(near) - (self.own in near))
        return cost


def _beside(far: float, center: Point, sides: tuple[Point, ...]) -> Iterator[tuple[float, Point, Point]]:
    """As posições do texto em volta de um centro que está a esta distância, da melhor à pior."""
    x, y = center
    for rank, (dx, dy) in enumerate(sides):
        yield rounded(far + 3 * rank), center, (x + dx, y + dy)
