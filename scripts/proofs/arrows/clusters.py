"""Regras do EKS: como o tráfego chega aos pods, e com que papel eles chamam a AWS.

O que roda no cluster está no manifesto do Kubernetes, ao lado do template: que os pods entram no
grupo de destino e usam a conta de serviço da associação, só ele diz.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.balancing import deliveries
from scripts.proofs.arrows.queues import invocable
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at, complete
from scripts.proofs.facts.numbers import whole
from scripts.proofs.facts.reading import inside, place, places
from scripts.proofs.identity.principals import principal, role_of_arn
from scripts.proofs.identity.services import FUNCTION
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces import Home, home, written
from scripts.proofs.network.interfaces_by_type import BALANCER, home_of
from scripts.proofs.network.listeners import redirections
from scripts.proofs.network.path import carried, same_vpc
from scripts.proofs.network.security_groups import GroupRule, rules_of
from scripts.proofs.network.topology import SUBNET, VPC, Network, network_of
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

CLUSTER = "AWS::EKS::Cluster"
ASSOCIATION = "AWS::EKS::PodIdentityAssociation"
INGRESS = "AWS::EC2::SecurityGroupIngress"
TAG = "eks:eks-cluster-name"
AGENT = "eks-pod-identity-agent"


@rule(BALANCER, CLUSTER)
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
    net, cluster = network_of(case.resolution), case.head
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
    yield from _integrated(net.values, cluster)
    yield from _admitted(net, case.tail, cluster, whole(net.values.property(delivery.targets, "Port")) or 0)


@rule(CLUSTER, (*HELD, FUNCTION))
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
    values, cluster = case.resolution, case.tail
    found = _associations(values, cluster)
    # Cada associação se julga como se fosse a única; sem nenhuma, a chamada diz o que falta.
    ways = [replace(case, resolution=_without(values, found, association)) for association in found]
    yield from complete(call(way) for way in ways or [case])
    if found:
        yield from _agent(values, cluster)
    if case.head.type == FUNCTION:
        yield from invocable(values, case.head)


def _associations(values: Resolution, cluster: Resource) -> list[Resource]:
    return [found for found in values.of_type(ASSOCIATION) if _is(values, values.property(found, "ClusterName"), cluster)]


def _without(values: Resolution, others: list[Resource], kept: Resource) -> Resolution:
    """O mesmo cenário só com uma das associações."""
    left = {name: found for name, found in values.template.resources.items() if found == kept or found not in others}
    return Resolution(replace(values.template, resources=left), values.assumed, values.chosen)


@principal(CLUSTER, service="pods.eks.amazonaws.com", trusted=("sts:AssumeRole", "sts:TagSession"))
def _pods(values: Resolution, cluster: Resource) -> Iterator[Evidence | Resource]:
    for association in _associations(values, cluster):
        granted = place(values, association, "RoleArn")
        role = role_of_arn(values, granted)
        if granted and role:
            yield from _bound(values, association, cluster)
            yield Found(granted.path, f"os pods agem com o papel `{role.id}`")
            yield role
            return
    yield Missing(at(cluster), f"nenhum papel chega aos pods de `{cluster.id}`", f"crie um `{ASSOCIATION}`")


def _bound(values: Resolution, association: Resource, cluster: Resource) -> Iterator[Evidence]:
    """As linhas da associação; o papel para o qual ela passe adiante não se avalia."""
    yield Found(at(association, "ClusterName"), f"a associação é de `{cluster.id}`")
    yield from _by_name(values, values.property(association, "ClusterName"), cluster)
    for name in ("Namespace", "ServiceAccount"):
        said = values.property(association, name)
        yield Found(at(association, name), f"só os de `{name}`") if isinstance(said, str) and said else Missing(
            at(association), f"`{association.id}` não diz `{name}`", "escreva o valor")
    onward = place(values, association, "TargetRoleArn")
    if onward:
        yield Missing(onward.path, f"`{association.id}` passa a outro papel, que não se avalia", "tire `TargetRoleArn`")


def _agent(values: Resolution, cluster: Resource) -> Iterator[Evidence]:
    """Quem entrega as credenciais aos pods: sem ele, a associação não faz nada."""
    said = place(values, cluster, "ComputeConfig", "Enabled")
    if said and str(said.value).lower() == "true":
        yield Found(said.path, "o Auto Mode traz o agente que entrega as credenciais")
        return
    for addon in values.of_type("AWS::EKS::Addon"):
        if values.property(addon, "AddonName") == AGENT and _is(values, values.property(addon, "ClusterName"), cluster):
            yield Found(at(addon, "AddonName"), "o complemento que entrega as credenciais")
            yield Found(at(addon, "ClusterName"), f"está em `{cluster.id}`")
            return
    yield Missing(at(cluster), f"nada entrega as credenciais aos pods de `{cluster.id}`", f"ligue o Auto Mode, ou instale `{AGENT}`")


def _is(values: Resolution, value: object, cluster: Resource) -> bool:
    """O valor é o nome do cluster: o `Ref` dele, ou o mesmo texto que ele tem em `Name`."""
    return isinstance(value, str) and value in (f"${{{cluster.id}}}", values.property(cluster, "Name"))


def _by_name(values: Resolution, value: object, cluster: Resource) -> Iterator[Found]:
    if value != f"${{{cluster.id}}}":
        yield Found(at(cluster, "Name"), f"é o nome de `{cluster.id}`")


@home(CLUSTER)
def _lives(net: Network, cluster: Resource) -> Home:
    """As sub-redes dos nós; o grupo de segurança deles é do próprio cluster, com toda a saída."""
    return Home(cluster, written(net, cluster, SUBNET, "ResourcesVpcConfig", "SubnetIds"), open=True)


def _tagged(net: Network, targets: Resource, cluster: Resource) -> list[Found]:
    for item in places(net.values, targets, "Tags"):
        key, value = (inside(net.values, targets, item, name) for name in ("Key", "Value"))
        if key and value and key.value == TAG and _is(net.values, value.value, cluster):
            return [Found(value.path, f"`{targets.id}` é do cluster"), *_by_name(net.values, value.value, cluster)]
    return []


def _by_address(net: Network, targets: Resource, cluster: Resource) -> Iterator[Evidence]:
    lived = home_of(net, cluster)
    assert lived
    kind, vpc = place(net.values, targets, "TargetType"), net.property(targets, "VpcId", VPC)
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


def _integrated(values: Resolution, cluster: Resource) -> Iterator[Evidence]:
    for keys in (("KubernetesNetworkConfig", "ElasticLoadBalancing", "Enabled"), ("ComputeConfig", "Enabled")):
        said = place(values, cluster, *keys)
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
    entering = [ingress for ingress in net.values.of_type(INGRESS) if net.values.property(ingress, "GroupId") == own
                and _exact(net.values, ingress, port) and net.property(ingress, "SourceSecurityGroupId", "AWS::EC2::SecurityGroup")
                and net.property(ingress, "SourceSecurityGroupId", "AWS::EC2::SecurityGroup").id in source.known_groups]
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


def _exact(values: Resolution, ingress: Resource, port: int) -> bool:
    ends = [whole(values.property(ingress, name)) for name in ("FromPort", "ToPort")]
    return ends == [port] * 2 and str(values.property(ingress, "IpProtocol")) in ("tcp", "6")
