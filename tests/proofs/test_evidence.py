"""As arquiteturas de verdade: tudo provado ou declarado, e cada linha de evidência é indispensável."""

from dataclasses import replace

import pytest

from tests.proofs.bench import REAL, real

NETWORK_RULES = {
    "outside-reaches-gateway", "gateway-reaches-balancer", "gateway-reaches-instance", "balancer-reaches-target",
    "workload-reaches-database", "primary-reaches-standby", "workload-leaves-by-nat",
}
"""O que nenhum outro caminho prova: sem uma linha que seja, a seta deixa de estar provada."""


@pytest.mark.parametrize("slug", REAL)
def test_every_arrow_is_proven_or_declared(slug):
    assert [proof.edge.id for proof in real(slug).proofs if not proof.proven and not proof.declared] == []


@pytest.mark.parametrize("slug", REAL)
def test_every_evidence_line_is_needed(slug):
    architecture = replace(real(slug))  # o que ela lembra de cada linha tirada se esquece aqui
    for proof in architecture.proofs:
        if proof.proven:
            assert architecture.survivors(proof.edge.id) == [], proof.edge.id
    network = [proof for proof in architecture.proofs if proof.rule and proof.rule.id in NETWORK_RULES]
    assert "AWS::EC2::VPC" not in architecture.template.text or len(network) >= 2
    assert all(proof.proven for proof in network), [proof.missing for proof in network]
    assert [(proof.edge.id, path) for proof in network for path in {found.path for found in proof.found}
            if architecture.remove(*path).proof(proof.edge.id).proven] == []


@pytest.mark.parametrize("slug", REAL)
def test_every_evidence_line_of_a_property_was_read(slug):
    """O que se mostra como prova passou pela porta de leitura: está na memória dela, ou dentro do que ela leu."""
    for proof in real(slug).proofs:
        reads = proof.reads
        whole = {path[:end] for path in reads for end in range(4, len(path) + 1)}
        properties = [piece.path for piece in proof.found if len(piece.path) > 3 and piece.path[2] == "Properties"]
        unread = [path for path in properties if path not in whole and not any(path[:end] in reads for end in range(4, len(path)))]
        assert unread == [], proof.edge.id
