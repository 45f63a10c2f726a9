"""Lugares: um valor do template junto com o caminho exato em que está escrito.

`Resolution.items` perde o índice de um item atrás de `Fn::If` ou depois de um
`AWS::NoValue`; aqui o caminho segue o ramo escolhido e chega à linha certa.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scripts.proofs.evidence import Path
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution
from scripts.template.values import SYMBOL, Unknown


@dataclass(frozen=True)
class Placed:
    """Um valor resolvido e onde está escrito, desde o documento."""

    path: Path
    value: Any


def place(resolution: Resolution, resource: Resource, *keys: Key) -> Placed | None:
    """A propriedade com o seu lugar; `None` quando ausente."""
    return _descend(resolution, resource.properties, ("Resources", resource.id, "Properties"), keys)


def places(resolution: Resolution, resource: Resource, *keys: Key) -> list[Placed]:
    """Os itens de uma lista, cada um com o seu lugar.

    Uma lista que não se conhece vira um item só, de valor `Unknown`: quem procura um furo não
    pode confundi-la com uma lista vazia.
    """
    found = _reach(resolution, resource.properties, ("Resources", resource.id, "Properties"), keys)
    if found is None:
        return []
    expression, path = found
    if not isinstance(expression, list):
        value = resolution.value(expression)
        return [Placed(path, item) for item in (value if isinstance(value, list) else [value]) if item is not None]
    chosen = [_chosen(resolution, item, (*path, index)) for index, item in enumerate(expression)]
    items = [Placed(where, resolution.value(item)) for item, where in chosen]
    return [item for item in items if item.value is not None]


def inside(resolution: Resolution, resource: Resource, item: Placed, *keys: Key) -> Placed | None:
    """Uma chave de dentro de um item que `places` devolveu."""
    return item if isinstance(item.value, Unknown) else place(resolution, resource, *_keys(item), *keys)


def listed_inside(resolution: Resolution, resource: Resource, item: Placed, *keys: Key) -> list[Placed]:
    """Os itens de uma lista de dentro de um item que `places` devolveu."""
    return [item] if isinstance(item.value, Unknown) else places(resolution, resource, *_keys(item), *keys)


def _keys(item: Placed) -> tuple[Key, ...]:
    """O caminho do item dentro das propriedades, sem os desvios de `Fn::If`, que se refazem."""
    path = item.path[3:]
    return tuple(key for index, key in enumerate(path) if "Fn::If" not in path[max(0, index - 1):index + 1])


def _descend(resolution: Resolution, expression: Any, path: Path, keys: tuple[Key, ...]) -> Placed | None:
    found = _reach(resolution, expression, path, keys)
    if found is None:
        return None
    expression, path = found
    value = resolution.value(expression)
    return None if value is None else Placed(path, value)


def _reach(resolution: Resolution, expression: Any, path: Path, keys: tuple[Key, ...]) -> tuple[Any, Path] | None:
    """A expressão ainda não resolvida nesse caminho; `None` quando não há."""
    expression, path = _chosen(resolution, expression, path)
    for key in keys:
        if isinstance(expression, dict) and "Fn::Transform" in expression:
            return {"Fn::Transform": None}, path  # um trecho que só a AWS expande pode trocar qualquer chave
        if isinstance(expression, dict) and key in expression:
            expression = expression[key]
        elif isinstance(expression, list) and isinstance(key, int) and key < len(expression):
            expression = expression[key]
        else:
            return _computed(resolution, expression, path)
        expression, path = _chosen(resolution, expression, (*path, key))
    return expression, path


def _computed(resolution: Resolution, expression: Any, path: Path) -> tuple[Any, Path] | None:
    """O que uma função devolve no lugar de um objeto: desconhecido, ou nada."""
    computed = isinstance(expression, dict) and len(expression) == 1 and next(iter(expression)).startswith(("Fn::", "Ref"))
    return (expression, path) if computed and isinstance(resolution.value(expression), (Unknown, str)) else None


def _chosen(resolution: Resolution, expression: Any, path: Path) -> tuple[Any, Path]:
    """Segue `Fn::If` até o ramo do cenário."""
    while isinstance(expression, dict) and list(expression) == ["Fn::If"]:
        branches = expression["Fn::If"]
        if not isinstance(branches, list) or len(branches) != 3:
            return expression, path
        chosen = resolution.condition(str(branches[0]))
        if isinstance(chosen, Unknown):
            return expression, path
        index = 1 if chosen else 2
        expression, path = branches[index], (*path, "Fn::If", index)
    return expression, path


def readable(value: Any) -> str:
    """Um valor como se lê numa frase."""
    found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
    return f"`{found[1]}`" if found else ("um valor desconhecido" if isinstance(value, Unknown) else str(value))
