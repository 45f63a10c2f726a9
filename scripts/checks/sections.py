"""O que toda página de arquitetura precisa ter além do que a leitura cobra: as seções, na ordem, e o que o resumo diz.

Os títulos são os da árvore. Uma seção a mais pode vir em qualquer lugar; a do que mudou em
relação às anotações originais, só onde há anotações.
"""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it.token import Token

from scripts.aws.catalog import KINDS, is_support
from scripts.base.findings import Finding
from scripts.page.architecture import Page
from scripts.page.document import Heading, children, plain
from scripts.proofs.claims.known import HOURLY
from scripts.template.cloudformation import Template

TO_WRITE = "Diga "
"""Como começa cada texto que o esqueleto deixa por escrever."""


def check(page: Page, template: Template | None) -> Iterator[Finding]:
    """Os achados da página; sem template, não se julga se ela cobra por hora."""
    titled = [heading for heading in page.headings if heading.level == 2 and heading.text in page.titles.sections]
    yield from _absent(page, titled)
    yield from _order(page, titled)
    validation = next((heading for heading in titled if heading.text == page.titles.validacao), None)
    if validation and page.titles.nao_verificado not in [heading.text for heading in page.headings if heading.level > 2]:
        yield Finding(page.path, validation.line, "nao-verificado-ausente",
                      f"A seção `## {page.titles.validacao}` não diz o que ficou sem verificar; acrescente "
                      f"`### {page.titles.nao_verificado}`.")
    yield from _summary(page, template)
    yield from _unedited(page)


def _absent(page: Page, titled: list[Heading]) -> Iterator[Finding]:
    """As três que a leitura procura já têm achado, como as repetidas dela."""
    titles = page.titles
    read = {titles.fluxo, titles.componentes, titles.beneficios}
    lines = {heading.text: heading.line for heading in reversed(titled)}
    sections = [title for title in titles.sections if title not in read]
    for place, title in enumerate(titles.sections):
        if title in sections and title not in lines and title != titles.mudancas:
            after = next((other for other in reversed(titles.sections[:place]) if other in lines), "")
            where = f", depois de `## {after}`" if after else ""
            yield Finding(page.path, lines.get(after, 1), "secao-ausente", f"Falta a seção `## {title}`; escreva-a com esse título{where}.")
    for heading in titled:
        if heading.text in sections and heading.line != lines[heading.text]:
            yield Finding(page.path, heading.line, "secao-repetida",
                          f"A seção `## {heading.text}` já está na linha {lines[heading.text]}; junte as duas.")


def _order(page: Page, titled: list[Heading]) -> Iterator[Finding]:
    """Um achado só: a primeira que vem antes de onde devia."""
    places = [page.titles.sections.index(heading.text) for heading in titled]
    for place, (before, after) in enumerate(zip(places, places[1:]), 1):
        if after < before:
            follows = next(other for other in titled if page.titles.sections.index(other.text) > after)
            yield Finding(page.path, titled[place].line, "secao-fora-de-ordem",
                          f"A seção `## {titled[place].text}` vem antes de `## {follows.text}`, da linha {follows.line}; leve-a para lá.")
            return


def _summary(page: Page, template: Template | None) -> Iterator[Finding]:
    """O que se lê antes da primeira seção: para que não serve, e se cobra por hora."""
    titles = page.titles
    said = {text: line for text, line in _strong(page)}
    if not any(text.startswith(titles.nao_serve) for text in said):
        yield Finding(page.path, 1, "limite-ausente",
                      f"O resumo não diz quando a arquitetura não serve; escreva antes da primeira seção “**{titles.nao_serve}** quando…”.")
    if not template:
        return
    used = {resource.type for resource in template.resources.values()}
    strange = sorted(type_ for type_ in used if type_ not in KINDS and not is_support(type_))
    hourly = bool(used & set(HOURLY))
    asked, other = (titles.cobra, titles.nao_cobra) if hourly else (titles.nao_cobra, titles.cobra)
    wrong = next((line for text, line in said.items() if text.startswith(other)), None)
    if strange and not hourly and wrong is None:
        yield Finding(page.path, 1, "cobranca-desconhecida", _strange(strange))
    elif wrong is not None and not (strange and not hourly):
        yield Finding(page.path, wrong, "cobranca-diverge",
                      f"A página diz “{other}”, e pelo template é “{asked}”; escreva “**{asked}**”.")
    elif not any(text.startswith(asked) for text in said) and wrong is None:
        yield Finding(page.path, 1, "cobranca-ausente",
                      f"O resumo não diz se a arquitetura cobra por hora; escreva antes da primeira seção “**{asked}**”, "
                      f"com um link para `## {titles.cobranca}`.")


def _strange(types: list[str]) -> str:
    return (f"O catálogo não conhece {', '.join(f'`{type_}`' for type_ in types)}, e não se sabe se cobra por hora; acrescente o tipo "
            "ao catálogo em `regras/`, com `add`.")


def _strong(page: Page) -> Iterator[tuple[str, int]]:
    """Cada trecho em negrito antes da primeira seção, e a linha dele."""
    for token in _opening(page):
        parts = list(children(token))
        for place, (child, line) in enumerate(parts):
            if child.type == "strong_open":
                end = next(index for index in range(place, len(parts)) if parts[index][0].type == "strong_close")
                yield plain([part for part, _ in parts[place:end]]), line


def _opening(page: Page) -> Iterator[Token]:
    for token in page.tokens:
        if token.type == "heading_open" and token.tag == "h2":
            return
        if token.type == "inline":
            yield token


def _unedited(page: Page) -> Iterator[Finding]:
    """Um achado para todos os textos do esqueleto que ainda estão lá."""
    lines = {(token.map or [0])[0] + 1 for token, text in page.texts if text.startswith(TO_WRITE)}
    lines |= {image.line for image in page.images if image.text.startswith(TO_WRITE)}
    if lines:
        numbers = ", ".join(map(str, sorted(lines)))
        where = f"nas linhas {numbers}" if len(lines) > 1 else f"na linha {numbers}"
        yield Finding(page.path, min(lines), "esqueleto-por-editar", f"Há textos do esqueleto por escrever; troque os textos “Diga…” {where}.")
