"""Por que um caminho que o programa serve não responde com sucesso a quem não entrou: redireciona, recusa ou pede sessão.

Lê o Flask e o Django. Do que não se segue não se diz nada.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.proofs.facts.code import called, nodes, walked
from scripts.proofs.facts.web_paths import CONVERTER, VERBS, Routes

Function = ast.FunctionDef | ast.AsyncFunctionDef
GUARD = re.compile(r"(?:login|auth|permission|session|sessao)\w*_?(?:required|obrigatori\w*)|require\w*_?(?:login|auth|session)\w*|authenticated")
"""Como se chama um decorador que só deixa passar quem entrou."""
MIDDLEWARE, FREE = "LoginRequiredMiddleware", "login_not_required"
"""https://docs.djangoproject.com/en/stable/ref/middleware/#django.contrib.auth.middleware.LoginRequiredMiddleware"""
HOOK = "before_request"
ASKING = ("execute", "executemany", "cursor", "fetchone", "fetchall", "connect", "get_object_or_404", "get_list_or_404", "refresh_from_db")
"""O que se chama de uma conexão com um banco, ou para abri-la, ou do Django, que o consulta."""


def barrier(source: str, path: str) -> str:
    """O que o programa faz com este caminho em vez de atendê-lo; vazio, se atende, ou não se sabe."""
    if "@" not in source and "path(" not in source:
        return ""
    views = [view for view in _views(source) if Routes((view[0],), False).serve(path)]
    for _, view, open_ in views:
        if isinstance(view, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(GUARD.search(called(each.func if isinstance(each, ast.Call) else each)) for each in view.decorator_list):
                return "pede que se entre"
            if _all_away(view):
                return "só redireciona ou recusa"
        if MIDDLEWARE in source and not open_:
            return "pede que se entre"
    names = {view.name for _, view, _ in views if isinstance(view, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return next((f"passa antes por `{hook.name}`, que redireciona" for hook in _hooks(source)
                 if views and _redirects(hook) and not _exempts(source, hook, names | {path})), "")


def queried(source: str, path: str) -> bool:
    """Quem responde a esse caminho, ou passa antes por ele, fala com um banco: ali mesmo, ou no que chama do programa."""
    if "@" not in source and "path(" not in source:
        return False
    views = [view for place, view, _ in _views(source) if Routes((place,), False).serve(path)]
    names = {view.name for view in views if isinstance(view, (ast.FunctionDef, ast.AsyncFunctionDef))} | {path}
    return any(_asks(source, view) for view in views) or bool(views) and any(
        _asks(source, hook) and not _exempts(source, hook, names) for hook in _hooks(source))


def apart(source: str) -> list[str]:
    """Os caminhos sem variável que respondem sem passar pelo banco, nem pedir que se entre."""
    plain = dict.fromkeys(place for place, view, _ in _views(source) if not CONVERTER.search(place))
    return [path for path in plain if not queried(source, path) and not barrier(source, path)]


def _asks(source: str, view: ast.AST) -> bool:
    """A função fala com um banco, ela mesma ou por outra do programa que chama."""
    functions = _functions(source)
    waiting: list[ast.AST] = [view]
    for each in waiting:
        for node in walked(each):
            if isinstance(node, ast.Attribute) and node.attr == "objects" or isinstance(node, ast.Call) and called(node.func) in ASKING:
                return True
            other = functions.get(called(node.func)) if isinstance(node, ast.Call) else None
            if other and other not in waiting:
                waiting.append(other)
    return False


@lru_cache(maxsize=128)
def _functions(source: str) -> dict[str, Function]:
    return {node.name: node for node in nodes(source) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@lru_cache(maxsize=128)
def _views(source: str) -> tuple[tuple[str, ast.AST, bool], ...]:
    """Cada caminho pedido por GET, o que o atende e se dispensa a sessão."""
    return tuple(_attended(source))


def _attended(source: str) -> Iterator[tuple[str, ast.AST, bool]]:
    functions = _functions(source)
    for node in nodes(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for call in node.decorator_list:
                verb = called(call.func) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
                if isinstance(call, ast.Call) and verb in ("get", "route") and verb in (*VERBS, "route") and call.args:
                    yield from ((str(each.value), node, True) for each in call.args[:1] if isinstance(each, ast.Constant))
        elif isinstance(node, ast.Call) and called(node.func) == "path" and isinstance(node.func, ast.Name) and len(node.args) > 1:
            place, view = node.args[0], node.args[1]
            inner = next(filter(None, (functions.get(called(each)) for each in (view, *(view.args if isinstance(view, ast.Call) else ())))), None)
            freed = isinstance(view, ast.Call) and called(view.func) in (FREE, "as_view") or inner is not None and any(
                called(each) == FREE for each in inner.decorator_list)
            if isinstance(place, ast.Constant):
                yield f"/{place.value}", inner or view, freed


def _all_away(view: Function) -> bool:
    """Toda saída da função redireciona, ou responde com um código que não é de sucesso."""
    answers = [node.value for node in ast.walk(view) if isinstance(node, ast.Return) and node.value is not None]
    return bool(answers) and all(_away(answer) for answer in answers)


def _away(answer: ast.expr) -> bool:
    if isinstance(answer, ast.Tuple) and len(answer.elts) > 1 and isinstance(answer.elts[1], ast.Constant):
        return isinstance(answer.elts[1].value, int) and not 200 <= answer.elts[1].value < 300
    return isinstance(answer, ast.Call) and called(answer.func) in ("redirect", "abort")


def _hooks(source: str) -> list[Function]:
    """As funções que o Flask chama antes de cada pedido."""
    return [node for node in nodes(source) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and any(called(each.func if isinstance(each, ast.Call) else each) == HOOK for each in node.decorator_list)]


def _redirects(hook: Function) -> bool:
    return any(isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and called(node.value.func) == "redirect" for node in ast.walk(hook))


def _exempts(source: str, hook: Function, names: set[str]) -> bool:
    """A função nomeia o caminho, ou quem o atende, entre os que deixa passar: ali mesmo, ou numa coleção do programa."""
    lists = {called(target): node.value for node in nodes(source) if isinstance(node, ast.Assign) for target in node.targets}
    said = [node for node in ast.walk(hook) if isinstance(node, (ast.Constant, ast.Name))]
    texts = {str(node.value) for node in said if isinstance(node, ast.Constant)}
    for node in said:
        if isinstance(node, ast.Name) and node.id in lists:
            texts |= {str(each.value) for each in ast.walk(lists[node.id]) if isinstance(each, ast.Constant)}
    return bool(texts & names)
