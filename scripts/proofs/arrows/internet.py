"""Regras da internet: por onde quem está fora da AWS entra."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.questions import NAMES, REACH
from scripts.aws.types import BALANCER, INSTANCE, INTERNET_GATEWAY, VPC
from scripts.proofs.arrows.ports import misread, ports_of
from scripts.proofs.arrows.program import misheard
from scripts.proofs.arrows.registry import NOWHERE, OUTSIDE, Case, rule
from scripts.proofs.evidence import Evidence, Missing, at
from scripts.proofs.facts.expect import expect
from scripts.proofs.network.interfaces_by_type import lived
from scripts.proofs.network.internet import open_to_world, public_address, public_subnets
from scripts.proofs.network.listeners import listeners_of, redirections
from scripts.proofs.network.path import attachment
from scripts.proofs.network.peers import INTERNET, passing
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource

WEB = (80, 443)
INSIDE = ("nuvem", "conta", "regiao", "vpc", "zona", "sub-rede-publica", "sub-rede-privada", "auto-scaling", "grupo-de-seguranca")


@rule(OUTSIDE, INTERNET_GATEWAY, asks=())
def outside_reaches_gateway(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chega ao gateway de internet.

    O gateway só recebe tráfego para uma VPC a que está ligado.

    - um `AWS::EC2::VPCGatewayAttachment` com o gateway e a VPC.

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    net = case.net
    yield from outsider(case)
    yield from attachment(net, _vpc_of(net, case.head), case.head)


@rule(INTERNET_GATEWAY, BALANCER, asks=(REACH,))
def gateway_reaches_balancer(case: Case) -> Iterator[Evidence]:
    """O que entra pelo gateway de internet chega ao balanceador.

    O balanceador precisa estar voltado para a internet, em sub-redes cuja resposta volta pelo
    mesmo gateway, e cada porta em que ele ouve precisa estar aberta a quem é de fora.

    - o gateway ligado à VPC das sub-redes do balanceador;
    - em cada sub-rede, a rota `0.0.0.0/0` por esse gateway;
    - `Scheme: internet-facing`;
    - um ouvinte por porta, e a entrada no grupo de segurança para cada uma.

    Fonte: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    yield from _balancer_entry(case, case.tail, case.head)


@rule(OUTSIDE, BALANCER, asks=(REACH, NAMES))
def outside_reaches_balancer(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chega ao balanceador.

    É o mesmo caminho do gateway de internet ao balanceador, sem o gateway no desenho.

    - o gateway ligado à VPC, e a rota `0.0.0.0/0` por ele em cada sub-rede;
    - `Scheme: internet-facing`;
    - um ouvinte por porta, e a entrada no grupo de segurança para cada uma.

    Fonte: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    yield from _balancer_entry(case, None, case.head)


@rule(INTERNET_GATEWAY, INSTANCE, asks=(REACH,))
def gateway_reaches_instance(case: Case) -> Iterator[Evidence]:
    """O que entra pelo gateway de internet chega à instância.

    O gateway só entrega a quem tem endereço público, numa sub-rede cuja resposta volta por ele.

    - o gateway ligado à VPC, e a rota `0.0.0.0/0` por ele na sub-rede da instância;
    - um endereço público: da sub-rede, da interface ou elástico;
    - a entrada no grupo de segurança, na porta da seta (ou 80 ou 443, se ela não diz).

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    yield from _instance_entry(case, case.tail, case.head)


@rule(OUTSIDE, INSTANCE, asks=(REACH, NAMES))
def outside_reaches_instance(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chega à instância.

    É o mesmo caminho do gateway de internet à instância, sem o gateway no desenho.

    - o gateway ligado à VPC, e a rota `0.0.0.0/0` por ele na sub-rede da instância;
    - um endereço público: da sub-rede, da interface ou elástico;
    - a entrada no grupo de segurança, na porta da seta (ou 80 ou 443, se ela não diz).

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    yield from _instance_entry(case, None, case.head)


def _balancer_entry(case: Case, gateway: Resource | None, balancer: Resource) -> Iterator[Evidence]:
    net = case.net
    home = lived(net, balancer)
    yield from outsider(case)
    yield from public_subnets(net, home, gateway, 2)
    if net.view.value(balancer, "Type") in (None, "application"):
        yield from home.spread(net)
    yield from expect(net.view, balancer, "Scheme", "internet-facing", "o balanceador tem endereços públicos",
                      f"`{balancer.id}` não diz `Scheme: internet-facing`", "escreva o esquema",
                      "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")
    yield from misread(case.edge, at(balancer))
    listeners = listeners_of(net, balancer)
    wanted = ports_of(case.edge, *listeners)
    yield from redirections(net, balancer)
    for port in wanted:
        if port in listeners:
            yield from listeners[port][1]
        yield from open_to_world(net, home, port)
    if not wanted or not set(wanted) <= set(listeners):
        yield Missing(at(balancer), f"`{balancer.id}` não ouve na porta da seta",
                      "acrescente um `AWS::ElasticLoadBalancingV2::Listener`", "ELBV2_LISTENERS_MISMATCH")


def _instance_entry(case: Case, gateway: Resource | None, instance: Resource) -> Iterator[Evidence]:
    net = case.net
    home = lived(net, instance)
    yield from outsider(case)
    yield from public_subnets(net, home, gateway)
    yield from public_address(net, home)
    yield from misread(case.edge, at(instance))
    ports = ports_of(case.edge) or [port for port in WEB if passing(net, home, INTERNET, port, ingress=True)[0]]
    if not case.edge.port and len(ports) > 1:
        yield Missing(at(instance), f"`{instance.id}` recebe em mais de uma porta", "diga na seta `porta=\"80 443\"`")
    for port in ports or WEB[:1]:
        yield from open_to_world(net, home, port)
        yield from misheard(net.view, instance, port, at(instance))


def outsider(case: Case) -> Iterator[Evidence]:
    """Quem não tem recurso e vem da internet está desenhado fora da AWS."""
    within = [group.id for group in case.diagram.ancestors(case.diagram.elements[case.edge.tail]) if group.kind in INSIDE]
    if case.tail == NOWHERE and within:
        yield Missing(at(case.head), f"`{case.edge.tail}` vem da internet, mas está desenhado em `{within[0]}`",
                      "desenhe-o fora dos grupos da AWS")


def _vpc_of(net: Network, gateway: Resource) -> Resource | None:
    for attached in net.attachments.values():
        if net.pointed(attached, "InternetGatewayId", INTERNET_GATEWAY) == gateway:
            return net.pointed(attached, "VpcId", VPC)
    return None
