"""Que funções a notificação de um bucket aciona: diretas, por fila, por tópico ou pelo EventBridge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.proofs.claims.kinds import BUCKET, FUNCTION, QUEUE
from scripts.proofs.claims.settings import false
from scripts.proofs.evidence import Path
from scripts.proofs.facts.names import arn_of, designated
from scripts.proofs.facts.reading import Placed, inside, place, places
from scripts.proofs.identity.policies import written_keys
from scripts.proofs.identity.services import TOPIC, filtered
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

KINDS = {"LambdaConfigurations": "Function", "QueueConfigurations": "Queue", "TopicConfigurations": "Topic"}


@dataclass(frozen=True)
class Trigger:
    """Uma função que um evento do bucket aciona, ou `None` quando não se sabe qual.

    `caught` é o ARN das chaves que a acionam, com curinga; `None` quando não se conhece o filtro.
    """

    path: Path
    bucket: Resource
    function: Resource | None
    event: str
    caught: str | None


def triggers(values: Resolution) -> list[Trigger]:
    """Todas as do template."""
    return [trigger for bucket in values.of_type(BUCKET) for trigger in (*_notified(values, bucket), *_ruled(values, bucket))]


def _notified(values: Resolution, bucket: Resource) -> Iterator[Trigger]:
    for kind, name in KINDS.items():
        for entry in places(values, bucket, "NotificationConfiguration", kind):
            target, event = (inside(values, bucket, entry, key) for key in (name, "Event"))
            seen = filtered(values, bucket, written_keys(entry.path))
            known = seen.prefix is not None and seen.suffix is not None
            caught = f"{arn_of(values, bucket)}/{seen.prefix}*{seen.suffix}" if known else None
            for function in _behind(values, target):
                yield Trigger(entry.path, bucket, function, str(event.value) if event else "", caught)


def _ruled(values: Resolution, bucket: Resource) -> Iterator[Trigger]:
    """As regras do EventBridge que talvez ouçam o S3: o padrão delas não se avalia, e conta como tudo."""
    switch = place(values, bucket, "NotificationConfiguration", "EventBridgeConfiguration")
    if switch is None or false(values.property(bucket, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled")):
        return
    for rule in values.of_type("AWS::Events::Rule"):
        sources = [item.value for item in places(values, rule, "EventPattern", "source")]
        elsewhere = sources and all(isinstance(source, str) and source != "aws.s3" for source in sources)
        for target in places(values, rule, "Targets") if "EventPattern" in rule.properties and not elsewhere else ():
            written = inside(values, rule, target, "Arn")
            named = values.resource(written.value) if written else None
            if named is None or named.type.startswith("AWS::Lambda::") or named.type in (QUEUE, TOPIC):
                for function in _behind(values, written):
                    yield Trigger(target.path, bucket, function, "", f"{arn_of(values, bucket)}/*")


def _behind(values: Resolution, written: Placed | None) -> list[Resource | None]:
    """As funções por trás do destino de um evento."""
    target = designated(values, written.value, FUNCTION, QUEUE, TOPIC) if written else None
    if target is None or target.type == FUNCTION:
        return [target]
    if target.type == QUEUE:
        return [designated(values, values.property(mapping, "FunctionName"), FUNCTION, by_name=True)
                for mapping in values.of_type("AWS::Lambda::EventSourceMapping")
                if designated(values, values.property(mapping, "EventSourceArn"), QUEUE) == target]
    return [function for endpoint in _subscribed(values, target) for function in _behind(values, endpoint)]


def _subscribed(values: Resolution, topic: Resource) -> Iterator[Placed | None]:
    """Os destinos das assinaturas do tópico por função ou fila."""
    listed = [(topic, item) for item in places(values, topic, "Subscription")]
    listed += [(each, Placed(("Resources", each.id, "Properties"), None)) for each in values.of_type("AWS::SNS::Subscription")
               if designated(values, values.property(each, "TopicArn"), TOPIC) == topic]
    for owner, item in listed:
        protocol = inside(values, owner, item, "Protocol")
        if protocol is None or protocol.value in ("lambda", "sqs") or not isinstance(protocol.value, str):
            yield inside(values, owner, item, "Endpoint")
