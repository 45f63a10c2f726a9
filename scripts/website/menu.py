"""O menu, tirado das páginas que existem: cada parte só aparece quando há o que pôr nela."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.page import document, pace
from scripts.page.document import Document
from scripts.page.library import COMPARISONS, GROUPS, LEVELS, NOTES, TRAILS

Entry = dict[str, Any] | str


def navigation(tree: Tree) -> list[Entry]:
    """Início, trilhas, arquiteturas, notas com o glossário, comparações, custo e limpeza, como usar com as provas, e o que mais houver."""
    docs = tree.root / "docs"
    pages = {path.relative_to(docs).as_posix(): _read(tree, path) for path in sorted(docs.rglob("*.md"))
             if not any(part.startswith(".") for part in path.relative_to(docs).parts)}
    left = {name: page for name, page in pages.items() if "/" not in name and name != "index.md"}

    def taken(*names: str) -> list[Entry]:
        # Com o título escrito: quem monta só parte do site não leria o das outras páginas.
        return [{_title(pages[name], name): name} for name in names if left.pop(name, None) or name in pages and "/" in name]

    notes = _inside(pages, NOTES)
    menu: list[Entry] = [{"Início": "index.md"}]
    menu += _section("Trilhas", taken(f"{TRAILS}/index.md"), _by(pages, _inside(pages, TRAILS), partial(_length, pages)))
    architectures = [name for name in pages if name.startswith("arquiteturas/") and name.count("/") == 2 and name.endswith("/index.md")]
    menu += _section("Arquiteturas", taken("arquiteturas/index.md"), _by(pages, architectures, _reading))
    if notes:
        groups = [_section(group, [], _by(pages, [name for name in notes if _group(pages[name]) == group], _title)) for group in (*GROUPS, "Outras")]
        menu += _section("Notas", taken(f"{NOTES}/index.md"), [*(entry for group in groups for entry in group), *taken("glossario.md")])
    menu += _section("Comparações", taken(f"{COMPARISONS}/index.md"), _by(pages, _inside(pages, COMPARISONS), _title))
    menu += _section("Custo e limpeza", [], taken("custo.md", "limpeza.md"))
    if "como-usar.md" in left and "provas.md" in left:
        menu += _section("Como usar", [], taken("como-usar.md", "provas.md"))
    return [*menu, *_by(pages, list(left), _title)]


def _read(tree: Tree, path: Path) -> Document | None:
    try:
        return document.read(path, tree.name(path))
    except Defect:
        return None


def _inside(pages: dict[str, Document | None], folder: str) -> list[str]:
    return [name for name in pages if name.startswith(f"{folder}/") and name.count("/") == 1 and not name.endswith("/index.md")]


def _section(title: str, first: list[Entry], rest: list[Entry]) -> list[Entry]:
    """A parte do menu, com a página que a apresenta antes; nada, se ela ficaria vazia."""
    return [{title: [*first, *rest]}] if first or rest else []


def _by(pages: dict[str, Document | None], names: Iterable[str], key: Callable[[Document | None, str], Any]) -> list[Entry]:
    return [{_title(pages[name], name): name} for name in sorted(names, key=lambda name: (key(pages[name], name), name))]


def _title(page: Document | None, name: str) -> str:
    parts = Path(name).with_suffix("").parts
    return (page.title if page else "") or (parts[-2] if parts[-1] == "index" and len(parts) > 1 else parts[-1])


def _reading(page: Document | None, name: str) -> tuple[int, int, str]:
    """A ordem de leitura: o nível, o tempo, o título."""
    level = page.header.values.get("nivel") if page else None
    return (LEVELS.index(level) if level in LEVELS else len(LEVELS)), pace.minutes(page) if page else 0, _title(page, name)


def _length(pages: dict[str, Document | None], page: Document | None, name: str) -> int:
    """A trilha mais curta primeiro: é a de quem começa."""
    return pace.ahead(page, name, lambda uri: pace.minutes(found) if (found := pages.get(uri)) else 0) if page else 0


def _group(page: Document | None) -> str:
    group = page.header.values.get("grupo") if page else None
    return group if group in GROUPS else "Outras"
