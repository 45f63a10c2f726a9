"""Links: todo caminho e toda âncora de uma página leva a algum lugar do site.

Só o que é daqui: endereços da web e de correio não são visitados. Na página de uma arquitetura
contam também os ids que o site lhe dá: `#alb` (linha da tabela), `#passo-3` (item da lista) e
`#template-84` (linha do template). Na que traz `<!-- provas -->`, os das regras e das afirmações.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import unquote

from scripts.base.findings import Defect, Finding
from scripts.checks.picture import FILE
from scripts.page import architecture, document
from scripts.page.document import Document, Link
from scripts.page.titles import STANDARD, Titles
from scripts.proofs import manual

EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
TEMPLATE = re.compile(r"docs/arquiteturas/([^/]+)/template\.yaml")
ARCHITECTURE = re.compile(r"docs/arquiteturas/([^/]+)/index\.md")


def check(root: Path, slugs: Collection[str] | None, titles: Titles = STANDARD) -> Iterator[Finding]:
    """Cada página de `docs/`, ou só as das arquiteturas pedidas; o alvo pode ser qualquer uma."""
    site = Site(root, titles)
    for name in pages(root, slugs):
        try:
            yield from _broken(site, document.read(root / name, name))
        except Defect as defect:
            # A página de uma arquitetura que não se lê já é achado de `checks.check`.
            yield from () if ARCHITECTURE.fullmatch(name) else defect.findings


def pages(root: Path, slugs: Collection[str] | None) -> list[str]:
    """As páginas de `docs/`, ou só as das arquiteturas pedidas, com o caminho dos achados; o que começa com ponto o site também deixa de fora."""
    folders = [root / "docs"] if slugs is None else [root / "docs/arquiteturas" / slug for slug in slugs]
    found = (path.relative_to(root) for folder in folders for path in folder.rglob("*.md"))
    return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def _broken(site: Site, source: Document) -> Iterator[Finding]:
    for link in source.links:
        problem = _problem(site, source.path, link.target)
        if problem:
            yield Finding(source.path, link.line, "link-quebrado", f"{_shown(link)} {problem}")
    for image in source.images:
        # A falta da figura gerada já tem achado próprio, com o que fazer.
        if ARCHITECTURE.fullmatch(source.path) and image.target.removeprefix("./") == FILE:
            continue
        problem = _problem(site, source.path, image.target)
        if problem:
            yield Finding(source.path, image.line, "link-quebrado", f"A imagem `{image.target}` {problem}")


class Site:
    """As páginas da árvore e as âncoras de cada uma, lidas quando pedidas."""

    def __init__(self, root: Path, titles: Titles):
        self.root = root
        self.titles = titles
        self._anchors: dict[str, set[str] | None] = {}
        self._kinds: dict[str, tuple[bool, bool]] = {}

    def kind(self, aim: str) -> tuple[bool, bool]:
        """Se há algo nesse caminho, e se é uma pasta; muitos links levam ao mesmo."""
        if aim not in self._kinds:
            path = self.root / aim
            self._kinds[aim] = path.exists(), path.is_dir()
        return self._kinds[aim]

    def anchors(self, name: str) -> set[str] | None:
        """Os ids da página no site, ou `None` quando ela não se lê."""
        if name not in self._anchors:
            try:
                source = document.read(self.root / name, name)
                added = self._generated(name, source)
                self._anchors[name] = None if added is None else set(source.anchors) | added
            except Defect:
                self._anchors[name] = None
        return self._anchors[name]

    def _generated(self, name: str, source: Document) -> set[str] | None:
        """Os ids que o site acrescenta; `None` quando faltam à página as partes de que eles viriam."""
        if any(token.type == "html_block" and manual.MARKER.fullmatch(token.content.strip()) for token in source.tokens):
            return manual.anchors()
        if not ARCHITECTURE.fullmatch(name):
            return set()
        told = architecture.build(source, self.titles)
        if told.findings:
            return None
        try:
            lines = (self.root / name).with_name("template.yaml").read_bytes().splitlines()
        except OSError:
            lines = []
        return ({row.node_id for row in told.rows} | {f"passo-{step.number}" for step in told.steps}
                | {f"template-{number}" for number, _ in enumerate(lines, 1)})


def _problem(site: Site, name: str, target: str) -> str:
    """O que há de errado com o destino, ou vazio."""
    if EXTERNAL.match(target):
        return ""
    where, _, fragment = target.partition("#")
    where = unquote(where.partition("?")[0])
    if not where and not fragment:
        return "não tem destino; escreva o caminho ou tire o link."
    if where.startswith("/"):
        return "começa por `/`, que depende de onde o site está; use um caminho relativo à página."
    aim = document.resolved(where, name) if where else name
    if not aim.startswith("docs/"):
        return "sai de `docs/` e não existe no site; use o endereço completo na web."
    return _missing(site, aim, fragment)


def _missing(site: Site, aim: str, fragment: str) -> str:
    exists, folder = site.kind(aim)
    if folder:
        return f"aponta para uma pasta; aponte para o arquivo, como `{aim.rsplit('/', 1)[-1]}/index.md`."
    if not exists and TEMPLATE.fullmatch(aim):
        return ""  # a falta do template já tem achado próprio
    if not exists:
        return f"leva a `{aim}`, que não existe; corrija o caminho."
    if not fragment or not aim.endswith(".md"):
        return ""
    anchors = site.anchors(aim)
    if anchors is None or fragment in anchors:
        return ""
    if unquote(fragment) in anchors:
        return f"leva a `#{fragment}`, que o site não decodifica; escreva `#{unquote(fragment)}`."
    return (f"leva a `#{fragment}`, que não existe em `{aim}`; use o id de um título, componente, passo ou linha "
            "do template.")


def _shown(link: Link) -> str:
    return f"O link `{link.text}`" if link.text else f"O link para `{link.target}`"
