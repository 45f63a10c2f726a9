"""Onde a página diz que cada coisa está, e a figura a põe noutro lugar: dentro ou fora de uma rede, de uma sub-rede, de uma zona.

O que a figura contém já se provou no template. Uma frase fala do componente que ela cita por último antes do lugar, pelo rótulo ou pelo nome do
tipo; sem nenhum, do da linha da tabela. Do que seria, ou de outro desenho, não se confere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scripts.base.diagram import Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, plain
from scripts.checks.mentions import Marks, mentioned
from scripts.checks.picture import FILE
from scripts.checks.qualities import ELSEWHERE, SUPPOSED, outward
from scripts.page.architecture import Page
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import Subnet, network_of

CODE = "lugar-diferente"
LIVES = r"(?:fica|roda|esta|vive|mora|nasce|executa)m?|estao"
PLACED = re.compile(r"\bnel[ae]|\b(?:dentro|fora) del[ae]|\baqui\b|\babriga |\bonde |\b(?:zona|sub-rede)s?\b")
HERE = re.compile(rf"\b(?P<denied>nao (?:\w+ )?)?(?:{LIVES})\b(?: \w+){{0,2}}? (?:(?P<where>dentro d|fora d|n)el[ae]s?|aqui)\b")
OWNED = re.compile(r"^(?:[oa]s? )?(?:zonas?(?: de disponibilidade)?|sub-redes?(?: (?:publica|privada)s?)?)(?P<what> d[oa]s? [^.;:]+)")
OF, EVERY = re.compile(r"\bd[oa]s? $"), re.compile(r"\b(?:dois|duas|ambos|ambas|tod[oa]s [oa]s)\s$")
HELD = re.compile(r"\babriga (?:so |apenas )?(?P<what>[^.;:]+)")
WHOSE = re.compile(rf"\bonde (?P<what>[^.;:]*?) (?:pode(?:m)? )?(?:{LIVES}|ficar|rodar|estar|viver)\b")
NAMED = rf"(?P<verb>\b(?P<denied>nao (?:\w+ )?)?(?:{LIVES})\b(?: \w+){{0,2}}? )?,? ?\b(?P<where>dentro d|fora d|n|em |d)[ao]?s? ?"
SUBNETS = re.compile(r"\b(?:n[ao]s?|em)(?: uma)? (?:sub-redes? (?:(?P<kind>publica|privada)s?|(?:de|d[ao]s?) (?P<of>[\w-]+))|(?P<vpc>vpc))\b")
ROUTED = re.compile(r"\bsub-redes? (?:de |d[ao]s? )?(?P<of>[\w-]+)\b(?P<between>(?: \w+){0,2}? (?:tem|saem?|usam?|alcancam?|chegam?)\b"
                    r"(?: \w+){0,6}? )(?P<by>nat|internet gateway)\b")
DENYING = re.compile(r"\b(?:nao|nem|fora|sem|outr[oa]s?)\b")


def check(page: Page, diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Um achado por frase que põe um componente onde a figura não o põe, ou numa sub-rede que não é como ela diz."""
    for row in page.rows:
        for clause in (clause for cell in row.cells[1:-1] for clause in CLAUSE.split(cell) if not SUPPOSED.search(clause)):
            text, group = plain(clause), diagram.elements.get(row.node_id)
            placed = isinstance(group, Group) and PLACED.search(text)
            found = list(_inside(diagram, views, group, text)) if placed else []
            yield from (Finding(page.path, row.line, CODE, f"A linha de `{row.node_id}` {reason}") for reason in found)
            found = list(_housed(diagram, views, text, row.node_id)) if isinstance(group, Node) else []
            yield from (Finding(page.path, row.line, CODE, f"A linha de `{row.node_id}` {reason}") for reason in found)
    for line, _, block in page.spoken:
        found = [reason for clause in CLAUSE.split(block) if "rede" in clause for reason in _routed(diagram, views, clause)]
        yield from (Finding(page.path, line, CODE, f"A página {reason}") for reason in found)
    told = [(f"O passo {step.number}", step.line, step.text) for step in page.steps]
    told += [("O texto da figura", image.line, image.text) for image in page.images if image.target.removeprefix("./") == FILE]
    for who, line, said in told:
        for clause in CLAUSE.split(said):
            text = plain(clause)
            found = list(_beside(diagram, views, text)) or list(_housed(diagram, views, text))
            yield from (Finding(page.path, line, CODE, f"{who} {reason}") for reason in found)


def _words(group: Group) -> list[str]:
    """As palavras do rótulo do grupo, no singular."""
    return [word.removesuffix("s") for word in plain(group.label).split()]


def _within(diagram: Diagram, views: Views, name: str, group: Group) -> bool:
    """A figura o desenha no grupo, ou ele vive também na sub-rede do grupo, e a figura o desenha em volta de todas."""
    node = diagram.elements[name]
    return group in diagram.ancestors(node) or any(
        subnet.resource.id in group.resources for view in views.each[:1] for subnet in _homes(view, node.resources))


def _homes(view: View, resources: Iterable[str]) -> list[Subnet]:
    net = network_of(view)
    homes = [home_of(net, view.resources[each]) for each in resources if each in view.resources]
    return [subnet for home in homes if home for subnet in home.known_subnets(net)]


