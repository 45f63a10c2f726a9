"""Regras do DNS: quem pergunta por um nome, e a que endereço ele leva."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.questions import NAMES
from scripts.aws.types import BALANCER, DISTRIBUTION, HOSTED_ZONE, RECORD_SET, RECORD_SET_GROUP
from scripts.proofs.arrows.distribution import CONFIG, enabled
from scripts.proofs.arrows.internet import outsider
from scripts.proofs.arrows.registry import OUTSIDE, Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.numbers import whole
from scripts.template.values import Path

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""A zona de todas as distribuições, fixa na documentação do `AliasTarget`."""


class Record(NamedTuple):
    """Um registro: o recurso que o traz, e onde está escrito, sozinho ou num grupo."""

    owner: Resource
    item: Placed

    @property
    def id(self) -> str:
        return self.owner.id

    def at(self, *keys: Key) -> Path:
        return (*self.item.path, *keys)

    def placed(self, view: View, name: str) -> Placed | None:
        """O que vale para o registro: o que ele diz, ou o que diz o grupo dele."""
        return view.inside(self.item, name) or view.at(self.owner, name)


def records(view: View) -> list[Record]:
    """Os registros do template: cada `AWS::Route53::RecordSet`, e cada item de um `AWS::Route53::RecordSetGroup`."""
    alone = [Record(owner, view.whole(owner)) for owner in view.of_type(RECORD_SET)]
    return [*alone, *(Record(owner, item) for owner in view.of_type(RECORD_SET_GROUP) for item in view.items(owner, "RecordSets"))]


@rule(OUTSIDE, HOSTED_ZONE, asks=(NAMES,))
def outside_asks_zone(case: Case) -> Iterator[Evidence]:
    """Quem está na internet pergunta por um nome à zona do Route 53.

    Uma zona pública responde a qualquer um, desde que tenha o registro e que o domínio tenha
    sido delegado a ela: a delegação se faz onde o domínio foi registrado, fora do template.

    - a zona sem `VPCs`, que a tornariam privada, e com o nome do domínio;
    - um registro nessa zona.

    Fonte: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/AboutHZWorkingWith.html
    """
    view, zone = case.view, case.head
    yield from outsider(case)
    named = view.at(zone, "Name")
    if view.at(zone, "VPCs") is not None:
        yield Missing(at(zone, "VPCs"), f"`{zone.id}` é privada: só responde dentro das VPCs dela", "tire `VPCs`")
    if named and isinstance(named.value, str):
        yield Found(named.path, "a zona responde por este domínio")
    else:
        yield Missing(at(zone), f"`{zone.id}` não diz de que domínio é", "escreva `Name`")
    found = [held for record in records(view) if (held := _held(view, record, zone))]
    if found:
        yield from found[0]
    else:
        yield Missing(at(zone), f"`{zone.id}` não tem nenhum registro", f"crie um `{RECORD_SET}` com `HostedZoneId: !Ref {zone.id}`")


@rule((HOSTED_ZONE, RECORD_SET, RECORD_SET_GROUP), (BALANCER, DISTRIBUTION), asks=(NAMES,))
def name_leads_to_target(case: Case) -> Iterator[Evidence]:
    """Um nome do Route 53 leva a um balanceador ou a uma distribuição.

    Um registro de apelido (alias) acompanha o destino: se o endereço dele muda, o nome segue. Uma
    distribuição só atende pelos nomes que tem em `Aliases`.

    - um registro do tipo `A` na zona, só ou num grupo de registros, com um nome do domínio dela;
    - nenhum outro do mesmo nome e tipo, a não ser que cada um diga `SetIdentifier`;
    - `AliasTarget` com o nome DNS do destino e a zona do DNS dele;
    - o registro sem `Weight: 0` nem `Failover: SECONDARY`, que o deixariam de fora das respostas;
    - se o destino é uma distribuição, ela ligada, e com o nome do registro em `Aliases`.

    Fonte: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
    """
    view, head = case.view, case.head
    zone = case.tail if case.tail.type == HOSTED_ZONE else None
    known = [record for record in records(view) if record.owner == case.tail or zone and _held(view, record, zone)]
    found = [record for record in known if _aimed(view, record) == _domain(head)]
    if found:
        yield from view.complete(_leads(view, record, zone, head) for record in found)
        yield from (piece for record in found for piece in _zoned(view, record, head) if isinstance(piece, Missing))
        yield from _single(view)
    else:
        yield Missing(at(case.tail), f"nenhum registro leva a `{head.id}`",
                      f"crie um `{RECORD_SET}` com `AliasTarget: {{DNSName: !GetAtt {head.id}.{_domain(head).partition('.')[2][:-1]}}}`")


def _leads(view: View, record: Record, zone: Resource | None, target: Resource) -> Iterator[Evidence]:
    """O registro é da zona, responde sempre e leva ao destino, que atende por esse nome."""
    yield Found(record.at("AliasTarget", "DNSName"), f"o nome leva a `{target.id}`")
    yield from _held(view, record, zone) if zone else ()
    yield from _within(view, record, zone) if zone else ()
    yield from _answered(view, record)
    yield from _alias(view, record, target)
    if target.type == DISTRIBUTION:
        yield from enabled(view, target)
        yield from _attends(view, record, target)


def _aimed(view: View, record: Record) -> str:
    target = view.inside(record.item, "AliasTarget", "DNSName")
    return str(target.value).removeprefix("dualstack.") if target else ""


