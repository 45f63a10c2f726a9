"""Blocos: o shell consegue ler o que a página manda rodar, e cada chamada da AWS CLI existe.

As operações e as opções são as de `scripts/aws/cli.json`. De um serviço que não está lá não se
diz nada aqui: os testes, que têm os modelos inteiros, exigem que todo comando do projeto esteja.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from scripts.aws.cli import CUSTOM, FLAGS, GLOBAL, models
from scripts.base.findings import Defect, Finding
from scripts.checks.links import pages
from scripts.page import document, shell
from scripts.page.commands import Command, commands
from scripts.page.shell import Word


def check(root: Path, slugs: Collection[str] | None) -> Iterator[Finding]:
    """Cada página de `docs/`, ou só as das arquiteturas pedidas."""
    for name in pages(root, slugs):
        try:
            written = list(commands(document.read(root / name, name)))
        except Defect:
            continue  # `links` já diz por que a página não se lê
        for command in written:
            yield from _block(name, command)


def _block(name: str, command: Command) -> Iterator[Finding]:
    try:
        found = shell.read(command.text, command.line)
    except shell.Broken as broken:
        yield Finding(name, broken.line, "bloco-aberto",
                      f"{broken.what} que começa aqui não termina, e o shell não consegue ler o bloco; complete-o.")
        return
    for words in found:
        start = next((index for index, word in enumerate(words) if word.text == "aws"), None)
        if start is not None and len(words) > start + 2:
            yield from (Finding(name, line, "comando-desconhecido", text) for line, text in _call(words[start + 1:]))


def _call(words: list[Word]) -> Iterator[tuple[int, str]]:
    """O que a AWS CLI recusaria: o comando ou, se ele existe, as opções."""
    count = 3 if words[1].text == "wait" and len(words) > 2 else 2
    name = " ".join(word.text for word in words[:count])
    service, operation = words[0].text, words[1].text
    known = models()
    if name in CUSTOM:
        yield from _options(name, words[count:], CUSTOM[name].options)
    elif name in known.options:
        yield from _options(name, words[count:], known.options[name])
    elif service == "s3" or service in known.operations and operation != "wait" and operation not in known.operations[service]:
        others = known.operations.get(service) or [custom.split(" ")[1] for custom in CUSTOM if custom.startswith("s3 ")]
        yield words[1].line, f"A AWS CLI não tem `{service} {operation}`{_hint(operation, others)}."


def _options(name: str, words: Iterable[Word], options: Collection[str]) -> Iterator[tuple[int, str]]:
    for word in words:
        option = word.text.partition("=")[0]
        if option.startswith("--") and option not in {*options, *GLOBAL, *FLAGS}:
            yield word.line, f"`aws {name}` não tem a opção `{option}`{_hint(option, options)}."


def _hint(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; talvez seja `{close[0]}`" if close else "; veja `aws help`"
