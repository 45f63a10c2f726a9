"""O terminal de quem lê uma página: um bash, a AWS CLI e o `curl` de verdade, com a conta de `account` no lugar da internet.

Os comandos são o texto da página, ou de uma saída do template. No lugar de `NOME_BUCKET` vai a saída `NomeBucket`, como a
página manda; o que ela manda tirar de uma resposta, quem digita diz.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from account import ROOT, Account, deployed
from boto3.dynamodb.types import TypeDeserializer
from internet import Internet, internet
from scripts.page import commands, document
from scripts.replay.state import KEYS
from shell import TOOLS, program

LONGEST = 60
PLACEHOLDER = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b|\bCHAVE\b")


@dataclass(frozen=True)
class Typed:
    """O que se viu de um comando: o que saiu, os erros e o estado."""

    out: str
    said: str
    status: int

    @property
    def ok(self) -> bool:
        return self.status == 0 and not self.said

    @property
    def json(self) -> Any:
        """O objeto JSON que saiu; vazio, quando nenhum saiu."""
        start = self.out.find("{")
        return json.JSONDecoder().raw_decode(self.out, start)[0] if start >= 0 else {}

    @property
    def row(self) -> dict[str, Any]:
        """A linha da tabela que um comando mostrou; vazia, quando não há."""
        return _plain(self.json.get("Item", {}))

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [_plain(item) for item in self.json["Items"]]


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """Os valores de uma linha, sem o tipo que o DynamoDB mostra junto de cada um."""
    found: dict[str, Any] = TypeDeserializer().deserialize({"M": item})
    return found


def page(slug: str) -> Path:
    return ROOT / "docs" / "arquiteturas" / slug / "index.md"


def blocks(read: document.Document, heading: str) -> list[str]:
    """Os blocos de comandos da página sob este título, na ordem, até o próximo título do mesmo nível."""
    start = next(each for each in read.headings if each.text == heading)
    end = next((each.line for each in read.headings if each.line > start.line and each.level <= start.level), sys.maxsize)
    return [each.text for each in commands.commands(read) if each.block and start.line < each.line < end]


class Terminal:
    """Um terminal aberto numa pasta vazia."""

    def __init__(self, slug: str, account: Account, found: Internet, folder: Path):
        self.account, self.folder, self.found = account, folder, found
        self.page, self.text = document.read(page(slug)), page(slug).read_text(encoding="utf-8")
        self.environment = {"PATH": str(folder / ".programas"), "HOME": str(folder), "LANG": "C.UTF-8",
                            **dict.fromkeys(("https_proxy", "HTTPS_PROXY", "http_proxy"), found.address),
                            **dict.fromkeys(("AWS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(found.certificate)),
                            **{name: value for name, value in KEYS.items() if "KEY" in name}}

    def blocks(self, heading: str) -> list[str]:
        """Os blocos de comandos da página sob este título, na ordem."""
        return blocks(self.page, heading)

    def code(self, beginning: str) -> str:
        """O único trecho de código do texto da página que começa assim."""
        found, = (each.text for each in self.page.codes if each.text.startswith(beginning))
        return found

    def says(self, fragment: str) -> None:
        """A página diz isto, com estas palavras."""
        assert fragment in self.text, f"a página não diz mais: {fragment}"

    def type(self, text: str, **given: str) -> Typed:
        """Digita este texto, com as saídas da pilha e o que se diz aqui no lugar dos nomes em maiúsculas."""
        known = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper(): value for name, value in self.account.outputs().items()} | given
        text = PLACEHOLDER.sub(lambda found: known.get(found[0], found[0]), text)
        left = PLACEHOLDER.findall(text)
        assert not left, f"a página não diz o que pôr no lugar de {left}"
        done = subprocess.run([program("bash"), "-c", text], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=LONGEST)
        assert not self.found.problems, self.found.problems[0]
        assert not self.account.lab.stopped, self.account.lab.stopped
        return Typed(done.stdout, done.stderr, done.returncode)

    def cleaned(self) -> bool:
        """A limpeza da página esvazia o que precisa e remove a pilha."""
        return all(self.type(block).ok for block in self.blocks("Limpeza")) and self.account.status == "DELETE_COMPLETE"

    def mend(self) -> Typed:
        """Implanta o template são e reprocessa o evento que falhou, com os comandos a que todas as páginas mandam."""
        self.account.update(self.account.stage.template)
        self.says("reprocessar-um-evento-que-falhou")
        again, = blocks(document.read(page("cli-s3-lambda-dynamodb")), "Reprocessar um evento que falhou")
        return self.type(again)

    def serve(self, node: str, via: str) -> Any:
        """Põe no ar o site da instância deste nó; devolve-o, como um navegador o veria."""
        self.account.site = self.account.lab.application(node, via=via, who="pessoa")
        return self.account.site

    def output(self, name: str) -> Typed:
        """Digita o comando pronto que esta saída do template traz."""
        return self.type(self.account.outputs()[name])


@contextmanager
def opened(slug: str, folder: Path, aws: str, spoil: str = "") -> Iterator[Terminal]:
    """Um terminal de quem implantou a arquitetura, ou um dos estragos do fluxo dela; `aws` é o texto do programa."""
    programs = folder / ".programas"
    programs.mkdir()
    for name in (*TOOLS, "bash", "curl"):
        (programs / name).symlink_to(program(name))
    (programs / "python3").symlink_to(sys.executable)
    (programs / "aws").write_text(aws, encoding="utf-8")
    (programs / "aws").chmod(0o755)
    with deployed(slug, spoil) as account, internet(folder, account.answer) as found:
        yield Terminal(slug, account, found, folder)
