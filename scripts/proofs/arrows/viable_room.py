"""Quantos endereços cabem numa sub-rede, e quantos o template põe nela: sem endereço livre, nada nasce ali."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil

from scripts.aws.types import (
    BALANCER, COMPUTE_ENVIRONMENT, DATABASE, ECS_SERVICE, EKS_CLUSTER, FUNCTION, INSTANCE, JOB_DEFINITION, MOUNT_TARGET, NAT_GATEWAY,
    SCALING_GROUP, VPC_ENDPOINT,
)
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import Subnet, network, network_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

RESERVED = 5
"""Endereços que a AWS guarda em cada sub-rede: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
BALANCER_BITS = 27
"""A menor sub-rede de um balanceador de aplicação:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""
Need = Callable[[View, Resource, int], int]


def _once(view: View, resource: Resource, subnets: int) -> int:
    return 1


def _several(number: int) -> Need:
    return lambda view, resource, subnets: number


def _instances(view: View, group: Resource, subnets: int) -> int:
    """O grupo reparte as instâncias pelas sub-redes por igual, até o máximo dele."""
    return ceil((whole(view.value(group, "MaxSize")) or 0) / subnets)


def _tasks(view: View, service: Resource, subnets: int) -> int:
    return ceil((whole(view.value(service, "DesiredCount")) or 1) / subnets)


def _jobs(view: View, environment: Resource, subnets: int) -> int:
    """Cada trabalho no Fargate tem a sua interface: tantas quantas cabem nas vCPUs do ambiente."""
    sizes = [float(str(value.value)) for job in view.of_type(JOB_DEFINITION)
             for item in view.items(job, "ContainerProperties", "ResourceRequirements")
             if (kind := view.inside(item, "Type")) and kind.value == "VCPU" and (value := view.inside(item, "Value"))
             and str(value.value).replace(".", "", 1).isdecimal()]
    return ceil((whole(view.value(environment, "ComputeResources", "MaxvCpus")) or 0) / (min(sizes, default=1) or 1) / subnets)


NEEDS: dict[str, Need] = {
    BALANCER: _several(8), EKS_CLUSTER: _several(16), DATABASE: _several(2), SCALING_GROUP: _instances, ECS_SERVICE: _tasks,
    COMPUTE_ENVIRONMENT: _jobs, INSTANCE: _once, NAT_GATEWAY: _once, FUNCTION: _once, MOUNT_TARGET: _once, VPC_ENDPOINT: _once,
}
"""De cada tipo, quantos endereços livres ele quer em cada uma das sub-redes dele; o banco, um de sobra para a troca.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
https://docs.aws.amazon.com/batch/latest/userguide/fargate.html
"""


def roomy(view: View, tenant: Resource) -> Iterator[Missing]:
    """As sub-redes em que o recurso vive e em que não cabe tudo o que o template põe nelas."""
    with view.reading():  # o que ocupa a sub-rede não é o que a seta pergunta: só o que falta conta
        net = network_of(view)
        home = home_of(net, tenant)
        places = [(subnet, network(net.block(subnet))) for subnet in (home.known_subnets(net) if home else ())]
        wanted = view.once("room", lambda: _wanted(view))
    for subnet, block in places:
        if block is None or block.version != 4:
            continue
        where, size = at(subnet.resource, "CidrBlock"), block.num_addresses - RESERVED
        if tenant.type == BALANCER and block.prefixlen > BALANCER_BITS and view.value(tenant, "Type") in (None, "application"):
            yield Missing(where, f"`{subnet.id}` é /{block.prefixlen}, e um balanceador de aplicação pede ao menos /{BALANCER_BITS}",
                          f"use uma faixa de ao menos /{BALANCER_BITS}")
        elif (total := sum(wanted.get(subnet.id, {}).values())) > size:
            names = ", ".join(f"`{name}`" for name in wanted[subnet.id])
            yield Missing(where, f"`{subnet.id}` tem {max(size, 0)} endereços livres, e o que o template põe nela quer {total} ({names})",
                          "use uma faixa maior")


def _wanted(view: View) -> dict[str, dict[str, int]]:
    """Quantos endereços cada recurso quer em cada sub-rede."""
    net, found = network_of(view), {}
    for tenant in view.of_type(*NEEDS):
        home = home_of(net, tenant)
        subnets: list[Subnet] = home.known_subnets(net) if home else []
        for subnet in subnets:
            found.setdefault(subnet.id, {})[tenant.id] = NEEDS[tenant.type](view, tenant, len(subnets))
    return found


for _type in NEEDS:
    judge(_type)(roomy)
