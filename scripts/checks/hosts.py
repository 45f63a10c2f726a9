"""O nome por que se chega ao balanceador, ou à distribuição, contra os nomes do certificado e os que o programa aceita."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.types import BALANCER, LISTENER, TARGET_GROUP
from scripts.checks.programs import Effect
from scripts.checks.requested import CONFIG, members
from scripts.proofs.arrows.dns import Record, records
from scripts.proofs.arrows.program import handed, variables
from scripts.proofs.facts.code import called, nodes
from scripts.proofs.facts.machine import machine_of
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.shapes import Module, module
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.network.interfaces_by_type import model_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource

CERTIFICATE, LISTED = "AWS::CertificateManager::Certificate", "AWS::ElasticLoadBalancingV2::ListenerCertificate"
ACCEPTING = ("ALLOWED_HOSTS", "allowed_hosts", "TRUSTED_HOSTS")
"""Como o Django, o `starlette` e o Flask chamam a lista dos nomes que aceitam."""
SAME = ("lower", "strip", "rstrip")
"""O que não muda um nome."""


def misnamed(view: View, balancer: Resource) -> Iterator[Effect]:
    """Cada nome que leva ao balanceador está no certificado dele e entre os que o programa aceita.

    https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
    https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    """
    led = [(record, name) for record in records(view) if (name := record.placed(view, "Name")) and _leads(view, record, balancer)]
    if not led:
        return
    listeners = [listener for listener in view.of_type(LISTENER) if view.points(view.at(listener, "LoadBalancerArn"), BALANCER) == balancer]
    accepted = [(member, hosts) for targets in view.of_type(TARGET_GROUP) if any(targets.id in each.references for each in listeners)
                for member in members(view, targets) if (hosts := _accepted(view, member)) is not None]
    for record, name in led:
        yield from _uncertified(view, name, listeners, record.id)
        for member, hosts in accepted:
            if not any(_takes(host, _plain(name.value)) for host in hosts):
                yield name.path, (f"`{record.id}` leva a `{name.value}`, e o programa de `{member.id}` só aceita {_listed(hosts)}: responde com "
                                  "erro a quem chega por esse nome; iguale os dois.")


def uncovered(view: View, distribution: Resource) -> Iterator[Effect]:
    """Cada nome da distribuição está no certificado dela, quando ele é do template."""
    given = view.points(view.at(distribution, CONFIG, "ViewerCertificate", "AcmCertificateArn"), CERTIFICATE, by=(ARN,))
    for alias in view.items(distribution, CONFIG, "Aliases") if given else ():
        if given and not any(_takes(host, _plain(alias.value), one=True) for host in _certified(view, given)):
            yield alias.path, f"`{distribution.id}` atende por `{alias.value}`, que `{given.id}` não certifica; iguale os dois."


def _leads(view: View, record: Record, balancer: Resource) -> bool:
    target = view.inside(record.item, "AliasTarget", "DNSName")
    values = [target, *view.items_inside(record.item, "ResourceRecords")] if target or view.inside(record.item, "ResourceRecords") else []
    return any(found and str(found.value).removeprefix("dualstack.") == f"${{{balancer.id}.DNSName}}" for found in values)


def _uncertified(view: View, name: Placed, listeners: list[Resource], record: str) -> Iterator[Effect]:
    """Nenhum certificado de um ouvinte, se todos são do template, tem o nome."""
    for listener in listeners:
        cited = [view.inside(item, "CertificateArn") for item in view.items(listener, "Certificates")]
        cited += [view.inside(item, "CertificateArn") for other in view.of_type(LISTED) if listener.id in other.references
                  for item in view.items(other, "Certificates")]
        known = [view.points(arn, CERTIFICATE, by=(ARN,)) for arn in cited]
        hosts = [host for found in known if found for host in _certified(view, found)]
        if known and all(known) and not any(_takes(host, _plain(name.value), one=True) for host in hosts):
            yield name.path, (f"`{record}` leva a `{name.value}`, e o certificado de `{listener.id}` só vale para {_listed(set(hosts))}: o navegador "
                              "recusa a conexão; iguale os dois.")


def _certified(view: View, certificate: Resource) -> list[str]:
    own = view.at(certificate, "DomainName")
    return [str(item.value) for item in (*([own] if own else []), *view.items(certificate, "SubjectAlternativeNames"))]


def _accepted(view: View, member: Resource) -> frozenset[str] | None:
    """Os nomes que o programa diz que aceita; `None`, se não diz, ou não se sabe."""
    model = model_of(network_of(view), member) or member
    given = [piece.path for piece in handed(view, member)]
    machine = machine_of(view, model)
    told = {name: value for _, name, value in variables(view, given)}
    for file in machine.files if machine else ():
        told |= file.variables()
    for _, text in texts(view, given, longest=None):
        if any(word in text for word in ACCEPTING):
            known = module(text)
            found = [_hosts(value, known, told) for value in _lists(text, known)]
            if found and all(hosts is not None for hosts in found):
                return frozenset(host for hosts in found for host in hosts or ())
    return None


def _lists(text: str, known: Module) -> list[ast.AST]:
    every = nodes(text)
    passed = [key.value for node in every if isinstance(node, ast.Call) for key in node.keywords if key.arg in ACCEPTING]
    kept = [node.value for node in every if isinstance(node, ast.Assign) if any(called(target) in ACCEPTING for target in node.targets)]
    return [*passed, *kept, *(value for word in ACCEPTING for value in known.keyed.get(word, ()))]


def _hosts(node: ast.AST | None, known: Module, told: dict[str, str]) -> list[str] | None:
    """Os textos de uma lista, seguida por nomes, e por uma variável partida em palavras; `None`, se algum não se lê."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        parts = [_hosts(each, known, told) for each in node.elts]
        return [host for part in parts for host in part or ()] if all(part is not None for part in parts) else None
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name) and (bound := known.bound.get(("", node.id))):
        return _hosts(bound[0], known, told) if len(bound) == 1 else None
    if isinstance(node, ast.Call) and called(node.func) == "split" and isinstance(node.func, ast.Attribute):
        whole = _hosts(node.func.value, known, told)
        return [host for text in whole for host in re.split(r"[\s,;]+", text) if host] if whole is not None else None
    if isinstance(node, ast.Call) and called(node.func) in SAME and isinstance(node.func, ast.Attribute):
        return _hosts(node.func.value, known, told)
    if isinstance(node, ast.Subscript) and called(node.value) == "environ" and isinstance(node.slice, ast.Constant):
        return [told[str(node.slice.value)]] if str(node.slice.value) in told else None
    return None


def _takes(host: str, name: str, one: bool = False) -> bool:
    """O nome é este, ou cabe no curinga dele; `one`, quando o curinga só vale uma parte, como num certificado."""
    host = _plain(host)
    tail = host.removeprefix("*") if host.startswith(("*.", ".")) else ""
    if tail and name.endswith(tail):
        return not one or "." not in re.sub(r"\$\{[^}]*\}", "x", name.removesuffix(tail))
    return host in ("*", name) or host.startswith(".") and host[1:] == name


def _plain(value: object) -> str:
    return str(value).rstrip(".").lower()


def _listed(hosts: frozenset[str] | set[str]) -> str:
    return ", ".join(f"`{host}`" for host in sorted(hosts))
