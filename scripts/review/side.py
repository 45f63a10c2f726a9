"""Um dos lados, lido num processo à parte: os scripts e as regras de uma revisão velha podem travar ou cair."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scripts.base.diagram import SLUG, Diagram, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree
from scripts.picture.workers import render_all
from scripts.review.facts import Facts

LIMIT = 120.0
"""Segundos para ler um lado inteiro; cada script já tem o seu prazo."""


@dataclass(frozen=True)
class Side:
    """As arquiteturas lidas de um lado, e o que se precisa dizer do lado inteiro."""

    facts: Mapping[str, Facts]
    problems: tuple[str, ...] = ()


class Reader:
    """Lê um lado noutro processo, enquanto este faz outra coisa; `side` espera, até o prazo."""

    def __init__(self, root: Path, slugs: Sequence[str], prove: bool = True):
        context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
        self.answer, told = context.Pipe(duplex=False)
        self.process = context.Process(target=_serve, args=(root, tuple(slugs), prove, told))
        self.process.start()
        told.close()

    def side(self) -> Side:
        """O lado lido; o que não deu tempo, ou caiu, é dito."""
        try:
            if not self.answer.poll(LIMIT):
                return Side({}, (f"A leitura não terminou em {LIMIT:.0f} s; procure em `regras/` ou nos scripts um laço sem fim.",))
            return self.answer.recv()
        except (EOFError, OSError):
            return Side({}, ("A leitura caiu antes do fim; algo em `regras/` encerra o Python.",))
        finally:
            self.stop()

    def stop(self) -> None:
        """Encerra o processo, se ainda há."""
        self.process.kill()
        self.process.join()


def _serve(root: Path, slugs: tuple[str, ...], prove: bool, told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.redirect_stdout(sys.stderr):
        try:
            found = read(root, slugs, prove)
        except Exception as error:
            found = Side({}, (f"A leitura parou com `{type(error).__name__}: {' '.join(str(error).split())}`.",))
    told.send(found)


def read(root: Path, slugs: Sequence[str], prove: bool = True) -> Side:
    """Lê estas arquiteturas da árvore, com as regras dela; o que falta, ou não se lê, fica dito em cada uma.

    Sem `prove`, as setas e os benefícios vêm sem julgamento.
    """
    from scripts.page import titles
    from scripts.proofs import own
    from scripts.review import reading

    tree = Tree(root)
    known = [slug for slug in slugs if tree.script(slug).is_file() or (tree.pages / slug).is_dir()]
    problems = [_said(finding) for finding in own.load(root)]
    try:
        named = titles.read(root)
    except Defect as defect:
        named, problems = titles.STANDARD, [*problems, *map(_said, defect.findings)]
    drawn = declared(tree, known)
    facts = {}
    for slug in known:
        result = drawn.get(slug, ())
        diagram = result if isinstance(result, Diagram) else None
        said = tuple(_said(finding) for finding in result) if isinstance(result, tuple) else ()
        try:
            facts[slug] = reading.read(tree, slug, diagram, said, named, prove)
        except Exception as error:  # uma arquitetura que não se lê não leva as outras
            stopped = f"a leitura parou com `{type(error).__name__}: {' '.join(str(error).split())}`."
            facts[slug] = Facts(slug, (*said, stopped))
    return Side(facts, tuple(problems))


def declared(tree: Tree, slugs: Sequence[str]) -> dict[str, Diagram | tuple[Finding, ...]]:
    """O que o script de cada uma declara, ou por que não roda; cada script tem um prazo."""
    results: dict[str, Diagram | tuple[Finding, ...]] = {}

    def done(script: Path, result: Rendered | tuple[Finding, ...]) -> None:
        results[script.stem] = result.diagram if isinstance(result, Rendered) else result

    render_all(tree.root, [tree.script(slug) for slug in slugs if SLUG.fullmatch(slug) and tree.script(slug).is_file()], done, draw=False)
    return results


def _said(finding: Finding) -> str:
    return f"`{finding.path}`, linha {finding.line}: {finding.message}"
