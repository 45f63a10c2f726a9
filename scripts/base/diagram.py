"""O modelo de um diagrama: o que o script declara, sem posição nem desenho.

Valores imutáveis, na ordem de declaração do script. `line` é sempre a linha do script
que declarou o elemento; `order`, a posição dele entre nós e grupos, que a linha não dá
quando o script usa laços e funções.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property

from scripts.base.findings import Finding

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A forma do nome de uma arquitetura e do id de um componente: viram endereços."""


@dataclass(frozen=True)
class Node:
    """Um componente. `icon` é o caminho do PNG que `diagrams` associou à classe, ou vazio.

    Sem ícone, `shape` é a forma (`box`, `ellipse`, `cylinder`, `plaintext`, `point` ou `invis`), com as
    cores de fundo e do texto em `fill` e `ink`.
    """

    id: str
    label: str
    line: int
    kind: str = ""
    icon: str = ""
    group: str | None = None
    resources: tuple[str, ...] = ()
    without_resource: str = ""
    step: int | None = None
    order: int = 0
    shape: str = ""
    fill: str = ""
    ink: str = ""


@dataclass(frozen=True)
class Group:
    """Um agrupamento (`Cluster`). `kind` é o atributo `grupo`: vpc, zona, sub-rede-publica…; `fill`, o fundo pedido."""

    id: str
    label: str
    line: int
    kind: str = ""
    parent: str | None = None
    resources: tuple[str, ...] = ()
    without_resource: str = ""
    step: int | None = None
    order: int = 0
    fill: str = ""


@dataclass(frozen=True)
class Edge:
    """Uma seta de quem inicia (`tail`) para quem recebe (`head`), por ids de nó.

    `declared_backwards` diz que o script a escreveu com `<<`: o layout mantém a ordem
    escrita. `arrows` é `forward`, `both` ou `none`; `layout` traz os atributos do Graphviz
    que só mudam a posição (`minlen`, `constraint`, `weight`). `declared` diz por que nenhum template
    a provaria, e `unruled`, por que ninguém ainda escreveu a regra dela. `near` são os textos junto
    de quem inicia e de quem recebe; `ink`, a cor dos textos.
    """

    id: str
    tail: str
    head: str
    line: int
    label: str = ""
    step: int | None = None
    action: str = ""
    port: str = ""
    declared: str = ""
    unruled: str = ""
    arrows: str = "forward"
    declared_backwards: bool = False
    color: str = ""
    style: str = ""
    ink: str = ""
    near: tuple[str, str] = ("", "")
    layout: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Diagram:
    """O grafo de um script.

    `spacers` são as setas invisíveis (`style="invis"`), que só servem para posicionar;
    `bound` diz se o script usa algum dos atributos deste projeto; `notes`, o que o script pede e
    a figura não mostra; `unnamed`, os ids que saíram da ordem de declaração, porque o script não os deu.
    """

    slug: str
    path: str
    title: str
    line: int
    direction: str
    nodes: tuple[Node, ...] = ()
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()
    spacers: tuple[Edge, ...] = ()
    bound: bool = False
    notes: tuple[Finding, ...] = ()
    unnamed: frozenset[str] = frozenset()

    @property
    def horizontal(self) -> bool:
        """Se o fluxo corre na horizontal."""
        return self.direction in ("LR", "RL")

    @cached_property
    def elements(self) -> dict[str, Node | Group]:
        """Nós e grupos por id."""
        return {element.id: element for element in (*self.groups, *self.nodes)}

    @cached_property
    def marks(self) -> dict[str, str]:
        """O número que a figura mostra em cada seta, componente ou grupo que conta um passo, por id.

        Quando um passo está em mais de um lugar, uma letra dá a ordem: as setas primeiro, como
        declaradas, depois os componentes e os grupos.
        """
        carriers: dict[int, list[str]] = {}
        for element in (*self.edges, *self.nodes, *self.groups):
            if element.step is not None:
                carriers.setdefault(element.step, []).append(element.id)
        letters = "abcdefghijklmnopqrstuvwxyz"
        return {
            name: f"{step}{letters[i % 26] if len(names) > 1 else ''}"
            for step, names in carriers.items()
            for i, name in enumerate(names)
        }

    def ancestors(self, element: Node | Group) -> list[Group]:
        """Grupos que contêm o elemento, do mais próximo ao mais externo."""
        chain = []
        parent = element.group if isinstance(element, Node) else element.parent
        while parent is not None:
            group = self.elements[parent]
            assert isinstance(group, Group)
            chain.append(group)
            parent = group.parent
        return chain

    def digest(self) -> str:
        """Resumo do que o script declara, sem linhas nem caminhos da máquina."""
        parts = {field: tuple(_facts(element) for element in getattr(self, field)) for field in ("nodes", "groups", "edges", "spacers")}
        facts = _facts(replace(self, notes=(), **parts))
        del facts["unnamed"]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _facts(element: Node | Group | Edge | Diagram) -> dict[str, object]:
    """Os campos do elemento, sem a linha nem o caminho do ícone (`asdict` copiaria tudo o que há neles)."""
    return {name: value for name, value in vars(element).items() if name not in ("line", "icon")}


@dataclass(frozen=True)
class Rendered:
    """A figura de um script. `warnings` são de scripts sem os atributos do projeto, ou de atributos do Graphviz que ela não segue.

    `others` são as figuras dos demais `Diagram` do mesmo script.
    """

    diagram: Diagram
    svg: str
    warnings: tuple[Finding, ...] = ()
    others: tuple[Rendered, ...] = ()
