"""O caminho que se pede ao programa do template existe no código dele: o da verificação de saúde e o do objeto raiz."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from scripts.aws.types import INSTANCE, LISTENER, SCALING_GROUP, TARGET_GROUP
from scripts.checks.programs import Effect
from scripts.proofs.arrows import failover
from scripts.proofs.arrows.balancing import enrolments
from scripts.proofs.arrows.program import handed
from scripts.proofs.evidence import at
from scripts.proofs.facts.barriers import barrier
from scripts.proofs.facts.machine import Machine, machine_of, machines
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.web_paths import answered, caught, served
from scripts.proofs.facts.units import units
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource

CONFIG = "DistributionConfig"
SCHEME = re.compile(r"\brequest\.(?:scheme|is_secure|host_url|url_root|base_url|root_url|build_absolute_uri)\b|_external=True")
TOLD = re.compile(r"\bProxyFix\(|\bSECURE_PROXY_SSL_HEADER\b")
"""Como um programa confia por si: Flask e Django."""


def checked(view: View, targets: Resource) -> Iterator[Effect]:
    """A verificação de saúde pede um caminho a que o programa das instâncias responde.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    said, matcher = view.at(targets, "HealthCheckPath"), str(view.value(targets, "Matcher", "HttpCode") or "200")
    protocol = view.value(targets, "HealthCheckProtocol") or view.value(targets, "Protocol")
    if protocol not in ("HTTP", "HTTPS") or not _plain(matcher):
        return
    path = str(said.value) if said else "/"
    for member in members(view, targets):
        sources = [text for _, text in texts(view, [piece.path for piece in handed(view, member)], longest=None)]
        if "${" not in path and answered(sources, path) is False:
            yield said.path if said else at(targets, "HealthCheckPath"), (
                f"a verificação de saúde de `{targets.id}` pede `{path}`, e o programa de `{member.id}` não responde a esse caminho: nenhuma "
                "instância fica saudável; use um que o código tem.")
        for reason in dict.fromkeys(filter(None, (barrier(source, path) for source in sources))):
            yield said.path if said else at(targets, "HealthCheckPath"), (
                f"a verificação de saúde de `{targets.id}` pede `{path}`, e o programa de `{member.id}` {reason}: nenhuma instância fica saudável; "
                "use um caminho que responde 200 a quem não entrou.")


def disguised(view: View, targets: Resource) -> Iterator[Effect]:
    """O programa que olha o protocolo do pedido confia no que o balanceador diz dele: sem isso, vê HTTP onde o navegador usou HTTPS.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    """
    secure = any(listener.type == LISTENER and view.value(listener, "Protocol") == "HTTPS" and targets.id in listener.references
                 for listener in view.of_type(LISTENER))
    if not secure or view.value(targets, "Protocol") != "HTTP":
        return
    for member in members(view, targets):
        machine = machine_behind(view, member)
        for unit in units(machine) if machine else ():
            text, command = "\n".join(file.text for file, _ in unit.sources), unit.last("ExecStart")
            if SCHEME.search(text) and not TOLD.search(text) and not _trusts(unit.command):
                yield unit.file.path, (f"o programa de `{member.id}` olha o protocolo do pedido, e `{command.partition(' ')[0]}` não confia no que o "
                                       "balanceador diz dele: aceite `x-forwarded-proto`.")


def _trusts(command: list[str]) -> bool:
    """O servidor aceita, de quem o chama, o protocolo que o navegador usou."""
    said = dict(word.partition("=")[::2] for word in command)
    return "x-forwarded-proto" in said.get("--trusted-proxy-headers", "").lower().split() and bool(said.get("--trusted-proxy")) or (
        said.get("--url-scheme") == "https" or bool(said.get("--forwarded-allow-ips")))


def _plain(codes: str) -> bool:
    """Só se aceita resposta de sucesso."""
    return all(code.strip().startswith("2") for part in codes.split(",") for code in part.split("-"))


