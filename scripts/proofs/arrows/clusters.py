"""Regras do EKS: como o tráfego chega aos pods, e com que papel eles chamam a AWS.

O que roda no cluster está no manifesto do Kubernetes, ao lado do template: que os pods entram no
grupo de destino e usam a conta de serviço da associação, só ele diz.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from scripts.aws.types import (
    BALANCER, EKS_ADDON, EKS_CLUSTER, FUNCTION, POD_IDENTITY_ASSOCIATION, SECURITY_GROUP, SECURITY_GROUP_INGRESS, SUBNET,
    VPC,
)
from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.balancing import deliveries
from scripts.proofs.arrows.queues import invocable
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.numbers import whole
from scripts.proofs.facts.view import View
from scripts.proofs.identity.principals import principal, role_of_arn
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import Home, home, written
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.listeners import redirections
from scripts.proofs.network.path import carried, same_vpc
from scripts.proofs.network.security_groups import GroupRule, rules_of
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource

TAG = "eks:eks-cluster-name"
AGENT = "eks-pod-identity-agent"


@rule(BALANCER, EKS_CLUSTER)
def balancer_reaches_pods(case: Case) -> Iterator[Evidence]:
    """O balanceador distribui para pods do EKS.

    No EKS Auto Mode, quem registra os pods no grupo de destino é o cluster, a partir do
    `TargetGroupBinding` do manifesto. O template prova o resto do caminho, até a porta do pod.

    - um ouvinte que encaminha a um grupo de destino de endereços (`TargetType: ip`), na VPC do cluster;
    - a etiqueta `eks:eks-cluster-name` com o nome do cluster, sem a qual ele não pode registrar pods;
    - a integração com balanceadores ligada no cluster;
    - a saída do balanceador e a entrada no grupo de segurança do cluster, na porta de destino, e
      nenhuma ACL de rede no caminho que a feche.

    Fonte: https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
    """
    assert case.tail and case.head
    net, cluster = network_of(case.view), case.head
    yield from redirections(net, case.tail)
    found = [(delivery, lines) for delivery in deliveries(net, case.tail) if (lines := _tagged(net, delivery.targets, cluster))]
    if not found:
        yield Missing(at(cluster), f"nenhum ouvinte de `{case.tail.id}` encaminha a um grupo de destino de `{cluster.id}`",
                      f"crie um grupo de destino com `TargetType: ip` e a etiqueta `{TAG}`, e encaminhe a ele",
                      "ELBV2_LISTENER_HAS_NO_TG")
        return
    delivery, lines = found[0]
    yield from (*delivery.lines, *lines)
    yield from _by_address(net, delivery.targets, cluster)
    yield from _integrated(net.view, cluster)
    yield from _admitted(net, case.tail, cluster, whole(net.view.value(delivery.targets, "Port")) or 0)


@rule(EKS_CLUSTER, (*HELD, FUNCTION))
def pod_calls_service(case: Case) -> Iterator[Evidence]:
    """Um pod do EKS chama um serviço da AWS.

    A associação de identidade dá ao pod as credenciais de um papel, sem chave guardada: vale
    para quem usa aquela conta de serviço, naquele espaço de nomes.

    - um `AWS::EKS::PodIdentityAssociation` deste cluster, com o papel, sem passar dele a outro;
    - o agente que entrega as credenciais: o do Auto Mode, ou o complemento `eks-pod-identity-agent`;
    - o papel em que `pods.eks.amazonaws.com` confia para `sts:AssumeRole` e `sts:TagSession`;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - da VPC, um endpoint do serviço, um NAT ou o gateway de internet;
    - se é uma função, nenhuma concorrência reservada de zero, que a impediria de rodar.

    Fonte: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
    """
    assert case.tail and case.head
    view, cluster = case.view, case.tail
    found = _associations(view, cluster)
    # Cada associação se julga como se fosse a única; sem nenhuma, a chamada diz o que falta.
    ways = [replace(case, view=_without(view, found, association)) for association in found]
    yield from view.complete(call(way) for way in ways or [case])
    if found:
        yield from _agent(view, cluster)
    if case.head.type == FUNCTION:
        yield from invocable(view, case.head)


def _associations(view: View, cluster: Resource) -> list[Resource]:
    return [found for found in view.of_type(POD_IDENTITY_ASSOCIATION) if _is(view, view.value(found, "ClusterName"), cluster)]


def _without(view: View, others: list[Resource], kept: Resource) -> View:
    """O mesmo mundo só com uma das associações."""
    left = {name: found for name, found in view.template.resources.items() if found == kept or found not in others}
    return View(replace(view.world, template=replace(view.template, resources=left)), view.unknown)


@principal(EKS_CLUSTER, service="pods.eks.amazonaws.com", trusted=("sts:AssumeRole", "sts:TagSession"))
def _pods(view: View, cluster: Resource) -> Iterator[Evidence | Resource]:
    for association in _associations(view, cluster):
        granted = view.at(association, "RoleArn")
        role = role_of_arn(view, granted)
        if granted and role:
            yield from _bound(view, association, cluster)
            yield Found(granted.path, f"os pods agem com o papel `{role.id}`")
            yield role
            return
    yield Missing(at(cluster), f"nenhum papel chega aos pods de `{cluster.id}`", f"crie um `{POD_IDENTITY_ASSOCIATION}`")


def _bound(view: View, association: Resource, cluster: Resource) -> Iterator[Evidence]:
    """As linhas da associação; o papel para o qual ela passe adiante não se avalia."""
    yield Found(at(association, "ClusterName"), f"a associação é de `{cluster.id}`")
    yield from _by_name(view, view.value(association, "ClusterName"), cluster)
    for name in ("Namespace", "ServiceAccount"):
        said = view.value(association, name)
        yield Found(at(association, name), f"só os de `{name}`") if isinstance(said, str) and said else Missing(
            at(association), f"`{association.id}` não diz `{name}`", "escreva o valor")
    onward = view.at(association, "TargetRoleArn")
    if onward:
        yield Missing(onward.path, f"`{association.id}` passa a outro papel, que não se avalia", "tire `TargetRoleArn`")


def _agent(view: View, cluster: Resource) -> Iterator[Evidence]:
    """Quem entrega as credenciais aos pods: sem ele, a associação não faz nada."""
    said = view.at(cluster, "ComputeConfig", "Enabled")
    if said and str(said.value).lower() == "true":
        yield Found(said.path, "o Auto Mode traz o agente que entrega as credenciais")
        return
    for addon in view.of_type(EKS_ADDON):
        if view.value(addon, "AddonName") == AGENT and _is(view, view.value(addon, "ClusterName"), cluster):
            yield Found(at(addon, "AddonName"), "o complemento que entrega as credenciais")
            yield Found(at(addon, "ClusterName"), f"está em `{cluster.id}`")
            return
    yield Missing(at(cluster), f"nada entrega as credenciais aos pods de `{cluster.id}`", f"ligue o Auto Mode, ou instale `{AGENT}`")


def _is(view: View, value: object, cluster: Resource) -> bool:
    """O valor é o nome do cluster: o `Ref` dele, ou o mesmo texto que ele tem em `Name`."""
    return isinstance(value, str) and value in (f"${{{cluster.id}}}", view.value(cluster, "Name"))


def _by_name(view: View, value: object, cluster: Resource) -> Iterator[Found]:
    if value != f"${{{cluster.id}}}":
        yield Found(at(cluster, "Name"), f"é o nome de `{cluster.id}`")


@home(EKS_CLUSTER)
def _lives(net: Network, cluster: Resource) -> Home:
    """As sub-redes dos nós; o grupo de segurança deles é do próprio cluster, com toda a saída."""
    return Home(cluster, written(net, cluster, SUBNET, "ResourcesVpcConfig", "SubnetIds"), open=True)


def _tagged(net: Network, targets: Resource, cluster: Resource) -> list[Found]:
    for item in net.view.items(targets, "Tags"):
        key, value = (net.view.inside(item, name) for name in ("Key", "Value"))
        if key and value and key.value == TAG and _is(net.view, value.value, cluster):
            return [Found(value.path, f"`{targets.id}` é do cluster"), *_by_name(net.view, value.value, cluster)]
    return []


def _by_address(net: Network, targets: Resource, cluster: Resource) -> Iterator[Evidence]:
    lived = home_of(net, cluster)
    assert lived
    kind, vpc = net.view.at(targets, "TargetType"), net.pointed(targets, "VpcId", VPC)
    if kind and kind.value == "ip":
        yield Found(kind.path, "entrega no endereço de cada pod")
    else:
        yield Missing(at(targets, "TargetType"), f"`{targets.id}` não entrega em endereços", "escreva `TargetType: ip`")
    yield from same_vpc(net, lived)
    yield from lived.lines(2)
    yield from lived.spread(net)
    if vpc and all(subnet.vpc == vpc for subnet in lived.known_subnets(net)):
        yield Found(at(targets, "VpcId"), f"na VPC `{vpc.id}`")
    else:
        yield Missing(at(targets, "VpcId"), f"`{targets.id}` não é da VPC de `{cluster.id}`", "corrija o `VpcId`", "DISCONNECTED_VPCS")


def _integrated(view: View, cluster: Resource) -> Iterator[Evidence]:
    for keys in (("KubernetesNetworkConfig", "ElasticLoadBalancing", "Enabled"), ("ComputeConfig", "Enabled")):
        said = view.at(cluster, *keys)
        if said and str(said.value).lower() == "true":
            yield Found(said.path, f"`{'.'.join(keys)}` está ligado")
        else:
            yield Missing(at(cluster, keys[0]), f"`{cluster.id}` não liga o Auto Mode por inteiro", f"use `{'.'.join(keys)}: true`")


def _admitted(net: Network, balancer: Resource, cluster: Resource, port: int) -> Iterator[Evidence]:
    """A saída do balanceador e a entrada no grupo que o EKS cria para o cluster."""
    source, own = home_of(net, balancer), f"${{{cluster.id}.ClusterSecurityGroupId}}"
    assert source
    leaving = [(group, ruling) for group in source.known_groups for ruling in rules_of(net, group, False) or []
               if ruling.group == group and ruling.exactly(port) and _only(ruling, own)]
    entering = [ingress for ingress in net.view.of_type(SECURITY_GROUP_INGRESS) if net.view.value(ingress, "GroupId") == own
                and _exact(net.view, ingress, port) and net.pointed(ingress, "SourceSecurityGroupId", SECURITY_GROUP)
                and net.pointed(ingress, "SourceSecurityGroupId", SECURITY_GROUP).id in source.known_groups]
    if not port or not leaving or not entering:
        yield Missing(at(cluster), f"os grupos não deixam passar tcp {port} de `{balancer.id}` aos pods de `{cluster.id}`",
                      f"acrescente a saída para `!GetAtt {cluster.id}.ClusterSecurityGroupId` e a entrada nele",
                      "ENI_SG_RULES_MISMATCH")
        return
    yield from carried(net, source, leaving[0][0])
    yield from leaving[0][1].lines()
    for name in ("GroupId", "IpProtocol", "FromPort", "ToPort", "SourceSecurityGroupId"):
        yield Found(at(entering[0], name), f"a entrada nos pods: `{name}`")
    lived = home_of(net, cluster)
    for start, end in product(source.known_subnets(net), lived.known_subnets(net) if lived else ()):
        yield from crossing(net, start, end, port)


def _only(ruling: GroupRule, group: str) -> bool:
    return len(ruling.peers) == 1 and ruling.peers[0][1].value == group


def _exact(view: View, ingress: Resource, port: int) -> bool:
    ends = [whole(view.value(ingress, name)) for name in ("FromPort", "ToPort")]
    return ends == [port] * 2 and str(view.value(ingress, "IpProtocol")) in ("tcp", "6")
