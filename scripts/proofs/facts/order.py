"""A ordem em que a pilha se cria: de que recursos um depende, e por isso espera."""

from __future__ import annotations

from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource


def awaited(view: View, resource: Resource) -> set[str]:
    """Os recursos criados antes deste: os que ele cita, ou diz em `DependsOn`, e os de que eles dependem."""
    known = view.template.resources
    found: set[str] = set()
    pending = [resource]
    while pending:
        news = (pending.pop().references & known.keys()) - found
        found |= news
        pending += [known[name] for name in news]
    return found
