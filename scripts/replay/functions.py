"""As funções Lambda do template: rodam com o ambiente, o papel, o tempo e a memória que ele dá, e são acionadas por quem ele diz."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from scripts.aws.types import EVENT_INVOKE_CONFIG, FUNCTION, LAMBDA_PERMISSION, QUEUE, ROLE
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.principals import principal_of
from scripts.replay.answers import Answers
from scripts.replay.child import Invocation, Outcome
from scripts.replay.circumstances import VISITOR
from scripts.replay.door import ALLOWED, DENIED, Ruling
from scripts.replay.environments import Environments
from scripts.replay.fences import RUNTIME, Job
from scripts.replay.gateway import Answer, Written
from scripts.replay.operations import Need
from scripts.replay.processes import Lost
from scripts.replay.session import Session
from scripts.replay.stack import ACCOUNT, REGION, Unresolved, only
from scripts.replay.trace import DENIAL, ERROR, EXECUTED, SIMULATED, Call, short
from scripts.template.cloudformation import Resource

KNOWN = frozenset("FunctionName Description Runtime Architectures Handler MemorySize Timeout Role LoggingConfig Environment Code "
                  "ReservedConcurrentExecutions Tags TracingConfig EphemeralStorage".split())
BUSY, CUT = "Lambda.TooManyRequestsException", "Sandbox.Timedout"
"""O erro de quem não pôde rodar, e o de quem foi interrompido, por tempo ou memória."""
SENDER = ("AWS:AROAEXEMPLO", VISITOR)
"""Quem envia, como o evento do S3 o diz, e de que endereço: os de exemplo da documentação e da RFC 5737."""
OLDEST = 11
"""O Python mais velho em que os testes rodam o código dos templates; os templates pedem um mais novo, o que cada página diz."""
TRIES = 2
"""As novas tentativas de um evento assíncrono, quando o template não as diz:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""


@dataclass(frozen=True)
class Result:
    """Como uma execução terminou: o que devolveu, ou por que falhou; `kind` e `message` são o erro como a Lambda o devolve."""

    value: Any
    error: str = ""
    kind: str = ""
    message: str = ""


