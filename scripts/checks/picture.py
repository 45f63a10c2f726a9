"""A figura: a página a mostra, com descrição, e o arquivo é o que o script desenha agora."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.base.findings import Finding
from scripts.page.architecture import Page

FILE = "diagrama.svg"
DIGEST = re.compile(r'data-model="([0-9a-f]+)"')


def shown(page: Page) -> Iterator[Finding]:
    """A imagem do diagrama na página e o texto de quem não a vê."""
    images = [image for image in page.images if image.target.removeprefix("./") == FILE]
    if not images:
        yield Finding(page.path, 1, "figura-ausente",
                      f"A página não mostra o diagrama; acrescente `![o que a figura mostra]({FILE})`.")
    for image in images:
        if not image.text:
            yield Finding(page.path, image.line, "figura-sem-descricao",
                          "A figura não tem texto alternativo; descreva entre os colchetes o que ela mostra.")


def current(root: Path, name: str, expected: str | None) -> Iterator[Finding]:
    """O arquivo contra o desenho de agora."""
    try:
        drawn = (root / name).read_bytes()
    except OSError:
        yield Finding(name, 1, "diagrama-desatualizado", "A figura não existe; rode `python3 scripts gerar`.")
        return
    if expected is not None and not _same(drawn.decode(errors="replace"), expected):
        yield Finding(name, 1, "diagrama-desatualizado",
                      "A figura não é a que o script desenha; rode `python3 scripts gerar`, e não a edite à mão.")


def _same(drawn: str, expected: str) -> bool:
    """Os bytes só são garantidos no Linux x86-64; nos outros sistemas vale o resumo do modelo."""
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        return drawn == expected
    return _digest(drawn) == _digest(expected) != ""


def _digest(svg: str) -> str:
    found = DIGEST.search(svg[:2000])
    return found[1] if found else ""
