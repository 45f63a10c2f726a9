"""Captura: executa um script `diagrams` e devolve o grafo que ele declara.

Entra o caminho de um script; sai um `diagram.Diagram`. O pacote `diagrams` guarda cada
elemento num grafo do Graphviz e o desenha ao sair do bloco `with Diagram(...)`; aqui os
mesmos pontos de entrada (criar nó, grupo, seta) são observados, e o desenho dele não
acontece. Nada é escrito nem aberto.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import diagrams

from scripts.base import diagram
from scripts.base.findings import Defect, Finding
from scripts.picture.script.assemble import assemble
from scripts.picture.script.recording import Recording

Members = dict[type | ModuleType, dict[str, Callable]]


def capture(script: Path, root: Path) -> diagram.Diagram:
    """Executa `script` e devolve seu (primeiro) diagrama; o resto é como em `capture_all`."""
    return capture_all(script, root)[0]


def capture_all(script: Path, root: Path) -> tuple[diagram.Diagram, ...]:
    """Executa `script` e devolve os diagramas dele; os caminhos dos achados são relativos a `root`.

    Erro: `Defect` com a linha do script quando ele falha, não declara nenhum `Diagram`,
    declara mais de um usando os atributos do projeto, ou os usa de modo inválido.
    """
    name = script.relative_to(root).as_posix()
    recording = Recording(str(script))
    with _recorded(recording), _undisturbed(script):
        try:
            sys.path_importer_cache[str(script)] = None  # o script não é uma pasta nem um zip de módulos: nem se procura
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as stop:
            if stop.code not in (None, 0):
                raise Defect(_failure(name, recording.script, stop)) from stop
        except Exception as error:
            raise Defect(_failure(name, recording.script, error)) from error
    return assemble(recording, script.stem, name, root)


def _failure(name: str, script: str, error: BaseException) -> Finding:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == script]
    line = lines[-1] if lines else 1
    if isinstance(error, SyntaxError) and error.filename == script:
        line, error = error.lineno or 1, SyntaxError(error.msg)
    cause = " ".join(f"{type(error).__name__}: {error}".split())
    return Finding(name, line or 1, "script-com-erro", f"O script parou com `{cause}`. Corrija esta linha e rode de novo.")


@contextlib.contextmanager
def _recorded(recording: Recording) -> Iterator[None]:
    """Observa as classes de `diagrams` enquanto o bloco dura."""
    def observe(cls, into):
        original = cls.__init__

        def __init__(self, *args, **attrs):
            recording.nested |= cls is diagrams.Diagram and diagrams.getdiagram() is not None
            original(self, *args, **attrs)
            into.append((self, recording.line()))

        return __init__

    def connect(self, node, other, edge):
        recording.edges.append((node, other, edge.attrs, recording.line()))

    def leave(self, exc_type, exc_value, trace):
        diagrams.setdiagram(None)
        diagrams.setcluster(None)

    written = {"node": _unwritten, "subgraph": lambda self, dot: _unwritten(self, **dot.graph_attr)}
    with replaced({
        diagrams.Diagram: {"__init__": observe(diagrams.Diagram, recording.diagrams), "connect": connect, "__exit__": leave,
                           "render": lambda self: None, **written},
        diagrams.Cluster: {"__init__": observe(diagrams.Cluster, recording.elements), **written},
        diagrams.Node: {"__init__": observe(diagrams.Node, recording.elements)},
    }):
        yield


def _unwritten(_, /, *values: object, **attributes: object) -> None:
    """No lugar da linha do grafo, que ninguém vai ler: só recusa, como o `diagrams` ao escrevê-la, o valor que não é texto."""
    for value in (*values, *attributes.values()):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"expected string or bytes-like object, got '{type(value).__name__}'")


@contextlib.contextmanager
def replaced(members: Members) -> Iterator[None]:
    """Troca métodos de classes ou funções de módulos enquanto o bloco dura (`unittest.mock` traria o `asyncio` inteiro)."""
    originals: Members = {owner: {name: getattr(owner, name) for name in new} for owner, new in members.items()}
    try:
        _set(members)
        yield
    finally:
        _set(originals)


def _set(members: Members) -> None:
    for owner, new in members.items():
        for name, member in new.items():
            setattr(owner, name, member)


@contextlib.contextmanager
def _undisturbed(script: Path) -> Iterator[None]:
    """Roda como `python script.py` rodaria na pasta dele e desfaz o que o script mudou no processo."""
    before = (os.getcwd(), list(sys.path), list(sys.argv), dict(os.environ))
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    modules = set(sys.modules)
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script)]
    os.chdir(script.parent)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        cwd, sys.path[:], sys.argv[:], environ = before
        sys.dont_write_bytecode = bytecode
        os.chdir(cwd)
        if dict(os.environ) != environ:
            os.environ.clear()
            os.environ.update(environ)
        _forget(sys.modules.keys() - modules, script.parent)
        diagrams.setdiagram(None)
        diagrams.setcluster(None)


def _forget(names: set[str], folder: Path) -> None:
    """Esquece os módulos vizinhos que o script importou, para que o próximo os leia de novo."""
    for name in names:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(folder):
            del sys.modules[name]
