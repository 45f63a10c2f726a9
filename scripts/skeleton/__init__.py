"""Esqueleto de uma arquitetura nova: script, página e template que já concordam.

Do zero, traz um exemplo pequeno e verdadeiro; de um template que já existe, o que ele permite
desenhar. Nos dois, o único achado que vem do esqueleto são os textos por escrever.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from string import Template

from scripts.base.diagram import SLUG
from scripts.base.tree import Tree, WrongUse, write
from scripts.picture.generate import failed, generate
from scripts.picture.workers import Result, render_all

PARTS = Path(__file__).parent
UNPROVEN = ("- *Opinião.* Escreva o que se ganha, com a fonte: [como escolher](https://docs.aws.amazon.com/wellarchitected/latest/framework/"
            "welcome.html).")


def create(tree: Tree, slug: str, source: Path | None = None) -> int:
    """Escreve os três arquivos e a figura, de `source` se há; devolve o estado de saída.

    Erro: `WrongUse` quando o nome não serve ou já está em uso; nada é sobrescrito. `Defect` quando `source` não se lê.
    """
    _check_name(slug)
    targets = {"script.py.txt": tree.script(slug), "template.yaml.txt": tree.template(slug), "index.md.txt": tree.page(slug)}
    taken = [tree.name(path) for path in targets.values() if path.exists() and not (source and path.samefile(source))]
    if taken:
        raise WrongUse(f"Já existe `{'`, `'.join(taken)}`; escolha outro nome ou apague antes.")
    title = slug.replace("-", " ").capitalize()
    texts = {part: (PARTS / part).read_text(encoding="utf-8") for part in targets}
    example = tomllib.loads((PARTS / "example.toml").read_text(encoding="utf-8"))
    if source:
        texts["template.yaml.txt"], texts["script.py.txt"], example = _from(tree, slug, title, source)
    for part, target in targets.items():
        whole = source and part != "index.md.txt"
        write(target, texts[part] if whole else Template(texts[part]).substitute(example, slug=slug, title=title))
        print(f"criado {tree.name(target)}", file=sys.stderr)
    if source:
        _turned(tree, slug)
    results = generate(tree, tree.scripts([slug]))
    print(f"Edite os três e confira com `python3 scripts conferir {slug}`.", file=sys.stderr)
    return 1 if failed(results) else 0


def _check_name(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise WrongUse(f"`{slug}` não serve de nome; use só minúsculas sem acento, números e hifens, como `fila-de-pedidos`.")
    if slug == "index" or slug[0].isdigit():
        reason = "esse é o da lista das arquiteturas" if slug == "index" else "ele é também o da pilha, que começa por letra"
        raise WrongUse(f"`{slug}` não serve de nome: {reason}; escolha outro, como `fila-de-pedidos`.")


def _from(tree: Tree, slug: str, title: str, source: Path) -> tuple[str, str, dict[str, str]]:
    """O template como está, o script e as partes da página que saem dele."""
    from scripts.base.findings import Finding
    from scripts.base.source import read
    from scripts.proofs import own
    from scripts.proofs.facts.views import views_of
    from scripts.skeleton import sketch, writing
    from scripts.template import cloudformation

    if not source.is_file():
        raise WrongUse(f"Não há o arquivo `{source}`; confira `--de`.")
    own.load(tree.root)
    text = read(source, str(source), Finding(str(source), 1, "template-ausente", "O arquivo não existe."))
    views = views_of(cloudformation.parse(text, str(source)))
    diagram = sketch.sketch(views, slug, title)
    parts = writing.parts(diagram, views, (tree.root / "docs" / "provas.md").is_file())
    problems = "| Diga o que acontece. | Diga por quê. | Diga o que fazer. |"
    return text, writing.script(diagram, "LR"), {**parts, "benefits": parts["benefits"] or UNPROVEN, "empty": "", "problems": problems}


def _turned(tree: Tree, slug: str) -> None:
    """De cima para baixo, se da esquerda para a direita a figura não se lê e assim se lê."""
    script = tree.script(slug)
    across = script.read_text(encoding="utf-8")
    if _drawn(tree, script):
        return
    write(script, across.replace('direction="LR"', 'direction="TB"', 1))
    if not _drawn(tree, script):
        write(script, across)


def _drawn(tree: Tree, script: Path) -> bool:
    results: dict[Path, Result] = {}
    render_all(tree.root, [script], results.__setitem__)
    return not failed(results)
