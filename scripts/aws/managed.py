"""As políticas que a AWS mantém: o que cada uma deixa, com versão e data, em `managed.json`.

A AWS as muda sem avisar a pilha; `CHECKED` é quando a lista foi conferida. De uma que não está aqui
não se sabe o que deixa nem o que nega. A página de cada uma é
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("managed.json")
ARN = "arn:${AWS::Partition}:iam::aws:policy/"


class Managed(NamedTuple):
    """Uma política da AWS: o nome, a versão, a data dela e as declarações, como a AWS as escreve."""

    name: str
    version: str
    date: str
    statements: tuple[dict[str, Any], ...]


def managed(arn: str) -> Managed | None:
    """A política com este ARN, escrito com a partição da pilha; `None` quando não está na lista."""
    return _all().get(arn.removeprefix(ARN)) if arn.startswith(ARN) else None


def checked() -> str:
    """Quando a lista foi conferida."""
    return str(_read()["checked"])


def names() -> list[str]:
    """As políticas que se conhecem, como o ARN as nomeia."""
    return sorted(_all())


@cache
def _all() -> dict[str, Managed]:
    return {path: Managed(path.rpartition("/")[2], said["version"], said["date"], tuple(said["statements"]))
            for path, said in _read()["policies"].items()}


@cache
def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))
