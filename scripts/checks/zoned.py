"""Em quantas zonas a página diz que está cada coisa, e o template a põe noutras: o banco, os discos, as instâncias, as sub-redes.

Uma frase fala de quem ela cita por último antes das zonas; sem ninguém, dos recursos da linha da tabela, ou do alto da coluna.
O banco está em duas zonas quando tem Multi-AZ: as sub-redes dele só dizem onde pode ficar.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.aws.types import BALANCER, DATABASE, INSTANCE, NAT_GATEWAY, SCALING_GROUP, SUBNET, VOLUME
from scripts.base.findings import Finding
from scripts.base.wording import NUMBERS
from scripts.checks.qualities import DENIED, ELSEWHERE, PIECE, SUPPOSED, Sentence
from scripts.page.architecture import Page
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL, Unknown

CODE = "zonas-diferentes"
ZONES = re.compile(r"\b(?:(?P<one>(?:n|d)a mesma zona|(?:em uma|numa) (?:só |única )?zona|em zona única)|(?P<many>"
                   r"zonas (?:diferentes|distintas|separadas)|(?:em|n[ao]s|d[ao]s) (?P<count>duas|três|quatro|\d) zonas"
                   r"|(?:um[ao] em|em) cada zona|(?:em|n[ao]s) várias zonas))\b", re.IGNORECASE)
NOUNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple((re.compile(text, re.IGNORECASE), kinds) for text, kinds in (
    (r"\bvolumes?\b|\bEBS\b|\bdiscos?\b", (VOLUME,)), (r"\bbancos?\b|\bRDS\b", (DATABASE,)),
    (r"\binstâncias?\b|\bservidor(?:es)?\b|\bmáquinas?\b|\bEC2\b|\bAuto Scaling\b", (INSTANCE, SCALING_GROUP)),
    (r"\bbalanceador(?:es)?\b|\bALB\b", (BALANCER,)), (r"\bNATs?\b", (NAT_GATEWAY,)),
    (r"\bsub-redes?\b|\bS3\b|\bobjetos?\b|\bbuckets?\b|\bsnapshots?\b|\bregião\b|\bendpoints?\b|\bgrupo\b"
     r"|\bréplica\b|\bcluster\b|\bespera\b|\bVPC\b", ()),
))
"""De cada nome, os tipos de que se fala; do último, nada se confere."""


def check(page: Page, views: Views, said: Iterable[Sentence]) -> Iterator[Finding]:
    """Um achado por frase que põe um recurso em mais zonas, ou em menos, do que o template; `said` são as da página, de `qualities`."""
    previous, where = "", 0
    for who, line, text, names, about in said:
        earlier, previous, where = previous if line == where else "", text, line
        found = ZONES.search(text) if "zona" in text else None
        if found is None or SUPPOSED.search(text) or about is not None and ELSEWHERE.search(text):
            continue
        before = text[:found.start()]
        told = _count(found, bool(DENIED.search(PIECE.split(before)[-1])))
        for view in views.each:
            owners = _owners(view, before, names, about or earlier)
            zones = _zones(view, owners)
            if told and zones and (zones != 1 if told == 1 else zones == 1 or found["count"] and zones != told):
                first = owners[0]
                yield Finding(page.path, line, CODE, f"{who} diz “{text[:found.end()].strip()}”, e `{first.id}` está em {_shown(zones)} "
                                                     f"(`{view.template.path}`, linha {first.line}); iguale os dois.")
                break


def _count(found: re.Match[str], denied: bool) -> int:
    """Em quantas zonas se diz que está: 1, ou mais; 0, quando a negação não diz em quantas."""
    one = bool(found["one"])
    if denied:
        return 2 if one else 1
    return 1 if one else NUMBERS.get((found["count"] or "").lower(), int(found["count"]) if (found["count"] or "").isdecimal() else 2)


def _owners(view: View, before: str, names: frozenset[str], about: str | None) -> list[Resource]:
    """De quem se fala: o último nome antes das zonas, os recursos da linha, o alto da coluna ou a frase anterior; nenhum, quando não se sabe."""
    kinds = _last(before)
    if kinds is None and names:
        return [view.resources[name] for name in sorted(names) if name in view.resources]
    if kinds is None and about:
        kinds = _last(about)
    return [each for each in view.of_type(*kinds)] if kinds else []


def _last(text: str) -> tuple[str, ...] | None:
    named = [(max(match.end() for match in found), kinds) for pattern, kinds in NOUNS if (found := list(pattern.finditer(text)))]
    return max(named)[1] if named else None


def _zones(view: View, owners: Iterable[Resource]) -> int:
    """Em quantas zonas estão, juntos; 0, quando não se sabe."""
    zones: set[str] = set()
    twice = 0
    net = network_of(view)
    for owner in owners:
        if owner.type == DATABASE:
            several = view.value(owner, "MultiAZ")
            if isinstance(several, Unknown):
                return 0
            twice = max(twice, 2 if true(several) else 1)
        elif owner.type in (SUBNET, VOLUME):
            zones.add(_written(view, view.value(owner, "AvailabilityZone")))
        else:
            home = home_of(net, owner)
            zones.update(str(subnet.zone) for subnet in (home.known_subnets(net) if home else ()))
    return max(len(zones), twice)


def _written(view: View, zone: object) -> str:
    """A zona como a sub-rede a escreve, quando se diz “a da sub-rede”."""
    symbol = SYMBOL.fullmatch(str(zone))
    owner = view.resources.get(symbol[1]) if symbol else None
    return str(view.value(owner, "AvailabilityZone") if owner and owner.type == SUBNET else zone)


def _shown(zones: int) -> str:
    return "uma zona só" if zones == 1 else f"{zones} zonas"
