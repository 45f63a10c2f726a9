"""O que um template cobra por hora e em uso, tirado dos recursos dele e dos padrões dos parâmetros.

Aqui fica toda a leitura de valores para custo e cotas. Um recurso que cobra e não se sabe quanto
vira `Unpriced`, nunca zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from scripts.aws.compute import FARGATE
from scripts.aws.catalog import is_support, kind_of
from scripts.aws.types import (
    ALARM, BALANCER, BUCKET, COMPUTE_ENVIRONMENT, DATABASE, DISTRIBUTION, EKS_CLUSTER, ELASTIC_IP,
    ELASTIC_IP_ASSOCIATION, FUNCTION, HOSTED_ZONE, INSTANCE, LAUNCH_TEMPLATE, LOG_GROUP, NAT_GATEWAY, QUEUE, SCALING_GROUP,
    STATE_MACHINE, TABLE, TOPIC, VOLUME, VPC_ENDPOINT,
)
from scripts.proofs.evidence import Found
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import lived, model_of
from scripts.proofs.network.internet import public_address
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import Path, Unknown


class Charge(NamedTuple):
    """Uma cobrança: que preço (`key`), quantas unidades dele, e onde está no template."""

    key: str
    quantity: float
    resource: str
    path: Path


class Unpriced(NamedTuple):
    """Um recurso que cobra por hora e cuja conta não se sabe fazer."""

    resource: str
    path: Path
    reason: str


@dataclass(frozen=True)
class Machines:
    """Instâncias iguais: o tipo, quantas nascem, até quantas podem ser e o recurso que as descreve."""

    resource: str
    type: str
    count: int
    most: int
    model: Resource
    path: Path


class Bill:
    """A leitura de um template no mundo dos padrões."""

    def __init__(self, views: Views):
        self.view = views.each[0]
        self.template = self.view.template

    def of_type(self, *types: str) -> list[Resource]:
        return self.view.of_type(*types)

    def at(self, resource: Resource, *keys: str | int) -> Any:
        """O valor de uma propriedade; `None` ausente, `Unknown` quando só a implantação o decide."""
        return self.view.value(resource, *keys)

    def number(self, resource: Resource, *keys: str | int) -> int | None:
        return whole(self.at(resource, *keys))

    def path(self, resource: Resource, *keys: str | int) -> Path:
        found = self.view.at(resource, *keys)
        return found.path if found else ("Resources", resource.id)

    def charges(self) -> Iterator[Charge | Unpriced]:
        """O que cobra mesmo parado, recurso por recurso."""
        for resource in self.view.resources.values():
            judge = BILLED.get(resource.type)
            if judge:
                yield from judge(self, resource)
            elif not kind_of(resource.type).type and not is_support(resource.type):
                yield Unpriced(resource.id, ("Resources", resource.id), "não se sabe se este tipo cobra")
            elif kind_of(resource.type).hourly:
                yield Unpriced(resource.id, ("Resources", resource.id), "não se sabe fazer a conta deste tipo")

    def machines(self) -> Iterator[Machines | Unpriced]:
        """As instâncias do EC2, sozinhas ou de um grupo."""
        return map(self.machine, self.of_type(INSTANCE, SCALING_GROUP))

    def machine(self, owner: Resource) -> Machines | Unpriced:
        """As instâncias que este recurso cria."""
        model, count, most = owner, 1, 1
        if owner.type == SCALING_GROUP:
            model = model_of(network_of(self.view), owner)
            least, most = self.number(owner, "MinSize"), self.number(owner, "MaxSize")
            count = self.number(owner, "DesiredCapacity") or least
            if model is None or model.type != LAUNCH_TEMPLATE or count is None or most is None:
                return Unpriced(owner.id, ("Resources", owner.id), "o modelo ou o tamanho do grupo não se conhece")
        start = _start(model)
        kind, path = self.at(model, *start, "InstanceType"), self.path(model, *start, "InstanceType")
        if not isinstance(kind, str) or "${" in kind:
            return Unpriced(owner.id, path, "o tipo da instância não se conhece")
        return Machines(owner.id, kind, count, most, model, path)


def _start(model: Resource) -> tuple[str, ...]:
    """Onde, no recurso que as descreve, estão as propriedades das instâncias."""
    return () if model.type == INSTANCE else ("LaunchTemplateData",)


def _instances(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """Cada instância, o disco com que nasce e o endereço público."""
    found = bill.machine(resource)
    if isinstance(found, Unpriced):
        yield found
        return
    yield Charge(f"ec2:{found.type}", found.count, resource.id, found.path)
    start = _start(found.model)
    disks = bill.view.items(found.model, *start, "BlockDeviceMappings")
    if not disks:
        yield Unpriced(resource.id, ("Resources", found.model.id), "o disco com que a instância nasce não está escrito; diga `BlockDeviceMappings`")
    for index, disk in enumerate(disks):
        yield from _disk(bill, found.model, (*start, "BlockDeviceMappings", index, "Ebs"), "VolumeSize", found.count)
    if resource.type == INSTANCE:
        yield from _address(bill, resource)


def _address(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """O endereço público com que a instância nasce; o elástico cobra por si."""
    net = network_of(bill.view)
    home = lived(net, resource)
    if isinstance(home.public.value, Unknown):
        yield Unpriced(resource.id, home.public.path, "não se sabe se tem endereço público")
    found = list(public_address(net, home))
    path = next((piece.path for piece in found if isinstance(piece, Found)), None)
    if path and bill.template.resources[str(path[1])].type not in (ELASTIC_IP, ELASTIC_IP_ASSOCIATION):
        yield Charge("ipv4", 1, resource.id, bill.path(resource, "SubnetId"))


def _disk(bill: Bill, resource: Resource, start: tuple[str | int, ...], size: str, times: int = 1) -> Iterator[Charge | Unpriced]:
    kind, gigabytes = bill.at(resource, *start, "VolumeType") or "gp2", bill.number(resource, *start, size)
    path = bill.path(resource, *start, size)
    if isinstance(kind, Unknown) or gigabytes is None:
        yield Unpriced(resource.id, path, "o tipo ou o tamanho do disco não se conhece")
    else:
        yield Charge(f"ebs:{kind}", gigabytes * times, resource.id, path)


def _volume(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    yield from _disk(bill, resource, (), "Size")


def _balancer(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """O balanceador e, se é da internet, um endereço público em cada sub-rede."""
    if bill.at(resource, "Type") not in (None, "application"):
        yield Unpriced(resource.id, bill.path(resource, "Type"), "só há preço para balanceadores `application`")
        return
    yield Charge("alb", 1, resource.id, ("Resources", resource.id))
    if bill.at(resource, "Scheme") != "internal":
        yield Charge("ipv4", len(bill.view.items(resource, "Subnets")), resource.id, bill.path(resource, "Subnets"))


def _database(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """A instância e o armazenamento, em dobro com a cópia em outra zona."""
    engine, kind = bill.at(resource, "Engine"), bill.at(resource, "DBInstanceClass")
    storage, gigabytes = bill.at(resource, "StorageType"), bill.number(resource, "AllocatedStorage")
    several = bill.at(resource, "MultiAZ")
    if not all(isinstance(value, str) for value in (engine, kind, storage)) or gigabytes is None or isinstance(several, Unknown):
        yield Unpriced(resource.id, ("Resources", resource.id), "a classe, o armazenamento ou a segunda zona do banco não se conhecem")
        return
    copies = 2 if true(several) else 1
    yield Charge(f"rds:{engine}:{kind}", copies, resource.id, bill.path(resource, "DBInstanceClass"))
    yield Charge(f"rds:{engine}:{storage}", copies * gigabytes, resource.id, bill.path(resource, "AllocatedStorage"))


def _batch(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """No Fargate não há máquina parada; em instâncias, há."""
    if bill.at(resource, "ComputeResources", "Type") not in FARGATE:
        yield Unpriced(resource.id, bill.path(resource, "ComputeResources", "Type"), "só se sabe a conta do Batch no Fargate")


def _endpoint(bill: Bill, resource: Resource) -> Iterator[Charge | Unpriced]:
    """O endpoint de gateway não cobra; o de interface, por hora e por zona."""
    if bill.at(resource, "VpcEndpointType") not in (None, "Gateway"):
        yield Charge("endpoint", max(1, len(bill.view.items(resource, "SubnetIds"))), resource.id, ("Resources", resource.id))


def _one(key: str) -> Callable[[Bill, Resource], Iterator[Charge | Unpriced]]:
    return lambda bill, resource: iter([Charge(key, 1, resource.id, ("Resources", resource.id))])


BILLED: dict[str, Callable[[Bill, Resource], Iterator[Charge | Unpriced]]] = {
    INSTANCE: _instances, SCALING_GROUP: _instances, LAUNCH_TEMPLATE: lambda bill, resource: iter(()), VOLUME: _volume,
    BALANCER: _balancer, DATABASE: _database, COMPUTE_ENVIRONMENT: _batch, VPC_ENDPOINT: _endpoint,
    NAT_GATEWAY: _one("nat"), ELASTIC_IP: _one("ipv4"), EKS_CLUSTER: _one("eks"), HOSTED_ZONE: _one("zone"),
}
"""De cada tipo que cobra, a conta; o modelo de lançamento só cobra pelas instâncias do grupo."""

USE = "mil pedidos ou arquivos de 1 MB em uma hora"
COUNTED = (BALANCER, NAT_GATEWAY, FUNCTION, BUCKET)
"""O que a conta de uso conta."""
NOT_COUNTED = {
    TABLE: "DynamoDB", QUEUE: "SQS", STATE_MACHINE: "Step Functions",
    COMPUTE_ENVIRONMENT: "Batch", DISTRIBUTION: "CloudFront", LOG_GROUP: "CloudWatch Logs",
    ALARM: "alarmes", DATABASE: "backups e o segredo do banco", EKS_CLUSTER: "nós do EKS", TOPIC: "SNS",
}
"""O que também cobra e fica de fora, dito na página."""


def use(bill: Bill) -> Iterator[Charge]:
    """O que mil pedidos ou arquivos de 1 MB, numa hora, acrescentam: cada função roda 1 s por arquivo."""
    for resource in bill.of_type(BALANCER):
        yield Charge("alb-use", 1, resource.id, ("Resources", resource.id))
    for resource in bill.of_type(NAT_GATEWAY)[:1]:
        yield Charge("nat-data", 1, resource.id, ("Resources", resource.id))
    for resource in bill.of_type(FUNCTION):
        memory = (bill.number(resource, "MemorySize") or 128) / 1024
        kind = bill.at(resource, "Architectures", 0) or "x86_64"
        yield Charge("lambda:calls", 0.001, resource.id, ("Resources", resource.id))
        yield Charge(f"lambda:{kind}", 1000 * memory, resource.id, ("Resources", resource.id))
    for resource in bill.of_type(BUCKET):
        yield Charge("s3:put", 1, resource.id, ("Resources", resource.id))
        yield Charge("s3:get", 1, resource.id, ("Resources", resource.id))
    if bill.view.resources:
        yield Charge("out", 1, "", ("Resources",))
