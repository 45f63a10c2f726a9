"""Arquitetura `foto-perfil`: o código das duas funções sai do template e roda sobre S3 e DynamoDB simulados.

O formulário assinado passa por um S3 que confere a política e a assinatura dele, e cada chamada à
AWS é conferida com as permissões do papel de quem a faz.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import struct
import subprocess
import sys
import threading
import zlib
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import jmespath
import pytest
import requests

from scripts.replay.gateway import signed_form
from scripts.replay.stack import ACCOUNT, REGION
from scripts.replay.state import KEYS
from scripts.template import cloudformation
from tests.architectures.handlers import BY_THE_SERVICE, Notified, alone, imported, notice, reading
from tests.architectures.stack import Deployed

STACK = Deployed("foto-perfil")
PATH = STACK.path
FOLDER = PATH.parent
DATA = STACK.data
RESOURCES = DATA["Resources"]
INBOX = f"foto-perfil-{ACCOUNT}-{REGION}"
PHOTOS = "pilha-bucketfotos-abc123"
TABLE = "pilha-TabelaFotos-ABC123"
SECRET = KEYS["AWS_SECRET_ACCESS_KEY"]
LIMIT = int(STACK.ref("FotoMaximaMiB")) * 1024 * 1024
properties = STACK.properties


# --- fotos ------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 80, height: int = 80, colour: int = 0) -> bytes:
    """Um PNG inteiro, em tons de cinza."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([colour]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 80, height: int = 80, marker: int = 0xC0, extra: bytes = b"") -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    start = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + extra
    return start + struct.pack(">BBH", 0xFF, marker, len(frame) + 2) + frame + b"\xff\xda\x00\x02\xff\xd9"


def segment(marker: int, size: int) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, size + 2) + b"x" * size


def riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp(kind: str, width: int = 80, height: int = 80) -> bytes:
    if kind == "VP8X":
        data = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == "VP8L":
        data = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width | 0x4000, height | 0x8000)  # com os bits de escala
    return riff(kind.ljust(4).encode() + struct.pack("<I", len(data)) + data)


# --- as funções em execução -------------------------------------------------------------------


class Photos(Notified):
    """As duas funções, e o S3 que confere o formulário que uma delas assina."""

    def __init__(self, stack: Deployed, environment: pytest.MonkeyPatch):
        super().__init__(stack, environment, "FuncaoValidar")
        self.authorizer = self.load("FuncaoAutorizar")

    def authorize(self, request) -> dict:
        """O formulário assinado; assinar não chama a AWS."""
        before = len(self.used)
        form = self.call("FuncaoAutorizar", self.authorizer, request)
        assert len(self.used) == before
        return form

    def post(self, form: dict, body: bytes) -> dict:
        """Envia o formulário ao S3 e devolve o registro do evento."""
        assert refusal(form, body) == ""
        target = f"arn:aws:s3:::{INBOX}/{form['campos']['key']}"
        assert STACK.may("PapelAutorizar", "s3:PutObject", target), "quem assina não pode gravar"
        answer = requests.post(form["url"], data=form["campos"], files={"file": body}, timeout=30)
        assert str(answer.status_code) == form["campos"]["success_action_status"], answer.text
        head = self.s3.head_object(Bucket=INBOX, Key=form["campos"]["key"])
        return notice(INBOX, form["campos"]["key"], len(body), version=head["VersionId"])

    def send(self, body: bytes, sequencer: str = "0055AED6DCD90281E5", key: str = "envios/ana") -> dict:
        """Guarda o envio e devolve o registro que o S3 mandaria."""
        return self.upload(key, body, sequencer)

    def photo(self, person: str = "ana") -> dict | None:
        return next((row for row in self.rows() if (row["pessoa"], row["registro"]) == (person, "foto")), None)

    def history(self) -> list[str]:
        """A situação de cada envio, na ordem deles."""
        return [row["situacao"] for row in self.rows() if row["registro"] != "foto"]

    def rows(self, table: str = "TabelaFotos") -> list[dict]:
        return super().rows(table)

    def stored(self) -> list[str]:
        return list(self.state.objects(PHOTOS))

    def content(self, key: str) -> bytes:
        return self.state.objects(PHOTOS)[key]

    def sound(self) -> bool:
        """Toda linha de foto vigente tem a foto dela."""
        current = [row["chave"] for row in self.rows() if row["registro"] == "foto"]
        return set(current) <= set(self.stored())


