"""O que mudou em cada arquitetura nas últimas revisões, tirado da história do próprio repositório.

Num clone sem história, ou sem o Git, não há nada a dizer. As provas ficam de fora: o que chega à história já foi conferido.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.base.tree import Tree, WrongUse
from scripts.review import comparison, revision
from scripts.review.change import Change
from scripts.review.facts import Facts
from scripts.review.side import Reader, Side

SHOWN, SEEN, AT_ONCE = 2, 4, 4
"""Quantas mudanças se mostram, quantas revisões se olham para achá-las, e quantas se leem ao mesmo tempo."""
LEFT_OUT = ("leiaute", "página")
"""O que não muda a arquitetura: só o desenho, ou só o texto de uma seção."""
SHARED = ("regras", "arquiteturas.toml")


@dataclass(frozen=True)
class Revised:
    """Uma revisão que mudou uma arquitetura: o dia e o que mudou nela."""

    day: str
    changes: tuple[Change, ...]


def histories(tree: Tree) -> dict[str, tuple[Revised, ...]]:
    """De cada arquitetura, as últimas mudanças, da mais nova à mais velha; sem as de que só o desenho ou o texto mudou."""
    touched = {slug: revision.touching(tree.root, _files(slug), SEEN) for slug in tree.architectures()}
    wanted: dict[str, set[str]] = {}
    for slug, found in touched.items():
        for commit, _ in found:
            wanted.setdefault(commit, set()).add(slug)
    facts = _facts(tree, wanted)
    return {slug: told for slug, found in touched.items() if (told := tuple(_told(slug, found, facts))[:SHOWN])}


def _files(slug: str) -> list[str]:
    return [f"diagrams_src/{slug}.py", f"docs/arquiteturas/{slug}/index.md", f"docs/arquiteturas/{slug}/template.yaml"]


def _told(slug: str, found: list[tuple[str, str]], facts: dict[tuple[str, str], Facts]) -> list[Revised]:
    told = []
    for (after, day), (before, _) in zip(found, found[1:]):
        one, other = facts.get((before, slug)), facts.get((after, slug))
        if one and other and not one.problems and not other.problems:
            changes = tuple(change for change in comparison.both(one, other).changes if change.subject not in LEFT_OUT)
            told += [Revised(day, changes)] if changes else []
    return told


def _facts(tree: Tree, wanted: dict[str, set[str]]) -> dict[tuple[str, str], Facts]:
    """Os fatos de cada arquitetura em cada revisão pedida, umas poucas revisões por vez."""
    found: dict[tuple[str, str], Facts] = {}
    commits = sorted(wanted)
    for start in range(0, len(commits), AT_ONCE):
        with tempfile.TemporaryDirectory(prefix="historia-", ignore_cleanup_errors=True) as folder:
            readers = {commit: reader for commit in commits[start:start + AT_ONCE] if (reader := _reader(tree, commit, wanted[commit], folder))}
            for commit, reader in readers.items():
                side: Side = reader.side()
                found.update({(commit, slug): read for slug, read in side.facts.items()})
    return found


def _reader(tree: Tree, commit: str, slugs: set[str], folder: str) -> Reader | None:
    """Quem lê estas arquiteturas nesta revisão; nada, quando o Git não a dá, como num clone parcial."""
    root = Path(folder, commit)
    names = [name for slug in sorted(slugs) for name in _files(slug)]
    try:
        revision.extract(tree.root, commit, root, [*names, *SHARED])
    except WrongUse:
        return None
    return Reader(root, sorted(slugs), prove=False)
