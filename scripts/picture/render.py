"""O caminho de um script até a figura: captura, layout, compactação, colocação, desenho."""

from __future__ import annotations

from pathlib import Path

from scripts.base.diagram import Rendered
from scripts.base.findings import Defect
from scripts.picture import legibility
from scripts.picture.layout import layout
from scripts.picture.placement import place
from scripts.picture.script.capture import capture
from scripts.picture.squeeze import compact
from scripts.picture.svg import draw


def render(script: Path, root: Path) -> Rendered:
    """Executa `script` e desenha o que ele declara; não escreve nada.

    Erro: `Defect` quando o script falha ou, num script com os atributos do projeto, quando
    a figura quebra uma invariante; nos demais, as quebras voltam como avisos.
    """
    diagram = capture(script, root)
    picture = place(compact(layout(diagram)))
    findings = legibility.check(picture)
    if findings and diagram.bound:
        raise Defect(*findings)
    return Rendered(diagram, draw(picture), tuple(findings))