def _inside(diagram: Diagram, views: Views, group: Group, text: str) -> Iterator[str]:
    """O que a linha de um grupo diz que está nele, ou fora dele."""
    marks = mentioned(diagram, views, text)
    for match in HERE.finditer(text):
        outside = (match["where"] or "n").startswith("fora") != bool(match["denied"])
        begun = max((text.rfind(sign, 0, match.start()) for sign in ".;:"), default=-1)
        said = [mark for mark in marks if begun < mark[0] < match.start()]
        every = [(0, 0, frozenset((name,))) for start, _, names in said if EVERY.search(text[:start]) for name in names]
        yield from _wrong(diagram, views, group, [*said, *every], outside)
    for pattern in (HELD, WHOSE):
        for match in pattern.finditer(text):
            yield from _wrong(diagram, views, group, [mark for mark in marks if match.start("what") <= mark[0] < match.end("what")], False)
    owned = [mark for match in OWNED.finditer(text) for mark in marks if match.start("what") <= mark[0] < match.end("what")]
    yield from _wrong(diagram, views, group, [mark for mark in owned if OF.search(text[:mark[0]])], False)


def _wrong(diagram: Diagram, views: Views, group: Group, marks: Marks, outside: bool) -> Iterator[str]:
    for _, _, names in marks:
        if any(_within(diagram, views, name, group) for name in names) == outside:
            yield f"diz que {_told(names)} fica {'fora' if outside else 'dentro'} dela, e {_seen(outside)}"


def _beside(diagram: Diagram, views: Views, text: str) -> Iterator[str]:
    """O componente seguido do lugar: “no RDS, em sub-redes de dados”."""
    marks: Marks | None = None
    for group in diagram.groups:
        words = _words(group)
        for match in _named(tuple(words)).finditer(text) if words and all(word in text for word in words) else ():
            marks = mentioned(diagram, views, text) if marks is None else marks
            near = [mark for mark in marks if mark[1] <= match.start()][-1:]
            between = text[near[0][1]:match.start()].strip() if near else ""
            close = near and (between in ("", ",") or match["verb"] and " " not in between)
            alike = [other for other in diagram.groups if plain(other.label) == plain(group.label)]
            if not close or match["where"] == "d" and not match["verb"]:
                continue
            outside = match["where"].startswith("fora") != bool(match["denied"])
            if any(_within(diagram, views, each, other) for each in near[0][2] for other in alike) == outside:
                yield f"põe {_told(near[0][2])} {'fora' if outside else 'dentro'} de `{group.id}`, e {_seen(outside)}"


@lru_cache(maxsize=256)
def _named(words: tuple[str, ...]) -> re.Pattern[str]:
    """O lugar de nome assim, no singular ou no plural, com o que vem antes dele."""
    return re.compile(NAMED + " ".join(rf"{re.escape(word)}s?" for word in words) + r"\b")


def _told(names: Iterable[str]) -> str:
    return " ou ".join(f"`{name}`" for name in sorted(names))


def _seen(outside: bool) -> str:
    return f"na figura {'está dentro' if outside else 'não está'}: acerte a frase, ou a figura."


def _housed(diagram: Diagram, views: Views, text: str, row: str = "") -> Iterator[str]:
    """As sub-redes em que se diz que um componente vive são como a frase diz; na tabela, sem outro antes, é o da linha."""
    for match in SUBNETS.finditer(text):
        start = max(text.rfind(sign, 0, match.start()) for sign in ",;:.(") + 1
        near = [mark for mark in mentioned(diagram, views, text) if mark[1] <= match.start()][-1:]
        close = bool(near) and text[near[0][1]:match.start()].strip() in ("", ",")
        names = near[0][2] if near and (close or row) else frozenset((row,)) if row else frozenset()
        if not names or near and row and not close and near[0][0] < start or DENYING.search(text[start:match.start()]) or ELSEWHERE.search(
                text[start:match.start()]):
            continue
        if not any(_fits(diagram, views, name, match) for name in names):
            yield f"põe {_told(names)} em “{match[0]}”, e a figura e o template, não: acerte a frase, ou a figura."


def _fits(diagram: Diagram, views: Views, name: str, match: re.Match[str]) -> bool:
    """O componente vive onde se diz; de um lugar que a figura não tem, não se sabe, e serve."""
    node = diagram.elements[name]
    if match["kind"]:
        view = views.each[0]
        known = {outward(view, subnet.resource) for subnet in _homes(view, node.resources)} - {None}
        return (match["kind"] == "publica") in known if known else any("sub-rede" in group.kind for group in diagram.ancestors(node))
    word = match["of"].removesuffix("s") if match["of"] else "vpc"
    places = [group for group in diagram.groups if word in _words(group) and (match["vpc"] or "sub-rede" in group.kind)]
    return not places or any(_within(diagram, views, name, group) for group in places)


def _routed(diagram: Diagram, views: Views, clause: str) -> Iterator[str]:
    """Por onde se diz que as sub-redes de um grupo saem, elas têm rota."""
    text = plain(clause)
    for match in ROUTED.finditer(text) if not SUPPOSED.search(clause) and not ELSEWHERE.search(clause) else ():
        kind = "NatGatewayId" if match["by"] == "nat" else "GatewayId"
        word, net = match["of"].removesuffix("s"), network_of(views.each[0])
        named = {name for group in diagram.groups if "sub-rede" in group.kind and word in _words(group)
                 for name in group.resources if name in net.subnets}
        routes = [route for name in named for route in net.routes_of(net.subnets[name])]
        has = any(route.kind == kind for route in routes)
        if named and has == bool(DENYING.search(match["between"])):
            yield f"diz “{match[0]}”, e {'há' if has else 'não há'} rota assim em {_told(named)}: acerte a frase, ou o template."
