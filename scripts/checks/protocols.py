"""A porta e o protocolo que a página diz de um trecho, e o template dá outro: o que entra num componente, e o que um manda a outro.

Uma frase fala do componente em que ela diz que se entra, ou dos que ela cita; sem nenhum, a porta tem de estar no template ou num comando da página.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.aws.types import BALANCER, DATABASE, DISTRIBUTION, INSTANCE, SCALING_GROUP, SECURITY_GROUP, TARGET_GROUP, VPC_ORIGIN
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, plain
from scripts.checks.mentions import mentioned
from scripts.checks.qualities import ELSEWHERE, SUPPOSED
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.arrows.database import listening
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.listeners import listeners_of
from scripts.proofs.network.origins import SPOKEN as BY_POLICY
from scripts.proofs.network.security_groups import rules_of
from scripts.proofs.network.topology import network_of

CODE = "trecho-diferente"
PORT = re.compile(r"\bportas? (\d{2,5})\b")
FROM = re.compile(r"\bd[oa]s? $")
RECEIVES = re.compile(r"\b(?:aceita|recebe|ouve|atende|escuta|entra)m?\b")
INTO = re.compile(r"\b(?:a|ao|aos|as|n[ao]s?) $")
SPOKEN = re.compile(r"\b(https?|tls)\b")
DENYING = re.compile(r"\b(?:nao|nem|nunca|sem|nenhum\w*)\b")
PLAIN, SECURE = "HTTP", "HTTPS"
Range = tuple[int, int]


def check(page: Page, diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Um achado por porta em que ninguém de quem a frase fala recebe, e por trecho que o template faz com outro protocolo."""
    rows = {row.line: tuple(row.resources) for row in page.rows}
    for line, _, block in page.spoken:
        lowered = block.lower()
        for clause in CLAUSE.split(block) if "porta" in lowered or "http" in lowered or "tls" in lowered else ():
            if not SUPPOSED.search(clause):
                for reason in (*_ports(diagram, views, clause, page, rows.get(line, ())), *_hops(diagram, views, clause)):
                    yield Finding(page.path, line, CODE, f"A página {reason}")


def _ports(diagram: Diagram, views: Views, clause: str, page: Page, own: tuple[str, ...]) -> Iterator[str]:
    """A porta em que se diz que alguém recebe; na tabela, sem outro antes, é quem está na linha, `own`."""
    text = plain(clause)
    for match in PORT.finditer(text):
        start = max(text.rfind(sign, 0, max(0, match.start() - 6)) for sign in ",;:(") + 1
        if DENYING.search(text[start:match.start()]):
            continue
        marks = [mark for mark in mentioned(diagram, views, text[:match.start()]) if not FROM.search(text[:mark[0]])]
        into = [names for begin, end, names in marks[-1:] if INTO.search(text[:begin]) and len(text[end:match.start()].split()) < 2]
        names = frozenset().union(*(into or [names for _, _, names in marks]))
        owners = [diagram.elements[name].resources for name in names] or [own] * bool(RECEIVES.search(text[:match.start()]))
        known = [each for view in views.each for resources in owners for each in _open(view, resources)]
        port = int(match[1])
        if known and not any(first <= port <= last for first, last in known):
            told = ", ".join(sorted({str(first) if first == last else f"{first} a {last}" for first, last in known}))
            yield f"diz “{match[0]}”, e o que ela cita recebe em {told}: iguale os dois."
        elif not known and not _used(page, views, match[1]):
            yield f"diz “{match[0]}”, e nada no template nem nos comandos dela usa essa porta; acerte-a."


def _used(page: Page, views: Views, port: str) -> bool:
    """Algum comando da página, ou o template, traz este número."""
    return any(port in re.findall(r"\d{2,5}", command.text) for command in commands(page)) or port in re.findall(r"\b\d{2,5}\b", views.template.text)


def _open(view: View, resources: Iterable[str]) -> list[Range]:
    """As portas em que estes recursos recebem: as dos grupos de segurança, as dos ouvintes e a do banco."""
    net, found = network_of(view), []
    for resource in (view.resources[name] for name in resources if name in view.resources):
        home = home_of(net, resource)
        groups = (resource.id,) if resource.type == SECURITY_GROUP else home.known_groups if home else ()
        rules = [rule for group in groups for rule in rules_of(net, group, True) or ()]
        found += [rule.ports for rule in rules if rule.ports]
        found += [(port, port) for port in listeners_of(net, resource)] if resource.type == BALANCER else []
        if resource.type == DATABASE and (port := listening(net, resource)[0]):
            found.append((port, port))
    return found


def _hops(diagram: Diagram, views: Views, clause: str) -> Iterator[str]:
    """Entre dois componentes ligados por uma seta, o protocolo que se diz é o do trecho."""
    text = plain(clause)
    said = {SECURE if word != "http" else PLAIN for word in SPOKEN.findall(text)}
    marks = list(dict.fromkeys(names for _, _, names in mentioned(diagram, views, text))) if len(said) == 1 else []
    spoken = SPOKEN.search(text)
    if len(marks) != 2 or not spoken or DENYING.search(text[:spoken.start()]) or ELSEWHERE.search(clause):
        return
    tails, heads = marks
    ends = {(edge.tail, edge.head) for edge in diagram.edges}
    pairs = [pair for one in tails for other in heads for pair in ((one, other), (other, one)) if pair in ends]
    for view in views.each:
        known = {protocol for tail, head in pairs for protocol in _spoken(view, diagram.elements[tail].resources, diagram.elements[head].resources)}
        if known and not known & said:
            yield f"diz {said.pop()} entre `{pairs[0][0]}` e `{pairs[0][1]}`, e o template faz esse trecho por {known.pop()}: iguale os dois."
            return


def _spoken(view: View, tails: Iterable[str], heads: Iterable[str]) -> set[str]:
    """O protocolo com que um fala com o outro; vazio quando não se sabe."""
    first, second = ([view.resources[name] for name in names if name in view.resources] for names in (tails, heads))
    if any(resource.type == BALANCER for resource in second) and any(resource.type == DISTRIBUTION for resource in first):
        origins = [item for each in view.of_type(DISTRIBUTION) for item in view.items(each, "DistributionConfig", "Origins")]
        told = [view.inside(item, "CustomOriginConfig", "OriginProtocolPolicy") for item in origins]
        told += [view.at(each, "VpcOriginEndpointConfig", "OriginProtocolPolicy") for each in view.of_type(VPC_ORIGIN)]
        return {BY_POLICY[str(item.value)][1] for item in told if item and str(item.value) in BY_POLICY}
    if any(resource.type == BALANCER for resource in first) and any(resource.type in (INSTANCE, SCALING_GROUP) for resource in second):
        return {str(view.value(each, "Protocol")).upper() for each in view.of_type(TARGET_GROUP)} & {PLAIN, SECURE}
    return set()
