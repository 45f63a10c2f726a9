"""Montagem: do que foi gravado ao executar um script para um `model.Diagram`.

Aqui os atributos do projeto (`passo`, `recurso`, `grupo`…) ganham tipo, e os ids que
faltam são derivados da ordem de declaração, porque os do pacote `diagrams` são aleatórios.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.findings import Defect, Finding
from scripts.model import Diagram, Edge, Group, Node

if TYPE_CHECKING:
    from scripts.capture import Recording

OWN_ATTRIBUTES = {"recurso", "sem_recurso", "passo", "acao", "porta", "declarada", "grupo"}
LAYOUT_ATTRIBUTES = {"constraint", "minlen", "weight"}
ARROWS = {"forward": "forward", "back": "forward", "both": "both", "none": "none"}


def assemble(recording: Recording, slug: str, name: str, root: Path) -> Diagram:
    """Monta o diagrama gravado. Erro: `Defect` com um achado por problema."""
    return _Assembly(recording, name, root).diagram(slug)


class _Assembly:
    def __init__(self, recording: Recording, name: str, root: Path):
        self.recording = recording
        self.name = name
        self.root = root
        self.problems: list[Finding] = []
        self.ids: dict[int, str] = {}
        self.taken: dict[str, int] = {}
        self.bound = False

    def diagram(self, slug: str) -> Diagram:
        declared = self.recording.diagrams
        if len(declared) != 1:
            line = declared[1][1] if declared else 1
            count = f"declara {len(declared)}" if declared else "não declara nenhum"
            raise Defect(Finding(self.name, line, "diagrama-unico", f"O script {count} `Diagram`; deixe exatamente um."))
        drawn, line = declared[0]
        groups = tuple(self._group(*entry) for entry in self.recording.clusters)
        nodes = tuple(self._node(*entry) for entry in self.recording.nodes)
        edges = self._edges()
        visible = tuple(edge for edge in edges if "invis" not in edge.style)
        spacers = tuple(edge for edge in edges if "invis" in edge.style)
        if not nodes:
            self._problem(line, "diagrama-vazio", "O diagrama não tem componentes; declare ao menos um.")
        if self.problems:
            raise Defect(*self.problems)
        direction = drawn.dot.graph_attr["rankdir"].upper()
        return Diagram(slug, self.name, drawn.name, line, direction, nodes, groups, visible, spacers, self.bound)

    def _problem(self, line: int, code: str, message: str) -> None:
        self.problems.append(Finding(self.name, line, code, message))

    def _identify(self, element: Any, wanted: str, prefix: str, line: int) -> str:
        number = sum(key.startswith(prefix) for key in self.taken) + 1
        identity = wanted or f"{prefix}{number}"
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
        if not (value.isascii() and value.isdigit() and int(value) > 0):
            self._problem(line, "passo-invalido", f"`passo` é `{value}`; escreva um só número inteiro a partir de 1.")
            return None
        return int(value)

    def _group(self, cluster: Any, line: int) -> Group:
        attributes = cluster.dot.graph_attr
        parent = self.ids[id(cluster._parent)] if cluster._parent else None
        return Group(
            self._identify(cluster, attributes.get("id", ""), "grupo-", line),
            cluster.label,
            line,
            kind=attributes.get("grupo", ""),
            parent=parent,
            **self._own(attributes, line),
        )

    def _node(self, node: Any, line: int) -> Node:
        attributes = node._attrs
        explicit = node._id if not _random(node._id) else ""
        return Node(
            self._identify(node, explicit, "no-", line),
            node.label,
            line,
            kind=f"{node._provider}.{node._type}.{type(node).__name__}" if node._provider else type(node).__name__,
            icon=self._icon(node, line),
            group=self.ids[id(node._cluster)] if node._cluster else None,
            **self._own(attributes, line),
        )

    def _icon(self, node: Any, line: int) -> str:
        image = str(node._attrs.get("image", "") or "")
        if not image:
            return ""
        folders = (Path("/"), Path(self.recording.script).parent, self.root)
        for folder in folders:
            if (folder / image).is_file():
                return str((folder / image).resolve())
        self._problem(line, "icone-ausente", f"O ícone `{image}` não existe; confira o caminho, relativo ao script.")
        return ""

    def _edges(self) -> tuple[Edge, ...]:
        count: Counter[str] = Counter()
        edges = []
        for first, second, attributes, line in self.recording.edges:
            backwards = attributes["dir"] == "back"
            tail, head = (second, first) if backwards else (first, second)
            if id(tail) not in self.ids or id(head) not in self.ids:
                self._problem(line, "seta-sem-componente", "Uma ponta da seta não é um componente deste diagrama.")
                continue
            pair = f"{self.ids[id(tail)]}--{self.ids[id(head)]}"
            count[pair] += 1
            self.bound = self.bound or bool(OWN_ATTRIBUTES & attributes.keys())
            edges.append(
                Edge(
                    pair if count[pair] == 1 else f"{pair}--{count[pair]}",
                    self.ids[id(tail)],
                    self.ids[id(head)],
                    line,
                    label=str(attributes.get("label", "")),
                    step=self._step(attributes, line),
                    action=str(attributes.get("acao", "")),
                    port=str(attributes.get("porta", "")),
                    declared=str(attributes.get("declarada", "")),
                    arrows=ARROWS.get(attributes["dir"], "forward"),
                    declared_backwards=backwards,
                    color=str(attributes.get("color", "")),
                    style=str(attributes.get("style", "")),
                    layout=tuple(sorted((key, str(attributes[key])) for key in LAYOUT_ATTRIBUTES & attributes.keys())),
                )
            )
        return tuple(edges)


def _random(identity: str) -> bool:
    """Diz se o id foi sorteado por `diagrams` (`uuid4().hex`)."""
    return len(identity) == 32 and all(character in "0123456789abcdef" for character in identity)
