"""O arquivo de fluxo de uma arquitetura, `fluxos/<slug>.py`: o que a pessoa faz e o que precisa ficar, e os estragos do template.

O arquivo define `flow(lab)`; se precisa, `PARAMETERS` (os valores que quem implanta escolheria), `SAMPLE` (o arquivo que se
envia quando quem lê não dá o seu) e `SPOILS`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree
from scripts.replay.samples import Sample, png

SHOWN = 60
"""Até onde se mostra o trecho que um estrago procura."""


@dataclass(frozen=True)
class Spoil:
    """Um estrago do template, com nome: o que trocar nele, em que passo ele aparece, e o que a causa tem de dizer.

    `edits` são pares de texto, o que sai e o que entra; cada um que sai está no template uma vez só. `shown` põe o
    estrago na página.
    """

    name: str
    title: str
    step: int
    edits: tuple[tuple[str, str], ...]
    cause: str
    shown: bool = False


@dataclass(frozen=True)
class Flow:
    """Um fluxo carregado; `name` é o arquivo, e `lines`, a linha dele em que está o nome de cada estrago."""

    slug: str
    run: Callable[[Any], None]
    parameters: Mapping[str, str] = field(default_factory=dict)
    sample: Sample = Sample("arquivo.png", png())
    spoils: tuple[Spoil, ...] = ()
    name: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def spoiled(self, template: str, spoil: Spoil | None) -> str:
        """O template com este estrago, ou como está, sem nenhum. Erro: `Defect` quando um trecho não está nele uma vez só."""
        for old, new in spoil.edits if spoil else ():
            if spoil and template.count(old) != 1:
                raise Defect(Finding(self.name, self.lines.get(spoil.name, 1), "estrago-sem-lugar",
                                     f"O estrago `{spoil.name}` procura no template `{old.strip()[:SHOWN]}`, que está nele {template.count(old)} "
                                     "vezes, e precisa estar uma: acerte o trecho, pois o template mudou."))
            template = template.replace(old, new)
        return template

    def spoil(self, name: str) -> Spoil | None:
        return next((spoil for spoil in self.spoils if spoil.name == name), None)


def read(tree: Tree, slug: str) -> Flow | None:
    """O fluxo da arquitetura; `None` quando ela não tem. Erro: `Defect`, com a linha, quando o arquivo não serve."""
    path = tree.flow(slug)
    if not path.is_file():
        return None
    name, space = tree.name(path), {"__name__": f"fluxos.{slug.replace('-', '_')}", "__file__": str(path)}
    text = path.read_text(encoding="utf-8")
    try:
        exec(compile(text, str(path), "exec"), space)
    except Exception as error:
        message = f"O arquivo parou com `{type(error).__name__}: {error}`; corrija-o."
        raise Defect(Finding(name, _line(error, path), "fluxo-com-erro", message)) from error
    if not callable(space.get("flow")):
        raise Defect(Finding(name, 1, "fluxo-com-erro", "O arquivo não define `flow(lab)`; escreva a função que faz o papel da pessoa."))
    given = {"parameters": "PARAMETERS", "sample": "SAMPLE", "spoils": "SPOILS"}
    found = {key: space[called] for key, called in given.items() if called in space}
    lines = {spoil.name: text.count("\n", 0, text.find(f'"{spoil.name}"')) + 1 for spoil in found.get("spoils", ())}
    return Flow(slug, space["flow"], **found, name=name, lines=lines)


def _line(error: Exception, path: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return (lines[-1] if lines else 1) or 1
