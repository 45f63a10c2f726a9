"""O que quem escreve diz para explicar um achado, com um nome que não explica nada: a exceção e a propriedade que não há.

Um nome errado aí não dá erro nenhum; só o achado que se queria explicar continua, ou volta um dia.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.aws.neutral import AUTHORS, OBSERVERS
from scripts.aws.questions import begins
from scripts.base.findings import Finding
from scripts.checks import hygiene, prices, resources, settings, shared
from scripts.proofs import own
from scripts.proofs.claims.lifetime import DISPOSABLE, KEPT
from scripts.proofs.drawn import coverage, relations
from scripts.proofs.drawn.unread import dotted_of
from scripts.proofs.facts.measures import written_at
from scripts.template.cloudformation import Template

EXCUSED = (*hygiene.CODES, KEPT, DISPOSABLE, coverage.CODE, relations.CODE, resources.UNACCOUNTED, shared.CODE, prices.UNPRICED,
           settings.LASTING)
"""Os códigos que um motivo em `Excecoes` explica."""


def exceptions(root: Path, templates: Iterable[Template]) -> Iterator[Finding]:
    """Um achado por código que nenhuma conferência procura em `Excecoes`, nem as regras da árvore."""
    rules = "\n".join(text.decode("utf-8", "replace") for _, text in own.contents(root))
    for template in templates:
        for path in [("Metadata", "Excecoes"), *(("Resources", name, "Metadata", "Excecoes") for name in template.resources)]:
            written = written_at(template.data, path)
            for code in written if isinstance(written, dict) else ():
                if str(code) not in EXCUSED and str(code) not in rules:
                    yield Finding(template.path, template.line(*path, code), "excecao-inexistente",
                                  f"Nenhuma conferência procura `{code}` em `Excecoes`, e o motivo não explica nada{_near(str(code), EXCUSED)}.")


def rules(root: Path, templates: Iterable[Template]) -> Iterator[Finding]:
    """As propriedades e os tipos que as regras da árvore dizem não mudar seta nenhuma, e que os templates dela não têm."""
    written = _written(templates if AUTHORS or OBSERVERS else ())
    for rows in AUTHORS.values():
        for type_, names in rows.items():
            known = written.get(type_)
            if known is None:
                yield from _type(root, type_, written)
            for name in names if known else ():
                if not any(begins(dotted.split("."), (name,)) for dotted in known):
                    yield _finding(root, name, f"Nenhum `{type_}` desta árvore escreve `{name}`, e dizer que não muda nada não explica nada"
                                               f"{_near(name, known)}.")
    for type_ in OBSERVERS.keys() - written.keys():
        yield from _type(root, type_, written)


def _type(root: Path, type_: str, written: Mapping[str, set[str]]) -> Iterator[Finding]:
    """O tipo parecido com um que a árvore tem; o que não se parece com nenhum só não se usa ainda."""
    close = difflib.get_close_matches(type_, written, 1, 0.9)
    if close:
        yield _finding(root, type_, f"Nenhum recurso desta árvore é `{type_}`; talvez seja `{close[0]}`.")


def _finding(root: Path, name: str, message: str) -> Finding:
    for path, text in own.contents(root):
        for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
            if f'"{name}"' in line or f"'{name}'" in line:
                return Finding(f"{own.OWN}/{Path(path).name}", number, "nome-sem-efeito", message)
    return Finding(own.OWN, 1, "nome-sem-efeito", message)


def _written(templates: Iterable[Template]) -> dict[str, set[str]]:
    """De cada tipo, as propriedades que algum recurso dele escreve, com as de dentro."""
    found: dict[str, set[str]] = {}
    for template in templates:
        for resource in template.resources.values():
            names = found.setdefault(resource.type, set())
            names.update(dotted_of(template.data, path) for path in _paths(resource.properties, ("Resources", resource.id, "Properties")))
    return found


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; talvez seja `{close[0]}`" if close else "; corrija o nome, ou tire a linha"
