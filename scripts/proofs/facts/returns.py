"""O que um programa em Python devolve: as chaves do objeto, seguindo as funções dele que ele chama para isso.

O texto fixo que se sabe que ele recebe escolhe o ramo: `{"a": um, "b": outro}[event["etapa"]](event)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from scripts.proofs.facts.code import called, children, nodes, parsed

DEPTH = 6
Given = frozenset[tuple[str, str]]
CHANGING = ("update", "setdefault")


@dataclass(frozen=True)
class Returned:
    """As chaves que se sabe que ele pode devolver; `whole`, se são todas; `echo`, se também as do que ele recebe."""

    keys: frozenset[str] = frozenset()
    whole: bool = True
    echo: bool = False

    def __or__(self, other: Returned) -> Returned:
        return Returned(self.keys | other.keys, self.whole and other.whole, self.echo or other.echo)


NOTHING, UNKNOWN, ECHO = Returned(), Returned(whole=False), Returned(echo=True)


@lru_cache(maxsize=256)
def returned(source: str, entry: str, given: Given) -> Returned:
    """O que a função `entry` devolve quando recebe, nas chaves de `given`, os textos de lá."""
    tree = parsed(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)} if tree else {}
    tables = {called(target): node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
              for target in node.targets} if tree else {}
    return _Reader(functions, tables).function(entry, dict(given), 0)


@lru_cache(maxsize=256)
def branches(source: str, key: str) -> frozenset[str]:
    """Os valores do campo `key`, do que recebe, por que o programa escolhe o que fazer; vazio, se não escolhe por ele, ou não se lê.

    São as chaves de uma tabela em que ele o procura, os textos com que o compara e os casos de um `match`.
    """
    found: set[str] = set()
    tables = {called(node.targets[0]): node.value for node in nodes(source) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)}
    held = {called(node.targets[0]) for node in nodes(source) if isinstance(node, ast.Assign) and _field(node.value) == key} - {""}
    for node in nodes(source):
        if isinstance(node, ast.Subscript) and _is(node.slice, key, held):
            found.update(_texts(_keys(tables.get(called(node.value), node.value))))
        elif isinstance(node, ast.Compare) and _is(node.left, key, held):
            found.update(_texts(each for other in node.comparators for each in (getattr(other, "elts", None) or [other])))
        elif isinstance(node, ast.Match) and _is(node.subject, key, held):
            found.update(_texts(each for case in node.cases for each in children(case.pattern)))
    return frozenset(found)


def _is(node: ast.AST, key: str, held: set[str]) -> bool:
    return _field(node) == key or called(node) in held


def _keys(node: ast.AST | None) -> list[ast.AST]:
    return [each for each in node.keys if each] if isinstance(node, ast.Dict) else []


def _texts(every: Iterator[ast.AST] | list[ast.AST]) -> Iterator[str]:
    for node in every:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _field(node: ast.AST) -> str:
    """O campo, de `event["campo"]` ou de `event.get("campo")`; vazio, do que não é assim."""
    inner = node.slice if isinstance(node, ast.Subscript) else node.args[0] if (
        isinstance(node, ast.Call) and called(node.func) == "get" and node.args) else None
    return inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""


@dataclass(frozen=True)
class _Reader:
    functions: Mapping[str, ast.FunctionDef]
    tables: Mapping[str, ast.Dict]

    def function(self, name: str, given: dict[str, str], depth: int) -> Returned:
        """A soma do que cada `return` dela devolve; sem nenhum, nada."""
        own = self.functions.get(name)
        if own is None or depth > DEPTH:
            return UNKNOWN
        inside = _own(own)
        if own.decorator_list or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inside):
            return UNKNOWN
        scope = _Scope(self, own.args.args[0].arg if own.args.args else "", inside, given, depth)
        found = NOTHING
        for node in inside:
            if isinstance(node, ast.Return):
                found |= scope.value(node.value)
        return found

    def chosen(self, func: ast.AST, given: dict[str, str]) -> list[str]:
        """As funções que a chamada pode ser; uma que não se conhece, vazia."""
        if isinstance(func, ast.Name):
            return [func.id]
        table = (self.tables.get(called(func.value)) or func.value) if isinstance(func, ast.Subscript) else None
        if not isinstance(func, ast.Subscript) or not isinstance(table, ast.Dict):
            return [""]
        known = {key.value: called(value) for key, value in zip(table.keys, table.values) if isinstance(key, ast.Constant)}
        wanted = given.get(_field(func.slice))
        return list(known.values()) if wanted is None else [known[wanted]] if wanted in known else []


class _Scope(NamedTuple):
    """Uma função que se lê: o nome do que ela recebe e os nós dela."""

    reader: _Reader
    event: str
    inside: list[ast.AST]
    given: dict[str, str]
    depth: int

    def value(self, node: ast.AST | None) -> Returned:
        """As chaves do que a expressão vale."""
        if node is None or isinstance(node, (ast.Constant, ast.List, ast.ListComp, ast.JoinedStr)):
            return NOTHING
        if isinstance(node, ast.Dict):
            return self.entries(node)
        if isinstance(node, ast.IfExp):
            return self.value(node.body) | self.value(node.orelse)
        if isinstance(node, ast.Name):
            return self.held(node.id)
        return self.call(node) if isinstance(node, ast.Call) else UNKNOWN

    def entries(self, node: ast.Dict) -> Returned:
        found = Returned(frozenset(_texts(_keys(node))), all(isinstance(key, ast.Constant) for key in node.keys if key))
        for key, value in zip(node.keys, node.values):
            found |= self.value(value) if key is None else NOTHING
        return found

    def call(self, node: ast.Call) -> Returned:
        found = NOTHING
        same = bool(node.args) and isinstance(node.args[0], ast.Name) and node.args[0].id == self.event
        for name in self.reader.chosen(node.func, self.given):
            inner = self.reader.function(name, self.given if same else {}, self.depth + 1)
            found |= inner if same or not inner.echo else UNKNOWN
        return found

    def held(self, name: str) -> Returned:
        """O que uma variável da função guarda: o que se lhe dá, e as chaves que se lhe põem."""
        found, assigned = ECHO if name == self.event else NOTHING, name == self.event
        for node in self.inside:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Name) and target.id == name:
                    assigned = True
                    found |= UNKNOWN if isinstance(node.value, ast.Name) else self.value(node.value)
                elif isinstance(target, ast.Subscript) and called(target.value) == name:
                    found |= Returned(frozenset(_texts([target.slice])), isinstance(target.slice, ast.Constant))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and called(node.func.value) == name and node.func.attr in CHANGING:
                found |= UNKNOWN
        return found if assigned else UNKNOWN


def _own(function: ast.FunctionDef) -> list[ast.AST]:
    """Os nós da função, sem os de dentro das que ela define."""
    found: list[ast.AST] = list(function.body)
    for node in found:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            found += children(node)
    return found
