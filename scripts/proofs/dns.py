"""Regras do DNS: quem pergunta por um nome, e a que endereço ele leva."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.homes import BALANCER
from scripts.proofs.internet import outsider
from scripts.proofs.places import Placed, place
from scripts.proofs.rules import OUTSIDE, Case, Evidence, Found, Missing, at, rule
from scripts.resolution import Resolution
from scripts.template import Resource

ZONE = "AWS::Route53::HostedZone"
RECORD = "AWS::Route53::RecordSet"
DISTRIBUTION = "AWS::CloudFront::Distribution"
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""A zona de todas as distribuições, fixa na documentação do `AliasTarget`."""


@rule(OUTSIDE, ZONE)
def outside_asks_zone(case: Case) -> Iterator[Evidence]:
    """Quem está na internet pergunta por um nome à zona do Route 53.

    Uma zona pública responde a qualquer um, desde que tenha o registro e que o domínio tenha
    sido delegado a ela: a delegação se faz onde o domínio foi registrado, fora do template.

    - a zona sem `VPCs`, que a tornariam privada, e com o nome do domínio;
    - um registro nessa zona.

    Fonte: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/AboutHZWorkingWith.html
    """
    assert case.head
    values, zone = case.resolution, case.head
    yield from outsider(case)
    named = place(values, zone, "Name")
    if place(values, zone, "VPCs") is not None:
        yield Missing(at(zone, "VPCs"), f"`{zone.id}` é privada: só responde dentro das VPCs dela", "tire `VPCs`")
    if named:
        yield Found(named.path, "a zona responde por este domínio")
    else:
        yield Missing(at(zone), f"`{zone.id}` não diz de que domínio é", "escreva `Name`")
    found = [held for record in values.of_type(RECORD) if (held := _held(values, record, zone))]
    if found:
        yield Found(found[0].path, f"e tem o registro `{found[0].path[1]}`")
    else:
        yield Missing(at(zone), f"`{zone.id}` não tem nenhum registro", f"crie um `{RECORD}` com `HostedZoneId: !Ref {zone.id}`")


@rule((ZONE, RECORD), (BALANCER, DISTRIBUTION))
def name_leads_to_target(case: Case) -> Iterator[Evidence]:
    """Um nome do Route 53 leva a um balanceador ou a uma distribuição.

    Um registro de apelido (alias) acompanha o destino: se o endereço dele muda, o nome segue.

    - um registro do tipo `A` na zona;
    - `AliasTarget` com o nome DNS do destino e a zona do DNS dele.

    Fonte: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
    """
    assert case.tail and case.head
    values, head = case.resolution, case.head
    for record in [case.tail] if case.tail.type == RECORD else values.of_type(RECORD):
        held = _held(values, record, case.tail)
        target = place(values, record, "AliasTarget", "DNSName")
        if target is None or str(target.value).removeprefix("dualstack.") != _domain(head) or held is None and case.tail.type == ZONE:
            continue
        yield Found(target.path, f"o nome leva a `{head.id}`")
        yield from [Found(held.path, "o registro é desta zona")] if held else []
        yield from _alias(values, record, head)
        return
    yield Missing(at(case.tail), f"nenhum registro leva a `{head.id}`",
                  f"crie um `{RECORD}` com `AliasTarget: {{DNSName: !GetAtt {head.id}.{_domain(head).partition('.')[2][:-1]}}}`")


def _held(values: Resolution, record: Resource, zone: Resource) -> Placed | None:
    """A linha que põe o registro na zona."""
    written = place(values, record, "HostedZoneId")
    return written if written and values.resource(written.value) == zone else None


def _domain(target: Resource) -> str:
    return f"${{{target.id}.{'DNSName' if target.type == BALANCER else 'DomainName'}}}"


def _alias(values: Resolution, record: Resource, target: Resource) -> Iterator[Evidence]:
    kind, zone = place(values, record, "Type"), place(values, record, "AliasTarget", "HostedZoneId")
    wanted = f"${{{target.id}.CanonicalHostedZoneID}}" if target.type == BALANCER else CLOUDFRONT_ZONE
    if kind and kind.value == "A":
        yield Found(kind.path, "responde com um endereço IPv4")
    else:
        yield Missing(at(record, "Type"), f"`{record.id}` não é do tipo `A`", "escreva `Type: A`")
    if zone and zone.value == wanted:
        yield Found(zone.path, "a zona do destino")
    else:
        shown = f"!GetAtt {target.id}.CanonicalHostedZoneID" if target.type == BALANCER else CLOUDFRONT_ZONE
        yield Missing(at(record, "AliasTarget"), f"a zona do destino de `{record.id}` não é a de `{target.id}`",
                      f"escreva `HostedZoneId: {shown}`")
