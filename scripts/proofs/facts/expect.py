"""O que se espera de uma propriedade: a linha, se o valor serve; o que falta, se não."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Key, Resource

Keys = tuple[Key, ...]


def true(value: Any) -> bool:
    """Ligado, escrito como booleano ou como texto."""
    return str(value).lower() == "true"


def false(value: Any) -> bool:
    """Desligado, escrito como booleano ou como texto."""
    return str(value).lower() == "false"


def expect(view: View, resource: Resource, keys: Key | Keys, wanted: Any, text: str, need: str, hint: str, code: str = "") -> Iterator[Evidence]:
    """`Found` se a propriedade vale `wanted` (um valor, ou um teste); senão, `Missing` na propriedade.

    Em `text`, `{}` é o valor.
    """
    path = keys if isinstance(keys, tuple) else (keys,)
    found = view.at(resource, *path)
    test: Callable[[Any], bool] = wanted if callable(wanted) else lambda value: value == wanted
    if found and test(found.value):
        yield Found(found.path, text.replace("{}", str(found.value)))
    else:
        yield Missing(at(resource, *path[:1]), need, hint, code)
