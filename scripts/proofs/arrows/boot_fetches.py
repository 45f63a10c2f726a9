"""Se a máquina, ou o contêiner, sai até onde o programa dela busca: o endereço diz a porta, e o grupo, a ACL e a rota deixam ou não."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.types import ECS_SERVICE, JOB_DEFINITION, TASK_DEFINITION
from scripts.proofs.arrows.passage import endpoints, exits
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import Machine
from scripts.proofs.facts.shell import expanded
from scripts.proofs.facts.units import SHEBANG
from scripts.proofs.facts.view import View
from scripts.proofs.network.acls import crossing
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.internet import leave_to_world
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

PORTS = {"http": 80, "https": 443, "ftp": 21, "git": 9418, "ssh": 22}
FETCHING = re.compile(
    r"\b(?:curl|wget|aria2c|git|pip3?|dnf|yum|rpm|npm|gem|go|tdnf|apt-get|apt-key|urlopen|urlretrieve|requests\.\w+|httpx\.\w+|fetch)\b")
URL = re.compile(r"\b(https?|ftp|git|ssh)://(?:[\w.-]+@)?((?:[\w.-]|\$\{AWS::\w+\})+)(?::(\d{1,5}))?(?=[/\s\"'|;&)?#]|$)")
COPIED = re.compile(r"(?:^|\s)[\w.-]+@([\w-]+(?:\.[\w-]+)+):[\w./~-]+")
"""O endereço do Git por SSH, que não diz o protocolo."""
NEAR = re.compile(r"localhost|127\.[\d.]+|0\.0\.0\.0|169\.254\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|"
                  r"[\w-]+|[\w.-]+\.internal")
"""A própria máquina, o serviço de metadados e o que está na rede dela: outra seta os julga."""
REGION = r"(?:[a-z]{2}(?:-[a-z]+)+-\d|\$\{AWS::Region\})"
AWS = re.compile(rf"(?:.+\.)?(?:(s3)(?:[.-]{REGION})?|([a-z][\w-]*)\.{REGION})\." r"(?:amazonaws\.com|\$\{AWS::URLSuffix\})")
"""O nome de um serviço da AWS, a que também se chega por um endpoint de VPC."""


def unreached(view: View, waiting: Resource, machine: Machine) -> Iterator[Missing]:
    """O que o programa da máquina busca, e ela não alcança."""
    yield from _beyond(view, waiting, fetched(machine))


@judge(JOB_DEFINITION)
def _job(view: View, job: Resource) -> Iterator[Missing]:
    with view.reading():
        said = view.items(job, "ContainerProperties", "Command")
    yield from _beyond(view, job, _addresses(said[0].path, " ".join(str(item.value) for item in said)) if said else ())


@judge(ECS_SERVICE)
def _service(view: View, service: Resource) -> Iterator[Missing]:
    with view.reading():
        task = view.points(view.at(service, "TaskDefinition"), TASK_DEFINITION)
        lists = [[*view.items_inside(item, "EntryPoint"), *view.items_inside(item, "Command")]
                 for item in (view.items(task, "ContainerDefinitions") if task else ())]
    for said in lists:
        yield from _beyond(view, service, _addresses(said[0].path, " ".join(str(item.value) for item in said)) if said else ())


@lru_cache(maxsize=64)
def fetched(machine: Machine) -> tuple[tuple[Path, str, int], ...]:
    """De cada endereço de fora que o programa busca, a linha, o nome e a porta."""
    scripts = [(file.path, file.text) for file in machine.files if SHEBANG.match(file.text) or file.name.endswith(".py")]
    texts = [(machine.path, machine.script), *((step.path, step.text) for step in machine.steps), *scripts]
    found = [address for path, text in texts for address in _addresses(path, text)]
    return tuple(dict.fromkeys([*found, *(address for path, text in machine.sources for address in _named(path, text))]))


def _addresses(path: Path, text: str) -> list[tuple[Path, str, int]]:
    if "://" not in text and "git" not in text:
        return []
    lines = [line for line in expanded(text, (), {}).splitlines() if ("://" in line or "git" in line) and FETCHING.search(line)]
    copied = [(path, host, 22) for line in lines if re.search(r"\bgit\b", line) for host in COPIED.findall(line)]
    return [*(address for line in lines for address in _named(path, line)), *copied]


def _named(path: Path, text: str) -> list[tuple[Path, str, int]]:
    return [(path, host, int(port or PORTS[scheme])) for scheme, host, port in URL.findall(text) if not NEAR.fullmatch(host)]


def _beyond(view: View, runner: Resource, addresses: tuple[tuple[Path, str, int], ...] | list[tuple[Path, str, int]]) -> Iterator[Missing]:
    """Um defeito por endereço: o primeiro trecho que não deixa sair."""
    for path, host, port in addresses:
        found = AWS.fullmatch(host)
        service = (found[1] or found[2]) if found else ""
        barred = view.once(("leaves", runner.id, port, service), lambda port=port, service=service: _barred(view, runner, port, service))
        if barred:
            yield Missing(path, f"`{runner.id}` busca em `{host}`, por tcp {port}, e não sai até lá: {barred.need}", barred.hint, barred.code,
                          root=barred.need)


def _barred(view: View, runner: Resource, port: int, service: str) -> Missing | None:
    """O que impede a saída por esta porta, em alguma sub-rede; `None`, se nada, ou se não se sabe onde vive."""
    net = network_of(view)
    with view.reading():  # julgar a saída do programa não é ler as propriedades da seta
        home = home_of(net, runner)
        for subnet in home.known_subnets(net) if home else ():
            near = list(endpoints(net, service)) if service else []
            ways = [leave_to_world(net, home, port)] if near else list(exits(net, home, subnet, port))
            pieces = [*(view.complete(ways) if ways else ()), *crossing(net, subnet, None, port)]
            lost = next((piece for piece in pieces if isinstance(piece, Missing)), None)
            if lost or not ways:
                return lost or Missing((), f"`{subnet.id}` não tem por onde sair à internet", "dê-lhe uma rota por um NAT gateway")
    return None
