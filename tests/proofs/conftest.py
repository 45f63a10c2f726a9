"""Bancada das provas: arquiteturas pequenas escritas em texto, e as de verdade para mexer."""

from __future__ import annotations

import copy
import textwrap
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.tree import Tree
from scripts.picture.script.capture import capture
from scripts.proofs.arrows.prove import prove
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation as templates
from scripts.template.cloudformation import Resource, Template

REPOSITORY = Path(__file__).resolve().parents[2]
REAL = tuple(Tree(REPOSITORY).architectures())
ATTRIBUTES = {"acao": "action", "porta": "port", "declarada": "declared"}
REMOVED = object()


@dataclass(frozen=True)
class Architecture:
    """Um diagrama e um template."""

    diagram: Diagram
    template: Template

    @property
    def proofs(self) -> list[Proof]:
        return prove(self.diagram, views_of(self.template))

    def proof(self, edge: str = "") -> Proof:
        """A prova de uma seta pelo id (`funcao--tabela`), ou a da única."""
        found = [proof for proof in self.proofs if edge in ("", proof.edge.id)]
        assert len(found) == 1, [proof.edge.id for proof in self.proofs]
        return found[0]

    def missing(self, edge: str = "") -> list[str]:
        """O que falta à seta, como se lê."""
        return [str(piece) for piece in self.proof(edge).missing]

    def lines(self, edge: str = "") -> set[str]:
        """As linhas do template que provam a seta, sem recuo nem traço de item."""
        text = self.template.text.splitlines()
        return {text[self.template.line(*piece.path) - 1].strip().removeprefix("- ") for piece in self.proof(edge).found}

    def put(self, *path: Any, value: Any) -> Architecture:
        """A mesma, com outro valor nesse caminho do template."""
        data = copy.deepcopy(self.template.data)
        node = data
        for key in path[:-1]:
            node = node[key]
        if value is REMOVED:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        lines = self.template.lines
        resources = {name: Resource(name, body["Type"], lines.get(("Resources", name), 1), body)
                     for name, body in data["Resources"].items() if isinstance(body, dict) and "Type" in body}
        return replace(self, template=replace(self.template, data=data, resources=resources))

    def remove(self, *path: Any) -> Architecture:
        """A mesma, sem o que há nesse caminho."""
        return self.put(*path, value=REMOVED)

    def survivors(self, edge: str) -> list[Any]:
        """As linhas de evidência que se removem uma a uma sem que a seta deixe de ser provada: devia dar vazio.

        Sem o endpoint, a saída pela internet ainda prova a seta: outro caminho, com outras linhas, não conta.
        """
        before = self.proof(edge).found
        left = [(piece, self.remove(*piece.path).proof(edge)) for piece in before if piece.path]
        return [piece.path for piece, after in left if after.proven and set(before) - {piece} <= set(after.found)]


class Bench:
    """Monta arquiteturas a partir de textos."""

    def __call__(self, template: str, *parts: str) -> Architecture:
        """Um template (o que vai dentro de `Resources`, ou o documento) e o diagrama em linhas.

        `funcao = Funcao` é um nó com o recurso dele (sem recurso: `pessoa =`), `[vpc] = Vpc: app banco`
        um grupo com o que contém, e `funcao >> tabela acao=dynamodb:PutItem` uma seta.
        """
        return Architecture(diagram(*parts), parse(template))

    def real(self, slug: str) -> Architecture:
        """Uma das arquiteturas do repositório."""
        return _real(slug)


def parse(text: str) -> Template:
    text = textwrap.dedent(text).strip("\n") + "\n"
    if "Resources:" not in text.split():
        text = "Resources:\n" + textwrap.indent(text, "  ")
    return templates.parse(text, "template.yaml")


def diagram(*parts: str) -> Diagram:
    nodes, groups, edges = [], [], []
    parents: dict[str, str] = {}
    for part in parts:
        if ">>" in part:
            edges.append(_edge(part))
        elif part.startswith("["):
            head, _, inside = part.partition(":")
            name, _, resources = head.partition("=")
            groups.append(Group(name.strip(" []"), name, 1, resources=tuple(resources.split())))
            parents |= dict.fromkeys(inside.split(), name.strip(" []"))
        else:
            name, _, resources = part.partition("=")
            nodes.append(Node(name.strip(), name.strip(), 1, resources=tuple(resources.split())))
    nodes = [replace(node, group=parents.get(node.id)) for node in nodes]
    groups = [replace(group, parent=parents.get(group.id)) for group in groups]
    return Diagram("teste", "diagrams_src/teste.py", "Teste", 1, "LR", tuple(nodes), tuple(groups), tuple(edges), bound=True)


def _edge(text: str) -> Edge:
    ends, _, rest = text.partition(" >> ")
    head, *attributes = rest.split(" ", 1)
    fields = {}
    for pair in "".join(attributes).split(";"):
        name, _, value = pair.strip().partition("=")
        if name:
            fields[ATTRIBUTES[name]] = value
    return Edge(f"{ends.strip()}--{head}", ends.strip(), head, 1, **fields)


@lru_cache
def _real(slug: str) -> Architecture:
    path = f"docs/arquiteturas/{slug}/template.yaml"
    return Architecture(capture(REPOSITORY / "diagrams_src" / f"{slug}.py", REPOSITORY), templates.read(REPOSITORY / path, path))


@pytest.fixture
def bench() -> Bench:
    return Bench()
