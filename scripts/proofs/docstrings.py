"""O que a docstring de uma regra ou afirmação conta: é a página dela."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

OWN = "regras"
"""A pasta em que uma árvore guarda as regras dela, e o pacote com que elas se carregam."""


class Repeated(ValueError):
    """Uma regra ou afirmação que já existe: `place` é a linha da que chegou depois, e a mensagem diz onde está a outra."""

    def __init__(self, message: str, new: Callable[..., Any], known: Callable[..., Any]):
        where = f", em `{origin(known)}`, linha {_line(known)}; deixe uma só" if origin(known) else (
            ", das ferramentas, que já decide; apague a sua")
        super().__init__(f"{message}{where}")
        self.line = _line(new)


def origin(function: Callable[..., Any]) -> str:
    """O arquivo de `regras/` em que a função está, ou vazio, quando ela é das ferramentas."""
    package, _, name = function.__module__.partition(".")
    return f"{OWN}/{name}.py" if package == OWN else ""


def _line(function: Callable[..., Any]) -> int:
    return inspect.unwrap(function).__code__.co_firstlineno


class Told(NamedTuple):
    """As quatro partes da docstring de uma regra ou afirmação."""

    title: str
    why: str
    needs: tuple[str, ...]
    source: str


def docstring(function: Callable[..., Any]) -> Told:
    """Lê as quatro partes. Erro: `ValueError` quando falta uma."""
    parts = (inspect.getdoc(function) or "").split("\n\n")
    if len(parts) != 4 or not parts[2].startswith("- ") or not parts[3].startswith("Fonte: https://"):
        raise ValueError(f"a docstring de {function.__name__} precisa de título, motivo, lista e `Fonte: URL`")
    title, why, needs, source = (" ".join(part.split()) if index != 2 else part for index, part in enumerate(parts))
    items = tuple(" ".join(item.split()) for item in needs.removeprefix("- ").split("\n- "))
    return Told(title.rstrip("."), why, items, source.removeprefix("Fonte: "))
