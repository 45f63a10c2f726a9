"""O laboratório de uma rodada, aberto para um módulo de teste: o que `executar` põe no ar, para mais casos que os do fluxo."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from scripts.aws.types import DATABASE
from scripts.replay.browsing import Site
from scripts.replay.database import Database
from scripts.replay.lab import Lab
from scripts.replay.replaying import prepared, workplace
from scripts.replay.state import simulated
from tests.every.replays import flow_of, scene_of, servers


@contextmanager
def laboratory(slug: str, **parameters: str) -> Iterator[Lab]:
    """A pilha da arquitetura, com os parâmetros do fluxo dela e estes. O que falha se arquiva, e o laboratório segue."""
    flow = flow_of(slug)
    stage = replace(scene_of(slug), flow=replace(flow, parameters={**flow.parameters, **parameters}))
    with workplace() as folder, simulated():
        lab, problem = prepared(stage, stage.reading(stage.template), folder, flow.sample, servers())
        assert lab, problem
        try:
            yield lab
        finally:
            lab.close()


def rotate(lab: Lab, database: Database, node: str, password: str) -> None:
    """Como o RDS: senha nova no banco e no segredo; quem já estava dentro precisa entrar de novo."""
    database.server.run(f"ALTER ROLE {database.user} PASSWORD '{password}'")
    secret = json.dumps({"username": database.user, "password": password})
    lab.state.secrets.put_secret_value(SecretId=lab.given[f"{lab.resource(node, DATABASE).id}.MasterUserSecret.SecretArn"], SecretString=secret)
    database.server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{database.user}'")


@contextmanager
def down(database: Database, back: Callable[[], bool]) -> Iterator[None]:
    """O banco fora do ar; no fim, espera até `back` dizer que a aplicação voltou a falar com ele."""
    database.server.stop()
    try:
        yield
    finally:
        database.server.start()
    deadline = time.monotonic() + 60
    while not back():
        assert time.monotonic() < deadline, "o banco não voltou"
        time.sleep(0.1)


def process(site: Site) -> int:
    """O processo da aplicação: o que roda na pasta que faz as vezes da instância, que é só dela."""
    (number,) = (int(found.parent.name) for found in Path("/proc").glob("[0-9]*/cwd") if _inside(found, site.root))
    return number


def _inside(link: Path, folder: Path) -> bool:
    try:
        return link.readlink().is_relative_to(folder.resolve())
    except OSError:  # já acabou, ou é de outra pessoa
        return False
