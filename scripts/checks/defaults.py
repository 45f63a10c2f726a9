"""O padrão de um parâmetro é um valor que o próprio parâmetro aceita; senão, a pilha é recusada para quem não escolhe outro."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.findings import Finding
from scripts.template.cloudformation import Template
from scripts.template.parameters import refusal


def check(template: Template) -> Iterator[Finding]:
    """Um achado por padrão que um limite do parâmetro recusa, na linha do padrão."""
    for name, declared in template.parameters.items():
        refused = refusal(declared, declared["Default"]) if isinstance(declared, dict) and "Default" in declared else None
        if refused:
            limit, why = refused
            yield Finding(template.path, template.line("Parameters", name, "Default"), "padrao-recusado",
                          f"O padrão de `{name}` {why} (linha {template.line('Parameters', name, limit)}): a AWS recusa a pilha de quem não dá "
                          "outro valor; iguale os dois, ou tire o padrão.")
