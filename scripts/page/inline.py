"""O leitor de linhas do Python-Markdown, sem tentar num trecho os padrões cujo sinal ele não tem.

O de sempre tenta os catorze em cada texto, e quase nenhum texto tem mais de um sinal: era um terço do tempo de ler uma
página. O que se lê é o mesmo; um padrão que não se conhece se tenta sempre.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown, inlinepatterns
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

PRIORITY = 20
"""A do leitor que este substitui."""
SIGNS = {
    inlinepatterns.BACKTICK_RE: "`", inlinepatterns.ESCAPE_RE: "\\", inlinepatterns.LINK_RE: "[", inlinepatterns.IMAGE_LINK_RE: "![",
    inlinepatterns.AUTOLINK_RE: "<", inlinepatterns.AUTOMAIL_RE: "<", inlinepatterns.HTML_RE: "<", inlinepatterns.ENTITY_RE: "&",
    inlinepatterns.LINE_BREAK_RE: "  \n",
}
"""De cada padrão, o texto sem o qual ele não acha nada."""


def hasten(md: Markdown) -> None:
    """Põe este no lugar do leitor de linhas de `md`."""
    md.treeprocessors.register(_Inline(md), "inline", PRIORITY)


class _Inline(InlineProcessor):
    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        self.tried = [(SIGNS.get(pattern.pattern, ""), pattern) for pattern in self.md.inlinePatterns]
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        """O mesmo que o da classe de que vem, por onde ela mesma passa: troca cada trecho que um padrão acha pela marca do que ele lê."""
        place = 0
        while patternIndex < len(self.tried) and not isinstance(data, AtomicString):
            sign, pattern = self.tried[patternIndex]
            matched = False
            if sign in data:
                data, matched, place = self._InlineProcessor__applyPattern(pattern, data, patternIndex, place)
            if not matched:
                patternIndex, place = patternIndex + 1, 0
        return data
