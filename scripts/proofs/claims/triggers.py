"""Que funções a notificação de um bucket aciona: diretas, por fila, por tópico ou pelo EventBridge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.catalog import ARN
from scripts.aws.types import BUCKET, EVENT_RULE, EVENT_SOURCE_MAPPING, QUEUE, TOPIC
from scripts.proofs.arrows.messages import subscriptions
from scripts.proofs.evidence import Path
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.services import filtered
from scripts.template.cloudformation import Resource

KINDS = {"LambdaConfigurations": "Function", "QueueConfigurations": "Queue", "TopicConfigurations": "Topic"}


class Trigger(NamedTuple):
    """Uma função que um evento do bucket aciona, ou `None` quando não se sabe qual.

    `caught` é o ARN das chaves que a acionam, com curinga; `None` quando não se conhece o filtro.
    """

    path: Path
    bucket: Resource
    function: Resource | None
    event: str
    caught: str | None


def triggers(view: View) -> list[Trigger]:
    """Todas as do template."""
    return [trigger for bucket in view.of_type(BUCKET) for trigger in (*_notified(view, bucket), *_ruled(view, bucket))]


def _notified(view: View, bucket: Resource) -> Iterator[Trigger]:
    for kind, name in KINDS.items():
        for entry in view.items(bucket, "NotificationConfiguration", kind):
            target, event = (view.inside(entry, key) for key in (name, "Event"))
            seen = filtered(view, entry)
            known = seen.prefix is not None and seen.suffix is not None
            caught = f"{view.arn(bucket)}/{seen.prefix}*{seen.suffix}" if known else None
            for function in _behind(view, target):
                yield Trigger(entry.path, bucket, function, str(event.value) if event else "", caught)


def _ruled(view: View, bucket: Resource) -> Iterator[Trigger]:
    """As regras do EventBridge que talvez ouçam o S3: o padrão delas não se avalia, e conta como tudo."""
    switch = view.at(bucket, "NotificationConfiguration", "EventBridgeConfiguration")
    if switch is None or false(view.value(bucket, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled")):
        return
    for rule in view.of_type(EVENT_RULE):
        sources = [item.value for item in view.items(rule, "EventPattern", "source")]
        elsewhere = sources and all(isinstance(source, str) and source != "aws.s3" for source in sources)
        for target in view.items(rule, "Targets") if view.at(rule, "EventPattern") is not None and not elsewhere else ():
            written = view.inside(target, "Arn")
            if written is None or view.concerns(written.value, "AWS::Lambda::", QUEUE, TOPIC) is not False:
                for function in _behind(view, written):
                    yield Trigger(target.path, bucket, function, "", f"{view.arn(bucket)}/*")


def _behind(view: View, written: Placed | None) -> list[Resource | None]:
    """As funções por trás do destino de um evento."""
    called = callee(view, written, by=(ARN,)) if written else None
    target = view.points(written.value, QUEUE, TOPIC, by=(ARN,)) if written else None
    if called or target is None:
        return [called.function if called else None]
    if target.type == QUEUE:
        return [called.function if (called := callee(view, view.at(mapping, "FunctionName"))) else None
                for mapping in view.of_type(EVENT_SOURCE_MAPPING)
                if view.points(view.value(mapping, "EventSourceArn"), QUEUE, by=(ARN,)) == target]
    return [function for endpoint in _subscribed(view, target) for function in _behind(view, endpoint)]


def _subscribed(view: View, topic: Resource) -> Iterator[Placed | None]:
    """Os destinos das assinaturas do tópico por função ou fila."""
    for item, _ in subscriptions(view, topic):
        protocol = view.inside(item, "Protocol")
        if protocol is None or protocol.value in ("lambda", "sqs") or not isinstance(protocol.value, str):
            yield view.inside(item, "Endpoint")
