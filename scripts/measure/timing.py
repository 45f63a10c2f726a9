"""Quanto um comando leva e o que ele diz, para as medidas."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from scripts.base.tree import WrongUse

LAST_WORDS = 2000


def timed(command: list[str], cwd: Path) -> float:
    """Segundos que o comando leva. Erro: o de `said`."""
    start = time.perf_counter()
    said(command, cwd)
    return time.perf_counter() - start


def said(command: list[str], cwd: Path) -> str:
    """O que o comando imprime. Erro: `WrongUse`, com o que ele disse, quando falha: sem achados, a árvore se mede."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise WrongUse(f"A medida parou: o comando medido terminou com {done.returncode}. Ele disse:\n"
                       f"{(done.stdout + done.stderr).strip()[-LAST_WORDS:]}")
    return done.stdout
