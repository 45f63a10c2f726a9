"""As duas leituras de uma página: o que a conferência lê dela é o que o site mostra, parte por parte.

Não há lista de casos: `parts` dá a estrutura que cada leitor viu, e o que não casa é um achado, na
linha em que a conferência o leu.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from scripts.base import source
from scripts.base.findings import Defect, Finding
from scripts.base.wording import listed
from scripts.checks.links import pages
from scripts.page import document, parts, shown
from scripts.page.parts import Part
from scripts.page.shown import Shown

NAMES = {"título": "um título", "linha": "uma linha de tabela", "item": "um item de lista", "texto": "um parágrafo", "código": "um bloco de código",
         "link": "um link", "imagem": "uma imagem", "traço": "um traço", "âncora": "uma âncora"}
SHORT = 60
CHUNK = 4
"""Quantas páginas se comparam de cada vez."""
REMEDY = ("deixe uma linha em branco antes e depois de tabela, lista e bloco, recue com 4 espaços o que está dentro de um item, numere com `1.` e "
          "feche as cercas e as marcas de HTML")


def check(root: Path, slugs: frozenset[str] | None) -> list[Finding]:
    """Os achados de cada página de `docs/`, ou só das arquiteturas pedidas."""
    written = texts(root, slugs)
    try:
        seen = shown.read_all(root, written)
    except ValueError as error:
        return [_unloaded(error)]
    return list(compare(written, seen))


def tasks(root: Path, slugs: frozenset[str] | None, apart: bool) -> list[Callable[[], list[Finding]]]:
    """O mesmo que `check`, em tarefas; com `apart`, uma para poucas páginas, e o leitor do site já feito, para vir com cada cópia."""
    written = list(texts(root, slugs).items()) if apart else []
    if len(written) <= CHUNK:
        return [partial(check, root, slugs)]
    try:
        asked = shown.settings(root)
        shown.reader(asked)
    except ValueError as error:
        return [partial(list, [_unloaded(error)])]
    return [partial(_compared, asked, dict(written[start:start + CHUNK])) for start in range(0, len(written), CHUNK)]


def _compared(asked: dict[str, dict[str, Any]], written: dict[str, str]) -> list[Finding]:
    return list(compare(written, {name: shown.read(text, asked) for name, text in written.items()}))


def _unloaded(error: ValueError) -> Finding:
    return Finding("mkdocs.yml", 1, "configuracao-invalida", f"As extensões de Markdown não se carregam: {error}; corrija a lista em "
                   "`markdown_extensions`.")


def texts(root: Path, slugs: frozenset[str] | None) -> dict[str, str]:
    """O texto de cada página a conferir, por nome; a que não se lê tem achado próprio."""
    found = {}
    for name in pages(root, slugs):
        try:
            found[name] = source.read(root / name, name, Finding(name, 1, "pagina-ausente", ""))
        except Defect:
            continue
    return found


def compare(written: Mapping[str, str], seen_by_name: Mapping[str, Shown]) -> Iterator[Finding]:
    """Um achado por trecho que os dois leitores não leem igual, ou um pelo cabeçalho que o site mostraria como texto."""
    for name, text in written.items():
        seen = seen_by_name[name]
        if seen is None:
            yield _header(name, text)
            continue
        if isinstance(seen, str):
            yield Finding(name, 1, "leitura-diferente", f"O site não consegue ler a página: {seen}; simplifique-a.")
            continue
        ours = parts.of(document.parse(text, name))
        keys, others = [part.key for part in ours], [part.key for part in seen]
        matcher = SequenceMatcher(None, keys, others, autojunk=False)
        for kind, start, end, first, last in matcher.get_opcodes() if keys != others else ():
            if kind != "equal":
                yield _difference(name, ours, ours[start:end], seen[first:last], start)


def _difference(name: str, all_ours: Sequence[Part], ours: Sequence[Part], theirs: Sequence[Part], start: int) -> Finding:
    near = ours[0] if ours else all_ours[max(0, start - 1)] if all_ours else Part("", "", 1)
    return Finding(name, near.line or 1, "leitura-diferente",
                   f"A conferência lê {_told(ours)}, e o site mostra {_told(theirs)}; {REMEDY}.")


def _told(found: Sequence[Part]) -> str:
    """O que um leitor viu neste trecho: a primeira parte, com o que ela diz, e de que tipo são as outras."""
    if not found:
        return "nada"
    first = found[0]
    text = first.text if len(first.text) <= SHORT else f"{first.text[:SHORT]}…"
    said = "" if first.kind.startswith("item") or not text else f" “{text}”"
    others = dict.fromkeys(_named(part) for part in found[1:] if part.kind != first.kind)
    return listed([f"{_named(first)}{said}", *others])


def _named(part: Part) -> str:
    kind, _, level = part.kind.partition(" ")
    return f"{NAMES[kind]} de nível {level}" if level else NAMES[kind]


def _header(name: str, text: str) -> Finding:
    line = 1
    try:
        yaml.safe_load(text.removeprefix("---\n").partition("\n---")[0])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
    except yaml.YAMLError:
        pass
    return Finding(name, line, "cabecalho-invalido", "O cabeçalho não é YAML que se leia, e o site o mostra como texto; ponha entre aspas o valor "
                   "que tem `: `, e só escreva pares `nome: valor`.")
