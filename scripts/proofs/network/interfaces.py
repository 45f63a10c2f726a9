"""Morada: onde vivem as interfaces de um recurso, e o registro de quem sabe achá-la por tipo.

Um tipo novo é uma função com `@home(tipo)`, em qualquer módulo; `homes` tem as dos tipos comuns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from scripts.aws.types import VPC
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import Placed
from scripts.proofs.network.topology import Network, Subnet, distinct_zones
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import Unknown

BY_SUBNET = "da sub-rede"
"""O endereço público depende de `MapPublicIpOnLaunch` da sub-rede."""


@dataclass(frozen=True)
class Home:
    """Onde um recurso vive. Em `subnets` e `groups`, o valor é o id lógico ou `Unknown`.

    `links` são as linhas que levam até aqui (o modelo de lançamento, o grupo de sub-redes);
    `public` diz se as interfaces têm endereço público: verdadeiro, falso, `BY_SUBNET` ou
    `Unknown`, com o lugar. `open` diz que o grupo é do próprio serviço e deixa sair tudo.
    """

    resource: Resource
    subnets: tuple[Placed, ...] = ()
    groups: tuple[Placed, ...] = ()
    links: tuple[Found, ...] = ()
    public: Placed = Placed((), False)
    open: bool = False

    def known_subnets(self, net: Network) -> list[Subnet]:
        return [net.subnets[subnet.value] for subnet in self.subnets if subnet.value in net.subnets]

    def inside(self, net: Network, vpc: Resource) -> bool | None:
        """Se as sub-redes são todas desta VPC; `None` quando não se conhecem todas."""
        known = self.known_subnets(net)
        return all(subnet.vpc == vpc for subnet in known) if len(known) == len(self.subnets) else None

    def joined(self, net: Network, owner: Resource, said: str, hint: str, code: str) -> Evidence:
        """O `VpcId` de `owner` é a VPC em que se vive; `said` é o que essa linha garante, com `{}` no lugar dela, e `hint`, como corrigi-la."""
        vpc = net.pointed(owner, "VpcId", VPC)
        inside = self.inside(net, vpc) if vpc else False
        lost = next((subnet for subnet in self.subnets if subnet.value not in net.subnets), None)
        if vpc and inside:
            return Found(at(owner, "VpcId"), said.replace("{}", vpc.id))
        if vpc and inside is None and lost:
            return self._unplaced(lost)
        return Missing(at(owner, "VpcId"), f"`{owner.id}` não é da VPC de `{self.resource.id}`", hint, code)

    def _unplaced(self, subnet: Placed) -> Missing:
        why = f": {subnet.value.reason}" if isinstance(subnet.value, Unknown) else ""
        return Missing(subnet.path, f"não se sabe em que sub-rede `{self.resource.id}` vive{why}", "cite com `!Ref` uma deste template")

    @property
    def known_groups(self) -> tuple[str, ...]:
        return tuple(group.value for group in self.groups if isinstance(group.value, str))

    def lines(self, least: int = 1) -> Iterator[Evidence]:
        """As linhas que põem o recurso nas sub-redes: cada uma, se são só as que precisa haver; senão, a lista."""
        yield from self.links
        for subnet in self.subnets:
            if isinstance(subnet.value, Unknown):
                yield self._unplaced(subnet)
        for subnet in self.subnets if all(isinstance(subnet.value, str) for subnet in self.subnets) else ():
            if len(self.subnets) > least and isinstance(subnet.path[-1], int):
                yield Found(subnet.path[:-1], f"`{self.resource.id}` vive em {len(self.subnets)} sub-redes")
                return
            yield Found(subnet.path, f"`{self.resource.id}` vive em `{subnet.value}`")

    def spread(self, net: Network) -> Iterator[Evidence]:
        """Vive, com certeza, em ao menos duas zonas; com duas sub-redes, a zona de cada uma conta."""
        subnets = self.known_subnets(net)
        if not any(distinct_zones(one.zone, other.zone) for one, other in combinations(subnets, 2)):
            yield Missing(at(self.resource), f"as sub-redes de `{self.resource.id}` não são, com certeza, de duas zonas",
                          "dê a elas zonas diferentes, como `!Select [0, !GetAZs \"\"]` e `!Select [1, !GetAZs \"\"]`")
        elif len(subnets) == 2:
            for subnet in subnets:
                yield Found(at(subnet.resource, "AvailabilityZone"), f"a zona de `{subnet.id}`")


Finder = Callable[[Network, Resource], Home]
HOMES: dict[str, Finder] = {}


def home(*types: str) -> Callable[[Finder], Finder]:
    """Registra a função como a que acha a morada destes tipos."""
    def register(function: Finder) -> Finder:
        for kind in types:
            if kind in HOMES:
                raise ValueError(f"já há morada para {kind}")
            HOMES[kind] = function
        return function

    return register


def written(net: Network, resource: Resource, kind: str, *keys: Key) -> tuple[Placed, ...]:
    """Os recursos desse tipo que uma lista cita: id lógico, ou `Unknown`."""
    return tuple(identified(net, item, kind) for item in net.view.items(resource, *keys))


def identified(net: Network, item: Placed, kind: str) -> Placed:
    named = net.view.points(item.value, kind)
    unknown = item.value if isinstance(item.value, Unknown) else Unknown(f"o que se cita não é um `{kind}` deste template")
    return Placed(item.path, named.id if named else unknown)


def truth(given: Placed) -> Placed:
    """Um booleano escrito como texto, como o CloudFormation aceita."""
    if isinstance(given.value, (bool, Unknown)) or given.value == BY_SUBNET:
        return given
    value = {"true": True, "false": False}.get(str(given.value).lower(), Unknown("não é verdadeiro nem falso"))
    return Placed(given.path, value)
