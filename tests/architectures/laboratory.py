"""O laboratório de uma rodada, aberto para um módulo de teste: o que `executar` põe no ar, para mais casos que os do fluxo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from scripts.checks.reading import Reading
from scripts.replay.lab import Lab
from scripts.replay.replaying import prepared, workplace
from scripts.replay.state import simulated
from scripts.template.cloudformation import parse
from tests.every.replays import flow_of, scene_of, servers


@contextmanager
def laboratory(slug: str, **parameters: str) -> Iterator[Lab]:
    """A pilha da arquitetura, com os parâmetros do fluxo dela e estes. O que falha se arquiva, e o laboratório segue."""
    flow = flow_of(slug)
    stage = replace(scene_of(slug), flow=replace(flow, parameters={**flow.parameters, **parameters}))
    read = Reading(stage.diagram, stage.page, parse(stage.template, stage.tree.name(stage.tree.template(slug))))
    with workplace() as folder, simulated():
        lab, problem = prepared(stage, read, folder, flow.sample, servers())
        assert lab, problem
        try:
            yield lab
        finally:
            lab.close()
