"""As vistas de um template: uma por mundo, feitas uma vez e passadas a quem pergunta."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scripts.base.wording import listed
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Template
from scripts.template.values import Path
from scripts.template.worlds import worlds

Result = TypeVar("Result")


@dataclass(frozen=True)
class Views:
    """As vistas de todos os mundos de um template, e o que nele não se pode saber."""

    template: Template
    each: tuple[View, ...]
    unknown: tuple[Missing, ...]

    def told(self, ask: Callable[[View], Result]) -> Iterator[tuple[View, Result]]:
        """O que `ask` conclui em cada mundo: uma vez só, nos que respondem o mesmo a tudo o que ela perguntou do primeiro deles.

        O que ela devolve vale para todos esses: não guarda a vista, nem o que ainda vai ler dela.
        """
        if len(self.each) == 1:
            yield self.each[0], ask(self.each[0])
            return
        known: list[tuple[View, set[Path], Result]] = []
        for view in self.each:
            found = next((one for one in known if one[0].world.alike(view.world, one[1])), None)
            if found is None:
                with view.world.asking() as asked:
                    found = view, asked, ask(view)
                known.append(found)
            yield view, found[2]


def views_of(template: Template) -> Views:
    """Uma vista por mundo; faz-se uma vez e passa-se a quem pergunta."""
    found = worlds(template)
    unknown = tuple(Missing(path, need, "escreva por extenso") for path, need in found.unknown)
    return Views(template, tuple(View(world, unknown) for world in found.each), unknown)


def when(views: Views, where: Iterable[int]) -> str:
    """Em que casos estes mundos, pela posição, são: `Producao`, `não Producao`, `Um e não Outro`; vazio quando são todos."""
    return cases([view.world.assumed for view in views.each], where)


def cases(worlds: Sequence[Mapping[str, bool]], where: Iterable[int]) -> str:
    """O mesmo que `when`, do resultado de cada condição em cada mundo."""
    inside = set(where)
    if len(inside) == len(worlds):
        return ""
    names = sorted({name for world in worlds for name in world})
    for wanted in (True, False):
        for name in names:
            if {index for index, world in enumerate(worlds) if world.get(name) is wanted} == inside:
                return f"{'' if wanted else 'não '}`{name}`"
    fixed = [name for name in names if len({worlds[index].get(name) for index in inside}) == 1]
    chosen = {name: worlds[min(inside)].get(name) for name in fixed}
    alike = {index for index, world in enumerate(worlds) if all(world.get(name) == value for name, value in chosen.items())}
    told = listed([f"{'' if value else 'não '}`{name}`" for name, value in chosen.items()]) if alike == inside else ""
    return told or "em alguns dos casos que as condições e os parâmetros dão"
