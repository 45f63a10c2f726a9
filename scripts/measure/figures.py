"""Medida das figuras: os casos da galeria, os nossos e os do `dot`, com as mesmas medidas.

Os casos são scripts escritos como outras pessoas escrevem; `medidas.json`, ao lado deles, guarda
o melhor que já se mediu, e um teste não deixa piorar.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from scripts.base.diagram import Diagram
from scripts.base.tree import TOOLKIT
from scripts.base.wording import decimal
from scripts.measure import gallery
from scripts.picture import legibility, text
from scripts.picture.arrangement import arrange
from scripts.picture.cost import Cost, measure
from scripts.picture.geometry import Box, Point, around
from scripts.picture.layout import Layout, PlacedNode
from scripts.picture.measures import ICON, ICON_GAP
from scripts.picture.placement import MARGIN, Arrow, Frame, Picture
from scripts.picture.script.capture import capture_all
from scripts.picture.svg import draw

CASES = TOOLKIT / "tests" / "figuras"
COLUMNS = ("ícones", "rótulos", "títulos", "bordas", "cruzam.", "longe", "área", "fiel")
COUNTED = ("icons", "labels", "titles", "borders", "crossings", "far")
"""As medidas que se contam, na ordem das colunas."""
HEAD = f"{'caso':24}" + "".join(f"{name:>9}" for name in COLUMNS) + "   (nossa · dot)"


@dataclass(frozen=True)
class Case:
    """Uma figura da galeria: a nossa, medida, e a do `dot`, se ele existe; `faithful` diz se nada se perdeu."""

    slug: str
    svg: str
    ours: Cost
    stock: Cost | None
    faithful: bool | None


def run() -> int:
    """Desenha a galeria, imprime as medidas e escreve a página; devolve 0."""
    start = time.perf_counter()
    drawn = {script: _ours(script) for script in cases()}
    seconds = time.perf_counter() - start
    print(HEAD)
    found = []
    for script, pictures in drawn.items():
        for case in _compared(script, pictures):
            found.append(case)
            print(_line(case.slug, case), flush=True)
    _say_totals(found, seconds)
    page = gallery.write(TOOLKIT, CASES, {case.slug: case.svg for case in found})
    print(f"\nAntes, agora e `dot`, lado a lado: {page}")
    return 0


def cases() -> list[Path]:
    """Os scripts da galeria, em ordem."""
    return sorted((CASES / "diagrams_src").glob("*.py"))


def ours(script: Path) -> dict[str, Cost]:
    """As medidas das nossas figuras de um script, por nome."""
    return {diagram.slug: cost for diagram, _, cost in _ours(script)}


def _ours(script: Path) -> list[tuple[Diagram, str, Cost]]:
    found = []
    for diagram in capture_all(script, CASES):
        picture, findings = arrange(diagram)
        found.append((diagram, draw(picture), measure(picture, findings)))
    return found


def _compared(script: Path, pictures: list[tuple[Diagram, str, Cost]]) -> list[Case]:
    if not shutil.which("dot"):
        return [Case(diagram.slug, svg, cost, None, None) for diagram, svg, cost in pictures]
    command = [sys.executable, "-m", "scripts.measure.stock", str(script)]
    answer = subprocess.run(command, cwd=TOOLKIT, check=True, capture_output=True, text=True, encoding="utf-8")
    found = []
    for (diagram, svg, cost), drawn in zip(pictures, json.loads(answer.stdout), strict=True):
        stock = _picture(diagram, drawn)
        lost = Counter(drawn["words"]) - Counter(_words(svg))
        found.append(Case(diagram.slug, svg, cost, measure(stock, legibility.check(stock)), not lost or bool(diagram.notes)))
    return found


def _words(svg: str) -> list[str]:
    texts = [element for element in ElementTree.fromstring(svg).iter() if element.tag.endswith(("}text", "}tspan"))]
    return [word for element in texts for word in (element.text or "").split()]


def _line(name: str, case: Case) -> str:
    return f"{name:24}" + "".join(f"{cell:>9}" for cell in _cells(case))


def _cells(case: Case) -> list[str]:
    cells = [" · ".join(str(getattr(cost, name)) for cost in (case.ours, case.stock) if cost) for name in COUNTED]
    ratio = decimal(case.ours.area / case.stock.area) if case.stock else "–"
    return [*cells, ratio, "–" if case.faithful is None else "sim" if case.faithful else "NÃO"]


def _say_totals(found: list[Case], seconds: float) -> None:
    drawn = [case.ours for case in found], [case.stock for case in found if case.stock]
    cells = [" · ".join(str(sum(getattr(cost, name) for cost in costs)) for costs in drawn if costs) for name in COUNTED]
    print(f"{'total':24}" + "".join(f"{cell:>9}" for cell in cells))
    ratios = [case.ours.area / case.stock.area for case in found if case.stock]
    if ratios:
        print(f"área: mediana {decimal(statistics.median(ratios))}, pior {decimal(max(ratios))} · "
              f"fiéis: {sum(bool(case.faithful) for case in found)} de {len(found)}")
    print(f"{len(found)} figuras desenhadas em {decimal(seconds, 1)} s")


def _picture(diagram: Diagram, drawn: dict) -> Picture:
    """A resposta do Graphviz como uma `Picture` nossa, para ser medida do mesmo jeito."""
    answer = drawn["answer"]
    _, _, width, height = map(float, answer["bb"].split(","))
    objects = {item["name"]: item for item in answer.get("objects", [])}
    by_number = {item["_gvid"]: item["name"] for item in answer.get("objects", [])}
    ids = dict(zip(drawn["nodes"], diagram.nodes, strict=True))

    def point(written: str) -> Point:
        x, y = map(float, written.split(",")[-2:])
        return x + MARGIN, height - y + MARGIN

    nodes = tuple(_node(ids[name], point(objects[name]["pos"])) for name in drawn["nodes"])
    frames = tuple(_frame(group, objects[f"cluster_{group.label}"], point) for group in diagram.groups
                   if "bb" in objects.get(f"cluster_{group.label}", {}))
    pending = list(diagram.edges)
    arrows = []
    for item in answer.get("edges", []):
        ends = {ids[by_number[item["tail"]]].id, ids[by_number[item["head"]]].id}
        edge = next((edge for edge in pending if {edge.tail, edge.head} == ends), None)
        if edge:
            pending.remove(edge)
            arrows.append(_arrow(edge, item, point))
    size = (width + 2 * MARGIN, height + 2 * MARGIN)
    return Picture(Layout(diagram, *size, nodes, (), ()), *size, frames, nodes, tuple(arrows))


def _node(node, center: Point) -> PlacedNode:
    lines = tuple(node.label.split("\n"))
    height = ICON + ICON_GAP + text.LINE_HEIGHT * len(lines)
    top = center[1] - height / 2
    icon = Box(center[0] - ICON / 2, top, center[0] + ICON / 2, top + ICON)
    width = max(map(text.width, lines))
    return PlacedNode(node, icon, Box(center[0] - width / 2, icon.bottom + ICON_GAP, center[0] + width / 2, top + height), lines)


def _frame(group, item: dict, point) -> Frame:
    written = item["bb"].split(",")
    (x0, y0), (x1, y1) = point(",".join(written[:2])), point(",".join(written[2:]))
    title = around(point(item["lp"]), 72 * float(item["lwidth"]), 72 * float(item["lheight"])) if "lp" in item else Box(x0, y1, x0, y1)
    return Frame(group, Box(x0, y1, x1, y0), title, None)


def _arrow(edge, item: dict, point) -> Arrow:
    points = [point(part) for part in item["pos"].split() if part[0] not in "es"]
    lines = tuple(edge.label.split("\n")) if edge.label else ()
    label = around(point(item["lp"]), max(map(text.width, lines)), text.LINE_HEIGHT * len(lines)) if lines and "lp" in item else None
    return Arrow(edge, tuple(points), (), None, label, lines)