class Functions:
    """As funções de uma pilha, prontas para rodar."""

    def __init__(self, session: Session):
        self.session, self.stack, self.environments = session, session.stack, Environments()
        session.closing(self.environments.close)
        self.unheard: dict[str, str] = {}
        self.told: dict[str, list[Written]] = {}

    def role(self, function: Resource) -> Resource:
        """O papel da função. Erro: `Unresolved` quando o template não o traz."""
        role = self.stack.named(str(self.stack.property(function, "Role")), ROLE)
        if role is None:
            raise Unresolved(f"o papel de `{function.id}` não está no template")
        return role

    def run(self, function: Resource, event: Any, caller: str, rulings: tuple[Ruling, ...] = (), who: str = "", filed: Call | None = None) -> Result:
        """Roda a função uma vez com este evento e arquiva a chamada, se quem chama não a arquivou (`filed`). Erro: `Unresolved`."""
        only(function.properties, KNOWN, f"{{}} de `{function.id}` mudaria")
        node = self.session.node_of(function)
        call = filed or Call(caller, "lambda:InvokeFunction", EXECUTED, who, short(event), rulings)
        call.label = EXECUTED
        step = filed.step if filed else self.session.file(call, caller, [node], "lambda:InvokeFunction")
        strange = self._strange(function)
        if strange:
            self.session.stopped = strange
            return self._failed(call, step, strange, BUSY)
        distrust = next((piece for piece in principal_of(self.stack.view, function).evidence if isinstance(piece, Missing)), None)
        if distrust:
            return self._failed(call, step, f"a Lambda não assume o papel de `{function.id}`: {distrust}", BUSY)
        reserved = self.stack.property(function, "ReservedConcurrentExecutions")
        if reserved is not None and int(reserved) == 0:
            return self._failed(call, step, f"`{function.id}` tem concorrência 0: a Lambda recusa toda execução", BUSY)
        began = time.monotonic()
        outcome, cause = self._child(function, event, node)
        call.seconds = time.monotonic() - began
        call.logs = outcome.logs if outcome else ()
        if cause or outcome is None:
            return self._failed(call, step, cause, outcome.error if outcome else "", outcome.message if outcome else "")
        call.output = short(outcome.value)
        return Result(outcome.value)

    def _strange(self, function: Resource) -> str:
        """Por que não se sabe como o código se porta no ambiente dele; vazio num Python em que se sabe."""
        runtime = str(self.stack.property(function, "Runtime", default=""))
        found = re.fullmatch(r"python3\.(\d+)", runtime)
        if found and int(found[1]) >= OLDEST:
            return ""
        return f"`{function.id}` pede `Runtime: {runtime}`, e a rodada só sabe como o código se porta no Python 3.{OLDEST} em diante"

    def _failed(self, call: Call, step: int, cause: str, kind: str, message: str = "") -> Result:
        call.ok, call.reason = False, cause
        if not kind or kind != self.session.tolerated.get("função"):
            self.session.blame(step, ERROR, cause)
        return Result(None, cause, kind or CUT, message or cause)

    def invoked(self, params: Mapping[str, Any], call: Call) -> Answer:
        """Responde a `Invoke`, que o código do template pede: roda a função e devolve o que ela devolveu, ou o erro dela."""
        function = self.stack.named(str(params["FunctionName"]), FUNCTION)
        if function is None:
            return 404, {"x-amzn-errortype": "ResourceNotFoundException"}, b"{}"
        if params.get("InvocationType", "RequestResponse") != "RequestResponse":
            raise Unresolved(f"a rodada não sabe invocar `{function.id}` com `{params['InvocationType']}`")
        found = self.run(function, json.loads(params.get("Payload") or "{}"), call.who, filed=call)
        if found.kind == BUSY:
            return 429, {"x-amzn-errortype": BUSY.removeprefix("Lambda.")}, json.dumps({"message": found.message}).encode()
        said = {"errorType": found.kind, "errorMessage": found.message} if found.error else found.value
        return 200, {"X-Amz-Function-Error": "Unhandled"} if found.error else {}, json.dumps(said).encode()

    def _child(self, function: Resource, event: Any, node: str) -> tuple[Outcome | None, str]:
        """O que a função devolveu; e por que falhou, se falhou."""
        seconds, memory = float(self.stack.property(function, "Timeout", default=3)), int(self.stack.property(function, "MemorySize", default=128))
        invocation = Invocation(str(self.stack.property(function, "Handler", default="")), event, self.stack.physical(function),
                                self.stack.arn(function), memory, seconds)
        answering = Answers(self.session, node, self.role(function))
        try:
            outcome = self.environments.run(function, invocation, answering, lambda: self._job(function, memory))
        except Lost as lost:
            return None, self._lost(function, str(lost), seconds)
        return outcome, self._cause(function, outcome, seconds, memory)

    def _lost(self, function: Resource, how: str, seconds: float) -> str:
        if how == "tempo":
            return f"`{function.id}` passou do tempo dela (`Timeout: {seconds:g}`)"
        return f"o processo de `{function.id}` acabou antes de responder: o código o encerrou, ou a memória acabou"

    def _cause(self, function: Resource, outcome: Outcome, seconds: float, memory: int) -> str:
        if outcome.seconds > seconds:
            return f"`{function.id}` passou do tempo dela (`Timeout: {seconds:g}`)"
        if outcome.error == "MemoryError":
            return f"`{function.id}` pediu mais memória do que tem: {memory} MiB (`MemorySize`)"
        if outcome.peak > memory:
            return f"`{function.id}` usou {outcome.peak:.0f} MiB, e tem {memory} (`MemorySize`)"
        if not outcome.error:
            return ""
        logged = next((f"; a última linha de erro que ela registrou: {line.get('erro') or line['mensagem']}"
                       for line in reversed(outcome.logs) if line["nivel"] in ("ERROR", "CRITICAL")), "")
        return f"`{function.id}` parou com `{outcome.error}: {outcome.message}`{logged}"

    def _job(self, function: Resource, memory: int) -> Job:
        folder = self.session.temporary()
        code = self.stack.property(function, "Code", "ZipFile")
        if not isinstance(code, str):
            raise Unresolved(f"o código de `{function.id}` não está no template")
        (folder / "index.py").write_text(code, encoding="utf-8")
        (folder / "tmp").mkdir()
        variables = {key: str(value) for key, value in self.stack.property(function, "Environment", "Variables", default={}).items()}
        return Job(str(folder), {**self.session.credentials(self.role(function)), **variables, "TMPDIR": str(folder / "tmp")}, RUNTIME,
                   scratch=str(folder / "tmp"), memory=memory)

    # --- quem aciona

    def permitted(self, function: Resource, service: str, source: str) -> Ruling:
        """Uma permissão da função deixa o serviço invocá-la, vindo desta origem desta conta."""
        arn = self.stack.arn(function)
        for permission in self.stack.view.of_type(LAMBDA_PERMISSION):
            said = {key: str(self.stack.property(permission, key, default="")) for key in permission.properties}
            named = self.stack.named(said.get("FunctionName", ""), FUNCTION)
            fits = named == function and said.get("Action") in ("lambda:InvokeFunction", "lambda:*") and said.get("Principal") == service
            from_here = covers(said.get("SourceArn", "*"), source) and said.get("SourceAccount", ACCOUNT) == ACCOUNT
            extra = set(said) - {"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount"}
            if fits and from_here and not extra:
                return Ruling("lambda:InvokeFunction", arn, ALLOWED, permission.id, path=("Resources", permission.id))
        reason = f"nenhuma permissão deixa `{service}` invocar `{function.id}` vindo de `{source}`"
        return Ruling("lambda:InvokeFunction", arn, DENIED, reason=reason)

    def created(self, bucket: Resource, written: Written) -> None:
        """Entrega o aviso de um objeto novo a quem a notificação do bucket diz."""
        self.told.setdefault(bucket.id, []).append(written)
        notification = self.stack.property(bucket, "NotificationConfiguration", default={})
        unknown = sorted(set(notification) - {"LambdaConfigurations"})
        if unknown:
            raise Unresolved(f"a rodada não sabe entregar `{unknown[0]}` de `{bucket.id}`")
        entries = notification.get("LambdaConfigurations", [])
        wanted = "; ".join(map(_wanted, entries)) or "não avisa ninguém"
        self.unheard[bucket.id] = "" if any(_matches(entry, written) for entry in entries) \
            else f"`{written.key}` ({written.event}) não acionou ninguém: a notificação de `{bucket.id}` {wanted}"
        for entry in entries:
            if not _matches(entry, written):
                continue
            function = self.stack.named(str(entry["Function"]), FUNCTION)
            if function is None:
                raise Unresolved(f"a notificação de `{bucket.id}` nomeia uma função que não está no template")
            self._notify(bucket, function, written)

    def _notify(self, bucket: Resource, function: Resource, written: Written) -> None:
        caller = self.session.node_of(bucket)
        ruling = self.permitted(function, "s3.amazonaws.com", self.stack.arn(bucket))
        if ruling.answer != ALLOWED:
            call = Call(caller, "lambda:InvokeFunction", SIMULATED, "s3.amazonaws.com", written.key, (ruling,), ok=False, reason=ruling.reason)
            self.session.blame(self.session.file(call, caller, [self.session.node_of(function)], "lambda:InvokeFunction"), DENIAL, ruling.reason)
            return
        self.later(function, {"Records": [record(written)]}, caller, (ruling,), "s3.amazonaws.com")

    def later(self, function: Resource, event: Any, caller: str, rulings: tuple[Ruling, ...], who: str) -> None:
        """Uma invocação assíncrona: repete o que falha e guarda o que falhou sempre onde o template diz."""
        config = next((found for found in self.stack.view.of_type(EVENT_INVOKE_CONFIG)
                       if self.stack.named(str(self.stack.property(found, "FunctionName")), FUNCTION) == function), None)
        tries = int(self.stack.property(config, "MaximumRetryAttempts", default=TRIES)) if config else TRIES
        result = Result(None, "nada rodou")
        for _ in range(1 + tries):
            result = self.run(function, event, caller, rulings, who)
            if not result.error or self.session.stopped:
                return
        destination = self.stack.property(config, "DestinationConfig", "OnFailure", "Destination") if config else None
        if destination:
            self._kept(function, str(destination), event, result.error)

    def _kept(self, function: Resource, destination: str, event: Any, error: str) -> None:
        """Guarda na fila de falhas o evento que falhou em todas as tentativas, se o papel da função deixa."""
        queue = self.stack.named(destination, QUEUE)
        if queue is None:
            raise Unresolved(f"o destino de falhas de `{function.id}` não é uma fila do template")
        ruling = self.session.door.allow(self.role(function), Need("sqs:SendMessage", self.stack.arn(queue)), {})
        node = self.session.node_of(function)
        call = Call(node, "sqs:SendMessage", SIMULATED, self.role(function).id, error, (ruling,), ok=ruling.answer == ALLOWED, reason=ruling.reason)
        step = self.session.file(call, node, self.session.arrows.nodes(queue.id), "sqs:SendMessage")
        if ruling.answer != ALLOWED:
            self.session.blame(step, DENIAL, ruling.reason)
            return
        body = {"requestPayload": event, "responsePayload": {"errorMessage": error}}
        self.session.state.sqs.send_message(QueueUrl=self.stack.value({"Ref": queue.id}), MessageBody=json.dumps(body))


