"""Extensão de Python-Markdown: liga cada página de arquitetura à sua figura e ao seu template.

O Markdown continua legível sem ela. Com ela, na página publicada: a figura entra embutida, a
linha da tabela de um componente ganha o id dele, o item de um passo ganha `passo-n`, os dois
mostram as suas provas, o template aparece com uma âncora por linha (`template-84`),
`<!-- arquiteturas -->` vira os cartões de todas as arquiteturas e `<!-- provas -->`, o manual
das regras; as outras marcas, que são das páginas de leitura, estão em `guides`.

Roda depois dos padrões de linha (prioridade 20) e da limpeza de blocos (10), e antes do
índice e da coleta de âncoras do MkDocs (5), para que a conferência estrita veja os ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import BuildError

from scripts.page.inline import hasten
from scripts.proofs import manual
from scripts.website import account, build, cards, choices, facts, figure, guides, listing, ranking, rehearsal, revised, rules_page, sections
from scripts.website.evidence import Evidence
from scripts.website.shelf import Shelf

PRIORITY = 8
ARCHITECTURE = re.compile(r"arquiteturas/([^/]+)/index\.md")
COMPARISON = re.compile(r"comparacoes/([^/]+)\.md")


class Architectures(Extension):
    """Registra o processador. `shelf` traz o que a conferência leu: aqui nada se lê nem se prova outra vez."""

    def __init__(self, shelf: Shelf | None = None):
        super().__init__()
        self.shelf = shelf

    def extendMarkdown(self, md: Markdown) -> None:
        hasten(md)
        md.treeprocessors.register(_Binding(md, self.shelf), "arquiteturas", PRIORITY)


def makeExtension(**options) -> Architectures:
    """Ponto de entrada que o Python-Markdown procura."""
    return Architectures(**options)


@dataclass(frozen=True)
class Place:
    """A página que se monta: o caminho dela em `docs/`, essa pasta, os metadados e as pastas do tema."""

    uri: str
    docs: Path
    meta: dict[str, Any]
    themes: Sequence[str]


def page_of(md: Markdown) -> Place:
    """A página que se monta; só aqui se sabe quem monta o site.

    O MkDocs a diz no processador `relpath`, que ele registra em cada página.
    """
    found: Any = md.treeprocessors["relpath"]
    return Place(found.file.src_uri, Path(found.config.docs_dir), found.file.page.meta, found.config.theme.dirs)


class _Binding(Treeprocessor):
    def __init__(self, md: Markdown, given: Shelf | None):
        super().__init__(md)
        self.given = given

    @cached_property
    def shelf(self) -> Shelf:
        if self.given is None:  # o MkDocs também registra a extensão só para conferir a configuração
            raise BuildError("O site se monta com `python3 scripts construir`, que antes confere.")
        return self.given

    @cached_property
    def known(self) -> dict[str, facts.Facts]:
        return facts.known(self.shelf.readings)

    def run(self, root: Element) -> None:
        place = page_of(self.md)
        uri, docs = place.uri, place.docs
        sections.label_cells(root)
        if summary := sections.summary(root):
            place.meta.setdefault("description", summary)
        for index, element in reversed(list(enumerate(root))):
            marker = self._raw(element.text or "") if element.tag == "p" else ""
            if cards.MARKER.fullmatch(marker):
                root[index] = cards.grid(self.md, docs, uri, self.shelf)
            elif manual.MARKER.fullmatch(marker):
                root[index:index + 1] = rules_page.build(self.known)
            elif (written := guides.of(marker, self.shelf, uri)) is not None:
                root[index:index + 1] = written
        guides.dress(root, self.shelf, uri)
        ranking.weigh(place.meta, uri, self.shelf)
        decision = COMPARISON.fullmatch(uri)
        if decision:
            choices.embed(root, docs, decision[1], self.shelf.readings, self._later)
        found = ARCHITECTURE.fullmatch(uri)
        if found:
            self._architecture(root, place, found[1])
        guides.along(root, self.shelf, uri)

    def _architecture(self, root: Element, place: Place, slug: str) -> None:
        docs, read = place.docs, self.shelf.readings.get(slug)
        if not read or not read.page:
            return  # `conferir` diz o que há com ela
        known = self.known.get(slug)
        places = figure.embed(root, docs / "arquiteturas" / slug / "diagrama.svg", known, self._later)
        sections.identify_rows(root, read.page, read.template, places)
        sections.identify_steps(root, read.page, places)
        sections.identify_headings(root, self.md)
        sections.contents(root)
        if known:
            rules = f"../../{facts.RULES_PAGE}" if (docs / facts.RULES_PAGE).is_file() else ""
            sections.show_proofs(root, Evidence(known, rules))
        if read.template and read.trace:
            rehearsal.show(root, slug, read.page, read.template, read.trace)
        if read.template:
            account.show(root, read.page, read.views, docs)
            listing.insert(root, read.template, read.page, known, self._later)
        sections.beside(root, read.page)
        revised.show(root, self.shelf.histories.get(slug, ()))
        one = next((one for one in self.shelf.architectures if one.slug == slug), None)
        if one:
            root.insert(1, cards.badges(one))
            if one.checked:
                place.meta.setdefault("conferida", one.checked)

    def _later(self, part: Element, method: str = "html") -> str:
        """O lugar deste pedaço na página, que a figura e o template só ocupam no modelo do tema.

        A busca lê cada marca do que está na página, e não precisa de nenhuma das deles: são a metade.
        O MkDocs precisa dos ids, que não veria.
        """
        place, written = page_of(self.md), ElementTree.tostring(part, encoding="unicode", method=method).replace(" />", "/>")
        if "mkdocs_extract_anchors" in self.md.treeprocessors:
            anchors = self.md.treeprocessors["mkdocs_extract_anchors"].present_anchor_ids
            anchors.update(identity for inner in part.iter() if (identity := inner.get("id")))
        if str(build.THEME) not in place.themes:  # uma árvore com tema seu não tem o nosso modelo
            return self.md.htmlStash.store(written)
        parts = place.meta.setdefault("arq_pedacos", {})
        mark = f"<!--arq-{len(parts)}-->"
        parts[mark] = written
        return self.md.htmlStash.store(mark)

    def _raw(self, text: str) -> str:
        """O HTML que o Python-Markdown guardou no lugar deste texto."""
        stash = self.md.htmlStash
        for index, block in enumerate(stash.rawHtmlBlocks):
            if text == stash.get_placeholder(index):
                return block.strip() if isinstance(block, str) else ""
        return ""
