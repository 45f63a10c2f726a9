"""A rede como valor: tabelas que valem, grupos, ACLs e o que não se conhece."""

from __future__ import annotations

from time import monotonic

import pytest

from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import views_of
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.openings import openings
from scripts.proofs.network.security_groups import all_rules, rules_of
from scripts.proofs.network.topology import distinct_zones, network_of
from scripts.template.numbers import whole
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown
from tests.proofs.bench import bench
from tests.proofs.scenery import GONE, allow, associate, network, ref


def net(changes=None, added=None, **sections):
    return network_of(views_of(network(changes, added, **sections)).each[0])


def test_a_subnet_is_public_when_its_table_leads_to_an_internet_gateway():
    found = net()
    assert {name: found.public(subnet) for name, subnet in found.subnets.items()} == {
        "PublicaA": True, "PublicaB": True, "PrivadaA": False, "PrivadaB": False}


@pytest.mark.parametrize("changes, added", [
    ({"RotaPrivada.RouteTableId": {"Fn::ImportValue": "tabela"}, "RotaPrivada.NatGatewayId": GONE,
      "RotaPrivada.GatewayId": ref("Portao")}, {}),
    ({"RotaPrivada.NatGatewayId": GONE, "RotaPrivada.GatewayId": ref("Faixa")}, {}),
    ({"RotaPrivada.NatGatewayId": {"Fn::ImportValue": "nat"}, "RotaPrivada.GatewayId": ref("Portao")}, {}),
    ({"PrivadaA.VpcId": ref("Faixa"), "AssociaPrivadaA": GONE}, {}),
    ({"AssociaPrivadaA.RouteTableId": {"Fn::ImportValue": "tabela"}}, {}),
    ({}, {"Outra": associate("PrivadaA", "TabelaPublica")}),
    ({"PrivadaA": {"Type": "AWS::EC2::Subnet", "Properties": {"Fn::Transform": {"Name": "x"}, "VpcId": ref("Vpc")}}}, {}),
])
def test_what_cannot_be_known_is_neither_public_nor_private(changes, added):
    found = net(changes, added)
    assert found.public(found.subnets["PrivadaA"]) is None


def test_the_main_table_of_a_vpc_of_the_template_has_only_the_local_route():
    found = net({"AssociaPublicaA": GONE})
    assert found.public(found.subnets["PublicaA"]) is False


def test_egress_not_written_is_everything_and_ingress_not_written_is_nothing():
    found = net({"GrupoApp.SecurityGroupIngress": GONE})
    assert rules_of(found, "GrupoApp", False) is None
    assert rules_of(found, "GrupoApp", True) == []


@pytest.mark.parametrize("written, expected", [
    (80, 80), ("80", 80), ("²", None), ("9" * 5000, None), (10**9, None), (-1, None), (True, None), (5.0, None), ([80], None), ("", None)])
def test_a_whole_number(written, expected):
    assert whole(written) == expected


def test_a_long_pattern_does_not_hang():
    start = monotonic()
    assert covers("*a" * 500 + "z", "a" * 1000 + "b*") is None
    assert covers("*", "a" * 5000) is None  # mais longo que qualquer ARN
    assert monotonic() - start < 5


@pytest.mark.parametrize("written, port, expected", [
    ({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 90}, 85, True),
    ({"IpProtocol": "6", "FromPort": "80", "ToPort": "80"}, 80, True),
    ({"IpProtocol": "tcp", "FromPort": 81, "ToPort": 80}, 80, False),
    ({"IpProtocol": -1}, 80, True),
    ({"IpProtocol": "udp", "FromPort": 80, "ToPort": 80}, 80, False),
    ({"IpProtocol": "tcp"}, 80, None),
    ({"IpProtocol": "tcp", "FromPort": "9" * 5000, "ToPort": 80}, 80, None),
    ({"IpProtocol": ref("Faixa"), "FromPort": 80, "ToPort": 80}, 80, None),
    ({"IpProtocol": "tcp", "FromPort": ref("Faixa"), "ToPort": 80}, 80, None),
])
def test_ports_of_a_rule(written, port, expected):
    found = net({"GrupoApp.SecurityGroupIngress": [{**written, "CidrIp": "10.0.0.0/16"}]})
    (rule,) = rules_of(found, "GrupoApp", True)
    assert rule.covers(port) is expected


