"""O que um script lê ou procura enquanto roda, anotado para quem guarda desenhos (`servir`).

Anota-se cada arquivo aberto, procurado ou listado, com o que havia nele. De quem faz o que não se sabe anotar (escrever, rodar um
programa, usar a rede, importar quem lê o relógio ou sorteia) não se diz nada.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from scripts.base.tree import TOOLKIT
from scripts.picture.kept import Inputs, state, unchanged
from scripts.picture.script.capture import replaced

LIBRARY = tuple({os.path.join(folder, "") for folder in (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")), str(TOOLKIT / "scripts"))})
"""O Python, os pacotes e as ferramentas: não são da árvore, e `servir` não os vê mudar."""
HARMLESS = {"builtins.id", "code.__new__", "compile", "exec", "function.__new__", "import", "marshal.loads", "object.__delattr__",
            "object.__getattr__", "object.__setattr__", "os.chdir", "sys._getframe", "sys._getframemodulename"}
"""O que o Python avisa e não traz nada de fora para o desenho."""
NEVER_BESIDE = {"__future__", "diagrams", "scripts"}
"""Já importados quando um script roda: um arquivo vizinho com esse nome não conta."""
KNOWN = NEVER_BESIDE | {"abc", "collections", "contextlib", "csv", "dataclasses", "enum", "functools", "itertools", "json", "math", "operator",
                        "pathlib", "re", "string", "textwrap", "tomllib", "types", "typing"}
"""Os módulos que só trazem para o desenho o que está em arquivos."""
WRITING = os.O_WRONLY | os.O_RDWR


class Notebook:
    """O que um processo de trabalho anota. A escuta do Python não se desfaz: só existe no processo que serve a isso."""

    def __init__(self) -> None:
        self.first: Inputs = {}  # o que se viu antes, em qualquer script: pode estar guardado neste processo
        self.found: Inputs = {}
        self.sure = self.open = False
        importlib.import_module("pkgutil")  # senão, quem roda o primeiro script o importaria então, e o procuraria ao lado dele
        sys.addaudithook(self._heard)

    @contextmanager
    def noting(self, script: Path) -> Iterator[None]:
        """Anota o que acontece no bloco, em que `script` roda e os ícones dele são procurados."""
        importlib.invalidate_caches()  # o que um script procurou, o seguinte procura de novo
        self.found, self.folder = {}, str(script.parent)
        self.sure = os.name != "nt"  # lá, o Python pergunta se um arquivo existe por outro caminho
        asked = {name: self._asking(getattr(os, name)) for name in ("stat", "lstat", "access", "readlink")}
        with replaced({os: asked, builtins: {"__import__": self._importing(builtins.__import__)}}):
            self.open = True
            try:
                yield
            finally:
                self.open = False

    def inputs(self) -> Inputs | None:
        """O que entrou no último desenho; nada, se não se sabe tudo ou se algo mudou enquanto se desenhava."""
        return self.found if self.sure and unchanged(self.found) else None

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.open or event in HARMLESS:
            return
        if event == "open":
            path, mode, flags = arguments
            if flags & WRITING or mode is None and not os.path.isabs(path):  # este pode ser relativo a uma pasta que não se diz qual é
                self.sure = False
            self._seen(path)
        elif event == "os.listdir":
            self._seen(arguments[0] or ".", listed=True)
        else:
            self.sure = False

    def _seen(self, path: Any, listed: bool = False) -> None:
        """Anota o que há em `path`; um número é o de um arquivo já aberto."""
        if not self.open or isinstance(path, int):
            return
        self.open = False  # o que se lê aqui não é do script
        try:
            path = os.path.abspath(os.fsdecode(path))
            if not _library(path):
                self._put(path, listed)
                if path.endswith(".pyc"):  # quem o usa não abre o texto de que ele saiu
                    with suppress(ValueError):
                        self._put(importlib.util.source_from_cache(path), False)
        except Exception:
            self.sure = False
        finally:
            self.open = True

    def _put(self, path: str, listed: bool) -> None:
        place = path, listed
        self.found[place] = now = state(path, listed)
        self.sure &= now is not None and self.first.setdefault(place, now) == now

    def _asking(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(path: Any, *rest: Any, **options: Any) -> Any:
            self.sure &= options.get("dir_fd") is None
            self._seen(path)
            return real(path, *rest, **options)

        return ask

    def _importing(self, real: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
        def find(name: str, namespace: Any = None, here: Any = None, names: Any = (), level: int = 0) -> ModuleType:
            module = real(name, namespace, here, names, level)
            top = name.partition(".")[0]
            if not level and top not in NEVER_BESIDE and not _library((namespace or {}).get("__file__") or ""):
                self._seen(self.folder, listed=True)
                self.sure &= top in KNOWN or _beside(sys.modules.get(top))
            return module

        return find


def _library(path: str) -> bool:
    return os.path.join(os.path.abspath(path), "").startswith(LIBRARY)


def _beside(module: ModuleType | None) -> bool:
    """Se um módulo é da árvore: está em arquivos, e fora do Python e dos pacotes."""
    file = getattr(module, "__file__", None)
    places = [file] if file else [*getattr(module, "__path__", ())]
    return bool(places) and not any(map(_library, places))
