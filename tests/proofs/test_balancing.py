"""Do balanceador às instâncias."""

from __future__ import annotations

import pytest

from tests.proofs.bench import bench
from tests.proofs.scenery import FLEET, GONE, allow, network, ref

TWO_ZONES = {"Frota.VPCZoneIdentifier": [ref("PrivadaA"), ref("PrivadaB")]}
TO_GROUP = {"GrupoAlb.SecurityGroupEgress": [allow(8080, DestinationSecurityGroupId=ref("GrupoApp"))]}


def test_the_balancer_delivers_to_an_instance_and_to_a_fleet():
    assert bench(network(), "Alb >> App").missing() == []
    assert bench(network(TO_GROUP | TWO_ZONES, FLEET), "Alb >> Frota").missing() == []
    assert bench(network(TO_GROUP | {"GrupoAlb.SecurityGroupEgress": GONE}), "Alb >> App").missing() == []


@pytest.mark.parametrize("changes, expected", [
    ({"Ouvinte.DefaultActions": [{"Type": "fixed-response"}]},
     "nenhum ouvinte de `Alb` encaminha a um grupo de destino com `App` (ELBV2_LISTENER_REQUIRES_TG_ACCEPT); "
     "ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias"),
    ({"Destino.Targets": []},
     "nenhum ouvinte de `Alb` encaminha a um grupo de destino com `App` (ELBV2_LISTENER_HAS_NO_TG); "
     "ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias"),
    ({"Destino.TargetType": "ip"},
     "nenhum ouvinte de `Alb` encaminha a um grupo de destino com `App` (ELBV2_LISTENER_HAS_NO_TG); "
     "ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias"),
    ({"Alb.Type": "network"},
     "nenhum ouvinte de `Alb` encaminha a um grupo de destino com `App` (ELBV2_LISTENER_REQUIRES_TG_ACCEPT); "
     "ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias"),
    ({"Destino.Port": ref("Faixa")},
     "não se sabe em que porta `Destino` entrega (TARGET_PORT_RESTRICTION); escreva `Port` com um número"),
    ({"Destino.Port": "²"},
     "não se sabe em que porta `Destino` entrega (TARGET_PORT_RESTRICTION); escreva `Port` com um número"),
    ({"Destino.Port": "9" * 5000},
     "não se sabe em que porta `Destino` entrega (TARGET_PORT_RESTRICTION); escreva `Port` com um número"),
    ({"Destino.Protocol": GONE}, "`Destino` não diz `Protocol` (TARGET_PORT_RESTRICTION); escreva o valor"),
    ({"Destino.VpcId": GONE}, "`Destino` não é da VPC de `App` (DISCONNECTED_VPCS); dê a ele o `VpcId` das sub-redes"),
    ({"Destino.HealthCheckPort": "9000"},
     "`GrupoApp` não deixa entrar tcp 9000 de `Alb`: só há tcp 8080 em `GrupoApp` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada com o grupo `GrupoAlb`"),
    ({"GrupoAlb.SecurityGroupEgress.0.CidrIp": "10.0.9.0/24"},
     "`GrupoAlb` não deixa sair tcp 8080 para `App` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de saída com o grupo `GrupoApp`"),
    ({"GrupoAlb.SecurityGroupEgress.0.ToPort": 8090},
     "a saída de `GrupoAlb` abre mais que tcp 8080 só para `App`; feche a regra em tcp 8080 e no grupo de `App`"),
    ({"GrupoApp.SecurityGroupIngress.0.ToPort": 8081},
     "a entrada de `GrupoApp` abre mais que tcp 8080 só de `Alb`; feche a regra em tcp 8080 e no grupo de `Alb`"),
    ({"GrupoApp.SecurityGroupIngress": GONE},
     "`GrupoApp` não deixa entrar tcp 8080 de `Alb` (SG_HAS_NO_RULES); "
     "acrescente a regra de entrada com o grupo `GrupoAlb`"),
    ({"Alb.SecurityGroups": GONE},
     "não se conhecem os grupos de segurança de `Alb` (ENI_SG_RULES_MISMATCH); cite por `!Ref` um grupo deste template"),
    ({"Alb.Subnets.0": GONE},
     "`Alb` não tem sub-rede na zona de `PrivadaA` (ELB_INSTALLED_AZ_RESTRICTION); acrescente uma sub-rede dessa zona"),
])
def test_what_is_missing(changes, expected):
    assert expected in bench(network(changes), "Alb >> App").missing()


def test_subnets_that_are_not_read_are_not_of_another_vpc():
    """A lista que não se resolve é a causa, e não o `VpcId` de quem a usa."""
    listed = {"Frota.VPCZoneIdentifier": {"Fn::Split": [",", {"Fn::Join": [",", [ref("PrivadaA"), ref("PrivadaB")]]}]}}
    missing = bench(network(TO_GROUP | listed, FLEET), "Alb >> Frota").missing()
    lost = "não se sabe em que sub-rede `Frota` vive: `Fn::Split` que não se resolve; cite com `!Ref` uma deste template"
    assert lost in missing and not [text for text in missing if "não é da VPC" in text]


def test_a_listener_rule_delivers_too():
    rule = {"Regra": ("ElasticLoadBalancingV2::ListenerRule", {"ListenerArn": ref("Ouvinte"), "Actions": [
        {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": ref("Destino")}]}}]})}
    template = network({"Ouvinte.DefaultActions": [{"Type": "fixed-response"}]}, rule)
    assert bench(template, "Alb >> App").missing() == []


def test_a_target_may_have_its_own_port():
    changes = {"Destino.Targets.0": {"Id": ref("App"), "Port": 9000}}
    assert bench(network(changes), "Alb >> App").missing()[0].startswith("`GrupoAlb` não deixa sair tcp 9000 para `App`")


def test_the_fleet_is_proven_where_it_is_drawn():
    here, elsewhere = "[aqui sub-rede-privada] = PrivadaB: frota", "[la sub-rede-publica] = PublicaB: frota"
    done = bench(network(TO_GROUP | TWO_ZONES, FLEET), here, "Frota >> Banco").proof()
    assert not {"PrivadaA"} & {found.path[-1] for found in done.found}
    lost = bench(network(TO_GROUP | TWO_ZONES, FLEET), elsewhere, "Frota >> Banco").proof()
    assert [piece.code for piece in lost.missing][0] == "UNASSOCIATED_COMPONENT"
