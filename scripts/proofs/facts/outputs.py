"""As saídas de um template neste mundo: o que se lê delas depois de criar a pilha."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.proofs.facts.view import View
from scripts.template.cloudformation import references
from scripts.template.values import Path


class Output(NamedTuple):
    """Uma saída: o nome, a descrição, onde está o valor, o texto dele e o que ele cita."""

    name: str
    about: str
    path: Path
    text: str
    cites: frozenset[str]


def outputs(view: View) -> Iterator[Output]:
    """As que são um texto que se conhece, na ordem do template."""
    written = view.template.data.get("Outputs")
    for name, body in written.items() if isinstance(written, dict) else ():
        value = body.get("Value") if isinstance(body, dict) else None
        text = view.resolved(value)
        if isinstance(text, str):
            yield Output(str(name), str(body.get("Description", "")), ("Outputs", name, "Value"), text, frozenset(references(value)))
