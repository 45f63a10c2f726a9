"""Modelos de lançamento: a versão que um recurso usa é a que este template descreve."""

from __future__ import annotations

from scripts.proofs.facts.view import Placed
from scripts.template.cloudformation import Resource


def current(model: Resource, version: Placed | None) -> bool:
    """A versão é a última do modelo, que o template escreve; uma de número fixo pode ser outra."""
    return version is not None and version.value in (f"${{{model.id}.LatestVersionNumber}}", "$Latest", "$Default")
