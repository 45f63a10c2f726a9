"""Quem alcança o banco pela rede: ninguém da internet, e de dentro só a aplicação."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import LAUNCH_CONFIGURATION, SECURITY_GROUP, SECURITY_GROUP_EGRESS, SECURITY_GROUP_INGRESS
from scripts.proofs.claims.known import DATABASES, nodes_of
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import require
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import false
from scripts.proofs.network.exposure import internet_paths
from scripts.proofs.network.interfaces_by_type import HOMES, home_of
from scripts.proofs.network.security_groups import GroupRule, rules_of
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource

MODELS = ("AWS::EC2::LaunchTemplate", LAUNCH_CONFIGURATION)
RULES = (SECURITY_GROUP, SECURITY_GROUP_INGRESS, SECURITY_GROUP_EGRESS)


@claim("sem-caminho-da-internet-ao-banco")
def hidden_from_the_internet(scene: Scene) -> Iterator[Evidence]:
    """Não há caminho da internet ao banco.

    Um erro numa regra só não basta para expor os dados: falta endereço, rota e permissão.
    Procuram-se todos os caminhos; o que existir é mostrado.

    - `PubliclyAccessible: false`, escrito;
    - o grupo de sub-redes e os grupos de segurança do banco, do template;
    - nenhum caminho de fora até ele, por gateway, rota, grupo e ACL de rede.

    Fonte: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    """
    net = network_of(scene.view)
    for database in scene.view.of_type(*DATABASES):
        if not database.type.startswith("AWS::ElastiCache::") and scene.view.at(database, "DBClusterIdentifier") is None:
            yield from require(
                scene.view, database, ("PubliclyAccessible",), false, "o banco não tem endereço público",
                f"`{database.id}` não diz que é privado", "use `PubliclyAccessible: false`")
        yield from _located(net, database)
        for path in internet_paths(scene.view, database):
            need = f"há um caminho da internet a `{database.id}`: {' → '.join(map(str, path))}"
            yield Missing(("Resources", database.id), need, "feche um dos trechos")


def _located(net: Network, database: Resource) -> Iterator[Evidence]:
    home = home_of(net, database)
    if home is None or not home.subnets or len(home.known_subnets(net)) != len(home.subnets):
        yield Missing(("Resources", database.id), f"não se sabe em que sub-redes fica `{database.id}`",
                      "nomeie um grupo de sub-redes do template")
    if home is None or not home.groups or len(home.known_groups) != len(home.groups):
        yield Missing(("Resources", database.id), f"não se sabe que grupos de segurança protegem `{database.id}`",
                      "nomeie grupos do template")
    if home:
        yield from home.links
        for group in home.groups:
            yield Found(group.path, f"protegido por `{group.value}`")


@claim("so-a-aplicacao-chega-ao-banco")
def only_the_application(scene: Scene) -> Iterator[Evidence]:
    """Só a aplicação chega ao banco.

    Dentro da VPC, nenhuma outra máquina abre conexão com o banco: a permissão é do grupo de
    segurança da aplicação, e não de uma faixa de endereços.

    - cada entrada do grupo do banco vem de um grupo de segurança do template, e há ao menos uma;
    - todos os que estão nesse grupo são componentes com uma seta para o banco.

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    net = network_of(scene.view)
    for database in scene.view.of_type(*DATABASES):
        home = home_of(net, database)
        if home is None or not home.groups:
            yield Missing(("Resources", database.id), f"não se sabe que grupos de segurança protegem `{database.id}`",
                          "nomeie grupos do template")
            continue
        clients = _clients(scene, database)
        for group in home.groups:
            yield from _admitted(net, database, str(group.value), clients)
            yield Found(group.path, f"protegido por `{group.value}`")


def _clients(scene: Scene, database: Resource) -> set[str]:
    """Os recursos dos componentes com uma seta para o banco, e o próprio banco."""
    ends = {node.id for node in nodes_of(scene, database.id)}
    tails = {edge.tail for edge in scene.diagram.edges if edge.head in ends}
    return {name for tail in tails for name in scene.diagram.elements[tail].resources} | {database.id}


def _admitted(net: Network, database: Resource, group: str, clients: set[str]) -> Iterator[Evidence]:
    rules = (rules_of(net, group, True) if group in net.view.resources else None) or []
    if not rules:
        yield Missing(at(database), f"ninguém entra em `{group}`", "acrescente a entrada do grupo da aplicação")
    for rule in rules:
        source = _source(net, rule)
        if source is None:
            yield Missing(rule.item.path, f"uma entrada de `{group}` não vem de um grupo de segurança do template",
                          "use `SourceSecurityGroupId: !Ref` do grupo da aplicação")
            continue
        yield Found(rule.peers[0][1].path, f"só entra quem está em `{source}`")
        for member in members(net, source):
            if member.id not in clients:
                need = f"`{member.id}` está em `{source}`, chega a `{database.id}` e não tem seta para ele"
                yield Missing(rule.item.path, need, "dê-lhe outro grupo, ou desenhe a seta")


def _source(net: Network, rule: GroupRule) -> str | None:
    if len(rule.peers) != 1 or rule.peers[0][0] != "SourceSecurityGroupId":
        return None
    group = net.view.points(rule.peers[0][1].value, SECURITY_GROUP)
    return group.id if group else None


def members(net: Network, group: str) -> Iterator[Resource]:
    """Os recursos que vivem no grupo; o que o cita de um modo que não se entende conta também."""
    for resource in net.view.resources.values():
        if resource.type in RULES or resource.type in MODELS:
            continue
        home = home_of(net, resource) if resource.type in HOMES else None
        if group in home.known_groups if home else group in resource.references:
            yield resource
