"""As rodadas que estes testes pedem: cada arquitetura lida uma vez, e um PostgreSQL só por processo."""

from __future__ import annotations

import atexit
from functools import cache

from scripts.replay import flows, processes
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.replaying import Replayed, Scene, replay, scene
from tests.every.tree import SLUGS, TREE

processes.CHILDREN += ("tests.every.passwords",)
FLOWS = [slug for slug in SLUGS if TREE.flow(slug).is_file()]


@cache
def flow_of(slug: str) -> Flow:
    found = flows.read(TREE, slug)
    assert found is not None
    return found


@cache
def scene_of(slug: str) -> Scene:
    return scene(TREE, flow_of(slug))


@cache
def servers() -> Servers:
    processes.warm(*(TREE.page(slug).parent for slug in FLOWS))
    found = Servers()
    atexit.register(found.close)
    return found


def replayed(slug: str, spoil: str = "") -> Replayed:
    """O fluxo da arquitetura rodado sobre o template dela, ou sobre o estragado."""
    found, chosen = scene_of(slug), flow_of(slug).spoil(spoil)
    template = found.flow.spoiled(found.template, chosen)
    return replay(found, template, found.flow.sample, servers())
