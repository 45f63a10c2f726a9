"""Trechos: as linhas de prova, reunidas por recurso e por vizinhança."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scripts.proofs.evidence import Found
from scripts.template.cloudformation import Template
from scripts.website.reasons import told


@dataclass
class Span:
    """Linhas seguidas de um recurso e o que elas garantem."""

    first: int
    last: int
    texts: list[str] = field(default_factory=list)

    @property
    def lines(self) -> str:
        return f"linha {self.first}" if self.first == self.last else f"linhas {self.first}–{self.last}"

    @property
    def text(self) -> str:
        """O que as linhas garantem; um começo igual ao anterior (`entrada: `) não se repete."""
        parts, before = [], ""
        for text in self.texts:
            start = text.partition(": ")[0]
            parts.append(text.removeprefix(f"{start}: ") if start == before else text)
            before = start
        return ", ".join(told(parts))


def spans(template: Template, found: Iterable[Found]) -> dict[str, list[Span]]:
    """Os trechos de cada recurso, na ordem em que a regra os achou."""
    owners: dict[str, list[tuple[int, str]]] = {}
    for piece in found:
        owner = str(piece.path[min(1, len(piece.path) - 1)])
        text = piece.text.removeprefix(f"`{owner}` ")
        owners.setdefault(owner, []).append((template.line(*piece.path), text))
    return {owner: _merged(lines) for owner, lines in owners.items()}


def alike(found: dict[str, list[Span]]) -> list[list[tuple[str, Span, str]]]:
    """Um item por recurso, ou por recursos que dizem o mesmo: em cada parte, o nome, se ainda não se disse, o trecho e o texto.

    De recursos que dizem o mesmo, o texto vem uma vez, no fim.
    """
    items: dict[object, list[tuple[str, Span, str]]] = {}
    for name, parts in found.items():
        same = parts[0].text if len(parts) == 1 else (name,)
        if same in items:
            before, span, text = items[same][-1]
            items[same][-1] = (before, span, "")
            items[same].append((name, parts[0], text))
        else:
            items[same] = [("" if index else name, span, span.text) for index, span in enumerate(parts)]
    return list(items.values())


def _merged(lines: list[tuple[int, str]]) -> list[Span]:
    merged: list[Span] = []
    for line, text in sorted(lines, key=lambda pair: pair[0]):
        if not merged or line > merged[-1].last + 1:
            merged.append(Span(line, line))
        merged[-1].last = line
        if text not in merged[-1].texts:
            merged[-1].texts.append(text)
    return merged
