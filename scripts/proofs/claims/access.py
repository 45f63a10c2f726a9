"""Acesso: a senha não está no template, e ninguém entra na máquina pela rede."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import DATABASE, DB_CLUSTER, INSTANCE, LAUNCH_TEMPLATE, SCALING_GROUP
from scripts.proofs.arrows.passage import to_service
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import require
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.network.interfaces_by_type import lived, model_of
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Key, Resource

SSH = 22
AGENT = ("ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
         "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel")
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html"""
CORE = "policy/AmazonSSMManagedInstanceCore"


@claim("senha-fora-do-template")
def no_password(scene: Scene) -> Iterator[Evidence]:
    """A senha do banco não está no template.

    Ninguém escolhe, escreve nem vê a senha: o RDS a cria no Secrets Manager e a troca.

    - cada banco do RDS com `ManageMasterUserPassword: true`, e sem `MasterUserPassword`.

    Fonte: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """
    for database in scene.view.of_type(DATABASE, DB_CLUSTER):
        if scene.view.at(database, "DBClusterIdentifier") is not None or scene.view.at(database, "SourceDBInstanceIdentifier") is not None:
            continue
        yield from require(scene.view, database, ("ManageMasterUserPassword",), true, "o RDS cria e troca a senha",
                           f"alguém escolhe a senha de `{database.id}`", "use `ManageMasterUserPassword: true`")
        if scene.view.at(database, "MasterUserPassword") is not None:
            yield Missing(at(database, "MasterUserPassword"), f"`{database.id}` recebe a senha pelo template",
                          "tire `MasterUserPassword`")


@claim("acesso-sem-ssh")
def no_ssh(scene: Scene) -> Iterator[Evidence]:
    """Acesso à máquina sem SSH.

    Quem administra entra pelo Session Manager, com as credenciais da AWS e registro de cada
    sessão: nenhuma porta aberta, nenhuma chave a guardar.

    - nenhuma entrada de grupo de segurança alcança a porta 22;
    - nenhuma instância nem modelo de lançamento tem `KeyName`;
    - o papel de cada máquina permite o que o agente do Systems Manager usa;
    - a rede deixa o agente chegar a ele: NAT, endereço público ou endpoint, e a saída de tcp 443.

    Fonte: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html
    """
    net = network_of(scene.view)
    machines = scene.view.of_type(INSTANCE, SCALING_GROUP)
    for rule in all_rules(net) if machines else ():
        if rule.ingress and rule.covers(SSH) is not False:
            yield Missing(rule.item.path, f"uma entrada de `{rule.group or 'um grupo'}` alcança a porta {SSH}",
                          "feche-a na porta que a aplicação usa")
    for machine in machines:
        yield from _keyless(scene.view, net, machine)
        yield from _managed(scene.view, machine)
        yield from _heard(scene.view, net, machine)


def _keyless(view: View, net: Network, machine: Resource) -> Iterator[Evidence]:
    for owner, start in _sources(net, machine):
        if view.value(owner, *start, "KeyName") is not None:
            yield Missing(at(owner, *start, "KeyName"), f"`{owner.id}` aceita uma chave de SSH", "tire `KeyName`")


def _managed(view: View, machine: Resource) -> Iterator[Evidence]:
    """O papel da máquina permite cada ação do agente em qualquer recurso: os canais não têm recurso próprio."""
    principal = principal_of(view, machine)
    yield from principal.evidence
    role = principal.role
    if role is None:
        return
    for policy in view.items(role, "ManagedPolicyArns"):
        if isinstance(policy.value, str) and policy.value.endswith(CORE):
            yield Found(policy.path, "a política pronta do Systems Manager")
            return
    for action in AGENT:
        decision = decide(Request(view, action, "*", role), None)
        yield from evidence(decision, ("Resources", role.id), f"`{role.id}`", "qualquer recurso",
                            "acrescente a ação, que o agente usa")


def _heard(view: View, net: Network, machine: Resource) -> Iterator[Evidence]:
    """O agente alcança o Systems Manager pela rede."""
    home = lived(net, machine)
    for service in ("ssm", "ssmmessages"):
        request = Request(view, f"{service}:*", "*", principal_of(view, machine).role)
        yield from to_service(net, home, service, request)


def _sources(net: Network, machine: Resource) -> list[tuple[Resource, tuple[Key, ...]]]:
    """Onde se escrevem os atributos das máquinas: nelas, ou no modelo de lançamento."""
    if machine.type == INSTANCE:
        return [(machine, ())]
    model = model_of(net, machine)
    return [(model, ("LaunchTemplateData",) if model.type == LAUNCH_TEMPLATE else ())] if model else []
