"""O que a página conta de outro jeito: título, tabela, benefícios e seções."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.review.change import CHANGED, GAINED, LOST, REST, Change
from scripts.review.facts import Benefit, Facts
from scripts.review.picture import other_lines, rested
from scripts.review.steps import difference
from scripts.review.values import lines

NAMED = {"cabeçalho": "O cabeçalho da página", "abertura": "A abertura da página"}


def changes(old: Facts, new: Facts) -> Iterator[Change]:
    """Título, linhas da tabela e seções."""
    if old.title != new.title and old.title and new.title:
        yield Change("página", CHANGED, "titulo", f"O título mudou: {difference(old.title, new.title)}.", "título mudado")
    yield from _rows(old, new)
    for title in new.sections:
        if title not in old.sections:
            yield Change("página", GAINED, title, f"Seção nova: “{title}”.", "seção nova")
        elif old.sections[title] != new.sections[title]:
            name = NAMED.get(title, f"A seção “{title}”")
            yield Change("página", CHANGED, title, f"{name} mudou: {_lines(old.sections[title], new.sections[title])}.", "seção mudada")
    for title in old.sections:
        if title not in new.sections:
            yield Change("página", LOST, title, f"A seção “{title}” saiu.", "seção a menos")


def _rows(old: Facts, new: Facts) -> Iterator[Change]:
    """As linhas da tabela do que está na figura dos dois lados."""
    if old.rows and not new.rows:
        yield Change("página", LOST, "tabela", "A página já não tem a tabela dos componentes.", "tabela a menos", grave=True)
        return
    for id, cells in new.rows.items():
        was = old.rows.get(id)
        if was is None and id in old.names:
            yield Change("página", GAINED, id, f"“{cells[0]}” ganhou uma linha na tabela.", "linha da tabela nova")
        elif was is not None and was != cells:
            told = difference(" | ".join(was), " | ".join(cells))
            yield Change("página", CHANGED, id, f"A linha de “{cells[0]}” na tabela mudou: {told}.", "linha da tabela mudada")
    for id, cells in old.rows.items():
        if id not in new.rows and id in new.names:
            yield Change("página", LOST, id, f"“{cells[0]}” perdeu a linha na tabela.", "linha da tabela a menos", grave=True)


def _lines(old: str, new: str) -> str:
    """O trecho, se a mudança é curta; senão, quantas linhas entraram e saíram."""
    if max(len(old), len(new)) < 6000:
        told = difference(old, new)
        if not told.startswith("de “"):
            return told
    return lines(old, new)


def benefits(old: Facts, new: Facts) -> Iterator[Change]:
    """Os benefícios: de que se fala, se ainda se prova, e por que linhas."""
    for key, benefit in new.benefits.items():
        was = old.benefits.get(key)
        if was is None:
            lacking = benefit.judged is not None and not benefit.judged.proven
            yield Change("benefício", GAINED, key, f"Benefício novo: “{benefit.name}”{_state(benefit)}.", "benefício novo", grave=lacking)
        else:
            yield from _benefit(key, was, benefit)
    for key, benefit in old.benefits.items():
        if key not in new.benefits:
            yield Change("benefício", LOST, key, f"A página deixou de prometer “{benefit.name}”.", "benefício a menos")


def _state(benefit: Benefit) -> str:
    if benefit.judged is None:
        return ", que nenhuma prova julga"
    return ", provado" if benefit.judged.proven else f", sem prova: {benefit.judged.missing[0]}" if benefit.judged.missing else ", sem prova"


def _benefit(key: str, old: Benefit, new: Benefit) -> Iterator[Change]:
    what = f"O benefício “{new.name}”"
    if old.text != new.text:
        yield Change("benefício", CHANGED, key, f"{what} diz agora: {difference(old.text, new.text)}.", "benefício mudado")
    if old.judged is None or new.judged is None:
        return
    if old.judged.proven and not new.judged.proven:
        why = f": {new.judged.missing[0]}" if new.judged.missing else ""
        yield Change("benefício", LOST, key, f"{what} já não se prova{why}.", "benefício sem prova", grave=True)
    elif new.judged.proven and not old.judged.proven:
        yield Change("benefício", GAINED, key, f"{what} passou a se provar.", "benefício provado")
    elif new.judged.proven:
        gone, come = other_lines(old.judged.found, new.judged.found)
        if gone or come:
            yield Change("benefício", CHANGED, key, f"{what} continua provado, por outras linhas: {rested(gone, come)}.", REST)
