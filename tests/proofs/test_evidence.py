"""As arquiteturas de verdade: tudo provado ou declarado, e cada linha de evidência é indispensável."""

import pytest

from tests.proofs.conftest import REAL


@pytest.mark.parametrize("slug", REAL)
def test_every_arrow_is_proven_or_declared(bench, slug):
    assert [proof.edge.id for proof in bench.real(slug).proofs if not proof.proven and not proof.declared] == []


@pytest.mark.parametrize("slug", REAL)
def test_every_evidence_line_is_needed(bench, slug):
    architecture = bench.real(slug)
    for proof in architecture.proofs:
        if proof.proven:
            assert architecture.survivors(proof.edge.id) == [], proof.edge.id
