"""As filas que uma função lê: o mapeamento do template diz quem lê, quantas mensagens de cada vez e o que volta à fila.

A espera entre uma entrega e outra não se faz: a mensagem que falhou volta logo, e conta uma vez mais.
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts.aws.types import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE
from scripts.replay.door import ALLOWED
from scripts.replay.functions import Functions
from scripts.replay.gateway import Answer
from scripts.replay.operations import Need
from scripts.replay.session import Halt, Session
from scripts.replay.stack import REGION, Unresolved, only
from scripts.replay.trace import DENIAL, ERROR, EXECUTED, SIMULATED, Call, short
from scripts.template.cloudformation import Resource

KNOWN = frozenset("EventSourceArn FunctionName BatchSize Enabled FunctionResponseTypes MaximumBatchingWindowInSeconds ScalingConfig Tags".split())
READING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""O que o papel da função precisa poder fazer na fila:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions"""
PARTIAL = "ReportBatchItemFailures"
LARGEST_BATCH, VISIBILITY, TIMEOUT = 10, 30, 3
AGAIN = 2
"""Quantas vezes se entrega o que falha numa fila sem `RedrivePolicy`: voltaria sempre, até vencer."""

Message = dict[str, Any]


class Queues:
    """Entrega às funções o que está nas filas da pilha."""

    def __init__(self, session: Session, functions: Functions):
        self.session, self.stack, self.functions = session, session.stack, functions
        self.received: dict[str, int] = {}

    def deliver(self, queue: Resource) -> None:
        """Lê a fila até ela ficar vazia, ou até algo falhar. Para o fluxo, com a causa, se ninguém a lê."""
        mapping, function = self._consumer(queue)
        self._accepted(mapping, queue, function)
        first = True
        while batch := self._receive(mapping, queue, function, first):
            first = False
            failed = self._handled(mapping, queue, function, batch)
            for message in batch:
                if message not in failed:
                    self.session.state.delete_message(self._address(queue), message)
                elif not self._redriven(queue, message):
                    self.session.state.show_message(self._address(queue), message)
            if failed and (self.session.stopped or any(step.causes for step in self.session.steps.values())):
                return

    @contextmanager
    def refusing(self, queue: Resource) -> Iterator[list[str]]:
        """Enquanto isto dura, a fila recusa, por uma falha dela, o que lhe mandam em lote; dá o corpo de cada mensagem recusada.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html
        """
        sent: list[str] = []

        def answer(params: dict[str, Any], call: Call) -> Answer:
            if str(params["QueueUrl"]) != self._address(queue):
                raise Unresolved(f"enquanto `{queue.id}` falha, a rodada não sabe o que outra fila responde")
            failed = [{"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"} for entry in params["Entries"]]
            sent.extend(str(entry["MessageBody"]) for entry in params["Entries"])
            call.output = f"{len(failed)} recusada" if len(failed) == 1 else f"{len(failed)} recusadas"
            return 200, {"content-type": "application/x-amz-json-1.0"}, json.dumps({"Successful": [], "Failed": failed}).encode()

        self.session.services["sqs", "SendMessageBatch"] = answer
        try:
            yield sent
        finally:
            del self.session.services["sqs", "SendMessageBatch"]

    # --- quem lê

    def _consumer(self, queue: Resource) -> tuple[Resource, Resource]:
        """O mapeamento ligado que lê a fila, e a função dele."""
        found = [mapping for mapping in self.stack.view.of_type(EVENT_SOURCE_MAPPING)
                 if self.stack.named(str(self.stack.property(mapping, "EventSourceArn")), QUEUE) == queue]
        for mapping in found:
            only(mapping.properties, KNOWN, f"{{}} de `{mapping.id}` mudaria")
        ready = [mapping for mapping in found if str(self.stack.property(mapping, "Enabled", default=True)).lower() == "true"]
        if not ready:
            off = f": `{found[0].id}` está desligado (`Enabled: false`)" if found else ": nenhum mapeamento de eventos a liga a uma função"
            self._refuse(queue, f"ninguém lê `{queue.id}`{off}; as mensagens esperam nela até vencer")
        if len(ready) > 1:
            raise Unresolved(f"a rodada não sabe qual de `{ready[0].id}` e `{ready[1].id}` leria cada mensagem de `{queue.id}`")
        function = self.stack.named(str(self.stack.property(ready[0], "FunctionName")), FUNCTION)
        if function is None:
            raise Unresolved(f"a função de `{ready[0].id}` não está no template")
        return ready[0], function

    def _accepted(self, mapping: Resource, queue: Resource, function: Resource) -> None:
        """O que a AWS confere ao criar o mapeamento."""
        kinds = set(self.stack.property(mapping, "FunctionResponseTypes", default=[])) - {PARTIAL}
        if kinds or self._size(mapping) > LARGEST_BATCH:
            what = f"FunctionResponseTypes: {sorted(kinds)[0]}" if kinds else f"BatchSize: {self._size(mapping)}"
            raise Unresolved(f"a rodada não sabe entregar com `{what}`, de `{mapping.id}`")
        hidden = float(self.stack.property(queue, "VisibilityTimeout", default=VISIBILITY))
        seconds = float(self.stack.property(function, "Timeout", default=TIMEOUT))
        if hidden < seconds:
            self._refuse(queue, f"`{queue.id}` devolve a mensagem em {hidden:g} s (`VisibilityTimeout`), antes dos {seconds:g} s que "
                         f"`{function.id}` pode levar (`Timeout`): a AWS recusa `{mapping.id}`")

    def _size(self, mapping: Resource) -> int:
        return int(self.stack.property(mapping, "BatchSize", default=LARGEST_BATCH))

    def _refuse(self, queue: Resource, cause: str) -> None:
        self.session.blame(self._step(queue), ERROR, cause)
        raise Halt

    def _step(self, queue: Resource) -> int:
        """O passo da seta de quem lê a fila; 0 se nenhuma o conta."""
        nodes = self.session.arrows.nodes(queue.id)
        return next((edge.step or 0 for edge in self.session.diagram.edges if edge.head in nodes and READING[0] in edge.action.split()), 0)

    # --- a entrega

    def _receive(self, mapping: Resource, queue: Resource, function: Resource, first: bool) -> list[Message]:
        """O próximo lote, lido com o papel da função. Só se arquiva que a fila está vazia se ela já estava (`first`)."""
        role, node = self.functions.role(function), self.session.node_of(function)
        rulings = tuple(self.session.door.allow(role, Need(action, self.stack.arn(queue)), {}) for action in READING)
        refused = next((ruling for ruling in rulings if ruling.answer != ALLOWED), None)
        call = Call(node, READING[0], SIMULATED, role.id, f"{self.stack.physical(queue)} · até {self._size(mapping)}", rulings)
        batch = [] if refused else self.session.state.receive(self._address(queue), self._size(mapping))
        if not batch and not first:
            return []
        call.output = f"{len(batch)} mensagem" if len(batch) == 1 else f"{len(batch)} mensagens"
        step = self.session.file(call, node, self.session.arrows.nodes(queue.id), READING[0])
        if refused:
            call.ok, call.reason, call.output = False, refused.reason, ""
            self.session.blame(step, DENIAL, refused.reason)
            raise Halt
        for message in batch:
            self.received[message["MessageId"]] = self.received.get(message["MessageId"], 0) + 1
        return batch

    def _handled(self, mapping: Resource, queue: Resource, function: Resource, batch: list[Message]) -> list[Message]:
        """As mensagens que voltam à fila."""
        event = {"Records": [self._record(queue, message) for message in batch]}
        call = Call(self.session.node_of(queue), "lambda:InvokeFunction", EXECUTED, given=short(event))
        self.session.file(call, self.session.node_of(function), self.session.arrows.nodes(queue.id), READING[0])
        result = self.functions.run(function, event, self.session.node_of(queue), filed=call)
        if result.error:
            return batch
        listed = result.value.get("batchItemFailures") if isinstance(result.value, dict) else None
        if PARTIAL in self.stack.property(mapping, "FunctionResponseTypes", default=[]):
            return _returned(listed or [], batch)
        if listed:
            self.session.blame(0, ERROR, f"`{mapping.id}` não pede `{PARTIAL}`: a fila apagou as mensagens que "
                               f"`{function.id}` disse não ter tratado")
        return []

    def _redriven(self, queue: Resource, message: Message) -> bool:
        """Passa à fila de falhas a mensagem que já falhou as vezes que o template diz."""
        policy = self.stack.property(queue, "RedrivePolicy", default={})
        if self.received[message["MessageId"]] < int(policy.get("maxReceiveCount", AGAIN)):
            return False
        if not policy:
            self.session.blame(0, ERROR, f"a mensagem que falha volta sempre a `{queue.id}`, até vencer: ela não tem `RedrivePolicy`")
            return False
        dead = self.stack.named(str(policy["deadLetterTargetArn"]), QUEUE)
        if dead is None or self.stack.property(dead, "RedriveAllowPolicy"):
            raise Unresolved(f"a rodada não sabe se a fila de falhas de `{queue.id}` aceita o que vem dela")
        call = Call(self.session.node_of(queue), "RedrivePolicy", SIMULATED, given=f"{self.received[message['MessageId']]} recebimentos",
                    output=message["Body"][:100])
        self.session.file(call, self.session.node_of(queue), self.session.arrows.nodes(dead.id), "")
        self.session.state.send(self._address(dead), message["Body"])
        self.session.state.delete_message(self._address(queue), message)
        return True

    def _address(self, queue: Resource) -> str:
        return str(self.stack.value({"Ref": queue.id}))

    def _record(self, queue: Resource, message: Message) -> dict[str, Any]:
        """O registro do evento: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event"""
        sent = {"ApproximateReceiveCount": str(self.received[message["MessageId"]]), "SentTimestamp": "1767355200000",
                "SenderId": "AROAEXEMPLO", "ApproximateFirstReceiveTimestamp": "1767355200001"}
        return {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"], "attributes": sent,
                "messageAttributes": {}, "md5OfBody": message["MD5OfBody"], "eventSource": "aws:sqs",
                "eventSourceARN": self.stack.arn(queue), "awsRegion": REGION}


def _returned(listed: Any, batch: list[Message]) -> list[Message]:
    """As mensagens que a função disse não ter tratado; uma resposta que não se entende vale pelo lote inteiro.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    known = {message["MessageId"]: message for message in batch}
    try:
        return [known[item["itemIdentifier"]] for item in listed]
    except (KeyError, TypeError):
        return batch