def refusal(form: dict, body: bytes, later: timedelta = timedelta()) -> str:
    """Por que o S3 da execução recusaria este envio: assinatura, prazo, condições, campos fora da política."""
    secrets = {KEYS["AWS_ACCESS_KEY_ID"]: SECRET}
    return signed_form(secrets, form["url"], form["campos"], len(body), datetime.now(timezone.utc) + later).refusal


@pytest.fixture(scope="module")
def functions():
    with alone() as environment:
        yield Photos(STACK, environment)


@pytest.fixture
def application(functions, caplog):
    functions.clean()
    caplog.set_level(logging.INFO)
    return functions


REQUEST = {"pessoa": "ana", "nome": "minha foto.png", "tipo": "image/png"}


# --- do pedido à foto vigente -----------------------------------------------------------------


def test_an_authorized_photo_becomes_the_current_one(application):
    body = png(120, 90)
    application.invoke(application.post(application.authorize(REQUEST), body))
    row = application.photo()
    order = "0055AED6DCD90281E5".rjust(64, "0")
    assert row.pop("versao")
    assert row == {
        "pessoa": "ana", "registro": "foto", "ordem": order, "chave": f"ana/{order}.png", "formato": "png",
        "largura": 120, "altura": 90, "tamanho": len(body), "nome": "minha foto.png",
        "enviada_em": "2026-01-02T12:00:00.000Z",
    }
    assert application.stored() == [row["chave"]] and application.content(row["chave"]) == body
    assert application.s3.head_object(Bucket=PHOTOS, Key=row["chave"])["ContentType"] == "image/png"
    assert application.history() == ["aceita"]


def test_name_with_accents_and_emoji_arrives_whole(application):
    name = "férias + praia/1%20 😀.jpg"
    application.invoke(application.post(application.authorize(REQUEST | {"nome": name}), png()))
    assert application.photo()["nome"] == name


@pytest.mark.parametrize("name", ["Captura de Tela às 10.00\u202fPM.png", "família 👨\u200d👩\u200d👧.jpg", "fe\u0301rias\xa01.png"])
def test_names_as_phones_and_computers_write_them(application, name):
    application.invoke(application.post(application.authorize(REQUEST | {"nome": name}), png()))
    assert application.photo()["nome"] == name


def test_a_new_photo_takes_the_place_of_the_old_and_nothing_else(application):
    application.invoke(application.send(png(), "01"), application.send(png(), "01", key="envios/ana-2"))
    application.invoke(application.send(jpeg(), "02", "envios/ana"))
    assert application.stored() == ["ana-2/" + "01".rjust(64, "0") + ".png", "ana/" + "02".rjust(64, "0") + ".jpeg"]
    assert application.photo()["formato"] == "jpeg" and application.photo("ana-2")["formato"] == "png"


# --- quem autoriza ----------------------------------------------------------------------------


@pytest.mark.parametrize("event", [
    None, [], "ana", {}, {"pessoa": "ana"}, REQUEST | {"pessoa": ""}, REQUEST | {"pessoa": "../bia"},
    REQUEST | {"pessoa": "ana/bia"}, REQUEST | {"pessoa": "ana\n"}, REQUEST | {"pessoa": "joão"},
    REQUEST | {"pessoa": "a" * 65}, REQUEST | {"pessoa": 1}, REQUEST | {"nome": ""}, REQUEST | {"nome": "a" * 101},
    REQUEST | {"nome": "a\r\nx-amz-acl: public-read"}, REQUEST | {"nome": "\ud800"}, REQUEST | {"nome": None},
    REQUEST | {"nome": "foto\u202egpj.exe"}, REQUEST | {"nome": "a\u2028b"}, REQUEST | {"nome": "a\x7f"},
    REQUEST | {"tipo": "image/svg+xml"}, REQUEST | {"tipo": "text/html"}, REQUEST | {"tipo": ["image/png"]},
])
def test_a_bad_request_gets_the_reason_and_no_form(functions, event):
    answer = functions.authorize(event)
    assert list(answer) == ["erro"] and len(answer["erro"]) > 20


