"""Da sub-rede privada à internet, pelo NAT gateway."""

from __future__ import annotations

import pytest

from tests.proofs.bench import bench
from tests.proofs.scenery import GONE, allow, network, ref

ONLY_8080 = {"GrupoApp.SecurityGroupEgress": [allow(8080, CidrIp="0.0.0.0/0")]}


def test_the_application_leaves_by_the_nat():
    assert bench(network(), "App >> Nat").missing() == []
    assert bench(network({"GrupoApp.SecurityGroupEgress": [allow(443, CidrIp="0.0.0.0/0")]}), "App >> Nat").missing() == []
    assert bench(network(ONLY_8080), "App >> Nat porta=8080").missing() == []


@pytest.mark.parametrize("changes, expected", [
    ({"AssociaPrivadaA": GONE},
     "`PrivadaA` não tem rota 0.0.0.0/0 por `Nat` (NO_ROUTE_TO_DESTINATION); "
     "associe-a a uma tabela com uma rota `NatGatewayId: !Ref Nat`"),
    ({"RotaPrivada.NatGatewayId": ref("Faixa")},
     "`PrivadaA` não tem rota 0.0.0.0/0 por `Nat` (NO_ROUTE_TO_DESTINATION); "
     "associe-a a uma tabela com uma rota `NatGatewayId: !Ref Nat`"),
    ({"Nat.SubnetId": ref("PrivadaB")},
     "`PrivadaB` não tem rota 0.0.0.0/0 por `Portao` (NO_ROUTE_TO_DESTINATION); "
     "ponha numa sub-rede pública o que precisa do gateway; se é esta que devia ser pública, "
     "associe-a a uma tabela com uma rota `GatewayId: !Ref Portao`"),
    ({"Ligacao": GONE},
     "nenhum gateway de internet está ligado à VPC `Vpc` (UNASSOCIATED_COMPONENT); "
     "acrescente um `AWS::EC2::VPCGatewayAttachment`"),
    ({"Nat.AllocationId": ref("Endereco")},
     "`Nat` não tem um endereço elástico deste template (IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS); "
     "crie um `AWS::EC2::EIP` e escreva `AllocationId: !GetAtt Endereco.AllocationId`"),
    ({"Nat.ConnectivityType": "private"},
     "`Nat` não tem um endereço elástico deste template (IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS); "
     "crie um `AWS::EC2::EIP` e escreva `AllocationId: !GetAtt Endereco.AllocationId`"),
    (ONLY_8080,
     "`GrupoApp` não deixa sair tcp 443 de `App` para a internet: só há tcp 8080 em `GrupoApp` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de saída de tcp 443 para 0.0.0.0/0"),
    ({"App.SecurityGroupIds": GONE},
     "não se conhecem os grupos de segurança de `App` (ENI_SG_RULES_MISMATCH); cite por `!Ref` um grupo deste template"),
])
def test_what_is_missing(changes, expected):
    assert expected in bench(network(changes), "App >> Nat").missing()
