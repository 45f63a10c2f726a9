"""O que está desenhado dentro está dentro; e os caminhos da internet, todos."""

from __future__ import annotations

import pytest

from scripts.proofs.drawn.containment import misplaced
from scripts.proofs.facts.views import views_of
from scripts.proofs.network.exposure import internet_paths
from tests.proofs.bench import bench
from tests.proofs.scenery import ACL_OF_DATA, FLEET, GONE, allow, network, ref

DRAWING = (
    "[vpc vpc] = Vpc", "[zona-a zona] @ vpc", "[zona-b zona] @ vpc",
    "[pub-a sub-rede-publica] = PublicaA @ zona-a", "[priv-a sub-rede-privada] = PrivadaA @ zona-a",
    "[priv-b sub-rede-privada] = PrivadaB @ zona-b", "[sg-a grupo-de-seguranca] = GrupoBanco @ priv-a",
    "[sg-b grupo-de-seguranca] = GrupoBanco @ priv-b", "[frota-a auto-scaling] = Frota @ priv-a",
    "Portao @ vpc", "Alb @ vpc", "Nat @ pub-a", "Servidor @ pub-a", "App @ priv-a", "primario = Banco @ sg-a", "espera = Banco @ sg-b",
    "Frota @ frota-a", "Volume @ zona-a",
)
MORE = FLEET | {"Volume": ("EC2::Volume", {"AvailabilityZone": {"Fn::GetAtt": ["Servidor", "AvailabilityZone"]}})}


def told(template, *parts):
    drawn = bench(template, *parts)
    return [f"{finding.code}: {finding.message}" for finding in misplaced(drawn.diagram, views_of(drawn.template))]


def found(changes=None, *more):
    """Os achados do desenho certo; em `more`, o que se muda nele e o que se acrescenta."""
    return told(network(changes, MORE), *DRAWING, *more)


def test_the_good_drawing_is_in_place():
    assert found() == []


