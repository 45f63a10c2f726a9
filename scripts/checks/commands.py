"""Comandos: o que a página manda rodar cita saídas, parâmetros e recursos que o template tem.

Num comando, uma palavra em maiúsculas é para trocar: `ID_BANCO` é a saída `IdBanco`. O que não
vem das saídas diz de onde vem, com uma preposição (`ID_DO_SNAPSHOT`), ou a própria página o
explica com o mesmo nome. Se o comando é aceito pela AWS, dizem os testes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.base.findings import Finding
from scripts.page import document
from scripts.page.architecture import Page
from scripts.page.commands import Command, commands
from scripts.template.cloudformation import Template
from scripts.template.parameters import refusal

BLANK = re.compile(r"(?<![\w${.%@/#-])(?<!s3://)([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)(?![\w=(])|s3://([A-Z][A-Z0-9_]+)")
ASSIGNED = re.compile(r"(?:^|[\s;])([A-Z][A-Z0-9_]*)=|\bfor ([A-Z][A-Z0-9_]*) in\b|\bread (?:-r )?([A-Z][A-Z0-9_ ]*)")
ORIGIN = re.compile(r"_(?:DO|DA|DOS|DAS|DE|EM)_")
CONSTANT = re.compile(r"CAPABILITY_(?:NAMED_)?IAM|CAPABILITY_AUTO_EXPAND|GET|PUT|POST|HEAD|DELETE|CN|DNS")
OUTPUT = re.compile(r"OutputKey\s*==\s*['`\"]+(\w+)")
OVERRIDES = re.compile(r"--parameter-overrides\s(.*?)(?=\s--|$)", re.DOTALL)
CHANGES = re.compile(r"ParameterKey=(\w+)")
PARAMETER = re.compile(r"(?:^|\s)['\"]?([A-Za-z][A-Za-z0-9]*)=(\"[^\"]*|'[^']*|[^\s'\"]*)")
RESOURCE = re.compile(r"(?:--logical-resource-id|cfn-\w+ [^\n]*--resource)\s+['\"]?([A-Za-z][A-Za-z0-9]*)")
STACK = re.compile(r"--stack(?:-name)?\s+['\"]?([\w-]+)")
CREATED = re.compile(r"cloudformation\s+(?:deploy|create-stack)\b(?:[^\n]|\\\n)*?--stack-name\s+['\"]?([\w-]+)")
SETTING = re.compile(r"(?!SameSite=)([A-Z][a-z]+[A-Za-z0-9]*)=(\S+)")
"""`DiasBackup=1`, que só um parâmetro tem; `SameSite=Lax` é de um cookie."""
SAID = {"saída": "output", "saídas": "output", "parâmetro": "parameter", "parâmetros": "parameter"}
NAMES = {"output": ("a saída", "comando-sem-saida"), "parameter": ("o parâmetro", "comando-sem-parametro"),
         "resource": ("o recurso", "comando-sem-recurso")}


class Mention(NamedTuple):
    """Um nome que a página dá por existente no template."""

    kind: str
    name: str
    line: int
    shown: str = ""
    value: str = ""


def check(page: Page, template: Template) -> Iterator[Finding]:
    """O que a página cita e o template não tem, e comandos de uma pilha que ela não cria."""
    outputs = template.data.get("Outputs")
    known = {"output": set(outputs) if isinstance(outputs, dict) else set(), "parameter": set(template.parameters),
             "resource": set(template.resources)}
    written = list(commands(page))
    for mention in {*_in_commands(page, written), *_in_text(page)}:
        if mention.name not in known[mention.kind]:
            yield Finding(page.path, mention.line, NAMES[mention.kind][1], _message(mention, known[mention.kind], template))
        elif mention.value and not BLANK.search(mention.value) and "$" not in mention.value:
            yield from _refused(page, template, mention)
    yield from _stacks(page, written)


def _in_commands(page: Page, written: Iterable[Command]) -> Iterator[Mention]:
    blocks = [command for command in written if command.block]
    variables = {name for command in blocks for found in ASSIGNED.findall(command.text) for group in found for name in group.split()}
    told = {code.text for code in page.codes}
    for command in written:
        yield from _blanks(command, variables | told)
        for kind, pattern in (("output", OUTPUT), ("parameter", CHANGES), ("resource", RESOURCE)):
            for found in pattern.finditer(command.text):
                yield Mention(kind, found[1], _line(command, found.start(1)))
        for overrides in OVERRIDES.finditer(command.text):
            for found in PARAMETER.finditer(overrides[1]):
                yield Mention("parameter", found[1], _line(command, overrides.start(1) + found.start(1)), value=found[2].strip("'\""))


def _refused(page: Page, template: Template, mention: Mention) -> Iterator[Finding]:
    """O valor escrito por extenso, que o parâmetro não aceita."""
    declared = template.parameters[mention.name]
    refused = refusal(declared, mention.value) if isinstance(declared, dict) else None
    if refused:
        yield Finding(page.path, mention.line, "comando-com-valor-recusado",
                      f"{_shown(mention)} dá a `{mention.name}` o valor `{mention.value}`, que {refused[1]}: a AWS recusa a pilha "
                      f"(`{template.path}`, linha {template.line('Parameters', mention.name, refused[0])}); use um valor que ele aceite.")


def _blanks(command: Command, explained: set[str]) -> Iterator[Mention]:
    """O que é para trocar: cada palavra em maiúsculas que a página não explica de outro modo."""
    for line, text in command.lines():
        for found in BLANK.finditer(text):
            word = found[1] or found[2]
            if word not in explained and not ORIGIN.search(word) and not CONSTANT.fullmatch(word):
                yield Mention("output", "".join(part.capitalize() for part in word.split("_")), line, word)


def _in_text(page: Page) -> Iterator[Mention]:
    """O que o texto chama de saída ou de parâmetro, e o que ele manda pôr: `DiasBackup=1`."""
    for inline in page.tokens:
        before = ""
        for child, line in document.children(inline):
            setting = SETTING.fullmatch(child.content) if child.type == "code_inline" else None
            if setting:
                yield Mention("parameter", setting[1], line, child.content, setting[2])
            elif child.type == "code_inline" and child.content.isalnum() and (kind := SAID.get(before)):
                yield Mention(kind, child.content, line, "A página")
            before = (child.content.split() or [""])[-1] if child.type == "text" else ""


def _stacks(page: Page, written: list[Command]) -> Iterator[Finding]:
    """A página fala de uma pilha só: a que ela cria."""
    created = {name for command in written for name in CREATED.findall(command.text)}
    for command in written if created else ():
        for found in STACK.finditer(command.text):
            if found[1] not in created:
                yield Finding(page.path, _line(command, found.start(1)), "comando-de-outra-pilha",
                              f"O comando fala da pilha `{found[1]}`, e a página cria `{'`, `'.join(sorted(created))}`; use o mesmo nome.")


def _line(command: Command, start: int) -> int:
    return command.line + command.text.count("\n", 0, start)


def _shown(mention: Mention) -> str:
    return mention.shown if mention.shown == "A página" else f"`{mention.shown}`" if mention.shown else "O comando"


def _message(mention: Mention, known: set[str], template: Template) -> str:
    close = difflib.get_close_matches(mention.name, sorted(known), 1)
    if mention.kind == "output" and mention.shown.isupper() and not close:
        return (f"`{mention.shown}` é para trocar, e a página não diz pelo quê; explique-o no texto, com esse nome entre crases, "
                f"ou crie a saída `{mention.name}` em `{template.path}`.")
    hint = f"talvez seja `{close[0]}`" if close else "corrija o nome, ou crie-o lá"
    return f"{_shown(mention)} cita {NAMES[mention.kind][0]} `{mention.name}`, que não está em `{template.path}`; {hint}."
