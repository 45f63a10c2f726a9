"""O que chega ao programa: os nomes que a AWS gera, e a porta em que ele ouve.

Quem inicia uma chamada precisa saber a quem chama. Num template, o programa só sabe o que lhe passam: as
variáveis e o código de uma função, o ambiente de um contêiner, os dados de usuário e os arquivos que o
`cfn-init` escreve numa instância. De um programa que não está no template não se diz nada.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.catalog import ARN, NAME, URL
from scripts.aws.types import (
    BALANCER, BUCKET, DATABASE, DB_CLUSTER, ECS_SERVICE, EVENT_BUS, FUNCTION, JOB_DEFINITION, KMS_KEY, LOG_GROUP, QUEUE, SCALING_GROUP,
    TASK_DEFINITION, TOPIC, VOLUME,
)
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.citations import citations, cites
from scripts.proofs.facts.machine import INIT, USER_DATA
from scripts.proofs.facts.measures import texts, written_at
from scripts.proofs.facts.relations import brought
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.volumes import links
from scripts.proofs.identity.principals import task_of
from scripts.proofs.identity.services import SERVICES
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import Key, Path

HANDED: dict[str, tuple[tuple[Key, ...], ...]] = {
    FUNCTION: (("Environment",), ("Code",)),
    JOB_DEFINITION: (("ContainerProperties", "Environment"), ("ContainerProperties", "Command")),
    SCALING_GROUP: (),
    ECS_SERVICE: (),
    TASK_DEFINITION: (("ContainerDefinitions",),),
    **{kind: (keys,) for kind, keys in USER_DATA.items()},
}
"""De cada tipo que roda um programa, o que do template ele recebe; o Batch manda cada trabalho com a definição dele."""
RELAYS = ("AWS::SSM::Parameter", "AWS::SecretsManager::Secret", "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup",
          "AWS::ServiceDiscovery::Instance")
"""Onde se pode guardar um nome gerado, com outro que se conhece."""
UNTOLD = (KMS_KEY, LOG_GROUP)
"""O que se usa sem que o programa o nomeie."""
SENT = (QUEUE, TOPIC, FUNCTION, EVENT_BUS)
DATABASES = {DATABASE: ".Endpoint.Address", DB_CLUSTER: ".Endpoint.Address"}
ASKED = r"""(?:--(?:listen|bind|http|port)[= ]|\s-[bp] |listen\s+|ListenStream=|http\.server )["']?"""
LISTENING = re.compile(ASKED + r"(?:[\w.\[\]*:-]*:)?(\d{2,5})\b")
LOOPBACK = re.compile(ASKED + r"(?:127(?:\.\d+){3}|localhost|\[::1\]):(\d{2,5})\b")
SECURED = re.compile(r"--certfile|--ssl|ssl_certificate|ssl_context|--tls|SSLContext|listen\s+\d+\s+ssl", re.IGNORECASE)
WRITTEN = re.compile(r"^[ \t]*(?:export[ \t]+|Environment=\"?)?(\w+)=(\S*)", re.MULTILINE)
PORT_VARIABLE = re.compile(r"^\s*(?:export\s+)?((?:PG|MYSQL|DB|DATABASE|BANCO)\w*?_?PORTA?)=[\"']?([^\s\"']+)", re.MULTILINE)


def handed(view: View, program: Resource) -> list[Placed]:
    """O que este recurso recebe do template; vazio quando nada do programa está nele."""
    return view.once(("handed", program.id), lambda: _handed(view, program))


def _handed(view: View, program: Resource) -> list[Placed]:
    model = model_of(network_of(view), program) if program.type == SCALING_GROUP else None
    model = task_of(view, program) if program.type == ECS_SERVICE else model
    found: list[Placed | None] = []
    for owner in (program, model) if model else (program,):
        found += [view.at(owner, *keys) for keys in HANDED.get(owner.type, ())]
        metadata = owner.body.get("Metadata")
        if isinstance(metadata, dict) and INIT in metadata:
            found.append(Placed(("Resources", owner.id, "Metadata", INIT), metadata[INIT]))
    return [piece for piece in found if piece]


def variables(view: View, given: list[Path]) -> Iterator[tuple[Path, str, str]]:
    """Cada variável que o programa recebe, com o lugar e o valor."""
    for root in given:
        value = view.resolved(written_at(view.template.data, root))
        if isinstance(value, dict) and isinstance(value.get("Variables"), dict):
            yield from (((*root, "Variables", name), str(name), str(each)) for name, each in value["Variables"].items())
        for index, pair in enumerate(value if isinstance(value, list) else ()):
            if isinstance(pair, dict) and "Name" in pair and "Value" in pair:
                yield (*root, index, "Value"), str(pair["Name"]), str(pair["Value"])
        for path, text in texts(view, [root], longest=None):
            yield from ((path, name, each) for name, each in assigned(text))


@lru_cache(maxsize=256)
def assigned(text: str) -> tuple[tuple[str, str], ...]:
    """As variáveis que um programa escreve, cada uma numa linha, com o valor."""
    return tuple((name, value.strip("\"'")) for name, value in WRITTEN.findall(text))


def named(view: View, program: Resource) -> dict[str, Resource]:
    """O recurso que cada variável do programa nomeia, das que nomeiam um do template."""
    return view.once(("named", program.id), lambda: _named(view, program))


def _named(view: View, program: Resource) -> dict[str, Resource]:
    return {name: target for _, name, value in variables(view, [piece.path for piece in handed(view, program)])
            if (target := view.points(value, *SERVICES, by=(NAME, ARN, URL)))}


def uninformed(view: View, program: Resource, head: Resource) -> Iterator[Missing]:
    """O nome do destino não chega ao programa que o chama, e a AWS é quem o gera."""
    if program.type not in HANDED or head.type not in (*SERVICES, *DATABASES, BALANCER, VOLUME) or head.type in UNTOLD:
        return
    if program.type == FUNCTION and head.type in SENT or "${" not in view.name(head):
        return  # a própria Lambda entrega, e essa regra pergunta; ou o nome é um texto que o código pode trazer
    with view.reading():  # procurar quem cita não é julgar: não conta como lido
        given = handed(view, program)
        told = not given and program.type != FUNCTION or _told(view, program, head, given)
        strange = list(_misported(view, head, given)) if head.type in DATABASES else []
    if not told:
        yield Missing(given[0].path if given else at(program), f"nada diz ao programa de `{program.id}` qual é `{head.id}`",
                      f"passe-lhe `{head.id}`, com o atributo que o programa usa")
    yield from strange


def unhanded(view: View, program: Resource, attribute: str, what: str) -> Iterator[Missing]:
    """O mesmo, de um atributo só."""
    with view.reading():
        given = handed(view, program)
    if given and not any(cites(view.written(piece), attribute) for piece in (*given, *_relays(view))):
        yield Missing(given[0].path, f"nada diz ao programa de `{program.id}` {what}", f"passe-lhe `!GetAtt {attribute}`")


def _told(view: View, program: Resource, head: Resource, given: list[Placed]) -> bool:
    if head.type in DATABASES:
        return any(cites(view.written(piece), head.id + DATABASES[head.type]) for piece in (*given, *_relays(view)))
    if head.type == BUCKET and brought(view, head, program):
        return True  # o evento traz o nome
    devices = [str(link.device.value) for link in links(view) if link.volume == head and link.device] if head.type == VOLUME else []
    said = [text for _, text in texts(view, [piece.path for piece in (*given, *_relays(view))], longest=None)]
    if any(name in text for name in (view.name(head), f"${{{head.id}}}", f"${{{head.id}.Arn}}", *devices) for text in said):
        return True
    return head.type not in (BUCKET, VOLUME) and any(True for piece in (*given, *_relays(view)) for _ in citations(view, piece, head.id))


def _relays(view: View) -> list[Placed]:
    return [view.whole(resource) for resource in view.of_type(*RELAYS)]


def _misported(view: View, database: Resource, given: list[Placed]) -> Iterator[Missing]:
    """A variável que diz a porta do banco diz outra coisa."""
    usual = f"${{{database.id}.Endpoint.Port}}"
    for path, text in texts(view, [piece.path for piece in given], longest=None):
        for name, value in PORT_VARIABLE.findall(text):
            if not value.isdecimal() and value != usual and not value.endswith((".Endpoint.Port}", ".Port}")):
                yield Missing(path, f"`{name}` não diz uma porta de `{database.id}`", f"use `!GetAtt {database.id}.Endpoint.Port`")


def program(view: View, owner: Resource) -> str:
    """Tudo o que se lê do programa: o código, o que ele recebe e os arquivos que o `cfn-init` escreve."""
    return "\n".join(text for _, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None))


