"""Valores hostis em cada lugar dos templates da árvore: um achado, ou nada, e nunca um erro do Python nem uma espera."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from time import process_time

import pytest

from scripts.base.diagram import Diagram
from scripts.base.findings import Defect, Finding
from scripts.checks import shared, verdict
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.picture.script.capture import capture
from scripts.template import cloudformation
from scripts.template.cloudformation import Template
from tests.every.tree import SLUGS, TREE
from tests.hostile import VALUES, places, put, reaches
from tests.hostile import Path as Keys

STEP = 17
"""Primo com a quantidade de valores: lugares vizinhos recebem valores distantes, e todos giram."""
TOGETHER = 8
"""Lugares estragados de uma vez: um erro do Python aparece do mesmo jeito, e são oito vezes menos julgamentos."""
EACH = 3
LONGEST = 5.0


@lru_cache
def read(slug: str) -> tuple[Diagram, architecture.Page, Template]:
    return (capture(TREE.script(slug), TREE.root),
            architecture.read(TREE.page(slug), TREE.name(TREE.page(slug))),
            cloudformation.read(TREE.template(slug), TREE.name(TREE.template(slug))))



def judged(slug: str, data: dict) -> list[Finding]:
    """O que se diz da arquitetura com estes dados no lugar do template."""
    diagram, page, original = read(slug)
    try:
        template = cloudformation.rebuilt(original, data)
    except Defect as defect:
        return defect.findings
    return [*verdict.judge(Reading(diagram, page, template)), *shared.check([template])]


def kinds(template: Template, path: Keys) -> Keys:
    """O lugar sem índices e com o tipo em vez do nome: o que é igual em dois recursos se tenta uma vez."""
    resource = template.resources.get(str(path[1])) if path[0] == "Resources" and len(path) > 1 else None
    plain = tuple(key for key in path if not isinstance(key, int))
    return (resource.type, *plain[2:]) if resource else (plain[0], *plain[2:])


@lru_cache
def tried() -> dict[str, list[Keys]]:
    """Cada lugar diferente, na menor arquitetura que o tem."""
    found: dict[str, list[Keys]] = {slug: [] for slug in SLUGS}
    seen: set[Keys] = set()
    for slug in sorted(SLUGS, key=lambda slug: len(read(slug)[2].resources)):
        template = read(slug)[2]
        for path in places(template.data):
            kind = kinds(template, path)
            if kind not in seen:
                seen.add(kind)
                found[slug].append(path)
    return found


def hostile(slug: str, values: int = EACH) -> Iterator[tuple[list[str], dict]]:
    """O template com valores hostis em lugares distantes, alguns de cada vez, até cada lugar ter tido tantos valores."""
    chosen = tried()[slug]
    rounds = -(-len(chosen) // TOGETHER)
    for turn, first in product(range(values), range(rounds)):
        data, told = read(slug)[2].data, []
        for index in range(first, len(chosen), rounds):
            value = VALUES[(index * STEP + turn) % len(VALUES)]
            if reaches(data, chosen[index]):
                data = put(data, chosen[index], value)
                told.append(f"{chosen[index]} = {str(value)[:60] if not isinstance(value, int) else 'um inteiro'}")
        yield told, data


@pytest.mark.parametrize("slug", SLUGS)
def test_hostile_values_anywhere_are_findings_and_never_a_traceback(slug):
    for told, data in hostile(slug):
        start = process_time()
        try:
            judged(slug, data)
        except Exception as error:
            raise AssertionError("\n".join(told)) from error
        assert process_time() - start < LONGEST, told
