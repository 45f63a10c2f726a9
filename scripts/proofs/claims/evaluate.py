"""Afirmações: o que a página diz da arquitetura inteira, provado em todos os cenários do template.

`evaluate` julga uma. Cada módulo daqui tem as de um assunto e se registra ao ser importado; uma
nova é uma função com `@claim` num deles, ou num módulo novo.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.base.diagram import Diagram
from scripts.proofs import claims
from scripts.proofs.arrows import prove as _  # as moradas e os papéis de alguns tipos se registram com as regras
from scripts.proofs.claims.registry import CLAIMS, Claim, Scene
from scripts.proofs.evidence import Found, Missing
from scripts.template.cloudformation import Template
from scripts.template.resolution import scenarios

for _module in pkgutil.iter_modules(claims.__path__):
    importlib.import_module(f"{claims.__name__}.{_module.name}")

OPAQUE = ("Fn::Transform", "Fn::ForEach")
NESTED = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::Macro", "AWS::Serverless::")


@dataclass(frozen=True)
class ClaimResult:
    """O resultado de uma afirmação: todas as linhas achadas e tudo o que falta, sem repetição."""

    claim: Claim
    found: tuple[Found, ...]
    missing: tuple[Missing, ...]

    @property
    def proven(self) -> bool:
        return bool(self.found) and not self.missing


def evaluate(claim_id: str, diagram: Diagram, template: Template, said: str = "") -> ClaimResult:
    """Julga a afirmação em cada cenário; `said` é o texto do benefício, que algumas conferem.

    Erro: `KeyError` quando a afirmação não existe.
    """
    judged = CLAIMS[claim_id]
    pieces: dict[Found | Missing, None] = dict.fromkeys(_opaque(template))
    for values in scenarios(template):
        pieces.update(dict.fromkeys(judged.judge(Scene(values, diagram, said))))
    found = tuple(piece for piece in pieces if isinstance(piece, Found))
    missing = tuple(piece for piece in pieces if isinstance(piece, Missing))
    if not found and not missing:
        missing = (Missing(("Resources",), f"nada no template diz respeito a “{judged.title.lower()}”", "retire o benefício"),)
    return ClaimResult(judged, found, missing)


def _opaque(template: Template) -> Iterator[Missing]:
    """O que só a AWS expande pode trazer qualquer recurso: do conjunto não se afirma nada."""
    hint = "escreva os recursos por extenso"
    if "Transform" in template.data:
        yield Missing(("Transform",), "o template usa `Transform`, que só a AWS expande", hint)
    for name, resource in template.resources.items():
        if resource.type.startswith(NESTED) or resource.type.endswith("::MODULE"):
            yield Missing(("Resources", name), f"`{name}` (`{resource.type}`) cria recursos que não se veem aqui", hint)
    key = next((key for key in _keys(template.data.get("Resources")) if key.startswith(OPAQUE)), None)
    if key:
        yield Missing(("Resources",), f"o template usa `{key}`, que só a AWS expande", hint)


def _keys(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield from map(str, item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
