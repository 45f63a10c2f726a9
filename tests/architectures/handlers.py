"""A bancada das funções: o código do template roda neste processo, com a porta, o estado e os valores da execução.

Um processo por execução, como em `executar`, não serve a milhares de casos pequenos. O resto é o mesmo: quem diz o que
cada variável vale, que permissões cada chamada pede e se o papel as tem, o que a AWS guarda e que forma um evento tem.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import botocore.handlers
import botocore.response
import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from scripts.aws.types import BUCKET, ROLE, TABLE
from scripts.replay.child import Context, Invocation
from scripts.replay.door import ALLOWED, Asked, Door
from scripts.replay.functions import record
from scripts.replay.gateway import Written
from scripts.replay.hooks import Handler, permission, refusal
from scripts.replay.stack import ACCOUNT, REGION
from scripts.replay.state import KEYS, State, simulated
from scripts.template.cloudformation import Resource
from tests.architectures.stack import Deployed

SESSION = {**KEYS, "AWS_SESSION_TOKEN": "sessao", "AWS_REGION": REGION, "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}
BY_THE_SERVICE = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
"""O que a própria Lambda faz com o papel da função: escreve os registros e entrega a falha na fila."""


@dataclass
class Fault:
    """Uma falha da AWS: as próximas `times` chamadas da operação, depois de `after`, respondem com o erro `code`.

    Só conta a chamada cujo endereço ou corpo contém `where`. Com `lost`, a operação acontece e só a resposta se perde.
    """

    event: str
    code: str
    status: int
    where: str
    times: int
    after: int

    def strikes(self, event: str, request: dict[str, Any]) -> bool:
        body = request["body"] if isinstance(request["body"], bytes) else b""
        if event != self.event or self.where not in request["url"] and self.where.encode() not in body:
            return False
        self.after, self.times = self.after - 1, self.times - (self.after <= 0)
        return self.after < 0 <= self.times


class Bench:
    """As funções de uma pilha; `used` são as permissões que as chamadas delas pediram, `asked`, as chamadas.

    Com `address`, o estado é o de um servidor local, que outros também usam; sem ele, é o deste processo.
    """

    def __init__(self, stack: Deployed, environment: pytest.MonkeyPatch, address: str = ""):
        self.stack, self.environment, self.address = stack, environment, address
        self.door = Door(stack)
        self.used: list[tuple[str, str]] = []
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.hooks: dict[str, list[Handler]] = {}
        self.sessions: dict[str, Any] = {}
        environment.delenv("AWS_PROFILE", raising=False)
        for name, value in (SESSION | ({"AWS_ENDPOINT_URL": address} if address else {})).items():
            environment.setenv(name, value)

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.used]

    def load(self, name: str) -> ModuleType:
        """O módulo da função; todo cliente da AWS que ele criar, agora ou ao ser chamado, passa pela porta com o papel dela."""
        role = self.stack.named(str(self.stack.property(self.stack.resource(name), "Role")), ROLE)
        self.hooks[name] = [*permission(_Wire(self, role)), ("before-call", self._refuse), ("needs-retry", self._lose)]
        module = ModuleType("index")
        self.environment.setitem(sys.modules, "index", module)  # `dataclass` procura o módulo pelo nome
        with self._inside(name):
            self.sessions[name] = boto3.DEFAULT_SESSION = boto3.session.Session(region_name=REGION)
            exec(compile(self.stack.property(self.stack.resource(name), "Code", "ZipFile"), f"{name}.py", "exec"), module.__dict__)
        return module

    def call(self, name: str, module: ModuleType, event: Any) -> Any:
        """O que o manipulador da função devolve a este evento."""
        function = self.stack.resource(name)
        place, _, handler = str(self.stack.property(function, "Handler")).rpartition(".")
        assert place == "index"
        memory, seconds = (int(self.stack.property(function, key)) for key in ("MemorySize", "Timeout"))
        context = Context(Invocation(handler, event, self.stack.physical(function), self.stack.arn(function), memory, seconds))
        with self._inside(name):
            return getattr(module, handler)(event, context)

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        """O ambiente e a sessão da função, enquanto o código dela roda."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [*self.hooks[name], *botocore.handlers.BUILTIN_HANDLERS])  # as do botocore, também
            patch.setattr(boto3, "DEFAULT_SESSION", self.sessions.get(name))
            for variable, value in self.stack.property(self.stack.resource(name), "Environment", "Variables", default={}).items():
                patch.setenv(variable, str(value))
            yield

    def fail(self, service: str, operation: str, code: str, status: int = 400, after: int = 0, *, where: str = "", times: int = 99,
             lost: bool = False) -> None:
        """Faz a AWS falhar, como diz `Fault`."""
        event = f"{'needs-retry' if lost else 'before-call'}.{service}.{operation}"
        self.faults.append(Fault(event, code, status, where, times, after))

    def heal(self) -> None:
        self.faults.clear()

    def _refuse(self, params: dict[str, Any], event_name: str, **_: Any) -> Any:
        return next((refusal(params["url"], fault.code, "x", fault.status) for fault in self.faults if fault.strikes(event_name, params)), None)

    def _lose(self, request_dict: dict[str, Any], event_name: str, **_: Any) -> None:
        for fault in self.faults:
            if fault.strikes(event_name, request_dict):
                raise ClientError({"Error": {"Code": fault.code, "Message": "x"}}, event_name)


