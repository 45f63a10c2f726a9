"""Moradas: em que sub-redes e com que grupos de segurança vivem as interfaces de cada tipo.

Um tipo sem função aqui nem noutro módulo não vive em lugar conhecido, e nada se prova sobre a
rede dele.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scripts.aws.types import (
    BALANCER, COMPUTE_ENVIRONMENT, DATABASE, DB_CLUSTER, DB_SUBNET_GROUP, ECS_SERVICE, EKS_CLUSTER, ELASTIC_IP_ASSOCIATION, FUNCTION,
    INSTANCE, JOB_DEFINITION, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, MOUNT_TARGET, NAT_GATEWAY, NETWORK_INTERFACE,
    SCALING_GROUP, SECURITY_GROUP, SUBNET, VPC_ENDPOINT,
)
from scripts.base.diagram import Diagram
from scripts.proofs.evidence import Found, Missing, at
from scripts.proofs.facts.models import current
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.network.interfaces import BY_SUBNET, HOMES, Home, home, identified, truth, written
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import Unknown


def home_of(net: Network, resource: Resource | None) -> Home | None:
    """A morada de um recurso, ou `None` quando o tipo não tem uma conhecida."""
    finder = HOMES.get(resource.type) if resource else None
    return finder(net, resource) if finder and resource else None


def lived(net: Network, resource: Resource) -> Home:
    """A morada de um recurso de tipo conhecido. Erro: `KeyError` quando o tipo não tem uma."""
    return HOMES[resource.type](net, resource)


def drawn_home(net: Network, diagram: Diagram, identity: str, home: Home) -> Home:
    """A morada, só nas sub-redes do grupo em que o componente está desenhado, se está em alguma.

    Sem nenhuma, quando ele não vive onde está desenhado; a que não se conhece pode ser uma delas, e fica.
    """
    drawn = drawn_subnets(net, diagram, identity)
    if not drawn:
        return home
    return replace(home, subnets=tuple(each for each in home.subnets if each.value in drawn or isinstance(each.value, Unknown)))


def drawn_subnets(net: Network, diagram: Diagram, identity: str) -> tuple[str, ...]:
    """As sub-redes do grupo mais próximo que representa alguma."""
    for group in diagram.ancestors(diagram.elements[identity]):
        subnets = tuple(name for name in group.resources if name in net.subnets)
        if subnets:
            return subnets
    return ()


@home(INSTANCE)
def _instance(net: Network, instance: Resource) -> Home:
    interfaces = net.view.items(instance, "NetworkInterfaces")
    if not interfaces:
        subnets, groups = written(net, instance, SUBNET, "SubnetId"), written(net, instance, SECURITY_GROUP, "SecurityGroupIds")
        return Home(instance, subnets, groups, (), _address(net, instance, Placed((), BY_SUBNET)))
    main = primary(net.view, interfaces)
    existing = net.view.inside(main, "NetworkInterfaceId")
    interface = net.view.points(existing.value, NETWORK_INTERFACE) if existing else None
    if existing and interface:
        link = Found(existing.path, f"`{instance.id}` usa a interface `{interface.id}`")
        lived = _interface(net, interface)
        return replace(lived, resource=instance, links=(link,))
    found = _listed(net, instance, main, "GroupSet")
    subnet = net.view.inside(main, "SubnetId")
    subnets = (identified(net, subnet, SUBNET),) if subnet else ()
    public = net.view.inside(main, "AssociatePublicIpAddress") or Placed((), BY_SUBNET)
    return Home(instance, subnets, found, (), _address(net, instance, public))


@home(NETWORK_INTERFACE)
def _interface(net: Network, interface: Resource) -> Home:
    subnets, groups = written(net, interface, SUBNET, "SubnetId"), written(net, interface, SECURITY_GROUP, "GroupSet")
    return Home(interface, subnets, groups, (), _address(net, interface, Placed((), False)))


@home(SCALING_GROUP)
def _fleet(net: Network, fleet: Resource) -> Home:
    subnets = written(net, fleet, SUBNET, "VPCZoneIdentifier")
    unknown = Placed(("Resources", fleet.id), Unknown("o modelo de lançamento, ou a versão dele, não é deste template"))
    configured = net.view.at(fleet, "LaunchConfigurationName")
    configuration = net.view.points(configured.value, LAUNCH_CONFIGURATION) if configured else None
    if configured and configuration:
        link = (Found(configured.path, f"as instâncias nascem de `{configuration.id}`"),)
        public = net.view.at(configuration, "AssociatePublicIpAddress") or Placed((), BY_SUBNET)
        return Home(fleet, subnets, written(net, configuration, SECURITY_GROUP, "SecurityGroups"), link, truth(public))
    keys = ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification") if net.view.at(
        fleet, "MixedInstancesPolicy") else ("LaunchTemplate",)
    named, version = (net.view.at(fleet, *keys, name) for name in ("LaunchTemplateId", "Version"))
    model = net.view.points(named.value, LAUNCH_TEMPLATE) if named else None
    if named is None or version is None or model is None or not current(model, version):
        return Home(fleet, subnets, (unknown,), (), unknown)
    links = (Found(named.path, f"as instâncias nascem de `{model.id}`"), Found(version.path, "na versão que este template descreve"))
    return replace(_model(net, model), resource=fleet, subnets=subnets, links=links)


def _model(net: Network, model: Resource) -> Home:
    """Os grupos e o endereço que um modelo de lançamento dá às instâncias."""
    interfaces = net.view.items(model, "LaunchTemplateData", "NetworkInterfaces")
    if not interfaces:
        groups = written(net, model, SECURITY_GROUP, "LaunchTemplateData", "SecurityGroupIds")
        return Home(model, (), groups, (), Placed((), BY_SUBNET))
    main = primary(net.view, interfaces)
    public = net.view.inside(main, "AssociatePublicIpAddress") or Placed((), BY_SUBNET)
    return Home(model, (), _listed(net, model, main, "Groups"), (), truth(public))


def primary(view: View, interfaces: list[Placed]) -> Placed:
    """A interface de índice 0, que toda instância tem; sem nenhuma, a primeira."""
    indexes = [(item, view.inside(item, "DeviceIndex")) for item in interfaces]
    return next((item for item, index in indexes if index and whole(index.value) == 0), interfaces[0])


def model_of(net: Network, fleet: Resource) -> Resource | None:
    """O modelo ou a configuração de lançamento de um grupo do Auto Scaling."""
    values = [net.view.at(fleet, *link.path[3:]) for link in _fleet(net, fleet).links]
    found = (net.view.points(value.value, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION) for value in values if value)
    return next((model for model in found if model), None)


@home(BALANCER)
def _balancer(net: Network, balancer: Resource) -> Home:
    subnets = written(net, balancer, SUBNET, "Subnets") or tuple(
        identified(net, subnet, SUBNET) for item in net.view.items(balancer, "SubnetMappings")
        if (subnet := net.view.inside(item, "SubnetId")))
    scheme = net.view.at(balancer, "Scheme") or Placed(("Resources", balancer.id), "internet-facing")
    public = {"internet-facing": True, "internal": False}.get(str(scheme.value), Unknown("esquema desconhecido"))
    return Home(balancer, subnets, written(net, balancer, SECURITY_GROUP, "SecurityGroups"), (), Placed(scheme.path, public))


@home(DATABASE, DB_CLUSTER)
def _database(net: Network, database: Resource) -> Home:
    groups = written(net, database, SECURITY_GROUP, "VPCSecurityGroups" if database.type == DATABASE else "VpcSecurityGroupIds")
    named = net.view.at(database, "DBSubnetGroupName")
    subnet_group = net.view.points(named.value, DB_SUBNET_GROUP) if named else None
    # Sem o atributo, a AWS decide pelo gateway da VPC: público quando há um.
    public = net.view.at(database, "PubliclyAccessible") or Placed(("Resources", database.id), Unknown("padrão da AWS"))
    if named is None or subnet_group is None:
        return Home(database, (), groups, (), truth(public))
    link = Found(named.path, f"`{database.id}` usa as sub-redes de `{subnet_group.id}`")
    return Home(database, written(net, subnet_group, SUBNET, "SubnetIds"), groups, (link,), truth(public))


@home(FUNCTION)
def _function(net: Network, function: Resource) -> Home:
    return Home(function, written(net, function, SUBNET, "VpcConfig", "SubnetIds"),
                written(net, function, SECURITY_GROUP, "VpcConfig", "SecurityGroupIds"))


@home(VPC_ENDPOINT)
def _endpoint(net: Network, endpoint: Resource) -> Home:
    return Home(endpoint, written(net, endpoint, SUBNET, "SubnetIds"), written(net, endpoint, SECURITY_GROUP, "SecurityGroupIds"))


@home(NAT_GATEWAY)
def _nat(net: Network, nat: Resource) -> Home:
    return Home(nat, written(net, nat, SUBNET, "SubnetId"))


@home(MOUNT_TARGET)
def _mount_target(net: Network, target: Resource) -> Home:
    return Home(target, written(net, target, SUBNET, "SubnetId"), written(net, target, SECURITY_GROUP, "SecurityGroups"))


def _listed(net: Network, resource: Resource, item: Placed, name: str) -> tuple[Placed, ...]:
    """Os grupos de uma interface escrita dentro do recurso."""
    return tuple(identified(net, group, SECURITY_GROUP) for group in net.view.items_inside(item, name))


def _address(net: Network, resource: Resource, otherwise: Placed) -> Placed:
    """Um endereço elástico associado ao recurso, ou o que valeria sem ele."""
    for kind in ("AWS::EC2::EIP", ELASTIC_IP_ASSOCIATION):
        for elastic in net.view.of_type(kind):
            for name in ("InstanceId", "NetworkInterfaceId"):
                found = net.view.at(elastic, name)
                if found and net.view.points(found.value, resource.type) == resource:
                    return Placed(found.path, True)
    return truth(otherwise)


@home(JOB_DEFINITION)
def _runs(net: Network, job: Resource) -> Home:
    """Onde roda: as sub-redes dos ambientes de computação do template; um desligado só conta se todos estão."""
    environments = enabled(net.view) or net.view.of_type(COMPUTE_ENVIRONMENT)
    homes = [found for environment in environments if (found := home_of(net, environment))]
    return Home(job, *(tuple(item for found in homes for item in getattr(found, name)) for name in ("subnets", "groups")))


@home(COMPUTE_ENVIRONMENT)
def _environment(net: Network, environment: Resource) -> Home:
    return Home(environment, written(net, environment, SUBNET, "ComputeResources", "Subnets"),
                written(net, environment, SECURITY_GROUP, "ComputeResources", "SecurityGroupIds"))


def enabled(view: View) -> list[Resource]:
    return [environment for environment in view.of_type(COMPUTE_ENVIRONMENT) if not list(switched_on(view, environment))]


def switched_on(view: View, *resources: Resource) -> Iterator[Missing]:
    """O defeito de uma fila ou de um ambiente desligado; sem `State`, está ligado."""
    for resource in resources:
        if view.value(resource, "State") not in (None, "ENABLED"):
            yield Missing(at(resource, "State"), f"`{resource.id}` está desligado", "use `State: ENABLED`")


@home(ECS_SERVICE)
def _tasks(net: Network, service: Resource) -> Home:
    """As tarefas de um serviço do ECS no Fargate, cada uma com a sua interface."""
    keys = ("NetworkConfiguration", "AwsvpcConfiguration")
    said = net.view.at(service, *keys, "AssignPublicIp")
    public = {"ENABLED": True, "DISABLED": False}.get(str(said.value), Unknown("não se sabe")) if said else False
    return Home(service, written(net, service, SUBNET, *keys, "Subnets"), written(net, service, SECURITY_GROUP, *keys, "SecurityGroups"),
                (), Placed(said.path if said else ("Resources", service.id), public))


@home(EKS_CLUSTER)
def _lives(net: Network, cluster: Resource) -> Home:
    """As sub-redes dos nós; o grupo de segurança deles é do próprio cluster, com toda a saída."""
    return Home(cluster, written(net, cluster, SUBNET, "ResourcesVpcConfig", "SubnetIds"), open=True)
