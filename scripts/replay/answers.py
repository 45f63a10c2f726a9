"""Quem responde às chamadas à AWS do código de um nó: a permissão, o que o serviço recusa, e só então o estado simulado."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.proofs.identity.conditions import Context
from scripts.replay import gateway, limits
from scripts.replay.circumstances import sent_from
from scripts.replay.door import ALLOWED, DENIED, STOPPED, Asked, Ruling
from scripts.replay.operations import OPERATIONS
from scripts.replay.session import Session
from scripts.replay.stack import Unresolved
from scripts.replay.trace import DENIAL, ERROR, SIMULATED, Call, short
from scripts.template.cloudformation import Resource


class Answers:
    """Responde a um processo: a permissão primeiro e, se passa, o estado simulado."""

    def __init__(self, session: Session, node: str, role: Resource | None):
        self.session, self.node, self.role = session, node, role
        self.origins: dict[str, Context] = {}
        self.pending: dict[int, tuple[Call, str, str, dict[str, Any]]] = {}

    def ask(self, thread: int, service: str, operation: str, params: dict[str, Any], secure: bool, region: str) -> tuple[str, str, int] | None:
        """`None` se passa; senão, o código, a mensagem e o estado do erro que o código do template recebe (0: a rodada para)."""
        self.pending.pop(thread, None)  # só a linha de execução do código que perguntou envia: outra pode perguntar no meio
        rulings = tuple(self.session.door.ask(Asked(self.role, service, operation, params, secure, region, self._origin(service))))
        call = Call(self.node, rulings[0].action, SIMULATED, self.role.id if self.role else "", _given(params), rulings)
        main = [ruling for ruling in rulings if not ruling.action.startswith("kms:")][-1]  # a chave é do recurso, e não da seta
        target = self.session.door.target(main.arn) if main.arn else None
        if self.session.admitted(call, self.node, self.session.arrows.nodes(target.id) if target else [], main.action):
            return self._passed(thread, call, service, operation, params)
        if all(ruling.answer == ALLOWED for ruling in rulings):
            return "ConnectTimeout", call.reason, 0
        if any(ruling.answer == STOPPED for ruling in rulings):
            return "", call.reason, 0
        return OPERATIONS[service, operation].denied, call.reason, 403 if service in ("s3", "lambda") else 400

    def _origin(self, service: str) -> Context:
        """O que o pedido a este serviço diz da rede de onde vem."""
        if service not in self.origins:
            self.origins[service] = sent_from(self.session.stack, self.session.diagram, self.node, service)
        return self.origins[service]

    def _passed(self, thread: int, call: Call, service: str, operation: str, params: dict[str, Any]) -> tuple[str, str, int] | None:
        """O pedido que a permissão deixa passar, se o serviço não o recusa por outra coisa."""
        excess = limits.refused(self.session.stack, service, operation, params)
        if excess:
            call.ok, call.output, call.reason = False, str(excess[2]), f"{excess[0]}: {excess[1]}"
            return excess
        self.pending[thread] = call, service, operation, params
        return None

    def send(self, thread: int, method: str, url: str, headers: dict[str, str], body: bytes | None) -> gateway.Answer:
        """O que o estado simulado responde a um pedido que passou pela porta."""
        if thread not in self.pending:
            raise Unresolved(f"um pedido a `{url.split('?')[0]}` não passou pela porta das permissões")
        call, service, operation, params = self.pending[thread]
        served = self.session.services.get((service, operation))
        answer = self._served(served, params, call) if served else self._absent(gateway.request(method, url, headers, body), operation, params)
        call.output = call.output or f"{answer[0]}"
        call.ok = answer[0] < 400
        if operation in gateway.BIRTHS and call.ok:
            self._deliver(gateway.birth(self.session.state, operation, params["Bucket"], params["Key"], answer[1].get("x-amz-version-id")))
        return answer

    def _served(self, service: Callable[[dict[str, Any], Call], gateway.Answer], params: dict[str, Any], call: Call) -> gateway.Answer:
        """O que responde um serviço que roda o que o template traz, em vez de só guardar. Sem saber como, a rodada para."""
        try:
            return service(params, call)
        except Unresolved as problem:
            self.session.stopped = str(problem)
            self.session.blame(call.step, DENIAL, str(problem))
            return 500, {}, b""

    def _deliver(self, found: gateway.Written) -> None:
        """Avisa do objeto novo. O que não se sabe entregar para a rodada, e não só quem atende este processo."""
        try:
            self.session.written(found)
        except Unresolved as problem:
            self.session.blame(self.session.current, ERROR, str(problem))
            self.session.stopped = str(problem)

    def _absent(self, answer: gateway.Answer, operation: str, params: dict[str, Any]) -> gateway.Answer:
        """Quem não pode listar o bucket não sabe que um objeto falta: o S3 responde 403.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        if answer[0] != 404 or operation not in ("GetObject", "HeadObject", "CopyObject"):
            return answer
        asked = Asked(self.role, "s3", "ListObjectsV2", {"Bucket": params["Bucket"]}, origin=self._origin("s3"))
        listing: Ruling = self.session.door.ask(asked)[0]
        if listing.answer != DENIED:
            return answer
        return 403, {"content-type": "application/xml"}, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def _given(params: dict[str, Any]) -> str:
    """Os parâmetros numa linha, sem o conteúdo nem o que o SDK acrescenta."""
    shown = {key: value for key, value in params.items() if key not in ("Body", "EncodingType", "ChecksumMode")}
    return short(", ".join(f"{key}={value}" for key, value in shown.items()))
