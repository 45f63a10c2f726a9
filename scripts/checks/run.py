"""Conferência de uma árvore: desenha cada script e confronta figura, página e template."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.base.diagram import SLUG, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, WrongUse
from scripts.picture.workers import Result, render_all

if TYPE_CHECKING:
    from scripts.checks.reading import Reading
    from scripts.checks.verdict import Verdict
    from scripts.page.titles import Titles

Inputs = tuple[object, ...]
Memory = dict[str, tuple[Inputs, "Verdict"]]
"""De cada arquitetura, o último veredito e tudo o que entrou nele; só `servir` guarda um."""


@dataclass(frozen=True)
class Checked:
    """Uma árvore conferida: os achados, em ordem, e o veredito de cada arquitetura pedida, por slug."""

    findings: list[Finding]
    verdicts: dict[str, Verdict]

    @property
    def readings(self) -> dict[str, Reading]:
        """O que se leu de cada uma."""
        return {slug: verdict.reading for slug, verdict in self.verdicts.items()}


def findings(tree: Tree, slugs: list[str]) -> list[Finding]:
    """Os achados de `check_tree`, para quem só quer eles: cada arquitetura se julga numa cópia deste processo, uma por núcleo.

    O que se leu delas fica nas cópias: trazê-lo de volta custaria mais do que julgar.
    """
    return check_tree(tree, slugs, apart=True).findings


def check_tree(tree: Tree, slugs: list[str], drawn: Mapping[Path, Result] | None = None, memory: Memory | None = None,
               apart: bool = False) -> Checked:
    """Confere as arquiteturas pedidas, ou todas e as demais páginas.

    `drawn` é o que os scripts desenham agora, de quem já os desenhou. O que está em `memory` vale
    só enquanto tudo o que entrou nele for igual. Com `apart`, os vereditos podem ficar de fora.
    Erro: `WrongUse` quando um slug pedido não existe.
    """
    if not tree.sources.is_dir() and not tree.pages.is_dir():
        raise WrongUse(f"Não há `diagrams_src` nem `docs` em `{tree.root}`; use `--raiz` com a pasta de um projeto.")
    known = tree.architectures()
    wanted, decisions = _asked(known, slugs), {} if slugs else tree.decisions()
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(_draw, tree, [*map(tree.script, wanted), *decisions.values()]) if drawn is None else None
        from scripts.checks import verdict
        from scripts.proofs import own  # carrega as regras e lê as páginas enquanto os scripts são desenhados

        found = list(own.load(tree.root))
        titles, misread = _titles(tree)
        found += [*misread, *verdict.check_links(tree.root, slugs or None, titles), *verdict.check_commands(tree.root, slugs or None)]
        results = drawing.result() if drawing else drawn or {}
        found += [finding for result in results.values() for finding in _said(result)]
        found += verdict.check_decisions(tree.root, {slug: results.get(script) for slug, script in decisions.items()})
        judge = partial(_verdict, tree, titles=titles, memory={} if memory is None else memory)
        copies = _copies(partial(_judged, judge), wanted, results, tree) if apart else None
        comparing = pool.submit(_compared, tree, slugs)  # o outro leitor e o desenho pedem os mesmos núcleos, e só o desenho se espera
        verdicts = {} if copies else {slug: judge(slug, results.get(tree.script(slug))) for slug in wanted}
        templates = {slug: verdicts[slug].reading.template if slug in verdicts else verdict.template_of(tree.root, slug) for slug in known}
        found += verdict.check_together(tree.root, {slug: read for slug, read in templates.items() if read}, slugs or None)
        found += verdict.check_library(tree.root, templates, slugs or None, titles)
        found += [finding for judged in (copies or (one.findings for one in verdicts.values())) for finding in judged]
        found += comparing.result()
    return Checked(sorted(set(found)), verdicts)


def _asked(known: list[str], slugs: list[str]) -> list[str]:
    """As arquiteturas pedidas, ou todas. Erro: `WrongUse` quando uma não existe."""
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise WrongUse(f"Não há arquitetura `{'`, `'.join(unknown)}`. As que existem são: {', '.join(known) or 'nenhuma'}.")
    return slugs or known


def _copies(judged: Callable[[str, Result | None], tuple[Finding, ...]], slugs: list[str], results: Mapping[Path, Result],
            tree: Tree) -> Iterator[tuple[Finding, ...]] | None:
    """Os achados de cada uma, julgada numa cópia deste processo; `None` onde copiar não é seguro, ou não se ganha nada."""
    cores = min(os.cpu_count() or 1, len(slugs))
    if sys.platform != "linux" or cores < 2:
        return None
    quiet = (signal.SIGINT, signal.SIG_IGN)  # o Ctrl-C é de quem comanda
    pool = ProcessPoolExecutor(cores, get_context("fork"), signal.signal, quiet)
    answers = pool.map(judged, slugs, [results.get(tree.script(slug)) for slug in slugs])
    pool.shutdown(wait=False)
    return answers


def _judged(judge: Callable[[str, Result | None], Verdict], slug: str, result: Result | None) -> tuple[Finding, ...]:
    return judge(slug, result).findings


def _compared(tree: Tree, slugs: list[str]) -> list[Finding]:
    """O que os dois leitores de Markdown não leem igual."""
    from scripts.checks import readers

    return readers.check(tree.root, frozenset(slugs) if slugs else None)


def _draw(tree: Tree, scripts: list[Path]) -> dict[Path, Result]:
    """O que os scripts desenham agora."""
    results: dict[Path, Result] = {}
    render_all(tree.root, [script for script in scripts if SLUG.fullmatch(script.stem) and script.is_file()], results.__setitem__)
    return results


def _titles(tree: Tree) -> tuple[Titles, list[Finding]]:
    """Os títulos da árvore; os de sempre e os achados, quando o arquivo deles não serve."""
    from scripts.page import titles

    try:
        return titles.read(tree.root), []
    except Defect as defect:
        return titles.STANDARD, list(defect.findings)


def _said(result: Result) -> tuple[Finding, ...]:
    return result.warnings if isinstance(result, Rendered) else result


def _verdict(tree: Tree, slug: str, result: Result | None, *, titles: Titles, memory: Memory) -> Verdict:
    from scripts.checks import verdict

    rendered = result if isinstance(result, Rendered) else None
    before = _inputs(tree, slug, rendered, titles)
    if slug in memory and memory[slug][0] == before:
        return memory[slug][1]
    found = verdict.check(tree.root, slug, rendered and rendered.diagram, rendered and rendered.svg, titles)
    memory.pop(slug, None)
    if _inputs(tree, slug, rendered, titles) == before:  # nada foi salvo enquanto se lia
        memory[slug] = before, found
    return found


def _inputs(tree: Tree, slug: str, rendered: Rendered | None, titles: Titles) -> Inputs:
    """Tudo de que o veredito depende: o que se desenha agora e os bytes do que está no disco."""
    from scripts.proofs import own

    files = (tree.page(slug), tree.template(slug), tree.picture(slug))
    return (rendered, titles, own.contents(tree.root), tree.script(slug).is_file(), *(_bytes(file) for file in files))


def _bytes(file: Path) -> bytes | int | None:
    """O que está no arquivo ou, quando não se lê, o motivo."""
    try:
        return file.read_bytes()
    except OSError as error:
        return error.errno
