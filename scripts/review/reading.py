"""De uma arquitetura lida pela conferência aos fatos que se comparam."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from scripts.aws.prices import REGIONS
from scripts.base.diagram import Diagram
from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.base.wording import listed
from scripts.checks.benefits import claimed
from scripts.checks.estimate import resting
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.page.architecture import Page
from scripts.page.names import names
from scripts.page.titles import Titles
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.claims.evaluate import ClaimResult
from scripts.proofs.evidence import Found, Missing
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.principals import DIRECT, SEEKERS, principal_of
from scripts.proofs.trails.explain import explain
from scripts.review.facts import Benefit, Cost, Facts, Judged, Lack, Line, World
from scripts.review.permissions import grants
from scripts.review.reachability import by_world, exposed, openings, reaches
from scripts.review.values import written
from scripts.template import cloudformation
from scripts.template.cloudformation import Template
from scripts.template.values import Path as Where

Read = TypeVar("Read")
HEADER, OPENING = "cabeçalho", "abertura"
"""O que a página traz antes do título, e entre ele e a primeira seção."""


def read(tree: Tree, slug: str, diagram: Diagram | None, problems: tuple[str, ...], titles: Titles, prove: bool = True) -> Facts:
    """Os fatos de uma arquitetura da árvore; `problems` já traz por que o script não roda, e sem `prove` nada se prova."""
    said = list(problems)
    page = _read(lambda path, name: architecture.read(path, name, titles), tree.page(slug), tree, said)
    template = _read(cloudformation.read, tree.template(slug), tree, said)
    found = Reading(diagram if diagram and diagram.bound else None, page, template)
    if diagram and not diagram.bound:
        said.append(f"`{diagram.path}` não liga a figura à página nem ao template.")
    facts = {"diagram": diagram, "picture": _digest(tree.picture(slug)), **_told(found, tree.page(slug), prove), **_permitted(found)}
    return Facts(slug, tuple(said), **facts)


def _read(read: Callable[[Path, str], Read], path: Path, tree: Tree, said: list[str]) -> Read | None:
    try:
        return read(path, tree.name(path))
    except Defect as defect:
        said += [f"`{finding.path}`, linha {finding.line}: {finding.message}" for finding in defect.findings]
        return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _told(found: Reading, path: Path, prove: bool) -> dict[str, Any]:
    """O que a página e o desenho dizem, e o que se provou deles."""
    diagram, page, template = found.diagram, found.page, found.template
    facts: dict[str, Any] = {}
    if diagram:
        facts["names"] = names(diagram, page)
        facts["labels"] = _labels(found)
    if page:
        facts |= {"title": page.title, "rows": {row.node_id: row.cells for row in page.rows if row.node_id},
                  "steps": tuple(step.text for step in page.steps), "sections": _sections(page, path)}
        facts["benefits"] = dict(_benefits(found, page, prove))
    if diagram and template and prove:
        facts["arrows"] = {proof.edge.id: _judged(found, diagram, template, proof) for proof in found.proofs}
    return facts


def _labels(found: Reading) -> dict[str, str]:
    """O componente que mostra cada recurso ou, sem um, o grupo; de vários, todos."""
    if not found.diagram:
        return {}
    rows = {row.node_id: row.name for row in found.page.rows} if found.page else {}
    shown: dict[str, dict[str, None]] = {}
    for elements in (found.diagram.nodes, found.diagram.groups):
        known = set(shown)
        for element in elements:
            for name in element.resources:
                if name not in known:
                    shown.setdefault(name, {})[rows.get(element.id) or " ".join(element.label.split())] = None
    return {name: listed(list(many)) for name, many in shown.items()}


def _sections(page: Page, path: Path) -> dict[str, str]:
    """O texto de cada seção, também do que vem antes da primeira; das que se comparam por partes, só o que está fora delas."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    starts = [heading for heading in page.headings if heading.level == 2]
    top = next((heading.line for heading in page.headings if heading.level == 1), 0)
    ends = [*(heading.line - 1 for heading in starts), len(lines)]
    found = {HEADER: "\n".join(lines[:max(0, top - 1)]), OPENING: "\n".join(lines[top:ends[0]]).strip()}
    told = _compared_apart(page, lines)
    for heading, end in zip(starts, ends[1:]):
        found[heading.text] = "\n".join(lines[number] for number in range(heading.line, end) if number not in told).strip()
    return found


def _compared_apart(page: Page, lines: list[str]) -> set[int]:
    """As linhas dos componentes, dos passos e dos benefícios, contadas de zero, com o que está recuado debaixo delas."""
    found = {part.line - 1 for part in (*(row for row in page.rows if row.node_id), *page.steps, *page.benefits)}
    for number, line in enumerate(lines):
        if number - 1 in found and line.startswith("    "):
            found.add(number)
    return found


