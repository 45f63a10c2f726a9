"""As páginas que `servir` já montou: quais ainda são as de agora, e quais se montam outra vez.

Uma página depende do texto dela; a de uma arquitetura, também do que se leu e provou dela e dos
arquivos da pasta; as trilhas e a que mostra todas as arquiteturas ou as provas, dos de todas e da biblioteca; a que traz
outra marca (`<!-- … -->`), do que fica no lugar dela; e cada parada, do lugar dela nas trilhas. Todas dependem do menu, da
configuração, dos outros arquivos de `docs/` e de o guia dizer como conferir as cotas. Se a configuração traz algo que não
está em `KNOWN`, não se sabe do que uma página depende, e monta-se tudo.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import get_files

from scripts.checks.run import Checked
from scripts.page.library import TRAILS
from scripts.proofs import manual, own
from scripts.website import account, cards, guides
from scripts.website.build import EXTENSION
from scripts.website.shelf import Shelf

KNOWN = {
    "scripts.website.extension", "admonition", "attr_list", "fenced_code", "md_in_html", "tables", "toc", "pymdownx.details",
    "pymdownx.highlight", "pymdownx.superfences", "material/search",
}
"""Extensões e plugins que não acrescentam nada ao que está dito acima."""

ARCHITECTURE = re.compile(r"arquiteturas/([^/]+)/")
LIBRARY = re.compile(r"(notas|comparacoes|trilhas)/")
MARKER = re.compile("<!--.*?-->", re.DOTALL)
INDEX = Path("search", "search_index.json")


@dataclass(frozen=True)
class Inputs:
    """De que dependem as páginas: o que é de cada uma, pelo caminho em `docs/`, e o que é de todas."""

    pages: dict[str, tuple[object, ...]]
    common: tuple[object, ...]


class Pages:
    """O que está montado, e com que entradas; nada, no começo e depois de uma montagem que não terminou."""

    def __init__(self) -> None:
        self.built: Inputs | None = None
        self.theme: Environment | None = None

    def build(self, config: MkDocsConfig, checked: Checked) -> None:
        """Monta em `config.site_dir` o que mudou; tudo, se mudou o que é de todas ou não se sabe."""
        now = inputs(config, checked)
        before, self.built = self.built, None
        same = before and before.common == now.common and before.pages.keys() == now.pages.keys() and predictable(config)
        self.theme = theme = self.theme if same and self.theme else config.theme.get_env()
        setattr(config.theme, "get_env", lambda: theme)
        if before and same:
            _rebuild(config, [name for name in now.pages if now.pages[name] != before.pages[name]])
        else:
            mkdocs_build(config, serve_url=config.site_url)
        if inputs(config, checked) == now:  # nada foi salvo durante a montagem
            self.built = now


def inputs(config: MkDocsConfig, checked: Checked) -> Inputs:
    """As entradas de agora, pelos bytes de cada arquivo."""
    docs = Path(config.docs_dir)
    files = _contents(docs)
    folders: dict[str, list[tuple[str, bytes]]] = {}
    common = []
    for name, content in files.items():
        found = ARCHITECTURE.match(name)
        if found:
            folders.setdefault(found[1], []).append((name, content))
        elif not name.endswith(".md"):
            common.append((name, content))
    library = {name: content for name, content in files.items() if LIBRARY.match(name)}
    known = {slug: (verdict.reading, folders.get(slug)) for slug, verdict in checked.verdicts.items()}
    shelf = (config.mdx_configs.get(EXTENSION) or {}).get("shelf") or Shelf()

    def of(name: str, content: bytes) -> tuple[object, ...]:
        markers = MARKER.findall(content.decode(errors="replace"))
        if name.startswith(TRAILS) or any(cards.MARKER.fullmatch(marker) or manual.MARKER.fullmatch(marker) for marker in markers):
            return content, known, folders, library
        written = [ElementTree.tostring(element) for marker in markers for element in guides.of(marker, shelf, name) or ()]
        found = ARCHITECTURE.match(name)
        stops = [(stop.trail.page.title, stop.number, stop.total, stop.before, stop.after) for stop in shelf.stops(name)]
        return (content, stops, written, *((known.get(found[1]), folders[found[1]]) if found else ()))

    pages = {name: of(name, content) for name, content in files.items() if name.endswith(".md")}
    settings = (Path(config.config_file_path).read_bytes(), config.nav, config.site_url, own.contents(docs.parent))
    return Inputs(pages, (*settings, account.guide(docs), list(files), common, _contents(config.theme.custom_dir)))


def predictable(config: MkDocsConfig) -> bool:
    """Diz se cada página só depende do que `inputs` sabe."""
    return KNOWN >= {*config.markdown_extensions, *config.plugins} and not config.hooks


def _contents(folder: str | Path | None) -> dict[str, bytes]:
    """Os bytes de cada arquivo de uma pasta, pelo caminho nela; nada, sem pasta."""
    found = sorted(Path(folder).rglob("*")) if folder else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def _rebuild(config: MkDocsConfig, names: list[str]) -> None:
    """Monta só estas páginas; do índice da busca, que o MkDocs refaz só com elas, as outras partes ficam."""
    if not names:
        return
    index = Path(config.site_dir) / INDEX
    before = json.loads(index.read_text(encoding="utf-8"))["docs"]
    files = {file.src_uri: file for file in get_files(config).documentation_pages()}
    for name in names:
        Path(files[name].abs_dest_path).unlink(missing_ok=True)
    mkdocs_build(config, serve_url=config.site_url, dirty=True)
    written = json.loads(index.read_text(encoding="utf-8"))
    again = {_page(entry) for entry in written["docs"]} | {files[name].url.removeprefix("./") for name in names}
    written["docs"] = [entry for entry in before if _page(entry) not in again] + written["docs"]
    index.write_text(json.dumps(written, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _page(entry: dict[str, str]) -> str:
    return entry["location"].partition("#")[0]
