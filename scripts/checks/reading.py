"""Uma arquitetura lida: o desenho, a página, o template e, quando alguém pergunta, as provas.

É o valor que a conferência julga e que o site mostra: cada prova se faz uma vez só.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scripts.base.diagram import Diagram
from scripts.checks import benefits
from scripts.checks.replayed import Trace
from scripts.page.architecture import Page
from scripts.proofs.arrows.prove import prove
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.facts.views import Views, views_of
from scripts.template.cloudformation import Template


@dataclass(frozen=True)
class Reading:
    """As três partes de uma arquitetura; o que falta, ou não se deixa ler, é `None`. `trace` é o rastro dela, se é o de agora."""

    diagram: Diagram | None
    page: Page | None
    template: Template | None
    trace: Trace | None = None

    @cached_property
    def views(self) -> Views:
        """Os mundos do template, feitos uma vez. Erro: `ValueError` sem template."""
        if not self.template:
            raise ValueError("sem template não há mundos")
        return views_of(self.template)

    @cached_property
    def proofs(self) -> tuple[Proof, ...]:
        """Uma prova por seta; vazio sem desenho ou sem template."""
        return tuple(prove(self.diagram, self.views)) if self.diagram and self.template else ()

    @cached_property
    def claims(self) -> benefits.Results:
        """Cada benefício da página com o que se provou dele; vazio quando falta uma parte."""
        return benefits.results(self.page, self.diagram, self.views) if self.page and self.diagram and self.template else ()
