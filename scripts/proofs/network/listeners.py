"""Ouvintes: em que portas um balanceador atende, e para onde redireciona."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.types import BALANCER, LISTENER, LISTENER_RULE, TARGET_GROUP
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import Placed
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CERTIFICATE = "AWS::CertificateManager::Certificate"
SECURE = ("HTTPS", "TLS")
Listeners = dict[int, tuple[Resource, list[Evidence]]]


def listeners_of(net: Network, balancer: Resource) -> Listeners:
    """Os ouvintes de um balanceador por porta, com as linhas de cada um."""
    found: Listeners = {}
    kind = str(net.view.value(balancer, "Type") or "application")
    protocols = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "TCP_UDP")}.get(kind, ())
    for listener in net.view.of_type(LISTENER):
        port, protocol = net.view.at(listener, "Port"), net.view.at(listener, "Protocol")
        if net.pointed(listener, "LoadBalancerArn", BALANCER) != balancer or port is None or protocol is None:
            continue
        number = whole(port.value)
        if number is not None and protocol.value in protocols:
            found[number] = (listener, [
                Found(at(listener, "LoadBalancerArn"), f"`{listener.id}` ouve por `{balancer.id}`"),
                Found(port.path, f"na porta {port.value}"), Found(protocol.path, f"em {protocol.value}"),
                *(_certificate(net, listener) if protocol.value in SECURE else ())])
    return found


def _certificate(net: Network, listener: Resource) -> Iterator[Evidence]:
    """Um ouvinte com TLS precisa de um certificado padrão."""
    for item in net.view.items(listener, "Certificates"):
        arn = net.view.inside(item, "CertificateArn")
        if arn and str(arn.value).startswith(("arn:", "${")):
            yield Found(arn.path, "com este certificado")
            yield from _issued(net, net.view.points(arn, CERTIFICATE, by=(ARN,)))
            return
    yield Missing(at(listener, "Certificates"), f"`{listener.id}` não tem certificado", "escreva um em `Certificates`")


def _issued(net: Network, certificate: Resource | None) -> Iterator[Evidence]:
    """O ACM emite o certificado do template sem que ninguém responda a um e-mail; que nomes ele vale, `hosts` confere.

    https://docs.aws.amazon.com/acm/latest/userguide/domain-ownership-validation.html
    """
    if certificate:
        net.view.at(certificate, "DomainName")
        net.view.items(certificate, "SubjectAlternativeNames")
        yield from expect(net.view, certificate, "ValidationMethod", "DNS", "validado por {}", f"`{certificate.id}` espera que alguém responda a um "
                          "e-mail, e a pilha para até lá", "use `ValidationMethod: DNS`")


def redirections(net: Network, balancer: Resource) -> Iterator[Evidence]:
    """Cada ouvinte encaminha, responde ele mesmo ou redireciona a outro ouvinte que existe."""
    listeners = listeners_of(net, balancer)
    for port, (listener, lines) in listeners.items():
        for action in net.view.items(listener, "DefaultActions"):
            kind = net.view.inside(action, "Type")
            config = net.view.inside(action, "RedirectConfig")
            if kind and kind.value == "redirect" and config and isinstance(config.value, dict):
                yield from lines
                yield Found(kind.path, f"`{listener.id}` redireciona")
                yield from _redirection(net, listener, config, port, listeners)
            elif kind is None or kind.value not in ("forward", "fixed-response", "authenticate-cognito", "authenticate-oidc"):
                yield Missing(at(listener, "DefaultActions"), f"não se sabe o que `{listener.id}` faz com o que recebe",
                              "escreva `Type: forward` ou `redirect`", "ELBV2_LISTENER_REQUIRES_TG_ACCEPT")


def internal(net: Network, balancer: Resource) -> Iterator[Evidence]:
    """O nome do balanceador leva a endereços da VPC, e ele não tem nenhum público."""
    yield from expect(net.view, balancer, "Scheme", "internal", "o balanceador só tem endereços da VPC",
                      f"`{balancer.id}` não é interno", "escreva `Scheme: internal`")


def answering(net: Network, listener: Resource) -> Iterator[Evidence]:
    """O ouvinte, ou uma regra dele, encaminha ou responde: não só manda ir a outra porta."""
    owned = [ruling for ruling in net.view.of_type(LISTENER_RULE) if net.pointed(ruling, "ListenerArn", LISTENER) == listener]
    for resource, name in ((listener, "DefaultActions"), *((ruling, "Actions") for ruling in owned)):
        for action in net.view.items(resource, name):
            kind = net.view.inside(action, "Type")
            groups = [(net.view.inside(action, "TargetGroupArn"), None)] + [
                (net.view.inside(item, "TargetGroupArn"), net.view.inside(item, "Weight"))
                for item in net.view.items_inside(action, "ForwardConfig", "TargetGroups")]
            lost = any(group and net.view.points(group, TARGET_GROUP) is None for group, _ in groups) or all(
                weight and not whole(weight.value) for _, weight in groups[1:]) and len(groups) > 1
            if kind and kind.value in ("forward", "fixed-response") and not lost:
                yield Found(kind.path, f"`{resource.id}` encaminha ou responde")
                return
    yield Missing(at(listener, "DefaultActions"), f"`{listener.id}` só redireciona", "encaminhe a um grupo de destino",
                  "ELBV2_LISTENER_REQUIRES_TG_ACCEPT")


def _redirection(net: Network, listener: Resource, config: Placed, port: int, listeners: Listeners) -> Iterator[Evidence]:
    asked = config.value.get("Port", "#{port}")
    protocol = config.value.get("Protocol", "#{protocol}")
    target = port if asked == "#{port}" else whole(asked)
    other = listeners[target][0] if target in listeners and target != port else None
    spoken = net.view.value(other, "Protocol") if other else None
    if other is None or protocol not in ("#{protocol}", spoken) or (
            protocol == "#{protocol}" and spoken != net.view.value(listener, "Protocol")):
        yield Missing(config.path, f"`{listener.id}` redireciona para uma porta em que ninguém ouve assim",
                      "acrescente o ouvinte, ou corrija `Protocol` e `Port`", "ELBV2_LISTENERS_MISMATCH")
        return
    for name in ("Protocol", "Port"):
        written = net.view.inside(config, name)
        if written:
            yield Found(written.path, f"para `{other.id}`: {name} {written.value}")