@pytest.mark.parametrize("changes, expected", [
    ({"AssociaPrivadaA.RouteTableId": ref("TabelaPublica")},
     "lugar-errado: `priv-a` é `sub-rede-privada`, mas `PrivadaA` tem rota para um gateway de internet; "
     "troque por `sub-rede-publica`, ou corrija a rota."),
    ({"AssociaPublicaA.RouteTableId": ref("TabelaPrivada")},
     "lugar-errado: `pub-a` é `sub-rede-publica`, mas `PublicaA` não tem rota para um gateway de internet; "
     "troque por `sub-rede-privada`, ou corrija a rota."),
    ({"AssociaPrivadaA.RouteTableId": ref("Faixa")},
     "lugar-desconhecido: Não se sabe que rotas valem em `PrivadaA`; associe-a a uma tabela de rotas do template."),
    ({"Nat.SubnetId": ref("PublicaB")},
     "lugar-errado: `nat` está desenhado em `PublicaA`, mas no template `Nat` não está lá; "
     "mova o componente, ou corrija o template."),
    ({"App.SubnetId": ref("Faixa")},
     "lugar-desconhecido: `app` está desenhado em `PrivadaA`, mas não se sabe onde `App` (`AWS::EC2::Instance`) vive; "
     "desenhe-o fora, ou diga no template a sub-rede, o grupo ou a VPC dele."),
    ({"Ligacao": GONE},
     "lugar-errado: `portao` está desenhado em `Vpc`, mas no template `Portao` não está lá; "
     "mova o componente, ou corrija o template."),
    ({"Banco.VPCSecurityGroups": [ref("GrupoApp")]},
     "lugar-errado: `primario` está desenhado em `GrupoBanco`, mas no template `Banco` não está lá; "
     "mova o componente, ou corrija o template."),
    ({"Sub.SubnetIds": [ref("PrivadaA"), ref("PublicaB")]},
     "lugar-errado: `Banco` também vive em `PublicaB`, e o desenho não o mostra lá; "
     "desenhe-o, ou tire a sub-rede do template."),
    ({"PrivadaB.AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}},
     "zona-errada: `zona-a` e `zona-b` são duas zonas no desenho, mas no template não são certamente diferentes; "
     "dê às sub-redes `AvailabilityZone` diferentes."),
    ({"PrivadaA.AvailabilityZone": "us-east-1a"},
     "zona-errada: `priv-a` está desenhado em `zona-a`, mas a zona dele não é certamente a de `pub-a`; "
     "mova-o, ou dê aos dois a mesma `AvailabilityZone`."),
    ({"PrivadaB.AvailabilityZone": GONE},
     "zona-errada: Não se sabe que zona é `zona-b`; dê `AvailabilityZone` às sub-redes desenhadas nela."),
    ({"Volume.AvailabilityZone": {"Fn::Select": [1, {"Fn::GetAZs": ""}]}},
     "zona-errada: `volume` está desenhado em `zona-a`, mas a zona dele não é certamente a de `pub-a`; "
     "mova-o, ou dê aos dois a mesma `AvailabilityZone`."),
])
def test_a_template_that_disagrees(changes, expected):
    assert expected in found(changes)


@pytest.mark.parametrize("moved, expected", [
    ("Nat @ priv-a", "lugar-errado: `nat` está desenhado em `PrivadaA`, mas no template `Nat` não está lá; "
                            "mova o componente, ou corrija o template."),
    ("Nat @ zona-a", "lugar-errado: `nat` está desenhado fora de `PublicaA`, mas no template `Nat` está lá; "
                            "mova-o para dentro do grupo."),
    ("Alb", "lugar-errado: `alb` está desenhado fora de `Vpc`, mas no template `Alb` está lá; "
                  "mova-o para dentro do grupo."),
    ("App @ frota-a", "lugar-errado: `app` está desenhado em `Frota`, mas no template `App` não está lá; "
                             "mova o componente, ou corrija o template."),
    ("Frota @ priv-a", "lugar-errado: `frota` está desenhado fora de `Frota`, mas no template `Frota` está lá; "
                              "mova-o para dentro do grupo."),
    ("espera = Banco @ priv-b", "lugar-errado: `espera` está desenhado fora de `GrupoBanco`, mas no template "
                                        "`Banco` está lá; mova-o para dentro do grupo."),
    ("Volume @ zona-b", "zona-errada: `volume` está desenhado em `zona-b`, mas a zona dele não é certamente a de "
                               "`priv-b`; mova-o, ou dê aos dois a mesma `AvailabilityZone`."),
    ("Volume @ vpc", "zona-errada: `volume` está desenhado fora de `zona-a`, mas `Volume` é dessa zona; "
                            "mova-o para dentro."),
    ("Alb @ zona-a", "zona-errada: `alb` está desenhado numa zona, mas `Alb` não vive só nela; desenhe-o fora das "
                            "zonas, ou uma vez em cada zona dele."),
    ("Portao @ zona-b", "zona-errada: `portao` está desenhado numa zona, mas `Portao` não vive só nela; desenhe-o "
                               "fora das zonas, ou uma vez em cada zona dele."),
    ("Destino @ priv-a", "lugar-desconhecido: `destino` está desenhado em `PrivadaA`, e não se sabe em que parte da rede um "
                         "`AWS::ElasticLoadBalancingV2::TargetGroup` vive; desenhe-o fora do grupo."),
])
def test_a_drawing_that_disagrees(moved, expected):
    assert expected in found(None, moved)


@pytest.mark.parametrize("kind", ["computador", "local"])
def test_nothing_of_aws_is_in_a_computer(kind):
    home = f"[casa {kind}]"
    assert found(None, home, "pessoa @ casa") == []
    assert ("lugar-errado: `alb` é um recurso da AWS e está desenhado em `casa`, que fica fora dela; tire-o de lá."
            in found(None, home, "Alb @ casa"))
    assert ("lugar-errado: `destino` é um recurso da AWS e está desenhado em `casa`, que fica fora dela; tire-o de lá."
            in found(None, home, "[sala] @ casa", "Destino @ sala"))


def test_a_global_service_is_in_no_region():
    template = network(added={"Site": ("CloudFront::Distribution", {})})
    said = "lugar-errado: `Site` é de um serviço global, e está desenhado em `casa`; tire-o da região."
    assert said in told(template, "[casa regiao]", "Site @ casa")
    assert said not in told(template, "[casa regiao]", "Site")


def two_nats(**changes):
    """Um componente que são dois NATs, num grupo que são as duas sub-redes públicas."""
    added = {"NatB": ("EC2::NatGateway", {"SubnetId": ref("PublicaB"), **changes})}
    drawn = "[vpc vpc] = Vpc", "[publicas sub-rede-publica] = PublicaA PublicaB @ vpc", "nat = Nat NatB @ publicas"
    return [text for text in told(network(added=added), *drawn) if "nat" in text.lower()]


def test_a_component_may_be_one_resource_in_each_subnet():
    assert two_nats() == []
    assert any("`Nat` não está em `PublicaB`" in text for text in two_nats(SubnetId=ref("PublicaA")))


def test_a_subnet_group_says_which_subnet_it_is():
    assert found(None, "[vaga sub-rede-privada] @ vpc") == [
        "lugar-desconhecido: O grupo `vaga` não diz que recurso é; dê-lhe `recurso=` com um `AWS::EC2::Subnet` do template."]


def paths(changes=None, resource="Banco", added=None, **sections):
    view = views_of(network(changes, added, **sections)).each[0]
    return [" → ".join(map(str, path)) for path in internet_paths(view, view.resources[resource])]


OPEN = {
    "Sub.SubnetIds": [ref("PublicaA")], "Banco.PubliclyAccessible": True,
    "GrupoBanco.SecurityGroupIngress": [allow(5432, CidrIp="0.0.0.0/0")],
}
THE_PATH = ("internet → `Portao` → rota `RotaPublica` (0.0.0.0/0) → `PublicaA` → endereço público de `Banco` → "
            "entrada em `GrupoBanco`: tcp 5432 de 0.0.0.0/0 → `Banco`")


def test_every_hop_must_be_open_for_there_to_be_a_path():
    assert paths() == []
    assert paths(OPEN) == [THE_PATH]
    for closed in ({"Sub.SubnetIds": [ref("PrivadaA")]}, {"Banco.PubliclyAccessible": False}, {"Ligacao": GONE},
                   {"GrupoBanco.SecurityGroupIngress": [allow(5432, SourceSecurityGroupId=ref("GrupoApp"))]},
                   {"RotaPublica.GatewayId": GONE, "RotaPublica.NatGatewayId": ref("Nat")}):
        assert all("não se conhece" in path for path in paths(OPEN | closed)), closed
    assert paths(OPEN, added=ACL_OF_DATA) == []


def test_an_application_in_between_is_not_a_network_path():
    assert paths(resource="Alb") and paths(resource="App") == [] and paths() == []


@pytest.mark.parametrize("changes, expected", [
    (OPEN | {"Banco.PubliclyAccessible": GONE}, THE_PATH),
    (OPEN | {"GrupoBanco.SecurityGroupIngress": {"Fn::Transform": {}}},
     "internet → `Portao` → rota `RotaPublica` (0.0.0.0/0) → `PublicaA` → endereço público de `Banco` → "
     "entrada em `GrupoBanco`: um valor desconhecido de origem desconhecida → `Banco`"),
    (OPEN | {"Banco.VPCSecurityGroups": ref("Faixa")},
     "internet → `Portao` → rota `RotaPublica` (0.0.0.0/0) → `PublicaA` → endereço público de `Banco` → "
     "não se conhecem os grupos de segurança de `Banco` → `Banco`"),
    ({"Banco.DBSubnetGroupName": "fora"}, "internet → não se sabe em que sub-redes `Banco` vive"),
    ({"Sub.SubnetIds": [ref("Faixa")]}, "internet → `Banco` vive em sub-rede desconhecida"),
])
def test_the_unknown_is_a_possible_path(changes, expected):
    assert expected in paths(changes)


@pytest.mark.parametrize("kind, target", [("TransitGatewayId", "tgw-1"), ("VpcPeeringConnectionId", ref("Faixa")),
                                          ("GatewayId", ref("Faixa")), ("NetworkInterfaceId", ref("Faixa"))])
def test_a_way_to_another_network_may_lead_to_the_internet(kind, target):
    changes = OPEN | {"RotaPublica.GatewayId": GONE, f"RotaPublica.{kind}": target}
    assert len(paths(changes)) == 1
    assert paths(changes | {"RotaPublica.DestinationCidrBlock": "10.9.0.0/16"}) == []


def test_a_middlebox_in_a_public_subnet_is_a_way_in():
    changes = OPEN | {"Sub.SubnetIds": [ref("PrivadaA")], "RotaPrivada.NatGatewayId": GONE,
                      "RotaPrivada.InstanceId": ref("Servidor")}
    assert paths(changes) == [
        "internet → `Portao` → rota `RotaPublica` (0.0.0.0/0) → `PublicaA` → `Servidor` → rota `RotaPrivada` (0.0.0.0/0) → "
        "`PrivadaA` → endereço público de `Banco` → entrada em `GrupoBanco`: tcp 5432 de 0.0.0.0/0 → `Banco`"]


@pytest.mark.parametrize("sections, expected", [
    ({"Transform": "MinhaMacro"}, "internet → a transformação `MinhaMacro` pode acrescentar recursos"),
    ({"Transform": ["AWS::LanguageExtensions", {"Name": "AWS::Include"}]},
     "internet → a transformação `sem nome` pode acrescentar recursos"),
])
def test_what_only_aws_expands_may_open_a_path(sections, expected):
    assert paths(**sections) == [expected]


def test_nested_stacks_may_open_a_path():
    nested = {"Pilha": ("CloudFormation::Stack", {"TemplateURL": "https://exemplo/x"})}
    assert paths(added=nested) == [
        "internet → `Pilha` (AWS::CloudFormation::Stack) cria recursos que não se veem aqui"]


def test_a_group_of_two_subnets_is_told_to_be_two_when_something_lives_in_one():
    """Antes, uma regra mandava tirar o NAT do grupo, e a outra, pô-lo de volta."""
    drawn = [part for part in DRAWING if not part.startswith(("[pub-a", "Nat", "Servidor"))]
    said = told(network({}, MORE), *drawn, "[pubs sub-rede-publica] = PublicaA PublicaB @ vpc", "Nat @ pubs")
    assert [text for text in said if "nat" in text.lower()] == [
        "lugar-errado: O grupo `pubs` junta `PublicaA` e `PublicaB`, e `Nat` não está em `PublicaB`; desenhe um grupo por recurso, com `nat` no seu."]
