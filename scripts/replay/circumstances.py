"""O que as condições das políticas sabem de um pedido concreto: por onde vai, de que rede vem, e o que ele com certeza não leva.

`None` é a chave que o pedido não leva; a que falta aqui não se conhece, e a condição que a pede não se avalia.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from scripts.aws.types import ELASTIC_IP, ELASTIC_IP_ASSOCIATION, FUNCTION, INSTANCE, NAT_GATEWAY
from scripts.base.diagram import Diagram
from scripts.proofs.arrows.passage import ORIGIN, origin
from scripts.proofs.arrows.registry import Case
from scripts.proofs.identity.conditions import Context
from scripts.proofs.identity.evaluation import USUAL
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import network_of
from scripts.replay.stack import ACCOUNT, PARTITION, PUBLIC, Stack
from scripts.template.cloudformation import Resource

TLS = {"s3:TlsVersion": USUAL["s3:TlsVersion"]}
SIGNED = {"s3:signatureversion": "AWS4-HMAC-SHA256"}
DIRECT: Context = {
    **dict.fromkeys("aws:SourceArn aws:SourceAccount aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:Referer aws:username "
                    "s3:DataAccessPointArn s3:AccessPointNetworkOrigin".split()),
    **SIGNED, "aws:ViaAWSService": "false", "s3:authType": "REST-HEADER",
}
"""O que um pedido do SDK, assinado por um papel, leva, e o que só um serviço da AWS, ou um navegador, levaria."""
LAMBDA = PUBLIC.format(5)
"""De que endereço vem uma função fora de uma VPC: um dos da AWS, que ninguém escolhe."""
VISITOR = "203.0.113.7"
"""De que endereço vêm as pessoas: um dos de exemplo da RFC 5737."""
OUTSIDE: Context = {**dict.fromkeys(ORIGIN), "aws:SourceIp": VISITOR, **SIGNED, "aws:ViaAWSService": "false", "aws:SourceArn": None,
                    "aws:SourceAccount": None}
"""O que leva um pedido do computador de uma pessoa."""
PERSON: Context = {**OUTSIDE, "aws:PrincipalArn": f"arn:{PARTITION}:iam::{ACCOUNT}:user/pessoa", "aws:PrincipalType": "User",
                   "aws:username": "pessoa", "s3:authType": "REST-HEADER", "aws:Referer": None}
"""O mesmo, com as credenciais da própria pessoa."""


def wire(secure: bool) -> dict[str, str]:
    """O que as condições sabem de um pedido pelo caminho dele: se vai por TLS, e em que versão."""
    return {**TLS, "aws:SecureTransport": str(secure).lower()}


def sent_from(stack: Stack, diagram: Diagram, node: str, service: str) -> Context:
    """O que diz da rede de onde vem o pedido que o código deste nó faz a este serviço; o que não se sabe falta."""
    edge = next((edge for edge in diagram.edges if edge.tail == node), None)
    element = diagram.elements.get(node)
    for name in element.resources if element and edge else ():
        workload = stack.view.resources.get(name)
        if edge and workload and (home := home_of(network_of(stack.view), workload)):
            known = origin(Case(stack.view, diagram, edge, workload, workload), workload, service)
            if "aws:SourceIp" in known or known.get("aws:SourceVpce", "") is not None:
                return known
            alone = workload.type == FUNCTION and not home.subnets
            return {**dict.fromkeys(ORIGIN), "aws:SourceIp": LAMBDA if alone else _address(stack, workload)}
    return {}


def _address(stack: Stack, workload: Resource) -> str:
    """O endereço público com que o pedido sai da VPC: o do NAT, o elástico da instância, ou o que ela recebe."""
    net, view = network_of(stack.view), stack.view
    home = home_of(net, workload)
    for nat in view.of_type(NAT_GATEWAY):
        if home and any(net.route_out(subnet, "NatGatewayId", nat) for subnet in home.known_subnets(net)):
            return view.world.address(stack.named(str(view.value(nat, "AllocationId")), ELASTIC_IP) or nat)
    for link in view.of_type(ELASTIC_IP, ELASTIC_IP_ASSOCIATION):
        if stack.named(str(view.value(link, "InstanceId")), INSTANCE) == workload:
            said = view.value(link, "AllocationId") or view.value(link, "EIP")
            return view.world.address(stack.named(str(said), ELASTIC_IP) or link)
    return view.world.address(workload)
