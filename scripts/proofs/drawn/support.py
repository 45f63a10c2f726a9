"""Relações de apoio: permissões que nenhuma seta mostra e que uma seta, ou o tipo do recurso, exige.

Cada função responde por um motivo, que é a docstring dela, e vale só para as ações que nomeia,
só nos recursos que nomeia. Um motivo novo é mais uma função com `@support`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from scripts.aws.compute import EKS_AUTO_MODE
from scripts.aws.catalog import HERE
from scripts.aws.senders import LAUNCHER, SENDERS
from scripts.aws.types import (
    EKS_CLUSTER, FLOW_LOG, FUNCTION, INSTANCE, JOB_DEFINITION, KMS_KEY, LAUNCH_TEMPLATE, ROLE, SCALING_GROUP, SECRET, STATE_MACHINE, TASK_DEFINITION,
)
from scripts.base.diagram import Diagram
from scripts.proofs.arrows.containers import secret_names
from scripts.proofs.arrows.jobs import LOG_GROUP_KEYS, WRITING
from scripts.proofs.drawn.grants import Grant
from scripts.proofs.facts.log_groups import noted_in
from scripts.proofs.facts.states import tasks
from scripts.proofs.facts.traces import traced
from scripts.proofs.facts.view import View
from scripts.proofs.identity.breadth import own_account
from scripts.proofs.identity.evaluation import service_name
from scripts.proofs.identity.keys import key_of
from scripts.proofs.identity.policies import Statement
from scripts.proofs.identity.principals import DIRECT, SEEKERS, principal_of, role_of_arn
from scripts.template.cloudformation import Resource

SESSION_MANAGER = {
    "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
}
INTERFACES = {
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface", "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
}
TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"}
CHILDREN = {"states:StartExecution", "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"}
USING = {"kms:decrypt", "kms:generatedatakey", "kms:encrypt", "kms:reencrypt", "kms:describekey", "kms:creategrant",
         "kms:generatedatakeywithoutplaintext", "kms:reencryptfrom", "kms:reencryptto"}
"""O que se faz com uma chave sem a administrar."""
FINDING = ("logs:DescribeLogGroups", "logs:DescribeLogStreams")
"""O que mais o serviço dos registros de fluxo pede: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"""
ASSUMED_AS = {
    "states": ("StepFunctions",), "ecs-tasks": ("ECS", "Batch"), "vpc-flow-logs": ("EC2",), "monitoring": ("RDS",),
    "firehose": ("KinesisFirehose",), "pods": ("EKS",), "ec2": ("EC2", "AutoScaling", "EKS"),
}
"""Os serviços dos tipos que usam um papel que outro assume; `pods` é o `pods.eks`, e um nó do EKS é uma instância."""


class Scene:
    """Um mundo do template com o diagrama, e quem usa cada papel."""

    def __init__(self, diagram: Diagram, view: View):
        self.diagram = diagram
        self.view = view

    @cached_property
    def users(self) -> dict[str, list[Resource]]:
        """Os recursos que agem com cada papel, pelo id lógico dele."""
        found: dict[str, list[Resource]] = {}
        for resource in self.view.of_type(*DIRECT, *SEEKERS):
            role = principal_of(self.view, resource).role
            if role:
                found.setdefault(role.id, []).append(resource)
        return found

    def actors(self, statement: Statement) -> list[Resource]:
        """Quem tem as permissões desta declaração."""
        if statement.owner.type == ROLE:
            return self.users.get(statement.owner.id, [])
        named = statement.owner.references
        holders = [role for role in self.view.of_type(ROLE) if role.id in named or statement.owner.id in role.references]
        return [user for role in holders for user in self.users.get(role.id, [])]

    def called(self, actor: Resource) -> set[str]:
        """Os recursos a que chegam as setas que saem deste."""
        elements = self.diagram.elements
        return {name for edge in self.diagram.edges if actor.id in elements[edge.tail].resources
                for name in elements[edge.head].resources}

    def targets(self, statement: Statement) -> list[str]:
        return [self.view.spelled(item.value) or "" for item in statement.resources]


Reason = Callable[[Scene, Grant, Statement], bool]
SUPPORTS: list[Reason] = []


def support(function: Reason) -> Reason:
    """Registra um motivo."""
    SUPPORTS.append(function)
    return function


def supported(scene: Scene, grant: Grant) -> bool:
    """Algum motivo explica a permissão."""
    if grant.statement is None:
        return _managed_for_cluster(scene, grant)
    return any(reason(scene, grant, grant.statement) for reason in SUPPORTS)


def _managed_for_cluster(scene: Scene, grant: Grant) -> bool:
    """O EKS Auto Mode pede estas políticas da AWS no papel do cluster e no dos nós, e só nesses."""
    name = grant.name.rpartition("/")[2]
    return any(name in policies and role_of_arn(scene.view, scene.view.at(cluster, *keys)) == grant.resource
               for cluster in scene.view.of_type(EKS_CLUSTER) for keys, policies in EKS_AUTO_MODE.items())


@support
def own_log_group(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma função escreve no próprio grupo de registros: toda execução escreve."""
    names = [scene.view.spelled(scene.view.value(function, "LoggingConfig", "LogGroup"))
             or f"/aws/lambda/{scene.view.name(function)}"
             for function in scene.actors(statement) if function.type == FUNCTION]
    return _writes_only(scene, grant, statement, names)