def misheard(view: View, owner: Resource, port: int, near: Path, protocol: str = "HTTP") -> Iterator[Missing]:
    """O programa do template ouve noutra porta, ou em claro no que se pede com TLS; `near` é onde se diz a porta."""
    with view.reading():
        said = program(view, owner)
    ports, local = heard(said)
    if ports and port not in ports:
        yield Missing(near, f"o programa de `{owner.id}` ouve em {', '.join(map(str, sorted(set(ports))))}, e o pedido chega na porta {port}",
                      "use a mesma porta nos dois")
    elif ports and local.count(port) == ports.count(port):
        yield Missing(near, f"o programa de `{owner.id}` só ouve a porta {port} de dentro da própria máquina, e o pedido vem de fora",
                      "ouça em `0.0.0.0`")
    elif ports and protocol in ("HTTPS", "TLS") and not SECURED.search(said):
        yield Missing(near, f"o programa de `{owner.id}` ouve em claro, e o pedido chega por {protocol}", "use `HTTP`")


@lru_cache(maxsize=256)
def heard(said: str) -> tuple[list[int], list[int]]:
    """As portas em que um programa ouve, e as que só ouve de dentro da própria máquina."""
    ports = [int(found) for found in LISTENING.findall(said)]
    return ports, [int(found) for found in LOOPBACK.findall(said)] if ports else []
