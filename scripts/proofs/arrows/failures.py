"""Entregas da Lambda: para onde vai o que uma função manda, pelo código dela ou pela própria Lambda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.types import EVENT_BUS, EVENT_INVOKE_CONFIG, EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, TOPIC
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import astray, callee, configured, invoked_as, names_of
from scripts.proofs.facts.citations import citations
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.filters import patterns
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

DELIVERED = (QUEUE, TOPIC, FUNCTION, EVENT_BUS)
FIFO = {QUEUE: "FifoQueue", TOPIC: "FifoTopic"}
OUTCOMES = {"OnFailure": "o que falha", "OnSuccess": "o que dá certo"}


def delivery(view: View, function: Resource, target: Resource) -> Iterator[Evidence]:
    """Como a função chega a uma fila, tópico, função ou barramento: destino dela, ou citação no código.

    Uma permissão sozinha não diz que algo é enviado: é preciso que a Lambda tenha o destino
    configurado ou que a função receba o nome dele.
    """
    by_lambda = by_service(view, function, target)
    evidence = by_lambda or list(_cited(view, function, target))
    yield from evidence
    if not evidence:
        yield Missing(at(function), f"nada leva `{function.id}` a `{target.id}`",
                      f"dê o nome dele numa variável de `Environment`, ou crie um `AWS::Lambda::EventInvokeConfig` "
                      f"com `Destination: !GetAtt {target.id}.Arn`")
    ordered = true(view.value(target, FIFO.get(target.type, "")))
    if by_lambda and ordered:
        yield Missing(at(target), f"`{target.id}` é FIFO, e a Lambda não entrega a um destino FIFO", "use o tipo padrão")
    code = view.value(function, "Code", "ZipFile")
    if not by_lambda and ordered and isinstance(code, str) and "MessageGroupId" not in code:
        yield Missing(at(target), f"`{target.id}` é FIFO, e o código de `{function.id}` não diz o grupo das mensagens", "mande `MessageGroupId`")


def by_service(view: View, function: Resource, target: Resource) -> list[Evidence]:
    """O que faz a própria Lambda entregar ao destino, sem passar pela rede da função."""
    return next(filter(None, (list(way(view, function, target)) for way in (_destination, _unread, _dead_letter))), [])


def _destination(view: View, function: Resource, target: Resource) -> Iterator[Evidence]:
    for config in view.of_type(EVENT_INVOKE_CONFIG):
        for outcome, text in OUTCOMES.items():
            written = view.at(config, "DestinationConfig", outcome, "Destination")
            if not written or view.points(written.value, target.type, by=(ARN,)) != target:
                continue
            called = callee(view, view.at(config, "FunctionName"))
            if called is None or called.function != function:
                continue
            yield Found(at(config, "FunctionName"), f"o destino é das chamadas assíncronas de `{function.id}`")
            yield Found(written.path, f"a Lambda manda {text} a `{target.id}`")
            used = invoked_as(view, function)
            if view.at(config, "Qualifier") and configured(view, config, function, used):
                yield Found(at(config, "Qualifier"), "o destino é da versão em uso")
            else:
                yield astray(config, used)
            return


def _unread(view: View, function: Resource, target: Resource) -> Iterator[Evidence]:
    """O que a Lambda lê de um fluxo para a função, e a função não consegue processar.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    for mapping in view.of_type(EVENT_SOURCE_MAPPING):
        written = view.at(mapping, "DestinationConfig", "OnFailure", "Destination")
        called = callee(view, view.at(mapping, "FunctionName"))
        if written and target.type in (QUEUE, TOPIC) and view.points(written.value, target.type, by=(ARN,)) == target \
                and called and called.function == function:
            for name in ("EventSourceArn", "StartingPosition"):  # de onde ela lê, e o quê, quem diz é a seta do fluxo
                view.at(mapping, name)
            patterns(view, mapping)
            yield Found(at(mapping, "FunctionName"), f"o que a Lambda lê é para `{function.id}`")
            yield Found(written.path, f"a Lambda manda o que falha a `{target.id}`")
            return


def _dead_letter(view: View, function: Resource, target: Resource) -> Iterator[Evidence]:
    written = view.at(function, "DeadLetterConfig", "TargetArn")
    if written and target.type in (QUEUE, TOPIC) and view.points(written.value, target.type, by=(ARN,)) == target:
        yield Found(written.path, f"a Lambda manda o que falha a `{target.id}`")


def _cited(view: View, function: Resource, target: Resource) -> Iterator[Evidence]:
    names = names_of(view, target) if target.type == FUNCTION else [target]
    paths = [path for name in ("Environment", "Code") for said in names for path in citations(view, view.at(function, name), said.id)]
    if paths:
        yield Found(paths[0], f"o código recebe, e cita, `{target.id}`")
