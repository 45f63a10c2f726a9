"""As arquiteturas de verdade: tudo provado ou declarado, e cada linha de evidência é indispensável."""

import pytest
from tests.proofs.bench import REAL, real



@pytest.mark.parametrize("slug", REAL)
def test_every_arrow_is_proven_or_declared(slug):
    assert [proof.edge.id for proof in real(slug).proofs if not proof.proven and not proof.declared] == []


@pytest.mark.parametrize("slug", REAL)
def test_every_evidence_line_is_needed(slug):
    architecture = real(slug)
    for proof in architecture.proofs:
        if proof.proven:
            assert architecture.survivors(proof.edge.id) == [], proof.edge.id
