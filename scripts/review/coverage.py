"""Uma permissão cobre outra: tudo o que a segunda deixa, a primeira também deixa.

O que não se sabe não cobre: escrever o mesmo de outro jeito só é silêncio quando se vê que é o mesmo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scripts.proofs.facts.wildcards import covers as matches
from scripts.review.facts import Grant
from scripts.review.worlds import Worlds

POSITIVE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase", "IpAddress")
"""Operadores em que uma lista menor de valores deixa menos."""


def covers(wide: Grant, narrow: Grant) -> bool:
    """Tudo o que `narrow` diz, `wide` também diz."""
    same = (wide.subject, wide.kind, wide.allows, wide.opaque) == (narrow.subject, narrow.kind, narrow.allows, narrow.opaque)
    return (same and wide.who in (narrow.who, "*") and _actions(wide, narrow) and _targets(wide, narrow)
            and all(_implied(clause, narrow.condition) for clause in wide.condition))


def _actions(wide: Grant, narrow: Grant) -> bool:
    return _side(wide.action, wide.but_actions, narrow.action, narrow.but_actions, True)


def _targets(wide: Grant, narrow: Grant) -> bool:
    if not any((wide.target, wide.but_targets, narrow.target, narrow.but_targets)):
        return True  # quem assume um papel, ou invoca uma função: o alvo é o dono da política
    return _side(wide.target, wide.but_targets, narrow.target, narrow.but_targets, False)


def _side(wide: str, wide_but: tuple[str, ...], narrow: str, narrow_but: tuple[str, ...], ignore_case: bool) -> bool:
    """Uma ação, ou um alvo; a lista do que fica de fora deixa mais quanto menos tem."""
    if wide_but:
        if narrow_but:
            return all(any(matches(left, out, ignore_case) is True for left in narrow_but) for out in wide_but)
        return bool(narrow) and all(matches(out, narrow, ignore_case) is False for out in wide_but)
    if narrow_but:
        return wide == "*"
    return bool(wide) and bool(narrow) and (wide == narrow or matches(wide, narrow, ignore_case) is True)


def _implied(clause: tuple[str, str, tuple[str, ...]], stricter: Iterable[tuple[str, str, tuple[str, ...]]]) -> bool:
    """Quem cumpre todas as de `stricter` cumpre esta."""
    operator, key, values = clause
    return any(name == operator and other.lower() == key.lower() and (
        options == values or operator in POSITIVE and bool(options) and set(options) <= set(values)) for name, other, options in stricter)


def effective(grants: Mapping[Grant, Worlds]) -> dict[Grant, Worlds]:
    """As permissões sem as que uma negação sem condição já tira por inteiro, e as negações."""
    denials: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        if not grant.allows and not grant.condition:
            denials.setdefault((grant.subject, grant.kind), []).append(grant)
    found = {}
    for grant, worlds in grants.items():
        masks = denials.get((grant.subject, grant.kind), ()) if grant.allows else ()
        left = worlds - frozenset().union(*(grants[mask] for mask in masks if covers(replace(mask, allows=True), grant)))
        if left:
            found[grant] = left
    return found
