"""Entregas da Lambda: para onde vai o que uma função manda, pelo código dela ou pela própria Lambda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.kinds import ARN
from scripts.aws.types import EVENT_BUS, EVENT_INVOKE_CONFIG, FUNCTION, QUEUE, TOPIC
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import LATEST, callee, configured, invoked_as, names_of
from scripts.proofs.facts.citations import citations
from scripts.proofs.facts.expect import true
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
    by_lambda = list(_destination(view, function, target)) or list(_dead_letter(view, function, target))
    evidence = by_lambda or list(_cited(view, function, target))
    yield from evidence
    if not evidence:
        yield Missing(at(function), f"nada leva `{function.id}` a `{target.id}`",
                      f"dê o nome dele numa variável de `Environment`, ou crie um `AWS::Lambda::EventInvokeConfig` "
                      f"com `Destination: !GetAtt {target.id}.Arn`")
    if by_lambda and true(view.value(target, FIFO.get(target.type, ""))):
        yield Missing(at(target), f"`{target.id}` é FIFO, e a Lambda não entrega a um destino FIFO", "use o tipo padrão")


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
                wanted = min(used) or LATEST
                yield Missing(at(config, "Qualifier"), f"`{config.id}` não é da versão `{wanted}`", f"escreva `Qualifier: {wanted}`")
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
