"""Arquitetura `cli-s3-lambda-dynamodb`: o código sai do template e roda sobre S3 e DynamoDB simulados.

Cada chamada da função à AWS é conferida com as permissões do papel, também tiradas do template.
"""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from types import ModuleType
from urllib.parse import quote_plus

import boto3
import botocore.response
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from scripts.template import cloudformation
from tests.architectures import stack
from tests.architectures.stack import ACCOUNT, REGION, Stack, as_list

STACK = Stack("cli-s3-lambda-dynamodb")
PATH = STACK.path
DATA = STACK.data
RESOURCES = DATA["Resources"]
BUCKET = f"arquivos-cli-{ACCOUNT}-{REGION}"
TABLE = "pilha-TabelaResultados-ABC123"
CSV = "produto,quantidade,preço,data\ncafé,2,10.50,2026-03-01\nchá,3,4.25,2026-03-02\n".encode()


properties = STACK.properties


# --- permissões -------------------------------------------------------------------------------

STATEMENTS = STACK.value(properties("PapelFuncao")["Policies"][0]["PolicyDocument"]["Statement"])
allowed = partial(stack.allowed, STATEMENTS)
USED_BY_THE_SERVICE = {
    "logs:CreateLogStream": "a Lambda escreve os registros com o papel da função",
    "logs:PutLogEvents": "a Lambda escreve os registros com o papel da função",
    "sqs:SendMessage": "a Lambda entrega a falha na fila com o papel da função",
}
CALLS = {
    "GetObject": lambda params: ("s3:GetObject", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"),
    "PutItem": lambda params: (
        "dynamodb:PutItem",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{params['TableName']}",
    ),
}


# --- a função em execução ---------------------------------------------------------------------


class Application:
    """O bucket e a tabela simulados e o código do template, pronto para receber eventos."""

    def __init__(self, environment):
        function = properties("FuncaoProcessar")
        for name, value in STACK.value(function["Environment"]["Variables"]).items():
            environment.setenv(name, value)
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        table = properties("TabelaResultados")
        shape = {key: table[key] for key in ("KeySchema", "AttributeDefinitions", "BillingMode")}
        self.table = boto3.resource("dynamodb").create_table(TableName=TABLE, **shape)
        self.index = ModuleType("index")
        exec(compile(function["Code"]["ZipFile"], "index.py", "exec"), self.index.__dict__)
        self.clients = {"s3": self.index.s3, "dynamodb": self.index.table.meta.client}
        self.used: list[str] = []
        self.faults: list[tuple] = []
        for client in self.clients.values():
            client.meta.events.register("provide-client-params.*", self._authorize)

    def _authorize(self, params, model, **_):
        if model.name not in CALLS:
            pytest.fail(f"chamada nova, {model.name}: diga em CALLS qual permissão ela pede")
        action, resource = CALLS[model.name](params)
        if not allowed(action, resource):  # `fail` não é Exception: a função não o engole
            pytest.fail(f"o papel não permite {action} em {resource}")
        self.used.append(action)

    def fail(self, service, operation, status, body, where=""):
        """Responde a uma operação como a AWS responderia, se o endereço contém `where`."""

        def respond(request, **_):
            if where in request.url:
                answer = AWSResponse(request.url, status, {}, None)
                answer._content = body.encode()
                return answer

        events, name = self.clients[service].meta.events, f"before-send.{service}.{operation}"
        events.register_first(name, respond)
        self.faults.append((events, name, respond))

    def clean(self):
        """Volta ao começo: sem objetos, linhas, falhas nem chamadas anotadas."""
        for events, name, respond in self.faults:
            events.unregister(name, respond)
        for found in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.s3.delete_object(Bucket=BUCKET, Key=found["Key"])
        for row in self.rows():
            self.table.delete_item(Key={"arquivo": row["arquivo"]})
        self.faults.clear()
        self.used.clear()

    def upload(self, key: str, body: bytes, sequencer: str = "0055AED6DCD90281E5") -> dict:
        """Guarda o objeto e devolve o registro que o S3 mandaria."""
        etag = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"].strip('"')
        return record(key, len(body), etag, sequencer)

    def invoke(self, *records: dict) -> None:
        entry_point = properties("FuncaoProcessar")["Handler"].removeprefix("index.")
        getattr(self.index, entry_point)({"Records": list(records)}, None)

    def row(self, key: str) -> dict | None:
        return self.table.get_item(Key={"arquivo": key}, ConsistentRead=True).get("Item")

    def rows(self) -> list[dict]:
        return self.table.scan()["Items"]


def record(key: str, size: int, etag: str, sequencer: str) -> dict:
    """Registro de evento completo, como na documentação do S3."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2026-03-02T12:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDAEXEMPLO"},
        "requestParameters": {"sourceIPAddress": "203.0.113.10"},
        "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "configuracao",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": f"arn:aws:s3:::{BUCKET}",
            },
            "object": {
                "key": quote_plus(key, safe="/"),
                "size": size,
                "eTag": etag,
                "sequencer": sequencer,
            },
        },
    }


@pytest.fixture(scope="module")
def stack():
    """Uma só vez: criar os clientes custa mais que todos os testes juntos."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_PROFILE", raising=False)
        for name, value in {
            "AWS_ACCESS_KEY_ID": "falsa", "AWS_SECRET_ACCESS_KEY": "falsa", "AWS_SESSION_TOKEN": "falsa",
            "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            environment.setenv(name, value)
        with mock_aws():
            yield Application(environment)


@pytest.fixture
def application(stack, caplog):
    stack.clean()
    caplog.set_level(logging.INFO)
    return stack


# --- o que a função faz -----------------------------------------------------------------------


def test_a_csv_becomes_one_row(application):
    application.invoke(application.upload("entrada/vendas.csv", CSV))
    row = application.row("entrada/vendas.csv")
    assert row.pop("processado_em")
    assert row == {
        "arquivo": "entrada/vendas.csv",
        "ordem": "0055AED6DCD90281E5".rjust(64, "0"),
        "etag": hashlib.md5(CSV).hexdigest(),
        "tamanho": len(CSV),
        "enviado_em": "2026-03-02T12:00:00.000Z",
        "situacao": "processado",
        "sha256": hashlib.sha256(CSV).hexdigest(),
        "colunas": ["produto", "quantidade", "preço", "data"],
        "registros": 2,
        "totais": {"quantidade": Decimal(5), "preço": Decimal("14.75")},
    }


@pytest.mark.parametrize(
    ("body", "count", "totals"),
    [
        ("item;valor\na;1.234,50\nb;-0,50\nc;10\n", 3, {"valor": Decimal("1244.00")}),
        ("\ufeffitem,valor\r\na,1.5\r\n", 1, {"valor": Decimal("1.5")}),
        ('item,valor\n"a, com\nquebra",1\n\n', 1, {"valor": Decimal(1)}),
        ("item,valor\na,\nb,7\n", 2, {"valor": Decimal(7)}),
        ("item,valor\na,1\nb,n/d\n", 2, {}),
        ("dia;valor\n05.01.2026;1e3\n", 1, {}),
        ("item,valor\n", 0, {}),
    ],
    ids=["brasileiro", "bom-e-crlf", "aspas", "vazios", "misto", "não-números", "só-cabeçalho"],
)
def test_totals_follow_the_separator(application, body, count, totals):
    application.invoke(application.upload("entrada/a.csv", body.encode()))
    row = application.row("entrada/a.csv")
    assert (row["situacao"], row["registros"], row["totais"]) == ("processado", count, totals)


def test_key_with_accents_spaces_and_plus(application):
    key = "entrada/março 2026/vendas + trocas (1º).csv"
    event = application.upload(key, CSV)
    assert event["s3"]["object"]["key"] == (
        "entrada/mar%C3%A7o+2026/vendas+%2B+trocas+%281%C2%BA%29.csv"
    )
    application.invoke(event)
    assert application.row(key)["situacao"] == "processado"


class Tomorrow(datetime):
    @classmethod
    def now(cls, zone=None):
        return datetime.now(zone) + timedelta(days=1)


def test_repeated_event_leaves_the_same_row(application, monkeypatch):
    event = application.upload("entrada/a.csv", CSV)
    application.invoke(event)
    before = application.rows()
    monkeypatch.setattr(application.index, "datetime", Tomorrow)
    application.invoke(event, event)
    assert application.rows() == before and len(before) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("0055AED6DCD90281E5", "0055AED6DCD90281E6"), ("55AED6", "0055AED7"), ("0a", "0B"), ("FF", "0100")],
)
def test_newest_event_wins_in_any_order(application, old, new):
    """Mesmo conteúdo, logo mesmo ETag: só a ordem do evento distingue os dois envios."""
    first = application.upload("entrada/a.csv", CSV, old)
    second = application.upload("entrada/a.csv", CSV, new)
    for order in ((first, second), (second, first)):
        application.invoke(*order)
        assert [row["ordem"] for row in application.rows()] == [new.upper().rjust(64, "0")]
        application.table.delete_item(Key={"arquivo": "entrada/a.csv"})


