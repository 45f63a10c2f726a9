"""Os passos: quais são os mesmos, quais entraram, saíram ou mudaram de número."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from scripts.base.wording import listed
from scripts.review.change import CHANGED, GAINED, LOST, NUMBERED, Change, quoted
from scripts.review.facts import Facts

ALIKE = 0.6
"""Quanto de dois textos precisa ser igual para que sejam o mesmo passo, contado de outro jeito."""


@dataclass(frozen=True)
class Steps:
    """Os passos dos dois lados; `to` diz a que número novo cada velho corresponde."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    to: Mapping[int, int]

    def changes(self) -> Iterator[Change]:
        """O que entrou, o que saiu, o que mudou de número ou de lugar, e o que se conta de outro jeito."""
        back = {after: before for before, after in self.to.items()}
        for number in range(1, len(self.new) + 1):
            if number not in back:
                text = f"Passo {number} inserido{_between(number, back)}: {quoted(self.new[number - 1])}."
                yield Change("passo", GAINED, f"passo-{number}", text, "passo novo", step=number)
        for number in range(1, len(self.old) + 1):
            if number not in self.to:
                yield Change("passo", LOST, f"passo-{number}", f"O passo {number} saiu: {quoted(self.old[number - 1])}.", f"passo {number} a menos")
        moved = self._moved()
        swapped = [(a, b) for a in moved for b in self.to if self.to[a] == b and self.to[b] == a != b]
        for a, b in swapped:
            low, high = sorted((a, b))
            yield Change("passo", CHANGED, f"passo-{low}", f"Os passos {low} e {high} trocaram de lugar.", "passos trocados", step=low)
        known = {number for pair in swapped for number in pair}
        for before in (number for number in moved if number not in known):
            after = self.to[before]
            yield Change("passo", CHANGED, f"passo-{after}", f"O passo {before} mudou de lugar: agora é o {after}.", "passo noutro lugar", step=after)
        yield from self._renumbered({*moved, *known})
        for before, after in self.to.items():
            was, now = self.old[before - 1], self.new[after - 1]
            if was != now:
                text = f"O texto do passo {after} mudou: {difference(was, now)}."
                yield Change("passo", CHANGED, f"passo-{after}", text, "texto mudado", step=after)

    def _moved(self) -> list[int]:
        """Os que trocaram de ordem: os de fora da maior sequência que continua em ordem."""
        kept = _increasing([self.to[before] for before in sorted(self.to)])
        return [before for before in sorted(self.to) if self.to[before] not in kept]

    def _renumbered(self, moved: set[int]) -> Iterator[Change]:
        """Os que só deslizaram, juntos."""
        runs: list[list[int]] = []
        for before, after in sorted(self.to.items()):
            if before == after or before in moved:
                continue
            if runs and before == runs[-1][-1] + 1 and after - before == self.to[runs[-1][0]] - runs[-1][0]:
                runs[-1].append(before)
            else:
                runs.append([before])
        for run in runs:
            first, last, shift = run[0], run[-1], self.to[run[0]] - run[0]
            joint = "e" if last == first + 1 else "a"
            text = (f"O passo {first} passou a ser o {first + shift}" if first == last else
                    f"Os passos {first} {joint} {last} passaram a ser {first + shift} {joint} {last + shift}")
            yield Change("passo", CHANGED, f"passo-{first + shift}", f"{text}.", NUMBERED)


def aligned(old: Facts, new: Facts) -> Steps:
    """Casa os passos: pelo texto, pelas setas que os contam e, por fim, pela semelhança do texto."""
    here, there = old.steps, new.steps
    carried = _carriers(old), _carriers(new)
    found: dict[int, int] = {}
    for alike in (lambda a, b: here[a - 1] == there[b - 1],
                  lambda a, b: bool(carried[0].get(a)) and carried[0].get(a) == carried[1].get(b)):
        for before in range(1, len(here) + 1):
            options = [after for after in range(1, len(there) + 1) if before not in found and after not in found.values() and alike(before, after)]
            rivals = [other for other in range(1, len(here) + 1) if other not in found and options and alike(other, options[0])]
            if options and (len(options) == 1 == len(rivals) or before in options):
                found[before] = before if before in options else options[0]
    scores = sorted(((-_likeness(here[a - 1], there[b - 1]), abs(a - b), a, b) for a in range(1, len(here) + 1) if a not in found
                     for b in range(1, len(there) + 1) if b not in found.values()))
    for score, _, before, after in scores:
        if -score >= ALIKE and before not in found and after not in found.values():
            found[before] = after
    return Steps(here, there, dict(sorted(found.items())))


def _likeness(one: str, other: str) -> float:
    match = SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    return match.ratio() if match.real_quick_ratio() >= ALIKE and match.quick_ratio() >= ALIKE else 0.0


def _carriers(facts: Facts) -> dict[int, frozenset[str]]:
    """As setas, ou os elementos, que contam cada passo."""
    found: dict[int, set[str]] = {}
    if facts.diagram:
        for element in (*facts.diagram.edges, *facts.diagram.elements.values()):
            if element.step is not None:
                found.setdefault(element.step, set()).add(element.id)
    return {step: frozenset(ids) for step, ids in found.items()}


def _between(number: int, back: Mapping[int, int]) -> str:
    """Entre que passos velhos, com os números deles."""
    before = next((back[other] for other in range(number - 1, 0, -1) if other in back), None)
    after = next((back[other] for other in range(number + 1, max(back, default=0) + 1) if other in back), None)
    if before is None:
        return f" antes do {after}" if after is not None else ""
    return f" entre {before} e {after}" if after is not None else f" depois do {before}"


def _increasing(numbers: list[int]) -> set[int]:
    """A maior subsequência crescente."""
    best: list[list[int]] = []
    for number in numbers:
        longest = max((run for run in best if run[-1] < number), key=len, default=[])
        best.append([*longest, number])
    return set(max(best, key=len, default=[]))


def difference(old: str, new: str, most: int = 3) -> str:
    """O que difere entre dois textos, trecho por trecho, com as palavras em volta."""
    one, other = old.split(), new.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    if len(blocks) > most or matcher.ratio() < 0.3:
        return f"de {quoted(old)} para {quoted(new)}"
    said = []
    for tag, i, j, k, m in blocks:
        before, after = " ".join(one[i:j]), " ".join(other[k:m])
        around = " ".join(other[max(0, k - 3):k])
        place = f" depois de “…{around}”" if around else ""
        said.append(f"{quoted(before)} virou {quoted(after)}" if tag == "replace" else
                    f"saiu {quoted(before)}" if tag == "delete" else f"entrou {quoted(after)}{place}")
    return listed(said) if said else "só os espaços"
