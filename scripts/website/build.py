"""Construção do site com o MkDocs, uma vez (`construir`); `preview` o refaz a cada mudança (`servir`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.base.tree import Tree, WrongUse
from scripts.checks import report, run
from scripts.checks.reading import Reading
from scripts.page import library
from scripts.review import history
from scripts.review.history import Revised
from scripts.website import menu, published
from scripts.website.shelf import Shelf

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

THEME = Path(__file__).resolve().parent / "theme"
"""O que acrescentamos ao tema: o estilo, o script e os remendos de acessibilidade."""
EXTENSION = "scripts.website.extension"


def build(tree: Tree) -> int:
    """Confere tudo e monta `site/` no modo estrito; devolve o estado de saída."""
    config_file(tree)
    checked = run.check_tree(tree, [])
    report.say(checked.findings, tree.root)
    if checked.findings:
        print("O site não foi construído: resolva os achados primeiro.", file=sys.stderr)
        return 1
    from mkdocs.exceptions import MkDocsException

    from scripts.website import messages

    try:
        site = publish(tree, checked.readings, history.histories(tree))
    except MkDocsException as error:
        print(f"O site não foi construído: {messages.why(error)}", file=sys.stderr)
        return 1
    print(f"Site pronto em {site}", file=sys.stderr)
    return 0


def publish(tree: Tree, readings: Mapping[str, Reading], histories: Mapping[str, tuple[Revised, ...]] | None = None) -> Path:
    """Monta `site/` no modo estrito, com o que a conferência leu; devolve a pasta. Erro: o do MkDocs."""
    from mkdocs.commands.build import build as mkdocs_build

    from scripts.website import listing

    loaded = configured(tree, readings, histories, strict=True)
    listing.prepare([read.template.text for read in readings.values() if read.template])
    mkdocs_build(loaded)
    published.finish(Path(loaded.site_dir))
    return Path(loaded.site_dir)


def configured(tree: Tree, readings: Mapping[str, Reading], histories: Mapping[str, tuple[Revised, ...]] | None = None,
               **options: Any) -> MkDocsConfig:
    """A configuração da árvore com o menu das páginas que há e, na nossa extensão, o que se leu."""
    from mkdocs.config import load_config

    from scripts.website import templates

    file = config_file(tree)
    loaded = load_config(config_file=file, nav=menu.navigation(tree), theme=theme(file), **options)
    templates.keep(loaded.theme)
    if EXTENSION in loaded.markdown_extensions:
        loaded.mdx_configs[EXTENSION] = {"shelf": Shelf(library.read(tree.root / "docs"), readings, histories or {})}
    return loaded


def config_file(tree: Tree) -> str:
    file = tree.root / "mkdocs.yml"
    if not file.is_file():
        raise WrongUse(f"Não há `mkdocs.yml` em `{tree.root}`; use `--raiz` com a pasta de um projeto.")
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    from scripts.website import messages

    messages.listen(tree.root)
    return str(file)


def theme(config_file: str) -> dict:
    """O tema que a árvore pede, mais o nosso; uma árvore com remendos seus fica com os dela."""
    from mkdocs.utils.yaml import yaml_load

    with open(config_file, encoding="utf-8") as written:
        asked = yaml_load(written).get("theme") or {}
    return {"custom_dir": str(THEME), **(asked if isinstance(asked, dict) else {"name": asked})}