def test_shorter_sequencer_equal_after_padding_is_the_same_event(application, caplog):
    application.invoke(application.upload("entrada/a.csv", CSV, "00AA"))
    application.invoke(application.upload("entrada/a.csv", CSV, "AA"))
    assert caplog.messages == ["resultado gravado", "evento repetido ou atrasado"]


def test_replaced_object_waits_for_its_own_event(application, caplog):
    stale = application.upload("entrada/a.csv", CSV, "01")
    application.upload("entrada/a.csv", CSV + b"suco,1,2,x\n", "02")
    application.invoke(stale)
    assert application.rows() == []
    assert caplog.messages == ["arquivo substituído"]


XML = "<Error><Code>{0}</Code><Message>x</Message></Error>"


def test_missing_object_404(application):
    event = application.upload("entrada/a.csv", CSV)
    application.s3.delete_object(Bucket=BUCKET, Key="entrada/a.csv")
    application.invoke(event)
    assert application.row("entrada/a.csv")["situacao"] == "indisponivel"


def test_missing_object_403_without_list_permission(application, caplog):
    event = application.upload("entrada/a.csv", CSV)
    application.fail("s3", "GetObject", 403, XML.format("AccessDenied"))
    application.invoke(event)
    row = application.row("entrada/a.csv")
    assert (row["situacao"], row["motivo"]) == ("indisponivel", application.index.UNAVAILABLE)
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]


