"""O que o site sabe de cada arquitetura: o diagrama, a página, o template e as provas.

Vem tudo da conferência, que já leu e provou. Uma arquitetura com algo que não se lê fica de
fora: a página dela sai sem provas, e `conferir` diz por quê.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scripts.base.diagram import Diagram
from scripts.checks.benefits import Results
from scripts.checks.reading import Reading
from scripts.page.architecture import Page
from scripts.page.names import names
from scripts.proofs.arrows.registry import Proof
from scripts.template.cloudformation import Template

RULES_PAGE = "provas.md"
"""A página das regras, em `docs/`: os benefícios levam a ela."""


@dataclass(frozen=True)
class Facts:
    """Uma arquitetura inteira, lida. Um benefício que não leva a uma afirmação vem com `None`."""

    slug: str
    diagram: Diagram
    page: Page
    template: Template
    proofs: tuple[Proof, ...]
    claims: Results

    @cached_property
    def names(self) -> dict[str, str]:
        """O nome de cada componente."""
        return names(self.diagram, self.page)


def known(readings: Mapping[str, Reading]) -> dict[str, Facts]:
    """As arquiteturas que se leem por inteiro, por slug."""
    return {slug: Facts(slug, read.diagram, read.page, read.template, read.proofs, read.claims) for slug, read in readings.items()
            if read.diagram and read.diagram.bound and read.page and read.template}
