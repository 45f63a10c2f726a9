"""A conta de um template: as cobranças juntas por preço, e os totais como se leem."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.aws.prices import REGIONS, Price, prices
from scripts.base.wording import listed
from scripts.checks.billing import Bill, Charge, Unpriced
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Template


@dataclass(frozen=True)
class Line:
    """Uma linha da conta: um preço, quantas unidades e os lugares do template que as pedem."""

    price: Price
    quantity: float
    places: tuple[tuple[str, int], ...]

    def cost(self, region: str) -> float | None:
        each = self.price.hourly(region)
        return None if each is None else each * self.quantity


@dataclass(frozen=True)
class Estimate:
    """Uma conta: as linhas, e os recursos que cobram e ficaram sem preço."""

    lines: tuple[Line, ...]
    unpriced: tuple[str, ...] = ()

    def total(self, region: str) -> float:
        return sum(line.cost(region) or 0 for line in self.lines)

    def missing(self, region: str) -> list[str]:
        """As partes que não entraram no total desta região."""
        parts = [line.price.part for line in self.lines if line.cost(region) is None] + [f"`{name}`" for name in self.unpriced]
        return list(dict.fromkeys(parts))


def estimate(template: Template, charges: Iterable[Charge | Unpriced]) -> Estimate:
    """As cobranças juntas por preço, da que mais pesa à que menos pesa."""
    quantities: dict[str, float] = {}
    places: dict[str, list[tuple[str, int]]] = {}
    unpriced: list[str] = []
    for charge in charges:
        if isinstance(charge, Unpriced) or charge.key not in prices():
            unpriced.append(charge.resource)
            continue
        quantities[charge.key] = quantities.get(charge.key, 0) + charge.quantity
        places.setdefault(charge.key, []).append((charge.resource, template.line(*charge.path)))
    lines = [Line(prices()[key], quantity, tuple(dict.fromkeys(places[key]))) for key, quantity in quantities.items()]
    lines.sort(key=lambda line: -(line.cost(REGIONS[0]) or 0))
    return Estimate(tuple(lines), tuple(dict.fromkeys(unpriced)))


def resting(views: Views) -> Estimate:
    """A conta do que cobra parado."""
    bill = Bill(views)
    return estimate(bill.template, bill.charges())


def money(value: float) -> str:
    """Dois algarismos que contam: `US$ 0,19`, `US$ 140`."""
    if value <= 0:
        return "US$ 0"
    places = 1 - math.floor(math.log10(value))
    text = f"{round(value, places):.{max(0, places)}f}"
    while places > 2 and text.endswith("0"):
        text, places = text[:-1], places - 1
    return f"US$ {text}".replace(".", ",")


def phrase(rest: Estimate) -> str:
    """`Parada, cerca de US$ 0,19 por hora em us-east-1; em sa-east-1, mais de US$ 0,28 (falta o banco)`."""
    if not rest.lines and not rest.unpriced:
        return "Parada, não cobra por hora"
    return f"Parada, {hourly(rest, REGIONS[0], 'cerca de ')} por hora em {REGIONS[0]}; em {REGIONS[1]}, {hourly(rest, REGIONS[1])}"


def hourly(rest: Estimate, region: str, about: str = "") -> str:
    """O que se sabe do preço de uma hora nessa região; o que falta torna o total um mínimo, e se diz."""
    missing = rest.missing(region)
    return f"mais de {money(rest.total(region))} (falta {listed(missing)})" if missing else f"{about}{money(rest.total(region))}"