def test_replayed_event_repairs_an_unavailable_row(application):
    event = application.upload("entrada/a.csv", CSV)
    application.s3.delete_object(Bucket=BUCKET, Key="entrada/a.csv")
    application.invoke(event)
    application.upload("entrada/a.csv", CSV)
    application.invoke(event)
    assert application.row("entrada/a.csv")["situacao"] == "processado"


def test_late_event_of_a_deleted_object_keeps_the_result(application):
    application.invoke(application.upload("entrada/a.csv", CSV, "02"))
    application.s3.delete_object(Bucket=BUCKET, Key="entrada/a.csv")
    application.invoke(record("entrada/a.csv", 10, "0" * 32, "01"))
    assert application.row("entrada/a.csv")["situacao"] == "processado"


@pytest.mark.parametrize("code", ["InternalError", "SlowDown", "InvalidObjectState"])
def test_other_s3_errors_are_retried(application, caplog, code):
    event = application.upload("entrada/a.csv", CSV)
    application.fail("s3", "GetObject", 503, XML.format(code))
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        application.invoke(event)
    assert application.rows() == []
    assert code in str(caplog.records[-1].exc_info[1])


@pytest.fixture
def reads(monkeypatch):
    """Tamanho de cada pedaço que a função leu do corpo dos objetos."""
    sizes = []
    original = botocore.response.StreamingBody.read

    def read(self, amt=None):
        chunk = original(self, amt)
        sizes.append(len(chunk))
        return chunk

    monkeypatch.setattr(botocore.response.StreamingBody, "read", read)
    return sizes


