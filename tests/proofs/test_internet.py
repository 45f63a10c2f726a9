"""Da internet ao gateway, ao balanceador e à instância."""

from __future__ import annotations

import pytest

from tests.proofs.bench import bench
from tests.proofs.scenery import ELB, GONE, allow, network, ref

PAIRS = ["pessoa >> Portao", "Portao >> Alb", "pessoa >> Alb", "Portao >> Servidor", "pessoa >> Servidor"]
TO_ALB, TO_SERVER = "Portao >> Alb", "Portao >> Servidor"


@pytest.mark.parametrize("arrow", PAIRS)
def test_the_good_network_lets_them_in(arrow):
    found = bench(network(), arrow).proof()
    assert found.missing == () and found.proven


@pytest.mark.parametrize("pair, changes, expected", [
    ("pessoa >> Portao", {"Ligacao": GONE},
     "`Portao` não está ligado à VPC (UNASSOCIATED_COMPONENT); acrescente um `AWS::EC2::VPCGatewayAttachment`"),
    (TO_ALB, {"Ligacao.InternetGatewayId": ref("Faixa")},
     "`Portao` não está ligado à VPC `Vpc` (UNASSOCIATED_COMPONENT); acrescente um `AWS::EC2::VPCGatewayAttachment`"),
    ("pessoa >> Alb", {"Ligacao": GONE},
     "nenhum gateway de internet está ligado à VPC `Vpc` (UNASSOCIATED_COMPONENT); "
     "acrescente um `AWS::EC2::VPCGatewayAttachment`"),
    (TO_ALB, {"RotaPublica.DestinationCidrBlock": "198.51.100.0/24"},
     "`PublicaA` não tem rota 0.0.0.0/0 por `Portao`: `RotaPublica` só leva 198.51.100.0/24 (NO_ROUTE_TO_DESTINATION); "
     "use `DestinationCidrBlock: 0.0.0.0/0`"),
    (TO_ALB, {"RotaPublica": GONE},
     "`PublicaA` não tem rota 0.0.0.0/0 por `Portao` (NO_ROUTE_TO_DESTINATION); "
     "associe-a a uma tabela com uma rota `GatewayId: !Ref Portao`"),
    (TO_ALB, {"AssociaPublicaB.RouteTableId": ref("TabelaPrivada")},
     "`PublicaB` não tem rota 0.0.0.0/0 por `Portao`: ela é privada, e sai por `RotaPrivada` (NO_ROUTE_TO_DESTINATION); "
     "ponha numa sub-rede pública o que precisa do gateway, e deixe a rota dela como está"),
    (TO_ALB, {"Alb.Scheme": "internal"},
     "`Alb` não diz `Scheme: internet-facing` (IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS); escreva o esquema"),
    (TO_ALB, {"Alb.Scheme": GONE},
     "`Alb` não diz `Scheme: internet-facing` (IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS); escreva o esquema"),
    (TO_ALB, {"Alb.Subnets.1": GONE},
     "as sub-redes de `Alb` não são, com certeza, de duas zonas; dê a elas zonas diferentes, como "
     "`!Select [0, !GetAZs \"\"]` e `!Select [1, !GetAZs \"\"]`"),
    (TO_ALB, {"Alb.Subnets": ref("Faixa")},
     "`Alb` não vive em sub-redes conhecidas, ou não na do desenho (UNASSOCIATED_COMPONENT); "
     "cite por `!Ref` sub-redes deste template, e desenhe-o nelas"),
    (TO_ALB, {"Ouvinte": GONE},
     "`Alb` não ouve na porta da seta (ELBV2_LISTENERS_MISMATCH); acrescente um `AWS::ElasticLoadBalancingV2::Listener`"),
    (TO_ALB, {"Ouvinte.Port": 81},
     "`GrupoAlb` não deixa entrar tcp 81 da internet em `Alb`: só há tcp 80 em `GrupoAlb` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada de tcp 81"),
    (TO_ALB, {"GrupoAlb.SecurityGroupIngress.0.CidrIp": "10.0.0.0/8"},
     "`GrupoAlb` não deixa entrar tcp 80 da internet em `Alb` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada de tcp 80"),
    (TO_ALB, {"GrupoAlb.SecurityGroupIngress.0.FromPort": 1},
     "a entrada de `GrupoAlb` abre mais que tcp 80 à internet; feche a regra em tcp 80"),
    (TO_ALB, {"GrupoAlb.VpcId": GONE},
     "`GrupoAlb` não é da VPC de `Alb` (UNASSOCIATED_COMPONENT); dê ao grupo o `VpcId` das sub-redes"),
    (TO_ALB, {"Ouvinte.Protocol": "HTTPS"}, "`Ouvinte` não tem certificado; escreva um em `Certificates`"),
    *((TO_ALB, {"Ouvinte.Protocol": "HTTPS", "Ouvinte.Certificates": [{"CertificateArn": written}]},
       "`Ouvinte` não tem certificado; escreva um em `Certificates`") for written in ("", "meu-certificado", 7)),
    (TO_ALB, {"Ouvinte.Protocol": "HTTPS", "Ouvinte.Certificates": [{}]}, "`Ouvinte` não tem certificado; escreva um em `Certificates`"),
    (TO_ALB, {"Ouvinte.DefaultActions": [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443"}}]},
     "`Ouvinte` redireciona para uma porta em que ninguém ouve assim (ELBV2_LISTENERS_MISMATCH); "
     "acrescente o ouvinte, ou corrija `Protocol` e `Port`"),
    (TO_ALB, {"Ouvinte.DefaultActions": [{"Type": ref("Faixa")}]},
     "não se sabe o que `Ouvinte` faz com o que recebe (ELBV2_LISTENER_REQUIRES_TG_ACCEPT); "
     "escreva `Type: forward` ou `redirect`"),
    (TO_SERVER, {"PublicaA.MapPublicIpOnLaunch": False},
     "`Servidor` não tem endereço público (IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS); "
     "associe um endereço elástico, ou ligue `MapPublicIpOnLaunch` na sub-rede"),
    (TO_SERVER, {"Servidor.SecurityGroupIds": GONE},
     "não se conhecem os grupos de segurança de `Servidor` (ENI_SG_RULES_MISMATCH); "
     "cite por `!Ref` um grupo deste template"),
    (TO_SERVER, {"GrupoServidor.SecurityGroupIngress": [allow(80, CidrIp="0.0.0.0/0"), allow(443, CidrIp="0.0.0.0/0")]},
     "`Servidor` recebe em mais de uma porta; diga na seta `porta=\"80 443\"`"),
])
def test_what_is_missing(pair, changes, expected):
    assert expected in bench(network(changes), pair).missing()


def test_the_port_of_the_arrow_is_the_one_proven():
    both = {"GrupoServidor.SecurityGroupIngress": [allow(80, CidrIp="0.0.0.0/0"), allow(443, CidrIp="0.0.0.0/0")]}
    assert bench(network(both), f"{TO_SERVER} porta=80 443").missing() == []
    assert len(bench(network(both), f"{TO_SERVER} porta=443").proof().found) < len(
        bench(network(both), f"{TO_SERVER} porta=80 443").proof().found)
    assert bench(network(), f"{TO_SERVER} porta=22").missing() == [
        "`GrupoServidor` não deixa entrar tcp 22 da internet em `Servidor`: só há tcp 443 em `GrupoServidor` (ENI_SG_RULES_MISMATCH); "
        "acrescente a regra de entrada de tcp 22"]
    assert "a porta `http` da seta não é um número; escreva, por exemplo, `porta=\"443\"`" in bench(network(), f"{TO_SERVER} porta=http").missing()


def test_who_comes_from_the_internet_is_drawn_outside():
    assert bench(network(), "[regiao regiao]: pessoa", "pessoa >> Portao").missing() == [
        "`pessoa` vem da internet, mas está desenhado em `regiao`; desenhe-o fora dos grupos da AWS"]


def test_an_elastic_address_is_a_public_address():
    fixed = {"Fixo": ("EC2::EIP", {"InstanceId": ref("Servidor")})}
    done = bench(network({"PublicaA.MapPublicIpOnLaunch": False}, fixed), TO_SERVER).proof()
    assert done.proven and ("Resources", "Fixo", "Properties", "InstanceId") in {found.path for found in done.found}


def test_each_scenario_is_proven():
    secure = {"Seguro": (ELB + "Listener", {
        "LoadBalancerArn": ref("Alb"), "Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": "arn:x"}],
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": ref("Destino")}]})}
    template = network({}, secure, Conditions={"Com": {"Fn::Equals": [ref("Faixa"), "b"]}})
    template.resources["Seguro"].body["Condition"] = "Com"
    assert bench(template, TO_ALB).missing() == [
        "`GrupoAlb` não deixa entrar tcp 443 da internet em `Alb`: só há tcp 80 em `GrupoAlb` (ENI_SG_RULES_MISMATCH); "
        "acrescente a regra de entrada de tcp 443"]
