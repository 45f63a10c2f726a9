"""A imagem e o tipo de uma máquina contra o que o template espera deles: o disco raiz, o agente, os pacotes e os discos NVMe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.images import LAYERS, PUBLIC, ROOTS, SHARED, XEN, Image, architecture_of, image_of
from scripts.aws.types import (
    ECS_SERVICE, EKS_CLUSTER, INSTANCE, JOB_DEFINITION, LAUNCH_TEMPLATE, SCALING_GROUP, TASK_DEFINITION, VOLUME, VPC_ENDPOINT,
)
from scripts.proofs.arrows.viable import asked, choices, judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.machine import Machine, machine_of
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.volumes import links
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.evaluation import Request, decide_endpoint
from scripts.proofs.identity.policies import Statement, of_role
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.network.interfaces_by_type import home_of, model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Key, Resource
from scripts.template.numbers import whole

INSIDE: dict[str, tuple[Key, ...]] = {INSTANCE: (), LAUNCH_TEMPLATE: ("LaunchTemplateData",)}
CHANNEL = "ssmmessages:OpenDataChannel"
AGENT = "amazon-ssm-agent"
TOOLS = ("dnf", "yum", "apt", "apt-get", "snap", "amazon-linux-extras", "zypper", "apk", "pacman")
INSTALLS = re.compile(r"(?:^|[;&|(]|\bsudo\b)[ \t]*(?:\w+=\S+[ \t]+)*(?:/usr)?(?:/s?bin/)?" rf"({'|'.join(TOOLS)})[ \t]+[\w-]", re.MULTILINE)
SHELLS = ("rpm", "msi", "rubygems", "python")
"""O que o `cfn-init` instala sem o programa de pacotes do sistema."""
WINDOWS = re.compile(r"\s*<(?:powershell|script)>", re.IGNORECASE)
PACKAGES = re.compile(r"\b(?:dnf|yum)\b[^\n]*\b(?:install|update|upgrade)\b")
PRIVATE = re.compile(r"\.dkr\.ecr\.")


def image(view: View, owner: Resource) -> Image | None:
    """A família da imagem: a que os valores que o parâmetro aceita dizem; sem nenhum, a que a descrição dele diz."""
    keys = (*INSIDE[owner.type], "ImageId")
    with view.reading():
        said = [str(value) for value in choices(view, owner, keys)]
        described = str(asked(view, owner, keys)[1].get("Description", ""))
    named = [text for text in said if text.startswith(PUBLIC)] or [*said, described]
    return next((found for text in named if (found := image_of(text))), None)


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _disks(view: View, owner: Resource) -> Iterator[Missing]:
    """O disco que se descreve como raiz é o da imagem, e nenhum volume usa o nome dele.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
    """
    known = image(view, owner)
    with view.reading():
        items = view.items(owner, *INSIDE[owner.type], "BlockDeviceMappings")
        devices = [found for item in items if (found := view.inside(item, "DeviceName"))]
        joined = [link for link in links(view) if link.instance == owner and link.device]
    yield from _roomy(view, owner, items, known) if known else ()
    for device in devices if known else ():
        if device.value in ROOTS and device.value != known.root:
            yield Missing(device.path, f"o disco raiz da imagem de `{owner.id}` é `{known.root}`, e não `{device.value}`, que cria outro disco",
                          f"use `DeviceName: {known.root}`")
    taken = {str(device.value) for device in devices} | ({known.root} if known else set())
    for link in joined:
        if link.device and link.device.value in taken:
            yield Missing(link.device.path, f"`{link.device.value}` já é um disco da imagem de `{owner.id}`", "escolha outro dispositivo",
                          only=(VOLUME,))


def _roomy(view: View, owner: Resource, disks: list[Placed], known: Image) -> Iterator[Missing]:
    """O disco raiz cabe o snapshot da imagem: menor, o EC2 recusa lançar a instância.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
    """
    for disk in disks:
        with view.reading():
            device, size = view.inside(disk, "DeviceName"), view.inside(disk, "Ebs", "VolumeSize")
        number = whole(size.value) if size else None
        if size and device and device.value == known.root and number is not None and number < known.least:
            yield Missing(size.path, f"o disco raiz de `{owner.id}` tem {number} GiB, e o snapshot da imagem pede ao menos {known.least}: o EC2 "
                          "recusa lançar a instância", f"use `VolumeSize: {known.least}` ou mais")


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _managed(view: View, owner: Resource) -> Iterator[Missing]:
    """O que instala os programas existe na imagem: cada geração tem o seu.

    https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
    """
    machine, known = machine_of(view, owner), image(view, owner)
    where = at(owner, *INSIDE[owner.type], "ImageId")
    if machine is None:
        return
    used = _installers(machine)
    if known is None:
        with view.reading():
            said = next((str(text) for text in choices(view, owner, (*INSIDE[owner.type], "ImageId")) if str(text).startswith(PUBLIC)), "")
        if said and used:
            yield Missing(where, f"não se sabe se a imagem `{said}` de `{owner.id}` tem `{used[0]}`, que o programa usa",
                          "use uma imagem que `scripts/aws/images.py` conheça, ou acrescente-a")
        return
    if known.tools and ("" in known.tools) != bool(WINDOWS.match(machine.script)):
        yield Missing(where, f"os dados de usuário de `{owner.id}` não são do sistema da imagem dela, e não rodam",
                      "use a imagem do sistema para que o programa foi escrito")
    for tool in used:
        if tool not in known.tools:
            yield Missing(where, f"o programa de `{owner.id}` usa `{tool}`, que a imagem dela não tem",
                          "use a imagem da geração para que o programa foi escrito, ou o instalador dela")


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _nitro(view: View, owner: Resource) -> Iterator[Missing]:
    """Um programa que acha o disco como NVMe roda num tipo em que o disco aparece assim; em todo tipo que o parâmetro aceita."""
    machine = machine_of(view, owner)
    if machine is None or not any("nvme" in text for text in machine.texts):
        return
    keys = (*INSIDE[owner.type], "InstanceType")
    with view.reading():
        old = next((kind for kind in choices(view, owner, keys) if XEN.match(str(kind))), None)
    if old:
        yield Missing(at(owner, *keys), f"o programa de `{owner.id}` espera discos NVMe, e `{old}` não é do sistema Nitro",
                      "use um tipo do sistema Nitro")


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _optimized(view: View, owner: Resource) -> Iterator[Missing]:
    """A ligação dedicada ao EBS, que os tipos de hoje têm sem que se peça: pedi-la a um que não a tem impede a instância de nascer.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-optimized.html
    """
    asked = view.at(owner, *INSIDE[owner.type], "EbsOptimized")
    with view.reading():
        kinds = choices(view, owner, (*INSIDE[owner.type], "InstanceType")) if asked and not false(asked.value) else []
        old = next((str(kind) for kind in kinds if SHARED.match(str(kind))), None)
    if asked and old:
        yield Missing(asked.path, f"`{owner.id}` pede a ligação dedicada ao EBS, que `{old}` não tem, ou cobra à parte", "tire `EbsOptimized`")


@judge(INSTANCE)
@judge(SCALING_GROUP)
def _machine(view: View, runner: Resource) -> Iterator[Missing]:
    """A imagem traz o agente que o papel supõe, e os pacotes dela chegam à máquina."""
    with view.reading():
        owner = model_of(network_of(view), runner) if runner.type == SCALING_GROUP else runner
        machine = machine_of(view, owner) if owner else None
        known = image(view, owner) if owner and owner.type in INSIDE else None
    if known and owner and not known.agent and _opens_sessions(view, runner) and not _installs(machine):
        yield Missing(at(owner, *INSIDE[owner.type], "ImageId"), f"a imagem de `{owner.id}` não traz o agente do Systems Manager, de que o acesso "
                      "pelo Session Manager depende, e nada o instala", f"use a imagem padrão, ou instale `{AGENT}`")
    if known and known.packages and machine and any(map(PACKAGES.search, machine.texts)):
        yield from _blocked(view, runner, known.packages, "os pacotes do sistema")


@lru_cache(maxsize=64)
def _installers(machine: Machine) -> tuple[str, ...]:
    """Por que programas ela instala os pacotes."""
    called = [tool for text in machine.texts if any(tool in text for tool in TOOLS) for tool in INSTALLS.findall(text)]
    return tuple(dict.fromkeys(called + [name for name in machine.managers if name not in SHELLS]))


def _opens_sessions(view: View, runner: Resource) -> bool:
    """O papel deixa o agente abrir sessões: é o que o template espera dele."""
    with view.reading():
        role = principal_of(view, runner).role
        parts = [part for part in of_role(view, role) if isinstance(part, Statement) and part.allows] if role else []
    return any(isinstance(action.value, str) and action.value.startswith("ssm") and covers(action.value, CHANNEL, True)
               for part in parts for action in part.actions)


def _installs(machine: Machine | None) -> bool:
    return machine is not None and (AGENT in machine.packages or any(AGENT in text for text in (machine.script, *machine.commands)))


def _blocked(view: View, runner: Resource, objects: str, what: str) -> Iterator[Missing]:
    """O endpoint do S3 por que a sub-rede sai deixa ler, sem papel, estes objetos da AWS.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
    """
    net = network_of(view)
    with view.reading():
        home = home_of(net, runner)
        tables = [subnet.table for subnet in home.known_subnets(net) if subnet.table] if home else []
        blocking = [endpoint for endpoint in view.of_type(VPC_ENDPOINT)
                    if str(view.value(endpoint, "ServiceName")).endswith(".s3") and view.at(endpoint, "PolicyDocument")
                    and any(view.points(item, table.type) == table for item in view.items(endpoint, "RouteTableIds") for table in tables)
                    and not decide_endpoint(Request(view, "s3:GetObject", objects), endpoint).granted]
    for endpoint in blocking:
        yield Missing(at(endpoint, "PolicyDocument"), f"a política de `{endpoint.id}` não deixa `{runner.id}` ler {what}, que a AWS guarda no S3",
                      f"permita `s3:GetObject` a qualquer um em `{objects.rpartition('/')[0]}/*`")


@judge(EKS_CLUSTER)
def _nodes(view: View, cluster: Resource) -> Iterator[Missing]:
    yield from _blocked(view, cluster, LAYERS, "as camadas das imagens dos nós")


@judge(JOB_DEFINITION)
def _job(view: View, job: Resource) -> Iterator[Missing]:
    """A imagem do contêiner é da arquitetura em que a tarefa roda, e as camadas dela chegam."""
    with view.reading():
        name = str(view.value(job, "ContainerProperties", "Image"))
        wanted = view.value(job, "ContainerProperties", "RuntimePlatform", "CpuArchitecture") or "X86_64"
    yield from _built(job, name, str(wanted), "ContainerProperties", "Image")
    if PRIVATE.search(name):
        yield from _blocked(view, job, LAYERS, "as camadas da imagem")


@judge(ECS_SERVICE)
def _service(view: View, service: Resource) -> Iterator[Missing]:
    with view.reading():
        task = view.points(view.at(service, "TaskDefinition"), TASK_DEFINITION)
        wanted = (view.value(task, "RuntimePlatform", "CpuArchitecture") or "X86_64") if task else ""
        names = [str(found.value) for item in view.items(task, "ContainerDefinitions") if (found := view.inside(item, "Image"))] if task else []
    for name in names if task else ():
        yield from _built(task, name, str(wanted), "ContainerDefinitions")


def _built(owner: Resource, name: str, wanted: str, *keys: Key) -> Iterator[Missing]:
    built = architecture_of(name)
    if built and built != wanted:
        yield Missing(at(owner, *keys), f"a imagem `{name}` de `{owner.id}` só é de {built}, e o contêiner roda em {wanted}",
                      "use uma imagem dessa arquitetura, ou acerte `CpuArchitecture`")
