"""De que componentes um texto da página fala, sem link: pelo rótulo inteiro, ou pelo nome do tipo."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.aws.types import BALANCER, BUCKET, DATABASE, FUNCTION, INSTANCE, NAT_GATEWAY, QUEUE, SCALING_GROUP, TABLE, VOLUME
from scripts.base.diagram import Diagram, Node
from scripts.base.wording import plain
from scripts.proofs.facts.views import Views

NOUNS = {
    "bancos?": (DATABASE,), "rds": (DATABASE,), "instancias?": (INSTANCE, SCALING_GROUP), "servidor(?:es)?": (INSTANCE, SCALING_GROUP),
    "aplicac(?:ao|oes)": (INSTANCE, SCALING_GROUP), "balanceador(?:es)?": (BALANCER,), "nats?": (NAT_GATEWAY,), "volumes?": (VOLUME,),
    "func(?:ao|oes)": (FUNCTION,), "buckets?": (BUCKET,), "filas?": (QUEUE,), "tabelas?": (TABLE,), "s3": (BUCKET,), "lambda": (FUNCTION,),
}
"""De cada nome, sem acentos, os tipos de que se fala."""
NOUN = re.compile("|".join(rf"(?P<n{index}>\b{noun}\b)" for index, noun in enumerate(NOUNS)))
Marks = list[tuple[int, int, frozenset[str]]]
"""Onde, num texto sem acentos, começa e acaba cada nome, e os componentes de que ele pode falar."""


def mentioned(diagram: Diagram, views: Views, text: str) -> Marks:
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
