"""Vocabulário dos scripts: `diagrams`, com os atributos do projeto mais fáceis de escrever.

Um script importa daqui `Cluster`, `Diagram` e `Edge` em vez de `diagrams`; os nós vêm de
`diagrams.aws.…`, como sempre. Duas diferenças, e só elas:

- `Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc")` aceita os atributos como argumentos,
  sem o dicionário `graph_attr`;
- executado sozinho (`.venv/bin/python diagrams_src/x.py`), o script regenera a própria figura.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import diagrams
from diagrams import Edge

from scripts.base.tree import COMPARISONS

__all__ = ["Cluster", "Diagram", "Edge"]


class Cluster(diagrams.Cluster):
    """Um grupo: `id`, `grupo`, `recurso`, `sem_recurso` e `passo` são argumentos."""

    def __init__(self, label: str, direction: str = "LR", graph_attr: dict[str, str] | None = None, **attributes: str):
        super().__init__(label, direction, {**attributes, **(graph_attr or {})})


class Diagram(diagrams.Diagram):
    """Um diagrama que, executado sozinho, escreve o próprio `diagrama.svg`."""

    def __exit__(self, exc_type: Any, exc_value: Any, trace: Any) -> None:
        if exc_type is None:
            super().__exit__(exc_type, exc_value, trace)

    def render(self) -> None:
        """Chamado ao fim do bloco `with`; quando alguém captura o script, não faz nada."""
        if diagrams.Diagram.render.__module__ != diagrams.__name__:
            return
        from scripts.cli import main

        script = Path(sys.argv[0]).resolve()
        folder = script.parent.parent if script.parent.name == COMPARISONS else script.parent
        sys.exit(main(["gerar", script.stem, "--raiz", str(folder.parent)]))
