"""Blocos: o shell consegue ler o que a página manda rodar, cada chamada da AWS CLI existe, e cada filtro dela acha alguma coisa.

As operações, as opções e os filtros são os de `scripts/aws/cli.json`. De um serviço que não está lá não se
diz nada aqui: os testes, que têm os modelos inteiros, exigem que todo comando do projeto esteja.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from scripts.aws.cli import ANY_ID, CUSTOM, FLAGS, FORMS, GLOBAL, models
from scripts.base.findings import Defect, Finding
from scripts.checks.links import pages
from scripts.page import document, shell
from scripts.page.commands import Command, commands
from scripts.page.shell import Word

FILTER = re.compile(r"Name=([^,]+),Values=(.+)")


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
        yield from _filters(name, words[count:], known.filters.get(name, {}))
    elif service == "s3" or service in known.operations and operation != "wait" and operation not in known.operations[service]:
        others = known.operations.get(service) or [custom.split(" ")[1] for custom in CUSTOM if custom.startswith("s3 ")]
        yield words[1].line, f"A AWS CLI não tem `{service} {operation}`{_hint(operation, others)}."


def _options(name: str, words: Iterable[Word], options: Collection[str]) -> Iterator[tuple[int, str]]:
    for word in words:
        option = word.text.partition("=")[0]
        if option.startswith("--") and option not in {*options, *GLOBAL, *FLAGS}:
            yield word.line, f"`aws {name}` não tem a opção `{option}`{_hint(option, options)}."


def _filters(name: str, words: Iterable[Word], known: Mapping[str, Collection[str]]) -> Iterator[tuple[int, str]]:
    """O filtro que a operação não tem, e o valor que nenhum recurso tem ali: a resposta viria vazia; o que é para trocar não se julga.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html
    """
    for word in words:
        found = FILTER.fullmatch(word.text) if known else None
        if found and found[1].partition(":")[0] not in known:
            yield word.line, f"`aws {name}` não tem o filtro `{found[1]}`{_hint(found[1], known)}."
        for value in found[2].split(",") if found and found[1].partition(":")[0] in known and ":" not in found[1] else ():
            wanted = "" if "*" in value or "?" in value or "$" in value or value.isupper() else _unfit(found[1], value, known[found[1]])
            if wanted:
                yield word.line, f"`{value}` não é o que o filtro `{found[1]}` de `aws {name}` compara, que é {wanted}: a resposta viria vazia."


def _unfit(name: str, value: str, accepted: Collection[str]) -> str:
    """O que o filtro compara, quando o valor não pode ser isso."""
    last = name.rpartition(".")[2]
    form = next((form for end, form in FORMS.items() if last == end or last.endswith(f"-{end}")), None)
    if accepted:
        return "" if value in accepted else f"um destes: `{'`, `'.join(accepted)}`"
    if form:
        return "" if re.fullmatch(form[0], value) else form[1]
    return "outra coisa, e não um id" if re.fullmatch(ANY_ID, value) and not last.endswith("-id") else ""


def _hint(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; talvez seja `{close[0]}`" if close else "; veja `aws help`"
