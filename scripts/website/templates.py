"""Os modelos do tema, que o MkDocs lê e compila a cada montagem: um quarto do tempo dela."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.theme import Theme

COMPILED = Path(sys.prefix, "modelos")
"""Onde fica o que se compilou deles, ao lado do que o Python compilou; o que mudou se compila de novo."""


def keep(theme: Theme) -> None:
    """Faz o tema dar os modelos já compilados, e sem procurar entre os milhares de ícones dele, que o MkDocs deixaria de fora um por um."""
    read = theme.get_env

    def ready() -> Environment:
        found = read()
        names = [name for name in found.list_templates() if not name.startswith(".")]
        setattr(found.loader, "list_templates", lambda: names)
        found.bytecode_cache = _cache()
        return found

    setattr(theme, "get_env", ready)


def _cache() -> FileSystemBytecodeCache | None:
    """Nada, num Python que não é de um ambiente ou onde não se pode escrever."""
    if sys.prefix == sys.base_prefix or not os.access(sys.prefix, os.W_OK):
        return None
    COMPILED.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(COMPILED), "%s")
