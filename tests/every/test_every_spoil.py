"""Cada template estragado falha no passo em que o estrago aparece, com uma causa que o diz."""

from __future__ import annotations

import pytest

from scripts.checks import replayed as kept
from scripts.replay.trace import Mask
from tests.every.replays import FLOWS, flow_of, replayed
from tests.every.tree import TREE

SPOILS = [(slug, spoil.name) for slug in FLOWS for spoil in flow_of(slug).spoils]


@pytest.mark.parametrize(("slug", "name"), SPOILS, ids=[f"{slug}/{name}" for slug, name in SPOILS])
def test_it_fails_where_it_should(slug, name):
    spoil, failed = flow_of(slug).spoil(name), replayed(slug, name).failed
    assert failed is not None, "terminou como se o template estivesse certo"
    assert (failed.number, spoil.cause in failed.cause) == (spoil.step, True), f"passo {failed.number}: {failed.cause}"
    if spoil.shown:
        told = {"nome": name, "titulo": spoil.title, "passo": spoil.step, "causa": Mask()(failed.cause)}
        assert told in kept.read(TREE.trace(slug), slug).spoils, f"rode `python3 scripts executar {slug} --gravar`"