def members(view: View, targets: Resource) -> list[Resource]:
    """As instâncias, e os grupos delas, que recebem deste grupo de destino."""
    fixed = [view.points(view.inside(item, "Id"), INSTANCE) for item in view.items(targets, "Targets")]
    fleets = [group for group in view.of_type(SCALING_GROUP)
              if any(view.points(item, TARGET_GROUP) == targets for item in enrolments(view, group))]
    return [member for member in fixed if member] + fleets


def machine_behind(view: View, member: Resource) -> Machine | None:
    """O programa da instância, ou o do modelo de que o grupo a cria."""
    owner = model_of(network_of(view), member) if member.type == SCALING_GROUP else member
    return machine_of(view, owner) if owner else None


def rooted(view: View, distribution: Resource) -> Iterator[Effect]:
    """O objeto raiz e as páginas de erro, que a distribuição pede por si, existem na origem do comportamento deles.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html
    """
    root = view.at(distribution, CONFIG, "DefaultRootObject")
    pages = [page for item in view.items(distribution, CONFIG, "CustomErrorResponses") if (page := view.inside(item, "ResponsePagePath"))]
    sources = [file.text for machine in machines(view) for file in machine.files]
    for asked in [*([root] if root else []), *pages]:
        path = f"/{str(asked.value).lstrip('/')}"
        way = _way(view, distribution, path) if asked.value else None
        if way and not _stored(view, distribution, way) and answered(sources, path) is False:
            yield asked.path, (f"`{distribution.id}` pede `{path}`, e o programa da origem não responde a esse caminho: quem visita não o vê; dê o "
                               "caminho ao código, ou leve-o ao bucket com um `PathPattern`.")


def carried(view: View, distribution: Resource) -> Iterator[Effect]:
    """Nenhum comportamento leva a um bucket o que só o programa da origem padrão serve; vale o primeiro que casa.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
    """
    usual = view.at(distribution, CONFIG, "DefaultCacheBehavior")
    if usual is None or _stored(view, distribution, usual):
        return
    ways = _ways(view, distribution)
    asked = served(file.text for machine in machines(view) for file in machine.files) if ways else None
    found: dict[Placed, str] = {}
    for method, path in sorted(asked or ()):
        taken = next(((pattern, way) for shape, pattern, way in ways if caught(shape, path) is not False), None)
        if taken and _stored(view, distribution, taken[1]):
            found.setdefault(taken[0], f"{method} {path}")
    for pattern, request in found.items():
        yield pattern.path, (f"`{distribution.id}` leva `{pattern.value}` a um bucket, e `{request}` quem serve é o programa: quem visita não chega "
                             "a ele; restrinja o caminho, ou mande-o à origem do programa.")


def _way(view: View, distribution: Resource, path: str) -> Placed | None:
    """O comportamento que atende esse caminho: o primeiro que casa, ou o padrão."""
    first = next((way for shape, _, way in _ways(view, distribution) if fnmatchcase(path, shape)), None)
    return first or view.at(distribution, CONFIG, "DefaultCacheBehavior")


def _ways(view: View, distribution: Resource) -> list[tuple[str, Placed, Placed]]:
    """O caminho de cada comportamento, com a barra do começo, onde ele está escrito e o comportamento, na ordem em que valem."""
    return [(f"/{str(pattern.value).lstrip('/')}", pattern, way) for way in view.items(distribution, CONFIG, "CacheBehaviors")
            if (pattern := view.inside(way, "PathPattern"))]


def _stored(view: View, distribution: Resource, way: Placed) -> bool:
    """O comportamento leva a um bucket, por ele ou por um grupo de origens em que ele está."""
    target = view.inside(way, "TargetOriginId")
    return any(view.inside(origin, "S3OriginConfig") is not None and target.value in failover.targets(view, distribution, str(name.value))
               for origin in view.items(distribution, CONFIG, "Origins") if target and (name := view.inside(origin, "Id")))
