"""As vistas de um template: uma por mundo, feitas uma vez e passadas a quem pergunta."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.proofs.evidence import Missing
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Template
from scripts.template.worlds import worlds


@dataclass(frozen=True)
class Views:
    """As vistas de todos os mundos de um template, e o que nele não se pode saber."""

    template: Template
    each: tuple[View, ...]
    unknown: tuple[Missing, ...]


def views_of(template: Template) -> Views:
    """Uma vista por mundo; faz-se uma vez e passa-se a quem pergunta."""
    found = worlds(template)
    unknown = tuple(Missing(path, need, "escreva por extenso") for path, need in found.unknown)
    return Views(template, tuple(View(world, unknown) for world in found.each), unknown)
