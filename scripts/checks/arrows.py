"""Setas: cada uma está provada pelo template ou declarada com um motivo que a página mostra."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.arrows.registry import OUTSIDE
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Template


def check(diagram: Diagram, views: Views, proofs: Iterable[Proof]) -> Iterator[Finding]:
    """Um achado por coisa que falta a cada seta, na linha dela no script; o que vale para todas, `unknown` diz uma vez."""
    template = views.template
    for proof in proofs:
        if proof.proven:
            if proof.edge.declared.strip():
                yield _finding(diagram, proof.edge, "declarada-a-toa", "está provada; tire `declarada`")
        elif proof.declared:
            continue
        elif proof.reversed_rule and not _drawn_back(diagram, proof.edge):
            message = "está ao contrário: o template só permite o sentido oposto; inverta-a"
            yield _finding(diagram, proof.edge, "seta-ao-contrario", message)
        elif proof.rule is None:
            yield _finding(diagram, proof.edge, "par-sem-regra", _no_rule(diagram, template, proof.edge))
        elif proof.missing:
            for missing in proof.missing:
                if missing in views.unknown:
                    continue
                yield _finding(diagram, proof.edge, "seta-sem-prova", _absent(template, missing))
        else:
            yield _finding(diagram, proof.edge, "seta-sem-prova", f"não tem evidência para `{proof.rule.title}`")


def unknown(views: Views) -> Iterator[Finding]:
    """O que não se pode saber deste template: nada se prova enquanto estiver ali."""
    for missing in views.unknown:
        yield Finding(views.template.path, views.template.line(*missing.path), "nao-se-sabe",
                      f"Não se sabe o que este template cria: {missing.need}, e por isso nada dele se prova; {missing.hint}.")


def _finding(diagram: Diagram, edge: Edge, code: str, message: str) -> Finding:
    return Finding(diagram.path, edge.line, code, f"A seta `{edge.id}` {message}.")


def _absent(template: Template, missing: Missing) -> str:
    return f"não está provada: {missing} (`{template.path}`, linha {template.line(*missing.path)})"


def _no_rule(diagram: Diagram, template: Template, edge: Edge) -> str:
    tail, head = _type(diagram, template, edge.tail), _type(diagram, template, edge.head)
    return (
        f"liga `{tail}` a `{head}` e nenhuma regra prova esse par; escreva uma em `scripts/proofs/arrows/` "
        f'com `@rule("{tail}", "{head}")`, ou dê o motivo em `declarada="…"`'
    )


def _type(diagram: Diagram, template: Template, identity: str) -> str:
    known = [template.resources[name].type for name in diagram.elements[identity].resources if name in template.resources]
    return known[0] if known else OUTSIDE


def _drawn_back(diagram: Diagram, edge: Edge) -> bool:
    """O sentido oposto também está desenhado: então não é engano de sentido."""
    return any((other.tail, other.head) == (edge.head, edge.tail) for other in diagram.edges)
