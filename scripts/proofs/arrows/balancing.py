"""Regras do balanceador: como ele distribui o que recebe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.aws.questions import FORWARD, REACH
from scripts.aws.types import BALANCER, INSTANCE, LISTENER_RULE, SCALING_GROUP, TARGET_GROUP
from scripts.proofs.arrows.diversions import diversions
from scripts.proofs.arrows.program import misheard
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.listeners import listeners_of, redirections
from scripts.proofs.network.path import reach, same_vpc
from scripts.proofs.network.topology import Network
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole


PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS")


@dataclass(frozen=True)
class Delivery:
    """Como o tráfego de um ouvinte chega a um grupo de destino, com as linhas."""

    targets: Resource
    lines: tuple[Found, ...]


@rule(BALANCER, (INSTANCE, SCALING_GROUP), asks=(REACH, FORWARD))
def balancer_reaches_target(case: Case) -> Iterator[Evidence]:
    """O balanceador distribui para as instâncias.

    Ele só envia a quem está no grupo de destino de um ouvinte, numa zona em que ele tem
    sub-rede, e se os dois grupos de segurança deixam passar o tráfego e a verificação de saúde.

    - um ouvinte que encaminha ao grupo de destino, e os outros que encaminham ou redirecionam;
    - nenhuma regra que pegue antes o que o programa serve, a menos que a figura mostre a quem ela manda;
    - o grupo de destino com protocolo, porta e a VPC das instâncias;
    - a instância em `Targets`, ou o grupo do Auto Scaling com ele em `TargetGroupARNs`;
    - a saída do balanceador e a entrada da instância nas portas de destino e de saúde;
    - o programa, se está no template, ouvindo na porta de destino e no protocolo dele;
    - uma sub-rede do balanceador na zona da instância.

    Fonte: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html
    """
    net, source, target = case.net, case.tail_home, case.drawn_head
    yield from redirections(net, case.tail)
    found = [(delivery, member) for delivery in deliveries(net, case.tail)
             if (member := membership(net, delivery.targets, case.head))]
    if not found:
        yield _undelivered(net, case.tail, case.head)
        return
    delivery, (lines, port) = found[0]
    if astray := list(_astray(net, delivery.targets, case.head, lines, port)):  # o resto só repetiria essa porta
        yield from astray
        return
    yield from (*delivery.lines, *lines, *diversions(case, delivery.targets))
    yield from _target_group(net, delivery.targets, target)
    yield from checked(net.view, delivery.targets)
    yield from target.lines()
    for wanted in dict.fromkeys((port, _health_port(net, delivery.targets, port))):
        yield from reach(net, source, target, wanted) if wanted else _portless(delivery.targets)
    yield from misheard(net.view, case.head, port, at(delivery.targets, "Port"), _protocol(net, delivery.targets)) if port else ()
    yield from _zones(net, source, target)


def deliveries(net: Network, balancer: Resource) -> Iterator[Delivery]:
    """Cada encaminhamento dos ouvintes do balanceador e das regras deles."""
    for listener, lines in listeners_of(net, balancer).values():
        own = tuple(line for line in lines if isinstance(line, Found))
        if len(own) != len(lines):
            continue
        yield from _forwards(net, listener, "DefaultActions", own)
        for listener_rule in net.view.of_type(LISTENER_RULE):
            written = net.view.at(listener_rule, "ListenerArn")
            if written and net.view.points(written.value, listener.type) == listener:
                link = Found(written.path, f"a regra é de `{listener.id}`")
                yield from _forwards(net, listener_rule, "Actions", (*own, link))


def _forwards(net: Network, resource: Resource, name: str, lines: tuple[Found, ...]) -> Iterator[Delivery]:
    for action in net.view.items(resource, name):
        kind = net.view.inside(action, "Type")
        if kind is None or kind.value != "forward":
            continue
        written = [net.view.inside(action, "TargetGroupArn")] + [
            net.view.inside(item, "TargetGroupArn")
            for item in net.view.items_inside(action, "ForwardConfig", "TargetGroups")
            if _weighs(net.view.inside(item, "Weight"))]
        for arn in written:
            targets = net.view.points(arn.value, TARGET_GROUP) if arn else None
            if arn and targets:
                yield Delivery(targets, (*lines, Found(kind.path, "encaminha"), Found(arn.path, f"a `{targets.id}`")))


def _weighs(weight: Placed | None) -> bool:
    """Um grupo de destino de peso 0 não recebe nada."""
    return weight is None or (whole(weight.value) or 0) > 0


def enrolments(view: View, group: Resource) -> list[Placed]:
    """Onde o grupo de Auto Scaling diz em que balanceador registra as instâncias, nas três formas que a AWS aceita."""
    sources = [named for item in view.items(group, "TrafficSources") if (named := view.inside(item, "Identifier"))
               and ((kind := view.inside(item, "Type")) is None or kind.value in ("elb", "elbv2"))]
    return [*view.items(group, "TargetGroupARNs"), *sources, *view.items(group, "LoadBalancerNames")]


def membership(net: Network, targets: Resource, member: Resource) -> tuple[list[Found], int | None] | None:
    """As linhas que põem a instância no grupo de destino, e a porta em que ela recebe."""
    port = net.view.value(targets, "Port")
    usual = whole(port)
    kind = net.view.value(targets, "TargetType")
    if kind not in (None, "instance"):
        return None
    if member.type == SCALING_GROUP:
        for item in enrolments(net.view, member):
            if net.view.points(item.value, TARGET_GROUP) == targets:
                return [Found(item.path, f"as instâncias entram em `{targets.id}`")], usual
        return None
    for item in net.view.items(targets, "Targets"):
        identity, own = (net.view.inside(item, name) for name in ("Id", "Port"))
        if identity and net.view.points(identity.value, INSTANCE) == member:
            lines = [Found(identity.path, f"`{member.id}` está em `{targets.id}`")]
            if own is None or str(own.value) == str(port):
                return lines, usual
            return [*lines, Found(own.path, f"na porta {own.value}")], whole(own.value)
    return None


def _protocol(net: Network, targets: Resource) -> str:
    return str(net.view.value(targets, "Protocol"))


def _astray(net: Network, targets: Resource, member: Resource, lines: list[Found], port: int | None) -> Iterator[Missing]:
    """A porta do alvo vale mais que a do grupo de destino, e o programa não ouve nela.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
    """
    own = next((line for line in lines if line.path[-1] == "Port"), None)
    if own and port and any(misheard(net.view, member, port, own.path, _protocol(net, targets))):
        yield Missing(own.path, f"o alvo `{member.id}` de `{targets.id}` está registrado na porta {port}, que vale mais que a do grupo, e o programa "
                      "não ouve nela", "tire `Port` do alvo")


def _undelivered(net: Network, balancer: Resource, member: Resource) -> Missing:
    need = f"nenhum ouvinte de `{balancer.id}` encaminha a um grupo de destino com `{member.id}`"
    hint = "ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias"
    return Missing(at(member), need, hint, "ELBV2_LISTENER_HAS_NO_TG" if any(deliveries(net, balancer))
                   else "ELBV2_LISTENER_REQUIRES_TG_ACCEPT")


def _portless(targets: Resource) -> Iterator[Missing]:
    yield Missing(at(targets, "Port"), f"não se sabe em que porta `{targets.id}` entrega", "escreva `Port` com um número",
                  "TARGET_PORT_RESTRICTION")


def _target_group(net: Network, targets: Resource, member: Home) -> Iterator[Evidence]:
    for name, test in (("Protocol", PROTOCOLS.__contains__), ("Port", bool)):
        yield from expect(net.view, targets, name, test, f"`{targets.id}` entrega em {{}}", f"`{targets.id}` não diz `{name}`",
                          "escreva o valor", "TARGET_PORT_RESTRICTION")
    spoken = net.view.at(targets, "ProtocolVersion")
    if spoken and spoken.value != "HTTP1":
        yield Missing(spoken.path, f"`{targets.id}` fala {spoken.value} com as instâncias, o que só serve a um ouvinte HTTPS e a um programa que o "
                      "entenda, e o template não diz que entende", "tire `ProtocolVersion`, ou use `HTTP1`", "TARGET_PORT_RESTRICTION")
    yield member.joined(net, targets, "na VPC `{}`", "dê a ele o `VpcId` das sub-redes", "DISCONNECTED_VPCS")


def checked(view: View, targets: Resource) -> Iterator[Missing]:
    """A verificação de saúde fala o protocolo da porta em que pergunta, e o balanceador não a recusa.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    protocol, said = (view.value(targets, name) for name in ("Protocol", "HealthCheckProtocol"))
    same = view.value(targets, "HealthCheckPort") in (None, "traffic-port", view.value(targets, "Port"), str(view.value(targets, "Port")))
    if said is not None and (said not in PROTOCOLS or same and said != protocol):
        yield Missing(at(targets, "HealthCheckProtocol"), f"a verificação de saúde de `{targets.id}` fala {said}, e a porta atende {protocol}",
                      "use na verificação o protocolo da porta")
    if view.value(targets, "HealthCheckEnabled") not in (None, True, "true"):
        yield Missing(at(targets, "HealthCheckEnabled"), f"`{targets.id}` desliga a verificação de saúde, o que o balanceador recusa", "ligue-a")
    code = view.value(targets, "Matcher", "HttpCode")
    if code is not None and not _accepts(str(code)):
        yield Missing(at(targets, "Matcher"), f"a verificação de saúde de `{targets.id}` não aceita 200, que é o que se responde quando se atende",
                      "use `HttpCode: 200`, ou uma faixa com ele")
    interval, timeout = (whole(view.value(targets, name)) for name in ("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds"))
    if interval is not None and timeout is not None and timeout > interval:
        yield Missing(at(targets, "HealthCheckTimeoutSeconds"), f"a verificação de saúde de `{targets.id}` espera mais que o intervalo dela",
                      "use um prazo menor que o intervalo")


