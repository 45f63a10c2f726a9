"""Conferência de uma árvore: desenha cada script e confronta figura, página e template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.base.diagram import SLUG, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, WrongUse, content
from scripts.checks import copies
from scripts.picture import twin
from scripts.picture.workers import Result, begin

if TYPE_CHECKING:
    from scripts.checks.reading import Reading
    from scripts.checks.verdict import Verdict
    from scripts.page.titles import Titles
    from scripts.template.cloudformation import Template

Inputs = tuple[object, ...]
Memory = dict[str, tuple[Inputs, "Verdict"]]
"""De cada arquitetura, o último veredito e tudo o que entrou nele; só `servir` guarda um."""
Judge = Callable[[], "Verdict"]
Task = Callable[[], Iterable[Finding]]


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
    """Os achados de `check_tree`, para quem só quer eles: as arquiteturas se repartem por cópias deste processo, uma por núcleo.

    O que se leu delas fica nas cópias: trazê-lo de volta custaria mais do que julgar.
    """
    return check_tree(tree, slugs, apart=True).findings


def check_tree(tree: Tree, slugs: list[str], drawn: Mapping[Path, Result] | None = None, memory: Memory | None = None,
               apart: bool = False) -> Checked:
    """Confere as arquiteturas pedidas, ou todas e as demais páginas.

    `drawn` é o que os scripts desenham agora, de quem já os desenhou. O que está em `memory` vale só enquanto tudo o que entrou nele
    for igual. Com `apart`, os vereditos podem ficar de fora. Erro: `WrongUse` quando um slug pedido não existe.
    """
    if not tree.sources.is_dir() and not tree.pages.is_dir():
        raise WrongUse(f"Não há `diagrams_src` nem `docs` em `{tree.root}`; use `--raiz` com a pasta de um projeto.")
    known = tree.architectures()
    wanted, decisions = _asked(known, slugs), {} if slugs else tree.decisions()
    several = memory is None and twin.possible()  # só antes do fio do desenho; e o que uma cópia lê fica nela, e `servir` o quer de novo
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(_drawing(tree, [*map(tree.script, wanted), *decisions.values()])) if drawn is None else None
        from scripts.checks import verdict
        from scripts.proofs import own  # carrega as regras e lê as páginas enquanto os scripts são desenhados

        titles, misread = _titles(tree)
        found = [*own.load(tree.root), *misread, *verdict.check_links(tree.root, slugs or None, titles)]  # as páginas que lê vão com as cópias
        templates = {slug: verdict.template_of(tree.root, slug) for slug in known}  # lidos antes das cópias, vão com elas
        rest = _rest(tree, slugs, templates, titles, several)
        while drawing and several and rest and not drawing.done():
            found += rest.pop()()  # das menores: o núcleo não espera pelo desenho
        results = drawing.result() if drawing else drawn or {}
    found += [finding for result in results.values() for finding in _said(result)]
    found += verdict.check_decisions(tree.root, {slug: results.get(script) for slug, script in decisions.items()})
    judges = {slug: partial(_verdict, tree, slug, results.get(tree.script(slug)), titles=titles, memory={} if memory is None else memory)
              for slug in wanted}
    if several and apart:
        larger = sorted(wanted, key=lambda slug: _size(tree.template(slug)), reverse=True)
        told, verdicts = copies.each([*(partial(_judged, judges[slug]) for slug in larger), *rest]), {}
    else:
        told, verdicts = _kept(judges, rest, several)
    return Checked(sorted({*found, *(finding for one in told for finding in one)}), verdicts)


def _rest(tree: Tree, slugs: list[str], templates: Mapping[str, Template | None], titles: Titles, several: bool) -> list[Task]:
    """O que se confere além das arquiteturas, as tarefas menores por último: nenhum núcleo espera por outro."""
    from scripts.checks import readers, verdict

    root, some = tree.root, slugs or None
    present = {slug: read for slug, read in templates.items() if read}
    return [partial(verdict.check_commands, root, some), partial(verdict.check_library, root, templates, some, titles),
            partial(verdict.check_together, root, present, some), *readers.tasks(root, frozenset(slugs) if slugs else None, several)]


def _kept(judges: Mapping[str, Judge], rest: Sequence[Task], several: bool) -> tuple[list[Iterable[Finding]], dict[str, Verdict]]:
    """Os achados de tudo, e os vereditos, que só se guardam no processo que julga: o resto se faz ao lado dele."""
    verdicts: dict[str, Verdict] = {}

    def judge(slug: str) -> None:
        verdicts[slug] = judges[slug]()

    if several:
        told = copies.each(rest, [partial(judge, slug) for slug in judges])
    else:
        with ThreadPoolExecutor(1) as pool:
            comparing = pool.submit(rest[-1])  # noutro processo, que aqui só se espera
            for slug in judges:
                judge(slug)
            told = [*(task() for task in rest[:-1]), comparing.result()]
    return [*told, *(verdict.findings for verdict in verdicts.values())], verdicts


def _asked(known: list[str], slugs: list[str]) -> list[str]:
    """As arquiteturas pedidas, ou todas. Erro: `WrongUse` quando uma não existe."""
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise WrongUse(f"Não há arquitetura `{'`, `'.join(unknown)}`. As que existem são: {', '.join(known) or 'nenhuma'}.")
    return slugs or known


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _judged(judge: Judge) -> tuple[Finding, ...]:
    return judge().findings


def _drawing(tree: Tree, scripts: list[Path]) -> Callable[[], dict[Path, Result]]:
    """Começa a desenhar os scripts, os maiores primeiro; o que devolve espera pelo que eles desenham."""
    present = [script for script in scripts if SLUG.fullmatch(script.stem) and script.is_file()]
    finish = begin(tree.root, sorted(present, key=_size, reverse=True), busy=1)  # este lê as páginas

    def drawn() -> dict[Path, Result]:
        results: dict[Path, Result] = {}
        finish(results.__setitem__)
        return results

    return drawn


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
    from scripts.checks.replayed import beside_template
    from scripts.proofs import own

    files = (tree.page(slug), tree.template(slug), tree.picture(slug), tree.flow(slug), tree.trace(slug), *beside_template(tree, slug))
    return (rendered, titles, own.contents(tree.root), tree.script(slug).is_file(), *(content(file) for file in files))
