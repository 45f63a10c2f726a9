"""As ligações que o template escreve de um recurso desenhado a outro: cada uma é uma seta, ou tem motivo.

É a outra metade de `coverage`, que confere as permissões: uma assinatura, um aviso, um alvo ou uma fila do que
falha acontece, e quem lê a figura precisa ver.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.aws.kinds import ARN, ID, NAME, URL
from scripts.aws.types import (
    BUCKET, EVENT_BUS, EVENT_INVOKE_CONFIG, EVENT_RULE, EVENT_SOURCE_MAPPING, FUNCTION, LOG_GROUP, QUEUE, SCHEDULE, STATE_MACHINE, STREAM,
    SUBSCRIPTION, TABLE, TOPIC,
)
from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.proofs.arrows.queues import POLLING
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import SYMBOL, Path

CODE = "ligacao-sem-seta"
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


@dataclass(frozen=True)
class Relation:
    """Uma ligação escrita entre dois componentes e que nenhuma seta mostra; `edge` é a seta que a mostraria."""

    edge: Edge
    writer: Resource
    path: Path
    carried: str


def undrawn(diagram: Diagram, views: Views) -> list[Relation]:
    """As ligações de todos os mundos com as duas pontas na figura, nenhuma seta entre elas e nenhum motivo em `Excecoes`."""
    shown = {name: element.id for element in (*diagram.groups, *diagram.nodes) for name in element.resources}
    pairs = {frozenset((tail, head)) for edge in diagram.edges for tail in diagram.elements[edge.tail].resources
             for head in diagram.elements[edge.head].resources}
    found: dict[tuple[str, str], Relation] = {}
    for view in views.each:
        with view.reading():  # olhar o que está escrito não prova nada
            for writer, tail, head, path, carried in _written(view):
                known = tail == head or frozenset((tail.id, head.id)) in pairs or writer.exceptions.get(CODE, "").strip()
                if not known and tail.id in shown and head.id in shown:
                    action = POLLING[0] if carried == READ and head.type == QUEUE else ""
                    start, end = shown[tail.id], shown[head.id]
                    found.setdefault((tail.id, head.id), Relation(Edge(f"{start}--{end}", start, end, 1, action=action), writer, path, carried))
    return list(found.values())


def findings(views: Views, relations: list[Relation]) -> Iterator[Finding]:
    """Um achado por ligação, na linha que a escreve."""
    for relation in relations:
        edge, action = relation.edge, f" com `acao=\"{relation.edge.action}\"`" if relation.edge.action else ""
        yield Finding(views.template.path, views.template.line(*relation.path), CODE,
                      f"`{relation.writer.id}` leva {relation.carried} de `{edge.tail}` a `{edge.head}`, e nenhuma seta mostra; desenhe a seta"
                      f"{' de quem lê, a função,' if action else ''}{action}, tire a ligação, ou dê o motivo em `Metadata: {{Excecoes: "
                      f"{{{CODE}: …}}}}` de `{relation.writer.id}`.")


def _written(view: View) -> Iterator[tuple[Resource, Resource, Resource, Path, str]]:
    """Cada ligação: quem a escreve, as pontas na direção da seta, a linha e o que leva."""
    for type_, from_, to, carried in WRITTEN:
        for writer in view.of_type(type_):
            for start, tail in _ends(view, writer, from_):
                for end, head in _ends(view, writer, to):
                    path = end or start or ("Resources", writer.id)
                    if carried == READ and tail.type == QUEUE:  # quem lê uma fila inicia a chamada
                        tail, head = head, tail
                    yield writer, tail, head, path, carried


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
