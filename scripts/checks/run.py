"""Conferência de uma árvore: desenha cada script e confronta figura, página e template."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.base.diagram import Rendered
from scripts.base.findings import Finding
from scripts.base.tree import Tree, WrongUse
from scripts.picture.workers import Result, render_all


def check_tree(tree: Tree, slugs: list[str]) -> list[Finding]:
    """Achados das arquiteturas pedidas, ou de todas e das demais páginas, em ordem.

    Erro: `WrongUse` quando um slug pedido não existe.
    """
    if not tree.sources.is_dir() and not tree.pages.is_dir():
        raise WrongUse(f"Não há `diagrams_src` nem `docs` em `{tree.root}`; use `--raiz` com a pasta de um projeto.")
    known = tree.architectures()
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise WrongUse(f"Não há arquitetura `{'`, `'.join(unknown)}`. As que existem são: {', '.join(known) or 'nenhuma'}.")
    wanted = slugs or known
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(_draw, tree, wanted)
        from scripts.checks import verdict  # carrega as regras enquanto os scripts são desenhados

        results, findings = drawing.result()
    for slug in wanted:
        rendered = results.get(slug)
        findings += verdict.check(tree.root, slug, rendered and rendered.diagram, rendered and rendered.svg)
    findings += verdict.check_together(tree.root, known, slugs or None)
    findings += verdict.check_links(tree.root, slugs or None)
    findings += verdict.check_commands(tree.root, slugs or None)
    return sorted(set(findings))


def _draw(tree: Tree, slugs: list[str]) -> tuple[dict[str, Rendered], list[Finding]]:
    """As figuras que os scripts desenham agora, por slug, e os achados de quem não desenha."""
    findings: list[Finding] = []
    results: dict[str, Rendered] = {}

    def done(script: Path, result: Result) -> None:
        if isinstance(result, Rendered):
            results[script.stem] = result
            findings.extend(result.warnings)
        else:
            findings.extend(result)

    render_all(tree.root, [tree.script(slug) for slug in slugs if tree.script(slug).is_file()], done)
    return results, findings


def summary(findings: list[Finding]) -> str:
    """A última linha, para gente."""
    if not findings:
        return "Tudo confere."
    return "1 achado." if len(findings) == 1 else f"{len(findings)} achados."
