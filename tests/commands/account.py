"""A conta de quem implantou uma arquitetura: responde aos pedidos da linha de comando dele com o estado e a porta de uma rodada.

Quem digita é um administrador da conta: não lhe faltam permissões, e só o que nega a todos, como a política de um bucket, o
barra. O que ele envia aciona as funções do template pela notificação e pela permissão do template, e o que elas podem
decide o papel delas. A assinatura dos pedidos dele não se confere; a dos formulários e a dos endereços que alguém assinou, sim.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from botocore.exceptions import ClientError
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from scripts.aws.types import BUCKET, FUNCTION
from scripts.base.tree import Tree
from scripts.replay import flows, gateway, limits, processes
from scripts.replay.database import Servers
from scripts.replay.door import ALLOWED, wire
from scripts.replay.gateway import Answer
from scripts.replay.lab import Lab
from scripts.replay.operations import OPERATIONS, Need
from scripts.replay.replaying import Scene, scene, workplace
from scripts.replay.samples import Sample
from scripts.replay.stack import Stack
from scripts.replay.state import KEYS, simulated
from scripts.replay.trace import EXECUTED, Call, short

ROOT = Path(__file__).resolve().parents[2]
WHO = "Quem implantou"
ADDRESS = "198.51.100.7"
"""O da instância, um dos de documentação."""
UNGOVERNED = {("dynamodb", "DeleteTable")}
"""O que nenhuma política de um recurso pode negar, e que as portas da rodada não conhecem porque só quem administra pede."""
OBJECT = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}


@cache
def stage(slug: str) -> Scene:
    """O que se roda de uma arquitetura da árvore."""
    processes.warm()
    flow = flows.read(Tree(ROOT), slug)
    assert flow
    return scene(Tree(ROOT), flow)


class Account:
    """Uma conta com a pilha de uma arquitetura, e o `site` que a instância dela serve, se há um.

    `later` são segundos que passaram desde que alguém assinou algo.
    """

    def __init__(self, stage: Scene, folder: Path, template: str):
        self.stage, self.folder, self.later, self.turn = stage, folder, 0.0, threading.Lock()
        self.status = "CREATE_COMPLETE"
        self.site: Any = None
        self.lab = self.update(template)
        self.lab.state.create()

    def update(self, template: str) -> Lab:
        """A pilha passa a ser a deste template; o que ela guardava fica."""
        flow, path, given = self.stage.flow, self.stage.tree.template(self.stage.flow.slug), {"Servidor.PublicIp": ADDRESS}
        read = self.stage.reading(template)
        stack = Stack(read.views.template, flow.parameters, given)
        self.lab = Lab(self.stage.diagram, self.stage.page.steps, stack, given, read.proofs, self.folder, flow.sample,
                       Servers(), path.parent)
        return self.lab

    def outputs(self) -> dict[str, str]:
        """As saídas da pilha, por nome."""
        return {name: str(self.lab.stack.value(output["Value"])) for name, output in self.lab.stack.template.data["Outputs"].items()}

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """O que a AWS responde a este pedido."""
        with self.turn:
            if urlsplit(url).hostname == ADDRESS:
                found = self.site.ask(method, urlsplit(url).path)
                return found.status_code, {"Content-Type": found.headers["Content-Type"]}, found.content
            if "X-Amz-Signature=" in url:
                return self._link(method, url)
            if "Authorization" not in headers:
                return self._form(url, headers["Content-Type"], body)
            return self._call(method, url, headers, body)

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        service, operation, params = _asked(method, url, headers, body)
        if service == "cloudformation":
            return self._stack(operation, params)
        needs = [] if (service, operation) in UNGOVERNED else OPERATIONS[service, operation].needs(params)
        for need in needs:
            if refusal := self._denied(need, url):
                return _error(service, 403 if service in ("s3", "lambda") else 400, OPERATIONS[service, operation].denied, refusal)
        if excess := limits.refused(self.lab.stack, service, operation, params):
            return _error(service, excess[2], excess[0], excess[1])
        if operation == "Invoke":
            return self._invoke(params)
        if operation == "ReceiveMessage":  # ninguém mais põe nada na fila: esperar não a enche
            body = json.dumps({**params, "WaitTimeSeconds": 0}).encode()
        answer = gateway.request(method, url, dict(headers), body)
        if operation in gateway.BIRTHS and answer[0] < 400:
            version = answer[1].get("x-amz-version-id")
            self.lab.written(gateway.birth(self.lab.state, operation, params["Bucket"], params["Key"], version))
        return answer

    def _denied(self, need: Need, url: str) -> str:
        """Por que nem um administrador pode; vazio quando pode: uma negação, ou uma dúvida, traz a declaração dela."""
        ruling = self.lab.door.allow(None, need, wire(url.startswith("https:")))
        return ruling.reason if ruling.path and ruling.answer != ALLOWED else ""

    def _invoke(self, params: Mapping[str, Any]) -> Answer:
        function = self.lab.stack.named(params["FunctionName"], FUNCTION)
        assert function, params
        event = json.loads(params["Payload"])
        if params["InvocationType"] == "Event":
            self.lab.functions.later(function, event, WHO, (), WHO)
            return 202, {}, b""
        call = Call(WHO, "lambda:InvokeFunction", EXECUTED, given=short(event))
        self.lab.file(call, WHO, [self.lab.node_of(function)], call.call)
        return self.lab.functions.invoked(params, call)

    def _stack(self, operation: str, params: Mapping[str, Any]) -> Answer:
        """A pilha, que só se remove inteira: um bucket com objetos a segura."""
        if operation == "DeleteStack":
            self.status = self._remove()
            return _xml(operation, "")
        assert operation == "DescribeStacks", operation
        if self.status == "DELETE_COMPLETE":
            said = f"<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id {params['StackName']} does not exist</Message></Error>"
            return 400, {"Content-Type": "text/xml"}, f"<ErrorResponse>{said}</ErrorResponse>".encode()
        outputs = "".join(f"<member><OutputKey>{name}</OutputKey><OutputValue>{escape(value)}</OutputValue></member>"
                          for name, value in self.outputs().items())
        said = f"<StackName>{params['StackName']}</StackName><CreationTime>2026-01-02T12:00:00Z</CreationTime><StackStatus>{self.status}</StackStatus>"
        return _xml(operation, f"<Stacks><member>{said}<Outputs>{outputs}</Outputs></member></Stacks>")

    def _remove(self) -> str:
        for bucket in self.lab.stack.view.of_type(BUCKET):
            try:
                self.lab.state.s3.delete_bucket(Bucket=self.lab.stack.physical(bucket))
            except ClientError:
                return "DELETE_FAILED"
        return "DELETE_COMPLETE"

    def _link(self, method: str, url: str) -> Answer:
        """Um endereço que o próprio administrador assinou."""
        now = datetime.now(timezone.utc) + timedelta(seconds=self.later)
        signed = gateway.signed_link({KEYS["AWS_ACCESS_KEY_ID"]: KEYS["AWS_SECRET_ACCESS_KEY"]}, method, url, now)
        bucket, key = gateway.place(url)
        refusal = signed.refusal or self._denied(Need("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"), url)
        return _error("s3", 403, signed.code or "AccessDenied", refusal) if refusal else gateway.request(method, url, {}, None)

    def _form(self, url: str, kind: str, body: bytes) -> Answer:
        """Um formulário assinado pela pilha. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html"""
        fields, file = _fields(kind, body)
        status, code = self.lab.post(url, fields, file, WHO, self.later)
        if code:
            return _error("s3", status, code, "")
        bucket, key = gateway.place(url)[0], escape(fields["key"])
        said = f"<PostResponse><Location>{escape(url)}{key}</Location><Bucket>{bucket}</Bucket><Key>{key}</Key></PostResponse>"
        return status, {"Content-Type": "application/xml"}, said.encode()


def _asked(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str, dict[str, Any]]:
    """O serviço, a operação e os parâmetros de um pedido, como a porta os conhece."""
    service, parts = headers["Authorization"].split("/")[3], urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "X-Amz-Target" in headers:
        return service, headers["X-Amz-Target"].rpartition(".")[2], json.loads(body)
    if service == "lambda":
        name = unquote(parts.path).removeprefix("/2015-03-31/functions/").removesuffix("/invocations")
        assert method == "POST" and "/" not in name, url
        return service, "Invoke", {"FunctionName": name, "Payload": body, "InvocationType": headers.get("X-Amz-Invocation-Type", "RequestResponse")}
    if service == "cloudformation":
        params = dict(parse_qsl(body.decode()))
        return service, params.pop("Action"), params
    return service, *_of_s3(method, url, query, body)


def _of_s3(method: str, url: str, query: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
    bucket, key = gateway.place(url)
    if key:
        assert not query, url
        return OBJECT[method], {"Bucket": bucket, "Key": key}
    if "delete" in query:
        objects = [{part.tag.rpartition("}")[2]: part.text for part in each} for each in ElementTree.fromstring(body).iterfind("{*}Object")]
        return "DeleteObjects", {"Bucket": bucket, "Delete": {"Objects": objects}}
    if "versions" in query:
        return "ListObjectVersions", {"Bucket": bucket}
    assert (method, query["list-type"]) == ("GET", "2"), url
    return "ListObjectsV2", {"Bucket": bucket, "Prefix": query.get("prefix", "")}


def _fields(kind: str, body: bytes) -> tuple[dict[str, str], Sample]:
    """Os campos que vêm antes do arquivo, que são os que o S3 lê, e o arquivo."""
    decoder = MultipartDecoder(kind.partition("boundary=")[2].encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: list[tuple[str, str, bytearray]] = []
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, (Field, File)):
            found.append((event.name, getattr(event, "filename", ""), bytearray()))
        elif isinstance(event, Data):
            found[-1][2].extend(event.data)
    place = [name for name, _, _ in found].index("file")
    return {name: bytes(text).decode() for name, _, text in found[:place]}, Sample(found[place][1], bytes(found[place][2]))


def _error(service: str, status: int, code: str, reason: str) -> Answer:
    if service == "s3":
        return status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error>".encode()
    return status, {"x-amzn-errortype": code}, json.dumps({"__type": code, "message": reason}).encode()


def _xml(operation: str, said: str) -> Answer:
    result = f"<{operation}Result>{said}</{operation}Result>"
    return 200, {"Content-Type": "text/xml"}, f"<{operation}Response>{result}</{operation}Response>".encode()


@contextmanager
def deployed(slug: str, spoil: str = "") -> Iterator[Account]:
    """Uma conta em que alguém implantou o template da arquitetura, ou um dos estragos do fluxo dela."""
    found = stage(slug)
    chosen = found.flow.spoil(spoil)
    assert chosen or not spoil, spoil
    with workplace() as folder, simulated():
        account = Account(found, folder, found.flow.spoiled(found.template, chosen))
        try:
            yield account
        finally:
            account.lab.close()
