"""O que se responde de um caminho: os saltos, cada um com as suas linhas, e o que eles dão juntos.

Toda resposta é sim, não, ou `None`, quando não se sabe. Os códigos de rede são os do VPC Reachability Analyzer, e os de
permissão, os que o simulador de políticas do IAM devolve em `EvalDecision`:
https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.proofs.evidence import Evidence, Found, Missing
from scripts.proofs.facts.view import View
from scripts.proofs.identity.conditions import Answer, every
from scripts.template.values import Path, Unknown


@dataclass(frozen=True)
class Hop:
    """Um salto: passa (`True`), recusa (`False`) ou não se sabe (`None`); `paths` são as linhas, a que decide primeiro."""

    passes: Answer
    text: str
    paths: tuple[Path, ...] = ()
    hint: str = ""
    code: str = ""


@dataclass(frozen=True)
class Outcome:
    """O que acontece numa porta (`None`: não é pela rede que se decide) nos casos de `when`, que vazio são todos."""

    when: str
    port: int | None
    hops: tuple[Hop, ...]

    @property
    def answer(self) -> Answer:
        """Chega; `None` quando não se sabe."""
        return every(hop.passes for hop in self.hops)

    @property
    def broken(self) -> Hop | None:
        """O primeiro salto que recusa; sem nenhum, o primeiro que não se sabe."""
        for wanted in (False, None):
            for hop in self.hops:
                if hop.passes is wanted:
                    return hop
        return None


@dataclass(frozen=True)
class Explanation:
    """Por que `source` chega, ou não, a `target`, em cada porta e em cada caso em que a resposta muda.

    `rest` é o que, mesmo com o caminho inteiro, ainda falta à seta desenhada entre os dois.
    """

    source: str
    target: str
    outcomes: tuple[Outcome, ...]
    rest: tuple[Missing, ...] = ()

    @property
    def answer(self) -> Answer:
        """Chega em todas as portas e em todos os casos; `None` quando não se sabe."""
        return every(outcome.answer for outcome in self.outcomes)

    @property
    def refusals(self) -> tuple[tuple[Outcome, Hop], ...]:
        """O salto que decide onde não se chega, ou não se sabe: um por caso."""
        return tuple((outcome, broken) for outcome in self.outcomes if (broken := outcome.broken))


def passed(text: str, pieces: Iterable[Evidence], *first: Path) -> Hop:
    """Um salto que passa, com as linhas destas evidências."""
    return Hop(True, text, tuple(dict.fromkeys((*first, *(piece.path for piece in pieces if isinstance(piece, Found))))))


def refused(view: View, missing: Missing, answer: Answer = False) -> Hop:
    """O salto que uma falta descreve: o que só abre demais passa, e o que está num valor que não se conhece não se sabe."""
    if missing.excess:
        return Hop(True, missing.need, (missing.path,))
    if answer is None or _unsure(view, missing.path):
        return Hop(None, f"com o que se conhece, {missing.need}", (missing.path,), missing.hint)
    return Hop(answer, missing.need, (missing.path,), missing.hint, missing.code)


def told(view: View, pieces: Iterable[Evidence], answer: Answer = False) -> Iterator[Hop]:
    """Um salto por evidência."""
    for piece in pieces:
        yield passed(piece.text, (piece,)) if isinstance(piece, Found) else refused(view, piece, answer)


def nearest(ways: Iterable[Iterable[Evidence]]) -> list[Evidence]:
    """De vários caminhos, o inteiro; sem nenhum, o primeiro dos que menos têm o que falte."""
    found = [list(way) for way in ways]
    return min(found, key=lambda pieces: sum(isinstance(piece, Missing) and not piece.excess for piece in pieces), default=[])


def _unsure(view: View, path: Path) -> bool:
    """O que está escrito aí não se conhece, ou é o que quem implanta informar."""
    resource = view.resources.get(str(path[1])) if len(path) > 3 and path[0] == "Resources" else None
    written = view.at(resource, *path[3:]) if resource else None
    if written is None:
        return False
    return isinstance(written.value, Unknown) or "${Parameters." in (view.spelled(written.value) or "")
