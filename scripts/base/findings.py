"""Achados: o que está errado, onde, e o que fazer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """Um defeito localizado.

    `path` é relativo à raiz da árvore, com barras normais; `line` começa em 1;
    `code` é curto e estável (`passo-sem-seta`); `message` é uma frase com o problema
    e o que fazer. Impresso, o achado ocupa uma linha só.
    """

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.code}] {' '.join(self.message.splitlines())}"


class Defect(Exception):
    """Entrada que não dá para usar: leva os achados que explicam por quê."""

    def __init__(self, *findings: Finding):
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


def to_json(findings: Iterable[Finding]) -> str:
    """Lista de objetos `{"path", "line", "code", "message"}`, na ordem recebida."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)
