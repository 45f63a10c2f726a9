"""Onde a página diz que cada coisa está, e a figura a põe noutro lugar: dentro ou fora de uma rede, de uma sub-rede, de uma zona.

O que a figura contém já se provou no template. Uma frase fala do componente que ela cita por último antes do lugar, pelo rótulo ou pelo nome do
tipo; sem nenhum, do da linha da tabela. Do que seria, ou de outro desenho, não se confere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scripts.aws.types import BALANCER, BUCKET, DATABASE, FUNCTION, INSTANCE, NAT_GATEWAY, QUEUE, SCALING_GROUP, TABLE, VOLUME
from scripts.base.diagram import Diagram, Group, Node
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, plain
from scripts.checks.picture import FILE
from scripts.checks.qualities import ELSEWHERE, SUPPOSED, outward
from scripts.page.architecture import Page
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import Subnet, network_of

CODE = "lugar-diferente"
NOUNS = {
    "bancos?": (DATABASE,), "rds": (DATABASE,), "instancias?": (INSTANCE, SCALING_GROUP), "servidor(?:es)?": (INSTANCE, SCALING_GROUP),
    "aplicac(?:ao|oes)": (INSTANCE, SCALING_GROUP), "balanceador(?:es)?": (BALANCER,), "nats?": (NAT_GATEWAY,), "volumes?": (VOLUME,),
    "func(?:ao|oes)": (FUNCTION,), "buckets?": (BUCKET,), "filas?": (QUEUE,), "tabelas?": (TABLE,), "s3": (BUCKET,), "lambda": (FUNCTION,),
}
"""De cada nome, sem acentos, os tipos de que se fala."""
NOUN = re.compile("|".join(rf"(?P<n{index}>\b{noun}\b)" for index, noun in enumerate(NOUNS)))
LIVES = r"(?:fica|roda|esta|vive|mora|nasce|executa)m?|estao"
PLACED = re.compile(r"\bnel[ae]|\b(?:dentro|fora) del[ae]|\babriga |\bonde ")
HERE = re.compile(rf"\b(?P<denied>nao (?:\w+ )?)?(?:{LIVES})\b(?: \w+){{0,2}}? (?P<where>dentro d|fora d|n)el[ae]s?\b")
HELD = re.compile(r"\babriga (?:so |apenas )?(?P<what>[^.;:]+)")
WHOSE = re.compile(rf"\bonde (?P<what>[^.;:]*?) (?:pode(?:m)? )?(?:{LIVES}|ficar|rodar|estar|viver)\b")
NAMED = rf"(?P<verb>\b(?P<denied>nao (?:\w+ )?)?(?:{LIVES})\b(?: \w+){{0,2}}? )?,? ?\b(?P<where>dentro d|fora d|n|em |d)[ao]?s? ?"
LEVEL = re.compile(rf"\b(?P<denied>nao (?:\w+ )?)?(?:{LIVES}) n?[ao]?s? ?(?:em )?sub-redes? (?P<kind>publica|privada)s?\b")
Marks = list[tuple[int, int, frozenset[str]]]
"""Onde, num texto sem acentos, começa e acaba cada nome, e os componentes de que ele pode falar."""


def check(page: Page, diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Um achado por frase que põe um componente onde a figura não o põe, ou numa sub-rede que não é como ela diz."""
    for row in page.rows:
        for clause in (clause for cell in row.cells[1:-1] for clause in CLAUSE.split(cell) if not _aside(clause)):
            text, group = plain(clause), diagram.elements.get(row.node_id)
            placed = isinstance(group, Group) and PLACED.search(text)
            found = list(_inside(diagram, views, group, text)) if placed else []
            yield from (Finding(page.path, row.line, CODE, f"A linha de `{row.node_id}` {reason}") for reason in found)
            found = [reason for view in views.each[:1] for reason in _levelled(view, row.node_id, row.resources, text)]
            yield from (Finding(page.path, row.line, CODE, reason) for reason in found)
    told = [(f"O passo {step.number}", step.line, step.text) for step in page.steps]
    told += [("O texto da figura", image.line, image.text) for image in page.images if image.target.removeprefix("./") == FILE]
    for who, line, said in told:
        for clause in re.split(r"(?<=[.;:!?])\s+", said):
            text = plain(clause)
            yield from (Finding(page.path, line, CODE, f"{who} {reason}") for reason in _beside(diagram, views, text))


