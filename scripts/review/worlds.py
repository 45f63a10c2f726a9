"""Os mundos dos dois lados: quais podem ser o mesmo, e como se diz em que casos algo vale."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from scripts.proofs.facts.views import cases
from scripts.review.facts import Facts, World

Worlds = frozenset[int]
Fact = TypeVar("Fact", bound=Hashable)
Found = Mapping[Fact, Worlds]


@dataclass(frozen=True)
class Meeting:
    """Os mundos de um lado e de outro; tudo se conta pelos do lado novo."""

    old: tuple[World, ...]
    new: tuple[World, ...]

    @cached_property
    def possible(self) -> list[Worlds]:
        """De cada mundo novo, os velhos que podem ser ele: os que não o contradizem em nenhuma condição nem parâmetro comum."""
        return [frozenset(index for index, before in enumerate(self.old) if _agree(after, before)) for after in self.new]

    def gained(self, new: Found[Fact], known: Callable[[Fact], Worlds]) -> dict[Fact, Worlds]:
        """O que vale num mundo novo e não valia em algum dos velhos que ele pode ser; `known` diz em que velhos algo já valia."""
        found = {}
        for fact, worlds in new.items():
            before = known(fact)
            where = frozenset(world for world in worlds if not self.possible[world] <= before)
            if where:
                found[fact] = where
        return found

    def lost(self, old: Found[Fact], known: Callable[[Fact], Worlds]) -> dict[Fact, Worlds]:
        """O que valia num mundo velho e já não vale num novo que pode ser ele; `known` diz em que novos algo ainda vale."""
        found = {}
        for fact, worlds in old.items():
            still = known(fact)
            where = frozenset(world for world in range(len(self.new)) if world not in still and self.possible[world] & worlds)
            if where:
                found[fact] = where
        return found

    def when(self, where: Iterable[int]) -> str:
        """`` , quando `Producao` ``, `` , quando não `Producao` ``; vazio quando é sempre."""
        return when(self.new, where)


def meeting(old: Facts, new: Facts) -> Meeting:
    """Os mundos das duas leituras de uma arquitetura."""
    return Meeting(old.worlds, new.worlds)


def _agree(one: World, other: World) -> bool:
    here, there = dict(one.assumed), dict(other.assumed)
    if any(here[name] != there[name] for name in here.keys() & there.keys()):
        return False
    mine, theirs = dict(one.chosen), dict(other.chosen)
    return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())


def when(worlds: tuple[World, ...], where: Iterable[int]) -> str:
    """`` , quando `Producao` ``, `` , quando não `Producao` ``; vazio quando é sempre."""
    told = cases([dict(world.assumed) for world in worlds], where)
    return f", {told}" if told.startswith("em ") else f", quando {told}" if told else ""
