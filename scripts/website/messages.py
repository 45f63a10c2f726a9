"""O que o MkDocs diz, na forma dos nossos achados: com arquivo, linha e em português."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path

from mkdocs.exceptions import Abort, MkDocsException

from scripts.base.findings import Finding

LINK = re.compile(r"Doc file '(?P<page>[^']+)' contains an? (?:\w+ )*link(?: to)? '(?P<link>[^']*)'")


class Messages(logging.Formatter):
    """Um aviso sobre um link diz a linha dele; os demais, que são de `mkdocs.yml`, vêm citados."""

    def __init__(self, root: Path):
        super().__init__()
        self.root = root

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(record.getMessage().split())
        found = LINK.match(said)
        if not found:
            return str(Finding("mkdocs.yml", 1, "mkdocs", f"O MkDocs avisa, em inglês: “{said}”."))
        name = f"docs/{found['page']}"
        return str(Finding(name, self._line(name, found["link"]), "link-quebrado",
                           f"O site não acha o destino do link `{found['link']}`; corrija o caminho ou a âncora."))

    def _line(self, name: str, link: str) -> int:
        try:
            lines = (self.root / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return 1
        return next((number for number, line in enumerate(lines, 1) if link in line), 1)


def listen(root: Path) -> None:
    """Passa a dizer assim, na saída de erros, o que o MkDocs avisar da árvore."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Messages(root))
    handler.addFilter(lambda record: "'dirty' build" not in record.getMessage())  # `pages` só a pede quando serve
    logger = logging.getLogger("mkdocs")
    logger.handlers = [handler]
    logger.setLevel(logging.WARNING)


def why(error: MkDocsException) -> str:
    """Por que a montagem parou; o que já foi dito em avisos não se repete."""
    return "resolva o que está acima." if isinstance(error, Abort) else str(error)