def _aside(clause: str) -> bool:
    return bool(SUPPOSED.search(clause) or ELSEWHERE.search(clause))


def _marks(diagram: Diagram, views: Views, text: str) -> Marks:
    """Os nomes do texto: os rótulos inteiros primeiro, depois os nomes de tipo que não estão dentro de um."""
    found: Marks = []
    for node in sorted(diagram.nodes, key=lambda node: -len(node.label)):
        label = plain(node.label)
        for match in re.finditer(rf"\b{re.escape(label)}\b", text) if label and label in text else ():
            if not any(start < match.end() and match.start() < end for start, end, _ in found):
                alike = frozenset(other.id for other in diagram.nodes if plain(other.label) == label)
                found.append((match.start(), match.end(), alike))
    for match in NOUN.finditer(text):
        kinds = list(NOUNS.values())[int(str(match.lastgroup)[1:])]
        owners = frozenset(node.id for node in diagram.nodes if _typed(node, views, kinds))
        if owners and not any(start < match.end() and match.start() < end for start, end, _ in found):
            found.append((match.start(), match.end(), owners))
    return sorted(found)


def _typed(node: Node, views: Views, kinds: Iterable[str]) -> bool:
    known = views.template.resources
    return any(name in known and known[name].type in kinds for name in node.resources)


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
    marks = _marks(diagram, views, text)
    for match in HERE.finditer(text):
        outside = match["where"].startswith("fora") != bool(match["denied"])
        begun = max((text.rfind(sign, 0, match.start()) for sign in ".;:"), default=-1)
        yield from _wrong(diagram, views, group, [mark for mark in marks if begun < mark[0] < match.start()], outside)
    for pattern in (HELD, WHOSE):
        for match in pattern.finditer(text):
            yield from _wrong(diagram, views, group, [mark for mark in marks if match.start("what") <= mark[0] < match.end("what")], False)


def _wrong(diagram: Diagram, views: Views, group: Group, marks: Marks, outside: bool) -> Iterator[str]:
    for _, _, names in marks:
        if any(_within(diagram, views, name, group) for name in names) == outside:
            yield f"diz que {_told(names)} fica {'fora' if outside else 'dentro'} dela, e {_seen(outside)}"


def _beside(diagram: Diagram, views: Views, text: str) -> Iterator[str]:
    """O componente seguido do lugar: “no RDS, em sub-redes de dados”."""
    marks: Marks | None = None
    for group in diagram.groups:
        words = [word.removesuffix("s") for word in plain(group.label).split()]
        for match in _named(tuple(words)).finditer(text) if words and all(word in text for word in words) else ():
            marks = _marks(diagram, views, text) if marks is None else marks
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


def _levelled(view: View, name: str, resources: Iterable[str], text: str) -> Iterator[str]:
    """As sub-redes em que o componente da linha vive são como ela diz: públicas, ou privadas."""
    for match in LEVEL.finditer(text):
        subnets = [subnet.resource for subnet in _homes(view, resources)]
        known = {outward(view, subnet) for subnet in subnets} - {None}
        said = (match["kind"] == "publica") != bool(match["denied"])
        if known and said not in known:
            yield (f"A linha de `{name}` diz que ele fica em sub-redes {'públicas' if said else 'privadas'}, e `{subnets[0].id}` é "
                   f"{'privada' if said else 'pública'} (`{view.template.path}`, linha {subnets[0].line}); iguale os dois.")
