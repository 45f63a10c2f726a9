"""Esqueleto de uma arquitetura nova: script, página e template que já concordam.

Traz um exemplo pequeno e verdadeiro para que a
primeira conferência passe e cada mudança seguinte diga o que falta.
"""

from __future__ import annotations

import sys
from pathlib import Path
from string import Template

from scripts.base.diagram import SLUG
from scripts.base.tree import Tree, WrongUse, write
from scripts.picture.generate import failed, generate

PARTS = Path(__file__).parent


def create(tree: Tree, slug: str, source: Path | None = None) -> int:
    """Escreve os três arquivos e a figura; devolve o estado de saída.

    Erro: `WrongUse` quando o nome não serve ou já está em uso; nada é sobrescrito.
    """
    if not SLUG.fullmatch(slug):
        raise WrongUse(f"`{slug}` não serve de nome; use só minúsculas sem acento, números e hifens, como `fila-de-pedidos`.")
    if slug == "index" or slug[0].isdigit():
        reason = "esse é o da lista das arquiteturas" if slug == "index" else "ele é também o da pilha, que começa por letra"
        raise WrongUse(f"`{slug}` não serve de nome: {reason}; escolha outro, como `fila-de-pedidos`.")
    targets = {
        "script.py.txt": tree.script(slug),
        "template.yaml.txt": tree.template(slug),
        "index.md.txt": tree.page(slug),
    }
    taken = [tree.name(path) for path in targets.values() if path.exists()]
    if taken:
        raise WrongUse(f"Já existe `{'`, `'.join(taken)}`; escolha outro nome ou apague antes.")
    title = slug.replace("-", " ").capitalize()
    for part, target in targets.items():
        text = (PARTS / part).read_text(encoding="utf-8")
        write(target, Template(text).substitute(slug=slug, title=title))
        print(f"criado {tree.name(target)}", file=sys.stderr)
    results = generate(tree, tree.scripts([slug]))
    print(f"Edite os três e confira com `python3 scripts conferir {slug}`.", file=sys.stderr)
    return 1 if failed(results) else 0
