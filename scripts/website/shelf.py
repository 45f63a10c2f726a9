"""A estante do site: o que as páginas de leitura tiram umas das outras e dos templates.

Junta a biblioteca (notas, comparações, trilhas) e o que a conferência leu das arquiteturas; as listas,
os selos e os tempos de leitura saem daqui, nunca de uma página que os escreva.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scripts.aws.services import SERVICES
from scripts.checks.library import READ
from scripts.checks.reading import Reading
from scripts.checks.subjects import shown
from scripts.page import pace
from scripts.page.architecture import Page
from scripts.page.document import resolved
from scripts.page.library import LEVELS, STOPS, Library, Piece
from scripts.proofs.claims.known import HOURLY
from scripts.review.history import Revised
from scripts.proofs.facts.remains import left

UNKNOWN = len(LEVELS)


@dataclass(frozen=True)
class Shown:
    """Uma arquitetura que se lê, e o que se diz dela em poucas palavras."""

    slug: str
    page: Page
    read: Reading

    @property
    def uri(self) -> str:
        """O caminho da página em `docs/`."""
        return f"arquiteturas/{self.slug}/index.md"

    @cached_property
    def level(self) -> str:
        """O nível que a página diz, ou vazio."""
        said = self.page.header.values.get("nivel")
        return said if said in LEVELS else ""

    @cached_property
    def minutes(self) -> int:
        return pace.minutes(self.page)

    @cached_property
    def checked(self) -> str:
        """O dia da fonte lida por último, entre as que a página cita; vazio sem nenhuma."""
        days = (day for token in self.page.tokens if token.type == "inline" for day in READ.findall(token.content))
        return max(days, default="")

    @cached_property
    def services(self) -> tuple[str, ...]:
        used = {resource.type for resource in self.read.template.resources.values()} if self.read.template else set()
        return tuple(name for name, kinds in SERVICES.items() if used & set(kinds))

    @cached_property
    def hourly(self) -> bool:
        return bool(self.read.template) and any(resource.type in HOURLY for resource in self.read.template.resources.values())

    @cached_property
    def snapshots(self) -> bool:
        """Se a remoção da pilha deixa um snapshot."""
        return bool(self.read.template) and any(each.snapshot for each in left(self.read.template))


@dataclass(frozen=True)
class Stop:
    """Uma página como parada de uma trilha: o número, de quantas, e o nome e o caminho da que se lê antes e da que se lê depois."""

    trail: Piece
    number: int
    total: int
    before: tuple[str, str]
    after: tuple[str, str]


@dataclass(frozen=True)
class Shelf:
    """A biblioteca e as arquiteturas, por slug; `histories` é o que mudou em cada uma, quando há história de que o tirar."""

    library: Library = field(default_factory=Library)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    histories: Mapping[str, tuple[Revised, ...]] = field(default_factory=dict)

    @cached_property
    def architectures(self) -> tuple[Shown, ...]:
        """As que se leem, na ordem de leitura: o nível, o tempo, o título."""
        found = [Shown(slug, read.page, read) for slug, read in self.readings.items() if read.page]
        return tuple(sorted(found, key=lambda one: (LEVELS.index(one.level) if one.level else UNKNOWN, one.minutes, one.page.title)))

    @cached_property
    def pages(self) -> dict[str, Page | Piece]:
        """O que tem tempo de leitura, pelo caminho em `docs/`."""
        return {**{one.uri: one.page for one in self.architectures}, **{piece.uri: piece for piece in self.library.pieces}}

    def minutes(self, uri: str) -> int:
        """O tempo de leitura dessa página; 0 quando ela não é daqui."""
        found = self.pages.get(uri)
        return pace.minutes(found.page if isinstance(found, Piece) else found) if found else 0

    def stops(self, uri: str) -> Iterator[Stop]:
        """De que paradas a página desse caminho é, trilha por trilha; uma parada de duas páginas leva de uma à outra."""
        for trail in self.library.trails.values():
            stops = trail.items.get(STOPS, ())
            read: dict[str, tuple[str, int]] = {}
            for number, stop in enumerate(stops, 1):
                for link in stop.asked:
                    read.setdefault(resolved(link.target.partition("#")[0], trail.uri), (link.text, number))
            order = [("", ""), *((name, place) for place, (name, _) in read.items() if place in self.pages), ("e depois", f"{trail.uri}#e-depois")]
            for before, (_, place), after in zip(order, order[1:], order[2:]):
                if place == uri:
                    yield Stop(trail, read[uri][1], len(stops), before, after)

    def appearances(self, note: Piece) -> Iterator[tuple[Shown, list[str]]]:
        """As arquiteturas em que o assunto da nota aparece, com os recursos que o mostram."""
        for one in self.architectures:
            if one.read.template:
                view = one.read.views.each[0]
                names = dict.fromkeys(resource.id for subject in note.subjects for resource in shown(subject, view))
                if names:
                    yield one, list(names)
