"""Pontos, caixas e curvas da figura; x cresce para a direita, y para baixo, em px."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

Point = tuple[float, float]

# Perto de 1,5 · 2⁵² os números de precisão dupla são inteiros: somá-lo arredonda ao inteiro mais próximo (IEEE 754, meio para o par).
_WHOLE = 1.5 * 2.0**52


class Box(NamedTuple):
    """Retângulo de lados paralelos aos eixos."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def center(self) -> Point:
        return ((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, by: float) -> Box:
        left, top, right, bottom = self
        return Box(left - by, top - by, right + by, bottom + by)

    # Desempacotar custa um terço de ler os campos pelo nome: as perguntas abaixo se fazem milhares de vezes por figura.
    def contains(self, point: Point) -> bool:
        left, top, right, bottom = self
        return left <= point[0] <= right and top <= point[1] <= bottom

    def encloses(self, other: Box) -> bool:
        return self.contains((other.left, other.top)) and self.contains((other.right, other.bottom))

    def overlaps(self, other: Box) -> bool:
        left, top, right, bottom = self
        other_left, other_top, other_right, other_bottom = other
        return left < other_right and other_left < right and top < other_bottom and other_top < bottom

    def touches(self, other: Box) -> bool:
        left, top, right, bottom = self
        other_left, other_top, other_right, other_bottom = other
        return left <= other_right and other_left <= right and top <= other_bottom and other_top <= bottom

    def straddles(self, other: Box) -> bool:
        """Diz se a caixa cruza a borda da outra: a toca sem estar toda dentro dela."""
        return self.overlaps(other) and not other.encloses(self)


def around(center: Point, width: float, height: float) -> Box:
    """Caixa de `width` por `height` centrada em `center`."""
    x, y = center
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def union(boxes: list[Box]) -> Box:
    """A menor caixa que contém todas."""
    lefts, tops, rights, bottoms = zip(*boxes)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def overlapping(box: Box, others: Iterable[Box]) -> int:
    """Quantas das outras a caixa cobre, no todo ou em parte."""
    left, top, right, bottom = box
    return len([1 for west, north, east, south in others if left < east and west < right and top < south and north < bottom])


def straddled(box: Box, others: Iterable[Box]) -> int:
    """De quantas das outras a caixa cruza a borda."""
    left, top, right, bottom = box
    return len([1 for west, north, east, south in others if left < east and west < right and top < south and north < bottom
                and not (west <= left and right <= east and north <= top and bottom <= south)])


def rounded(value: float) -> float:
    """Arredonda a décimos, antes que qualquer decisão dependa do valor.

    `round(value, 1)` escreve o número para o ler de volta; longe do meio entre dois décimos, somar e tirar `_WHOLE` dá o mesmo num terço do tempo.
    """
    tenths = value * 10
    nearest = tenths + _WHOLE - _WHOLE
    return nearest / 10 if -0.499 < tenths - nearest < 0.499 else round(value, 1) + 0.0


def distance(a: Point, b: Point) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def split(curve: tuple[Point, ...], t: float) -> tuple[Point, ...]:
    """O começo de uma Bézier cúbica (quatro pontos), até o parâmetro `t` (de Casteljau)."""

    def between(a: Point, b: Point) -> Point:
        return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t

    p0, p1, p2, p3 = curve
    a, b, c = between(p0, p1), between(p1, p2), between(p2, p3)
    d, e = between(a, b), between(b, c)
    return p0, a, d, between(d, e)


def segment_crosses(a: Point, b: Point, box: Box) -> bool:
    """Diz se o segmento entra na caixa."""
    (x0, y0), (x1, y1) = a, b
    left, top, right, bottom = box
    if (x0 < left and x1 < left) or (x0 > right and x1 > right) or (y0 < top and y1 < top) or (y0 > bottom and y1 > bottom):
        return False
    if (left <= x0 <= right and top <= y0 <= bottom) or (left <= x1 <= right and top <= y1 <= bottom):
        return True
    # Com as duas pontas fora, entra quando os cantos ficam de lados diferentes da reta.
    dx, dy = x1 - x0, y1 - y0
    sides = [dx * (y - y0) - dy * (x - x0) for x, y in ((left, top), (right, top), (left, bottom), (right, bottom))]
    return min(sides) <= 0 <= max(sides)


class Path:
    """Uma Bézier por partes (`1 + 3n` pontos de controle) e os pontos ao longo dela."""

    PIECES = 12
    STRETCH = 6

    def __init__(self, curve: tuple[Point, ...]):
        self.curve = curve
        xs, ys = zip(*curve)
        # De onde a curva não sai, com mais folga do que erram as contas: basta para descartar quase tudo o que se pergunta.
        self._reach = min(xs) - 1e-6, min(ys) - 1e-6, max(xs) + 1e-6, max(ys) + 1e-6

    @cached_property
    def points(self) -> list[Point]:
        """Os pontos ao longo da curva, das duas pontas inclusive."""
        points = [self.curve[0]]
        for start in range(0, len(self.curve) - 3, 3):
            (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self.curve[start : start + 4]
            points += [(a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3) for a, b, c, d in _WEIGHTS]
        return points

    @cached_property
    def box(self) -> Box:
        """A caixa dos pontos."""
        xs, ys = zip(*self.points)
        return Box(min(xs), min(ys), max(xs), max(ys))

    @property
    def middle(self) -> Point:
        return self.points[len(self.points) // 2]

    @property
    def length(self) -> float:
        """O comprimento do caminho."""
        return sum(distance(a, b) for a, b in zip(self.points, self.points[1:]))

    def inner(self, reach: float) -> list[Point]:
        """Pontos do caminho a mais de `reach` px das duas pontas."""
        start, end = self.points[0], self.points[-1]
        return [p for p in self.points if distance(p, start) >= reach and distance(p, end) >= reach]

    def finer(self) -> Path:
        """O mesmo caminho com quatro vezes mais pontos."""
        points = [((a[0] * (4 - i) + b[0] * i) / 4, (a[1] * (4 - i) + b[1] * i) / 4)
                  for a, b in zip(self.points, self.points[1:]) for i in range(4)]
        other = copy.copy(self)
        other.points = [*points, self.points[-1]]
        return other

    def nearest(self, target: Point) -> Point:
        """O ponto do caminho mais perto de `target`."""
        best, reach = self.points[0], distance(self.points[0], target)
        for a, b in zip(self.points, self.points[1:]):
            dx, dy = b[0] - a[0], b[1] - a[1]
            length = dx * dx + dy * dy
            share = ((target[0] - a[0]) * dx + (target[1] - a[1]) * dy) / length if length else 0.0
            share = max(0.0, min(1.0, share))
            candidate = (a[0] + share * dx, a[1] + share * dy)
            if (far := distance(candidate, target)) < reach - 1e-6:
                best, reach = candidate, far
        return best

    def crosses(self, box: Box) -> bool:
        """Diz se o caminho entra na caixa."""
        left, top, right, bottom = box
        west, north, east, south = self._reach
        if west > right or left > east or north > bottom or top > south:
            return False
        for west, north, east, south, points in self.stretches:
            # Um trecho inteiro do lado de fora se descarta de uma vez: é o laço mais quente do programa.
            if west <= right and left <= east and north <= bottom and top <= south:
                for before, here in zip(points, points[1:]):
                    if segment_crosses(before, here, box):
                        return True
        return False

    @cached_property
    def stretches(self) -> list[tuple[float, float, float, float, list[Point]]]:
        """O caminho em trechos de poucos pontos, cada um com a caixa dele."""
        found = []
        for start in range(0, len(self.points) - 1, self.STRETCH):
            points = self.points[start : start + self.STRETCH + 1]
            xs, ys = zip(*points)
            found.append((min(xs), min(ys), max(xs), max(ys), points))
        return found


def _weights(steps: int, first: int) -> tuple[tuple[float, float, float, float], ...]:
    """Quanto cada ponto de controle de uma Bézier cúbica pesa, do passo `first` ao último."""
    return tuple(((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3) for t in (step / steps for step in range(first, steps + 1)))


_WEIGHTS = _weights(Path.PIECES, 1)
FINE = _weights(32, 0)
"""Os pesos dos 33 pontos em que se procura onde uma curva entra num componente."""
