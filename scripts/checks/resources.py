"""Recursos: o diagrama nomeia os do template, e o template não traz o que ninguém vê.

Um recurso é desenhado ou é **apoio**: seu tipo só existe para servir a outros (funções do IAM,
rotas, associações, permissões, políticas…) **e** as referências o ligam, em qualquer sentido e
passando só por outros apoios, a um recurso desenhado. Tudo o que guarda dado, executa código,
recebe tráfego ou delimita rede precisa ser desenhado, e tipo desconhecido também: o engano
possível é pedir um desenho a mais, nunca esconder. A exceção se justifica no próprio recurso,
em `Metadata: {Excecoes: {recurso-sem-componente: motivo}}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.aws.catalog import is_support
from scripts.aws.pictures import fits
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.proofs.arrows.prove import RULES
from scripts.template.cloudformation import LIMIT, Resource, Template

UNACCOUNTED = "recurso-sem-componente"


def declared(diagram: Diagram) -> Iterator[Finding]:
    """Nós que não dizem que recurso são, nem por que não são nenhum."""
    for node in diagram.nodes:
        if not node.resources and not node.without_resource.strip():
            yield Finding(diagram.path, node.line, "componente-sem-recurso",
                          f"`{node.id}` não diz o que é no template; dê-lhe `recurso=\"IdLogico\"`, ou "
                          "`sem_recurso=\"motivo\"`.")


def pictured(diagram: Diagram, template: Template) -> Iterator[Finding]:
    """Nós com o ícone de um serviço que não é o de nenhum dos recursos deles."""
    for node in diagram.nodes:
        types = [template.resources[name].type for name in node.resources if name in template.resources]
        if types and not any(fits(node.kind, each) for each in types):
            yield Finding(diagram.path, node.line, "icone-de-outro-servico",
                          f"`{node.id}` tem o ícone de `{node.kind}`, e `{node.resources[0]}` é `{types[0]}`: use a classe desse serviço, ou um "
                          "ícone geral de `diagrams.aws.general`.")


def check(diagram: Diagram, template: Template) -> Iterator[Finding]:
    """Recursos que ninguém mostra nem apoia; os que o diagrama cita e não existem, `mending` diz."""
    shown = set()
    for element in diagram.elements.values():
        for id in element.resources:
            shown.add(id)
    accounted = supported(template, shown)
    for resource in template.resources.values():
        if resource.id not in accounted and not _exempt(resource):
            yield Finding(template.path, resource.line, UNACCOUNTED, _unaccounted(resource, diagram))


def supported(template: Template, shown: set[str]) -> set[str]:
    """Os recursos desenhados e os que os apoiam."""
    neighbours: dict[str, set[str]] = {id: set() for id in template.resources}
    for resource in template.resources.values():
        for other in resource.references & template.resources.keys():
            neighbours[resource.id].add(other)
            neighbours[other].add(resource.id)
    reached = shown & template.resources.keys()
    pending = list(reached)
    while pending:
        for other in neighbours[pending.pop()] - reached:
            if is_support(template.resources[other].type):
                reached.add(other)
                pending.append(other)
    return reached


def size(template: Template, path: Path) -> Iterator[Finding]:
    """O que não cabe num envio direto precisaria de um bucket, e o comando da página falharia."""
    used = path.stat().st_size
    if used > LIMIT:
        yield Finding(template.path, 1, "template-grande",
                      f"O template tem {used} bytes e o limite de um envio direto é {LIMIT}; encurte-o.")


def _exempt(resource: Resource) -> bool:
    """O motivo escrito explica o que não se desenha; o que uma seta pode alcançar tem sempre um nó, e motivo nenhum o esconde."""
    return bool(resource.exceptions.get(UNACCOUNTED, "").strip()) and not _ruled(resource)


def _ruled(resource: Resource) -> bool:
    return any(resource.type in pair for pair in RULES)


def _unaccounted(resource: Resource, diagram: Diagram) -> str:
    what = f"`{resource.id}` (`{resource.type}`)"
    if is_support(resource.type):
        return (f"{what} não apoia nada do que está desenhado; ligue-o por referência ao recurso a que serve, "
                "ou remova-o.")
    if _ruled(resource):
        return f"{what} não aparece no diagrama; desenhe-o em `{diagram.path}` com `recurso=\"{resource.id}\"`, ou remova-o."
    return (f"{what} não aparece no diagrama; desenhe-o em `{diagram.path}` com `recurso=\"{resource.id}\"`, remova-o, "
            f"ou dê o motivo em `Metadata: {{Excecoes: {{{UNACCOUNTED}: …}}}}`.")
