"""Medida das figuras: os casos da galeria, os nossos e os do `dot`, com as mesmas medidas."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scripts.base.diagram import Diagram
from scripts.picture import legibility, text
from scripts.picture.cost import Cost, measure
from scripts.picture.geometry import Box, Point, around
from scripts.picture.layout import Layout, PlacedNode
from scripts.picture.measures import ICON, ICON_GAP
from scripts.picture.placement import MARGIN, Arrow, Frame, Picture

TOOLKIT = Path(__file__).resolve().parents[2]


def stock(script: Path, diagrams: tuple[Diagram, ...]) -> list[Cost]:
    """As medidas de cada figura do script como o `dot` a arruma."""
    command = [sys.executable, "-m", "scripts.measure.stock", str(script)]
    answer = subprocess.run(command, cwd=TOOLKIT, check=True, capture_output=True, text=True, encoding="utf-8")
    pictures = [_picture(diagram, drawn) for diagram, drawn in zip(diagrams, json.loads(answer.stdout), strict=True)]
    return [measure(picture, legibility.check(picture)) for picture in pictures]


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
