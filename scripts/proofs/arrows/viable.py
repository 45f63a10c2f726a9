"""O que impede um recurso de ser criado, de rodar ou de atender: nenhuma seta acontece com ele.

A máquina das provas pergunta isto das duas pontas de toda seta, e não cada regra. Uma função por
tipo, que só devolve o que falta; o que ela lê conta como lido.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from scripts.aws.types import (
    DATABASE, FUNCTION, INSTANCE, LAUNCH_TEMPLATE, NAT_GATEWAY, SCALING_GROUP, STATE_MACHINE, VOLUME,
)
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.code import parsed
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.imports import LAMBDA, absent, undefined
from scripts.proofs.facts.models import still
from scripts.proofs.facts.rollouts import creation_signal
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.volumes import links
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Key, Resource
from scripts.template.numbers import whole

INLINE = "cfnresponse"
"""O módulo que a Lambda põe ao lado do código escrito no template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""
PYTHON, NODE = re.compile(r"python3\.(10|11|12|13|14)"), re.compile(r"nodejs(20|22|24)\.x")
"""Os ambientes em que se cria uma função, em 2026-03: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
EXPORTED = re.compile(r"exports\.(\w+)\s*=|export\s+(?:const|async\s+function|function)\s+(\w+)")

Judge = Callable[[View, Resource], Iterator[Missing]]
JUDGES: dict[str, list[Judge]] = {}


def viable(view: View, resource: Resource) -> list[Missing]:
    """O que impede este recurso; nada, se o tipo não tem função aqui."""
    judges = JUDGES.get(resource.type, ())
    return view.once(("viable", resource.id), lambda: [piece for judged in judges for piece in judged(view, resource)])


def judge(type_: str) -> Callable[[Judge], Judge]:
    """Registra a função como uma das do tipo."""
    def register(function: Judge) -> Judge:
        JUDGES.setdefault(type_, []).append(function)
        return function

    return register


@judge(FUNCTION)
def _function(view: View, function: Resource) -> Iterator[Missing]:
    """A Lambda acha o ponto de entrada no código, no ambiente dele, e pode rodá-lo."""
    reserved = view.at(function, "ReservedConcurrentExecutions")
    if reserved and not whole(reserved.value):
        yield Missing(reserved.path, f"`{function.id}` não pode rodar: a concorrência reservada dela é zero, ou não se conhece",
                      "tire `ReservedConcurrentExecutions`, ou use 1 ou mais")
    architectures = view.items(function, "Architectures")
    if len(architectures) > 1 or any(item.value not in ("x86_64", "arm64") for item in architectures):
        yield Missing(architectures[0].path, f"`{function.id}` não diz uma arquitetura que a Lambda tenha", "use `x86_64` ou `arm64`")
    yield from _assumed(view, function)
    code, handler, runtime = (view.at(function, *keys) for keys in (("Code", "ZipFile"), ("Handler",), ("Runtime",)))
    if code is None or not isinstance(code.value, str) or not handler or not runtime:
        return
    defined = _defined(code.value, str(runtime.value))
    if defined is None:
        yield Missing(runtime.path, f"o código de `{function.id}` não é de `{runtime.value}`", "corrija `Runtime`, ou o código")
    else:
        module, _, name = str(handler.value).rpartition(".")
        if module != "index" or name not in defined:
            yield Missing(handler.path, f"o código de `{function.id}` não define `{handler.value}`",
                          "escreva `Handler: index.` e o nome de uma função do código")
        yield from _complete(view, function, code)


def _complete(view: View, function: Resource, code: Placed) -> Iterator[Missing]:
    """O código tem tudo o que usa: os nomes que lê e os pacotes que importa."""
    for name in undefined(str(code.value)):
        yield Missing(code.path, f"o código de `{function.id}` usa o nome `{name}`, que ele não define", "defina-o, ou importe-o")
    for name in absent(str(code.value), (INLINE,), " ".join(LAMBDA)) if view.at(function, "Layers") is None else ():
        yield Missing(code.path, f"o código de `{function.id}` importa `{name}`, que a Lambda não traz", "use só o que ela traz, ou uma camada")


@judge(STATE_MACHINE)
def _assumed(view: View, resource: Resource) -> Iterator[Missing]:
    """O serviço pode assumir o papel do recurso, se é deste template; senão, o recurso nem se cria."""
    principal = principal_of(view, resource)
    yield from (piece for piece in principal.evidence if principal.role and isinstance(piece, Missing))


def _defined(code: str, runtime: str) -> set[str] | None:
    """Os nomes que o código oferece como ponto de entrada; `None` quando ele não é desse ambiente."""
    tree = parsed(code)
    if PYTHON.fullmatch(runtime):
        return {name for node in tree.body for name in _bound(node)} if tree else None
    if NODE.fullmatch(runtime) and tree is None:
        return {name for found in EXPORTED.finditer(code) for name in found.groups() if name}
    return None


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)


@judge(INSTANCE)
def _instance(view: View, instance: Resource) -> Iterator[Missing]:
    devices = [str(device.value) for item in view.items(instance, "BlockDeviceMappings") if (device := view.inside(item, "DeviceName"))]
    if len(set(devices)) != len(devices):
        yield Missing(at(instance, "BlockDeviceMappings"), f"dois discos de `{instance.id}` usam o mesmo dispositivo", "dê a cada um o seu")
    for link in links(view):
        if link.instance == instance and link.device is None:
            yield Missing(link.path, f"um volume de `{instance.id}` não diz em que dispositivo", "escreva `Device`", only=(VOLUME,))
    yield from _interfaces(view, instance)


def _interfaces(view: View, owner: Resource, *start: Key) -> Iterator[Missing]:
    """As interfaces escritas uma a uma: a de índice 0, sem repetir, e nada que já se diga nelas.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
    """
    interfaces = view.items(owner, *start, "NetworkInterfaces")
    indexes = [whole(index.value) if (index := view.inside(item, "DeviceIndex")) else None for item in interfaces]
    if interfaces and (0 not in indexes or len(set(indexes)) != len(indexes)):
        yield Missing(at(owner, *start, "NetworkInterfaces"), f"as interfaces de `{owner.id}` não têm uma, e só uma, de índice 0",
                      "numere-as em `DeviceIndex`, a partir de 0")
    for name in ("SubnetId", "SecurityGroupIds", "SecurityGroups") if interfaces else ():
        if view.at(owner, *start, name) is not None:
            yield Missing(at(owner, *start, name), f"`{owner.id}` diz `{name}` fora das interfaces, o que o EC2 recusa",
                          "diga-o só em `NetworkInterfaces`")
    if len(interfaces) > 1 and any(view.inside(item, "AssociatePublicIpAddress") for item in interfaces):
        yield Missing(at(owner, *start, "NetworkInterfaces"), f"`{owner.id}` tem mais de uma interface, e só com uma o EC2 dá endereço público",
                      "tire `AssociatePublicIpAddress`, ou deixe uma interface")


def asked(view: View, owner: Resource, keys: tuple[Key, ...]) -> tuple[str, dict[str, Any]]:
    """O parâmetro que a propriedade cita, e o que ele declara; vazios, se ela não cita um."""
    found = view.at(owner, *keys)
    written: Any = view.written(found) if found else None
    name = written.get("Ref") if isinstance(written, dict) else None
    declared = view.template.parameters.get(name) if isinstance(name, str) else None
    return (str(name), declared) if isinstance(declared, dict) else ("", {})


def choices(view: View, owner: Resource, keys: tuple[Key, ...]) -> list[Any]:
    """O que a propriedade pode valer: o valor, ou o que o parâmetro que ela cita traz por padrão e aceita."""
    found, (name, declared) = view.at(owner, *keys), asked(view, owner, keys)
    if not name:
        return [found.value] if found else []
    allowed = declared.get("AllowedValues")
    return [*(allowed if isinstance(allowed, list) else []), declared.get("Default", "")]


@judge(LAUNCH_TEMPLATE)
def _launch_template(view: View, model: Resource) -> Iterator[Missing]:
    yield from _interfaces(view, model, "LaunchTemplateData")


@judge(SCALING_GROUP)
def _scaling_group(view: View, group: Resource) -> Iterator[Missing]:
    """O grupo pode ter instâncias, e tantas quantas a criação dele espera."""
    model = model_of(network_of(view), group)
    yield from viable(view, model) if model else ()
    least, most = (whole(view.value(group, name)) for name in ("MinSize", "MaxSize"))
    if most == 0 or least is not None and most is not None and least > most:
        yield Missing(at(group, "MaxSize"), f"`{group.id}` não pode ter instâncias: `MaxSize` é {most}", "use `MaxSize` de ao menos `MinSize`")
    signal = creation_signal(view, group)
    count = whole(signal.get("Count", 1)) if signal is not None else None
    if count is not None and most is not None and count > most:
        yield Missing(("Resources", group.id, "CreationPolicy", "ResourceSignal"),
                      f"a criação de `{group.id}` espera {count} sinais, e ele tem no máximo {most} instâncias", "espere tantos quantos `MinSize`")


@judge(INSTANCE)
@judge(SCALING_GROUP)
def _renewed(view: View, owner: Resource) -> Iterator[Missing]:
    """O que se muda no modelo de lançamento chega às instâncias: a versão que se usa acompanha o modelo."""
    for keys in (("LaunchTemplate",), ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")):
        with view.reading():
            model, version = view.points(view.at(owner, *keys, "LaunchTemplateId"), LAUNCH_TEMPLATE), view.at(owner, *keys, "Version")
        if model and version and still(model, version):
            yield Missing(version.path, f"`{owner.id}` usa a versão padrão de `{model.id}`, que fica na primeira: o que se muda no modelo nunca "
                          "chega às instâncias", f"escreva `Version: !GetAtt {model.id}.LatestVersionNumber`")


@judge(DATABASE)
def _database(view: View, database: Resource) -> Iterator[Missing]:
    zone, multi = view.at(database, "AvailabilityZone"), view.value(database, "MultiAZ")
    if zone and true(multi):
        yield Missing(zone.path, f"`{database.id}` é Multi-AZ e fixa uma zona, o que o RDS recusa", "tire `AvailabilityZone`")


@judge(NAT_GATEWAY)
def _nat(view: View, nat: Resource) -> Iterator[Missing]:
    own = view.at(nat, "AllocationId")
    for other in view.of_type(NAT_GATEWAY):
        if own and other != nat and view.value(other, "AllocationId") == own.value:
            yield Missing(own.path, f"`{nat.id}` e `{other.id}` usam o mesmo endereço elástico", "crie um endereço para cada um")


@judge(VOLUME)
def _volume(view: View, volume: Resource) -> Iterator[Missing]:
    """O volume se liga uma vez, num dispositivo que ninguém mais usa na mesma instância."""
    mine = [link for link in links(view) if link.volume == volume]
    if len(mine) > 1 and not true(view.value(volume, "MultiAttachEnabled")):
        yield Missing(mine[1].path, f"`{volume.id}` se liga duas vezes, e só aceita uma", "deixe uma ligação")
    for link in mine:
        device = link.device.value if link.device else None
        if link.device and any(other != link and other.instance == link.instance and other.device and other.device.value == device
                               for other in links(view)):
            yield Missing(link.device.path, f"outro volume já usa o dispositivo `{device}` da mesma instância", "escolha outro dispositivo")
