"""As chamadas da AWS CLI que uma página, ou uma saída, manda fazer, na ordem: cada nome para trocar já é o que a saída dá."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from scripts.aws.cli import CUSTOM, FLAGS
from scripts.checks.commands import BLANK, OUTPUT
from scripts.page import shell
from scripts.page.commands import commands
from scripts.page.document import Document
from scripts.proofs.facts.outputs import Output, outputs
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views

VARIABLE = re.compile(r"(\w+)=(.*)", re.DOTALL)
LOOKING = re.compile(r"(?:describe|list|get|wait|receive|query|scan|head|filter|tail|ls|presign|start-session|lookup)\b")
LOOPS = ("while", "until", "for")


class Call(NamedTuple):
    """Uma chamada: o serviço e a operação (`s3 rm`), o que vem depois, a linha, e se o bloco dela a repete."""

    name: str
    words: tuple[str, ...]
    line: int
    looped: bool

    @property
    def service(self) -> str:
        """O serviço, como a CLI o chama: `s3api`."""
        return self.name.partition(" ")[0]

    @property
    def operation(self) -> str:
        """O que se pede dele: `delete-object`."""
        return self.name.partition(" ")[2]

    @property
    def looks(self) -> bool:
        """A chamada só olha, ou espera: não muda nada."""
        return bool(LOOKING.match(self.operation))

    def option(self, name: str) -> list[str]:
        """Os valores de uma opção, escritos depois dela ou de um `=`; vazio quando ela não está."""
        found: list[str] = []
        taking = False
        for word in self.words:
            taking = taking and not word.startswith("--")
            if taking:
                found.append(word)
            elif word == name or word.startswith(f"{name}="):
                taking = word == name
                found += [] if taking else [word.partition("=")[2]]
        return found

    @property
    def loose(self) -> list[str]:
        """Os argumentos soltos, na ordem: nem opções, nem o valor de uma."""
        alone = FLAGS | (CUSTOM[self.name].bare if self.name in CUSTOM else frozenset())
        before = ("", *self.words)
        return [word for last, word in zip(before, self.words) if not word.startswith("--")
                and not (last.startswith("--") and "=" not in last and last not in alone)]

    @property
    def flags(self) -> frozenset[str]:
        """As opções que a chamada tem, com ou sem valor."""
        return frozenset(word.partition("=")[0] for word in self.words if word.startswith("--"))


def filled(text: str, known: Mapping[str, Output]) -> str:
    """O comando com o que é para trocar já trocado pela saída de mesmo nome: `ID_BANCO` por `IdBanco`."""
    def swapped(found: re.Match[str]) -> str:
        word = found[1] or found[2]
        output = known.get("".join(part.capitalize() for part in word.split("_")))
        return found[0].replace(word, output.text) if output else found[0]

    return BLANK.sub(swapped, text)


class Made(NamedTuple):
    """O que a página manda fazer neste mundo: as saídas, pelo nome, e as chamadas dos blocos dela, na ordem do texto."""

    view: View
    known: Mapping[str, Output]
    calls: list[Call]


def made(page: Document, views: Views) -> list[Made]:
    """Em cada mundo, as chamadas da página; as de um bloco que o shell não lê ficam de fora."""
    known = [{output.name: output for output in outputs(view)} for view in views.each]
    return [Made(view, each, list(_written(page, each))) for view, each in zip(views.each, known, strict=True)]


def _written(page: Document, known: Mapping[str, Output]) -> Iterator[Call]:
    for command in commands(page):
        if command.block:
            yield from written(command.text, known, command.line)


def written(text: str, known: Mapping[str, Output], line: int = 1) -> Iterator[Call]:
    """As de um texto. De uma variável que recebe mais de um valor, uma chamada por valor."""
    try:
        found = shell.read(text, line)
    except shell.Broken:
        return  # `blocos` já diz o que não termina
    values: dict[str, list[str]] = {}
    looped = any(words[0].text in LOOPS for words in found)
    for words in found:
        start = next((index for index, word in enumerate(words) if word.text == "aws"), None)
        if start is not None:
            said = [filled(word.text, known) for word in words[start + 1:]]
            yield from _expanded(said, values, words[0].line, looped) if len(said) > 1 else ()
        elif words[0].text == "for" and len(words) > 2 and words[2].text == "in":
            values[words[1].text] = [filled(word.text, known) for word in words[3:]]
        elif "=" in words[0].text:
            values.update(_assigned(words[0].text, known))


def _assigned(word: str, known: Mapping[str, Output]) -> dict[str, list[str]]:
    """A variável que a palavra enche: com uma saída da pilha, se o comando a pergunta, ou com o que está escrito."""
    found = VARIABLE.fullmatch(word)
    asked = OUTPUT.search(found[2]) if found else None
    output = known.get(asked[1]) if asked else None
    return {found[1]: [output.text if output else filled(found[2], known)]} if found else {}


def _expanded(words: list[str], values: Mapping[str, list[str]], line: int, looped: bool) -> Iterator[Call]:
    used = [name for name in values if any(re.search(rf"\$(?:{name}\b|\{{{name}\}})", word) for word in words)]
    for chosen in product(*(values[name] for name in used)):
        said = words
        for name, value in zip(used, chosen, strict=True):
            said = [re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, value=value: value, word) for word in said]
        yield Call(" ".join(said[:2]), tuple(said[2:]), line, looped)
