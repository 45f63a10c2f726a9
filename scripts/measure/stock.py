"""O mesmo script desenhado pelo `dot`, para comparar: `python -m scripts.measure.stock SCRIPT`.

Imprime, em JSON, o que o Graphviz respondeu a cada `Diagram` do script, com ícones, letras e
espaços do tamanho dos nossos: assim a comparação é entre leiautes, não entre tamanhos. O
arranjo é o do `diagrams` (`splines=ortho`, rótulos medidos pelo Graphviz).
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import diagrams

from scripts.picture import text
from scripts.picture.measures import ICON, ICON_GAP


def main(script: str) -> None:
    """Executa o script com os tamanhos nossos e imprime uma lista: uma resposta por `Diagram`."""
    drawn: list[dict] = []
    _resize(drawn)
    sys.path.insert(0, str(Path(script).parent))
    os.chdir(Path(script).parent)
    with contextlib.redirect_stdout(sys.stderr):
        runpy.run_path(script, run_name="__main__")
    print(json.dumps(drawn))


def _resize(drawn: list[dict]) -> None:
    """Troca os tamanhos padrão do `diagrams` e anota, em vez de desenhar."""
    diagrams.Diagram._default_graph_attrs = {"splines": "ortho", "nodesep": "0.42", "ranksep": "0.36", "fontsize": "13"}
    original = diagrams.Node.__init__
    nodes: list[str] = []

    def __init__(self, label="", *, nodeid=None, **attrs):
        lines = str(label).split("\n")
        size = {"width": max(ICON, *map(text.width, lines)) / 72, "height": (ICON + ICON_GAP + text.LINE_HEIGHT * len(lines)) / 72}
        image = type(self)._icon is not None
        original(self, label, nodeid=nodeid, **({key: f"{value:.3f}" for key, value in size.items()} if image else {}), **attrs)
        nodes.append(self._id)

    def leave(self, *_):
        self.dot.graph_attr["label"] = ""  # a nossa figura não repete o título, que a página já traz
        drawn.append({"answer": json.loads(_dot("json0", self.dot.source)), "nodes": nodes[:],
                      "words": _words(_dot("svg", self.dot.source))})
        nodes.clear()
        diagrams.setdiagram(None)
        diagrams.setcluster(None)

    diagrams.Node.__init__ = __init__
    diagrams.Diagram.__exit__ = leave


def _dot(form: str, source: str) -> str:
    command = ["dot", f"-T{form}"]
    return subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def _words(svg: str) -> list[str]:
    """As palavras que a figura mostra."""
    texts = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [word for text in texts for word in "".join(text.itertext()).split()]


if __name__ == "__main__":
    main(sys.argv[1])
