"""As variáveis de ambiente que um programa lê: o Python e o shell que um template traz.

Um nome lido sem padrão precisa chegar de quem inicia o programa; um lido com padrão, não.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from scripts.proofs.facts.code import children, parsed

QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
LITERAL_HEREDOC = re.compile(r"<<-?\s*(['\"])(\w+)\1.*?^\s*\2$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
USED = re.compile(r"(?<!\\)\$(?:\{#?([A-Za-z_]\w*)([^}]*)\}|([A-Za-z_]\w*))")
ASSIGNED = re.compile(r"(?:^|(?<=[\s;&|({]))([A-Za-z_]\w*)\+?=|\bfor[ \t]+(\w+)|\b(?:read|readarray|mapfile|printf -v)((?:[ \t]+[-\w]+)+)")
DEFAULTED = (":-", "-", ":=", "=", ":+", "+")
CLOUDFORMATION = ("::", ".")
FORGIVEN = {"KeyError", "LookupError", "Exception", "BaseException"}
SHELL = frozenset("BASH_SOURCE BASH_VERSION EUID FUNCNAME HOME HOSTNAME HOSTTYPE IFS LANG LINENO LOGNAME MACHTYPE OLDPWD OPTARG OPTIND OSTYPE "
                  "PATH PIPESTATUS PPID PWD RANDOM REPLY SECONDS SHELL SHLVL TERM UID USER".split())
"""O que o próprio shell, ou quem o abre, sempre dá.

https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html
"""
ENDS = re.compile(r"\r\n|\r|\n")
"""Onde o Python conta uma linha."""


@dataclass(frozen=True)
class Read:
    """Os nomes que um programa lê: sem padrão, e com um."""

    needed: frozenset[str] = field(default_factory=frozenset)
    optional: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Read) -> Read:
        return Read(self.needed | other.needed, self.optional | other.optional)


@lru_cache(maxsize=256)
def read_by_python(source: str, main: bool = False) -> Read:
    """O que este Python lê; `main`, quando é ele que se roda, e não quando outro o importa."""
    places = [number for number, line in enumerate(ENDS.split(source), 1) if "env" in line] if "env" in source else []
    tree = parsed(source) if places else None
    needed: set[str] = set()
    optional: set[str] = set()
    for node, safe in _walk(tree, main, places) if tree else ():
        if isinstance(node, ast.Subscript) and _environ(node.value) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
            (optional if safe else needed).add(str(node.slice.value))
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and _asks(node.func):
            optional.add(str(node.args[0].value))
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and any(map(_environ, node.comparators)):
            optional.add(str(node.left.value))
    return Read(frozenset(needed - optional), frozenset(optional))


@lru_cache(maxsize=256)
def read_by_shell(text: str) -> Read:
    """O que este shell lê, e não é ele que escreve."""
    said = COMMENT.sub("", LITERAL_HEREDOC.sub("", text))
    said = QUOTED.sub(lambda found: found[0] if found[0].startswith('"') else "''", said)
    own = {name for first, second, names in ASSIGNED.findall(said) for name in (first, second, *names.split()) if name}
    needed = {name or bare for name, rest, bare in USED.findall(said) if not rest.startswith((*DEFAULTED, *CLOUDFORMATION))}
    optional = {name for name, rest, _ in USED.findall(said) if name and rest.startswith(DEFAULTED)}
    return Read(frozenset(needed - own - optional - SHELL), frozenset(optional - own))


def _walk(tree: ast.AST, main: bool, places: list[int]) -> Iterator[tuple[ast.AST, bool]]:
    """Cada nó que roda e está numa destas linhas, e se uma falta ali é perdoada."""
    waiting = [(tree, False)]
    while waiting:
        node, safe = waiting.pop()
        yield node, safe
        if isinstance(node, ast.If) and _guards(node.test) and not main:
            waiting += [(each, safe) for each in node.orelse]
            continue
        forgiven = node.body if isinstance(node, ast.Try) and any(map(_forgives, node.handlers)) else ()
        waiting += [(child, safe or child in forgiven) for child in children(node) if _within(child, places)]


def _within(node: ast.AST, places: list[int]) -> bool:
    """Alguma destas linhas é do nó; o que não diz as suas pode ter qualquer uma."""
    first = getattr(node, "decorator_list", None) or (node,)  # uma função decorada começa, para o Python, depois dos decoradores
    start, end = getattr(first[0], "lineno", None), getattr(node, "end_lineno", None)
    return start is None or end is None or any(start <= place <= end for place in places)


def _guards(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _forgives(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or isinstance(kind, ast.Name) and kind.id in FORGIVEN for kind in kinds)


def _environ(node: ast.AST) -> bool:
    """`os.environ`, e não o `environ` de um pedido."""
    if isinstance(node, ast.Attribute):
        return node.attr == "environ" and isinstance(node.value, ast.Name) and node.value.id == "os"
    return isinstance(node, ast.Name) and node.id == "environ"


def _asks(call: ast.expr) -> bool:
    if isinstance(call, ast.Attribute):
        return call.attr == "getenv" or call.attr in ("get", "pop", "setdefault") and _environ(call.value)
    return isinstance(call, ast.Name) and call.id == "getenv"
