"""Um trecho de texto de uma página, levado a outra: os links continuam a levar aonde levavam."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from markdown_it.token import Token

from scripts.checks.links import EXTERNAL
from scripts.page.document import resolved
from scripts.website.prose import clean, say

TAGS = {"link": "a", "strong": "strong", "em": "em"}


def copied(parent: Element, children: Sequence[Token], source: str, here: str) -> None:
    """Escreve em `parent` o que está em `children`, da página `source`, como se lê na página `here`; os dois em `docs/`."""
    stack = [parent]
    for child in children:
        kind, _, side = child.type.rpartition("_")
        if side == "open" and kind in TAGS:
            stack.append(SubElement(stack[-1], TAGS[kind], {"href": rebased(str(child.attrs["href"]), source, here)} if kind == "link" else {}))
        elif side == "close" and kind in TAGS:
            stack.pop()
        elif child.type == "code_inline":
            SubElement(stack[-1], "code").text = clean(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            say(stack[-1], " ")
        elif child.type in ("text", "text_special"):
            _plain(stack[-1], child.content)


def rebased(target: str, source: str, here: str) -> str:
    """O destino de um link da página `source`, visto da página `here`."""
    if EXTERNAL.match(target):
        return target
    path, mark, anchor = target.partition("#")
    uri = resolved(path, source) if path else source
    return f"#{anchor}" if mark and uri == here else relative(uri, here) + mark + anchor


def relative(uri: str, here: str) -> str:
    """O caminho, desde a página `here`, de outra; os dois em `docs/`."""
    return posixpath.relpath(uri, posixpath.dirname(here) or ".")


def _plain(parent: Element, text: str) -> None:
    """Texto sem marcação: as crases que sobraram nele são dele."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + clean(text)
    else:
        parent.text = (parent.text or "") + clean(text)
