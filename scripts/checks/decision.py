"""A figura de decisão: cada folha é uma arquitetura da tabela da comparação, e cada arquitetura da tabela é uma folha.

O script fica em `diagrams_src/comparacoes/`, a figura na pasta da comparação, e não há template: o que
se confere é que toda pergunta tem resposta e que toda resposta leva a uma página.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.base.diagram import Rendered
from scripts.base.findings import Defect, Finding
from scripts.checks import comparison, picture
from scripts.page import document

FEWEST = 2
"""Respostas de uma pergunta."""


def check(root: Path, slug: str, rendered: Rendered) -> Iterator[Finding]:
    """Os achados de uma figura de decisão que se desenha."""
    name, folder = f"docs/comparacoes/{slug}.md", f"docs/comparacoes/{slug}"
    yield from picture.current(root, f"{folder}/{picture.FILE}", rendered.svg)
    try:
        page = document.read(root / name, name)
    except Defect as defect:
        yield from defect.findings
        return
    image = next((image for image in page.images if image.target.removeprefix("./") == f"{slug}/{picture.FILE}"), None)
    if image is None:
        yield Finding(name, 1, "figura-ausente", f"A página não mostra a figura; acrescente `![o que ela mostra]({slug}/{picture.FILE})`.")
    elif not image.text:
        yield Finding(name, image.line, "figura-sem-descricao", "A figura não tem texto alternativo; descreva entre os colchetes o que ela decide.")
    rows = comparison.rows(page)
    drawn = rendered.diagram
    leaves = set()
    for node in drawn.nodes:
        answers = [edge for edge in drawn.edges if edge.tail == node.id]
        if not answers:
            leaves.add(node.id)
            if node.id not in rows:
                yield Finding(drawn.path, node.line, "folha-sem-linha", f"A folha `{node.id}` não leva a uma arquitetura da tabela de `{name}`; dê "
                              "a ela, em `nodeid`, o nome de uma, ou acrescente a linha.")
        elif len(answers) < FEWEST or not all(edge.label.strip() for edge in answers):
            yield Finding(drawn.path, node.line, "pergunta-sem-saida",
                          f"A pergunta `{node.id}` precisa de ao menos {FEWEST} setas, cada uma com a resposta no rótulo.")
    for slug_of_row, row in rows.items():
        if slug_of_row not in leaves:
            yield Finding(name, row.line, "linha-sem-folha", f"`{slug_of_row}` está na tabela, e nenhuma folha da figura leva a ela; desenhe-a.")
