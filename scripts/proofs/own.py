"""As regras de uma árvore: cada arquivo de `regras/` se carrega como parte do catálogo, das regras e das afirmações.

Só as da árvore que se confere agora valem: carregar outra desfaz as da anterior. O que um arquivo
tem de errado é um achado na linha dele, e os outros se carregam do mesmo jeito.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from scripts.aws.catalog import KINDS
from scripts.aws.neutral import AUTHORS, OBSERVERS, neutral
from scripts.base.findings import Defect, Finding
from scripts.base.source import read
from scripts.proofs.arrows.prove import RULES
from scripts.proofs.claims.evaluate import CLAIMS
from scripts.proofs.docstrings import OWN, Repeated

_TABLES: tuple[dict, ...] = (RULES, CLAIMS, KINDS, AUTHORS, OBSERVERS)
_OURS = tuple(dict(table) for table in _TABLES)
Files = tuple[tuple[str, bytes], ...]
_loaded: tuple[Files, tuple[Finding, ...]] = (), ()
"""Os arquivos que valem agora, e o que há de errado com eles."""


def load(root: Path) -> tuple[Finding, ...]:
    """Deixa valendo as regras da árvore, e só elas além das ferramentas; devolve o que há de errado com elas."""
    global _loaded
    files = contents(root)
    if files != _loaded[0]:
        _forget()
        _loaded = files, tuple(_run(root))
        neutral.cache_clear()  # o que se respondeu antes não sabia destas regras
    return _loaded[1]


def contents(root: Path) -> Files:
    """Cada arquivo de `regras/`, com os bytes: de que depende o que se carrega."""
    return tuple((str(path), path.read_bytes()) for path in _files(root))


def _files(root: Path) -> list[Path]:
    return sorted((root / OWN).glob("[!.]*.py"))


def _forget() -> None:
    for table, ours in zip(_TABLES, _OURS):
        table.clear()
        table.update(ours)
    for name in [name for name in sys.modules if name == OWN or name.startswith(f"{OWN}.")]:
        del sys.modules[name]


def _run(root: Path) -> Iterator[Finding]:
    """Executa cada arquivo; os que começam com `_` só se importam dos outros."""
    package = ModuleType(OWN)
    package.__path__ = [str(root / OWN)]
    sys.modules[OWN] = package
    for path in _files(root):
        if not path.name.startswith("_"):
            yield from _file(path, f"{OWN}/{path.name}")


def _file(path: Path, name: str) -> Iterator[Finding]:
    module = ModuleType(f"{OWN}.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        text = read(path, name, Finding(name, 1, "regra-com-erro", "O arquivo não existe."))
        exec(compile(text, str(path), "exec"), module.__dict__)
    except Defect as defect:
        yield from defect.findings
    except Repeated as repeated:
        yield Finding(name, repeated.line if repeated.line else 1, "regra-repetida", f"{repeated}.")
    except SyntaxError as error:
        yield Finding(name, error.lineno or 1, "regra-com-erro", f"O Python não entende o arquivo: {error.msg}; corrija-o.")
    except Exception as error:
        yield Finding(name, _line(error, path), "regra-com-erro", f"O arquivo parou com `{type(error).__name__}: {error}`; corrija-o.")


def _line(error: BaseException, path: Path) -> int:
    """A última linha do arquivo por que o erro passou."""
    return next((frame.lineno or 1 for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == str(path)), 1)
