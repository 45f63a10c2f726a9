"""Os números que um programa do template traz escritos: os que têm nome, as opções de um comando, e os outros."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from scripts.proofs.facts.code import nodes

OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {ast.Mult: operator.mul, ast.Add: operator.add, ast.Sub: operator.sub}
OPTION = re.compile(r"--([a-z][\w-]*)[= ](\d{1,15})\b")


class Constants(NamedTuple):
    """Cada nome, com os valores que recebe; e todos os números, e os produtos de dois que têm nome."""

    named: frozenset[tuple[str, float]]
    every: frozenset[float]


@lru_cache(maxsize=256)
def constants(source: str) -> Constants:
    """Os números de um programa em Python, ou as opções de um comando."""
    every = nodes(source)
    named = set(_named(every)) if every else {(name, float(value)) for name, value in OPTION.findall(source)}
    found = {value for node in every if (value := _value(node)) is not None}
    values = {value for _, value in named}
    return Constants(frozenset(named), frozenset(found | values | {one * other for one, other in product(values, values)}))


def _named(every: Iterable[ast.AST]) -> Iterator[tuple[str, float]]:
    for node in every:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            for left, right in _pairs(target, node.value) if isinstance(node, ast.Assign) else ():
                value = _value(right)
                if isinstance(left, ast.Name) and value is not None:
                    yield left.id, value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[Any, Any]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts)
    else:
        yield target, value


def _value(node: ast.AST) -> float | None:
    """O valor de uma conta de números escritos; `None`, se não é uma."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value) if abs(node.value) < 10**15 else None
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        one, other = _value(node.left), _value(node.right)
        return None if one is None or other is None else OPERATIONS[type(node.op)](one, other)
    return None