def test_huge_object_is_refused_by_the_event(application):
    limit = int(STACK.ref("TamanhoMaximoMiB")) * 1024 * 1024
    application.invoke(record("entrada/a.csv", limit + 1, "0" * 32, "01"))
    row = application.row("entrada/a.csv")
    assert (row["situacao"], row["tamanho"]) == ("rejeitado", limit + 1)
    assert "20 MiB" in row["motivo"]
    assert application.used == ["dynamodb:PutItem"]


def test_huge_object_is_refused_by_its_header_without_reading(application, reads, monkeypatch):
    monkeypatch.setattr(application.index, "MAX_MIB", 1)
    event = application.upload("entrada/a.csv", b"a\n" * 600_000)
    event["s3"]["object"]["size"] = 10
    application.invoke(event)
    assert application.row("entrada/a.csv")["situacao"] == "rejeitado"
    assert reads == []


def test_object_at_the_limit_is_read_in_small_pieces(application, reads, monkeypatch):
    monkeypatch.setattr(application.index, "MAX_MIB", 1)
    body = b"a,b\n" + b"12345,67\n" * 116_508
    body += b"\n" * (1024 * 1024 - len(body))
    application.invoke(application.upload("entrada/a.csv", body))
    assert application.row("entrada/a.csv")["totais"]["a"] == 12345 * 116_508
    assert sum(reads) == len(body) and max(reads) <= 65_536


@pytest.mark.parametrize(
    "body",
    [b"a" * 1_000_000, b"a,b\n" + b"1," * 500_000, b"a,b\n" + b'"\n",' * 250_000],
    ids=["cabeçalho", "linha", "aspas com quebras"],
)
def test_endless_record_is_refused_before_it_fills_the_memory(application, reads, body):
    application.invoke(application.upload("entrada/a.csv", body))
    assert "longo demais" in application.row("entrada/a.csv")["motivo"]
    assert sum(reads) < 300_000


def test_empty_object_has_a_row_and_is_not_read(application):
    application.invoke(application.upload("entrada/a.csv", b""))
    row = application.row("entrada/a.csv")
    assert (row["situacao"], row["tamanho"]) == ("vazio", 0)
    assert application.used == ["dynamodb:PutItem"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("item,preço\ncafé,1\n".encode("cp1252"), "UTF-8"),
        ("item,preço\ncafé,1\n".encode("utf-16"), "UTF-8"),
        (b"a,b\n\x00,1\n", "binário"),
        (b'a,b\n"sem fim,1\n', "CSV inválido"),
        (b'a,b\n"x"y,1\n', "CSV inválido"),
        (b"a,b\n1,2\n1,2,3\n", "o registro 2 não tem 2 campos"),
        (b"a,b\n1\n", "o registro 1 não tem 2 campos"),
        (b"a,a\n1,2\n", "cabeçalho"),
        (b"a,\n1,2\n", "cabeçalho"),
        (b"\n1,2\n", "cabeçalho"),
        (b"\xef\xbb\xbf", "cabeçalho"),
        (b"x" * 101 + b"\n1\n", "cabeçalho"),
        (",".join(f"c{n}" for n in range(101)).encode(), "cabeçalho"),
    ],
    ids=["cp1252", "utf-16", "nulo", "aspas-abertas", "texto-após-aspas", "campo-a-mais", "campo-a-menos",
         "nome-repetido", "nome-vazio", "primeira-linha-vazia", "só-bom", "nome-longo", "101-colunas"],
)
def test_bad_content_is_rejected_with_a_reason_and_not_retried(application, body, reason):
    application.invoke(application.upload("entrada/a.csv", body))
    row = application.row("entrada/a.csv")
    assert row["situacao"] == "rejeitado"
    assert reason in row["motivo"]


