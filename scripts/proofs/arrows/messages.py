"""Regras do SNS: a quem um tópico entrega o que se publica nele."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.questions import IDENTITY
from scripts.aws.types import FUNCTION, QUEUE, SUBSCRIPTION, TOPIC
from scripts.proofs.arrows.permitted import admitted, fifo, invoked
from scripts.proofs.arrows.registry import OUTSIDE, Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee, names
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.filters import readable
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

SNS = "sns.amazonaws.com"
ABROAD = ("email", "email-json", "http", "https", "sms")
"""Protocolos cujo destino está fora da AWS."""
Subscribed = tuple[Placed, tuple[Found, ...]]


@rule(TOPIC, (FUNCTION, QUEUE), asks=(IDENTITY,))
def topic_delivers(case: Case) -> Iterator[Evidence]:
    """Um tópico do SNS entrega a uma função ou a uma fila.

    O SNS manda a cada assinante uma cópia do que se publica, se o destino o deixa entregar. O que
    ele não consegue entregar pode ir para uma fila de mensagens mortas da assinatura.

    - uma assinatura do tópico com o protocolo e o ARN do destino, ou com a fila em `RedrivePolicy`;
    - se ela tem um filtro, um que se lê, em que cada campo traz uma lista, e que a página diz;
    - da função, uma permissão para `sns.amazonaws.com` com o ARN do tópico em `SourceArn`;
    - da fila, uma política que deixa `sns.amazonaws.com` mandar só o que vem deste tópico, ou desta
      conta, e a chave dela, quando há uma, também;
    - uma fila FIFO só de um tópico FIFO, que não entrega a funções.

    Fonte: https://docs.aws.amazon.com/sns/latest/dg/sns-event-destinations.html
    """
    view, topic, target = case.view, case.tail, case.head
    protocol = "lambda" if target.type == FUNCTION else "sqs"
    found = [each for each in subscriptions(view, topic) if names(view, view.inside(each[0], "Endpoint"), target) or _dead(view, each[0], target)]
    if not found:
        yield Missing(at(topic), f"nenhuma assinatura leva de `{topic.id}` a `{target.id}`",
                      f"crie um `{SUBSCRIPTION}` com `Protocol: {protocol}` e `Endpoint: !GetAtt {target.id}.Arn`")
        return
    item, lines = found[0]
    yield from lines
    if names(view, view.inside(item, "Endpoint"), target):
        yield from _subscribed(view, topic, item, (protocol,))
    else:  # o que se desvia é o que a assinatura não consegue entregar
        yield from _flawed(view, topic, item, ("lambda", "sqs", "firehose", *ABROAD))
        yield Found((*item.path, "RedrivePolicy"), f"o que não se entrega vai para `{target.id}`")
    yield from _to_queue(view, topic, target) if target.type == QUEUE else _to_function(view, topic, item, target)


def _to_queue(view: View, topic: Resource, queue: Resource) -> Iterator[Evidence]:
    if fifo(view, queue) and not fifo(view, topic):
        yield Missing(at(queue), f"`{queue.id}` é FIFO, e `{topic.id}` não é", "use o mesmo tipo nos dois")
    yield from admitted(view, topic, queue, "sqs:SendMessage", SNS)


def _to_function(view: View, topic: Resource, item: Placed, function: Resource) -> Iterator[Evidence]:
    called = callee(view, view.inside(item, "Endpoint"), by=(ARN,))
    yield from called.lines if called else ()
    yield from invoked(view, function, {called.qualifier if called else ""}, SNS, lambda arn: arn == view.arn(topic), topic.id)
    if fifo(view, topic):
        yield Missing(at(topic), f"`{topic.id}` é FIFO, e não entrega a funções", "entregue a uma fila, que a função lê")


@rule(TOPIC, OUTSIDE, asks=())
def topic_tells_outside(case: Case) -> Iterator[Evidence]:
    """Um tópico do SNS avisa quem está fora da AWS.

    Um endereço de e-mail, um telefone ou um servidor recebem o aviso depois de confirmar a
    assinatura, o que se faz fora do template.

    - uma assinatura do tópico com o protocolo (e-mail, HTTP, HTTPS ou SMS) e o destino;
    - se ela tem um filtro, um que se lê, em que cada campo traz uma lista;
    - o tópico do tipo padrão: um FIFO só entrega a filas.

    Fonte: https://docs.aws.amazon.com/sns/latest/dg/sns-user-notifications.html
    """
    view, topic = case.view, case.tail
    found = [each for each in subscriptions(view, topic) if (said := view.inside(each[0], "Protocol")) and said.value in ABROAD]
    if not found:
        yield Missing(at(topic), f"nenhuma assinatura leva de `{topic.id}` para fora da AWS",
                      f"crie um `{SUBSCRIPTION}` com `Protocol: email` e o endereço em `Endpoint`")
        return
    item, lines = found[0]
    yield from lines
    yield from _subscribed(view, topic, item, ABROAD)
    if fifo(view, topic):
        yield Missing(at(topic), f"`{topic.id}` é FIFO, e só entrega a filas", "use o tipo padrão")


@judge(TOPIC)
def _topic(view: View, topic: Resource) -> Iterator[Missing]:
    for item in view.items(topic, "Subscription"):
        if any(view.inside(item, name) is None for name in ("Protocol", "Endpoint")):
            yield Missing(item.path, f"uma assinatura de `{topic.id}` não diz o protocolo, ou o destino", "escreva `Protocol` e `Endpoint`")


def subscriptions(view: View, topic: Resource) -> list[Subscribed]:
    """As assinaturas do tópico, escritas nele ou à parte, com a linha que as liga a ele."""
    inside: list[Subscribed] = [(item, ()) for item in view.items(topic, "Subscription")]
    for each in view.of_type(SUBSCRIPTION):
        named = view.at(each, "TopicArn")
        if named and view.points(named, TOPIC, by=(ARN,)) == topic:
            inside.append((view.whole(each), (Found(named.path, f"`{each.id}` assina `{topic.id}`"),)))
    return inside


def _dead(view: View, item: Placed, target: Resource) -> bool:
    return target.type == QUEUE and names(view, view.inside(item, "RedrivePolicy", "deadLetterTargetArn"), target)


def _subscribed(view: View, topic: Resource, item: Placed, protocols: tuple[str, ...]) -> Iterator[Evidence]:
    protocol, endpoint = (view.inside(item, name) for name in ("Protocol", "Endpoint"))
    if protocol and endpoint:
        yield Found(protocol.path, f"por `{protocol.value}`")
        yield Found(endpoint.path, "a este destino")
    yield from _flawed(view, topic, item, protocols)


def _flawed(view: View, topic: Resource, item: Placed, protocols: tuple[str, ...]) -> Iterator[Missing]:
    """O que impede a assinatura de entregar por um destes protocolos."""
    protocol, endpoint, chosen = (view.inside(item, name) for name in ("Protocol", "Endpoint", "FilterPolicy"))
    if not (protocol and protocol.value in protocols and endpoint and isinstance(endpoint.value, str) and endpoint.value):
        yield Missing(item.path, f"uma assinatura de `{topic.id}` não diz por que protocolo, ou a quem", f"use `Protocol: {protocols[0]}`")
    if chosen and not readable(view, chosen):
        yield Missing(chosen.path, f"o filtro de uma assinatura de `{topic.id}` não se lê, e pode não deixar passar nada",
                      "escreva cada campo com uma lista de valores")
    raw, scope = view.inside(item, "RawMessageDelivery"), view.inside(item, "FilterPolicyScope")
    if raw and true(raw.value) and protocols == ("lambda",):
        yield Missing(raw.path, f"uma assinatura de `{topic.id}` por função não aceita a mensagem crua", "tire `RawMessageDelivery`")
    if scope and scope.value not in ("MessageAttributes", "MessageBody"):
        yield Missing(scope.path, f"não se sabe o que o filtro de uma assinatura de `{topic.id}` olha", "use `MessageAttributes` ou `MessageBody`")
