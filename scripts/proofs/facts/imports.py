"""O que um Python do template usa e não há: os pacotes que não vêm com ele, e os nomes que nada define."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scripts.proofs.facts.code import nodes, parsed

PACKAGES = {"PIL": "pillow", "yaml": "pyyaml", "dotenv": "python-dotenv", "dateutil": "python-dateutil", "bs4": "beautifulsoup4", "jwt": "pyjwt",
            "MySQLdb": "mysqlclient", "mysql": "mysql-connector-python", "sklearn": "scikit-learn", "cv2": "opencv-python", "magic": "python-magic"}
"""De cada módulo que não tem o nome do pacote, o pacote."""
LAMBDA = frozenset({"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"})
"""O que o Python da Lambda já traz. https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Onde uma instrução guarda outras."""
BINDERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.MatchAs,
           ast.MatchStar, ast.MatchMapping)
GIVEN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__class__", "__spec__", "__package__"}


@lru_cache(maxsize=256)
def undefined(source: str) -> tuple[str, ...]:
    """Os nomes que o programa lê e que em lugar nenhum dele se definem; nada de quem importa tudo de um módulo."""
    bound: set[str] = set()
    used: list[str] = []
    for node in nodes(source):
        if isinstance(node, ast.Name):
            used.append(node.id) if isinstance(node.ctx, ast.Load) else bound.add(node.id)
        else:
            bound.update(_bound(node) if isinstance(node, BINDERS) else ())
    return () if "*" in bound else tuple(dict.fromkeys(name for name in used if name not in bound and name not in GIVEN))


def _bound(node: ast.AST) -> Iterator[str]:
    """Os nomes que este nó de `BINDERS` define, em qualquer lugar do programa."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


@lru_cache(maxsize=256)
def imported(source: str) -> frozenset[str]:
    """Os módulos de fora, pelo primeiro nome; sem os que se tenta importar e cuja falta se perdoa."""
    tree = parsed(source)
    return frozenset(name for name in _names(tree) if name not in sys.stdlib_module_names) if tree else frozenset()


def absent(source: str, own: Iterable[str], installed: str) -> list[str]:
    """Os módulos que nada instala: nem é um dos do template, nem o nome do pacote está no que se instala."""
    known = {_plain(word) for line in installed.splitlines() for word in _words(line)}
    return sorted(name for name in imported(source) - set(own) if _plain(PACKAGES.get(name, name)) not in known
                  and _plain(f"{name}-binary") not in known)


def _words(line: str) -> list[str]:
    """As palavras de uma linha de requisitos ou de um comando, sem a versão."""
    for mark in ("==", ">=", "<=", "~=", "[", ";", ">", "<", "#"):
        line = line.replace(mark, " ")
    return line.split()


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _names(node: ast.AST) -> Iterator[str]:
    """Os módulos que esta instrução importa, ou as de dentro dela."""
    if isinstance(node, ast.Try) and any(handler.type is None or "ImportError" in ast.dump(handler.type) or "ModuleNotFound" in ast.dump(handler.type)
                                         for handler in node.handlers):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield node.module.partition(".")[0]
    for block in BLOCKS:
        for child in getattr(node, block, ()):
            yield from _names(child)
