"""O contrato do mundo fechado, medido: cada folha que contou como lida, mudada, muda um achado ou uma linha de evidência.

O que, mudado, não muda nada precisa estar em `scripts/aws/indifferent.py`, com o motivo, que a página Provas mostra.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.indifferent import indifferent
from scripts.base.findings import Defect
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.measure.mutations import altered
from scripts.proofs.drawn.unread import dotted_of, path_of, read_leaves
from scripts.template.values import Path


def leaves_read(read: Reading) -> list[Path]:
    """As folhas do caminho de alguma prova que contaram como lidas por ela, sem repetição, na ordem em que se leem."""
    assert read.diagram and read.template
    found: dict[Path, None] = {}
    for proof in read.proofs:
        for seen in proof.seen:
            for name in path_of(read.diagram, proof.edge, seen):
                found.update(dict.fromkeys(read_leaves(seen, seen.view.resources[name])))
    return list(found)


def unmoved(read: Reading, path: Path) -> bool:
    """A folha, mudada, deixa todos os achados e todas as linhas de evidência como estavam."""
    assert read.diagram and read.template
    try:
        changed = Reading(read.diagram, read.page, altered(read.template, path))
    except Defect:
        return False
    return _lines(changed) == _lines(read) and not any(True for _ in verdict.judge(changed))


def _lines(read: Reading) -> set[tuple[str, Path, str]]:
    return {(proof.edge.id, piece.path, piece.text) for proof in read.proofs for piece in proof.found}


def unexplained(read: Reading, paths: list[Path]) -> Iterator[str]:
    """O que não muda nada e não está na lista, como se lê: recurso e propriedade."""
    assert read.template
    for path in paths:
        resource = read.template.resources[str(path[1])]
        dotted = dotted_of(read.template.data, path)
        if not indifferent(resource.type, dotted) and unmoved(read, path):
            yield f"{resource.id} ({resource.type}): {dotted}"
