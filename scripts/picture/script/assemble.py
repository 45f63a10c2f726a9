"""Montagem: do que foi gravado ao executar um script para um `model.Diagram`.

Aqui os atributos do projeto (`passo`, `recurso`, `grupo`…) ganham tipo, e os ids que
faltam são derivados da ordem de declaração, porque os do pacote `diagrams` são aleatórios.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import diagrams

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.findings import Defect, Finding
from scripts.picture.script.recording import Recording
from scripts.picture.text import plain

STEP = re.compile("[1-9][0-9]?")
OWN_ATTRIBUTES = {"recurso", "sem_recurso", "passo", "acao", "porta", "declarada", "sem_regra", "grupo"}
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
        self.wanted = {_declared_id(element) for element, _ in self.recording.elements}
        elements = [self._element(i, *entry) for i, entry in enumerate(self.recording.elements)]
        groups = tuple(element for element in elements if isinstance(element, Group))
        nodes = tuple(element for element in elements if isinstance(element, Node))
        edges = self._edges()
        visible = tuple(edge for edge in edges if "invis" not in edge.style)
        spacers = tuple(edge for edge in edges if "invis" in edge.style)
        if not nodes:
            self._problem(line, "diagrama-vazio", "O diagrama não tem componentes; declare ao menos um.")
        if self.problems:
            raise Defect(*self.problems)
        direction = drawn.dot.graph_attr["rankdir"].upper()
        return Diagram(slug, self.name, plain(drawn.name), line, direction, nodes, groups, visible, spacers, self.bound)

    def _problem(self, line: int, code: str, message: str) -> None:
        self.problems.append(Finding(self.name, line, code, message))

    def _identify(self, element: Any, prefix: str, line: int) -> str:
        free = (f"{prefix}{number}" for number in count(1))
        identity = _declared_id(element) or next(i for i in free if i not in self.taken and i not in self.wanted)
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
        return Group(
            self._identify(cluster, "grupo-", line),
            plain(cluster.label),
            line,
            order=order,
            kind=attributes.get("grupo", ""),
            parent=parent,
            **self._own(attributes, line),
        )

    def _node(self, node: Any, line: int, order: int) -> Node:
        attributes = node._attrs
        return Node(
            self._identify(node, "no-", line),
            plain("" if node.label is None else node.label),
            line,
            order=order,
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
        if type(node)._icon:  # há classes de `diagrams` que citam um arquivo que ele não traz
            return ""
        self._problem(line, "icone-ausente", f"O ícone `{image}` não existe; confira o caminho, relativo ao script.")
        return ""

    def _edges(self) -> tuple[Edge, ...]:
        seen: Counter[str] = Counter()
        edges = []
        for first, second, attributes, line in self.recording.edges:
            backwards = attributes["dir"] == "back"
            tail, head = (second, first) if backwards else (first, second)
            if id(tail) not in self.ids or id(head) not in self.ids:
                self._problem(line, "seta-sem-componente", "Uma ponta da seta não é um componente deste diagrama.")
                continue
            pair = f"{self.ids[id(tail)]}--{self.ids[id(head)]}"
            seen[pair] += 1
            self.bound = self.bound or bool(OWN_ATTRIBUTES & attributes.keys())
            edges.append(
                Edge(
                    pair if seen[pair] == 1 else f"{pair}--{seen[pair]}",
                    self.ids[id(tail)],
                    self.ids[id(head)],
                    line,
                    label=plain(attributes.get("label") or attributes.get("xlabel") or ""),
                    step=self._step(attributes, line),
                    action=str(attributes.get("acao", "")),
                    port=str(attributes.get("porta", "")),
                    declared=str(attributes.get("declarada", "")),
                    unruled=str(attributes.get("sem_regra", "")),
                    arrows=ARROWS.get(attributes["dir"], "forward"),
                    declared_backwards=backwards,
                    color=str(attributes.get("color", "")),
                    style=str(attributes.get("style", "")),
                    layout=tuple(sorted((key, str(attributes[key])) for key in LAYOUT_ATTRIBUTES & attributes.keys())),
                )
            )
        return tuple(edges)


def _declared_id(element: Any) -> str:
    """O id que o script deu; vazio quando não deu ou foi sorteado por `diagrams` (`uuid4().hex`)."""
    if isinstance(element, diagrams.Cluster):
        return plain(element.dot.graph_attr.get("id", ""))
    identity = plain(element._id)
    return "" if re.fullmatch("[0-9a-f]{32}", identity) else identity
