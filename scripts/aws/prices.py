"""Os preços de `prices.toml`, por chave."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("prices.toml")
NAME = "scripts/aws/prices.toml"
REGIONS = ("us-east-1", "sa-east-1")
"""As regiões que se mostram; na primeira há todos os preços."""


class Price(NamedTuple):
    """Um preço; `by_region` só tem as regiões em que ele se achou, e `line` é a dele no arquivo."""

    key: str
    name: str
    part: str
    per: str
    by_region: dict[str, float]
    date: datetime.date
    source: str
    line: int

    def hourly(self, region: str) -> float | None:
        """O que custa uma unidade por hora nessa região; em uso, o que custa uma unidade. `None` se não se achou."""
        value = self.by_region.get(region)
        return value / _read()["hours_per_month"] if value is not None and "mês" in self.per else value


def calculator() -> str:
    """O endereço da calculadora da AWS."""
    return _read()["calculator"]


def hours_per_month() -> int:
    return _read()["hours_per_month"]


@cache
def prices() -> dict[str, Price]:
    """Todos os preços, por chave."""
    lines = {line.strip('[]"\n'): number for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1)
             if line.startswith("[")}
    return {key: Price(key, row["name"], row.get("part", row["name"]), row["per"], {region: row[region] for region in REGIONS if region in row},
                       row["date"], row["source"], lines[key])
            for key, row in _read().items() if isinstance(row, dict)}


@cache
def _read() -> dict:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
