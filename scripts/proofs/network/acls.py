"""ACLs de rede: o que uma sub-rede deixa entrar e sair, sem memória da conexão.

A ACL padrão deixa passar tudo; uma escrita no template vale pelas entradas, em ordem de número.
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import ACL_ASSOCIATION, NETWORK_ACL, NETWORK_ACL_ENTRY, SUBNET, VPC
from scripts.proofs.evidence import Evidence, Found, Missing, at, readable
from scripts.proofs.network.topology import Network, Subnet, network, within
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import Unknown

EPHEMERAL = (1024, 65535)
"""As portas a que a resposta volta: https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html"""
ANYWHERE = "0.0.0.0/0"


def crossing(net: Network, source: Subnet | None, target: Subnet | None, port: int, world: str = "") -> Iterator[Evidence]:
    """As ACLs deixam o pedido ir e a resposta voltar; `None` é a internet, e `world`, a parte dela de que se trata, como está escrita."""
    for _, pieces in legs(net, source, target, port, world):
        yield from pieces


def legs(net: Network, source: Subnet | None, target: Subnet | None, port: int, world: str = "") -> Iterator[tuple[bool | None, list[Evidence]]]:
    """Cada passagem por uma ACL, na ida e na volta: se ela deixa, ou `None` quando não se sabe, e as linhas ou o que falta."""
    if source == target:
        return  # dentro de uma sub-rede, o tráfego não passa pela ACL
    request = (port, port)
    ends = ((source, target, False, request), (target, source, True, request),
            (target, source, False, EPHEMERAL), (source, target, True, EPHEMERAL))
    for subnet, other, ingress, ports in ends:
        if subnet is None:
            continue
        peer = (net.block(other) or "") if other else ANYWHERE
        answer, entry = passes(net, subnet, ingress, ports, peer, world)
        if entry and entry.type == NETWORK_ACL and not _same_vpc(net, entry, subnet):
            yield None, [Missing(at(entry, "VpcId"), f"`{entry.id}` não é da VPC de `{subnet.id}`, e a AWS recusa a associação", "corrija o `VpcId`",
                                 "SUBNET_ACL_RESTRICTION")]
        elif answer:
            yield True, list(_lines(net, entry, ingress)) if entry else []
        else:
            yield answer, [_blocked(answer, entry, subnet, ingress, ports, peer if other else readable(world or peer))]


def passes(net: Network, subnet: Subnet, ingress: bool, ports: tuple[int, int], peer: str, world: str = "") -> tuple[bool | None, Resource | None]:
    """A ACL da sub-rede deixa passar, e a entrada que decide; `None` quando não dá para saber."""
    found = [net.view.at(association, "SubnetId") for association in net.view.of_type(ACL_ASSOCIATION)]
    if any(written is None or isinstance(written.value, Unknown) for written in found):
        return None, None
    acls = [net.pointed(association, "NetworkAclId", NETWORK_ACL) for association in net.view.of_type(ACL_ASSOCIATION)
            if net.pointed(association, "SubnetId", SUBNET) == subnet.resource]
    if not acls:
        return True, None
    if len(acls) > 1 or acls[0] is None:
        return None, None
    if not _same_vpc(net, acls[0], subnet):
        return None, acls[0]
    possible, doubt = False, None
    for entry in _entries(net, acls[0], ingress):
        fits = _fits(net, entry, ports, peer, world)
        allows = {"allow": True, "deny": False}.get(str(net.view.value(entry, "RuleAction")).lower())
        if allows is None or fits is None and not allows or fits == "part" and not allows and peer != ANYWHERE:
            return None, entry
        if fits == "all":
            return (allows or (None if possible else False)), entry if allows else doubt or entry
        if fits is None:
            doubt = doubt or entry  # deixe ou não deixe, o que outra deixa depois passa
        possible = possible or allows and fits != "none"
    return (None if possible else False), doubt or acls[0]


def _same_vpc(net: Network, acl: Resource, subnet: Subnet) -> bool:
    return subnet.vpc is not None and net.pointed(acl, "VpcId", VPC) == subnet.vpc


def _entries(net: Network, acl: Resource, ingress: bool) -> list[Resource]:
    """As entradas desse sentido, por número; as de número desconhecido vêm antes e decidem."""
    def number(entry: Resource) -> int:
        written = whole(net.view.value(entry, "RuleNumber"))
        return -1 if written is None else written

    found = [entry for entry in net.view.of_type(NETWORK_ACL_ENTRY)
             if net.pointed(entry, "NetworkAclId", NETWORK_ACL) in (acl, None)
             and str(net.view.value(entry, "Egress") or False).lower() != str(ingress).lower()]
    return sorted(found, key=number)


def _fits(net: Network, entry: Resource, ports: tuple[int, int], peer: str, world: str) -> str | None:
    """A entrada vale para todo esse tráfego (`all`), parte (`part`) ou nada (`none`); a faixa de um parâmetro é a mesma onde quer que se cite."""
    unsure = net.pointed(entry, "NetworkAclId", NETWORK_ACL) is None or isinstance(net.view.value(entry, "Egress"), Unknown)
    if unsure or whole(net.view.value(entry, "RuleNumber")) is None:
        return None
    protocol = str(net.view.value(entry, "Protocol"))
    block = net.view.value(entry, "CidrBlock")
    if block is None and network(net.view.value(entry, "Ipv6CidrBlock")):
        return "none"
    if protocol != "-1" and whole(protocol) is None:
        return None
    if protocol not in ("-1", "6"):
        return "none"
    first, last = (whole(net.view.value(entry, "PortRange", end)) for end in ("From", "To"))
    low, high = (0, 65535) if protocol == "-1" or first is None or last is None else (first, last)
    if not (low <= ports[1] and ports[0] <= high):
        return "none"
    named = peer == ANYWHERE and bool(world) and (block == world or within(world, block))
    if protocol == "6" and (first is None or last is None) or not named and (not network(block) or not network(peer)):
        return None
    if not named and not network(block).overlaps(network(peer)):
        return "none"
    return "all" if low <= ports[0] and ports[1] <= high and (named or within(peer, block)) else "part"


def _lines(net: Network, entry: Resource, ingress: bool) -> Iterator[Found]:
    way = "entrar" if ingress else "sair"
    acl = net.pointed(entry, "NetworkAclId", NETWORK_ACL)
    if acl:
        yield Found(at(acl, "VpcId"), "a ACL de rede é da mesma VPC")
    for name in ("NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "PortRange"):
        if net.view.at(entry, name) and not (name == "Egress" and ingress):
            yield Found(at(entry, name), f"a ACL de rede deixa {way}: `{name}`")


def _blocked(answer: bool | None, entry: Resource | None, subnet: Subnet, ingress: bool, ports: tuple[int, int], peer: str) -> Missing:
    way, side = ("entrar", "de") if ingress else ("sair", "para")
    shown = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]} a {ports[1]}"
    said = f"{way} tcp {shown} {side} {peer or 'a outra ponta'}"
    if answer is None and entry and entry.type == NETWORK_ACL_ENTRY:
        return Missing(at(entry), f"a ACL de rede de `{subnet.id}` talvez não deixe {said}: depende de `{entry.id}`, que traz um valor que não se "
                       "conhece ou só pega parte", "escreva nela o valor, ou uma entrada que pegue tudo isso", "SUBNET_ACL_RESTRICTION")
    return Missing(at(entry or subnet.resource), f"a ACL de rede de `{subnet.id}` não deixa {said}", "acrescente uma entrada `allow` de número menor",
                   "SUBNET_ACL_RESTRICTION")
