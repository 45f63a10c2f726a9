"""Colocação: onde ficam pontas de setas, números, rótulos e títulos.

Entra um `Layout`; sai uma `Picture` com tudo em posição final. O título de um grupo desliza
para não ser cruzado por setas; o número de um passo vai sobre a curva e o rótulo ao lado
dele, no lugar mais barato entre os vizinhos do espaço que o layout reservou.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from scripts.base.diagram import Edge, Group
from scripts.picture.geometry import Box, Path, Point, around, distance, rounded, union
from scripts.picture.labels import Labels
from scripts.picture.layout import Layout, PlacedGroup, PlacedNode
from scripts.picture.measures import CALLOUT, TITLE_HEIGHT, mark_width, title_height, title_text_width
from scripts.picture.routing import Routes

MARGIN = 16
ARROW_LENGTH = 9
INSIDE = 6


@dataclass(frozen=True)
class Arrow:
    """Uma seta pronta: curva visível, pontas (posição e direção), número, rótulo e textos das pontas."""

    edge: Edge
    curve: tuple[Point, ...]
    tips: tuple[tuple[Point, Point], ...]
    callout: Point | None
    label: Box | None
    lines: tuple[str, ...]
    ends: tuple[tuple[Box, tuple[str, ...]], ...] = ()

    @cached_property
    def path(self) -> Path:
        """Os pontos ao longo da curva."""
        return Path(self.curve)

    @property
    def words(self) -> list[Box]:
        """As caixas de todos os textos da seta."""
        return [*filter(None, (self.label,)), *(box for box, _ in self.ends)]


class Frame(NamedTuple):
    """Um grupo pronto: caixa, título e, quando ele conta um passo, o número."""

    group: Group
    box: Box
    title: Box
    callout: Point | None
    lines: tuple[str, ...] = ()

    @property
    def corner(self) -> Point:
        """O alto, à esquerda, do ícone do grupo, que fica no canto do título."""
        lowered = self.title.center[1] > self.box.center[1]
        return self.box.left, rounded(self.box.bottom - TITLE_HEIGHT) if lowered else self.box.top


class Picture(NamedTuple):
    """A figura em coordenadas finais, a partir de (0, 0)."""

    layout: Layout
    width: float
    height: float
    frames: tuple[Frame, ...]
    nodes: tuple[PlacedNode, ...]
    arrows: tuple[Arrow, ...]


def place(routes: Routes, around: bool = False) -> Picture:
    """Põe pontas, números, rótulos e títulos no lugar e ajusta as bordas da figura; `around` é o de `Routes.paths`."""
    layout, paths = routes.layout, routes.paths(around)
    marks = layout.diagram.marks
    layout = layout._replace(nodes=tuple(_numbered(placed, paths) for placed in layout.nodes))
    frames = tuple(_frame(layout, group, paths) for group in layout.groups)
    labels = Labels(paths, _obstacles(layout, frames), [group.box for group in layout.groups], marks)
    arrows = []
    for placed, path in zip(layout.edges, paths):
        callout, label = labels.place(placed, path, layout.diagram.horizontal)
        arrow = Arrow(placed.edge, path.curve, _tips(placed.edge, path), callout, label, placed.lines, labels.ends(placed.edge, path))
        vars(arrow)["path"] = path  # o que já se mediu dela serve até que a figura se desloque
        arrows.append(arrow)
    return _cropped(Picture(layout, 0, 0, enclosing(layout, frames, arrows), layout.nodes, tuple(arrows)))


def strikes(routes: Routes, around: bool) -> bool:
    """Se, onde quer que se ponha, algum título fica riscado por uma seta; sabe-se antes de pôr os rótulos."""
    paths = routes.paths(around)
    return any(_crossed(_frame(routes.layout, group, paths).title.grown(-2), paths) for group in routes.layout.groups)


def node_callout(placed: PlacedNode) -> Point | None:
    """Centro do número de um componente que conta um passo: ao lado do ícone."""
    if placed.node.step is None:
        return None
    side, rise = placed.corner
    edge = placed.icon.right if side > 0 else placed.icon.left
    return (edge + side * (CALLOUT + 4), placed.icon.top + CALLOUT - rise)


def _numbered(placed: PlacedNode, paths: list[Path]) -> PlacedNode:
    """O componente com o número no primeiro canto por onde não passa seta."""
    if placed.node.step is None:
        return placed
    corners = (placed._replace(corner=(side, rise)) for rise in (0, CALLOUT, 2 * CALLOUT) for side in (1, -1))
    free = (corner for corner in corners if (center := node_callout(corner)) and not _crossed(circle(center).grown(2), paths))
    return next(free, placed)


def circle(center: Point, mark: str = "") -> Box:
    """A caixa do número de um passo."""
    return around(center, mark_width(mark), 2 * CALLOUT)


def enclosing(layout: Layout, frames: tuple[Frame, ...], arrows: list[Arrow]) -> tuple[Frame, ...]:
    """Os grupos, crescidos para conter as setas entre os seus membros, quando não encostam em mais nada."""
    diagram = layout.diagram
    holders = {node.node.id: {group.id for group in diagram.ancestors(node.node)} for node in layout.nodes}
    boxes = {frame.group.id: frame.box for frame in frames}
    for frame in reversed(frames):  # de dentro para fora: um grupo vem antes dos que contém
        name = frame.group.id
        inside = [arrow for arrow in arrows if name in holders[arrow.edge.tail] & holders[arrow.edge.head]]
        parts = [box.grown(INSIDE) for arrow in inside for box in (arrow.path.box, *arrow.words)]
        parts += [boxes[child.id].grown(INSIDE) for child in diagram.groups if child.parent == name]
        grown = union([boxes[name], *parts])
        ancestors = {group.id for group in diagram.ancestors(frame.group)}
        fences = [box for other, box in boxes.items() if other not in ancestors and not frame.box.encloses(box)]
        fences += [box for node in layout.nodes if name not in holders[node.node.id] for box in (node.icon, node.label)]
        if not any(grown.overlaps(fence) and not frame.box.overlaps(fence) for fence in fences):
            boxes[name] = Box(*map(rounded, grown))
    lowered = {group.group.id for group in layout.groups if group.lowered}
    return tuple(_grown(frame, boxes[frame.group.id], frame.group.id in lowered) for frame in frames)


def _grown(frame: Frame, box: Box, lowered: bool) -> Frame:
    """O grupo com a caixa nova; o título segue a borda em que está."""
    shift = _Shift(0, box.bottom - frame.box.bottom if lowered else box.top - frame.box.top)
    callout = shift.point(frame.callout) if frame.callout else None
    return frame._replace(box=box, title=shift.box(frame.title), callout=callout)


def _obstacles(layout: Layout, frames: tuple[Frame, ...]) -> list[Box]:
    """O que um rótulo ou número não pode cobrir."""
    boxes = [box for node in layout.nodes for box in (node.icon, node.label)]
    marks = layout.diagram.marks
    boxes += [circle(center, marks[node.node.id]) for node in layout.nodes if (center := node_callout(node))]
    for frame in frames:
        boxes += [Box(*frame.corner, frame.corner[0] + TITLE_HEIGHT, frame.corner[1] + TITLE_HEIGHT), frame.title]
        boxes += [circle(frame.callout, marks[frame.group.id])] if frame.callout else []
    return boxes


def _tips(edge: Edge, path: Path) -> tuple[tuple[Point, Point], ...]:
    tips = []
    if edge.arrows in ("forward", "both"):
        tips.append((path.curve[-1], _direction(path.points[::-1])))
    if edge.arrows == "both":
        tips.append((path.curve[0], _direction(path.points)))
    return tuple(tips)


def _direction(points: list[Point]) -> Point:
    """Direção unitária em que o caminho chega ao primeiro ponto, que é a ponta da seta."""
    tip = points[0]
    behind = next((p for p in points if distance(p, tip) >= ARROW_LENGTH), points[-1])
    length = distance(behind, tip) or 1.0
    return (tip[0] - behind[0]) / length, (tip[1] - behind[1]) / length


def _frame(layout: Layout, placed: PlacedGroup, paths: list[Path]) -> Frame:
    """O título começa junto do ícone do canto e desliza até um trecho que nenhuma seta cruza."""
    box, group = placed.box, placed.group
    tall = title_height(placed.title)
    strip = Box(box.left, box.bottom - tall, box.right, box.bottom - 3) if placed.lowered else Box(box.left, box.top + 3, box.right, box.top + tall)
    near = [path for path in paths if path.box.touches(box)]
    corner = TITLE_HEIGHT if placed.symbol else 0
    title = _free(box.left + corner + 8, title_text_width(placed.title), strip, near)
    callout = None
    if group.step is not None:
        number = _free(title.right + 6, mark_width(layout.diagram.marks[group.id]), strip, near)
        callout = rounded(number.center[0]), rounded(title.center[1] + 1.5)
        if _crossed(circle(callout), near):
            callout = _beside(layout, placed, strip, near) or callout
    return Frame(group, box, title, callout, placed.title)


def _free(start: float, width: float, strip: Box, paths: list[Path]) -> Box:
    """Um trecho da faixa do título, a partir de `start`, sem setas; `start` mesmo, se não há."""
    last = strip.right - 2 - width

    def place(left: float) -> Box:
        return Box(rounded(left), strip.top, rounded(left + width), strip.bottom)

    places = (place(start + 4 * i) for i in range(max(1, int((last - start) // 4) + 1)))
    return next((free for free in places if not _crossed(free.grown(3), paths)), place(start))


def _beside(layout: Layout, placed: PlacedGroup, strip: Box, paths: list[Path]) -> Point | None:
    """O lugar do número de um grupo fora da faixa do título: no canto de baixo dela ou do grupo, se há um livre."""
    box, reach = placed.box, mark_width(layout.diagram.marks[placed.group.id]) / 2 + 6
    rows = (strip.top - CALLOUT - 2, box.top + CALLOUT + 6) if placed.lowered else (strip.bottom + CALLOUT + 2, box.bottom - CALLOUT - 6)
    solid = [part for node in layout.nodes for part in (node.icon, node.label)]
    solid += [group.box for group in layout.groups if group.group.parent == placed.group.id]
    places = [(rounded(x), rounded(y)) for y in rows for x in (box.left + reach, box.right - reach)]
    marks = [(place, circle(place, layout.diagram.marks[placed.group.id]).grown(2)) for place in places]
    return next((place for place, mark in marks if not _crossed(mark, paths) and not any(map(mark.overlaps, solid))), None)


def _crossed(box: Box, paths: list[Path]) -> bool:
    return any(path.crosses(box) for path in paths)


def _cropped(picture: Picture) -> Picture:
    """Desloca tudo para que a figura comece em (0, 0) com margem igual dos quatro lados."""
    boxes = [frame.box for frame in picture.frames] + [frame.title for frame in picture.frames]
    boxes += [box for node in picture.nodes for box in (node.icon, node.label)]
    boxes += [circle(c).grown(4) for c in map(node_callout, picture.nodes) if c]
    for arrow in picture.arrows:
        boxes += [arrow.path.box.grown(1)]
        boxes += arrow.words
        boxes += [circle(arrow.callout).grown(4)] if arrow.callout else []
    left, top = min(b.left for b in boxes) - MARGIN, min(b.top for b in boxes) - MARGIN
    right, bottom = max(b.right for b in boxes) + MARGIN, max(b.bottom for b in boxes) + MARGIN
    shift = _Shift(-rounded(left), -rounded(top))
    return picture._replace(
        width=math.ceil(right - left),
        height=math.ceil(bottom - top),
        frames=tuple(map(shift.frame, picture.frames)),
        nodes=tuple(map(shift.node, picture.nodes)),
        arrows=tuple(map(shift.arrow, picture.arrows)),
    )


class _Shift(NamedTuple):
    dx: float
    dy: float

    def point(self, point: Point) -> Point:
        return rounded(point[0] + self.dx), rounded(point[1] + self.dy)

    def box(self, box: Box) -> Box:
        return Box(*self.point((box.left, box.top)), *self.point((box.right, box.bottom)))

    def frame(self, frame: Frame) -> Frame:
        callout = self.point(frame.callout) if frame.callout else None
        return frame._replace(box=self.box(frame.box), title=self.box(frame.title), callout=callout)

    def node(self, node: PlacedNode) -> PlacedNode:
        return node._replace(icon=self.box(node.icon), label=self.box(node.label))

    def arrow(self, arrow: Arrow) -> Arrow:
        return replace(
            arrow,
            curve=tuple(map(self.point, arrow.curve)),
            tips=tuple((self.point(tip), direction) for tip, direction in arrow.tips),
            callout=self.point(arrow.callout) if arrow.callout else None,
            label=self.box(arrow.label) if arrow.label else None,
            ends=tuple((self.box(box), lines) for box, lines in arrow.ends),
        )
