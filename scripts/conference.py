"""Conferência de uma árvore: desenha cada script e confronta figura, página e template."""

from __future__ import annotations

from pathlib import Path

from scripts import checks
from scripts.findings import Finding
from scripts.model import Rendered
from scripts.tree import Tree, WrongUse
from scripts.workshop import Result, render_all


def check_tree(tree: Tree, slugs: list[str]) -> list[Finding]:
    """Achados das arquiteturas pedidas, ou de todas e das demais páginas, em ordem.

    Erro: `WrongUse` quando um slug pedido não existe.
    """
    known = checks.architectures(tree.root)
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise WrongUse(f"Não há arquitetura `{'`, `'.join(unknown)}`. As que existem são: {', '.join(known) or 'nenhuma'}.")
    return sorted(set(_findings(tree, slugs or known, everything=not slugs)))


def _findings(tree: Tree, slugs: list[str], everything: bool) -> list[Finding]:
    findings: list[Finding] = []
    results: dict[str, Rendered] = {}

    def done(script: Path, result: Result) -> None:
        if isinstance(result, Rendered):
            results[script.stem] = result
            findings.extend(result.warnings)
        else:
            findings.extend(result)

    render_all(tree.root, [tree.script(slug) for slug in slugs if tree.script(slug).is_file()], done)
    for slug in slugs:
        rendered = results.get(slug)
        findings += checks.check(tree.root, slug, rendered and rendered.diagram, rendered and rendered.svg)
    findings += checks.check_links(tree.root, None if everything else slugs)
    return findings


def summary(findings: list[Finding]) -> str:
    """A última linha, para gente."""
    if not findings:
        return "Tudo confere."
    return "1 achado." if len(findings) == 1 else f"{len(findings)} achados."