def test_form_goes_to_the_bucket_of_this_region_over_tls(functions):
    form = functions.authorize(REQUEST)
    assert form["url"] == f"https://{INBOX}.s3.{REGION}.amazonaws.com/"
    assert (form["segundos"], form["bytes"]) == (300, LIMIT)
    assert form["campos"]["key"] == "envios/ana"
    json.dumps(form)


@pytest.mark.parametrize(("change", "reason"), [
    ({"key": "envios/bia"}, "o campo `key` não é o que a política assina"),
    ({"key": "envios/ana/2"}, "o campo `key` não é o que a política assina"),
    ({"Content-Type": "text/html"}, "o campo `content-type` não é o que a política assina"),
    ({"x-amz-meta-nome": "outro"}, "o campo `x-amz-meta-nome` não é o que a política assina"),
    ({"acl": "public-read"}, "o campo `acl` não está na política"),
    ({"tagging": "<Tagging/>"}, "o campo `tagging` não está na política"),
    ({"x-amz-signature": "0" * 64}, "a assinatura não é a da política"),
])
def test_the_form_only_serves_for_what_was_signed(functions, change, reason):
    form = functions.authorize(REQUEST)
    assert refusal(form, png()) == ""
    assert refusal(form | {"campos": form["campos"] | change}, png()) == reason


