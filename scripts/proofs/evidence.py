"""Evidências: as linhas do template que tornam algo verdadeiro, e o que falta para que seja."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL, Key, Path, Unknown


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
    Reachability Analyzer, quando há um; `excess` diz que não falta nada para passar: abre-se mais do que a seta mostra.
    `only`, do que é um defeito e ainda deixa a máquina atender, são os tipos das pontas das setas que se perdem com ele: de quem
    executa, as outras passam. `root` é o `need` da causa, quando isto é só o que ela acarreta.
    https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
    """

    path: Path
    need: str
    hint: str
    code: str = ""
    excess: bool = False
    only: tuple[str, ...] = ()
    root: str = ""

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        return f"{self.need}{code}; {self.hint}"


Evidence = Found | Missing


def at(resource: Resource, *keys: Key) -> Path:
    """O caminho, desde o documento, de uma propriedade do recurso."""
    return ("Resources", resource.id, "Properties", *keys) if keys else ("Resources", resource.id)


def readable(value: Any) -> str:
    """Um valor como se lê numa frase."""
    found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
    return f"`{found[1]}`" if found else ("um valor desconhecido" if isinstance(value, Unknown) else str(value))


def guarded(pieces: Iterator[Evidence], what: str, file: str) -> Iterator[Evidence]:
    """O que uma regra ou afirmação diz; a de `regras/` (`file`) que para com um erro não prova nada, e diz onde parou."""
    try:
        yield from pieces
    except Exception as error:
        if not file:
            raise
        yield Missing(("Resources",), f"{what} parou com `{type(error).__name__}: {error}`", f"corrija-a em `{file}`")
