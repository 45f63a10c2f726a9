"""Arquitetura `cli-s3-lambda-dynamodb`: o código sai do template e roda sobre S3 e DynamoDB simulados.

Cada chamada da função à AWS é conferida com as permissões do papel, também tiradas do template.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from scripts.replay.stack import ACCOUNT, REGION
from scripts.template import cloudformation
from tests.architectures.handlers import BY_THE_SERVICE, Notified, alone, imported, notice, reading
from tests.architectures.stack import Deployed

STACK = Deployed("cli-s3-lambda-dynamodb")
PATH = STACK.path
DATA = STACK.data
BUCKET = f"arquivos-cli-{ACCOUNT}-{REGION}"
TABLE = "pilha-TabelaResultados-ABC123"
CSV = "produto,quantidade,preço,data\ncafé,2,10.50,2026-03-01\nchá,3,4.25,2026-03-02\n".encode()
properties = STACK.properties


# --- a função em execução ---------------------------------------------------------------------


class Results(Notified):
    """A função e a tabela em que ela grava."""

    def row(self, key: str) -> dict | None:
        return next((row for row in self.rows() if row["arquivo"] == key), None)

    def rows(self, table: str = "TabelaResultados") -> list[dict]:
        return super().rows(table)


@pytest.fixture(scope="module")
def function():
    with alone() as environment:
        yield Results(STACK, environment, "FuncaoProcessar")


@pytest.fixture
def application(function, caplog):
    function.clean()
    caplog.set_level(logging.INFO)
    return function


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
        "enviado_em": "2026-01-02T12:00:00.000Z",
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
        application.forget()


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


def test_missing_object_404(application):
    event = application.upload("entrada/a.csv", CSV)
    application.s3.delete_object(Bucket=BUCKET, Key="entrada/a.csv")
    application.invoke(event)
    assert application.row("entrada/a.csv")["situacao"] == "indisponivel"


def test_missing_object_403_without_list_permission(application, caplog):
    event = application.upload("entrada/a.csv", CSV)
    application.fail("s3", "GetObject", "AccessDenied", 403)
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
    application.invoke(notice(BUCKET, "entrada/a.csv", 10, "01"))
    assert application.row("entrada/a.csv")["situacao"] == "processado"


@pytest.mark.parametrize("code", ["InternalError", "SlowDown", "InvalidObjectState"])
def test_other_s3_errors_are_retried(application, caplog, code):
    event = application.upload("entrada/a.csv", CSV)
    application.fail("s3", "GetObject", code, 503)
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        application.invoke(event)
    assert application.rows() == []
    assert code in str(caplog.records[-1].exc_info[1])


@pytest.fixture
def reads(monkeypatch):
    return reading(monkeypatch)


def test_huge_object_is_refused_by_the_event(application):
    limit = int(STACK.ref("TamanhoMaximoMiB")) * 1024 * 1024
    application.invoke(notice(BUCKET, "entrada/a.csv", limit + 1, "01"))
    row = application.row("entrada/a.csv")
    assert (row["situacao"], row["tamanho"]) == ("rejeitado", limit + 1)
    assert "20 MiB" in row["motivo"]
    assert application.actions == ["dynamodb:PutItem"]


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
    assert application.actions == ["dynamodb:PutItem"]


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
    application.fail("s3", "GetObject", "InternalError", 500, where="ruim.csv")
    with pytest.raises(RuntimeError, match="2 de 3 registros falharam"):
        application.invoke({}, bad, good)
    assert [row["arquivo"] for row in application.rows()] == ["entrada/boa.csv"]
    failed = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    assert [entry.arquivo for entry in failed] == ["", "entrada/ruim.csv"]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_throttled_table_makes_lambda_retry(application, caplog, code):
    event = application.upload("entrada/a.csv", CSV)
    application.fail("dynamodb", "PutItem", code)
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
    assert STACK.actions("PapelFuncao") == set(application.actions) | BY_THE_SERVICE
    assert len(properties("PapelFuncao")["Policies"]) == 1
    assert "ManagedPolicyArns" not in properties("PapelFuncao")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/saida/a.csv"),
        ("s3:GetObject", "arn:aws:s3:::outro-bucket/entrada/a.csv"),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/entrada/a.csv"),
        ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        ("dynamodb:PutItem", STACK.arn_of("TabelaResultados").replace(TABLE, "outra")),
        ("dynamodb:DeleteItem", STACK.arn_of("TabelaResultados")),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/outra:*"),
        ("logs:CreateLogGroup", STACK.arn_of("LogsFuncao")),
        ("sqs:SendMessage", STACK.arn_of("FilaFalhas") + "2"),
        ("sqs:ReceiveMessage", STACK.arn_of("FilaFalhas")),
    ],
)
def test_role_denies_the_neighbours(action, resource):
    assert not STACK.may("PapelFuncao", action, resource)


def test_only_the_lambda_service_assumes_the_role():
    [statement] = properties("PapelFuncao")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }


def test_notification_covers_the_input_and_nothing_the_function_writes(application):
    [notification] = properties("BucketEntrada")["NotificationConfiguration"]["LambdaConfigurations"]
    assert notification["Event"] == "s3:ObjectCreated:*"
    assert STACK.value(notification["Function"]) == STACK.arn_of("FuncaoProcessar")
    rules = {rule["Name"]: STACK.value(rule["Value"]) for rule in notification["Filter"]["S3Key"]["Rules"]}
    assert rules == {"prefix": STACK.ref("PrefixoEntrada"), "suffix": ".csv"}
    application.invoke(application.upload("entrada/a.csv", CSV))
    assert set(application.actions) == {"s3:GetObject", "dynamodb:PutItem"}
    assert {action for action in STACK.actions("PapelFuncao") if action.startswith("s3:")} == {"s3:GetObject"}


def test_whatever_is_notified_may_be_read():
    """O prefixo da notificação e o da permissão são o mesmo."""
    assert STACK.may("PapelFuncao", "s3:GetObject", f"arn:aws:s3:::{BUCKET}/{STACK.ref('PrefixoEntrada')}x/y z+é.csv")


def test_only_this_bucket_of_this_account_invokes_the_function():
    permission = STACK.value(properties("PermissaoInvocar"))
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": STACK.arn_of("FuncaoProcessar"),
        "Principal": "s3.amazonaws.com",
        "SourceArn": f"arn:aws:s3:::{BUCKET}",
        "SourceAccount": ACCOUNT,
    }
    assert STACK.value(properties("BucketEntrada")["BucketName"]) == BUCKET


def test_bucket_waits_for_the_permission_without_a_cycle():
    assert set(STACK.resource("BucketEntrada").depends_on) == {"PermissaoInvocar", "DestinoFalhas"}
    assert STACK.cycle() == set()


def test_longest_bucket_name_fits():
    longest = DATA["Parameters"]["PrefixoBucket"]["MaxLength"]
    assert longest + len(f"-{ACCOUNT}-") + len("ap-southeast-1") <= 63


def test_failures_end_in_an_encrypted_queue():
    config = properties("DestinoFalhas")
    assert STACK.value(config["DestinationConfig"]) == {"OnFailure": {"Destination": STACK.arn_of("FilaFalhas")}}
    assert config["FunctionName"] == {"Ref": "FuncaoProcessar"}
    assert config["MaximumRetryAttempts"] == 2
    assert properties("FilaFalhas")["SqsManagedSseEnabled"] is True
    assert STACK.may("PapelFuncao", "sqs:SendMessage", STACK.arn_of("FilaFalhas"))


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
        "Resource": [STACK.arn_of("BucketEntrada"), STACK.arn_of("BucketEntrada") + "/*"],
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
    assert imported(properties("FuncaoProcessar")["Code"]["ZipFile"]) <= set(sys.stdlib_module_names) | {"boto3", "botocore"}


def test_parameters_and_outputs_are_explained():
    for name, spec in DATA["Parameters"].items():
        assert spec["Description"] and "Default" in spec, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(spec), name
    assert all(output["Description"] for output in DATA["Outputs"].values())