def _held(view: View, record: Record, zone: Resource) -> list[Found]:
    """As linhas que põem o registro na zona: o id dela, ou o nome, se só ela o tem."""
    written = record.placed(view, "HostedZoneId")
    if written and view.points(written.value, HOSTED_ZONE) == zone:
        return [Found(written.path, f"`{record.id}` é desta zona")]
    named = record.placed(view, "HostedZoneName")
    name = _name(view, zone)
    if written or named is None or not name or _plain(named.value) != name:
        return []
    if [other for other in view.of_type(HOSTED_ZONE) if _name(view, other) in (name, "")] != [zone]:
        return []
    return [Found(named.path, f"`{record.id}` é da zona com este nome"), Found(at(zone, "Name"), f"o nome de `{zone.id}`")]


def _name(view: View, resource: Resource) -> str:
    return _plain(view.value(resource, "Name"))


def _called(view: View, record: Record) -> str:
    named = view.inside(record.item, "Name")
    return _plain(named.value) if named else ""


def _plain(value: object) -> str:
    """Um nome de domínio como se compara; vazio quando não se conhece."""
    return value.rstrip(".").lower() if isinstance(value, str) else ""


def _within(view: View, record: Record, zone: Resource) -> Iterator[Evidence]:
    name, domain = _called(view, record), _name(view, zone)
    if name and domain and f".{name}".endswith(f".{domain}"):
        yield Found(record.at("Name"), "este nome")
        yield Found(at(zone, "Name"), f"é do domínio de `{zone.id}`")
    else:
        yield Missing(record.at("Name"), f"o nome de `{record.id}` não é do domínio de `{zone.id}`",
                      "escreva em `Name` o domínio da zona, ou um nome dentro dele")


def _answered(view: View, record: Record) -> Iterator[Missing]:
    """O defeito de um registro que só responde quando os outros do mesmo nome falham, ou nunca."""
    weight, failover = view.inside(record.item, "Weight"), view.inside(record.item, "Failover")
    if weight and not whole(weight.value):
        yield Missing(weight.path, f"`{record.id}` tem peso zero, ou que não se conhece, e pode nunca responder", "use `Weight` de 1 ou mais")
    if failover and failover.value != "PRIMARY":
        yield Missing(failover.path, f"`{record.id}` só responde quando o principal falha", "use `Failover: PRIMARY`")


def _single(view: View) -> Iterator[Missing]:
    """O defeito de dois registros simples do mesmo nome e tipo: o Route 53 recusa o segundo."""
    seen: dict[tuple[object, ...], Record] = {}
    for record in records(view):
        zone, kind, name = (record.placed(view, "HostedZoneId"), view.inside(record.item, "Type"), _called(view, record))
        key = (zone and zone.value, kind and kind.value, name)
        if view.inside(record.item, "SetIdentifier") is None and seen.setdefault(key, record) != record and name:
            yield Missing(record.at("Name"), f"`{record.id}` repete o nome e o tipo de outro registro", "tire um deles, ou diga `SetIdentifier`")


def _attends(view: View, record: Record, distribution: Resource) -> Iterator[Evidence]:
    """A distribuição atende pelo nome do registro; por outro, o CloudFront responde com erro."""
    name = _called(view, record)
    for item in view.items(distribution, CONFIG, "Aliases"):
        alias = _plain(item.value)
        if name and (alias == name or alias.startswith("*.") and name.endswith(alias[1:])):
            yield Found(item.path, f"`{distribution.id}` atende por este nome")
            return
    yield Missing(at(distribution, CONFIG), f"`{distribution.id}` não atende pelo nome de `{record.id}`",
                  f"ponha em `Aliases` o mesmo nome de `{record.id}`, e um certificado dele em `ViewerCertificate`")


def _domain(target: Resource) -> str:
    return f"${{{target.id}.{'DNSName' if target.type == BALANCER else 'DomainName'}}}"


def _alias(view: View, record: Record, target: Resource) -> Iterator[Evidence]:
    kind = view.inside(record.item, "Type")
    if kind and kind.value == "A":
        yield Found(kind.path, "responde com um endereço IPv4")
    else:
        yield Missing(record.at("Type"), f"`{record.id}` não é do tipo `A`", "escreva `Type: A`")
    yield from _zoned(view, record, target)


def _zoned(view: View, record: Record, target: Resource) -> Iterator[Evidence]:
    health = view.inside(record.item, "AliasTarget", "EvaluateTargetHealth")
    if health and target.type == DISTRIBUTION and str(health.value).lower() != "false":
        yield Missing(health.path, "o Route 53 não avalia a saúde de uma distribuição, e recusa o registro", "use `EvaluateTargetHealth: false`")
    zone = view.inside(record.item, "AliasTarget", "HostedZoneId")
    wanted = f"${{{target.id}.CanonicalHostedZoneID}}" if target.type == BALANCER else CLOUDFRONT_ZONE
    if zone and zone.value == wanted:
        yield Found(zone.path, "a zona do destino")
    else:
        shown = f"!GetAtt {target.id}.CanonicalHostedZoneID" if target.type == BALANCER else CLOUDFRONT_ZONE
        yield Missing(record.at("AliasTarget"), f"a zona do destino de `{record.id}` não é a de `{target.id}`",
                      f"escreva `HostedZoneId: {shown}`")
