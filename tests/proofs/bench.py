"""A bancada das provas: este template, estes componentes, esta seta → provada, ou o que falta.

    bench(TEMPLATE, "funcao = Funcao", "tabela = Tabela", "funcao >> tabela acao=dynamodb:PutItem").missing() == []
    bench(network({"Alb.Scheme": "internal"}), "Portao >> Alb").missing() == ["…; …"]
    bench(TEMPLATE, "Balde").claim("so-por-tls").proven
    real("musicas").remove("Resources", "Permissao").proof("balde--funcao").proven

O template é um texto (o documento, ou só o que vai dentro de `Resources`) ou um `Template` já lido.
O desenho é dito em linhas:

- `funcao = Funcao`: um nó e o recurso dele (ou os dele); `pessoa =`: um nó sem recurso;
- `Funcao`: o mesmo que `funcao = Funcao`; numa seta, a ponta que nenhuma linha diz vale assim;
- `[vpc vpc] = Vpc: app banco`: um grupo, o tipo, o recurso e o que contém;
- `app = App @ vpc`, `[zona-a zona] @ vpc`: o grupo em que está o nó, ou o outro grupo;
- `funcao >> tabela acao=dynamodb:PutItem;porta=443`: uma seta, de id `funcao--tabela`.

De duas linhas com o mesmo id, vale a última.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.picture.script.capture import capture
from scripts.proofs.arrows.prove import prove, prove_arrow
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.claims.evaluate import ClaimResult, evaluate
from scripts.proofs.facts.views import Views, views_of
from scripts.template import cloudformation as templates
from scripts.template.cloudformation import Resource, Template

REPOSITORY = Path(__file__).resolve().parents[2]
REAL = tuple(Tree(REPOSITORY).architectures())
ATTRIBUTES = {"acao": "action", "porta": "port", "declarada": "declared"}


class Mark(Enum):
    """O que se põe no lugar de um valor para tirá-lo; com nome, para que o de um teste seja sempre o mesmo."""

    REMOVED = "retirado"


REMOVED = Mark.REMOVED
R = "Resources"


def prop(resource: str, *keys: Any) -> tuple[Any, ...]:
    """O caminho de uma propriedade, desde o documento."""
    return (R, resource, "Properties", *keys)


@dataclass(frozen=True)
class Architecture:
    """Um diagrama e um template, e o que se pergunta deles."""

    diagram: Diagram
    template: Template

    @cached_property
    def views(self) -> Views:
        return views_of(self.template)

    @cached_property
    def proofs(self) -> list[Proof]:
        return prove(self.diagram, self.views)

    def proof(self, edge: str = "") -> Proof:
        """A prova de uma seta só, pelo id (`funcao--tabela`), ou a da única."""
        if edge not in self._proved:
            found = [one for one in self.diagram.edges if edge in ("", one.id)]
            assert len(found) == 1, [one.id for one in self.diagram.edges]
            self._proved[edge] = prove_arrow(self.diagram, self.views, found[0])
        return self._proved[edge]

    @cached_property
    def _proved(self) -> dict[str, Proof]:
        return {}

    def missing(self, edge: str = "") -> list[str]:
        """O que falta à seta, como se lê."""
        return [str(piece) for piece in self.proof(edge).missing]

    def lines(self, edge: str = "") -> set[str]:
        """As linhas do template que provam a seta, sem recuo nem traço de item."""
        text = self.template.text.splitlines()
        return {text[self.template.line(*piece.path) - 1].strip().removeprefix("- ") for piece in self.proof(edge).found}

    def claim(self, identity: str, said: str = "") -> ClaimResult:
        """O julgamento de uma afirmação; `said` é a frase do benefício."""
        return evaluate(identity, self.diagram, self.views, said)

    def put(self, *path: Any, value: Any) -> Architecture:
        """A mesma, com outro valor nesse caminho do template."""
        data = _put(self.template.data, path, value)
        resources = {name: self._resource(name, body) for name, body in data["Resources"].items()
                     if isinstance(body, dict) and "Type" in body}
        return replace(self, template=replace(self.template, data=data, resources=resources))

    def _resource(self, name: str, body: dict[str, Any]) -> Resource:
        before = self.template.resources.get(name)
        return before if before and before.body is body else Resource(
            name, body["Type"], self.template.lines.get(("Resources", name), 1), body)

    def remove(self, *path: Any) -> Architecture:
        """A mesma, sem o que há nesse caminho; uma só, para todas as setas que ele prova."""
        if path not in self._without:
            self._without[path] = self.put(*path, value=REMOVED)
        return self._without[path]

    @cached_property
    def _without(self) -> dict[tuple[Any, ...], Architecture]:
        return {}

    def survivors(self, edge: str = "") -> list[Any]:
        """As linhas de evidência que se removem uma a uma sem que a seta deixe de ser provada: devia dar vazio.

        Sem o endpoint, a saída pela internet ainda prova a seta: outro caminho, com outras linhas, não conta.
        """
        before = self.proof(edge).found
        left = [(piece, self.remove(*piece.path).proof(edge)) for piece in before if piece.path]
        return [piece.path for piece, after in left if after.proven and set(before) - {piece} <= set(after.found)
                and not self._redundant(edge, piece.path)]

    def _redundant(self, edge: str, path: tuple) -> bool:
        """A mesma linha de outro recurso do tipo prova o mesmo (um registro A e um AAAA), e sem todas nada se prova."""
        types = self.template.resources
        alike = [piece.path for piece in self.proof(edge).found if piece.path[2:] == path[2:] and len(path) > 1
                 and types[piece.path[1]].type == types[path[1]].type]
        without = self
        for one in alike:
            without = without.remove(*one)
        return len(alike) > 1 and not without.proof(edge).proven

    def claim_survivors(self, identity: str, said: str = "") -> list[Any]:
        """O mesmo, de uma afirmação; o que sem a linha já nem é um template, quem o lê recusa."""
        left = [(piece, self.remove(*piece.path)) for piece in self.claim(identity, said).found]
        return [piece.path for piece, after in left if _readable(after.template) and after.claim(identity, said).proven]


def bench(template: str | Template, *parts: str) -> Architecture:
    """A arquitetura desse template e desse desenho, como se diz no alto."""
    return Architecture(diagram(*parts), parse(template) if isinstance(template, str) else template)


@lru_cache
def real(slug: str) -> Architecture:
    """Uma das arquiteturas do repositório."""
    path = f"docs/arquiteturas/{slug}/template.yaml"
    return Architecture(capture(REPOSITORY / "diagrams_src" / f"{slug}.py", REPOSITORY), templates.read(REPOSITORY / path, path))


def parse(text: str) -> Template:
    """O template desse texto, que pode ser só o que vai dentro de `Resources`."""
    text = textwrap.dedent(text).strip("\n") + "\n"
    if "Resources:" not in text.split():
        text = "Resources:\n" + textwrap.indent(text, "  ")
    return templates.parse(text, "template.yaml")


def diagram(*parts: str) -> Diagram:
    """O desenho dito nessas linhas."""
    nodes: dict[str, Node] = {}
    groups: dict[str, Group] = {}
    edges = []
    parents: dict[str, str] = {}
    for part in parts:
        if ">>" in part:
            edges.append(part)
        elif part.startswith("["):
            group, inside = _group(part)
            groups[group.id] = group
            parents |= dict.fromkeys(inside, group.id)
        else:
            node = _node(part)
            nodes[node.id] = node
    drawn = tuple(_edge(part, nodes) for part in edges)
    return Diagram("teste", "diagrams_src/teste.py", "Teste", 1, "LR", bound=True, edges=drawn,
                   nodes=tuple(replace(node, group=node.group or parents.get(node.id)) for node in nodes.values()),
                   groups=tuple(replace(group, parent=group.parent or parents.get(group.id)) for group in groups.values()))


def _node(text: str) -> Node:
    text, _, group = text.partition("@")
    name, equals, resources = text.partition("=")
    name = name.strip()
    named = resources.split() if equals else [] if name.islower() else [name]
    return Node(name if equals else name.lower(), name, 1, group=group.strip() or None, resources=tuple(named))


def _group(text: str) -> tuple[Group, list[str]]:
    head, _, inside = text.partition(":")
    head, _, parent = head.partition("@")
    name, _, resources = head.partition("=")
    identity, _, kind = name.strip(" []").partition(" ")
    return Group(identity, identity, 1, kind, parent.strip() or None, tuple(resources.split())), inside.split()


def _edge(text: str, nodes: dict[str, Node]) -> Edge:
    tail, _, rest = text.partition(" >> ")
    head, _, attributes = rest.partition(" ")
    ends = [_end(end.strip(), nodes) for end in (tail, head)]
    fields = {}
    for pair in attributes.split(";"):
        name, _, value = pair.strip().partition("=")
        if name:
            fields[ATTRIBUTES[name]] = value
    return Edge("--".join(ends), *ends, 1, **fields)


def _end(name: str, nodes: dict[str, Node]) -> str:
    if name not in nodes:
        node = _node(name)
        nodes.setdefault(node.id, node)
        name = node.id
    return name


def _readable(template: Template) -> bool:
    try:
        templates.rebuilt(template, template.data)
    except Defect:
        return False
    return True


def _put(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Uma cópia com outro valor nesse caminho; o que fica fora dele é o mesmo."""
    copied = dict(node) if isinstance(node, dict) else list(node)
    if len(path) > 1:
        copied[path[0]] = _put(copied[path[0]], path[1:], value)
    elif value is REMOVED:
        del copied[path[0]]
    else:
        copied[path[0]] = value
    return copied


def holds(architecture: Architecture) -> None:
    """A seta está provada, e sem qualquer das linhas que a provam não estaria."""
    assert architecture.missing() == []
    assert architecture.proof().found
    assert architecture.survivors() == []
