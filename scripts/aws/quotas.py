"""As cotas e o plano gratuito de `quotas.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

NAME = "scripts/aws/quotas.toml"


class Quota(NamedTuple):
    """Uma cota: o código com que se consulta, o valor que a AWS publica e como uma página a conta."""

    code: str
    one: str
    many: str
    service: str
    default: int
    noun: str
    source: str
    scope: str = ""


class FreePlan(NamedTuple):
    """O que o plano gratuito aceita."""

    instances: tuple[str, ...]
    databases: tuple[str, ...]
    backup_days: int
    source: str


@cache
def quotas() -> dict[str, Quota]:
    """Todas as cotas, por código."""
    return {code: Quota(code, **row) for code, row in _read()["quotas"].items()}


@cache
def vcpus() -> dict[str, int]:
    """Quantas vCPUs tem cada tipo de instância que se conhece."""
    return _read()["vcpus"]


@cache
def memory() -> dict[str, int]:
    """Quantos GiB de memória tem cada tipo de instância que se conhece."""
    return _read()["memory"]


@cache
def free_plan() -> FreePlan:
    row = _read()["free_plan"]
    return FreePlan(tuple(row["instances"]), tuple(row["databases"]), row["backup_days"], row["source"])


@cache
def _read() -> dict:
    return tomllib.loads(Path(__file__).with_name("quotas.toml").read_text(encoding="utf-8"))