def test_a_policy_changed_by_the_person_breaks_the_signature(functions):
    form = functions.authorize(REQUEST)
    policy = json.loads(base64.b64decode(form["campos"]["policy"]))
    policy["conditions"] = []
    form["campos"]["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
    assert refusal(form, png()) == "a assinatura não é a da política"


@pytest.mark.parametrize(("size", "accepted"), [(0, False), (1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_s3_itself_refuses_what_is_empty_or_too_large(functions, size, accepted):
    assert (refusal(functions.authorize(REQUEST), bytes(size)) == "") is accepted


def test_the_authorization_expires(functions):
    form = functions.authorize(REQUEST)
    assert refusal(form, png(), timedelta(minutes=4)) == ""
    assert refusal(form, png(), timedelta(minutes=6)) == "o prazo do formulário venceu"


def test_the_form_carries_no_secret(functions):
    assert SECRET not in json.dumps(functions.authorize(REQUEST))


# --- o conteúdo -------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "kind"), [
    (png(640, 480), "png"),
    (jpeg(640, 480), "jpeg"),
    (jpeg(640, 480, 0xC2), "jpeg"),
    (jpeg(640, 480, extra=segment(0xE1, 65_533) * 3 + b"\xff\xff\xff" + segment(0xDB, 65)), "jpeg"),
    (webp("VP8", 640, 480), "webp"),
    (webp("VP8L", 640, 480), "webp"),
    (webp("VP8X", 640, 480), "webp"),
], ids=["png", "jpeg", "jpeg-progressivo", "jpeg-com-exif-e-enchimento", "webp", "webp-sem-perda", "webp-estendido"])
def test_format_and_size_come_from_the_bytes(application, body, kind):
    application.invoke(application.send(body))
    row = application.photo()
    assert (row["formato"], row["largura"], row["altura"]) == (kind, 640, 480)
    assert application.s3.head_object(Bucket=PHOTOS, Key=row["chave"])["ContentType"] == f"image/{kind}"


def test_declared_type_and_extension_decide_nothing(application):
    form = application.authorize({"pessoa": "ana", "nome": "foto.webp", "tipo": "image/webp"})
    application.invoke(application.post(form, jpeg()))
    row = application.photo()
    assert row["chave"].endswith(".jpeg") and row["formato"] == "jpeg"


BAD = [
    (b"<html><script>alert(1)</script>", "não é JPEG, PNG nem WebP"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "não é JPEG, PNG nem WebP"),
    (b"GIF89a" + b"\0" * 50, "não é JPEG, PNG nem WebP"),
    (b"%PDF-1.7\n", "não é JPEG, PNG nem WebP"),
    (b"RIFF\x24\0\0\0WAVEfmt ", "não é JPEG, PNG nem WebP"),
    (b"x", "não é JPEG, PNG nem WebP"),
    (png()[:20], "png está incompleto"),
    (png()[:24] + b"\x10" + png()[25:], "png não confere"),
    (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x" * 13), "png não confere"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg está incompleto"),
    (b"\xff\xd8\xff\xda\x00\x08" + b"\0" * 50, "jpeg não confere"),
    (b"\xff\xd8\xff\xe0\x00\x00" + b"\0" * 50, "jpeg não confere"),
    (b"\xff\xd8\xff\xe0\x00\x00" + jpeg()[20:], "jpeg não confere"),
    (b"\xff\xd8\xff\xe0\x00\x04ab<html>", "jpeg não confere"),
    (jpeg(marker=0xC3), "jpeg não confere"),
    (b"\xff\xd8" + b"\xff" * 300_000, "longo demais"),
    (jpeg(extra=segment(0xE1, 65_533) * 4), "longo demais"),
    (webp("VP8X")[:-3], "webp está incompleta"),
    (riff(b"ALPH" + b"\0" * 20), "webp não confere"),
    (riff(b"VP8 " + b"\0" * 20), "webp não confere"),
    (riff(b"VP8L"), "webp não confere"),
    (png(63, 80), "63 x 80 pixels"),
    (png(64, 5001), "64 x 5001 pixels"),
    (jpeg(80, 0), "80 x 0 pixels"),
    (webp("VP8X", 16_777_216, 64), "16777216 x 64 pixels"),
]


def test_bad_content_is_refused_with_a_reason_and_touches_nothing(application):
    application.invoke(application.send(png(), "00"))
    before = application.photo(), application.stored()
    application.invoke(*(application.send(body, f"{index:04X}") for index, (body, _) in enumerate(BAD, 1)))
    assert (application.photo(), application.stored()) == before
    refused = application.rows()[1:-1]
    said = [(row["situacao"], reason in row["motivo"] or row["motivo"])
            for row, (_, reason) in zip(refused, BAD, strict=True)]
    assert said == [("recusada", True)] * len(BAD)


@pytest.fixture
def reads(monkeypatch):
    return reading(monkeypatch)


def test_only_the_start_of_a_photo_is_read(application, reads):
    application.invoke(application.send(png() + b"\0" * (LIMIT - len(png()))))
    assert application.history() == ["aceita"]
    assert sum(reads) == application.index.HEAD


def test_huge_upload_is_refused_by_the_event(application):
    application.invoke(notice(INBOX, "envios/ana", LIMIT + 1, "01", "1"))
    assert application.history() == ["recusada"] and "5 MiB" in application.rows()[0]["motivo"]
    assert application.actions == ["dynamodb:PutItem"]


def test_the_real_size_is_checked_before_reading(application, reads):
    event = application.send(png() + b"\0" * LIMIT)
    event["s3"]["object"]["size"] = 10
    application.invoke(event)
    assert application.history() == ["recusada"] and reads == []


def test_empty_upload_is_refused_without_reading(application):
    application.invoke(application.send(b""))
    assert application.history() == ["recusada"]
    assert application.actions == ["dynamodb:PutItem"]


# --- repetição e ordem ------------------------------------------------------------------------


def test_repeated_event_changes_nothing(application, monkeypatch):
    event = application.send(png())
    application.invoke(event)
    before = application.rows(), application.stored()
    monkeypatch.setattr(application.index.time, "time", lambda: 9e9)
    application.invoke(event, event)
    assert (application.rows(), application.stored()) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("0055AED6DCD90281E5", "0055AED6DCD90281E6"), ("55AED6", "0055AED7"), ("0a", "0B"), ("FF", "0100")],
)
@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 1)])
def test_newest_upload_wins_in_any_order(application, old, new, order):
    events = application.send(png(colour=1), old), application.send(png(colour=2), new)
    for index in order:
        application.invoke(events[index])
    [key] = application.stored()
    assert application.photo()["chave"] == key and application.content(key) == png(colour=2)
    assert application.history() == (["aceita", "aceita"] if order[0] == 0 else ["atrasada", "aceita"])


