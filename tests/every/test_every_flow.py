"""De cada arquitetura que tem um fluxo: ele termina como a página diz, com o rastro que ela mostra."""

from __future__ import annotations

import pytest

from scripts.checks import replayed as kept
from tests.every.replays import FLOWS, flow_of, replayed
from tests.every.tree import TREE


@pytest.mark.parametrize("slug", FLOWS)
def test_it_ends_as_the_page_says_with_the_same_trace(slug):
    found = replayed(slug)
    assert found.failed is None, found.failed.cause
    assert all(step.reached for step in found.steps)
    if found.apart.calls:  # o que se faz fora dos passos não se grava: o mesmo se confere com outra rodada
        assert found.stable() == replayed(slug).stable()
    assert found.stable()["passos"] == kept.read(TREE.trace(slug), slug).steps, f"rode `python3 scripts executar {slug} --gravar`"


@pytest.mark.parametrize("slug", FLOWS)
def test_it_offers_spoils_of_many_kinds(slug):
    spoils = flow_of(slug).spoils
    assert len(spoils) >= 10 and len({spoil.name for spoil in spoils}) == len(spoils)
    assert 2 <= sum(spoil.shown for spoil in spoils) <= 3
