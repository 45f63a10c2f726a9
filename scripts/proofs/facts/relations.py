"""As ligações que o template escreve de um recurso a outro: assinaturas, avisos, alvos, leituras e filas do que falha."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.catalog import ARN, ID, NAME, URL
from scripts.aws.types import (
    BUCKET, EVENT_BUS, EVENT_INVOKE_CONFIG, EVENT_RULE, EVENT_SOURCE_MAPPING, FUNCTION, LOG_GROUP, QUEUE, SCHEDULE, STATE_MACHINE, STREAM,
    SUBSCRIPTION, TABLE, TOPIC,
)
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import SYMBOL, Path

EACH = "*"
"""No lugar de uma posição: cada item da lista."""
ENDS = (BUCKET, EVENT_BUS, EVENT_RULE, FUNCTION, LOG_GROUP, QUEUE, SCHEDULE, STATE_MACHINE, STREAM, TABLE, TOPIC)
SELF: tuple[Key, ...] = ()
DEAD, READ = "o que não se entrega", "o que chega"
NOTICES = "NotificationConfiguration"
WRITTEN: tuple[tuple[str, tuple[Key, ...], tuple[Key, ...], str], ...] = (
    (SUBSCRIPTION, ("TopicArn",), ("Endpoint",), "o que se publica"),
    (SUBSCRIPTION, ("TopicArn",), ("RedrivePolicy", "deadLetterTargetArn"), DEAD),
    (TOPIC, SELF, ("Subscription", EACH, "Endpoint"), "o que se publica"),
    (BUCKET, SELF, (NOTICES, "LambdaConfigurations", EACH, "Function"), "os eventos"),
    (BUCKET, SELF, (NOTICES, "QueueConfigurations", EACH, "Queue"), "os eventos"),
    (BUCKET, SELF, (NOTICES, "TopicConfigurations", EACH, "Topic"), "os eventos"),
    (EVENT_RULE, ("EventPattern", "detail", "bucket", "name", EACH), SELF, "os eventos"),
    (EVENT_RULE, ("EventBusName",), SELF, "os eventos"),
    (EVENT_RULE, SELF, ("Targets", EACH, "Arn"), "os eventos"),
    (EVENT_RULE, SELF, ("Targets", EACH, "DeadLetterConfig", "Arn"), DEAD),
    (SCHEDULE, SELF, ("Target", "Arn"), "a chamada"),
    (SCHEDULE, SELF, ("Target", "DeadLetterConfig", "Arn"), DEAD),
    (EVENT_SOURCE_MAPPING, ("EventSourceArn",), ("FunctionName",), READ),
    (EVENT_SOURCE_MAPPING, ("FunctionName",), ("DestinationConfig", "OnFailure", "Destination"), "o que falha"),
    (EVENT_INVOKE_CONFIG, ("FunctionName",), ("DestinationConfig", "OnFailure", "Destination"), "o que falha"),
    (EVENT_INVOKE_CONFIG, ("FunctionName",), ("DestinationConfig", "OnSuccess", "Destination"), "o que dá certo"),
    (FUNCTION, SELF, ("DeadLetterConfig", "TargetArn"), "o que falha"),
    (QUEUE, SELF, ("RedrivePolicy", "deadLetterTargetArn"), "o que falha"),
    ("AWS::Logs::SubscriptionFilter", ("LogGroupName",), ("DestinationArn",), "os registros"),
)
"""De cada tipo que escreve ligações, onde nomeia de quem elas partem e a quem chegam, e o que levam."""
REWRITES = ("Input", "InputPath", "InputTransformer")


class Relation(NamedTuple):
    """Uma ligação: quem a escreve, de quem parte e a quem chega o que ela leva, e a linha.

    `pulled` diz que é quem recebe que vai buscar: a seta dela parte dele.
    """

    writer: Resource
    source: Resource
    target: Resource
    path: Path
    carried: str
    pulled: bool = False


def relations(view: View) -> list[Relation]:
    """Todas as deste mundo; olhar o que está escrito não prova nada, e não conta como lido."""
    with view.reading():
        return view.once(("relations",), lambda: [*_written(view), *_overheard(view)])


def brought(view: View, source: Resource, target: Resource) -> bool:
    """O que acontece na origem chega ao destino com o nome dela, direto ou de mão em mão, sem que um alvo troque a mensagem."""
    links = [link for link in relations(view) if not _rewritten(view, link)]
    reached = [source]
    for one in reached:
        reached += [link.target for link in links if link.source == one and link.target not in reached]
    return target in reached[1:]


def _rewritten(view: View, link: Relation) -> bool:
    written = view.written(Placed(link.path[:-1], None)) if link.writer.type == EVENT_RULE else {}
    return isinstance(written, dict) and any(name in written for name in REWRITES)


def _written(view: View) -> Iterator[Relation]:
    for type_, from_, to, carried in WRITTEN:
        for writer in view.of_type(type_):
            for start, source in _ends(view, writer, from_):
                for end, target in _ends(view, writer, to):
                    yield Relation(writer, source, target, end or start, carried, carried == READ and source.type == QUEUE)


def _overheard(view: View) -> Iterator[Relation]:
    """Uma regra que ouve o S3 sem dizer o bucket ouve os que contam ao EventBridge."""
    for rule in view.of_type(EVENT_RULE):
        heard = view.at(rule, "EventPattern", "source")
        if not heard or view.at(rule, "EventPattern", "detail", "bucket") or "aws.s3" not in [item.value for item in view.items_inside(heard)]:
            continue
        for bucket in view.of_type(BUCKET):
            told = view.at(bucket, NOTICES, "EventBridgeConfiguration")
            if told and not false(view.value(bucket, NOTICES, "EventBridgeConfiguration", "EventBridgeEnabled")):
                yield Relation(rule, bucket, rule, heard.path, "os eventos")


def _ends(view: View, writer: Resource, keys: tuple[Key, ...]) -> Iterator[tuple[Path, Resource]]:
    if not keys:
        yield (), writer
    for place in _places(view, writer, keys) if keys else ():
        resource = _resource(view, place)
        if resource:
            yield place.path, resource


def _places(view: View, writer: Resource, keys: tuple[Key, ...]) -> list[Placed]:
    if EACH not in keys:
        return [found for found in [view.at(writer, *keys)] if found]
    place = keys.index(EACH)
    items, rest = view.items(writer, *keys[:place]), keys[place + 1:]
    return [found for item in items if (found := view.inside(item, *rest) if rest else item)]


def _resource(view: View, place: Placed) -> Resource | None:
    """O recurso que o valor nomeia, por qualquer nome dele: também o ARN do fluxo de uma tabela, e a função de um apelido."""
    called = callee(view, place)
    if called:
        return called.function
    symbol = SYMBOL.fullmatch(place.value) if isinstance(place.value, str) else None
    cited = view.resources.get(symbol[1]) if symbol else None
    return cited if cited and cited.type in ENDS else view.points(place, *ENDS, by=(ARN, ID, NAME, URL))