def test_one_failing_record_does_not_lose_the_others(application, caplog):
    bad = application.upload("entrada/ruim.csv", CSV)
    good = application.upload("entrada/boa.csv", CSV)
    application.fail("s3", "GetObject", 500, XML.format("InternalError"), where="ruim.csv")
    with pytest.raises(RuntimeError, match="2 de 3 registros falharam"):
        application.invoke({}, bad, good)
    assert [row["arquivo"] for row in application.rows()] == ["entrada/boa.csv"]
    failed = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    assert [entry.arquivo for entry in failed] == ["", "entrada/ruim.csv"]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_throttled_table_makes_lambda_retry(application, caplog, code):
    event = application.upload("entrada/a.csv", CSV)
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "x"})
    application.fail("dynamodb", "PutItem", 400, body)
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        application.invoke(event)
    assert code in str(caplog.records[-1].exc_info[1])


def test_s3_test_event_passes(application):
    event = {
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-03-02T12:00:00.000Z",
        "Bucket": BUCKET, "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
    }
    application.index.handler(event, None)
    assert application.used == [] and application.rows() == []


def test_logs_tell_the_outcome_and_never_the_content(application, caplog):
    secret = b"nome,cpf\nMaria,123.456.789-00\n"
    application.invoke(application.upload("entrada/a.csv", secret))
    application.invoke(application.upload("entrada/b.csv", secret + b'"Maria'))
    entries = [entry.__dict__ for entry in caplog.records]
    assert [(entry["arquivo"], entry["situacao"]) for entry in entries] == [
        ("entrada/a.csv", "processado"), ("entrada/b.csv", "rejeitado"),
    ]
    for text in ("Maria", "123.456", "cpf"):
        assert text not in repr(entries)
    own = set(entries[0]) - set(logging.makeLogRecord({}).__dict__) - {"message", "asctime"}
    json.dumps({name: entries[0][name] for name in own})  # o formato JSON da Lambda precisa disto


# --- permissões e ligações --------------------------------------------------------------------


def test_role_grants_what_is_used_and_nothing_else(application):
    application.invoke(application.upload("entrada/a.csv", CSV))
    granted = {action for item in STATEMENTS for action in as_list(item["Action"])}
    assert granted == set(application.used) | set(USED_BY_THE_SERVICE)
    assert len(properties("PapelFuncao")["Policies"]) == 1
    assert "ManagedPolicyArns" not in properties("PapelFuncao")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/saida/a.csv"),
        ("s3:GetObject", "arn:aws:s3:::outro-bucket/entrada/a.csv"),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/entrada/a.csv"),
        ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        ("dynamodb:PutItem", STACK.arn("TabelaResultados").replace(TABLE, "outra")),
        ("dynamodb:DeleteItem", STACK.arn("TabelaResultados")),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/outra:*"),
        ("logs:CreateLogGroup", STACK.arn("LogsFuncao")),
        ("sqs:SendMessage", STACK.arn("FilaFalhas") + "2"),
        ("sqs:ReceiveMessage", STACK.arn("FilaFalhas")),
    ],
)
def test_role_denies_the_neighbours(action, resource):
    assert not allowed(action, resource)


def test_only_the_lambda_service_assumes_the_role():
    [statement] = properties("PapelFuncao")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }


