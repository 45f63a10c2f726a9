"""Mudanças num template real, e os achados da conferência inteira: o que `test_outside_attacks` e os vizinhos perguntam."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bench import REPOSITORY, Architecture, real

from scripts.base.findings import Finding
from scripts.base.tree import Tree
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.page import architecture

Edits = Mapping[tuple[Any, ...], Any]
Case = tuple[str, Edits, str]
"""Uma mudança falsa: em que arquitetura, o que muda, e um trecho da mensagem que diz a causa."""


@lru_cache(maxsize=None)
def subject(slug: str) -> tuple[Architecture, architecture.Page]:
    return real(slug), architecture.read(Tree(REPOSITORY).page(slug))


def findings(slug: str, edits: Edits, told: tuple[str, str] = ("", "")) -> list[Finding]:
    """Os achados com essas mudanças no template e, na página, um trecho trocado."""
    changed, page = subject(slug)
    if told[0]:
        text = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8")
        assert told[0] in text
        page = architecture.parse(text.replace(*told), page.path)
    for path, value in edits.items():
        changed = changed.put(*path, value=value(changed.template.data) if callable(value) else value)
    return sorted(verdict.judge(Reading(changed.diagram, page, changed.template)))


def refused(case: Case) -> bool:
    """A mudança dá um achado que diz a causa."""
    slug, edits, cause = case
    return any(cause in found.message for found in findings(slug, edits))


def text_of(path: tuple[Any, ...], old: str, new: str) -> Edits:
    """O texto desse trecho do documento, onde quer que esteja dentro dele, trocado."""
    def swap(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: swap(item) for key, item in node.items()}
        if isinstance(node, list):
            return [swap(item) for item in node]
        return node.replace(old, new) if isinstance(node, str) else node

    def changed(data: Any) -> Any:
        for key in path:
            data = data[key]
        assert swap(data) != data
        return swap(data)

    return {path: changed}
