"""Extensão de Python-Markdown: liga cada página de arquitetura à sua figura e ao seu template.

O Markdown continua legível sem ela. Com ela, na página publicada: a figura entra embutida, a
linha da tabela de um componente ganha o id dele, o item de um passo ganha `passo-n`, o
template aparece com uma âncora por linha (`template-84`) e `<!-- arquiteturas -->` vira os
cartões de todas as arquiteturas.

Roda depois dos padrões de linha (prioridade 20) e da limpeza de blocos (10), e antes do
índice e da coleta de âncoras do MkDocs (5), para que a conferência estrita veja os ids.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from scripts import page
from scripts.website import cards, figure, listing, sections

PRIORITY = 8
ARCHITECTURE = re.compile(r"arquiteturas/([^/]+)/index\.md")
CARDS = re.compile(r"<!--\s*arquiteturas\s*-->")


class Architectures(Extension):
    """Registra o processador; não tem opções."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Binding(md), "arquiteturas", PRIORITY)


def makeExtension(**options) -> Architectures:
    """Ponto de entrada que o Python-Markdown procura."""
    return Architectures(**options)


class _Binding(Treeprocessor):
    def run(self, root: Element) -> None:
        # O MkDocs só diz que página está sendo montada neste processador, que ele registra.
        place = self.md.treeprocessors["relpath"]
        uri, docs = place.file.src_uri, Path(place.config.docs_dir)
        sections.label_cells(root)
        self._cards(root, docs, posixpath.dirname(uri))
        found = ARCHITECTURE.fullmatch(uri)
        if found:
            self._architecture(root, docs / "arquiteturas" / found[1])

    def _architecture(self, root: Element, folder: Path) -> None:
        read = page.read(folder / "index.md")
        template = listing.read(folder / "template.yaml")
        figure.embed(self.md, root, folder / "diagrama.svg")
        sections.identify_rows(root, read, template)
        sections.identify_steps(root)
        sections.contents(root)
        if template:
            listing.insert(root, template)

    def _cards(self, root: Element, docs: Path, here: str) -> None:
        for index, element in enumerate(root):
            if element.tag == "p" and CARDS.fullmatch(self._raw(element.text or "")):
                root[index] = cards.grid(self.md, docs, here)

    def _raw(self, text: str) -> str:
        """O HTML que o Python-Markdown guardou no lugar deste texto."""
        stash = self.md.htmlStash
        for index, block in enumerate(stash.rawHtmlBlocks):
            if text == stash.get_placeholder(index):
                return block.strip() if isinstance(block, str) else ""
        return ""