def _accepts(codes: str) -> bool:
    """A lista ou a faixa de códigos tem 200."""
    ends = [part.partition("-") for part in codes.split(",")]
    return any((whole(start) or 0) <= 200 <= (whole(end or start) or 0) for start, _, end in ends)


def _health_port(net: Network, targets: Resource, port: int | None) -> int | None:
    written = net.view.value(targets, "HealthCheckPort")
    if written in (None, "traffic-port"):
        return port
    return whole(written)


def _zones(net: Network, source: Home, target: Home) -> Iterator[Evidence]:
    """O balanceador tem sub-rede na zona de cada destino, e em ao menos duas zonas, como a AWS exige."""
    yield from same_vpc(net, source, target)
    enabled = {}
    for subnet, written in zip(source.known_subnets(net), source.subnets):
        enabled.setdefault(str(subnet.zone), (subnet, written))
    for subnet in target.known_subnets(net):
        if subnet.zone is not None and str(subnet.zone) in enabled:
            here, written = enabled[str(subnet.zone)]
            yield Found(written.path, f"o balanceador está na zona de `{subnet.id}`")
            for end in dict.fromkeys((here.id, subnet.id)):
                yield Found(at(net.subnets[end].resource, "AvailabilityZone"), f"a zona de `{end}`")
        else:
            yield Missing(at(source.resource, "Subnets"), f"`{source.resource.id}` não tem sub-rede na zona de `{subnet.id}`",
                          "acrescente uma sub-rede dessa zona", "ELB_INSTALLED_AZ_RESTRICTION")
