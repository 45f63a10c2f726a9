"""Um terminal para os testes que digitam os comandos das páginas com programas de verdade."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from aws_program import loaded
from terminal import Terminal, opened


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """O programa `aws`; a pasta dele tem o caminho curto que um soquete pede."""
    with tempfile.TemporaryDirectory(prefix="aws-", dir="/tmp") as folder, loaded(Path(folder)) as program:
        yield program


@pytest.fixture
def terminal(aws: str, tmp_path: Path) -> Callable[..., AbstractContextManager[Terminal]]:
    """`terminal(slug, estrago)` abre um terminal numa pasta vazia."""
    return lambda slug, spoil="": opened(slug, tmp_path, aws, spoil)
