"""A comparação como se lê: texto, Markdown (nos limites do GitHub) e JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict

from scripts.base.wording import plural
from scripts.review.change import NUMBERED, REST, Change
from scripts.review.comparison import Compared, Comparison
from scripts.review.mermaid import flow

COMMENT = 60_000
"""Caracteres de um comentário: o GitHub recusa, inteiro, o que passa de 65.536."""
MARK = "<!-- comparar: arquiteturas -->"
"""O que o comentário fixo traz, para que a rodada seguinte o ache e o troque."""
NOTHING = "Nada mudou nas arquiteturas."
HEADINGS = {True: "O que olhar primeiro", False: "O resto"}


def text(comparison: Comparison) -> str:
    """Uma linha por mudança, com `!` no que é grave."""
    lines = [f"De {comparison.base} até {comparison.revision}", *comparison.notes]
    for one in comparison.architectures:
        lines += ["", f"{one.slug}: {headline(one)}", *(f"  {'!' if change.grave else '-'} {change.text}" for change in one.changes)]
    return "\n".join(lines if comparison.architectures else [*lines, NOTHING]) + "\n"


def to_json(comparison: Comparison) -> str:
    """Um objeto só, com as mesmas frases."""
    return json.dumps({
        "base": comparison.base, "revisao": comparison.revision, "avisos": list(comparison.notes),
        "arquiteturas": [{"slug": one.slug, "titulo": one.title, "situacao": one.state, "resumo": headline(one),
                          "mudancas": [_object(change) for change in one.changes]} for one in comparison.architectures],
    }, ensure_ascii=False, indent=2) + "\n"


def _object(change: Change) -> dict[str, object]:
    names = {"subject": "assunto", "kind": "tipo", "id": "id", "step": "passo", "grave": "grave", "short": "resumo", "text": "texto"}
    values = asdict(change)
    return {said: values[name] for name, said in names.items()}


def headline(one: Compared) -> str:
    """`passo 5: seta nova, prova perdida; permissão ampliada (2)`: o que há, por passo e depois o resto."""
    steps: dict[int, Counter[str]] = {}
    rest: Counter[str] = Counter()
    telling = [change for change in one.changes if change.short not in (REST, NUMBERED)]
    for change in telling or one.changes:
        (rest if change.step is None else steps.setdefault(change.step, Counter()))[change.short] += 1
    parts = [f"passo {step}: {_counted(steps[step])}" for step in sorted(steps)]
    return "; ".join([*parts, *([_counted(rest, "; ")] if rest else [])])


def _counted(shorts: Counter[str], between: str = ", ") -> str:
    return between.join(f"{short} ({count})" if count > 1 else short for short, count in shorts.items())


def markdown(comparison: Comparison, most: int = COMMENT) -> str:
    """O texto de um comentário: o que não cabe em `most` caracteres se diz que ficou de fora."""
    many = len(comparison.architectures)
    title = f"## O que mudou: {plural(many, 'arquitetura', 'arquiteturas')}" if many else f"## {NOTHING}"
    notes = [f"\n> {plain(note)}" for note in comparison.notes]
    head = "\n".join([MARK, title, "", f"De {plain(comparison.base)} até {plain(comparison.revision)}.", *notes])
    pieces, room = [head], most - len(head) - 200
    left = 0
    for index, one in enumerate(comparison.architectures):
        share = room // max(1, many - index)
        piece, cut = _architecture(one, share)
        left += cut
        if len(piece) <= room:
            pieces.append(piece)
            room -= len(piece)
    if left:
        pieces.append(f"\n_{plural(left, 'mudança não coube', 'mudanças não couberam')} aqui; `python3 scripts comparar` as diz todas._")
    return "\n".join(pieces) + "\n"


def _architecture(one: Compared, room: int) -> tuple[str, int]:
    """O trecho de uma arquitetura, e quantas mudanças ficaram de fora dele."""
    lines = [f"\n### {plain(one.title)} (`{one.slug}`)", "", f"**{plain(headline(one))[:2000]}**"]
    diagram = flow(one)
    drawn = ["", "```mermaid", diagram, "```"] if diagram and len(diagram) < room // 2 else []
    room -= sum(len(line) + 1 for line in (*lines, *drawn)) + 100
    cut = 0
    body: list[str] = []
    for grave in (True, False):
        chosen = [change for change in one.changes if change.grave == grave]
        for index, change in enumerate(chosen):
            line = f"- {plain(change.text)}"
            room -= len(line) + 1
            if room < 0:
                cut += len(chosen) - index
                break
            body += ["", f"**{HEADINGS[grave]}**", ""] if not index else []
            body.append(line)
    return "\n".join([*lines, *body, *drawn]), cut


def plain(words: str) -> str:
    """O texto letra por letra: o que está entre crases continua código, e nada vira marcação, menção ou link."""
    parts = re.split(r"(`[^`]+`)", " ".join(words.split()))
    return "".join(part if index % 2 else re.sub(r"([\\*_\[\]<>|`~#&@!])", r"\\\1", part) for index, part in enumerate(parts))
