"""Grupos de segurança: as regras de entrada e de saída, escritas dentro do grupo ou soltas.

Toda pergunta tem três respostas: `True`, `False` e `None`, quando um valor desconhecido não
deixa saber. Uma seta só se prova com `True`; uma ausência de caminho, só com `False`.
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from scripts.aws.types import SECURITY_GROUP
from scripts.proofs.evidence import Found, readable
from scripts.proofs.facts.view import Placed
from scripts.proofs.network.topology import WORLD, Network, network, within
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import SYMBOL

WAYS = {True: ("SecurityGroupIngress", "Source"), False: ("SecurityGroupEgress", "Destination")}
# O gateway de internet recusa endereços destas faixas (RFC 1918 e 6598), e as demais não saem da rede.
PRIVATE = [ipaddress.ip_network(block) for block in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "fc00::/7", "fe80::/10", "::1/128",
)]


class GroupRule(NamedTuple):
    """Uma regra. `group` é o id lógico do grupo, o que o template diz de um que não é dele, ou vazio quando não se sabe."""

    resource: Resource
    group: str
    ingress: bool
    item: Placed
    protocol: Placed | None
    first: Placed | None
    last: Placed | None
    peers: tuple[tuple[str, Placed], ...]
    group_line: Placed | None = None

    @property
    def all_traffic(self) -> bool:
        return self.protocol is not None and str(self.protocol.value) == "-1" and _open(self.first) and _open(self.last)

    @property
    def ports(self) -> tuple[int, int] | None:
        """A faixa de portas TCP; `None` quando não é TCP ou não se conhece."""
        first, last = (_number(end) for end in (self.first, self.last))
        if self.protocol is None or str(self.protocol.value) not in ("tcp", "6") or first is None or last is None:
            return None
        return (first, last)

    def covers(self, port: int) -> bool | None:
        """A regra vale para essa porta TCP."""
        protocol = self.protocol.value if self.protocol else None
        if not isinstance(protocol, (str, int)) or "${" in str(protocol):
            return None
        if str(protocol) == "-1":
            return True
        if str(protocol) not in ("tcp", "6"):
            return False
        return self.ports[0] <= port <= self.ports[1] if self.ports else None

    def exactly(self, port: int) -> bool:
        return self.ports == (port, port)

    def lines(self) -> Iterator[Found]:
        """Cada linha da regra, como evidência."""
        way = "entrada" if self.ingress else "saída"
        if self.group_line:
            yield Found(self.group_line.path, f"a regra de {way} é do grupo `{self.group}`")
        for written, text in ((self.protocol, "protocolo"), (self.first, "da porta"), (self.last, "até a porta")):
            if written:
                yield Found(written.path, f"{way}: {text} {written.value}")
        for kind, peer in self.peers:
            yield Found(peer.path, f"{way}: {'de' if self.ingress else 'para'} {readable(peer.value)}")

    def admits(self, groups: tuple[str, ...], blocks: tuple[str, ...], net: Network) -> bool | None:
        """A regra vale para todas as interfaces que estão nestes grupos e nestas faixas."""
        if len(self.peers) != 1:
            return None
        kind, written = self.peers[0]
        if kind.endswith("GroupId"):
            group = net.view.points(written, SECURITY_GROUP)
            return group.id in groups if group else None
        if kind in ("CidrIp", "CidrIpv6"):
            return _contains([written.value], blocks)
        listed = prefixes(net, written.value)
        return _contains(listed, blocks) if listed else None

    @property
    def block(self) -> str:
        """A faixa IPv4 que a regra nomeia; vazia quando nomeia outra coisa, ou mais de uma."""
        kind, written = self.peers[0] if len(self.peers) == 1 else ("", None)
        return written.value if kind == "CidrIp" and written and isinstance(written.value, str) else ""

    def private(self, vpc_block: str | None) -> bool:
        """A regra não passa da VPC: nomeia um grupo, ou uma faixa dentro dela."""
        kind, written = self.peers[0]
        return kind.endswith("GroupId") or within(written.value, vpc_block)

    @property
    def everywhere(self) -> bool:
        """A regra vale para todo endereço IPv4."""
        return len(self.peers) == 1 and self.peers[0][1].value == WORLD[0]

    def admits_world(self, net: Network) -> bool | None:
        """A regra vale para algum endereço da internet; um parâmetro sem padrão é quem implanta que escolhe."""
        if len(self.peers) != 1:
            return None
        kind, written = self.peers[0]
        if kind.endswith(("GroupId", "GroupName")):
            return False  # quem está num grupo está numa VPC
        if kind in ("CidrIp", "CidrIpv6"):
            return worldly(net, written.value)
        blocks = prefixes(net, written.value)
        answers = [worldly(net, block) for block in blocks] if blocks else [None]
        return True if True in answers else (None if None in answers else False)


def rules_of(net: Network, group: str, ingress: bool) -> list[GroupRule] | None:
    """As regras de um grupo do template; `None` quando valem as regras padrão da AWS.

    Sem nenhuma saída escrita, a AWS deixa sair tudo; sem nenhuma entrada, nada entra.
    """
    found = [rule for rule in all_rules(net) if rule.ingress == ingress and rule.group in (group, "")]
    resource = net.view.resources[group]
    written = net.view.value(resource, WAYS[ingress][0]) is not None or any(rule.group == group for rule in found)
    return None if not ingress and not written else found


def all_rules(net: Network) -> list[GroupRule]:
    """Todas as regras do template, na ordem dele, montadas uma vez."""
    return net.view.once("rules", lambda: list(_read(net)))


def _read(net: Network) -> Iterator[GroupRule]:
    for resource in net.view.resources.values():
        for ingress, (name, _) in WAYS.items():
            if resource.type == SECURITY_GROUP:
                for item in net.view.items(resource, name):
                    yield _rule(net, resource, resource.id, ingress, item, None)
            elif resource.type == f"AWS::EC2::{name}":
                item = net.view.whole(resource)
                line = net.view.inside(item, "GroupId")
                group = net.view.points(line, SECURITY_GROUP) if line else None
                said = line.value if line and isinstance(line.value, str) else ""
                yield _rule(net, resource, group.id if group else said, ingress, item, line)


def _rule(net: Network, resource: Resource, group: str, ingress: bool, item: Placed, line: Placed | None) -> GroupRule:
    side = WAYS[ingress][1]
    names = ("CidrIp", "CidrIpv6", f"{side}PrefixListId", f"{side}SecurityGroupId", f"{side}SecurityGroupName")
    peers = tuple((name, found) for name in names if (found := net.view.inside(item, name)))
    protocol, first, last = (net.view.inside(item, name) for name in ("IpProtocol", "FromPort", "ToPort"))
    return GroupRule(resource, group, ingress, item, protocol, first, last, peers, line)


def prefixes(net: Network, value: Any) -> list[Any]:
    """As faixas de uma lista de prefixos do template; vazia quando não se conhecem."""
    prefix_list = net.view.points(value, "AWS::EC2::PrefixList")
    entries = net.view.items(prefix_list, "Entries") if prefix_list else []
    return [entry.value.get("Cidr") if isinstance(entry.value, dict) else entry.value for entry in entries]


def worldly(net: Network, value: Any) -> bool | None:
    """A faixa tem endereços da internet."""
    if isinstance(value, str) and (found := SYMBOL.fullmatch(value)):
        return True if found[1] in net.view.template.parameters else None
    block = network(value)
    if block is None:
        return None
    return not any(block.version == private.version and block.subnet_of(private) for private in PRIVATE)


def _contains(outer: Iterable[Any], inner: tuple[str, ...]) -> bool | None:
    """Cada faixa de dentro cabe em alguma de fora; `None` quando alguma não se conhece."""
    known = [network(block) for block in outer]
    if not inner or None in known:
        return None
    return all(any(within(small, str(large)) for large in known) for small in inner)


def _number(written: Placed | None) -> int | None:
    return whole(written.value) if written else None


def _open(written: Placed | None) -> bool:
    return written is None or str(written.value) == "-1"
