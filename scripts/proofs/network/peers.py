"""A outra ponta do tráfego, como as regras dos grupos de segurança a veem.

`through` é o único lugar que decide se os grupos de um recurso deixam passar uma porta, para
dentro ou para fora. Quem está do outro lado muda só três respostas: que regras o admitem, quais
não abrem mais que a seta, e como se diz o que falta.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.aws.types import SECURITY_GROUP, SECURITY_GROUP_EGRESS, SECURITY_GROUP_INGRESS, VPC_ENDPOINT
from scripts.base.wording import listed
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.security_groups import GroupRule, rules_of
from scripts.proofs.network.topology import Network, within
from scripts.template.cloudformation import references

GROUPING = (SECURITY_GROUP, SECURITY_GROUP_EGRESS, SECURITY_GROUP_INGRESS, VPC_ENDPOINT)
"""Os endpoints e os grupos: o que cita um grupo e não se abre com ele."""


@dataclass(frozen=True)
class Peer:
    """As interfaces de um recurso da VPC: os grupos delas e as faixas onde vivem."""

    name: str
    groups: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    vpc_block: str | None = None

    def admitted(self, rule: GroupRule, net: Network) -> bool | None:
        """A regra vale para esta ponta."""
        return rule.admits(self.groups, self.blocks, net)

    def fits(self, rule: GroupRule, port: int) -> bool:
        """A entrada não abre mais que a seta; a saída só precisa ser nessa porta, ou de tudo, como a padrão da AWS."""
        if not rule.ingress:
            return rule.exactly(port) or rule.all_traffic
        return rule.exactly(port) and rule.private(self.vpc_block)

    def joined(self, rules: list[GroupRule]) -> tuple[GroupRule, ...]:
        """As regras que, juntas, valem para todas as faixas desta ponta; nenhuma, se alguma faixa fica de fora."""
        chosen = [next((rule for rule in rules if within(block, rule.block)), None) for block in self.blocks]
        return () if None in chosen else tuple(rule for rule in rules if rule in chosen)

    def refused(self, home: Home, port: int, ingress: bool) -> tuple[str, str]:
        """O que falta, e como acrescentar."""
        verb, side = ("entrar", "de") if ingress else ("sair", "para")
        other = f"o grupo `{self.groups[0]}`" if self.groups else f"a faixa de `{self.name}`"
        return (f"{denying(home)} {verb} tcp {port} {side} `{self.name}`",
                f"acrescente a regra de {'entrada' if ingress else 'saída'} com {other}")

    def loose(self, rule: GroupRule, port: int) -> tuple[str, str]:
        """O que a regra abre a mais, e como fechar."""
        way, side = ("entrada", "só de") if rule.ingress else ("saída", "só para")
        return (f"a {way} de `{rule.group}` abre mais que tcp {port} {side} `{self.name}`",
                f"feche a regra em tcp {port} e no grupo de `{self.name}`")


@dataclass(frozen=True)
class Internet(Peer):
    """Qualquer endereço da internet."""

    name: str = "a internet"

    def admitted(self, rule: GroupRule, net: Network) -> bool | None:
        return rule.admits_world(net) if rule.ingress else rule.everywhere

    def fits(self, rule: GroupRule, port: int) -> bool:
        return rule.exactly(port) or not rule.ingress and rule.all_traffic

    def refused(self, home: Home, port: int, ingress: bool) -> tuple[str, str]:
        name = home.resource.id
        if ingress:
            return f"{denying(home)} entrar tcp {port} da internet em `{name}`", f"acrescente a regra de entrada de tcp {port}"
        return (f"{denying(home)} sair tcp {port} de `{name}` para a internet",
                f"acrescente a regra de saída de tcp {port} para 0.0.0.0/0")

    def loose(self, rule: GroupRule, port: int) -> tuple[str, str]:
        way, side = ("entrada", "à internet") if rule.ingress else ("saída", "para a internet")
        return f"a {way} de `{rule.group}` abre mais que tcp {port} {side}", f"feche a regra em tcp {port}"


INTERNET = Internet()


@dataclass(frozen=True)
class PrefixList(Peer):
    """Os endereços de uma lista de prefixos que a AWS mantém e quem implanta informa."""

    source: str = ""

    def admitted(self, rule: GroupRule, net: Network) -> bool | None:
        if [kind for kind, _ in rule.peers] != ["SourcePrefixListId"]:
            return False
        text = net.view.spelled(rule.peers[0][1].value) or ""
        return text.startswith(("${Parameters.", "pl-"))  # a que quem implanta informa: não é uma deste template

    def fits(self, rule: GroupRule, port: int) -> bool:
        return rule.exactly(port)

    def refused(self, home: Home, port: int, ingress: bool) -> tuple[str, str]:
        return (f"nenhum grupo de `{home.resource.id}` deixa {self.name} entrar em tcp {port}",
                f"acrescente a entrada com `SourcePrefixListId` da lista `{self.source}`")

    def loose(self, rule: GroupRule, port: int) -> tuple[str, str]:
        return f"a entrada de `{rule.group}` abre mais que tcp {port} para {self.name}", f"feche a regra em tcp {port}"


@dataclass(frozen=True)
class OwnGroup(Peer):
    """As interfaces do grupo que um serviço cria, que só um atributo dele nomeia."""

    attribute: str = ""

    def admitted(self, rule: GroupRule, net: Network) -> bool | None:
        return len(rule.peers) == 1 and rule.peers[0][1].value == self.attribute

    def fits(self, rule: GroupRule, port: int) -> bool:
        return rule.exactly(port)


def passing(net: Network, home: Home, peer: Peer, port: int, ingress: bool) -> tuple[str, tuple[GroupRule, ...], GroupRule | None]:
    """O grupo que deixa passar, com as regras (nenhuma: é a saída padrão da AWS); e, se nenhum, a regra que abre demais."""
    loose = None
    for group in home.known_groups:
        rules = rules_of(net, group, ingress)
        if rules is None:
            return group, (), None
        open_ = [rule for rule in rules if rule.group == group and rule.covers(port)]
        for rule in open_:
            if peer.admitted(rule, net):
                if peer.fits(rule, port):
                    return group, (rule,), None
                loose = loose or rule
        together = peer.joined([rule for rule in open_ if rule.block and peer.fits(rule, port)])
        if together:
            return group, together, None
    return "", (), loose


def through(net: Network, home: Home, peer: Peer, port: int, ingress: bool) -> Iterator[Evidence]:
    """Um dos grupos deixa a porta passar entre o recurso e a outra ponta."""
    if home.open and not ingress:
        return
    group, rules, loose = passing(net, home, peer, port, ingress)
    if group:
        yield from carried(net, home, group)
        yield from (line for rule in rules for line in rule.lines())
    elif loose:
        yield Missing(loose.item.path, *peer.loose(loose, port), excess=True)
    elif not home.known_groups:
        yield groupless(home)
    else:
        rules = [rule for name in home.known_groups for rule in rules_of(net, name, ingress) or ()]
        need, hint = peer.refused(home, port, ingress)
        if ingress and _borrowed(net, home):
            hint = f"dê a `{home.resource.id}` um grupo só dele, com a entrada de tcp {port}"
        near = [rule for rule in rules if rule.ports and not rule.covers(port) and peer.admitted(rule, net)]
        others = listed(list(dict.fromkeys(f"tcp {rule.ports[0]} em `{rule.resource.id}`" for rule in near if rule.ports)))
        yield Missing(at(net.view.resources[home.known_groups[0]]), f"{need}: só há {others}" if others else need, hint,
                      "ENI_SG_RULES_MISMATCH" if rules else "SG_HAS_NO_RULES")


def _borrowed(net: Network, home: Home) -> bool:
    """É um endpoint com o grupo de outro recurso, que se abriria com ele."""
    return home.resource.type == VPC_ENDPOINT and any(
        home.known_groups[0] in references(other.properties) for other in net.view.resources.values() if other.type not in GROUPING)


def carried(net: Network, home: Home, group: str) -> Iterator[Evidence]:
    """O recurso leva o grupo, e o grupo é da VPC dele."""
    yield from home.links
    for written in home.groups:
        if written.value == group:
            yield Found(written.path, f"`{home.resource.id}` leva o grupo `{group}`")
    resource = net.view.resources[group]
    yield home.joined(net, resource, f"`{group}` é da VPC `{{}}`", "dê ao grupo o `VpcId` das sub-redes", "UNASSOCIATED_COMPONENT")


def denying(home: Home) -> str:
    """Os grupos de um recurso, como sujeito do que não deixam fazer."""
    names = " e ".join(f"`{group}`" for group in home.known_groups)
    return f"{names} não {'deixam' if len(home.known_groups) > 1 else 'deixa'}"


def groupless(home: Home) -> Missing:
    return Missing(at(home.resource), f"não se conhecem os grupos de segurança de `{home.resource.id}`",
                   "cite por `!Ref` um grupo deste template", "ENI_SG_RULES_MISMATCH")
