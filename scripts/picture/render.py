"""O caminho de um script até a figura: captura, layout, compactação, colocação, desenho."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scripts.base.diagram import Diagram, Rendered
from scripts.base.findings import Defect
from scripts.picture import icons
from scripts.picture.arrangement import arrange
from scripts.picture.legibility import for_people
from scripts.picture.script.capture import capture_all
from scripts.picture.svg import draw


def render(script: Path, root: Path) -> Rendered:
    """Executa `script` e desenha o que ele declara; não escreve nada.

    Erro: `Defect` quando o script falha ou, num script com os atributos do projeto, quando
    a figura quebra uma invariante ou deixa algo de fora; nos demais, isso volta como avisos.
    """
    icons.use(root / "regras" / "icones")
    first, *others = [_drawn(diagram) for diagram in capture_all(script, root)]
    return replace(first, others=tuple(others))


def _drawn(diagram: Diagram) -> Rendered:
    picture, findings = arrange(diagram)
    if diagram.bound and (diagram.notes or findings):
        raise Defect(*sorted({*diagram.notes, *findings}))
    return Rendered(diagram, draw(picture), (*diagram.notes, *for_people(diagram, findings)))
