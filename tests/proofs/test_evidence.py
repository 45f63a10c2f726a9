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


@pytest.mark.parametrize("slug", REAL)
def test_every_evidence_line_of_a_property_was_read(slug):
    """O que se mostra como prova passou pela porta de leitura: está na memória dela, ou dentro do que ela leu."""
    for proof in real(slug).proofs:
        reads = proof.reads
        whole = {path[:end] for path in reads for end in range(4, len(path) + 1)}
        properties = [piece.path for piece in proof.found if len(piece.path) > 3 and piece.path[2] == "Properties"]
        unread = [path for path in properties if path not in whole and not any(path[:end] in reads for end in range(4, len(path)))]
        assert unread == [], proof.edge.id
