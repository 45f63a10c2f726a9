"""Disponibilidade: o que continua de pé quando uma zona cai. Cada tipo de recurso é uma parte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from scripts.aws.compute import FARGATE
from scripts.aws.types import (
    BALANCER, CLASSIC_BALANCER, COMPUTE_ENVIRONMENT, DATABASE, DB_CLUSTER, EKS_CLUSTER, FILE_SYSTEM, FUNCTION, INSTANCE,
    MOUNT_TARGET, SCALING_GROUP,
)
from scripts.proofs.claims.known import SERVERS, drawn, strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, require
from scripts.proofs.claims.zones import own_way_out, spread, spread_by_name
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces_by_type import Home, home_of, switched_on
from scripts.proofs.network.topology import Network, distinct_zones, network_of
from scripts.template.cloudformation import Resource

Part = Callable[[View, Resource], Iterator[Evidence]]
PARTS: dict[str, Part] = {}


def part(*types: str) -> Callable[[Part], Part]:
    """Registra como se julga cada um destes tipos."""
    def register(function: Part) -> Part:
        for name in types:
            if name in PARTS:
                raise ValueError(f"já há a parte de {name}")
            PARTS[name] = function
        return function

    return register


@claim("alta-disponibilidade")
def survives_a_zone(scene: Scene) -> Iterator[Evidence]:
    """Alta disponibilidade.

    A perda de uma zona de disponibilidade não para a arquitetura: cada camada que atende,
    executa ou guarda tem outra zona de onde continuar, sem ninguém agir.

    - o grupo do Auto Scaling tem sub-redes em duas zonas e nunca menos de duas instâncias;
    - o balanceador e a função ligada a uma VPC têm sub-redes em duas zonas;
    - o banco do RDS é Multi-AZ, num grupo de sub-redes que cobre duas zonas; o Aurora tem instâncias
      em duas;
    - os pods do EKS (Auto Mode) e os trabalhos do Batch (Fargate) podem nascer em duas zonas, sem
      máquina fixa;
    - cada sub-rede do grupo, da função, dos pods e dos trabalhos que sai por NAT usa o da própria zona;
    - o sistema de arquivos do EFS tem pontos de montagem em duas zonas;
    - não há instância EC2 avulsa, nem outro servidor que não se saiba julgar.

    Fonte: https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/use-fault-isolation-to-protect-your-workload.html
    """
    yield from strangers(scene)
    for resource in scene.view.resources.values():
        if resource.type in PARTS:
            yield from PARTS[resource.type](scene.view, resource)
    for resource in drawn(scene):
        if resource.type in SERVERS and resource.type not in PARTS:
            yield Missing(("Resources", resource.id, "Type"),
                          f"não há como julgar se `{resource.id}` (`{resource.type}`) sobrevive à perda de uma zona",
                          "acrescente uma parte com `@part` a `scripts/proofs/claims/availability.py`")


@part(SCALING_GROUP)
def _group(view: View, group: Resource) -> Iterator[Evidence]:
    if view.at(group, "VPCZoneIdentifier") is not None:
        net, home = _lived(view, group)
        # Os grupos de segurança não dizem de zonas: as linhas do modelo de lançamento ficam fora.
        yield from spread(net, replace(home, links=()))
        yield from own_way_out(net, home)
    else:
        yield from spread_by_name(view, group, "AvailabilityZones")
    yield from require(view, group, ("MinSize",), at_least(2), "duas instâncias ou mais, sempre",
                       f"`{group.id}` pode ficar com uma instância só", "use `MinSize: 2` ou mais")


@part(INSTANCE)
def _instance(view: View, instance: Resource) -> Iterator[Evidence]:
    yield Missing(("Resources", instance.id, "Type"), f"`{instance.id}` é uma instância só, numa zona só",
                  "ponha-a num grupo do Auto Scaling em duas zonas")


@part(BALANCER)
def _load_balancer(view: View, balancer: Resource) -> Iterator[Evidence]:
    yield from spread(*_lived(view, balancer))


@part(CLASSIC_BALANCER)
def _classic(view: View, balancer: Resource) -> Iterator[Evidence]:
    yield from spread_by_name(view, balancer, "AvailabilityZones")


@part(DATABASE)
def _database(view: View, database: Resource) -> Iterator[Evidence]:
    if view.at(database, "DBClusterIdentifier") is not None or view.at(database, "SourceDBInstanceIdentifier") is not None:
        return  # julga-se pelo cluster ou pela instância de origem
    yield from require(view, database, ("MultiAZ",), true, "há uma reserva em outra zona",
                       f"`{database.id}` não é Multi-AZ", "use `MultiAZ: true`")
    yield from spread(*_lived(view, database))


@part(DB_CLUSTER)
def _cluster(view: View, cluster: Resource) -> Iterator[Evidence]:
    if view.at(cluster, "DBClusterInstanceClass") is not None:  # cluster Multi-AZ: duas reservas, por definição
        yield from require(view, cluster, ("DBClusterInstanceClass",), bool, "cluster Multi-AZ, em três zonas",
                           f"não se sabe a classe de `{cluster.id}`", "escreva-a por extenso")
        return
    members = [instance for instance in view.of_type(DATABASE)
               if view.points(view.at(instance, "DBClusterIdentifier"), DB_CLUSTER) == cluster]
    zones = {member.id: view.value(member, "AvailabilityZone") for member in members}
    apart = next((pair for pair in combinations(members, 2) if distinct_zones(*(zones[member.id] for member in pair))), ())
    if len(members) < 2:
        yield Missing(("Resources", cluster.id), f"`{cluster.id}` tem menos de duas instâncias",
                      "acrescente uma réplica com o mesmo `DBClusterIdentifier`")
    elif not apart:
        yield Missing(("Resources", cluster.id), f"não se prova que as instâncias de `{cluster.id}` estejam em duas zonas",
                      "dê a cada uma a sua `AvailabilityZone`")
    for member in apart:
        yield Found(at(member, "DBClusterIdentifier"), f"`{member.id}` é uma instância de `{cluster.id}`")
        yield Found(at(member, "AvailabilityZone"), f"`{member.id}` está na própria zona")


@part(EKS_CLUSTER)
def _pods(view: View, cluster: Resource) -> Iterator[Evidence]:
    yield from _either_zone(view, cluster)
    yield from require(view, cluster, ("ComputeConfig", "Enabled"), true, "o EKS troca os nós que perde",
                       f"não se sabe quem troca os nós de `{cluster.id}`", "use `ComputeConfig: {Enabled: true}`")


@part(COMPUTE_ENVIRONMENT)
def _jobs(view: View, environment: Resource) -> Iterator[Evidence]:
    yield from _either_zone(view, environment)
    yield from switched_on(view, environment)
    yield from require(view, environment, ("ComputeResources", "Type"), FARGATE.__contains__,
                       "cada trabalho nasce onde houver lugar", f"`{environment.id}` tem máquinas a repor", "use `Type: FARGATE`")


@part(FUNCTION)
def _function(view: View, function: Resource) -> Iterator[Evidence]:
    if view.at(function, "VpcConfig", "SubnetIds"):  # fora de uma VPC, a Lambda já usa todas as zonas
        yield from _either_zone(view, function)


def _either_zone(view: View, resource: Resource) -> Iterator[Evidence]:
    """Vive em duas zonas, e em cada uma tem por onde sair."""
    net, home = _lived(view, resource)
    yield from spread(net, home)
    yield from own_way_out(net, home)


@part("AWS::ElastiCache::ReplicationGroup")
def _cache(view: View, cache: Resource) -> Iterator[Evidence]:
    for name in ("MultiAZEnabled", "AutomaticFailoverEnabled"):
        yield from require(view, cache, (name,), true, "há uma réplica pronta em outra zona",
                           f"`{cache.id}` não troca de zona sozinho", f"use `{name}: true`")


@part(FILE_SYSTEM)
def _files(view: View, files: Resource) -> Iterator[Evidence]:
    if view.at(files, "AvailabilityZoneName") is not None:
        yield Missing(at(files, "AvailabilityZoneName"), f"`{files.id}` guarda tudo numa zona só", "tire `AvailabilityZoneName`")
    targets = [target for target in view.of_type(MOUNT_TARGET)
               if view.points(view.at(target, "FileSystemId"), files.type) == files]
    net = network_of(view)
    homes = [_lived(view, target)[1] for target in targets]
    yield from spread(net, Home(files, tuple(subnet for home in homes for subnet in home.subnets)))


def _lived(view: View, resource: Resource) -> tuple[Network, Home]:
    net = network_of(view)
    return net, home_of(net, resource) or Home(resource)
