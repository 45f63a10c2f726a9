"""Os ganchos do SDK no processo do código: antes de assinar, a porta das permissões; no lugar da rede, o estado simulado."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, Protocol

import boto3
from botocore.awsrequest import AWSResponse
from botocore.handlers import BUILTIN_HANDLERS

MIB = 1024 * 1024


class Stopped(BaseException):
    """A rodada parou: não é `Exception`, para que o código não o engula."""


class Wire:
    """O cano até o comandante; uma pergunta por vez, de qualquer linha de execução. `waited`: segundos à espera das respostas."""

    def __init__(self, pipe: Connection):
        self.pipe, self.lock, self.waited = pipe, threading.Lock(), 0.0

    def ask(self, *message: Any) -> Any:
        with self.lock:
            asked = time.monotonic()
            try:
                self.pipe.send(message)
                return self.pipe.recv()
            except (EOFError, BrokenPipeError):
                os._exit(1)
            finally:
                self.waited += time.monotonic() - asked


class Asking(Protocol):
    """Quem responde pela porta: o cano de um processo, ou quem roda o código neste."""

    def ask(self, *message: Any) -> Any: ...


def watch(wire: Wire) -> None:
    """Acaba com este processo quando o comandante morre sem avisar: o cano só tem o que ler, fora de uma pergunta, se ele se fechou."""
    while True:
        time.sleep(1)
        with wire.lock:
            if wire.pipe.poll():
                os._exit(1)


Handler = tuple[str, Callable[..., Any]]


def permission(wire: Asking) -> list[Handler]:
    """Os ganchos que perguntam à porta por cada chamada, antes de ela se assinar."""
    def note(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["replay"] = {key: value for key, value in params.items() if key not in ("Body",)} | ({"Body": None} if "Body" in params else {})

    def ask(model: Any, params: dict[str, Any], request_signer: Any, context: dict[str, Any], **_: Any) -> Any:
        service = request_signer.signing_name
        secure, given = params["url"].startswith("https"), simple(context.get("replay", {}))
        answer = wire.ask("ask", threading.get_ident(), service, model.name, given, secure, context.get("client_region"))
        if answer is None:
            return None
        code, message, status = answer
        if status == 0:
            raise Stopped(message)
        return refusal(params["url"], code, message, status)

    return [("before-parameter-build", note), ("before-call", ask)]


def refusal(url: str, code: str, message: str, status: int) -> tuple[AWSResponse, dict[str, Any]]:
    """O que um gancho `before-call` devolve para que a chamada falhe sem sair daqui."""
    error = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}}
    return AWSResponse(url, status, {}, None), error


def hook(wire: Wire) -> None:
    """Liga os ganchos em todo cliente que o código criar."""
    def send(request: Any, **_: Any) -> AWSResponse:
        body = request.body
        body = body.read() if hasattr(body, "read") else body
        status, headers, content = wire.ask("send", threading.get_ident(), request.method, request.url, _texts(request.headers), body)
        return AWSResponse(request.url, status, headers, _Raw(content))

    handlers = [*permission(wire), ("before-send", send)]
    BUILTIN_HANDLERS[:0] = handlers
    if boto3.DEFAULT_SESSION is not None:  # a que já nasceu aquecida não os leria
        for event, handler in handlers:
            boto3.DEFAULT_SESSION.events.register(event, handler)


def _texts(headers: Any) -> dict[str, str]:
    return {key: value.decode() if isinstance(value, bytes) else str(value) for key, value in headers.items()}


def simple(params: Any) -> Any:
    """Os parâmetros como dados simples, que passam pelo cano sem código."""
    if isinstance(params, dict):
        return {str(key): simple(value) for key, value in params.items()}
    if isinstance(params, (list, tuple, set)):
        return [simple(value) for value in params]
    return params if isinstance(params, (str, int, float, bool, bytes, type(None))) else str(params)


class _Raw(io.BytesIO):
    """O corpo de uma resposta, como o botocore o lê."""

    def stream(self, amt: int = MIB, **_: Any) -> Iterator[bytes]:
        while piece := self.read(amt):
            yield piece
