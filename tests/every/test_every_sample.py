"""De cada arquitetura da árvore, uma amostra dos erros que gente comete: cada um é achado, ou se sabe por que não é um furo."""

import pytest

from scripts.measure import survivors
from tests.every.tree import SLUGS, TREE

SEED, SIZE = 7, 24


@pytest.mark.parametrize("slug", SLUGS)
def test_a_sample_is_killed_or_explained(slug):
    read = survivors.subject(TREE, slug)
    sampled = survivors.sample(read, SEED, SIZE)
    assert sampled and [f"{mutant.kind} em {mutant.place}" for mutant in sampled
                        if not read.killed(mutant) and not survivors.reason(read, mutant)] == []
