"""Nenhuma folha do template muda em silêncio, e “diz o mesmo” só se diz do que não muda nada."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.review import side
from scripts.review.comparison import architectures
from scripts.template import cloudformation
from tests.review.edits import QUEUE, WEB, plant

NAMES = ("Sid", "PolicyName", "Version")
"""O que numa política não muda o que ela deixa; a versão, quando não há variáveis de política."""


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """O caminho de cada valor do documento."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def changed(data: Any, path: tuple, remove: bool) -> Any:
    """O documento com essa folha trocada, ou sem ela."""
    whole = copy.deepcopy(data)
    node = whole
    for key in path[:-1]:
        node = node[key]
    value = node[path[-1]]
    if remove:
        del node[path[-1]]
    else:
        node[path[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
    return whole


@pytest.mark.parametrize("slug, remove", [(QUEUE, False), (QUEUE, True), (WEB, False), (WEB, True)])
def test_every_leaf_changed_says_something(tmp_path, slug, remove):
    tree = plant(tmp_path, slug)
    data = cloudformation.read(tree.template(slug)).data
    paths = random.Random(f"{slug} {remove}").sample(list(leaves(data)), 25)

    def read(document: Any) -> side.Side:
        tree.template(slug).write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        return side.read(tree.root, [slug], prove=False)

    old = read(data)
    for path in paths:
        found = next(architectures(old, read(changed(data, path, remove)))).changes
        assert found, path
        assert path[-1] in NAMES or not any("o que ela deixa é o mesmo" in change.text for change in found), path
