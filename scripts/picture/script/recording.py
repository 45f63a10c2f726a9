"""A gravação: o que um script fez com o pacote `diagrams`, na ordem em que fez."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from diagrams import Cluster, Diagram, Node


@dataclass
class Recording:
    """O que um script fez, na ordem: objetos de `diagrams` com a linha que os criou.

    `nested` diz que um `Diagram` foi aberto dentro de outro.
    """

    script: str
    diagrams: list[tuple[Diagram, int]] = field(default_factory=list)
    elements: list[tuple[Cluster | Node, int]] = field(default_factory=list)
    nested: bool = False
    edges: list[tuple[Node, Node, dict[str, str], int]] = field(default_factory=list)

    def line(self) -> int:
        """Linha do script que está sendo executada agora."""
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.script:
                return frame.f_lineno
            frame = frame.f_back
        return 1
