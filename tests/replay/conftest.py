"""O que mais de um destes módulos usa."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.replay import replaying
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.processes import warm
from tests.replay.bench import planted
from tests.replay.small import PAGE, SCRIPT, TEMPLATE, Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory) -> Iterator[Bench]:
    warm()
    tree = planted(tmp_path_factory.mktemp("arvore"), "teste", SCRIPT, TEMPLATE, PAGE)
    servers = Servers()
    yield Bench(replaying.scene(tree, Flow("teste", lambda lab: None)), servers)
    servers.close()
