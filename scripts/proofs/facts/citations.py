"""Citações: onde um trecho do template cita um recurso, ou um atributo dele."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import VARIABLE, references
from scripts.template.values import Path


def citations(view: View, node: Placed | None, name: str) -> Iterator[Path]:
    """Os lugares mais fundos que, neste mundo, citam o recurso; só eles contam como lidos, e não o que se percorre até lá."""
    with view.reading():
        found = list(_citing(view, node, name)) if node else []
    view.note(found)
    yield from found


def _citing(view: View, node: Placed, name: str) -> Iterator[Path]:
    for _, part in view.parts(node):
        yield from _citing(view, part, name)
    if not isinstance(node.value, (dict, list)) and name in references(view.written(node)):
        yield node.path


def cites(node: Any, attribute: str) -> bool:
    """O trecho cita este atributo, escrito como `Banco.Endpoint.Address`."""
    if isinstance(node, list):
        return any(cites(item, attribute) for item in node)
    if not isinstance(node, dict):
        return False
    got, text = node.get("Fn::GetAtt"), node.get("Fn::Sub")
    said = ".".join(map(str, got)) if isinstance(got, list) else got
    text = text[0] if isinstance(text, list) and text else text
    return said == attribute or isinstance(text, str) and attribute in VARIABLE.findall(text) or any(
        cites(item, attribute) for item in node.values())
