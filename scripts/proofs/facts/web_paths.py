"""Os caminhos a que o Python de um template responde: Flask, FastAPI e Django."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from scripts.proofs.facts.code import called, nodes
from scripts.proofs.facts.wildcards import covers

VERBS = ("get", "post", "put", "patch", "delete")
READING = ("get", "route", "head", "api_route")
MOUNTING = re.compile(r"\b(?:include|register_blueprint|include_router|mount|re_path)\(")
"""O que dá ao programa endereços que aqui não se leem."""
CONVERTER = re.compile(r"<(?:(path):|[^<>:]*(?:\([^)]*\))?:)?[^<>]*>|\{(?:\w+(:path)?)\}")


class Routes(NamedTuple):
    """Os padrões dos caminhos que se pedem por GET, e se a pasta `static` se serve."""

    patterns: tuple[str, ...]
    static: bool

    def serve(self, path: str) -> bool:
        """Algum padrão é o deste caminho."""
        return any(re.fullmatch(_shape(pattern), path.partition("?")[0]) for pattern in self.patterns)

    @staticmethod
    def widened(pattern: str) -> str:
        """O padrão com `*` no lugar de cada variável: um texto com curingas, para se comparar a outros."""
        return CONVERTER.sub("*", pattern)


@lru_cache(maxsize=128)
def routes(source: str) -> Routes | None:
    """O que este programa serve; `None`, se não se reconhece nele nenhum caminho."""
    found = [path for node in nodes(source) for path in _declared(node)]
    makers = [node for node in nodes(source) if isinstance(node, ast.Call) and called(node.func) == "Flask"]
    static = any(not any(key.arg == "static_folder" and isinstance(key.value, ast.Constant) and key.value.value is None for key in each.keywords)
                 for each in makers)
    return Routes(tuple(found), static) if found else None


@lru_cache(maxsize=128)
def endpoints(source: str) -> tuple[tuple[str, str, str], ...]:
    """Cada função que o Flask chama, com o método e o padrão do caminho por que ele a chama."""
    found: list[tuple[str, str, str]] = []
    for node in nodes(source):
        for call in node.decorator_list if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else ():
            verb = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
            if isinstance(call, ast.Call) and verb in (*VERBS, "route") and call.args and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                named = next((key.value for key in call.keywords if key.arg == "endpoint"), None)
                name = str(named.value) if isinstance(named, ast.Constant) else node.name
                found += [(name, method, path) for path in _text(call.args[0]) for method in ([verb.upper()] if verb in VERBS else _methods(call))]
    return tuple(found)


def served(sources: Iterable[str]) -> frozenset[tuple[str, str]] | None:
    """O que os programas servem, por método e padrão de caminho; `None`, se não se conhecem os endereços deles."""
    known = [(text, found) for text in sources if (found := routes(text)) or endpoints(text)]
    if not known or any(MOUNTING.search(text) for text, _ in known):
        return None
    named = {(method, path) for text, _ in known for _, method, path in endpoints(text)}
    read = {("GET", path) for _, found in known if found for path in found.patterns}
    return frozenset(named | read | {("GET", "/static/<path:file>") for _, found in known if found and found.static})


def caught(pattern: str, path: str) -> bool | None:
    """Um padrão com curingas, do balanceador ou da distribuição, pega o caminho do programa; `None`, quando só uma parte dele."""
    plain = "*" not in pattern and "?" not in pattern and "${" not in pattern
    if plain and path != "*" and not Routes((path,), False).serve(pattern):
        return False
    return covers(pattern, Routes.widened(path))


def _methods(call: ast.Call) -> list[str]:
    methods = next((key.value for key in call.keywords if key.arg == "methods"), None)
    listed = methods.elts if isinstance(methods, (ast.List, ast.Tuple)) else []
    return [str(each.value).upper() for each in listed if isinstance(each, ast.Constant)] or ["GET"]


def answered(sources: Iterable[str], path: str) -> bool | None:
    """Algum dos programas responde a esse caminho; `None`, se não se conhecem os endereços deles."""
    known = [(text, found) for text in sources if (found := routes(text))]
    if not known or any(MOUNTING.search(text) for text, _ in known):
        return None
    return any(found.serve(path) or found.static and path.startswith("/static/") for _, found in known)


def _declared(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in READING and call.args and _gets(call):
                yield from _text(call.args[0])
    elif isinstance(node, ast.Call) and node.args:
        if called(node.func) == "add_url_rule" and _gets(node):
            yield from _text(node.args[0])
        elif called(node.func) == "path" and isinstance(node.func, ast.Name):
            yield from (f"/{path}" for path in _text(node.args[0]))


def _gets(call: ast.Call) -> bool:
    methods = next((key.value for key in call.keywords if key.arg == "methods"), None)
    return not isinstance(methods, (ast.List, ast.Tuple)) or any(isinstance(each, ast.Constant) and each.value == "GET" for each in methods.elts)


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _shape(pattern: str) -> str:
    """A expressão de um padrão: uma variável não passa da barra, a não ser a que diz que passa."""
    pieces, end = [], 0
    for found in CONVERTER.finditer(pattern):
        pieces += [re.escape(pattern[end:found.start()]), ".+" if found[1] or found[2] else "[^/]+"]
        end = found.end()
    return "".join((*pieces, re.escape(pattern[end:])))
