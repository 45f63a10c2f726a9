"""O que é uma afirmação, e o registro delas.

Uma afirmação ("alta disponibilidade") se prova como uma seta: num mundo, devolve `Found` para
cada linha de que a verdade depende e `Missing` para o que falta. O benefício da página leva a
`provas.md#id`, e a seção de lá sai da docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from scripts.base.diagram import Diagram
from scripts.proofs.evidence import Evidence
from scripts.proofs.facts.view import View
from scripts.proofs.docstrings import Repeated, docstring, origin


class Scene(NamedTuple):
    """Um mundo do template, o diagrama e o que a página diz (`said`), vazio fora de uma página."""

    view: View
    diagram: Diagram
    said: str = ""


Judge = Callable[[Scene], Iterator[Evidence]]


class Claim(NamedTuple):
    """Uma afirmação registrada; os textos vêm da docstring da função."""

    id: str
    title: str
    why: str
    needs: tuple[str, ...]
    source: str
    judge: Judge

    @property
    def origin(self) -> str:
        """O arquivo de `regras/` de que veio, ou vazio, quando é das ferramentas."""
        return origin(self.judge)


CLAIMS: dict[str, Claim] = {}


def claim(identity: str) -> Callable[[Judge], Judge]:
    """Registra a função como a afirmação `identity`, que é também a âncora em "Provas".

    A docstring tem as quatro partes das regras: título; por quê; lista `- `; `Fonte: URL`.
    Erro: `ValueError` quando uma falta; `Repeated` quando o id já existe.
    """

    def register(function: Judge) -> Judge:
        if identity in CLAIMS:
            raise Repeated(f"Já há a afirmação `{identity}`", function, CLAIMS[identity].judge)
        told = docstring(function)
        CLAIMS[identity] = Claim(identity, told.title, told.why, told.needs, told.source, function)
        return function

    return register
