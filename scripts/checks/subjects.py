"""De que recursos uma nota fala: os que mostram o assunto dela em um template."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.page.subject import Subject
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

EMPTY = (None, False, "", "false", "0", [], {})


def shown(subject: Subject, view: View) -> Iterator[Resource]:
    """Os recursos do tipo, na ordem do template; com propriedade, só os que a escrevem com um valor que não é falso nem vazio.

    `view` é a do mundo dos padrões; o recurso que ele não cria também mostra o assunto.
    """
    for resource in view.template.resources.values():
        if resource.type == subject.type and (not subject.property or _says(view, resource, subject.property)):
            yield resource


def _says(view: View, resource: Resource, property: tuple[str, ...]) -> bool:
    """Com os padrões dos parâmetros; o que só a implantação decide conta, porque está escrito."""
    value = view.value(resource, *property)
    return isinstance(value, Unknown) or value not in EMPTY
