"""O que o filtro de uma ligação deixa passar de uma fila ou de um fluxo: o que ele pede, quem manda precisa mandar.

A Lambda apaga da fila a mensagem que não casa. O que o programa de quem manda nunca escreve não casa nunca.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from scripts.aws.catalog import ARN
from scripts.aws.types import BUCKET, EVENT_RULE, EVENT_SOURCE_MAPPING, QUEUE, SCHEDULE, TOPIC
from scripts.checks.programs import Effect, code, writes
from scripts.proofs.evidence import at
from scripts.proofs.facts.code import nodes
from scripts.proofs.facts.filters import patterns
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

MESSAGE = ("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody", "eventSource", "eventSourceARN", "awsRegion")
"""https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
CHANGE = ("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN", "userIdentity", "tableName")
"""https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
HAPPENED = ("INSERT", "MODIFY", "REMOVE")
SERVICES = (BUCKET, TOPIC, EVENT_RULE, SCHEDULE, EVENT_SOURCE_MAPPING)
"""Quem também manda a uma fila, e não é um programa: o que a mensagem deles traz não está no template."""
TYPED = ("S", "N", "B", "BOOL", "L", "M", "NULL", "SS", "NS", "BS", "Keys", "NewImage", "OldImage")


def sifted_out(view: View, mapping: Resource) -> Iterator[Effect]:
    """Um filtro que nenhuma mensagem cumpre; do que um serviço manda, só se julga a forma."""
    queue = view.points(view.at(mapping, "EventSourceArn"), QUEUE, by=(ARN,))
    stream = ".StreamArn" in str(view.value(mapping, "EventSourceArn"))
    known, inner = (MESSAGE, ("body", "messageAttributes")) if queue else (CHANGE, ("dynamodb",)) if stream else ((), ())
    sources = code(view) if not queue or not _served(view, queue, mapping) else []
    for pattern in patterns(view, mapping) if known else ():
        if isinstance(pattern, dict):
            reason = _shapeless(pattern, known) or _unsent(sources, {name: pattern.get(name) for name in inner})
            if reason:
                yield at(mapping, "FilterCriteria"), (
                    f"o filtro de `{mapping.id}` não deixa passar nada: {reason}; a Lambda apaga o que não casa. Use o que quem manda escreve, ou "
                    "tire `FilterCriteria`.")


def _served(view: View, queue: Resource, mapping: Resource) -> bool:
    return any(queue.id in other.references for other in view.of_type(*SERVICES) if other.id != mapping.id)


def _shapeless(pattern: dict[str, Any], known: tuple[str, ...]) -> str:
    strange = next((name for name in pattern if name not in known and not name.startswith("$")), "")
    if strange:
        return f"o que a Lambda recebe não tem `{strange}`"
    named = pattern.get("eventName") if known is CHANGE else None
    said = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return f"não há o evento `{said[0]}`" if said and not set(said) & set(HAPPENED) else ""


def _unsent(sources: list[str], asked: dict[str, Any]) -> str:
    """O campo que nenhum programa escreve, ou de que nenhum escreve o valor."""
    for field, values in fields(asked) if sources else ():
        if not any(writes(source, field) for source in sources):
            return f"nenhum programa do template escreve `{field}`"
        texts = [value for value in values if isinstance(value, str)]
        if texts and len(texts) == len(values) and not any(text in _constants(source) for source in sources for text in texts):
            return f"nenhum programa do template escreve `{texts[0]}` em `{field}`"
    return ""


def fields(node: Any, name: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Cada campo que o filtro olha, com o que ele pode valer; os nomes dos tipos não são campos."""
    for key, value in node.items() if isinstance(node, dict) else ():
        known = name if key in TYPED or key in ("stringValue", "binaryValue", "dataType") else key
        if isinstance(value, list) and known:
            yield known, value
        yield from fields(value, known)


def _constants(source: str) -> frozenset[str]:
    """Os textos fixos do programa; de um que não é Python, o texto dele, que contém o que se procura."""
    every = nodes(source)
    return frozenset(node.value for node in every if isinstance(node, ast.Constant) and isinstance(node.value, str)) if every else frozenset({source})