@pytest.mark.parametrize("peer, expected", [
    ({"CidrIp": "0.0.0.0/0"}, True), ({"CidrIpv6": "::/0"}, True), ({"CidrIp": "203.0.113.0/24"}, True),
    ({"CidrIp": ref("Faixa")}, True), ({"CidrIp": "10.0.0.0/8"}, False), ({"CidrIp": "100.64.0.0/16"}, False),
    ({"CidrIpv6": "fc00::/8"}, False), ({"SourceSecurityGroupId": ref("GrupoAlb")}, False),
    ({"SourcePrefixListId": "pl-123"}, None), ({"CidrIp": {"Fn::ImportValue": "faixa"}}, None), ({}, None),
    ({"SourcePrefixListId": ref("Lista")}, True),
])
def test_who_comes_from_the_internet(peer, expected):
    listed = {"Lista": ("EC2::PrefixList", {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "198.51.100.0/24"}]})}
    found = net({"GrupoApp.SecurityGroupIngress": [{"IpProtocol": "-1", **peer}]}, listed)
    (rule,) = rules_of(found, "GrupoApp", True)
    assert rule.admits_world(found) is expected


def test_a_standalone_rule_of_an_unknown_group_counts_for_every_group():
    loose = {"Solta": ("EC2::SecurityGroupIngress", {"GroupId": {"Fn::ImportValue": "grupo"}, **allow(22, CidrIp="0.0.0.0/0")})}
    found = net({}, loose)
    assert [rule.resource.id for rule in rules_of(found, "GrupoBanco", True)] == ["GrupoBanco", "Solta"]


def test_a_rule_behind_a_condition_keeps_its_line():
    chosen = {"Fn::If": ["Sim", allow(8080, SourceSecurityGroupId=ref("GrupoAlb")), ref("AWS::NoValue")]}
    template = network({"GrupoApp.SecurityGroupIngress": [ref("AWS::NoValue"), chosen]},
                       Conditions={"Sim": {"Fn::Equals": ["a", "a"]}})
    (rule,) = rules_of(network_of(views_of(template).each[0]), "GrupoApp", True)
    assert rule.first.path[3:] == ("SecurityGroupIngress", 1, "Fn::If", 1, "FromPort")
    (absent,) = [rules_of(network_of(View(Resolution(template, {"Sim": False}))), "GrupoApp", True)]
    assert absent == []


def test_an_unknown_list_is_one_unknown_item():
    view = views_of(network({"GrupoApp.SecurityGroupIngress": {"Fn::Transform": {"Name": "macro"}}})).each[0]
    (item,) = view.items(view.resources["GrupoApp"], "SecurityGroupIngress")
    assert isinstance(item.value, Unknown)
    assert view.at(view.resources["GrupoApp"], "Nada") is None


def test_homes_follow_interfaces_and_launch_templates():
    interface = [{"DeviceIndex": "0", "SubnetId": ref("PrivadaB"), "GroupSet": [ref("GrupoBanco")]}]
    added = {
        "Modelo": ("EC2::LaunchTemplate", {"LaunchTemplateData": {
            "NetworkInterfaces": [{"Groups": [ref("GrupoApp")], "AssociatePublicIpAddress": False}]}}),
        "Frota": ("AutoScaling::AutoScalingGroup", {
            "VPCZoneIdentifier": [ref("PrivadaA")], "MixedInstancesPolicy": {
                "LaunchTemplate": {"LaunchTemplateSpecification": {
                    "LaunchTemplateId": ref("Modelo"), "Version": "$Latest"}}}}),
        "Funcao": ("Lambda::Function", {"VpcConfig": {
            "SubnetIds": [ref("PrivadaA")], "SecurityGroupIds": [{"Fn::GetAtt": ["GrupoApp", "GroupId"]}]}}),
    }
    found = net({"App.SubnetId": GONE, "App.SecurityGroupIds": GONE, "App.NetworkInterfaces": interface}, added)
    homes = {name: home_of(found, found.view.resources[name]) for name in ("App", "Frota", "Funcao", "Banco")}
    assert {name: [item.value for item in home.subnets] for name, home in homes.items()} == {
        "App": ["PrivadaB"], "Frota": ["PrivadaA"], "Funcao": ["PrivadaA"], "Banco": ["PrivadaA", "PrivadaB"]}
    assert {name: home.known_groups for name, home in homes.items()} == {
        "App": ("GrupoBanco",), "Frota": ("GrupoApp",), "Funcao": ("GrupoApp",), "Banco": ("GrupoBanco",)}
    assert home_of(found, found.view.resources["Destino"]) is None


