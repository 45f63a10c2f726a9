"""O que o site sabe de cada arquitetura: o diagrama, a página, o template e as provas.

Os scripts rodam no processo vigiado de sempre, todos juntos na primeira página que precisa
deles, e de novo só quando mudam. Uma arquitetura com algo que não se lê fica de fora: a página
dela sai sem provas, e `conferir` diz por quê.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from scripts.base.diagram import Diagram, Rendered
from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.checks import benefits
from scripts.page import architecture
from scripts.page.architecture import Benefit, Page
from scripts.picture.workers import Result, render_all
from scripts.proofs.arrows.prove import prove
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.claims.evaluate import ClaimResult
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from scripts.template.cloudformation import Template

RULES_PAGE = "provas.md"
"""A página das regras, em `docs/`: os benefícios levam a ela."""

Stamp = tuple[tuple[int, int], ...]

_diagrams: dict[Path, tuple[Stamp, Diagram | None]] = {}


@dataclass(frozen=True)
class Facts:
    """Uma arquitetura inteira, lida. Um benefício que não leva a uma afirmação vem com `None`."""

    slug: str
    diagram: Diagram
    page: Page
    template: Template
    proofs: tuple[Proof, ...]
    claims: tuple[tuple[Benefit, ClaimResult | None], ...]

    @cached_property
    def names(self) -> dict[str, str]:
        """O nome de cada componente: o da tabela; repetido, com o grupo que o distingue."""
        rows = {row.node_id: row.name for row in self.page.rows}
        plain = {id: rows.get(id) or " ".join(element.label.split()) or id for id, element in self.diagram.elements.items()}
        repeated = Counter(plain.values())
        return {id: f"{name} ({place})" if repeated[name] > 1 and (place := self._place(id, name, plain)) else name
                for id, name in plain.items()}

    def _place(self, id: str, name: str, names: dict[str, str]) -> str:
        """O grupo mais próximo que nenhum componente de mesmo nome também tem."""
        inside = {other: [names[group.id] for group in self.diagram.ancestors(self.diagram.elements[other])]
                  for other in names if names[other] == name}
        mine = inside.pop(id)
        return next((group for group in mine if not any(group in theirs for theirs in inside.values())), "")


def read(root: Path) -> dict[str, Facts]:
    """As arquiteturas da árvore que se leem por inteiro, por slug."""
    tree = Tree(root)
    scripts = [path for path in sorted(tree.sources.glob("*.py")) if not path.name.startswith("_")]
    diagrams = _read_diagrams(tree, scripts)
    found = {}
    for script in scripts:
        diagram, slug = diagrams[script], script.stem
        if diagram and diagram.bound:
            stamp = _stamp(tree.page(slug), tree.template(slug))
            facts = _prove(tree.page(slug), tree.template(slug), diagram, stamp)
            found |= {slug: facts} if facts else {}
    return found


def _read_diagrams(tree: Tree, scripts: list[Path]) -> dict[Path, Diagram | None]:
    shared = sorted(tree.sources.glob("_*.py"))
    stamps = {script: _stamp(script, *shared) for script in scripts}
    stale = [script for script in scripts if script not in _diagrams or _diagrams[script][0] != stamps[script]]

    def done(script: Path, result: Result) -> None:
        _diagrams[script] = stamps[script], result.diagram if isinstance(result, Rendered) else None

    if stale:
        render_all(tree.root, stale, done)
    return {script: _diagrams[script][1] for script in scripts}


@lru_cache(maxsize=256)
def _prove(written: Path, deployed: Path, diagram: Diagram, stamp: Stamp) -> Facts | None:
    try:
        told, resources = architecture.read(written), cloudformation.read(deployed)
    except Defect:
        return None
    views = views_of(resources)
    return Facts(diagram.slug, diagram, told, resources, tuple(prove(diagram, views)), benefits.results(told, diagram, views))


def _stamp(*files: Path) -> Stamp:
    """O que muda quando um dos arquivos muda."""
    return tuple((file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else (0, 0) for file in files)
