"""Folhas: cada valor que o template escreve inteiro num recurso, no ramo de `Fn::If` que vale neste mundo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path, function_name


def leaves(view: View, resource: Resource) -> tuple[Path, ...]:
    """Os lugares das folhas do recurso: um escalar, uma função, uma lista ou um mapa vazios."""
    home = ("Resources", resource.id, "Properties")
    return view.once(("leaves", resource.id), lambda: tuple(_leaves(view, resource.properties, home)))


def _leaves(view: View, node: Any, path: Path) -> Iterator[Path]:
    node, path = view.chosen(node, path)
    items: list[tuple[str | int, Any]] = []
    if isinstance(node, dict) and not any(function_name(str(key)) for key in node):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    for key, inner in items:
        yield from _leaves(view, inner, (*path, key))
    if not items and len(path) > 3 and node != {"Ref": "AWS::NoValue"}:
        yield path
