"""Regras do ECS no Fargate: onde um serviço roda, quem chega a ele, o que ele chama e de onde vem a imagem."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scripts.aws.compute import ECS_TASKS, FARGATE, FARGATE_SIZES
from scripts.aws.catalog import ARN, HERE, NAME
from scripts.aws.questions import FORWARD, IDENTITY, NAMES, REACH
from scripts.aws.types import BALANCER, ECS_CLUSTER, ECS_SERVICE, LOG_GROUP, REPOSITORY, TARGET_GROUP
from scripts.proofs.arrows.access import call
from scripts.proofs.arrows.balancing import deliveries
from scripts.proofs.arrows.diversions import diversions
from scripts.proofs.arrows.jobs import PRIVATE
from scripts.proofs.arrows.passage import to_service
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import assumed, role_of_arn, task_of
from scripts.proofs.identity.services import SERVICES
from scripts.proofs.network.listeners import redirections
from scripts.proofs.network.path import reach, same_vpc
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

SIZES = {str(int(vcpus * 1024)): memories for vcpus, memories in FARGATE_SIZES.items()}
"""De cada `Cpu` de uma tarefa, que conta 1.024 por vCPU, as memórias que o Fargate aceita."""
PULLING = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LOGIN = "ecr:GetAuthorizationToken"


@rule(BALANCER, ECS_SERVICE, asks=(REACH, FORWARD))
def balancer_reaches_tasks(case: Case) -> Iterator[Evidence]:
    """O balanceador distribui para as tarefas de um serviço do ECS.

    No Fargate cada tarefa tem o seu endereço, e é o ECS que o registra no grupo de destino. O grupo
    precisa já ter um ouvinte quando o serviço nasce.

    - um ouvinte que encaminha a um grupo de destino de endereços (`TargetType: ip`), na VPC das tarefas;
    - em `LoadBalancers` do serviço, esse grupo, um contêiner da tarefa e uma porta que ele publica;
    - a saída do balanceador e a entrada das tarefas nessa porta e na de saúde;
    - nenhuma regra do ouvinte que pegue antes o que o serviço recebe, a menos que a figura mostre a quem ela manda;
    - o serviço criado depois do ouvinte.

    Fonte: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html
    """
    net, service = case.net, case.head
    yield from redirections(net, case.tail)
    found = [(delivery, item) for delivery in deliveries(net, case.tail) for item in net.view.items(service, "LoadBalancers")
             if (named := net.view.inside(item, "TargetGroupArn")) and net.view.points(named, TARGET_GROUP) == delivery.targets]
    if not found:
        yield Missing(at(service, "LoadBalancers"), f"nenhum ouvinte de `{case.tail.id}` encaminha a um grupo de destino de `{service.id}`",
                      "ponha em `LoadBalancers` o grupo de destino do ouvinte, o contêiner e a porta", "ELBV2_LISTENER_HAS_NO_TG")
        return
    delivery, item = found[0]
    yield from (*delivery.lines, *diversions(case, delivery.targets))
    yield Found((*item.path, "TargetGroupArn"), f"o ECS registra as tarefas em `{delivery.targets.id}`")
    yield from _by_address(case, delivery.targets)
    yield from _published(case, item, delivery.targets)
    yield from _born_after(case, service, delivery.targets)


@rule(ECS_SERVICE, tuple(kind for kind in SERVICES if kind != LOG_GROUP), asks=(REACH, IDENTITY, NAMES))
def tasks_call_service(case: Case) -> Iterator[Evidence]:
    """As tarefas de um serviço do ECS chamam um serviço da AWS.

    O programa no contêiner age com o papel da tarefa, que não é o que baixa a imagem e escreve os logs.

    - a definição da tarefa, com um papel em `TaskRoleArn`, em que `ecs-tasks.amazonaws.com` confia;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - a chave do KMS do recurso, quando há uma, também permitida;
    - das sub-redes das tarefas, um endpoint do serviço, um NAT ou o gateway de internet.

    Fonte: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    yield from call(case)


