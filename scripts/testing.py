"""`testar`: confere a árvore e roda os testes, todos ou só os de uma arquitetura, de uma pasta de `tests/` ou de um nome.

Os testes de `tests/every/` valem para qualquer arquitetura e rodam sobre a árvore de `--raiz`; os
dela ficam em `tests/`. Nesta árvore rodam também os das ferramentas.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from scripts.base.tree import TOOLKIT, TREE_VARIABLE, Tree, WrongUse
from scripts.checks import run

NOTHING = 5
"""O estado do `pytest` quando nenhum teste foi escolhido."""
WAITING = 1
"""Processos além dos núcleos: um terço do tempo dos testes é espera, por um prazo que se esgota ou um servidor que abre."""
ENDLESS = 300
"""Segundos depois dos quais um teste não vai mais terminar: dez vezes o mais demorado. Ele vira falha, e os outros seguem."""


def run_tests(tree: Tree, names: list[str], more: Sequence[str] = ()) -> int:
    """O estado de saída: 0 se tudo confere e passa; `more` são opções do `pytest`. Erro: `WrongUse` quando nenhum teste tem os nomes pedidos."""
    import pytest

    slugs = [name for name in names if name in tree.architectures()]
    findings = run.findings(tree, slugs) if slugs or not names else []
    for finding in findings:
        print(finding)
    own, every = tree.root / "tests", TOOLKIT / "tests" / "every"
    folders = [own] if (own / "every").is_dir() else [own, every]  # um repositório de `novo --projeto` já traz os de `every`
    chosen = ["-k", " or ".join(f"{name} or {name.replace('-', '_')}" for name in names)] if names else []
    if names and {*names} <= {folder.name for folder in own.glob("*/")}:
        folders, chosen = [own / name for name in names], []
    os.environ[TREE_VARIABLE] = str(tree.root)
    workers = (os.cpu_count() or 1) + WAITING
    spread = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder", "--timeout", str(ENDLESS), "--timeout-method", "thread"]
    status = pytest.main(["--rootdir", str(TOOLKIT), *spread, *chosen, *more, *(str(folder) for folder in folders if folder.is_dir())])
    if status == NOTHING and names and not slugs:
        raise WrongUse(f"Nenhum teste se chama `{'`, `'.join(names)}`; dê o nome de uma arquitetura ou um pedaço do nome de um teste.")
    return 1 if findings or status not in (0, NOTHING) else 0
