"""Um bloco de shell em palavras: os comandos simples que ele tem, cada palavra com a sua linha.

Segue aspas, escapes, `$(…)`, `${…}`, `<<FIM` e comentários; não expande nada. Erro: `Broken`,
com a linha em que se abriu o que não se fecha.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

HEREDOC = re.compile(r"(?<!<)<<(?!<)(-?)[ \t]*(['\"]?)([\w.]+)\2")
DUPLICATE = re.compile(r"[<>]&[\d-]")
PLAIN = re.compile(r"[^\s;&|()<>\\'\"$`#]*")
QUOTED = re.compile(r'[^"\\`$]*')
NAMES = {"'": "A aspa simples", '"': "A aspa dupla", "`": "A crase", ")": "O parêntese", "}": "A chave de `${`"}


class Broken(Exception):
    """O que não se fecha, e a linha em que se abriu."""

    def __init__(self, what: str, line: int):
        super().__init__(what)
        self.what, self.line = what, line


@dataclass
class Word:
    """Uma palavra, sem as aspas, e a linha em que começa."""

    text: str
    line: int


Command = list[Word]


@dataclass
class _Reader:
    text: str
    line: int
    place: int = 0
    found: list[Command] = field(default_factory=list)
    endings: list[tuple[str, bool, int]] = field(default_factory=list)

    def take(self, count: int = 1) -> str:
        piece = self.text[self.place:self.place + count]
        self.place += count
        self.line += piece.count("\n")
        return piece

    def sees(self, start: str) -> bool:
        return self.text.startswith(start, self.place)

    def list(self, until: str, opened: int) -> None:
        """Comandos até `until`; vazio, até o fim do texto."""
        current: Command = []
        word: Word | None = None
        target = False  # a palavra que segue um redirecionamento não é argumento
        while True:
            char = self.text[self.place:self.place + 1]
            if not char or char in " \t\n;&|()<>" or (char == "\\" and self.sees("\\\n")):
                if word is not None:
                    number = char in ("<", ">") and word.text.isdecimal()  # o `2` de `2>&1`
                    current += [] if target or number else [word]
                    target, word = False, None
                if not char or char in "\n;&|()":
                    self._close(current)
                    current = []
                if not char and until:
                    raise Broken(NAMES[until], opened)
                if not char:
                    return
                if char == until:
                    self.take()
                    return
                target = self._separator(char) or target
            elif char == "#" and word is None:
                self.take(len(self.text[self.place:].partition("\n")[0]))
            else:
                word = word or Word("", self.line)
                word.text += self.piece(char)

    def _close(self, command: Command) -> None:
        if command:
            self.found.append(command)

    def _separator(self, char: str) -> bool:
        """Passa um separador; devolve se o que vem é o destino de um redirecionamento."""
        heredoc = HEREDOC.match(self.text, self.place) if char == "<" else None
        if heredoc:
            self.endings.append((heredoc[3], bool(heredoc[1]), self.line))
            self.take(len(heredoc[0]))
        elif self.sees("<(") or self.sees(">("):
            opened = self.line
            self.take(2)
            self.list(")", opened)
        elif char == "\n":
            self.take()
            self._documents()
        else:
            copied = DUPLICATE.match(self.text, self.place)
            self.take(len(copied[0]) if copied else 2 if char == "\\" else 1)
            return char in "<>" and not copied
        return False

    def _documents(self) -> None:
        """Salta os textos de `<<` pedidos na linha que acabou."""
        for ending, tabs, opened in self.endings:
            while True:
                if self.place >= len(self.text):
                    raise Broken(f"O texto de `<<{ending}`", opened)
                line = self.take(len(self.text[self.place:].partition("\n")[0]) + 1).rstrip("\n")
                if (line.lstrip("\t") if tabs else line) == ending:
                    break
        self.endings.clear()

    def piece(self, char: str) -> str:
        """Um pedaço de palavra: um caractere, ou o que está entre aspas ou é uma expansão."""
        opened = self.line
        if char == "\\":
            return self.take(2)[1:]
        if char == "'":
            return self._until("'", opened)
        if char == '"':
            return self._double(opened)
        if self.sees("$(("):
            return self._until("))", opened, ")")
        if self.sees("$("):
            return self._inside(2, ")", opened)
        if self.sees("${"):
            return self._until("}", opened)
        return self._inside(1, "`", opened) if char == "`" else self._run(PLAIN)

    def _run(self, ordinary: re.Pattern[str]) -> str:
        """Os caracteres comuns que vêm juntos, ou um só, se este não é comum."""
        found = ordinary.match(self.text, self.place)
        return self.take(max(1, len(found[0]) if found else 1))

    def _until(self, ending: str, opened: int, name: str = "") -> str:
        start = self.place
        at = self.text.find(ending, start + 1)
        if at < 0:
            raise Broken(NAMES[name or ending], opened)
        whole = self.take(at + len(ending) - start)
        return whole[1:-1] if ending == "'" else whole

    def _inside(self, skip: int, ending: str, opened: int) -> str:
        """Os comandos de `$(…)`; deles fica na palavra só o texto."""
        start = self.place
        if ending == "`":
            whole = self._until("`", opened)
            inner = _Reader(whole[1:-1], opened)
            inner.list("", opened)
            self.found += inner.found
            return whole
        self.take(skip)
        self.list(ending, opened)
        return self.text[start:self.place]

    def _double(self, opened: int) -> str:
        self.take()
        parts = []
        while not self.sees('"'):
            char = self.text[self.place:self.place + 1]
            if not char:
                raise Broken(NAMES['"'], opened)
            parts.append(self.piece(char) if char in "\\`" or self.sees("$(") or self.sees("${") else self._run(QUOTED))
        self.take()
        return "".join(parts)


@lru_cache(maxsize=1024)
def read(text: str, line: int = 1) -> list[Command]:
    """Os comandos simples do texto, também os de dentro de `$(…)`, na ordem em que acabam; guardados, e por isso ninguém os altera."""
    reader = _Reader(text, line)
    reader.list("", line)
    if reader.endings:
        raise Broken(f"O texto de `<<{reader.endings[0][0]}`", reader.endings[0][2])
    return reader.found
