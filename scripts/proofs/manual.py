"""O que a página "Provas" lista: cada regra e cada afirmação, uma vez, com a docstring dela."""

from __future__ import annotations

import re

from scripts.proofs.arrows.prove import RULES
from scripts.proofs.arrows.registry import Rule
from scripts.proofs.claims.evaluate import CLAIMS
from scripts.proofs.claims.registry import Claim

MARKER = re.compile(r"<!--\s*provas\s*-->")
"""O comentário que, numa página, vira o manual; os ids dele passam a ser âncoras dela."""

ARROWS, BENEFITS, HARMLESS, TRUST = "das-setas", "dos-beneficios", "do-autor", "o-que-se-toma-como-dado"
"""As âncoras das partes."""


def rules() -> list[Rule]:
    """As regras, em ordem de título; uma regra com vários pares aparece uma vez."""
    return sorted({rule.id: rule for rule in RULES.values()}.values(), key=lambda rule: rule.title)


def claims() -> list[Claim]:
    """As afirmações, em ordem de título."""
    return sorted(CLAIMS.values(), key=lambda claim: claim.title)


def anchors() -> set[str]:
    """Os ids que a página ganha."""
    return {ARROWS, BENEFITS, TRUST} | {entry.id for entry in (*rules(), *claims())}
