"""O que os arquivos de configuração de uma máquina dizem dos recursos que ela usa: o banco, os volumes e os balanceadores.

Uma variável só serve se diz o que existe: o nome do banco que o RDS cria, a porta em que alguém ouve, o
ponto em que o volume se monta.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import BALANCER, DATABASE, LISTENER, VOLUME
from scripts.proofs.arrows.database import listening
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import File, Machine, inside, machine_of, machines
from scripts.proofs.facts.view import View
from scripts.proofs.facts.volumes import links
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

DATABASE_NAME = re.compile(r"(?:PG|MYSQL_|POSTGRES_|MARIADB_)(?:DATABASE|DB)|(?:DB|DATABASE)_?(?:NAME|DATABASE)|NOME_(?:DO_)?BANCO|BANCO_NOME")
DATABASE_PORT = re.compile(r"(?:PG|MYSQL_|POSTGRES_|DB_?|DATABASE_?|BANCO_)PORTA?|PORTA_(?:DO_)?BANCO")
NAMED_ENGINES = ("postgres", "mysql", "mariadb")
"""Os motores em que `DBName` é o banco que se cria."""
FORCED_TLS = 15
"""A versão do PostgreSQL desde a qual o RDS só aceita conexões com TLS:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html"""
ADDRESS = re.compile(r"(https?)://\$\{(\w+)\.DNSName\}(?::(\d+))?")
PLACE = r"(/(?!dev/)[^\s\"';|&]+)"
MOUNTED = re.compile(rf"\bumount\s+{PLACE}|\bmountpoint\s+(?:-\w+\s+)*\"?{PLACE}|\bmount\s[^\n;|&]*\s\"?{PLACE}\"?[ \t]*$", re.MULTILINE)
GIVEN = re.compile(r"=[\"']?([^\s\"';]+)")
QUOTED = re.compile(r"[\"'](/[^\"'\n]+)[\"']")
ENVIRONMENT = re.compile(r"^EnvironmentFile=-?(/\S+)", re.MULTILINE)
STARTED = re.compile(r"^ExecStart=[-@:+!]*(/\S+)((?:\s+/\S+)*)", re.MULTILINE)


@judge(DATABASE)
def _database(view: View, database: Resource) -> Iterator[Missing]:
    """Quem recebe o endereço do banco pede o banco, a porta e a proteção que ele tem."""
    host = f"${{{database.id}.Endpoint.Address}}"
    with view.reading():
        created, port = view.value(database, "DBName"), listening(network_of(view), database)[0]
        engine, version = str(view.value(database, "Engine")), whole(str(view.value(database, "EngineVersion")).partition(".")[0])
        restored = view.value(database, "DBSnapshotIdentifier")
    if engine not in NAMED_ENGINES or restored:
        return
    existing = {str(created)} if created else set()
    existing |= {"postgres"} if engine == "postgres" else set()
    for machine in machines(view):
        for file in (file for file in machine.files if host in file.text):
            for name, value in file.variables().items():
                if "${" in value:
                    continue
                if DATABASE_NAME.fullmatch(name) and value not in existing:
                    yield Missing(file.path, f"`{name}` pede o banco `{value}`, e `{database.id}` cria `{created or 'nenhum'}`",
                                  "use o mesmo nome em `DBName`")
                elif DATABASE_PORT.fullmatch(name) and whole(value) not in (None, port):
                    yield Missing(file.path, f"`{name}` é {value}, e `{database.id}` ouve em {port}", "use a porta do banco")
                elif name == "PGSSLMODE" and value == "disable" and (version or 0) >= FORCED_TLS:
                    yield Missing(file.path, f"`{name}` desliga o TLS, que `{database.id}` exige", "use `verify-full`")
            yield from _addressed(file, host, existing, port, database)


def _addressed(file: File, host: str, existing: set[str], port: int | None, database: Resource) -> Iterator[Missing]:
    """O endereço escrito como URL traz a porta e o nome do banco."""
    for said, name in re.findall(re.escape(host) + r"(?::(\d+))?/([A-Za-z]\w*)", file.text):
        if name not in existing or said and whole(said) != port:
            yield Missing(file.path, f"o endereço pede `{said or port}/{name}`, e `{database.id}` atende em {port} e cria "
                          f"{', '.join(sorted(existing)) or 'nenhum banco'}", "corrija o endereço")


@judge(BALANCER)
def _balancer(view: View, balancer: Resource) -> Iterator[Missing]:
    """Um endereço com o nome do balanceador leva a uma porta em que ele ouve, no protocolo dela."""
    with view.reading():
        heard = {(str(view.value(listener, "Protocol")).lower(), whole(view.value(listener, "Port"))) for listener in view.of_type(LISTENER)
                 if view.points(view.at(listener, "LoadBalancerArn"), BALANCER) == balancer}
    for machine in machines(view) if heard else ():
        for path, text in ((machine.path, machine.script), *((file.path, file.text) for file in machine.files)):
            for scheme, name, port in ADDRESS.findall(text):
                wanted = (scheme, whole(port) if port else {"http": 80, "https": 443}[scheme])
                if name == balancer.id and wanted not in heard:
                    yield Missing(path, f"o programa chama `{balancer.id}` por {scheme} na porta {wanted[1]}, e nenhum ouvinte dele atende assim",
                                  "use a porta e o protocolo de um ouvinte")


@judge(VOLUME)
def _volume(view: View, volume: Resource) -> Iterator[Missing]:
    """O que o programa monta do volume, ele usa, e na pasta que tem o nome dele."""
    for link in links(view):
        machine = machine_of(view, link.instance) if link.volume == volume and link.instance else None
        points, mounting = mounted(view, machine, volume) if machine else (set(), set())
        if not machine or not points:
            continue
        others = [file for file in machine.files if file.name not in mounting]
        values = {(file, name): value for file in others for name, value in file.variables().items()}
        used = [*values.values(), *(text for file in others for text in QUOTED.findall(file.text))]
        if not any(inside(value, points) for value in used):
            yield Missing(("Resources", volume.id), f"nada no programa usa {_listed(points)}, onde `{volume.id}` se monta",
                          "aponte para lá a variável da pasta")
        for (file, name), value in values.items():
            named = next((other for other in view.of_type(VOLUME) if _bare(name) == _bare(other.id)), None)
            if named and named != volume and inside(value, points):
                yield Missing(file.path, f"`{name}` é `{value}`, onde se monta `{volume.id}`, e não `{named.id}`",
                              "troque os ids dos volumes, ou as pastas")


def mounted(view: View, machine: Machine, volume: Resource) -> tuple[set[str], set[str]]:
    """Os pontos em que o volume se monta, e os arquivos que o montam; nenhum, se não se sabe."""
    files = {file.name: file for file in machine.files}
    points, mounting = _by_device(view, machine, volume)
    told = [file.name for file in machine.files if any(view.points(value, VOLUME) == volume for value in file.variables().values())]
    if any(view.points(found[1], VOLUME) == volume for found in GIVEN.finditer(machine.script)):
        points |= {point for groups in MOUNTED.findall(machine.script) for point in groups if point}
    for unit in machine.units:
        for pattern in ENVIRONMENT.findall(unit.text):
            shape = re.compile(re.escape(pattern).replace("%i", r"([\w.-]+)"))
            for match in filter(None, map(shape.fullmatch, told)):
                own = unit.text.replace("%i", match[1] if shape.groups else "%i")
                run = STARTED.findall(own)
                scripts = [name for name, _ in run if name in files]
                texts = [own, *(files[name].text for name in scripts)]
                points |= {point for text in texts for groups in MOUNTED.findall(text) for point in groups if point}
                points |= {argument for _, arguments in run for argument in arguments.split()}
                mounting |= {unit.name, *scripts}
    return {point for point in points if "$" not in point and not point.startswith("/dev/")}, mounting


def _by_device(view: View, machine: Machine, volume: Resource) -> tuple[set[str], set[str]]:
    """Os pontos de quem monta pelo dispositivo da ligação: uma unidade `.mount`, uma linha de `/etc/fstab`, um comando."""
    points: set[str] = set()
    mounting: set[str] = set()
    for device in (str(link.device.value) for link in links(view) if link.volume == volume and link.device):
        asked = re.compile(rf"(?<![\w/]){re.escape(device)}[\"']?\s+[\"']?{PLACE}|^What={re.escape(device)}$(?=(?:.|\n)*^Where={PLACE}$)"
                           rf"|^Where={PLACE}$(?=(?:.|\n)*^What={re.escape(device)}$)", re.MULTILINE)
        for name, text in (("", machine.script), *(("", step.text) for step in machine.steps), *((file.name, file.text) for file in machine.files)):
            found = {point for groups in asked.findall(text) for point in groups if point} if device in text else set()
            points |= found
            mounting |= {name} if found else set()
    return points, mounting


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def _listed(points: set[str]) -> str:
    return " e ".join(f"`{point}`" for point in sorted(points))
