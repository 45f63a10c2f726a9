"""Nomes e descrições com caracteres que a AWS recusa, e a tag com o começo que é só dela: a pilha não se cria."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.characters import ANY, RESERVED, SPELLINGS
from scripts.checks.programs import Effect
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import SYMBOLS
from scripts.template.cloudformation import Resource

UNKNOWN = "xxx"
"""O que se põe no lugar do que só a implantação decide: o menor nome que todos aceitam."""


def misspelled(view: View, resource: Resource) -> Iterator[Effect]:
    """Cada nome, descrição ou tag que a AWS recusa; do que só a implantação decide, julga-se o resto do texto."""
    for keys, spelling in SPELLINGS.get(resource.type, {}).items():
        for item in _written(view, resource, keys):
            said = SYMBOLS.sub(UNKNOWN, item.value) if isinstance(item.value, str) else ""
            if said and not spelling.takes(said):
                yield item.path, (f"a AWS recusa este `{keys[-1]}` de `{resource.id}`, e a pilha não se cria: só se aceitam {spelling.allowed} "
                                  f"({spelling.source}); acerte o texto.")
    for tag in view.items(resource, "Tags") if isinstance(resource.properties.get("Tags"), list) else ():
        key = view.inside(tag, "Key") if isinstance(tag.value, dict) else None
        if key and str(key.value).lower().startswith(RESERVED):
            yield key.path, f"a tag `{key.value}` de `{resource.id}` começa por `{RESERVED}`, que é só da AWS, e a pilha não se cria; use outro nome."


def _written(view: View, resource: Resource, keys: tuple[str, ...]) -> list[Placed]:
    """Os valores desse caminho, de cada item da lista que há no meio dele."""
    if ANY not in keys:
        found = view.at(resource, *keys)
        return [found] if found else []
    start = keys.index(ANY)
    return [found for item in view.items(resource, *keys[:start]) if (found := view.inside(item, *keys[start + 1:]))]