@dataclass
class _Wire:
    """O que os ganchos da execução perguntam; a permissão que falta, ou que não se sabe, reprova o teste."""

    bench: Bench
    role: Resource | None

    def ask(self, _: str, thread: int, service: str, operation: str, params: dict[str, Any], secure: bool, region: str) -> None:
        asked = Asked(self.role, service, operation, params, secure or bool(self.bench.address), region)
        for ruling in self.bench.door.ask(asked):
            if ruling.answer != ALLOWED:  # `fail` não é Exception: a função não o engole
                pytest.fail(ruling.reason)
            self.bench.used.append((ruling.action, ruling.arn))
        self.bench.asked.append(asked)


class Notified(Bench):
    """Uma função que o S3 avisa do que chega a um bucket, sobre o estado deste processo."""

    def __init__(self, stack: Deployed, environment: pytest.MonkeyPatch, function: str, bucket: str = "BucketEntrada"):
        super().__init__(stack, environment)
        self.state = State(stack)
        self.state.create()
        self.s3, self.bucket, self.function = self.state.s3, stack.ref(bucket), function
        self.index = self.load(function)

    def upload(self, key: str, body: bytes, sequencer: str = "0055AED6DCD90281E5") -> dict[str, Any]:
        """Guarda o objeto e devolve o registro que o S3 mandaria."""
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return notice(self.bucket, key, len(body), sequencer, answer.get("VersionId"), answer["ETag"])

    def invoke(self, *records: dict[str, Any]) -> None:
        self.call(self.function, self.index, {"Records": list(records)})

    def rows(self, table: str) -> list[dict[str, Any]]:
        """As linhas da tabela, na ordem das chaves."""
        return self.state.rows(self.stack.ref(table))

    def clean(self) -> None:
        """Volta ao começo: sem objetos, linhas, falhas nem chamadas anotadas."""
        for found in self.stack.view.of_type(BUCKET):
            stored(self.stack.physical(found)).clear()
        self.forget()
        self.heal()
        self.used.clear()
        self.asked.clear()

    def forget(self) -> None:
        """Esvazia as tabelas, por dentro do simulador: pela API, limpar levaria mais que muitos casos."""
        for found in self.stack.view.of_type(TABLE):
            dynamodb_backends[ACCOUNT][REGION].tables[self.stack.physical(found)].items.clear()


def stored(bucket: str) -> Any:
    """Os objetos de um bucket, por dentro do simulador, que roda neste processo."""
    return s3_backends[ACCOUNT]["aws"].buckets[bucket].keys


@contextmanager
def alone() -> Iterator[pytest.MonkeyPatch]:
    """O estado simulado neste processo, e o ambiente para as funções. Uma vez por módulo: criar os clientes é o que mais custa."""
    with pytest.MonkeyPatch.context() as environment, simulated():
        yield environment


def notice(bucket: str, key: str, size: int, sequencer: str = "0055AED6DCD90281E5", version: str | None = None, etag: str = "0" * 32,
           ) -> dict[str, Any]:
    """O registro de um objeto novo, com a ordem que o teste quer."""
    found = record(Written(bucket, key, "ObjectCreated:Put", size, version, etag))
    found["s3"]["object"]["sequencer"] = sequencer
    return found


def reading(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """O tamanho de cada pedaço que se ler do corpo dos objetos daqui em diante."""
    sizes: list[int] = []
    original = botocore.response.StreamingBody.read

    def read(self: Any, amt: int | None = None) -> bytes:
        piece = original(self, amt)
        sizes.append(len(piece))
        return piece

    monkeypatch.setattr(botocore.response.StreamingBody, "read", read)
    return sizes


def imported(code: str) -> set[str]:
    """Os módulos que o código importa, lido como o Python da função o leria."""
    tree = ast.parse(code, feature_version=(3, 13))
    found = {(node.module or "") if isinstance(node, ast.ImportFrom) else item.name
             for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for item in node.names}
    return {name.split(".")[0] for name in found}
