"""Uma mudança entre os dois lados, como se conta a quem revisa."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GAINED, LOST, CHANGED, RENAMED = "ganho", "perdido", "mudado", "renomeado"
SUBJECTS = ("leitura", "prova", "acesso", "rede", "benefício", "passo", "seta", "componente", "grupo", "custo", "recurso", "página", "leiaute")
"""Os assuntos, na ordem em que se leem: primeiro o que deixou de ser verdade ou se abriu, por fim o que só mudou de lugar."""

REST, NUMBERED = "outra evidência", "só o número"
"""O que decorre de outra mudança, e só se diz no resumo quando é tudo o que há."""


@dataclass(frozen=True)
class Change:
    """O que mudou: o assunto, como mudou, o id estável, a frase inteira e a curta.

    `step` é o passo de que se fala, do lado novo; `grave` diz que algo deixou de ser verdade, ou se abriu.
    """

    subject: str
    kind: str
    id: str
    text: str
    short: str
    grave: bool = False
    step: int | None = None


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Sem repetição: o grave primeiro, depois por assunto e passo."""
    found = list({(change.subject, change.text): change for change in changes}.values())
    return sorted(found, key=lambda change: (
        not change.grave, SUBJECTS.index("página" if change.short == REST else change.subject), change.step or 0))


def quoted(text: str, most: int = 160) -> str:
    """O texto entre aspas, numa linha, sem o que passa do que se lê de uma vez."""
    plain = " ".join(text.split()).removesuffix(".")
    return f"“{plain if len(plain) <= most else plain[:most].rsplit(' ', 1)[0] + '…'}”"
