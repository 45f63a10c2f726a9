"""Uma permissão cobre outra: tudo o que a segunda deixa, a primeira também deixa.

O que não se sabe não cobre: escrever o mesmo de outro jeito só é silêncio quando se vê que é o mesmo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scripts.proofs.facts.wildcards import covers as matches
from scripts.review.facts import Grant
from scripts.review.worlds import Worlds

WILD = re.compile(r"[*?]")
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
    if wide == narrow:
        return bool(wide)
    start, said = (text.lower() if ignore_case else text for text in (WILD.split(wide, maxsplit=1)[0], narrow))
    # Sem curinga, só se cobre o que é igual; e o que vem antes do primeiro já diz quase tudo.
    return bool(wide) and bool(narrow) and said.startswith(start) and matches(wide, narrow, ignore_case) is True


class Known:
    """As permissões de um lado, para achar depressa as que cobrem outra: sem curinga na ação, só a mesma ação a cobre."""

    def __init__(self, grants: Mapping[Grant, Worlds]):
        self.grants = grants
        self.plain: dict[tuple[str, str, bool, str], list[Grant]] = {}
        self.open: dict[tuple[str, str, bool], list[Grant]] = {}
        for grant in grants:
            if grant.but_actions or WILD.search(grant.action):
                self.open.setdefault(_whose(grant), []).append(grant)
            else:
                self.plain.setdefault((*_whose(grant), grant.action.lower()), []).append(grant)

    def worlds(self, grant: Grant) -> Worlds:
        """Os mundos em que alguma deixa tudo o que esta deixa."""
        near = (*self.open.get(_whose(grant), ()), *self.plain.get((*_whose(grant), grant.action.lower()), ()))
        return frozenset().union(*(self.grants[other] for other in near if covers(other, grant)))

    def within(self, grant: Grant) -> list[Grant]:
        """As que esta deixa por inteiro."""
        whose = _whose(grant)
        if not grant.but_actions and not WILD.search(grant.action):
            near = self.plain.get((*whose, grant.action.lower()), [])
        else:
            near = [other for other in self.grants if _whose(other) == whose]
        return [other for other in near if other != grant and covers(grant, other)]


def _whose(grant: Grant) -> tuple[str, str, bool]:
    return grant.subject, grant.kind, grant.allows


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
