"""Citações: onde um trecho do template cita um recurso, ou um atributo dele."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.template.cloudformation import VARIABLE, references
from scripts.template.values import Key, Path


def citations(node: Any, name: str, path: Path) -> Iterator[Path]:
    """Os lugares mais fundos que citam o recurso, a partir de `path`."""
    if isinstance(node, dict) and len(node) == 1 and name in references(node) and next(iter(node)) in ("Ref", "Fn::GetAtt", "Fn::Sub"):
        yield path
        return
    pairs: list[tuple[Key, Any]] = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, item in pairs:
        yield from citations(item, name, (*path, key))


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