@pytest.mark.parametrize("one, other, expected", [
    ("${AWS::Region}#0", "${AWS::Region}#1", True), ("us-east-1a", "us-east-1b", True), ("us-east-1a", "us-east-1a", False),
    ("${AWS::Region}#0", "us-east-1a", None), ("${ZonaA}", "${ZonaB}", None), (None, None, None), (Unknown("x"), "a", None),
])
def test_zones_that_differ_for_sure(one, other, expected):
    assert distinct_zones(one, other) is expected


def entry(number, action, egress, ports, block="0.0.0.0/0", protocol=6):
    return "EC2::NetworkAclEntry", {"NetworkAclId": ref("Acl"), "RuleNumber": number, "Protocol": protocol, "RuleAction": action,
                                    "Egress": egress, "CidrBlock": block, "PortRange": {"From": ports[0], "To": ports[1]}}


ACL = {
    "Acl": ("EC2::NetworkAcl", {"VpcId": ref("Vpc")}),
    "AssociaAcl": ("EC2::SubnetNetworkAclAssociation", {"SubnetId": ref("PrivadaB"), "NetworkAclId": ref("Acl")}),
    "Entra": entry(100, "allow", False, (5432, 5432), "10.0.0.0/16"),
    "Volta": entry(100, "allow", True, (1024, 65535), "10.0.0.0/16"),
}


def test_an_acl_that_lets_the_request_in_and_the_answer_out():
    done = bench(network({}, ACL), "App >> Banco").proof()
    assert done.proven
    assert {found.path[1] for found in done.found} >= {"Entra", "Volta"}


@pytest.mark.parametrize("changes, expected", [
    ({"Entra": GONE}, "a ACL de rede de `PrivadaB` não deixa entrar tcp 5432 de 10.0.2.0/24"),
    ({"Entra.RuleAction": "deny"}, "a ACL de rede de `PrivadaB` não deixa entrar tcp 5432 de 10.0.2.0/24"),
    ({"Entra.CidrBlock": "10.0.9.0/24"}, "a ACL de rede de `PrivadaB` não deixa entrar tcp 5432 de 10.0.2.0/24"),
    ({"Volta.PortRange.From": 2000}, "a ACL de rede de `PrivadaB` não deixa sair tcp 1024 a 65535 para 10.0.2.0/24"),
    ({"Volta": GONE}, "a ACL de rede de `PrivadaB` não deixa sair tcp 1024 a 65535 para 10.0.2.0/24"),
])
def test_an_acl_that_blocks(changes, expected):
    tail = " (SUBNET_ACL_RESTRICTION); acrescente uma entrada `allow` de número menor"
    assert expected + tail in bench(network(changes, ACL), "App >> Banco").missing()


UNKNOWN = {"Fn::ImportValue": "x"}


@pytest.mark.parametrize("changes", [{"Entra.CidrBlock": UNKNOWN}, {"Entra.Protocol": UNKNOWN}, {"Entra.RuleNumber": UNKNOWN}, {"Entra.Egress": UNKNOWN},
                                     {"Entra.PortRange.From": UNKNOWN}, {"Entra.NetworkAclId": UNKNOWN}])
def test_what_an_unknown_entry_lets_pass_does_not_undo_what_another_does(changes):
    """Deixe ou não deixe, a seguinte deixa; sem a seguinte, ou se a desconhecida nega, não se sabe."""
    sure = {"Segura": entry(200, "allow", False, (5432, 5432), "10.0.0.0/16")}
    assert bench(network(changes, {**ACL, **sure}), "App >> Banco").missing() == []
    for more, doubted in ((changes, ACL), (changes | {"Entra.RuleAction": "deny"}, {**ACL, **sure})):
        said = bench(network(more, doubted), "App >> Banco").missing()
        assert any("a ACL de rede de `PrivadaB` talvez não deixe entrar tcp 5432 de 10.0.2.0/24: depende de `Entra`" in text for text in said), said


def test_an_unknown_range_of_other_ports_changes_nothing():
    """Nem deixa, nem nega: o que falta se diz como se ela não estivesse lá."""
    other = {"Outra": entry(50, "deny", False, (80, 443), UNKNOWN)}
    assert bench(network({}, {**ACL, **other}), "App >> Banco").missing() == []
    assert "não deixa entrar tcp 5432" in bench(network({"Entra": GONE}, {**ACL, **other}), "App >> Banco").missing()[0]


def test_after_an_unknown_entry_a_denial_is_not_known_either():
    changes = {"Entra.CidrBlock": UNKNOWN}
    said = bench(network(changes, {**ACL, "Nega": entry(200, "deny", False, (0, 65535))}), "App >> Banco").missing()
    assert any("talvez não deixe entrar tcp 5432" in text and "depende de `Entra`" in text for text in said), said


