"""Construção do site com o MkDocs: uma vez (`construir`) ou a cada mudança (`servir`)."""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path

from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, WrongUse
from scripts.checks import run
from scripts.page import document

THEME = Path(__file__).resolve().parent / "theme"
"""O que acrescentamos ao tema: o estilo, o script e os remendos de acessibilidade."""


def build(tree: Tree) -> int:
    """Confere tudo e monta `site/` no modo estrito; devolve o estado de saída."""
    config_file = _config_file(tree)
    findings = run.check_tree(tree, [])
    _report(findings)
    if findings:
        print("O site não foi construído: resolva os achados primeiro.", file=sys.stderr)
        return 1
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.exceptions import MkDocsException

    try:
        config = _configure(tree, config_file, strict=True)
        mkdocs_build(config)
        _search_offline(Path(config.site_dir))
    except MkDocsException as error:
        print(f"O site não foi construído: {error}", file=sys.stderr)
        return 1
    print(f"Site pronto em {config.site_dir}", file=sys.stderr)
    return 0


def _search_offline(site: Path) -> None:
    """O índice da busca também como script, que é como o tema o pede numa página aberta do disco."""
    index = site / "search" / "search_index.json"
    if index.is_file():
        index.with_suffix(".js").write_text(f"var __index = {index.read_text(encoding='utf-8')}", encoding="utf-8")


def serve(tree: Tree) -> int:
    """Gera, monta e mostra o site, e refaz o que mudar até que alguém interrompa."""
    from scripts.website import preview

    config_file = _config_file(tree)
    return preview.serve(tree, partial(_configure, tree, config_file), _report)


def _configure(tree: Tree, config_file: str, **options):
    """A configuração do MkDocs da árvore, com o menu e o tema de agora."""
    from mkdocs.config import load_config

    return load_config(config_file=config_file, nav=_navigation(tree), theme=theme(config_file), **options)


def _config_file(tree: Tree) -> str:
    file = tree.root / "mkdocs.yml"
    if not file.is_file():
        raise WrongUse(f"Não há `mkdocs.yml` em `{tree.root}`; use `--raiz` com a pasta de um projeto.")
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("mkdocs: %(message)s"))
    logger = logging.getLogger("mkdocs")
    logger.handlers = [handler]
    logger.setLevel(logging.WARNING)
    return str(file)


def theme(config_file: str) -> dict:
    """O tema que a árvore pede, mais o nosso; uma árvore com remendos seus fica com os dela."""
    from mkdocs.utils.yaml import yaml_load

    with open(config_file, encoding="utf-8") as written:
        asked = yaml_load(written).get("theme") or {}
    return {"custom_dir": str(THEME), **(asked if isinstance(asked, dict) else {"name": asked})}


def _navigation(tree: Tree) -> list[dict]:
    """O menu, tirado das páginas que existem: início, arquiteturas e as demais por título."""
    docs = tree.root / "docs"

    def title(path: Path) -> str:
        try:
            return document.read(path).title or path.stem
        except Defect:
            return path.parent.name if path.name == "index.md" else path.stem

    architectures = sorted((title(path), path) for path in docs.glob("arquiteturas/*/index.md"))
    others = sorted((title(path), path) for path in docs.glob("*.md") if path.name != "index.md")
    inside = [{name: path.relative_to(docs).as_posix()} for name, path in architectures]
    overview = ["arquiteturas/index.md"] if (docs / "arquiteturas" / "index.md").is_file() else []
    return [
        {"Início": "index.md"},
        *([{"Arquiteturas": overview + inside}] if overview or inside else []),
        *({name: path.relative_to(docs).as_posix()} for name, path in others),
    ]


def _report(findings: list[Finding]) -> None:
    for finding in findings:
        print(finding)
    print(run.summary(findings), file=sys.stderr)
