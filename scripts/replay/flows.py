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

    def applied(self, template: str) -> str:
        """O template estragado. Erro: `ValueError` quando um trecho não está nele uma vez só."""
        for old, new in self.edits:
            if template.count(old) != 1:
                raise ValueError(f"o estrago `{self.name}` procura um trecho que está {template.count(old)} vezes no template: {old!r}")
            template = template.replace(old, new)
        return template


@dataclass(frozen=True)
class Flow:
    """Um fluxo carregado."""

    slug: str
    run: Callable[[Any], None]
    parameters: Mapping[str, str] = field(default_factory=dict)
    sample: Sample = Sample("arquivo.png", png())
    spoils: tuple[Spoil, ...] = ()

    def spoil(self, name: str) -> Spoil | None:
        return next((spoil for spoil in self.spoils if spoil.name == name), None)


def read(tree: Tree, slug: str) -> Flow | None:
    """O fluxo da arquitetura; `None` quando ela não tem. Erro: `Defect`, com a linha, quando o arquivo não serve."""
    path = tree.flow(slug)
    if not path.is_file():
        return None
    name, space = tree.name(path), {"__name__": f"fluxos.{slug.replace('-', '_')}", "__file__": str(path)}
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    except Exception as error:
        message = f"O arquivo parou com `{type(error).__name__}: {error}`; corrija-o."
        raise Defect(Finding(name, _line(error, path), "fluxo-com-erro", message)) from error
    if not callable(space.get("flow")):
        raise Defect(Finding(name, 1, "fluxo-com-erro", "O arquivo não define `flow(lab)`; escreva a função que faz o papel da pessoa."))
    given = {"parameters": "PARAMETERS", "sample": "SAMPLE", "spoils": "SPOILS"}
    return Flow(slug, space["flow"], **{key: space[name] for key, name in given.items() if name in space})


def _line(error: Exception, path: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return (lines[-1] if lines else 1) or 1
