"""As regras que ligam diagrama, página e template: só achados, nada é escrito.

`check` julga uma arquitetura; `check_links`, os links das páginas; `check_together`, o que umas
dizem das outras; `check_library`, as notas, comparações e trilhas. Cada módulo daqui é um assunto. Um defeito dá um achado: quando falta a página,
não se reclama de cada linha que ela teria.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from scripts.base.diagram import SLUG, Diagram, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, unfit
from scripts.checks import accepting, arguments, arrows, awaiting, benefits, blocks, calls, carrying, certified, citations, cleanup, coded
from scripts.checks import commands, comparison, components, cycles, dead, decision, defaults, effects, entering, environment, flags, hygiene, ids
from scripts.checks import launched, library, links, manifests, mending, numbers, order, outputs, pace, pairing, permitted, picture, pins, placing
from scripts.checks import prices, promised, promises, prose, protocols, qualities, queries, questions, quotas, refusals, refused, remains
from scripts.checks import replayed, resources, sections, senses, shared, stated, steps, storing, swapped, truths, unsaid, verbs, zoned
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.page.architecture import Page
from scripts.page.titles import STANDARD, Titles
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.drawn import relations
from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread
from scripts.proofs.facts.views import Views
from scripts.template import cloudformation
from scripts.template.cloudformation import Template
from scripts.template.values import Path

ARCHITECTURES = "docs/arquiteturas"
SCRIPTS = "diagrams_src"

Read = TypeVar("Read")


@dataclass(frozen=True)
class Verdict:
    """O que se leu de uma arquitetura, e os achados dela em ordem e sem repetição."""

    reading: Reading
    findings: tuple[Finding, ...]


def check(root: Path, slug: str, diagram: Diagram | None, expected_svg: str | None, titles: Titles = STANDARD) -> Verdict:
    """Lê e julga uma arquitetura.

    `diagram` é o que o script declara, ou `None` quando ele falta ou não roda; `expected_svg`
    é o desenho dele agora, ou `None` quando não há; `titles`, os da árvore. Os links ficam com `check_links`.
    """
    script = f"{SCRIPTS}/{slug}.py"
    if not SLUG.fullmatch(slug):
        return Verdict(Reading(diagram, None, None), (unfit(script, slug),))
    folder = root / ARCHITECTURES / slug
    found = set(_script(root, script))
    if not (folder / "index.md").exists() and not (folder / "template.yaml").exists():
        if not found and diagram:  # o que impede um script de rodar já está dito
            found.add(Finding(f"{ARCHITECTURES}/{slug}/index.md", 1, "pagina-ausente",
                              f"A arquitetura não tem página nem template; comece por `python3 scripts novo {slug}`."))
        return Verdict(Reading(diagram, None, None), tuple(sorted(found)))
    page = _read(partial(architecture.read, titles=titles), root, f"{ARCHITECTURES}/{slug}/index.md", found)
    template = _read(cloudformation.read, root, f"{ARCHITECTURES}/{slug}/template.yaml", found)
    trace, said = replayed.kept(Tree(root), slug, diagram, page, template)
    read = Reading(diagram, page, template, trace)
    if read.page:
        found.update(read.page.findings, picture.shown(read.page), sections.check(read.page, read.template))
    if read.page and read.template:
        found.update(commands.check(read.page, read.template), manifests.check(Tree(root), slug, read.page, read.views))
    if read.template:
        found.update(resources.size(read.template, folder / "template.yaml"))
    judged = tuple(judge(read))
    found.update(judged)
    if diagram and not any(finding.code in mending.CODES for finding in judged):
        found.update(picture.current(root, f"{ARCHITECTURES}/{slug}/diagrama.svg", expected_svg))
    if not found:  # com o que corrigir, o rastro ainda vai mudar
        found.update(said)
    return Verdict(read, tuple(sorted(found)))


def check_commands(root: Path, slugs: Iterable[str] | None = None) -> list[Finding]:
    """Os blocos de shell que não se leem, as chamadas da AWS que não existem e o que ela desmente, nas mesmas páginas de `check_links`."""
    wanted = None if slugs is None else frozenset(slugs)
    return sorted({*blocks.check(root, wanted), *truths.check(root, wanted)})


def check_links(root: Path, slugs: Iterable[str] | None = None, titles: Titles = STANDARD) -> list[Finding]:
    """Os links quebrados das páginas de `docs/`, ou só das arquiteturas pedidas."""
    return sorted(set(links.check(root, None if slugs is None else frozenset(slugs), titles)))


def check_together(root: Path, templates: Mapping[str, Template], slugs: Iterable[str] | None = None) -> list[Finding]:
    """O que as arquiteturas da árvore dizem umas das outras: partes comuns e a tabela que as compara.

    `templates` são os de todas, por slug; com `slugs`, só se devolvem os achados delas.
    """
    wanted = None if slugs is None else frozenset(slugs)
    paths = {found.path for slug, found in templates.items() if wanted is None or slug in wanted}
    divergent = [finding for finding in shared.check(list(templates.values())) if finding.path in paths]
    unheard = (*dead.exceptions(root, (read for read in templates.values() if read.path in paths)), *dead.rules(root, templates.values()))
    strange = [finding for finding in pins.check(root, templates.values()) if finding.path in paths]
    return sorted({*divergent, *strange, *comparison.check(root, dict(templates), wanted), *prices.check_dates(templates.values()), *unheard})


def check_library(root: Path, templates: Mapping[str, Template | None], slugs: Iterable[str] | None = None,
                  titles: Titles = STANDARD, today: date | None = None) -> list[Finding]:
    """As notas, comparações e trilhas da árvore, e o que as trilhas pedem de cada arquitetura; com `slugs`, só o que se pede delas.

    `templates` são os de todas, por slug, com `None` no que não se lê; `today`, o dia em que se confere.
    """
    found = set(questions.check(root, templates if slugs is None else slugs, titles))
    if slugs is None:
        read = [template for template in templates.values() if template]
        found.update(library.check(root, read, len(read) == len(templates), today or date.today()))
    return sorted(found)


def check_decisions(root: Path, drawn: Mapping[str, object]) -> list[Finding]:
    """As figuras de decisão, por slug, contra as comparações delas; a que não se desenha já tem achado próprio."""
    found = {unfit(f"{SCRIPTS}/comparacoes/{slug}.py", slug) for slug in drawn if not SLUG.fullmatch(slug)}
    return sorted(found.union(*(decision.check(root, slug, one) for slug, one in drawn.items() if isinstance(one, Rendered))))


def template_of(root: Path, slug: str) -> Template | None:
    """O template de uma arquitetura que não se julga; o que não se lê, `check` diz quando ela é julgada."""
    return _read(cloudformation.read, root, f"{ARCHITECTURES}/{slug}/template.yaml", set())


def judge(read: Reading) -> Iterable[Finding]:
    """O que as partes já lidas dizem umas das outras: ligação, provas, benefícios e higiene."""
    dangling = tuple(citations.check(read.template)) if read.template else ()
    yield from dangling
    yield from defaults.check(read.template) if read.template else ()
    yield from accepting.check(read.template, read.page) if read.template else ()
    if not read.diagram:
        return
    if not read.diagram.bound:
        yield Finding(read.diagram.path, read.diagram.line, "script-sem-vinculo",
                      "O script não liga o diagrama à página e ao template; dê `nodeid` e `recurso` aos componentes.")
        return
    mended = mending.mend(read.diagram, read.page, read.template)
    yield from mended.findings
    read = Reading(mended.diagram, mended.page, read.template) if mended.findings else read
    yield from ids.check(mended.diagram, read.page)
    yield from resources.declared(mended.diagram)
    yield from truths.drawn(mended.diagram)
    if read.page:
        yield from components.titled(mended.diagram, read.page)
        yield from components.check(mended.diagram, read.page)
        yield from steps.check(mended.diagram, read.page)
        yield from verbs.check(read.page, mended.diagram)
        yield from carrying.check(read.page, mended.diagram)
    if read.template and not dangling and not mended.lost:
        yield from resources.check(mended.diagram, read.template)
        yield from resources.pictured(mended.diagram, read.template)
        yield from witness(read, mended.diagram, read.template)


def witness(read: Reading, diagram: Diagram, template: Template) -> Iterable[Finding]:
    """O template como testemunha: setas, lugares e benefícios contra ele, e as permissões dele contra as setas."""
    views, told = read.views, _told(read)
    yield from cycles.check(views)
    yield from hygiene.check(views, diagram)
    yield from effects.check(views, told)
    yield from swapped.check(views)
    yield from prices.check(views)
    yield from arrows.unknown(views)
    yield from arrows.crowded(diagram, template)
    yield from arrows.check(diagram, views, read.proofs)
    yield from misplaced(diagram, views)
    undrawn = relations.undrawn(diagram, views)
    yield from relations.findings(views, undrawn)
    meant = arrows.meant(diagram, views, read.proofs)
    absent = tuple(prove_arrow(diagram, views, each.edge) for each in undrawn)  # o que só elas mostram já está dito
    yield from unclaimed(diagram, views, (*meant, *absent))
    yield from unread(diagram, views, meant, absent, told)
    if read.page:
        yield from _spoken(read, read.page, diagram, told)


def _told(read: Reading) -> frozenset[Path]:
    """As propriedades de que uma seta ou um benefício já diz o que falta."""
    return arrows.places((*arrows.rooted(read.proofs), *(missing for _, result in read.claims if result for missing in result.missing)))


def _spoken(read: Reading, page: Page, diagram: Diagram, told: frozenset[Path]) -> Iterable[Finding]:
    """O que a página diz contra o template: números, promessas, comandos e qualidades."""
    views = read.views
    yield from quotas.check(page, views)
    yield from benefits.check(page, views, read.claims, arrows.causes(read.proofs))
    judged = [result for _, result in read.claims]
    spoken = list(numbers.sentences(page, diagram, views, read.proofs, judged))
    counted = [*spoken, *numbers.labels(diagram, views, read.proofs), *numbers.changes(page, views), *numbers.tries(page, views)]
    yield from numbers.check(page, views, counted)
    yield from coded.check(page, views, diagram)
    yield from prose.check(page, views)
    yield from stated.check(page, views)
    yield from unsaid.check(page, views, spoken, judged)
    yield from outputs.check(page, views)
    yield from environment.told(page, views)
    yield from _commanded(page, views)
    yield from placing.check(page, diagram, views)
    yield from protocols.check(page, diagram, views)
    yield from remains.check(page, views)
    yield from promises.check(page, views)
    yield from pace.check(page, views, told)
    yield from promised.check(page, views)
    yield from entering.check(page, diagram, views)
    yield from certified.check(page, views)
    said = list(qualities.sentences(page))
    yield from qualities.check(page, views, said)
    yield from zoned.check(page, views, said)
    yield from permitted.check(page, views)
    yield from refusals.check(page, views)
    yield from senses.check(page, diagram, views, spoken)
    yield from awaiting.check(page, diagram, views)


def _commanded(page: Page, views: Views) -> Iterable[Finding]:
    """O que os comandos da página fazem, contra o template e contra o que ela diz deles."""
    made = calls.made(page, views)
    for judge in (pairing, cleanup, order, storing, queries, flags, arguments, launched, refused):
        yield from judge.check(page, made)


def _script(root: Path, script: str) -> Iterable[Finding]:
    if not (root / script).exists():
        yield Finding(script, 1, "script-ausente",
                      "A pasta da arquitetura existe, mas o script não; escreva-o, ou apague a pasta.")


def _read(read: Callable[[Path, str], Read], root: Path, name: str, found: set[Finding]) -> Read | None:
    try:
        return read(root / name, name)
    except Defect as defect:
        found.update(defect.findings)
        return None
