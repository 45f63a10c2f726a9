"""Os comandos de uma página: cada bloco de shell, e cada trecho de código que é um comando, com a linha."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scripts.page.document import Document
from scripts.page.shell import HEREDOC

LANGUAGES = frozenset(("bash", "sh", "console", "shell", "zsh"))
PROGRAMS = re.compile(r"(?:sudo )?(?:aws|kubectl|curl|python3|journalctl|bash|/opt/aws/bin/\S+) \S")
COMMENT = re.compile(r"\s#\s.*")


class Command(NamedTuple):
    """Um texto para o shell; `line` é a linha da página em que ele começa, e `block` diz se é um bloco inteiro."""

    text: str
    line: int
    block: bool

    def lines(self) -> Iterator[tuple[int, str]]:
        """Cada linha que o shell lê como comando, com a sua linha na página: sem comentários nem textos de `<<`."""
        ending = ""
        for number, text in enumerate(self.text.splitlines(), self.line):
            if ending:
                ending = "" if text.strip() == ending else ending
            elif not text.lstrip().startswith("#"):
                found = HEREDOC.search(text)
                ending = found[3] if found else ""
                yield number, COMMENT.sub("", HEREDOC.sub("", text))


def commands(page: Document) -> Iterator[Command]:
    """Os comandos da página, na ordem do texto."""
    for token in page.tokens:
        if token.type == "fence" and token.map and token.info.split(" ")[0] in LANGUAGES:
            yield Command(token.content, token.map[0] + 2, True)
    for code in page.codes:
        if PROGRAMS.match(code.text):
            yield Command(code.text, code.line, False)
