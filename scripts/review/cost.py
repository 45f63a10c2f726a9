"""O que muda na conta de ter a arquitetura parada, por hora."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.wording import listed
from scripts.checks.estimate import money
from scripts.review.change import CHANGED, Change
from scripts.review.facts import Cost

TINY = 1e-9
"""Uma diferença menor que esta é só da conta com ponto flutuante."""


def changes(old: Cost | None, new: Cost | None) -> Iterator[Change]:
    """A conta por região, o que entrou nela e o que saiu, e o que não tem preço."""
    if old is None or new is None or old == new:
        return
    before = {region: (total, missing) for region, total, missing in old.totals}
    moved = [(region, *before.get(region, (0.0, ())), total, missing) for region, total, missing in new.totals
             if abs(total - before.get(region, (0.0, ()))[0]) > TINY]
    if moved:
        told = listed([f"de {_total(was, lacked)} a {_total(now, lacking)} por hora em {region}" for region, was, lacked, now, lacking in moved])
        yield Change("custo", CHANGED, "hora", f"Parada, passa {told}{_parts(old, new)}.", f"{_signed(moved[0][3] - moved[0][1])} por hora")
    for name in new.unpriced:
        if name not in old.unpriced:
            yield Change("custo", CHANGED, name, f"`{name}` passa a cobrar, ou a poder cobrar, e não se sabe quanto.", "custo que não se sabe")


def _total(value: float, missing: tuple[str, ...]) -> str:
    return money(value) + (f" (sem {listed(list(missing))})" if missing else "")


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{money(abs(value))}"


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _parts(old: Cost, new: Cost) -> str:
    was, now = ({name: (quantity, cost) for name, quantity, cost in side.parts} for side in (old, new))
    said = []
    for name in dict.fromkeys((*now, *was)):
        (before, paid), (after, pays) = was.get(name, (0, 0.0)), now.get(name, (0, 0.0))
        if abs(pays - paid) > TINY:
            said.append(f"{name}, de {_number(before)} a {_number(after)} ({_signed(pays - paid)})")
    return f": {'; '.join(said)}" if said else ""