def test_notification_covers_the_input_and_nothing_the_function_writes(application):
    [notification] = properties("BucketEntrada")["NotificationConfiguration"]["LambdaConfigurations"]
    assert notification["Event"] == "s3:ObjectCreated:*"
    assert STACK.value(notification["Function"]) == STACK.arn("FuncaoProcessar")
    rules = {rule["Name"]: STACK.value(rule["Value"]) for rule in notification["Filter"]["S3Key"]["Rules"]}
    assert rules == {"prefix": STACK.ref("PrefixoEntrada"), "suffix": ".csv"}
    application.invoke(application.upload("entrada/a.csv", CSV))
    writes = {action for action in application.used if action != "s3:GetObject"}
    assert writes == {"dynamodb:PutItem"}
    s3_granted = {action for item in STATEMENTS for action in as_list(item["Action"]) if action.startswith("s3:")}
    assert s3_granted == {"s3:GetObject"}


def test_whatever_is_notified_may_be_read():
    """O prefixo da notificação e o da permissão são o mesmo."""
    assert allowed("s3:GetObject", f"arn:aws:s3:::{BUCKET}/{STACK.ref('PrefixoEntrada')}x/y z+é.csv")


def test_only_this_bucket_of_this_account_invokes_the_function():
    permission = STACK.value(properties("PermissaoInvocar"))
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": STACK.arn("FuncaoProcessar"),
        "Principal": "s3.amazonaws.com",
        "SourceArn": f"arn:aws:s3:::{BUCKET}",
        "SourceAccount": ACCOUNT,
    }
    assert STACK.value(properties("BucketEntrada")["BucketName"]) == BUCKET


def test_bucket_waits_for_the_permission_without_a_cycle():
    assert set(as_list(RESOURCES["BucketEntrada"]["DependsOn"])) == {"PermissaoInvocar", "DestinoFalhas"}
    graph = {name: found.references & set(RESOURCES) for name, found in cloudformation.read(PATH).resources.items()}
    while ready := {name for name, needs in graph.items() if not needs & set(graph)}:
        graph = {name: needs for name, needs in graph.items() if name not in ready}
    assert graph == {}, "dependência circular"


def test_longest_bucket_name_fits():
    longest = DATA["Parameters"]["PrefixoBucket"]["MaxLength"]
    assert longest + len(f"-{ACCOUNT}-") + len("ap-southeast-1") <= 63


def test_failures_end_in_an_encrypted_queue():
    config = properties("DestinoFalhas")
    assert STACK.value(config["DestinationConfig"]) == {"OnFailure": {"Destination": STACK.arn("FilaFalhas")}}
    assert config["FunctionName"] == {"Ref": "FuncaoProcessar"}
    assert config["MaximumRetryAttempts"] == 2
    assert properties("FilaFalhas")["SqsManagedSseEnabled"] is True
    assert allowed("sqs:SendMessage", STACK.arn("FilaFalhas"))


def test_data_is_protected():
    bucket = properties("BucketEntrada")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [statement] = STACK.value(properties("PoliticaBucket")["PolicyDocument"]["Statement"])
    assert statement.pop("Sid")
    assert statement == {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [STACK.arn("BucketEntrada"), STACK.arn("BucketEntrada") + "/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    table = properties("TabelaResultados")
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_logs_are_json_in_the_functions_own_group():
    assert properties("FuncaoProcessar")["LoggingConfig"] == {
        "LogFormat": "JSON", "LogGroup": {"Ref": "LogsFuncao"},
    }
    assert properties("LogsFuncao")["RetentionInDays"] == {"Ref": "DiasLogs"}


# --- o arquivo --------------------------------------------------------------------------------


def test_template_fits_and_the_code_compiles():
    assert PATH.stat().st_size < cloudformation.LIMIT
    tree = ast.parse(properties("FuncaoProcessar")["Code"]["ZipFile"], feature_version=(3, 13))
    imported = [
        name
        for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [item.name for item in node.names])
    ]
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names) | {"boto3", "botocore"}


def test_parameters_and_outputs_are_explained():
    for name, spec in DATA["Parameters"].items():
        assert spec["Description"] and "Default" in spec, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(spec), name
    assert all(output["Description"] for output in DATA["Outputs"].values())
