"""De que tipo é um valor num programa em Python, e com que texto ele começa e acaba: o que se sabe sem rodá-lo.

Segue nomes, argumentos, retornos e chaves de dicionário; o que não se segue vale qualquer coisa.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from scripts.proofs.facts.code import called, nodes

TEXT, NUMBER, BINARY = "S", "N", "B"
"""Os tipos, como o DynamoDB os chama; `""` é o que não se sabe."""
MAKES = {
    **dict.fromkeys(("str", "unquote", "unquote_plus", "quote", "quote_plus", "isoformat", "strftime", "hexdigest", "lower", "upper", "strip", "join",
                     "replace", "removeprefix", "removesuffix", "decode", "format", "zfill"), TEXT),
    **dict.fromkeys(("int", "float", "len", "Decimal", "round", "time", "timestamp", "time_ns"), NUMBER),
    **dict.fromkeys(("bytes", "encode", "digest", "urandom", "token_bytes"), BINARY),
}
"""O que devolve cada função que não é do programa, pelo nome."""
ANYTHING = "*"
DEEPEST, MOST = 6, 8
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BINDING = (ast.Assign, ast.AnnAssign, ast.For, ast.comprehension, ast.AugAssign, ast.withitem)
"""O que liga um valor a um nome."""


@dataclass
class Module:
    """O que um programa liga a cada nome: os valores que lhe dá, os que devolve uma função e os de cada chave de dicionário."""

    bound: dict[tuple[str, str], list[ast.AST | None]] = field(default_factory=dict)
    """De cada nome, na função em que está (vazia, fora de todas)."""
    scopes: dict[int, str] = field(default_factory=dict)
    """Em que função está cada linha; as outras estão fora de todas."""
    returned: dict[str, list[ast.AST]] = field(default_factory=dict)
    keyed: dict[str, list[ast.AST]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()

    def scope(self, node: ast.AST) -> str:
        """A função em que o nó está; vazia, fora de todas."""
        return self.scopes.get(getattr(node, "lineno", 0), "")

    def kinds(self, node: ast.AST | None, deep: int = 0) -> frozenset[str]:
        """Os tipos que o valor pode ter."""
        if node is None or deep > DEEPEST:
            return frozenset({""})
        if isinstance(node, ast.Constant):
            return frozenset({_constant(node.value)})
        if isinstance(node, ast.JoinedStr):
            return frozenset({TEXT})
        if isinstance(node, ast.BinOp):
            sides = self.kinds(node.left, deep + 1) | self.kinds(node.right, deep + 1)
            return frozenset({TEXT}) if TEXT in sides else sides
        found = [kind for each in self.leads(node) for kind in self.kinds(each, deep + 1)]
        if not found and isinstance(node, ast.Call):
            found = [MAKES.get(called(node.func), "")]
        return frozenset(found or [""])

    def texts(self, node: ast.AST | None, deep: int = 0) -> frozenset[str]:
        """Os textos que o valor pode ter, com `*` no lugar do que não se sabe."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return frozenset({node.value.replace(ANYTHING, "?")})
        if node is None or deep > DEEPEST:
            return frozenset({ANYTHING})
        if isinstance(node, ast.JoinedStr):
            return self._joined([part.value if isinstance(part, ast.FormattedValue) else part for part in node.values], deep)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right], deep)
        found = [text for each in self.leads(node) for text in self.texts(each, deep + 1)]
        return frozenset(found if 0 < len(found) <= MOST else [ANYTHING])

    def _joined(self, parts: list[ast.expr], deep: int) -> frozenset[str]:
        whole = [""]
        for part in parts:
            whole = [f"{start}{end}" for start in whole for end in self.texts(part, deep + 1)]
        return frozenset(whole if len(whole) <= MOST else [ANYTHING])

    def leads(self, node: ast.AST) -> list[ast.AST | None]:
        """De que outros valores este vem; vazio, se não se segue."""
        if isinstance(node, ast.Name):
            return self.bound.get((self.scope(node), node.id)) or self.bound.get(("", node.id), [])
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.BoolOp):
            return list(node.values)
        if isinstance(node, (ast.NamedExpr, ast.Await)):
            return [node.value]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return list(self.returned.get(node.func.id, []))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return list(self.keyed.get(str(node.slice.value), [])) or [None]
        return []


def _constant(value: object) -> str:
    return TEXT if isinstance(value, str) else BINARY if isinstance(value, bytes) else "" if isinstance(value, bool) or value is None else NUMBER


@lru_cache(maxsize=128)
def module(source: str) -> Module:
    """O que este programa liga a cada nome."""
    found = Module()
    every = nodes(source)
    functions = {node.name: node for node in every if isinstance(node, FUNCTIONS)}
    found.functions = frozenset(functions)
    for name, function in functions.items():  # as de dentro vêm depois, e ficam com as linhas delas
        found.scopes |= dict.fromkeys(range(function.lineno, (function.end_lineno or function.lineno) + 1), name)
    for node in every:
        kind = type(node)
        if kind is ast.Dict:
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant):
                    found.keyed.setdefault(str(key.value), []).append(value)
        elif kind is ast.Return and node.value is not None:
            found.returned.setdefault(found.scope(node), []).append(node.value)
        elif kind in BINDING:
            for name, value in _binds(node):
                found.bound.setdefault((found.scope(node), name), []).append(value)
    _arguments(found, every, functions)
    return found


def _binds(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """O que o nó liga a nomes; `None`, a um valor que não se lê."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from ((name, node.value if isinstance(target, ast.Name) else None) for name in _names(target))
    elif isinstance(node, (ast.For, ast.comprehension, ast.AugAssign)):
        yield from ((name, None) for name in _names(node.target))
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield from ((name, None) for name in _names(node.optional_vars))


def _names(target: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _arguments(found: Module, every: tuple[ast.AST, ...], functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]) -> None:
    """Liga cada parâmetro ao que se lhe passa; o de uma função que o programa não chama, ou chama de outro modo, a um valor que não se lê."""
    uses: dict[str, list[ast.Call]] = {}
    for node in every:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            uses.setdefault(node.func.id, []).append(node)
    for name, function in functions.items():
        asked = [each.arg for each in function.args.args]
        mine = uses.get(name, [])
        for index, argument in enumerate(asked):
            given = [next((key.value for key in call.keywords if key.arg == argument), call.args[index] if index < len(call.args) else None)
                     for call in mine]
            found.bound.setdefault((name, argument), []).extend(given or [None])
        for argument in (*function.args.kwonlyargs, *filter(None, (function.args.vararg, function.args.kwarg))):
            found.bound.setdefault((name, argument.arg), []).append(None)
