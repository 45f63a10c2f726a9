"""Números e listas como se leem em português."""

from __future__ import annotations


def decimal(value: float, places: int = 2) -> str:
    """`1,50`: o número com vírgula e tantas casas."""
    return f"{value:.{places}f}".replace(".", ",")


def plural(count: int, one: str, many: str) -> str:
    """`1 seta`, `2 setas`."""
    return f"{count} {one if count == 1 else many}"


def listed(names: list[str]) -> str:
    """`A`, `A e B`, `A, B e C`."""
    return " e ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