def _matches(entry: Mapping[str, Any], written: Written) -> bool:
    """O evento e a chave são os que a notificação pede."""
    event = str(entry["Event"]).removeprefix("s3:")
    rules = entry.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    ends = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
    return (event == written.event or event == "ObjectCreated:*") and written.key.startswith(ends.get("prefix", "")) \
        and written.key.endswith(ends.get("suffix", ""))


def _wanted(entry: Mapping[str, Any]) -> str:
    """O que a notificação pede, numa oração."""
    names = {"prefix": "comece por", "suffix": "termine em"}
    rules = entry.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    said = " e ".join(f"{names[str(rule['Name']).lower()]} `{rule['Value']}`" for rule in rules)
    return f"só avisa de `{entry['Event']}`" + (f" cuja chave {said}" if said else "")


def record(written: Written) -> dict[str, Any]:
    """O registro do evento: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    found: dict[str, Any] = {"key": quote_plus(written.key, safe="/"), "size": written.size, "eTag": written.etag.strip('"'),
                             "sequencer": f"{written.number:018X}"}
    if written.version and written.version != "null":
        found["versionId"] = written.version
    return {
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": REGION, "eventTime": "2026-01-02T12:00:00.000Z", "eventName": written.event,
        "userIdentity": {"principalId": SENDER[0]}, "requestParameters": {"sourceIPAddress": SENDER[1]},
        "responseElements": {"x-amz-request-id": "EXEMPLO", "x-amz-id-2": "EXEMPLO"},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "configuracao",
               "bucket": {"name": written.bucket, "arn": f"arn:aws:s3:::{written.bucket}", "ownerIdentity": {"principalId": "EXEMPLO"}},
               "object": found},
    }