def test_same_photo_sent_twice_is_two_uploads(application):
    """Mesmo conteúdo, logo mesmo ETag: só a ordem do evento distingue os dois."""
    application.invoke(application.send(png(), "01"), application.send(png(), "02"))
    assert application.photo()["ordem"].endswith("02") and len(application.stored()) == 1


def test_shorter_sequencer_equal_after_padding_is_the_same_event(application, caplog):
    application.invoke(application.send(png(), "AA"))
    application.invoke(application.send(png(), "00AA"))
    assert caplog.messages == ["envio registrado", "evento repetido"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_bad_newer_upload_does_not_undo_a_good_older_one(application, order):
    """Cada evento lê a própria versão: o envio seguinte não apaga o anterior antes da leitura."""
    events = application.send(png(), "01"), application.send(b"nada", "02")
    for index in order:
        application.invoke(events[index])
    assert application.photo()["ordem"].endswith("01") and len(application.stored()) == 1
    assert application.history() == ["aceita", "recusada"]


@pytest.mark.parametrize("step", ["copy", "make_current", "remove_older", "register"])
@pytest.mark.parametrize(("slow", "fast"), [("01", "02"), ("02", "01")])
def test_two_at_once_leave_one_photo_and_its_row(application, monkeypatch, step, slow, fast):
    """Uma execução inteira acontece entre dois passos da outra."""
    first, second = application.send(png(colour=1), slow), application.send(png(colour=2), fast)
    original = getattr(application.index, step)

    def interrupted(*arguments):
        monkeypatch.setattr(application.index, step, original)
        application.invoke(second)
        assert application.sound()
        return original(*arguments)

    monkeypatch.setattr(application.index, step, interrupted)
    application.invoke(first)
    assert application.photo()["ordem"].endswith("02")
    assert application.stored() == [application.photo()["chave"]]
    assert len(application.history()) == 2


# --- falhas -----------------------------------------------------------------------------------

FAULTS = {
    "ler": ("s3", "GetObject", "SlowDown", 503),
    "copiar": ("s3", "CopyObject", "InternalError", 500),
    "gravar a foto": ("dynamodb", "PutItem", "ThrottlingException", 400),
    "listar": ("s3", "ListObjectsV2", "SlowDown", 503),
    "apagar a anterior": ("s3", "DeleteObject", "InternalError", 500),
    "registrar": ("dynamodb", "PutItem", "ThrottlingException", 400, 1),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_failure_halfway_is_repeated_and_leaves_no_orphan(application, fault):
    application.invoke(application.send(png(), "01"))
    event = application.send(jpeg(), "02")
    application.fail(*fault)
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        application.invoke(event)
    assert application.sound()
    application.heal()
    application.invoke(event)
    assert application.stored() == [application.photo()["chave"]] and application.photo()["formato"] == "jpeg"
    assert application.history() == ["aceita", "aceita"]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_next_photo_cleans_what_a_lost_event_left(application, fault):
    application.invoke(application.send(png(), "01"))
    application.fail(*fault)
    with pytest.raises(RuntimeError):
        application.invoke(application.send(jpeg(), "02"))
    application.heal()
    application.invoke(application.send(webp("VP8X"), "03"))
    assert application.stored() == [application.photo()["chave"]] and application.photo()["formato"] == "webp"


@pytest.mark.parametrize(("status", "code"), [(404, "NoSuchVersion"), (404, "NoSuchKey"), (403, "AccessDenied")])
def test_missing_upload_is_recorded_and_repaired_by_a_repeat(application, status, code):
    event = application.send(png())
    application.fail("s3", "GetObject", code, status)
    application.invoke(event)
    assert application.history() == ["indisponivel"] and application.photo() is None
    application.heal()
    application.invoke(event)
    assert application.history() == ["aceita"] and application.sound()


@pytest.mark.parametrize("absent", [True, False], ids=["ausente", "null"])
def test_upload_before_versioning_reaches_the_whole_bucket(application, absent):
    """Logo depois de criado, o bucket ainda pode guardar um envio sem versão: o evento o chama de nulo."""
    application.s3.put_bucket_versioning(Bucket=INBOX, VersioningConfiguration={"Status": "Suspended"})
    try:
        event = application.send(png())
        if not absent:
            event["s3"]["object"]["versionId"] = None
        application.invoke(event)
    finally:
        application.s3.put_bucket_versioning(Bucket=INBOX, VersioningConfiguration={"Status": "Enabled"})
    assert application.history() == ["aceita"] and application.photo()["versao"] == "null"


def test_a_deleted_version_is_missing_for_real(application):
    event = application.send(png())
    application.s3.delete_object(Bucket=INBOX, Key="envios/ana", VersionId=event["s3"]["object"]["versionId"])
    application.invoke(event)
    assert application.history() == ["indisponivel"]


def test_denied_copy_is_a_failure_and_not_a_missing_photo(application):
    event = application.send(png())
    application.fail("s3", "CopyObject", "AccessDenied", 403)
    with pytest.raises(RuntimeError):
        application.invoke(event)
    assert application.rows() == []


@pytest.mark.parametrize("key", [
    "envios/", "envios/ana/2", "envios/joão 1+2.png", "envios/../ana", "ana", "envios/" + "a" * 65, "envios/ana\n",
])
def test_strange_keys_are_ignored(application, caplog, key):
    application.invoke(notice(INBOX, key, 10, "01", "1"))
    assert application.used == [] and application.rows() == []
    assert caplog.records[-1].chave == key


def test_key_is_decoded_before_use(application):
    event = application.send(png(), key="envios/Ana_B-1")
    event["s3"]["object"]["key"] = "envios/%41na_B%2D1"
    application.invoke(event)
    assert application.photo("Ana_B-1")["nome"] == ""


def test_one_failing_record_does_not_lose_the_others(application, caplog):
    good = application.send(png(), key="envios/bia")
    with pytest.raises(RuntimeError, match="2 de 3 registros falharam"):
        application.invoke({}, {"s3": {"object": {"key": "envios/ana"}}}, good)
    assert application.photo("bia")
    assert [entry.chave for entry in caplog.records if entry.levelname == "ERROR"] == ["", "envios/ana"]


def test_s3_test_event_passes(application):
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": INBOX, "RequestId": "5582815E1AEA5ADF"}
    application.index.handler(event, None)
    assert application.used == [] and application.rows() == []


def test_history_expires_and_the_photo_does_not(application, monkeypatch):
    monkeypatch.setattr(application.index.time, "time", lambda: 1_000_000.9)
    application.invoke(application.send(png()))
    sent, current = application.rows()
    assert sent["expira"] == 1_000_000 + 90 * 86_400 and "expira" not in current
    assert properties("TabelaFotos")["TimeToLiveSpecification"] == {"AttributeName": "expira", "Enabled": True}


def test_logs_tell_the_outcome_and_never_the_file_name(application, caplog):
    form = application.authorize(REQUEST | {"nome": "biquíni.png"})
    application.invoke(application.post(form, png()), application.send(b"x", "02"))
    entries = [entry.__dict__ for entry in caplog.records if entry.name == "root"]
    assert [(entry["pessoa"], entry.get("situacao")) for entry in entries] == [
        ("ana", None), ("ana", "aceita"), ("ana", "recusada"),
    ]
    assert "biqu" not in repr(entries) and form["campos"]["x-amz-signature"] not in repr(entries)
    own = set(entries[1]) - set(logging.makeLogRecord({}).__dict__) - {"message", "asctime"}
    json.dumps({name: entries[1][name] for name in own}, default=int)


# --- permissões e ligações --------------------------------------------------------------------


def test_roles_grant_what_is_used_and_nothing_else(application):
    application.invoke(application.send(png(), "01"), application.send(png(), "02"))
    assert STACK.actions("PapelFuncao") == set(application.actions) | BY_THE_SERVICE
    assert STACK.actions("PapelAutorizar") == {"s3:PutObject"} | BY_THE_SERVICE - {"sqs:SendMessage"}
    for role in ("PapelAutorizar", "PapelFuncao"):
        assert len(properties(role)["Policies"]) == 1 and "ManagedPolicyArns" not in properties(role)
        [trust] = properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(("role", "action", "resource"), [
    ("PapelAutorizar", "s3:PutObject", f"arn:aws:s3:::{PHOTOS}/ana/x.png"),
    ("PapelAutorizar", "s3:PutObject", f"arn:aws:s3:::{INBOX}/outra/ana"),
    ("PapelAutorizar", "s3:GetObject", f"arn:aws:s3:::{INBOX}/envios/ana"),
    ("PapelAutorizar", "dynamodb:PutItem", STACK.arn_of("TabelaFotos")),
    ("PapelAutorizar", "logs:PutLogEvents", STACK.arn_of("LogsFuncao")),
    ("PapelFuncao", "s3:PutObject", f"arn:aws:s3:::{INBOX}/envios/ana"),
    ("PapelFuncao", "s3:DeleteObject", f"arn:aws:s3:::{INBOX}/envios/ana"),
    ("PapelFuncao", "s3:GetObject", f"arn:aws:s3:::{PHOTOS}/ana/x.png"),
    ("PapelFuncao", "s3:ListBucket", f"arn:aws:s3:::{INBOX}"),
    ("PapelFuncao", "dynamodb:DeleteItem", STACK.arn_of("TabelaFotos")),
    ("PapelFuncao", "sqs:SendMessage", STACK.arn_of("FilaFalhas") + "2"),
])
def test_roles_deny_the_neighbours(role, action, resource):
    assert not STACK.may(role, action, resource)


def test_what_the_function_writes_never_triggers_it(application):
    [notification] = properties("BucketEntrada")["NotificationConfiguration"]["LambdaConfigurations"]
    assert notification["Event"] == "s3:ObjectCreated:*"
    assert notification["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "envios/"}]
    assert STACK.value(notification["Function"]) == STACK.arn_of("FuncaoValidar")
    assert "NotificationConfiguration" not in properties("BucketFotos")
    assert STACK.may("PapelFuncao", "s3:GetObjectVersion", f"arn:aws:s3:::{INBOX}/envios/x")


def test_only_this_bucket_of_this_account_invokes_the_validation():
    assert STACK.value(properties("PermissaoInvocar")) == {
        "Action": "lambda:InvokeFunction", "FunctionName": STACK.arn_of("FuncaoValidar"), "Principal": "s3.amazonaws.com",
        "SourceArn": f"arn:aws:s3:::{INBOX}", "SourceAccount": ACCOUNT,
    }
    assert STACK.value(properties("BucketEntrada")["BucketName"]) == INBOX


def test_nothing_invokes_the_authorization_from_outside():
    kinds = [spec["Type"] for spec in RESOURCES.values()]
    assert kinds.count("AWS::Lambda::Permission") == 1 and "AWS::Lambda::Url" not in kinds


def test_bucket_waits_for_the_permission_without_a_cycle():
    assert set(STACK.resource("BucketEntrada").depends_on) == {"PermissaoInvocar", "DestinoFalhas"}
    assert STACK.cycle() == set()


def test_longest_bucket_name_fits():
    longest = DATA["Parameters"]["PrefixoBucket"]["MaxLength"]
    assert longest + len(f"-{ACCOUNT}-") + len("ap-southeast-1") <= 63


def test_uploads_expire_with_their_versions():
    rules = properties("BucketEntrada")["LifecycleConfiguration"]["Rules"]
    assert rules[0] == {
        "Id": "apagar-envios", "Status": "Enabled", "ExpirationInDays": {"Ref": "DiasEnvios"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


@pytest.mark.parametrize(("bucket", "policy"), [("BucketEntrada", "PoliticaBucket"), ("BucketFotos", "PoliticaBucketFotos")])
def test_buckets_are_private_encrypted_and_only_by_tls(bucket, policy):
    block = properties(bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True} and len(block) == 4
    [rule] = properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert properties(policy)["Bucket"] == {"Ref": bucket}
    [statement] = STACK.value(properties(policy)["PolicyDocument"]["Statement"])
    assert statement == {
        "Sid": "NegarSemTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [STACK.arn_of(bucket), STACK.arn_of(bucket) + "/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_failures_end_in_an_encrypted_queue():
    config = properties("DestinoFalhas")
    assert STACK.value(config["DestinationConfig"]) == {"OnFailure": {"Destination": STACK.arn_of("FilaFalhas")}}
    assert config["FunctionName"] == {"Ref": "FuncaoValidar"} and config["MaximumRetryAttempts"] == 2
    assert properties("FilaFalhas")["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(("function", "group"), [("FuncaoAutorizar", "LogsAutorizar"), ("FuncaoValidar", "LogsFuncao")])
def test_logs_are_json_in_the_functions_own_group(function, group):
    assert properties(function)["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": group}}
    assert properties(group)["RetentionInDays"] == {"Ref": "DiasLogs"}


# --- a página e o arquivo ---------------------------------------------------------------------


def test_the_command_of_the_page_sends_the_signed_form(functions, tmp_path):
    """O trecho da página, com `curl` de verdade, contra um servidor que guarda o que chega."""
    received = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.handle_request, daemon=True).start()
    form = functions.authorize(REQUEST | {"nome": "férias; 1=2.png"})
    form["url"] = f"http://127.0.0.1:{server.server_port}/"
    (tmp_path / "formulario.json").write_text(json.dumps(form))
    (tmp_path / "foto.jpg").write_bytes(png())
    page = (FOLDER / "index.md").read_text(encoding="utf-8")
    [script] = [block for block in re.findall(r"```bash\n(.*?)```", page, re.S) if "--form-string" in block]
    try:
        subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, timeout=20)
    finally:
        server.server_close()
    [body] = received
    for name, value in form["campos"].items():
        assert f'name="{name}"\r\n\r\n{value}\r\n'.encode() in body
    assert body.index(b'name="file"') > max(body.index(f'name="{name}"'.encode()) for name in form["campos"])
    assert png() in body


def test_the_cleaning_loop_deletes_versions_and_marks_and_ends(application):
    query = re.search(r"--query '(\{Objects: .*\})'", (FOLDER / "index.md").read_text(encoding="utf-8"))[1]
    application.send(png())
    application.send(jpeg())
    application.s3.delete_object(Bucket=INBOX, Key="envios/ana")
    sizes = []
    while "VersionId" in json.dumps(payload := jmespath.search(query, application.s3.list_object_versions(Bucket=INBOX))):
        sizes.append(len(payload["Objects"]))
        application.s3.delete_objects(Bucket=INBOX, Delete=payload)
    assert sizes == [3] and payload["Objects"] == []


@pytest.mark.parametrize("function", ["FuncaoAutorizar", "FuncaoValidar"])
def test_template_fits_and_the_code_compiles(function):
    assert PATH.stat().st_size < cloudformation.LIMIT
    assert imported(properties(function)["Code"]["ZipFile"]) <= set(sys.stdlib_module_names) | {"boto3", "botocore"}


def test_parameters_and_outputs_are_explained():
    for name, spec in DATA["Parameters"].items():
        assert spec["Description"] and "Default" in spec, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(spec), name
    assert all(output["Description"] for output in DATA["Outputs"].values())