def around_the_server(block, **more):
    """A ACL da sub-rede pública, que só deixa esta faixa pedir ao servidor e receber a resposta."""
    return {"Acl": ACL["Acl"], "AssociaAcl": ("EC2::SubnetNetworkAclAssociation", {"SubnetId": ref("PublicaA"), "NetworkAclId": ref("Acl")}),
            "Entra": entry(100, "allow", False, (443, 443), block), "Volta": entry(100, "allow", True, (1024, 65535), block), **more}


@pytest.mark.parametrize("block", [ref("Faixa"), "203.0.113.0/24"])
def test_an_acl_may_let_in_no_more_than_the_group_does(block):
    """Quem o grupo não deixa entrar não é da seta, também quando a faixa é a que quem implanta escolhe."""
    changes = {"GrupoServidor.SecurityGroupIngress.0.CidrIp": block}
    asked = "Portao >> Servidor porta=443"
    for more in ({}, {"Nega": entry(50, "deny", False, (0, 65535), "198.51.100.0/24")}):
        assert bench(network(changes, around_the_server(block, **more)), asked).missing() == []
    others = ["198.51.100.0/24", {"Fn::ImportValue": "x"}] + ["203.0.113.0/25"] * (block == "203.0.113.0/24")
    for other in others:
        for stage in ("Entra", "Volta"):
            said = bench(network({**changes, f"{stage}.CidrBlock": other}, around_the_server(block)), asked).missing()
            assert any("a ACL de rede de `PublicaA`" in text and ("`Faixa`" if block == ref("Faixa") else block) in text for text in said), (other, said)
    denied = around_the_server(block, Nega=entry(50, "deny", False, (443, 443), block))
    assert any("não deixa entrar tcp 443" in text for text in bench(network(changes, denied), asked).missing())


@pytest.mark.parametrize("vpc", [ref("OutraVpc"), {"Fn::ImportValue": "x"}, "vpc-1", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}])
def test_an_acl_is_of_the_vpc_of_its_subnets(vpc):
    other = {**ACL, "OutraVpc": ("EC2::VPC", {"CidrBlock": "10.1.0.0/16"})}
    assert "`Acl` não é da VPC de `PrivadaB`, e a AWS recusa a associação (SUBNET_ACL_RESTRICTION); corrija o `VpcId`" in bench(
        network({"Acl.VpcId": vpc}, other), "App >> Banco").missing()


@pytest.mark.parametrize("vpc", [ref("Vpc"), {"Fn::GetAtt": ["Vpc", "VpcId"]}, {"Fn::Sub": "${Vpc}"}])
def test_the_vpc_of_an_acl_is_read(vpc):
    done = bench(network({"Acl.VpcId": vpc}, ACL), "App >> Banco").proof()
    assert done.proven and ("Resources", "Acl", "Properties", "VpcId") in {found.path for found in done.found}


def test_openings_are_ingress_rules_routes_and_the_associations_that_give_routes():
    assert [opening.text for opening in openings(views_of(network()).each[0])] == [
        "a entrada em `GrupoAlb`", "a entrada em `GrupoApp`", "a entrada em `GrupoBanco`", "a entrada em `GrupoServidor`",
        "a rota `RotaPublica`", "a rota `RotaPrivada`", "as rotas de `AssociaPublicaA` para `PublicaA`",
        "as rotas de `AssociaPublicaB` para `PublicaB`", "as rotas de `AssociaPrivadaA` para `PrivadaA`"]


@pytest.mark.parametrize("value", [None, "texto", 7, [], [[]], {}, {"Ref": 3}, {"Fn::GetAtt": "x"}, {"Fn::If": ["A"]},
                                   {"Fn::Transform": {}}, {"Fn::ForEach::X": []}, {"Ref": "App"}])
@pytest.mark.parametrize("path", ["GrupoApp.SecurityGroupIngress", "GrupoApp.SecurityGroupIngress.0", "RotaPublica.GatewayId",
                                  "PrivadaA.VpcId", "PrivadaA.AvailabilityZone", "Sub.SubnetIds", "App.SecurityGroupIds",
                                  "Ouvinte.DefaultActions", "Destino.Targets", "Vpc.CidrBlock", "Banco.Engine"])
def test_strange_values_never_crash(path, value):
    template = network({path: value})
    arrows = ("pessoa >> Alb", "Alb >> App", "App >> Banco", "App >> Nat", "Portao >> Servidor")
    assert len(bench(template, *arrows).proofs) == len(arrows)
    assert all_rules(network_of(views_of(template).each[0]))
