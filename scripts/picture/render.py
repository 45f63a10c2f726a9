"""O caminho de um script até a figura: captura, layout, compactação, colocação, desenho."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from scripts.base.diagram import Diagram, Rendered
from scripts.base.findings import Defect
from scripts.picture import icons
from scripts.picture.arrangement import arrange
from scripts.picture.legibility import few, for_people
from scripts.picture.script import leftovers
from scripts.picture.script.capture import capture_all
from scripts.picture.svg import draw


def render(script: Path, root: Path, noting: AbstractContextManager[None] | None = None) -> Rendered:
    """Executa `script`, dentro de `noting`, e desenha o que ele declara; não escreve nada.

    Erro: `Defect` quando o script falha ou, num script com os atributos do projeto, quando
    a figura quebra uma invariante ou deixa algo de fora; nos demais, isso volta como avisos. Um
    atributo do Graphviz que a figura não segue é sempre um aviso.
    """
    with noting or nullcontext():
        icons.use(root / "regras" / "icones")
        captured = capture_all(script, root)
    first, *others = map(_drawn, captured)
    return replace(first, others=tuple(others))


def read(script: Path, root: Path) -> Rendered:
    """O que `script` declara, sem desenhar: a figura vem vazia. Erro: `Defect` quando o script falha."""
    first, *others = [Rendered(diagram, "", few(diagram.notes)) for diagram in capture_all(script, root)]
    return replace(first, others=tuple(others))


def _drawn(diagram: Diagram) -> Rendered:
    picture, findings = arrange(diagram)
    errors = {*findings, *(note for note in diagram.notes if note.code != leftovers.CODE)}
    if diagram.bound and errors:
        raise Defect(*sorted(errors))
    return Rendered(diagram, draw(picture), (*few(diagram.notes), *for_people(diagram, findings)))
