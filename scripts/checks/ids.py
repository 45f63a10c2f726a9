"""Ids dos componentes: viram endereços da página, então não podem repetir nem colidir."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.base.diagram import SLUG, Diagram
from scripts.base.findings import Finding
from scripts.page.architecture import Page

RESERVED = re.compile(r"(passo|template)-\d+")


def check(diagram: Diagram, page: Page | None) -> Iterator[Finding]:
    """Ids que não são kebab-case, que repetem, ou que a página já usa para outra coisa."""
    seen: dict[str, int] = {}
    for element in (*diagram.groups, *diagram.nodes):
        code, message = "", ""
        if element.id in seen:
            code = "id-repetido"
            message = f"O id `{element.id}` já é o do componente da linha {seen[element.id]}; escolha outro."
        elif not SLUG.fullmatch(element.id):
            shown = " ".join(element.id.split())
            code = "id-invalido"
            message = f"O id `{shown}` não é kebab-case; use minúsculas, algarismos e hifens, como `fila-pedidos`."
        elif RESERVED.fullmatch(element.id):
            code = "id-em-conflito"
            message = f"O id `{element.id}` é reservado aos passos e às linhas do template; escolha outro."
        elif page and element.id in page.anchors:
            line = page.anchors[element.id]
            code = "id-em-conflito"
            message = f"O id `{element.id}` já é o do título na linha {line} de `{page.path}`; escolha outro."
        if code:
            yield Finding(diagram.path, element.line, code, message)
        seen.setdefault(element.id, element.line)