def _benefits(found: Reading, page: Page, prove: bool) -> Iterator[tuple[str, Benefit]]:
    judged = prove and found.claims or tuple((benefit, None) for benefit in page.benefits)
    for benefit, result in judged:
        name = benefit.link.text if benefit.link else benefit.text
        key = claimed(page, benefit) or benefit.text
        yield key, Benefit(name, benefit.text, _claim(found.template, result) if found.template and result else None)


def _claim(template: Template, result: ClaimResult) -> Judged:
    return Judged("provada" if result.proven else "sem prova", result.claim.title, "", _lines(template, result.found),
                  _lacks(template, result.missing))


def _judged(found: Reading, diagram: Diagram, template: Template, proof: Proof) -> Judged:
    state = ("provada" if proof.proven else "declarada" if proof.declared else "sem regra" if proof.unruled else "sem prova")
    missing = _lacks(template, proof.missing)
    if state == "sem prova" and proof.rule:
        missing = (*_refusals(found, diagram, template, proof), *missing)
    if state == "sem prova" and not missing:
        why = "o template só permite o sentido contrário" if proof.reversed_rule else "nenhuma regra prova este par"
        missing = (Lack(why, "", 1),)
    return Judged(state, proof.rule.title if proof.rule else "", proof.edge.declared or proof.edge.unruled, _lines(template, proof.found), missing)


def _refusals(found: Reading, diagram: Diagram, template: Template, proof: Proof) -> Iterator[Lack]:
    """O salto que recusa, do caminho de uma ponta à outra: é o que explica a prova que falta, se algum recusa."""
    for outcome, hop in explain(diagram, found.views, proof.edge.tail, proof.edge.head).refusals:
        if hop.passes is False:
            case = f"{outcome.when}, " if outcome.when.startswith("em ") else f"quando {outcome.when}, " if outcome.when else ""
            yield Lack(f"{case}{hop.text}", hop.code, template.line(*hop.paths[0]) if hop.paths else 1)


def _lines(template: Template, found: Iterable[Found]) -> tuple[Line, ...]:
    return tuple(Line(_place(piece.path), piece.text, _short(written_at(template.data, piece.path)), template.line(*piece.path)) for piece in found)


def _lacks(template: Template, missing: Iterable[Missing]) -> tuple[Lack, ...]:
    return tuple(Lack(piece.need, piece.code, template.line(*piece.path)) for piece in missing)


def _place(path: Where) -> str:
    keys = [str(key) for key in path if isinstance(key, str) and key not in ("Resources", "Properties", "Fn::If")]
    return ".".join(keys)


def _short(value: Any) -> str:
    """O que está escrito, numa linha; de um texto longo, o começo e um resumo que muda com ele."""
    text = written(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({hashlib.sha256(text.encode()).hexdigest()[:6]})"


def _permitted(found: Reading) -> dict[str, Any]:
    """O que o template deixa: políticas, rede, e a conta de tê-lo parado."""
    if not found.template:
        return {}
    views = found.views
    worlds = tuple(World(tuple(sorted(view.world.assumed.items())), tuple(sorted((name, str(value)) for name, value in view.world.chosen.items())))
                   for view in views.each)
    acts = _acts(views.each[0])
    return {"template": found.template.data, "worlds": worlds, "acts": acts, "roles": _roles(_labels(found), acts), "grants": grants(views),
            "openings": by_world(views, openings), "reaches": by_world(views, reaches), "exposed": by_world(views, exposed),
            "cost": _cost(views)}


def _acts(view: View) -> dict[str, str]:
    """De cada recurso que chama a AWS, o papel com que age."""
    found = {resource.id: principal_of(view, resource).role for resource in view.resources.values()
             if resource.type in DIRECT or resource.type in SEEKERS}
    return {name: role.id for name, role in found.items() if role}


def _roles(shown: Mapping[str, str], acts: Mapping[str, str]) -> dict[str, str]:
    """De quem é cada papel, pelo componente que o usa."""
    users: dict[str, dict[str, None]] = {}
    for name, role in acts.items():
        users.setdefault(role, {})[shown.get(name, name)] = None
    return {role: listed(list(many)) for role, many in users.items()}


def _cost(views: Views) -> Cost:
    rest = resting(views)
    parts = tuple((line.price.name, line.quantity, line.cost(REGIONS[0]) or 0) for line in rest.lines)
    return Cost(tuple((region, rest.total(region), tuple(rest.missing(region))) for region in REGIONS), parts, rest.unpriced)
