"""O banco dos testes de `comparar`: uma árvore pequena, mudanças em texto, e as frases que saem."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from scripts.base.tree import TOOLKIT, Tree
from scripts.review import side
from scripts.review.comparison import Compared, architectures
from scripts.review.side import Side

QUEUE, WEB = "fila-de-pedidos", "web-ec2-rds-s3"
PARTS = {"script": Tree.script, "pagina": Tree.page, "template": Tree.template}
EXAMPLE = TOOLKIT / "scripts" / "skeleton" / "project"
Edit = tuple[str, str, str]
"""Que parte (`script`, `pagina`, `template`), o trecho e o que fica no lugar dele."""


def plant(root: Path, slug: str) -> Tree:
    """A arquitetura, sozinha numa árvore: o exemplo de `novo --projeto`, ou uma deste repositório."""
    tree = Tree(root)
    for part in PARTS.values():
        target = part(tree, slug)
        target.parent.mkdir(parents=True, exist_ok=True)
        source = EXAMPLE / f"{target.relative_to(root)}.txt" if slug == QUEUE else part(Tree(TOOLKIT), slug)
        shutil.copyfile(source, target)
    return tree


def change(tree: Tree, slug: str, *edits: Edit) -> None:
    """Troca cada trecho, que precisa estar lá, em todos os lugares em que está."""
    for part, old, new in edits:
        path = PARTS[part](tree, slug)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{part} de {slug} já não traz {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")


@cache
def _before(slug: str, folder: Path) -> Side:
    return side.read(plant(folder / "antes", slug).root, [slug])


def compared(folder: Path, slug: str, *edits: Edit, before: tuple[Edit, ...] = ()) -> Compared:
    """O que mudou na arquitetura com estas mudanças; com `before`, também o lado velho difere do que está gravado."""
    if before:
        tree = plant(folder / "antes", slug)
        change(tree, slug, *before)
        old = side.read(tree.root, [slug])
    else:
        old = _before(slug, folder.parent)
    tree = plant(folder / "depois", slug)
    change(tree, slug, *before, *edits)
    found = list(architectures(old, side.read(tree.root, [slug])))
    assert len(found) == 1
    return found[0]


def sentences(found: Compared) -> list[str]:
    """As frases, na ordem, com `!` nas graves."""
    return [f"{'! ' if change.grave else ''}{change.text}" for change in found.changes]
