"""Avisos e dobras do site (`!!! note "Título"`, `??? note`) para o `markdown-it`: o texto recuado em 4 espaços é o de dentro.

O GitHub os mostra como texto e código; o site, como caixas. Aqui contam os títulos, os links e as âncoras de dentro.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

OPENING = re.compile(r"(?:!!!|\?\?\?\+?) ?(?P<types>[\w-]+(?: +[\w-]+)*)?(?: +\"(?P<title>.*?)\")? *$")
INDENT = 4


def plugin(md: MarkdownIt) -> None:
    """Registra a regra, antes das listas e dos parágrafos, que ela também interrompe."""
    md.block.ruler.before("fence", "fold", _fold, {"alt": ["paragraph", "list"]})


def _fold(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lê um aviso ou uma dobra que começa na linha `start`; diz se havia um."""
    if state.is_code_block(start):
        return False
    found = OPENING.match(state.src[state.bMarks[start] + state.tShift[start]:state.eMarks[start]])
    if not found or not (found["types"] or found["title"] is not None):
        return False
    if silent:
        return True
    inside, last = state.blkIndent + INDENT, start + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= inside):
        last += 1
    while last > start + 1 and state.isEmpty(last - 1):
        last -= 1
    opening = state.push("fold_open", "div", 1)
    opening.map = [start, last]
    title = found["title"] if found["title"] is not None else found["types"].split()[0].capitalize()
    if title:
        _title(state, title, start)
    _content(state, start + 1, last, inside)
    state.push("fold_close", "div", -1)
    state.line = last
    return True


def _title(state: StateBlock, title: str, line: int) -> None:
    state.push("fold_title_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = title, [line, line + 1], []
    state.push("fold_title_close", "p", -1)


def _content(state: StateBlock, first: int, last: int, indent: int) -> None:
    before = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax, state.blkIndent = "container", last, indent
    state.md.block.tokenize(state, first, last)
    state.parentType, state.lineMax, state.blkIndent = before
