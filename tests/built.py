"""O que custa a fazer e se faz uma vez na rodada, para todos os processos: o site deste repositório."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tree(target: Path) -> Path:
    """Uma cópia da árvore do projeto, sem as ferramentas."""
    for name in ("diagrams_src", "docs", "fluxos"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copy(ROOT / "mkdocs.yml", target)
    return target


def alone(target: Path, slug: str) -> Path:
    """Uma árvore só com essa arquitetura."""
    for part in (f"diagrams_src/{slug}.py", f"fluxos/{slug}.py"):
        (target / part).parent.mkdir(parents=True)
        shutil.copy(ROOT / part, target / part)
    shutil.copytree(ROOT / "docs/arquiteturas" / slug, target / "docs/arquiteturas" / slug)
    return target


def apart(root: Path) -> dict[str, str]:
    """O ambiente de um comando que roda testes dentro destes, com as pastas temporárias nesta.

    A um outro `pytest`, a pasta comum serviria, mas ele a fecha a outros usuários ao começar, e o PostgreSQL destes testes pode ser de um.
    """
    return {**os.environ, "PYTHONUTF8": "1", "PYTEST_DEBUG_TEMPROOT": str(root)}


def construir(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts"), "construir", "--raiz", str(root)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"})


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Uma pasta feita uma vez e usada por todos os processos da rodada; quem chega depois espera."""
    base = factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / name
    try:
        shared.mkdir()
    except FileExistsError:
        limit = time.monotonic() + 240
        while not (shared / "pronto").exists():
            assert time.monotonic() < limit and not (shared / "falhou").exists(), f"{name} não ficou pronto"
            time.sleep(0.2)
        return shared
    try:
        make(shared)
    except BaseException:
        (shared / "falhou").touch()
        raise
    (shared / "pronto").touch()
    return shared


def site_of(factory: pytest.TempPathFactory) -> Path:
    """O site deste repositório, construído; quem o usa só lê."""

    def make(folder: Path) -> None:
        done = construir(tree(folder / "arvore"))
        assert done.returncode == 0, done.stdout + done.stderr

    return once(factory, "site-construido", make) / "arvore" / "site"
