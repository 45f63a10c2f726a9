"""Regras do EKS: como o tráfego chega aos pods, e com que papel eles chamam a AWS.

O que roda no cluster está no manifesto do Kubernetes, ao lado do template: que os pods entram no
grupo de destino e usam a conta de serviço da associação, só ele diz.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from scripts.aws.questions import FORWARD, IDENTITY, NAMES, REACH
from scripts.aws.types import BALANCER, EKS_ADDON, EKS_CLUSTER, FUNCTION
from scripts.proofs.arrows.access import HELD, call
from scripts.proofs.arrows.balancing import PROTOCOLS, checked, deliveries
from scripts.proofs.arrows.diversions import diversions
from scripts.proofs.arrows.queues import invocable
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect, true
from scripts.proofs.facts.view import View
from scripts.proofs.identity.principals import by_name, names_cluster, pod_associations, pod_principal, principal_of
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces_by_type import lived
from scripts.proofs.network.listeners import redirections
from scripts.proofs.network.path import same_vpc
from scripts.proofs.network.peers import OwnGroup, carried, passing
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

TAG = "eks:eks-cluster-name"
AGENT = "eks-pod-identity-agent"


@rule(BALANCER, EKS_CLUSTER, asks=(REACH, FORWARD))
def balancer_reaches_pods(case: Case) -> Iterator[Evidence]:
    """O balanceador distribui para pods do EKS.

    No EKS Auto Mode, quem registra os pods no grupo de destino é o cluster, a partir do
    `TargetGroupBinding` do manifesto. O template prova o resto do caminho, até a porta do pod.

    - um ouvinte que encaminha a um grupo de destino de endereços (`TargetType: ip`), na VPC do cluster;
    - a etiqueta `eks:eks-cluster-name` com o nome do cluster, sem a qual ele não pode registrar pods;
    - nenhuma regra do ouvinte que pegue antes o que é dos pods, a menos que a figura mostre a quem ela manda;
    - a integração com balanceadores ligada no cluster;
    - a saída do balanceador e a entrada no grupo de segurança do cluster, na porta de destino, e
      nenhuma ACL de rede no caminho que a feche.

    Fonte: https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
    """
    net, cluster = case.net, case.head
    yield from redirections(net, case.tail)
    found = [(delivery, lines) for delivery in deliveries(net, case.tail) if (lines := _tagged(net, delivery.targets, cluster))]
    if not found:
        yield Missing(at(cluster), f"nenhum ouvinte de `{case.tail.id}` encaminha a um grupo de destino de `{cluster.id}`",
                      f"crie um grupo de destino com `TargetType: ip` e a etiqueta `{TAG}`, e encaminhe a ele",
                      "ELBV2_LISTENER_HAS_NO_TG")
        return
    delivery, lines = found[0]
    yield from (*delivery.lines, *lines, *diversions(case, delivery.targets))
    yield from _by_address(net, delivery.targets, cluster)
    yield from checked(net.view, delivery.targets)
    yield from _integrated(net.view, cluster)
    yield from _admitted(net, case.tail, cluster, whole(net.view.value(delivery.targets, "Port")) or 0)


@rule(EKS_CLUSTER, (*HELD, FUNCTION), asks=(REACH, IDENTITY, NAMES))
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
    view, cluster = case.view, case.tail
    found = pod_associations(view, cluster)
    # Basta uma associação; sem nenhuma, a chamada diz o que falta.
    principals = [pod_principal(view, cluster, association) for association in found] or [principal_of(view, cluster)]
    yield from view.complete(call(case, principal=principal) for principal in principals)
    if found:
        yield from _agent(view, cluster)
    if case.head.type == FUNCTION:
        yield from invocable(view, case.head)


def _agent(view: View, cluster: Resource) -> Iterator[Evidence]:
    """Quem entrega as credenciais aos pods: sem ele, a associação não faz nada."""
    said = view.at(cluster, "ComputeConfig", "Enabled")
    if said and true(said.value):
        yield Found(said.path, "o Auto Mode traz o agente que entrega as credenciais")
        return
    for addon in view.of_type(EKS_ADDON):
        if view.value(addon, "AddonName") == AGENT and names_cluster(view, view.value(addon, "ClusterName"), cluster):
            yield Found(at(addon, "AddonName"), "o complemento que entrega as credenciais")
            yield Found(at(addon, "ClusterName"), f"está em `{cluster.id}`")
            return
    yield Missing(at(cluster), f"nada entrega as credenciais aos pods de `{cluster.id}`", f"ligue o Auto Mode, ou instale `{AGENT}`")


def _tagged(net: Network, targets: Resource, cluster: Resource) -> list[Found]:
    for item in net.view.items(targets, "Tags"):
        key, value = (net.view.inside(item, name) for name in ("Key", "Value"))
        if key and value and key.value == TAG and names_cluster(net.view, value.value, cluster):
            return [Found(value.path, f"`{targets.id}` é do cluster"), *by_name(net.view, value.value, cluster)]
    return []


def _by_address(net: Network, targets: Resource, cluster: Resource) -> Iterator[Evidence]:
    pods = lived(net, cluster)
    yield from expect(net.view, targets, "TargetType", "ip", "entrega no endereço de cada pod",
                      f"`{targets.id}` não entrega em endereços", "escreva `TargetType: ip`")
    yield from expect(net.view, targets, "Protocol", PROTOCOLS.__contains__, "fala {} com os pods", f"`{targets.id}` não diz `Protocol`",
                      "escreva `Protocol: HTTP`", "TARGET_PORT_RESTRICTION")
    yield from same_vpc(net, pods)
    yield from pods.lines(2)
    yield from pods.spread(net)
    yield pods.joined(net, targets, "na VPC `{}`", "corrija o `VpcId`", "DISCONNECTED_VPCS")


def _integrated(view: View, cluster: Resource) -> Iterator[Evidence]:
    for keys in (("KubernetesNetworkConfig", "ElasticLoadBalancing", "Enabled"), ("ComputeConfig", "Enabled")):
        name = ".".join(keys)
        yield from expect(view, cluster, keys, true, f"`{name}` está ligado", f"`{cluster.id}` não liga o Auto Mode por inteiro",
                          f"use `{name}: true`")


def _admitted(net: Network, balancer: Resource, cluster: Resource, port: int) -> Iterator[Evidence]:
    """A saída do balanceador e a entrada no grupo que o EKS cria para o cluster."""
    source, pods = lived(net, balancer), OwnGroup(f"os pods de {cluster.id}", attribute=f"${{{cluster.id}.ClusterSecurityGroupId}}")
    group, leaving, _ = passing(net, source, pods, port, ingress=False)
    entering = [rule for rule in all_rules(net) if rule.ingress and rule.group == pods.attribute and rule.exactly(port)
                and rule.admits(source.known_groups, (), net)]
    if not port or not leaving or not entering:
        yield Missing(at(cluster), f"os grupos não deixam passar tcp {port} de `{balancer.id}` aos pods de `{cluster.id}`",
                      f"acrescente a saída para `!GetAtt {cluster.id}.ClusterSecurityGroupId` e a entrada nele",
                      "ENI_SG_RULES_MISMATCH")
        return
    yield from carried(net, source, group)
    yield from (line for rule in leaving for line in rule.lines())
    yield from entering[0].lines()
    for start, end in product(source.known_subnets(net), lived(net, cluster).known_subnets(net)):
        yield from crossing(net, start, end, port)
