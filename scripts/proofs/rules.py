"""O que é uma regra de prova, e o registro delas.

Uma regra liga dois tipos de recurso. Dada uma seta entre eles, procura no template o que a
torna verdadeira e devolve `Found`, com o lugar, ou `Missing`, com o que falta e como
acrescentar. A seta está provada quando há ao menos um `Found` e nenhum `Missing`: não achar
nada é defeito, não prova. A página "Provas" sai das docstrings das regras.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scripts.model import Diagram, Edge
from scripts.resolution import Resolution
from scripts.template import Key, Resource

OUTSIDE = "fora da AWS"
"""O "tipo" de um componente sem recurso: uma pessoa, um programa, a internet."""

Path = tuple[Key, ...]


@dataclass(frozen=True)
class Found:
    """Uma linha do template que ajuda a tornar a seta verdadeira.

    `path` parte do documento (`("Resources", "Alb", "Properties", "Scheme")`); `text` diz
    numa oração o que essa linha garante.
    """

    path: Path
    text: str


@dataclass(frozen=True)
class Missing:
    """O que falta para a seta ser verdadeira, e como acrescentar.

    `path` é o lugar mais próximo de onde faltou. `code` é o código de explicação do VPC
    Reachability Analyzer, quando há um:
    https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
    """

    path: Path
    need: str
    hint: str
    code: str = ""

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        return f"{self.need}{code}; {self.hint}"


Evidence = Found | Missing


@dataclass(frozen=True)
class Case:
    """Uma seta a provar num cenário. Uma ponta fora da AWS tem recurso `None`."""

    resolution: Resolution
    diagram: Diagram
    edge: Edge
    tail: Resource | None
    head: Resource | None


Prover = Callable[[Case], Iterator[Evidence]]


@dataclass(frozen=True)
class Rule:
    """Uma regra registrada; os textos vêm da docstring da função."""

    id: str
    title: str
    why: str
    needs: tuple[str, ...]
    source: str
    tails: tuple[str, ...]
    heads: tuple[str, ...]
    prove: Prover


RULES: dict[tuple[str, str], Rule] = {}


def rule(tails: str | Iterable[str], heads: str | Iterable[str]) -> Callable[[Prover], Prover]:
    """Registra a função como a regra das setas de `tails` para `heads` (tipos do CloudFormation).

    A docstring tem quatro partes, separadas por linha em branco: o título; por quê; uma
    lista `- ` do que precisa haver; e `Fonte: URL`. Erro: `ValueError` quando uma falta ou
    quando já há regra para um dos pares.
    """
    starts, ends = _names(tails), _names(heads)

    def register(function: Prover) -> Prover:
        described = _described(function, starts, ends)
        for start in starts:
            for end in ends:
                if (start, end) in RULES:
                    raise ValueError(f"já há regra para {start} → {end}: {RULES[start, end].id}")
                RULES[start, end] = described
        return function

    return register


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _described(function: Prover, tails: tuple[str, ...], heads: tuple[str, ...]) -> Rule:
    told = docstring(function)
    identity = function.__name__.replace("_", "-")
    return Rule(identity, told.title, told.why, told.needs, told.source, tails, heads, function)


@dataclass(frozen=True)
class Told:
    """As quatro partes da docstring de uma regra ou afirmação."""

    title: str
    why: str
    needs: tuple[str, ...]
    source: str


def docstring(function: Callable[..., Any]) -> Told:
    """Lê as quatro partes. Erro: `ValueError` quando falta uma."""
    parts = (inspect.getdoc(function) or "").split("\n\n")
    if len(parts) != 4 or not parts[2].startswith("- ") or not parts[3].startswith("Fonte: https://"):
        raise ValueError(f"a docstring de {function.__name__} precisa de título, motivo, lista e `Fonte: URL`")
    title, why, needs, source = (" ".join(part.split()) if index != 2 else part for index, part in enumerate(parts))
    items = tuple(" ".join(item.split()) for item in needs.removeprefix("- ").split("\n- "))
    return Told(title.rstrip("."), why, items, source.removeprefix("Fonte: "))


def at(resource: Resource, *keys: Key) -> Path:
    """O caminho, desde o documento, de uma propriedade do recurso."""
    return ("Resources", resource.id, "Properties", *keys) if keys else ("Resources", resource.id)
