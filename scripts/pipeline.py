"""O caminho de um script até a figura: captura, layout, compactação, colocação, desenho."""

from __future__ import annotations

from pathlib import Path

from scripts import invariants
from scripts.capture import capture
from scripts.compaction import compact
from scripts.drawing import draw
from scripts.findings import Defect
from scripts.layout import layout
from scripts.model import Rendered
from scripts.placement import place


def render(script: Path, root: Path) -> Rendered:
    """Executa `script` e desenha o que ele declara; não escreve nada.

    Erro: `Defect` quando o script falha ou, num script com os atributos do projeto, quando
    a figura quebra uma invariante; nos demais, as quebras voltam como avisos.
    """
    diagram = capture(script, root)
    picture = place(compact(layout(diagram)))
    findings = invariants.check(picture)
    if findings and diagram.bound:
        raise Defect(*findings)
    return Rendered(diagram, draw(picture), tuple(findings))