@rule(ECS_SERVICE, REPOSITORY, asks=(REACH, NAMES))
def tasks_pull_image(case: Case) -> Iterator[Evidence]:
    """As tarefas de um serviço do ECS baixam a imagem de um repositório do ECR.

    Quem baixa é o Fargate, com o papel de execução, pela rede da tarefa; as camadas vêm do S3.

    - um contêiner da tarefa com a imagem do repositório;
    - um papel de execução em que `ecs-tasks.amazonaws.com` confia, que entra no ECR e lê o repositório;
    - das sub-redes das tarefas, os endpoints do ECR e do S3, um NAT ou o gateway de internet.

    Fonte: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    view, repository = case.view, case.head
    task = task_of(view, case.tail)
    image = next((image for item in view.items(task, "ContainerDefinitions") if (image := view.inside(item, "Image"))
                  and _from(view, image, repository)), None) if task else None
    if task is None or image is None:
        yield Missing(at(case.tail, "TaskDefinition"), f"nenhum contêiner de `{case.tail.id}` usa a imagem de `{repository.id}`",
                      f"escreva `Image: !Sub \"${{{repository.id}.RepositoryUri}}:1\"`")
        return
    yield Found(at(case.tail, "TaskDefinition"), f"as tarefas são de `{task.id}`")
    yield Found(image.path, f"a imagem vem de `{repository.id}`")
    given = view.at(task, "ExecutionRoleArn")
    role = role_of_arn(view, given)
    if given is None or role is None:
        yield Missing(at(task, "ExecutionRoleArn"), f"`{task.id}` não tem um papel de execução deste template", "escreva `ExecutionRoleArn`")
        return
    yield Found(given.path, f"o Fargate baixa a imagem com o papel `{role.id}`")
    yield from assumed(role, Request(view, "sts:AssumeRole", "", service=ECS_TASKS))
    wanted = [Request(view, LOGIN, "*", role), *(Request(view, action, view.arn(repository) or "", role) for action in PULLING)]
    for request in wanted:
        yield from evidence(decide(request, repository if request.arn != "*" else None), at(role), f"`{role.id}`", f"`{repository.id}`",
                            f"permita `{request.action}`{' em `*`' if request.arn == '*' else ' no ARN dele'}")
    for service in PRIVATE:
        yield from to_service(case.net, case.drawn_tail, service, wanted[1])


@judge(ECS_SERVICE)
def _service(view: View, service: Resource) -> Iterator[Missing]:
    """As tarefas são do Fargate, cabem nele, e há o que rodar."""
    task = task_of(view, service)
    if task is None:
        yield Missing(at(service, "TaskDefinition"), f"não se conhece a tarefa de `{service.id}`", "cite uma `AWS::ECS::TaskDefinition` do template")
        return
    count = view.at(service, "DesiredCount")
    if count and not whole(count.value):
        yield Missing(count.path, f"`{service.id}` não roda nenhuma tarefa", "use `DesiredCount` de 1 ou mais")
    named = view.at(service, "Cluster")
    if named and view.points(named, ECS_CLUSTER, by=(ARN, NAME)) is None:
        yield Missing(named.path, f"não se conhece o cluster de `{service.id}`", "cite um `AWS::ECS::Cluster` do template")
    providers = [view.inside(item, "CapacityProvider") for item in view.items(service, "CapacityProviderStrategy")]
    kinds = [view.at(service, "LaunchType"), *providers]
    if not any(kinds) or any(kind and kind.value not in FARGATE for kind in kinds):
        yield Missing(at(service, "LaunchType"), f"não se sabe em que máquina `{service.id}` roda", "use `LaunchType: FARGATE`")
    yield from _task(view, task)


def _task(view: View, task: Resource) -> Iterator[Missing]:
    if "FARGATE" not in [item.value for item in view.items(task, "RequiresCompatibilities")] or view.value(task, "NetworkMode") != "awsvpc":
        yield Missing(at(task), f"`{task.id}` não é do Fargate", "use `RequiresCompatibilities: [FARGATE]` e `NetworkMode: awsvpc`")
    cpu, memory = (str(view.value(task, name)) for name in ("Cpu", "Memory"))
    if whole(memory) not in SIZES.get(cpu, ()):
        yield Missing(at(task, "Cpu"), f"o Fargate não tem o tamanho de `{task.id}`", "use, por exemplo, `Cpu: \"256\"` e `Memory: \"512\"`")
    containers = view.items(task, "ContainerDefinitions")
    names = [name.value for item in containers if (name := view.inside(item, "Name"))]
    images = [image for item in containers if (image := view.inside(item, "Image")) and isinstance(image.value, str)]
    if not containers or len(images) != len(containers) or len(set(names)) != len(containers):
        yield Missing(at(task, "ContainerDefinitions"), f"`{task.id}` tem um contêiner sem nome próprio, ou sem imagem", "escreva `Name` e `Image`")
    system, processor = (view.value(task, "RuntimePlatform", name) for name in ("OperatingSystemFamily", "CpuArchitecture"))
    if system not in (None, "LINUX") or processor not in (None, "X86_64", "ARM64"):
        yield Missing(at(task, "RuntimePlatform"), f"não se sabe em que plataforma `{task.id}` roda", "use `LINUX`, com `X86_64` ou `ARM64`")
    for item in containers:
        yield from _started(view, task, item)


def _started(view: View, task: Resource, container: Placed) -> Iterator[Missing]:
    """O papel de execução lê os segredos que o contêiner recebe ao nascer: sem eles, a tarefa não começa."""
    role = role_of_arn(view, view.at(task, "ExecutionRoleArn"))
    for port in view.items_inside(container, "PortMappings"):
        inner, outer = view.inside(port, "ContainerPort"), view.inside(port, "HostPort")
        if inner and outer and str(inner.value) != str(outer.value):
            yield Missing(outer.path, f"no Fargate, a porta de fora de `{task.id}` é a mesma do contêiner", "tire `HostPort`")
    for secret in view.items_inside(container, "Secrets"):
        source = view.inside(secret, "ValueFrom")
        if source and not _readable(view, role, source):
            yield Missing(source.path, f"o papel de execução de `{task.id}` não lê um segredo que o contêiner recebe",
                          "permita `secretsmanager:GetSecretValue`, ou `ssm:GetParameters`, nele")


def _readable(view: View, role: Resource | None, source: Placed) -> bool:
    if role is None or not isinstance(source.value, str):
        return False
    return any(decide(Request(view, action, name, role), None).granted
               for action in ("secretsmanager:GetSecretValue", "ssm:GetParameters") for name in secret_names(view, source.value))


def secret_names(view: View, value: str) -> list[str]:
    """O ARN que um `ValueFrom` diz, sem a chave que ele pode trazer depois, ou o do parâmetro com este nome."""
    text = view.spelled(value) or ""
    parameter = f"arn:${{AWS::Partition}}:ssm:{HERE}:parameter/{text.removeprefix('/')}"
    bare = text.split("}:")[0] + "}" if text.startswith("${") and "}:" in text else text
    return [text, bare, parameter]


def _from(view: View, image: Placed, repository: Resource) -> bool:
    own = f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.amazonaws.com/{view.name(repository)}"
    text = str(image.value)
    return any(text == start or text.startswith((f"{start}:", f"{start}@")) for start in (f"${{{repository.id}.RepositoryUri}}", own))


def _by_address(case: Case, targets: Resource) -> Iterator[Evidence]:
    net, tasks = case.net, case.head_home
    yield from expect(net.view, targets, "TargetType", "ip", "entrega no endereço de cada tarefa",
                      f"`{targets.id}` não entrega em endereços", "escreva `TargetType: ip`")
    yield from expect(net.view, targets, "Protocol", ("HTTP", "HTTPS", "TCP", "TLS").__contains__, "em {}", f"`{targets.id}` não diz `Protocol`",
                      "escreva o valor")
    yield from expect(net.view, targets, "Port", lambda said: bool(whole(said)), "na porta {}, se a tarefa não disser outra",
                      f"`{targets.id}` não diz `Port`", "escreva o valor")
    yield from same_vpc(net, case.tail_home, tasks)
    yield from tasks.lines(2)
    yield tasks.joined(net, targets, "na VPC `{}`", "corrija o `VpcId`", "DISCONNECTED_VPCS")


def _published(case: Case, item: Placed, targets: Resource) -> Iterator[Evidence]:
    """O contêiner publica a porta, e os grupos a deixam passar do balanceador às tarefas."""
    view, net = case.view, case.net
    name, port = view.inside(item, "ContainerName"), view.inside(item, "ContainerPort")
    task = task_of(view, case.head)
    line = _mapping(view, task, name, port) if task and name and port else None
    number = whole(port.value) if port else None
    if name is None or port is None or line is None or not number:
        yield Missing(item.path, f"nenhum contêiner da tarefa de `{case.head.id}` publica a porta que o balanceador usa",
                      "iguale `ContainerName` e `ContainerPort` aos da tarefa")
        return
    yield Found(name.path, f"no contêiner `{name.value}`")
    yield Found(port.path, f"na porta {number}")
    yield Found(line.path, "que ele publica")
    health = view.value(targets, "HealthCheckPort")
    checked = number if health in (None, "traffic-port") else whole(health)
    for wanted in dict.fromkeys((number, checked)):
        if wanted:
            yield from reach(net, case.tail_home, case.head_home, wanted)


def _mapping(view: View, task: Resource, name: Placed, port: Placed) -> Placed | None:
    for container in view.items(task, "ContainerDefinitions"):
        own = view.inside(container, "Name")
        for mapping in view.items_inside(container, "PortMappings") if own and own.value == name.value else ():
            inner = view.inside(mapping, "ContainerPort")
            if inner and str(inner.value) == str(port.value):
                return inner
    return None


def _born_after(case: Case, service: Resource, targets: Resource) -> Iterator[Evidence]:
    """O serviço nasce depois de um ouvinte, ou de uma regra, que cita o grupo de destino."""
    owners = [found.id for found in case.view.resources.values() if targets.id in found.references and "Listener" in found.type]
    for name in owners:
        line = service.dependency(name)
        if line:
            yield Found(line, f"nasce depois de `{name}`")
            return
    if not set(owners) & service.references:
        yield Missing(("Resources", service.id), f"`{service.id}` pode nascer antes do ouvinte, e o ECS recusa o grupo de destino solto",
                      f"acrescente `DependsOn: {next(chain(owners, ('Ouvinte',)))}`")
