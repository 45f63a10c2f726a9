"""As regras que ligam diagrama, página e template: só achados, nada é escrito.

`check` julga uma arquitetura; `check_links` julga os links das páginas. Cada módulo daqui é um
assunto. Um defeito dá um achado: quando falta a página, não se reclama
de cada linha que ela teria.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from scripts.base.diagram import SLUG, Diagram
from scripts.base.findings import Defect, Finding
from scripts.checks import arrows, benefits, blocks, commands, comparison, components, hygiene, ids, links
from scripts.checks import picture, prices, quotas, resources, shared, steps
from scripts.page import architecture
from scripts.proofs.arrows.prove import prove
from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.drawn.coverage import unclaimed
from scripts.template import cloudformation

ARCHITECTURES = "docs/arquiteturas"
SCRIPTS = "diagrams_src"

Read = TypeVar("Read")


def check(root: Path, slug: str, diagram: Diagram | None, expected_svg: str | None) -> list[Finding]:
    """Os achados de uma arquitetura, em ordem e sem repetição.

    `diagram` é o que o script declara, ou `None` quando ele falta ou não roda; `expected_svg`
    é o desenho dele agora, ou `None` quando não há. Os links ficam com `check_links`.
    """
    script = f"{SCRIPTS}/{slug}.py"
    if not SLUG.fullmatch(slug):
        return [Finding(script, 1, "slug-invalido",
                        f"O nome `{slug}` não serve de endereço; use minúsculas sem acento, "
                        "algarismos e hifens, como `pdv-alta-disponibilidade`.")]
    folder = root / ARCHITECTURES / slug
    found = set(_script(root, script))
    if not (folder / "index.md").exists() and not (folder / "template.yaml").exists():
        if not found:
            found.add(Finding(f"{ARCHITECTURES}/{slug}/index.md", 1, "pagina-ausente",
                              f"A arquitetura não tem página nem template; comece por `python3 scripts novo {slug}`."))
        return sorted(found)
    the_page = _read(architecture.read, root, f"{ARCHITECTURES}/{slug}/index.md", found)
    the_template = _read(cloudformation.read, root, f"{ARCHITECTURES}/{slug}/template.yaml", found)
    if the_page:
        found.update(the_page.findings, picture.shown(the_page))
    if the_page and the_template:
        found.update(commands.check(the_page, the_template))
    if the_template:
        found.update(resources.size(the_template, folder / "template.yaml"))
    if diagram:
        found.update(picture.current(root, f"{ARCHITECTURES}/{slug}/diagrama.svg", expected_svg))
        found.update(judge(diagram, the_page, the_template))
    return sorted(found)


def check_commands(root: Path, slugs: Iterable[str] | None = None) -> list[Finding]:
    """Os blocos de shell que não se leem e as chamadas da AWS que não existem, nas mesmas páginas de `check_links`."""
    return sorted(set(blocks.check(root, None if slugs is None else frozenset(slugs))))


def check_links(root: Path, slugs: Iterable[str] | None = None) -> list[Finding]:
    """Os links quebrados das páginas de `docs/`, ou só das arquiteturas pedidas."""
    return sorted(set(links.check(root, None if slugs is None else frozenset(slugs))))


def check_together(root: Path, known: Iterable[str], slugs: Iterable[str] | None = None) -> list[Finding]:
    """O que as arquiteturas da árvore dizem umas das outras: partes comuns e a tabela que as compara.

    `known` são todas; com `slugs`, só se devolvem os achados delas.
    """
    unread: set[Finding] = set()  # `check` já diz de cada uma o que não se lê
    read = {slug: _read(cloudformation.read, root, f"{ARCHITECTURES}/{slug}/template.yaml", unread) for slug in known}
    templates = {slug: found for slug, found in read.items() if found}
    wanted = None if slugs is None else frozenset(slugs)
    paths = {found.path for slug, found in templates.items() if wanted is None or slug in wanted}
    divergent = [finding for finding in shared.check(list(templates.values())) if finding.path in paths]
    return sorted({*divergent, *comparison.check(root, templates, wanted), *prices.check_dates(templates.values())})


def judge(diagram: Diagram, the_page: architecture.Page | None, the_template: cloudformation.Template | None) -> Iterable[Finding]:
    """O que três valores já lidos dizem uns dos outros: ligação, provas, benefícios e higiene."""
    if not diagram.bound:
        yield Finding(diagram.path, diagram.line, "script-sem-vinculo",
                      "O script não liga o diagrama à página e ao template; dê `nodeid` e `recurso` aos componentes.")
        return
    yield from ids.check(diagram, the_page)
    yield from resources.declared(diagram)
    if the_page:
        yield from components.check(diagram, the_page)
        yield from steps.check(diagram, the_page)
    if the_template:
        yield from resources.check(diagram, the_template)
        yield from witness(diagram, the_page, the_template)


def witness(diagram: Diagram, the_page: architecture.Page | None, the_template: cloudformation.Template) -> Iterable[Finding]:
    """O template como testemunha: setas, lugares e benefícios contra ele, e as permissões dele contra as setas."""
    yield from hygiene.check(the_template, diagram)
    yield from prices.check(the_template)
    if the_page:
        yield from quotas.check(the_page, the_template)
    proofs = prove(diagram, the_template)
    yield from arrows.check(diagram, the_template, proofs)
    yield from misplaced(diagram, the_template)
    yield from unclaimed(diagram, the_template, proofs)
    if the_page:
        yield from benefits.check(the_page, the_template, benefits.results(the_page, diagram, the_template))


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
