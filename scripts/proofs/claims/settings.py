"""Um valor escrito no template, com o lugar e tudo o que ele pode valer.

Um parâmetro com padrão não prova uma afirmação: quem implanta escolhe outro. Prova quando todo
valor que ele aceita (`AllowedValues`, ou `MinValue` e `MaxValue`) serve; essas linhas também
são evidência.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from scripts.proofs.evidence import Evidence, Found, Missing, Path, at
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import Unknown

Test = Callable[[Any], bool]


class Setting(NamedTuple):
    """`possible` é vazio quando não se sabe.

    `limits` são as linhas do parâmetro que o limitam, cada uma com o que ele valeria sem ela.
    """

    path: Path
    value: Any
    possible: tuple[Any, ...] = ()
    limits: tuple[tuple[Path, Any], ...] = ()
    parameter: str = ""

    def always(self, test: Test) -> bool:
        return bool(self.possible) and all(test(value) for value in self.possible)

    @property
    def numbers(self) -> tuple[float, float] | None:
        """O menor e o maior número que pode ser."""
        found = [_limit(value) for value in self.possible]
        known = [value for value in found if value is not None]
        return (min(known), max(known)) if known and len(known) == len(found) else None

    def evidence(self, text: str, test: Test) -> Iterator[Found]:
        """A linha do valor e, do parâmetro, os limites sem os quais o teste falharia."""
        yield Found(self.path, text)
        for path, loose in self.limits:
            if not test(loose):
                yield Found(path, f"`{self.parameter}` não aceita valor que desminta isso")


def setting(view: View, resource: Resource, *keys: Key) -> Setting:
    """A propriedade nesse caminho; sem ela, `value` é `None` e nada é possível."""
    found = view.at(resource, *keys)
    return Setting(at(resource, *keys), None) if found is None else written(view, found)


def written(view: View, found: Placed) -> Setting:
    """Um valor já achado, com tudo o que pode valer."""
    raw = written_at(view.template.data, found.path)
    name = raw["Ref"] if isinstance(raw, dict) and list(raw) == ["Ref"] else None
    if isinstance(name, str) and name in view.template.parameters:
        return _parameter(view, name, found.path, found.value)
    odd = isinstance(found.value, float) and number(found.value) is None
    known = () if odd or isinstance(found.value, (Unknown, dict, list)) else (found.value,)
    return Setting(found.path, found.value, known)


def require(
    view: View, resource: Resource, keys: tuple[Key, ...], test: Test, text: str, need: str, hint: str
) -> Iterator[Evidence]:
    """`Found` se todo valor possível da propriedade passa no teste; senão, `Missing`."""
    yield from held(setting(view, resource, *keys), test, text, need, hint)


def held(found: Setting, test: Test, text: str, need: str, hint: str) -> Iterator[Evidence]:
    """O mesmo, de um valor já achado."""
    if found.always(test):
        yield from found.evidence(text, test)
    elif found.parameter:
        yield Missing(found.path, need, f"limite `{found.parameter}` aos valores que servem, com `AllowedValues` ou `MinValue`")
    else:
        yield Missing(found.path, need, hint)


def number(value: Any) -> float | None:
    """O número finito, escrito como número ou como texto."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and (not value.isascii() or "_" in value):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _limit(value: Any) -> float | None:
    """O número, ou o infinito de um parâmetro sem um dos limites."""
    return value if value in (math.inf, -math.inf) else number(value)


def at_least(least: float) -> Test:
    def test(value: Any) -> bool:
        found = _limit(value)
        return found is not None and found >= least

    return test


def below(most: float) -> Test:
    def test(value: Any) -> bool:
        found = _limit(value)
        return found is not None and found < most

    return test


def equal(expected: Any) -> Test:
    return lambda value: str(value) == str(expected)


def _parameter(view: View, name: str, path: Path, value: Any) -> Setting:
    declared = view.template.parameters[name]
    declared = declared if isinstance(declared, dict) else {}
    where = ("Parameters", name)
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        return Setting(path, value, tuple(allowed), (((*where, "AllowedValues"), None),), name)
    low, high = number(declared.get("MinValue")), number(declared.get("MaxValue"))
    if low is None and high is None:
        return Setting(path, value, (), (), name)
    ends = (("MinValue", low, -math.inf), ("MaxValue", high, math.inf))
    limits = tuple(((*where, key), loose) for key, end, loose in ends if end is not None)
    return Setting(path, value, tuple(loose if end is None else end for _, end, loose in ends), limits, name)
