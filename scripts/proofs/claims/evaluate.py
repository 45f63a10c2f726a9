"""Afirmações: o que a página diz da arquitetura inteira, provado em todos os mundos do template.

`evaluate` julga uma. Cada módulo daqui tem as de um assunto e se registra ao ser importado; uma
nova é uma função com `@claim` num deles, ou num módulo novo.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial
from typing import NamedTuple

from scripts.base.diagram import Diagram
from scripts.proofs import claims
from scripts.proofs.claims.registry import CLAIMS, Claim, Scene
from scripts.proofs.evidence import Evidence, Found, Missing, guarded
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.values import Path

for _module in pkgutil.iter_modules(claims.__path__):
    importlib.import_module(f"{claims.__name__}.{_module.name}")


class ClaimResult(NamedTuple):
    """O resultado de uma afirmação: todas as linhas achadas, tudo o que falta, sem repetição, e o que se leu para saber."""

    claim: Claim
    found: tuple[Found, ...]
    missing: tuple[Missing, ...]
    reads: tuple[Path, ...] = ()

    @property
    def proven(self) -> bool:
        return bool(self.found) and not self.missing


def evaluate(claim_id: str, diagram: Diagram, views: Views, said: str = "") -> ClaimResult:
    """Julga a afirmação em cada mundo; `said` é o texto do benefício, que algumas conferem.

    Erro: `KeyError` quando a afirmação não existe.
    """
    judged = CLAIMS[claim_id]
    pieces: dict[Found | Missing, None] = dict.fromkeys(views.unknown)
    reads: dict[Path, None] = {}
    for _, (told, read) in views.told(partial(_said, judged, diagram, said)):
        pieces.update(dict.fromkeys(told))
        reads.update(read)
    found = tuple(piece for piece in pieces if isinstance(piece, Found))
    missing = tuple(piece for piece in pieces if isinstance(piece, Missing))
    if not found and not missing:
        missing = (Missing(("Resources",), f"nada no template diz respeito a “{judged.title.lower()}”", "retire o benefício"),)
    return ClaimResult(judged, found, missing, tuple(reads))


def _said(judged: Claim, diagram: Diagram, said: str, view: View) -> tuple[list[Evidence], dict[Path, None]]:
    """O que a afirmação acha e o que falta num mundo, e o que ela leu nele."""
    with view.reading() as reads:
        told = list(guarded(judged.judge(Scene(view, diagram, said)), f"a afirmação `{judged.id}`", judged.origin))
    return told, reads
