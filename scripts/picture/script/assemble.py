"""Montagem: do que foi gravado ao executar um script para um `model.Diagram`.

Aqui os atributos do projeto (`passo`, `recurso`, `grupo`…) ganham tipo, e os ids que
faltam são derivados da ordem de declaração, porque os do pacote `diagrams` são aleatórios.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import diagrams

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect, Finding
from scripts.picture import icons
from scripts.picture.script.leftovers import CODE, Leftovers
from scripts.picture.script.looks import edge_label, edge_look, group_fill, node_label, node_look
from scripts.picture.script.recording import Recording
from scripts.picture.text import plain, writable

STEP = re.compile("[1-9][0-9]?")
OWN_ATTRIBUTES = {"recurso", "sem_recurso", "passo", "acao", "porta", "declarada", "sem_regra", "grupo"}
LAYOUT_ATTRIBUTES = {"constraint", "minlen", "weight"}
ARROWS = {"forward": "forward", "back": "forward", "both": "both", "none": "none"}


def assemble(recording: Recording, slug: str, name: str, root: Path) -> tuple[Diagram, ...]:
    """Monta os diagramas gravados, na ordem declarada. Erro: `Defect` com um achado por problema.

    Um script com os atributos do projeto só tem um; o de outra pessoa pode ter vários.
    """
    declared = recording.diagrams
    if not declared:
        raise Defect(Finding(name, 1, "diagrama-unico", "O script não declara nenhum `Diagram`; declare um ou, se é um módulo que os outros "
                             f"importam, comece o nome dele por `_`: `_{Path(name).name}`."))
    parts = [_Assembly(recording, name, root, drawn) for drawn, _ in declared]
    found = tuple(part.diagram(slug if i == 1 else f"{slug}-{i}", line) for i, (part, (_, line)) in enumerate(zip(parts, declared), 1))
    if len(found) > 1 and (recording.nested or any(diagram.bound for diagram in found)):
        raise Defect(Finding(name, declared[1][1], "diagrama-unico", f"O script declara {len(declared)} `Diagram`; deixe exatamente um."))
    return found


class _Assembly:
    def __init__(self, recording: Recording, name: str, root: Path, drawn: diagrams.Diagram):
        self.recording = recording
        self.name = name
        self.root = root
        self.drawn = drawn
        beside, output = Path(recording.script).parent, Path(drawn.filename).parent
        self.folders = (Path("/"), beside, root, beside / output, root / output)
        self.problems: list[Finding] = []
        self.notes: list[Finding] = []
        self.ids: dict[int, str] = {}
        self.names: dict[str, str] = {}
        self.taken: dict[str, int] = {}
        self.unnamed: set[str] = set()
        self.leftovers = Leftovers()
        self.bound = False

    def diagram(self, slug: str, line: int) -> Diagram:
        declared = [entry for entry in self.recording.elements if entry[0]._diagram is self.drawn]
        for owner, attributes in (("diagrama", self.drawn.dot.graph_attr), ("forma", self.drawn.dot.node_attr), ("seta", self.drawn.dot.edge_attr)):
            self.leftovers.read(owner, attributes, line)
        self.wanted = {_declared_id(element) for element, _ in declared}
        elements = [self._element(i, *entry) for i, entry in enumerate(declared)]
        groups = tuple(element for element in elements if isinstance(element, Group))
        nodes = tuple(element for element in elements if isinstance(element, Node))
        edges = self._edges()
        visible = tuple(edge for edge in edges if "invis" not in edge.style)
        spacers = tuple(edge for edge in edges if "invis" in edge.style)
        if not nodes and not self.recording.nested:
            self._problem(line, "diagrama-vazio", "O diagrama não tem componentes; declare ao menos um.")
        if self.problems:
            raise Defect(*self.problems)
        direction = self.drawn.dot.graph_attr["rankdir"].upper()
        title = plain(self.drawn.name)
        if self.leftovers.found:
            self._note(self.leftovers.line, CODE, self.leftovers.message())
        notes = tuple(sorted(set(self.notes)))
        return Diagram(slug, self.name, title, line, direction, nodes, groups, visible, spacers, self.bound, notes,
                       frozenset(self.unnamed))

    def _note(self, line: int, code: str, message: str) -> None:
        self.notes.append(Finding(self.name, line, code, message))

    def _problem(self, line: int, code: str, message: str) -> None:
        self.problems.append(Finding(self.name, line, code, message))

    def _identify(self, element: Any, prefix: str, line: int) -> str:
        free = (f"{prefix}{number}" for number in count(1))
        identity = _declared_id(element)
        if not identity:
            identity = next(i for i in free if i not in self.taken and i not in self.wanted)
            self.unnamed.add(identity)
        if identity in self.taken:
            self._problem(
                line,
                "id-repetido",
                f"O id `{identity}` já foi usado na linha {self.taken[identity]}; dê outro a um dos dois.",
            )
        self.taken.setdefault(identity, line)
        self.ids[id(element)] = identity
        return identity

    def _own(self, attributes: dict[str, Any], line: int) -> dict[str, Any]:
        """Os atributos comuns a nós e grupos, já com tipo."""
        self.bound = self.bound or bool(OWN_ATTRIBUTES & attributes.keys())
        return {
            "resources": tuple(str(attributes.get("recurso", "")).split()),
            "without_resource": str(attributes.get("sem_recurso", "")),
            "step": self._step(attributes, line),
        }

    def _step(self, attributes: dict[str, Any], line: int) -> int | None:
        value = str(attributes.get("passo", "")).strip()
        if not value:
            return None
        if not STEP.fullmatch(value):
            shown = value if len(value) <= 40 else f"{value[:40]}…"
            self._problem(line, "passo-invalido", f"`passo` é `{shown}`; escreva um só número inteiro, de 1 a 99.")
            return None
        return int(value)

    def _element(self, order: int, element: Any, line: int) -> Group | Node:
        build = self._group if isinstance(element, diagrams.Cluster) else self._node
        return build(element, line, order)

    def _group(self, cluster: Any, line: int, order: int) -> Group:
        attributes = cluster.dot.graph_attr
        parent = self.ids[id(cluster._parent)] if cluster._parent else None
        self.leftovers.read("grupo", attributes, line)
        what = f"do grupo {_quoted(plain(cluster.label))}"
        return Group(
            self._identify(cluster, "grupo-", line),
            plain(cluster.label),
            line,
            order=order,
            kind=attributes.get("grupo", ""),
            parent=parent,
            fill=group_fill(attributes, what, partial(self._note, line)),
            **self._own(attributes, line),
        )

    def _node(self, node: Any, line: int, order: int) -> Node:
        attributes = {**self.drawn.dot.node_attr, **node._attrs}
        hidden = "invis" in str(attributes.get("style", ""))
        label = "" if hidden else node_label(node.label, attributes)
        icon = "" if hidden else self._icon(node, line)
        self.leftovers.read("nó" if icon else "forma", node._attrs, line)
        identity = self._identify(node, "no-", line)
        self.names[identity] = " ".join(label.split()) or identity
        return Node(
            identity,
            label,
            line,
            order=order,
            kind=f"{node._provider}.{node._type}.{type(node).__name__}" if node._provider else type(node).__name__,
            icon=icon,
            group=self.ids[id(node._cluster)] if node._cluster else None,
            **node_look(attributes, bool(node._attrs.get("image")), f"de {_quoted(label)}", partial(self._note, line)),
            **self._own(node._attrs, line),
        )

    def _icon(self, node: Any, line: int) -> str:
        image = str(node._attrs.get("image", "") or "")
        if not image:
            return ""
        official = type(node)._icon and type(node)._icon_dir
        if official and (shipped := _shipped(image)):
            return self._usable(shipped, image, line)
        for folder in self.folders:
            if (folder / image).is_file():
                return self._usable((folder / image).resolve(), image, line)
        if official:  # há classes de `diagrams` que citam um arquivo que ele não traz
            return ""
        self._problem(line, "icone-ausente", f"O ícone `{image}` não existe; confira o caminho, relativo ao script.")
        return ""

    def _usable(self, path: Path, image: str, line: int) -> str:
        problem = icons.problem(path)
        if problem:
            self._note(line, "icone-ruim", f"O ícone `{image}` {problem}")
        return "" if icons.node_symbol(str(path)) is None else str(path)

    def _connections(self) -> Iterator[tuple[Any, Any, dict[str, Any], int]]:
        """As setas deste diagrama, com os atributos de todas; com `strict`, uma só por par e sentido."""
        merged: dict[tuple[int, int], dict[str, Any]] = {}
        for first, second, own, line in self.recording.edges:
            if first._diagram is not self.drawn:
                continue
            earlier = merged.get((id(first), id(second)))
            if earlier is not None and self.drawn.dot.strict:
                earlier.update(own)
                continue
            merged[id(first), id(second)] = attributes = {**self.drawn.dot.edge_attr, **own}
            yield first, second, attributes, line

    def _edges(self) -> tuple[Edge, ...]:
        seen: Counter[str] = Counter()
        edges = []
        for first, second, attributes, line in list(self._connections()):
            backwards = attributes["dir"] == "back"
            tail, head = (second, first) if backwards else (first, second)
            if id(tail) not in self.ids or id(head) not in self.ids:
                self._problem(line, "seta-sem-componente", "Uma ponta da seta não é um componente deste diagrama.")
                continue
            ends = self.ids[id(tail)], self.ids[id(head)]
            pair = f"{ends[0]}--{ends[1]}"
            seen[pair] += 1
            edges.append(self._edge(pair if seen[pair] == 1 else f"{pair}--{seen[pair]}", ends, attributes, line))
        return tuple(edges)

    def _edge(self, identity: str, ends: tuple[str, str], attributes: dict[str, Any], line: int) -> Edge:
        self.bound = self.bound or bool(OWN_ATTRIBUTES & attributes.keys())
        what = f"da seta “{self.names[ends[0]]} → {self.names[ends[1]]}”"
        look = edge_look(attributes, what, partial(self._note, line))
        self.leftovers.read("seta", attributes, line)
        backwards = attributes["dir"] == "back"
        if backwards:
            look["near"] = look["near"][::-1]
        return Edge(
            identity,
            *ends,
            line,
            label=edge_label(attributes),
            step=self._step(attributes, line),
            action=str(attributes.get("acao", "")),
            port=str(attributes.get("porta", "")),
            declared=str(attributes.get("declarada", "")),
            unruled=str(attributes.get("sem_regra", "")),
            arrows="none" if attributes.get("arrowhead") == "none" else ARROWS.get(attributes["dir"], "forward"),
            declared_backwards=backwards,
            layout=tuple(sorted((key, str(attributes[key])) for key in LAYOUT_ATTRIBUTES & attributes.keys())),
            **look,
        )


@cache
def _shipped(image: str) -> Path | None:
    """O ícone que o pacote `diagrams` traz, com o caminho real; os scripts repetem os mesmos poucos."""
    path = Path(image)
    return path.resolve() if path.is_absolute() and path.is_file() else None


def _quoted(label: str) -> str:
    return f"“{' '.join(label.split()) or 'sem nome'}”"


def _declared_id(element: Any) -> str:
    """O id que o script deu; vazio quando não deu ou foi sorteado por `diagrams` (`uuid4().hex`)."""
    if isinstance(element, diagrams.Cluster):
        return writable(element.dot.graph_attr.get("id", ""))
    identity = writable(element._id)
    return "" if re.fullmatch("[0-9a-f]{32}", identity) else identity