@support
def job_log_group(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Quem inicia um trabalho do Batch escreve os logs dele no grupo que a definição diz."""
    names = [scene.view.spelled(scene.view.value(job, *LOG_GROUP_KEYS)) for job in scene.view.of_type(JOB_DEFINITION)
             if statement.owner.id in job.references]
    return _writes_only(scene, grant, statement, names)


@support
def task_log_group(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Quem inicia as tarefas de um serviço do ECS escreve os logs delas no grupo que a definição diz."""
    names = [scene.view.spelled(said.value) for task in _started(scene, statement) for item in scene.view.items(task, "ContainerDefinitions")
             if (said := scene.view.inside(item, "LogConfiguration", "Options", "awslogs-group"))]
    return _writes_only(scene, grant, statement, names)


@support
def flow_log_group(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Um registro de fluxo da rede acha o grupo que ele diz, e escreve nele."""
    groups = [noted_in(scene.view, log) for log in scene.actors(statement) if log.type == FLOW_LOG]
    return _writes_only(scene, grant, statement, [scene.view.name(group) for group in groups if group], (*WRITING, *FINDING))


@support
def secrets_of_task(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Quem inicia as tarefas de um serviço do ECS lê os segredos que os contêineres recebem ao nascer."""
    if grant.name not in ("secretsmanager:GetSecretValue", "ssm:GetParameters"):
        return False
    sources = [source.value for task in _started(scene, statement) for item in scene.view.items(task, "ContainerDefinitions")
               for secret in scene.view.items_inside(item, "Secrets") if (source := scene.view.inside(secret, "ValueFrom"))]
    allowed = {name for source in sources if isinstance(source, str) for name in secret_names(scene.view, source)}
    return bool(statement.resources) and set(scene.targets(statement)) <= allowed


def _started(scene: Scene, statement: Statement) -> list[Resource]:
    """As tarefas do ECS que o papel desta declaração inicia."""
    owners = {statement.owner.id, *statement.owner.references}
    return [task for task in scene.view.of_type(TASK_DEFINITION)
            if (role := role_of_arn(scene.view, scene.view.at(task, "ExecutionRoleArn"))) and role.id in owners]


def _writes_only(scene: Scene, grant: Grant, statement: Statement, names: list[str | None], actions: tuple[str, ...] = WRITING) -> bool:
    """A ação é de escrever logs, e só nos grupos com estes nomes."""
    allowed = {f"arn:${{AWS::Partition}}:logs:{HERE}:log-group:{name}:{end}" for name in names for end in ("*", "log-stream:*")}
    return grant.name in actions and bool(statement.resources) and set(scene.targets(statement)) <= allowed


@support
def password_of_drawn_database(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Quem tem uma seta para o banco lê o segredo com a senha que o RDS gerencia."""
    if grant.name not in ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"):
        return False
    called = {name for actor in scene.actors(statement) for name in scene.called(actor)}
    allowed = {f"${{{name}.MasterUserSecret.SecretArn}}" for name in called}
    for secret in scene.view.of_type(SECRET):
        databases = (scene.view.resources[name] for name in called & scene.view.resources.keys())
        if any(secret.id in database.references for database in databases):
            allowed.add(scene.view.name(secret))
    return bool(statement.resources) and set(scene.targets(statement)) <= allowed


@support
def interfaces_of_function(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma função numa VPC cria e remove as próprias interfaces de rede, que não têm ARN antes de existir."""
    return grant.name in INTERFACES and any(
        actor.type == FUNCTION and scene.view.value(actor, "VpcConfig") is not None for actor in scene.actors(statement))


@support
def session_manager(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma máquina atende o Session Manager, se o papel dela diz por quê em `Metadata`."""
    reasons = statement.owner.exceptions
    explained = reasons.get("permissao-sem-seta", "").strip() or reasons.get("permissao-ampla", "").strip()
    return grant.name in SESSION_MANAGER and bool(explained) and any(
        actor.type in (INSTANCE, SCALING_GROUP) for actor in scene.actors(statement))


@support
def key_of_senders(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Um serviço cifra, com a chave do tópico ou da fila, o que um recurso do template lhe manda."""
    view = scene.view
    allowed = {f"{service}.amazonaws.com" for target in view.of_type(*SENDERS) for kind, service in SENDERS[target.type].items()
               if key_of(view, view.at(target, "KmsMasterKeyId")) == statement.owner
               and any(target.id in other.references for other in view.of_type(kind))}
    named = {service_name(item.value) for kind, item in statement.principals if kind == "Service"}
    return grant.name.lower().removesuffix("*") in USING and len(named) == len(statement.principals) and bool(named) and named <= allowed


@support
def key_of_launched_disks(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """O Auto Scaling cria, com a chave dos discos, as instâncias de um grupo do template."""
    view = scene.view
    launching = any(statement.owner.id in resource.references for resource in view.of_type(LAUNCH_TEMPLATE)) and bool(view.of_type(SCALING_GROUP))
    named = [view.spelled(item.value) for _, item in statement.principals]
    return statement.owner.type == KMS_KEY and launching and named == [LAUNCHER] and grant.name.lower().removesuffix("*") in USING


@support
def child_executions(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma máquina de estados com um `Map` distribuído inicia, acompanha e para as próprias execuções filhas."""
    allowed = {f"arn:${{AWS::Partition}}:states:{HERE}:{what}:{scene.view.name(machine)}{end}"
               for machine in scene.actors(statement) if machine.type == STATE_MACHINE
               and any(task.children for task in tasks(scene.view, machine))
               for what, end in (("stateMachine", ""), ("execution", ":*"), ("execution", "/*:*"))}
    return grant.name in CHILDREN and bool(statement.resources) and set(scene.targets(statement)) <= allowed


@support
def own_traces(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma função ou uma máquina de estados que registra rastros os manda ao X-Ray, cujas ações não levam recurso."""
    return grant.name in TRACING and scene.targets(statement) == ["*"] and any(traced(scene.view, actor) for actor in scene.actors(statement))


@support
def key_of_the_account(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """Uma chave do KMS se administra pelas políticas do IAM da própria conta: sem isso, ninguém mais a muda."""
    return own_account(statement)


@support
def trust_in_use(scene: Scene, grant: Grant, statement: Statement) -> bool:
    """O serviço que executa um recurso assume o papel que esse recurso usa."""
    if not grant.trusted:
        return False
    label = grant.trusted.split(".")[0]
    services = {service.lower() for service in ASSUMED_AS.get(label, (label,))}
    users = scene.users.get(grant.resource.id) or [
        resource for resource in scene.view.resources.values()
        if grant.resource.id in resource.references and not resource.type.startswith("AWS::IAM::")]
    return any(service in services for user in users for service in user.type.lower().split("::")[1:2])
