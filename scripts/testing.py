"""`testar`: confere a árvore e roda os testes, todos ou só os de uma arquitetura, de uma pasta de `tests/` ou de um nome.

Os testes de `tests/every/` valem para qualquer arquitetura e rodam sobre a árvore de `--raiz`; os
dela ficam em `tests/`. Nesta árvore rodam também os das ferramentas.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.base.tree import TOOLKIT, TREE_VARIABLE, Tree, WrongUse
from scripts.checks import run

NOTHING = 5
"""O estado do `pytest` quando nenhum teste foi escolhido."""
WAITING = 1
"""Processos além dos núcleos: um terço do tempo dos testes é espera, por um prazo que se esgota ou um servidor que abre."""
ENDLESS = 300
"""Segundos depois dos quais um teste não vai mais terminar: dez vezes o mais demorado. Ele vira falha, e os outros seguem."""
MEMORY, ROOM = Path("/dev/shm"), 8 << 30
"""A pasta que no Linux fica na memória, e os bytes livres nela para que os testes, que escrevem menos de 1 GB de cada vez, não apertem ninguém."""


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
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # senão, cada processo dos testes compilaria de novo os testes e o que eles importam
    workers = (os.cpu_count() or 1) + WAITING
    spread = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder", "--timeout", str(ENDLESS), "--timeout-method", "thread"]
    with contextlib.nullcontext() if names else _in_memory():
        status = pytest.main(["--rootdir", str(TOOLKIT), *spread, *chosen, *more, *(str(folder) for folder in folders if folder.is_dir())])
    if status == NOTHING and names and not slugs:
        raise WrongUse(f"Nenhum teste se chama `{'`, `'.join(names)}`; dê o nome de uma arquitetura ou um pedaço do nome de um teste.")
    return 1 if findings or status not in (0, NOTHING) else 0


@contextlib.contextmanager
def _in_memory() -> Iterator[None]:
    """O que os testes escrevem fica na memória e some com eles, se há onde: criar e apagar bancos e árvores no disco levava um quinto do processador.

    Com a pasta temporária que o ambiente já diz, ou sem lugar de sobra, fica tudo onde ficaria.
    """
    if "TMPDIR" in os.environ or not _roomy():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="testes-", dir=MEMORY) as folder:
        os.chmod(folder, 0o1777)  # como a comum: o PostgreSQL pode ser de outro usuário
        os.environ["TMPDIR"], tempfile.tempdir = folder, folder
        yield


def _roomy() -> bool:
    """Se a pasta na memória existe, tem lugar de sobra e deixa rodar um programa que esteja nela."""
    return os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ROOM and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
