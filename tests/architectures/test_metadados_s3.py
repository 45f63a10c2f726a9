"""Arquitetura `metadados-s3`: o código sai do template e roda sobre S3 e DynamoDB simulados.

Cada chamada da função à AWS é conferida com as permissões do papel, também tiradas do template.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import subprocess
import sys
import time
import zipfile
import zlib
from types import SimpleNamespace

import jmespath
import pytest

from scripts.replay.stack import ACCOUNT, REGION
from scripts.template import cloudformation
from tests.architectures.handlers import BY_THE_SERVICE, Notified, alone, imported, notice, reading
from tests.architectures.stack import Deployed

STACK = Deployed("metadados-s3")
PATH = STACK.path
DATA = STACK.data
RESOURCES = DATA["Resources"]
BUCKET, RESULT = f"metadados-s3-{ACCOUNT}-{REGION}", "pilha-bucketresultado-abc123"
METADATA, AUDIT = "pilha-TabelaMetadados-ABC123", "pilha-TabelaAuditoria-ABC123"
MIB = 1024 * 1024
properties = STACK.properties


# --- a função em execução ---------------------------------------------------------------------


class Metadata(Notified):
    """A função, as tabelas em que ela grava e o bucket das cópias."""

    def process(self, key: str, body: bytes) -> dict:
        """Envia, aciona e devolve a linha."""
        self.invoke(self.upload(key, body))
        return self.row(key)

    def row(self, key: str) -> dict | None:
        return next((row for row in self.rows() if row["objeto"] == key), None)

    def rows(self, table: str = "TabelaMetadados") -> list[dict]:
        return super().rows(table)

    def trail(self) -> list[dict]:
        return self.rows("TabelaAuditoria")

    def copies(self) -> list[str]:
        return list(self.state.objects(RESULT))

    def copy(self, row: dict) -> bytes:
        return self.state.objects(RESULT)[row["resultado"]]


@pytest.fixture(scope="module")
def function():
    with alone() as environment:
        yield Metadata(STACK, environment, "FuncaoProcessar")


@pytest.fixture
def application(function, caplog):
    function.clean()
    caplog.set_level(logging.INFO)
    return function


# --- arquivos de exemplo, montados à mão para se conhecer cada byte ---------------------------


def tiff(order: str = "big", turn: int = 6, gps: bool = True) -> bytes:
    """Um EXIF com fabricante, orientação e, se for o caso, o ponteiro para a localização."""
    number = {"big": lambda value, size: value.to_bytes(size, "big"),
              "little": lambda value, size: value.to_bytes(size, "little")}[order]
    tags = [(0x010F, 2, number(0x4D617263, 4)), (0x0112, 3, number(turn, 2) + b"\0\0")]
    tags += [(0x8825, 4, number(8, 4))] * gps
    entries = b"".join(number(tag, 2) + number(kind, 2) + number(1, 4) + value for tag, kind, value in tags)
    start = (b"MM\0*" if order == "big" else b"II*\0") + number(8, 4)
    return start + number(len(tags), 2) + entries + bytes(4) + b"-23.5505,-46.6333"


ONLY_TURN = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06" + bytes(6)


def segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + (len(body) + 2).to_bytes(2, "big") + body


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
ICC = segment(0xE2, b"ICC_PROFILE\0\1\1perfil")
TABLES = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))
FRAME = segment(0xC2, b"\x08\x00\x4d\x00\x7b\x01\x01\x11\x00")
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"dados\xff\0\xff\xd0mais"
END = b"\xff\xd9"
EXIF = segment(0xE1, b"Exif\0\0" + tiff())
PRIVATE = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>segredo</x>") + segment(0xED, b"Photoshop") + segment(
    0xFE, b"segredo") + segment(0xE2, b"MPF\0outra foto")
JPEG = b"\xff\xd8" + JFIF + EXIF + PRIVATE + ICC + TABLES + FRAME + SCAN + TABLES + SCAN + END + b"video segredo"
CLEAN_JPEG = (b"\xff\xd8" + JFIF + segment(0xE1, b"Exif\0\0" + ONLY_TURN) + ICC + TABLES + FRAME + SCAN + TABLES + SCAN
              + END)


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


HEADER = chunk(b"IHDR", (3).to_bytes(4, "big") + (2).to_bytes(4, "big") + b"\x08\2\0\0\0")
PIXELS = chunk(b"gAMA", b"\0\0\xb1\x8f") + chunk(b"IDAT", zlib.compress(bytes(2 * 10)))
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG = (SIGNATURE + HEADER + chunk(b"tEXt", b"Author\0segredo") + chunk(b"eXIf", tiff("little"))
       + chunk(b"tIME", bytes(7)) + PIXELS + chunk(b"IEND") + b"segredo")
CLEAN_PNG = SIGNATURE + HEADER + chunk(b"eXIf", ONLY_TURN) + PIXELS + chunk(b"IEND")


SCREEN = b"GIF89a\3\0\2\0\x80\0\0" + bytes(6)
FRAMES = (b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0" + b"\x21\xf9\4\0\0\0\0\0\x2c" + bytes(8) + b"\x80"
          + bytes(6) + b"\2\2\x4c\1\0")
GIF = (SCREEN + b"\x21\xfe\7segredo\0" + b"\x21\xff\x0bXMP DataXMP\7segredo\0" + FRAMES + b"\x21\x01\7segredo\0;"
       + b"segredo")
CLEAN_GIF = SCREEN + FRAMES + b";"


def block(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) & 1)


def riff(*blocks: bytes) -> bytes:
    payload = b"WEBP" + b"".join(blocks)
    return b"RIFF" + len(payload).to_bytes(4, "little") + payload


def extended(flags: int) -> bytes:
    return block(b"VP8X", bytes([flags, 0, 0, 0, 7, 0, 0, 5, 0, 0]))


LOSSLESS = block(b"VP8L", b"\x2f\x07\x40\x01\x00resto")
WEBP = riff(extended(0x3C), block(b"ICCP", b"perfil"), LOSSLESS, block(b"EXIF", tiff()), block(b"XMP ", b"segredo"),
            block(b"OUTR", b"segredo")) + b"segredo"
CLEAN_WEBP = riff(extended(0x38), block(b"ICCP", b"perfil"), LOSSLESS, block(b"EXIF", ONLY_TURN))
PDF = b"%PDF-1.7\n1 0 obj <</Type /Pages>> endobj 2 0 obj <</Type /Page>> 3 0 obj <</Type/Page >>\n%%EOF\n"
WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
BODY = WORD + "<w:p><w:r><w:t>Ação</w:t></w:r></w:p><w:p/>".encode() + b"</w:body></w:document>"


def package(document: bytes | None = BODY, method: int = zipfile.ZIP_DEFLATED, **more: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        if document is not None:
            archive.writestr("word/document.xml", document)
        for name, body in more.items():
            archive.writestr(name, body)
    return target.getvalue()


DOCX = package()


# --- tarefa 1: metadados ----------------------------------------------------------------------


def test_an_image_becomes_a_row_a_copy_and_a_trail(application):
    event = application.upload("fotos/praia.jpg", JPEG)
    before = int(time.time())
    application.invoke(event)
    digest = hashlib.sha256(JPEG).hexdigest()
    common = {
        "objeto": "fotos/praia.jpg",
        "versao": event["s3"]["object"]["versionId"],
        "tamanho": len(JPEG),
        "situacao": "transformado",
        "formato": "jpg",
        "sha256": digest,
        "resultado": f"{digest}.jpg",
    }
    order = "0055AED6DCD90281E5".rjust(64, "0")
    row, [trail] = application.row("fotos/praia.jpg"), application.trail()
    when = row.pop("processado_em")
    assert row == common | {
        "ordem": order,
        "enviado_em": "2026-01-02T12:00:00.000Z",
        "conteudo": {"largura": 123, "altura": 77, "orientacao": 6, "localizacao_no_exif": True, "blocos_removidos": 5},
        "tamanho_resultado": len(CLEAN_JPEG),
    }
    assert 0 <= trail.pop("expira_em") - before - 365 * 86_400 < 60
    assert trail == common | {
        "evento": f"{order}#transformado",
        "quem": "AWS:AROAEXEMPLO",
        "de_onde": "203.0.113.7",
        "operacao": "ObjectCreated:Put",
        "pedido": "EXEMPLO",
        "quando": "2026-01-02T12:00:00.000Z",
        "registrado_em": when,
        "execucao": "00000000-0000-0000-0000-000000000000",
    }


@pytest.mark.parametrize(
    ("body", "kind", "content"),
    [
        (PNG, "png", {"largura": 3, "altura": 2, "orientacao": 6, "localizacao_no_exif": True, "blocos_removidos": 3}),
        (WEBP, "webp",
         {"largura": 8, "altura": 6, "orientacao": 6, "localizacao_no_exif": True, "blocos_removidos": 3}),
        (GIF, "gif", {"largura": 3, "altura": 2, "blocos_removidos": 3}),
        (riff(LOSSLESS), "webp", {"largura": 8, "altura": 6, "blocos_removidos": 0}),
        (riff(block(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x10\x40\x20\x00")), "webp",
         {"largura": 16, "altura": 32, "blocos_removidos": 0}),
        (PDF, "pdf", {"versao_pdf": "1.7", "protegido": False, "tem_script": False, "paginas_aparentes": 2}),
        (b"%PDF-1.5\n<</Encrypt 1 0 R /OpenAction <</JS (x)>> >>\n%%EOF", "pdf",
         {"versao_pdf": "1.5", "protegido": True, "tem_script": True}),
        (DOCX, "docx", {"paragrafos": 2, "caracteres": 4}),
        ("olá, mundo\nfim".encode(), "txt", {"codificacao": "utf-8", "linhas": 2, "palavras": 3}),
        ("item;preço\ncafé;1\n".encode("cp1252"), "csv", {"codificacao": "cp1252", "colunas": 2, "registros": 2}),
        ('{"a": [1, 2], "b": null}'.encode("utf-16"), "json", {"codificacao": "utf-16", "raiz": "objeto", "itens": 2}),
        (b"\xef\xbb\xbf [1, 2, 3]", "json", {"codificacao": "utf-8", "raiz": "lista", "itens": 3}),
        (b"[secao]\nchave = 1\n", "txt", {"codificacao": "utf-8", "linhas": 2, "palavras": 4}),
        (b'{"a": NaN}', "txt", {"codificacao": "utf-8", "linhas": 1, "palavras": 2}),
        (b"[" * 100_000, "txt", {"codificacao": "utf-8", "linhas": 1, "palavras": 1}),
        (b'"aspas abertas;1\n2;3\n', "txt", {"codificacao": "utf-8", "linhas": 2, "palavras": 3}),
        (b"a;b\n1;2;3\n", "txt", {"codificacao": "utf-8", "linhas": 2, "palavras": 2}),
    ],
    ids=["png", "webp", "gif", "webp-simples", "webp-com-perdas", "pdf", "pdf-protegido", "docx", "texto", "csv-cp1252",
         "json-utf16", "json-bom", "ini", "nan", "json-fundo", "aspas", "campo-a-mais"],
)
def test_metadata_come_from_the_content_and_not_from_the_name(application, body, kind, content):
    row = application.process("nome-qualquer.exe", body)
    assert (row["formato"], row["conteudo"]) == (kind, content)
    assert row["situacao"] == ("validado" if kind in ("pdf", "docx") else "transformado")


def test_key_with_accents_spaces_and_plus(application):
    key = "março 2026/foto + legenda (1º).jpg"
    event = application.upload(key, JPEG)
    assert event["s3"]["object"]["key"] == "mar%C3%A7o+2026/foto+%2B+legenda+%281%C2%BA%29.jpg"
    application.invoke(event)
    assert application.row(key)["situacao"] == application.trail()[0]["situacao"] == "transformado"


def test_a_key_that_looks_like_a_path_is_only_a_key(application):
    row = application.process("../../etc/passwd", PNG)
    assert row["resultado"] == application.copies()[0] == hashlib.sha256(PNG).hexdigest() + ".png"


# --- tarefa 2: transformar ou validar ---------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "clean", "media"),
    [
        (JPEG, CLEAN_JPEG, "image/jpeg"),
        (PNG, CLEAN_PNG, "image/png"),
        (WEBP, CLEAN_WEBP, "image/webp"),
        (GIF, CLEAN_GIF, "image/gif"),
        ("\ufeffum\r\ndois\rtrês".encode(), "um\ndois\ntrês".encode(), "text/plain; charset=utf-8"),
        (b"<script>alert(1)</script>", b"<script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("item;preço\r\ncafé;1".encode("cp1252"), "item;preço\ncafé;1".encode(), "text/csv; charset=utf-8"),
        ('{"é": 1}'.encode("utf-16"), '{"é": 1}'.encode(), "application/json"),
    ],
    ids=["jpeg", "png", "webp", "gif", "texto", "html", "csv", "json"],
)
def test_the_copy_has_the_content_and_not_the_rest(application, body, clean, media):
    row = application.process("a", body)
    assert application.copy(row) == clean
    assert application.s3.head_object(Bucket=RESULT, Key=row["resultado"])["ContentType"] == media
    for secret in (b"segredo", b"-23.5505", b"Marc"):
        assert secret not in clean
    original = application.s3.get_object(Bucket=BUCKET, Key="a")["Body"].read()
    assert original == body, "o original fica como chegou"


@pytest.mark.parametrize(("turn", "gps"), [(1, True), (0, False), (9, False)])
def test_a_straight_photo_loses_the_whole_exif(application, turn, gps):
    body = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + tiff("little", turn, gps)) + FRAME + SCAN + END
    row = application.process("a.jpg", body)
    assert application.copy(row) == b"\xff\xd8" + FRAME + SCAN + END
    assert "orientacao" not in row["conteudo"] and row["conteudo"]["localizacao_no_exif"] is gps


@pytest.mark.parametrize("start", [b"MM\0*", b"II*\0"])
@pytest.mark.parametrize("rest", [b"", b"\xff" * 4, b"\0\0\0\x08\xff\xff", b"\0\0\0\x08\0\x01\x01"])
def test_a_broken_exif_is_dropped(application, start, rest):
    row = application.process("a.jpg", b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + start + rest) + FRAME + SCAN + END)
    assert application.copy(row) == b"\xff\xd8" + FRAME + SCAN + END


def test_metadata_hidden_under_another_marker_do_not_pass(application):
    """Um segundo começo de imagem, um APP desconhecido e lixo entre segmentos."""
    hidden = b"\xff\xd8" + EXIF[:40]
    hidden = b"\xff\xd8" + len(hidden).to_bytes(2, "big") + hidden[2:]
    body = b"\xff\xd8" + segment(0xE5, b"segredo") + b"segredo" + segment(0xF7, b"segredo") + FRAME + SCAN + END
    assert application.copy(application.process("a.jpg", body)) == b"\xff\xd8" + FRAME + SCAN + END
    row = application.process("b.jpg", b"\xff\xd8" + hidden + FRAME + SCAN + END)
    assert row["situacao"] == "rejeitado" or b"Marc" not in application.copy(row)


CUT = "cortado ou corrompido"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (JPEG[:JPEG.index(END)], f"JPEG {CUT}"),
        (b"\xff\xd8" + FRAME + END, f"JPEG {CUT}"),
        (b"\xff\xd8" + SCAN + END, f"JPEG {CUT}"),
        (b"\xff\xd8\xff\xe1\xff\xffcurto", f"JPEG {CUT}"),
        (b"\xff\xd8\xff\xe1\0\1" + FRAME + SCAN + END, f"JPEG {CUT}"),
        (b"\xff\xd8" + segment(0xC0, bytes(9)) + SCAN + END, "largura ou altura zero"),
        (b"\xff\xd8\xff" + b"\xff" * 1_000_000, f"JPEG {CUT}"),
        (PNG[:-30], f"PNG {CUT}"),
        (CLEAN_PNG.replace(b"\0\0\xb1\x8f", b"\0\0\xb1\x8e"), f"PNG {CUT}"),
        (SIGNATURE + HEADER + chunk(b"IEND"), f"PNG {CUT}"),
        (SIGNATURE + b"\xff\xff\xff\xffIHDR", f"PNG {CUT}"),
        (WEBP[:60], f"WebP {CUT}"),
        (riff(extended(0)), f"WebP {CUT}"),
        (riff(block(b"XMP ", b"x")), f"WebP {CUT}"),
        (riff(b"VP8L\xff\xff\xff\xff"), f"WebP {CUT}"),
        (riff(block(b"VP8X", b""), LOSSLESS), f"WebP {CUT}"),
        (riff(block(b"VP8L", b"\x2f"), LOSSLESS), f"WebP {CUT}"),
        (b"\xff\xd8" + segment(0xDD, b"") * 100_001, "mais de 100000 blocos"),
        (b"\xff\xd8" + segment(0xFE, b"") * 100_001, "mais de 100000 blocos"),
        (SIGNATURE + HEADER + chunk(b"IDAT") * 100_001, "mais de 100000 blocos"),
        (SCREEN + b"\x21\xf9\0" * 100_001, "mais de 100000 blocos"),
        (riff(LOSSLESS, block(b"ALPH", b"") * 100_001), "mais de 100000 blocos"),
        (b"%PDF-1.7\nsem fim", "PDF cortado"),
        (b"%PDF-x\n%%EOF", "PDF cortado"),
        (DOCX[:-4], "ZIP cortado"),
        (DOCX[:40] + bytes(20) + DOCX[60:], "DOCX corrompido"),
        (package(None), "não é um DOCX"),
        (package(**{"word/vbaProject.bin": b"x"}), "macros"),
        (package(method=zipfile.ZIP_LZMA), "compressão fora do padrão"),
        (package(WORD), "DOCX corrompido"),
        (package(b"<html/>"), "não se espera"),
        (package(b'<!DOCTYPE a [<!ENTITY x "y">]><document/>'), "entidades"),
        (bytes(100), "formato não reconhecido"),
        (b"GIF89a" + bytes(20), "largura ou altura zero"),
        (SCREEN + b";", f"GIF {CUT}"),
        (CLEAN_GIF[:-1], f"GIF {CUT}"),
        (CLEAN_GIF[:-3], f"GIF {CUT}"),
        (b"GIF89a\1\0\1\0", f"GIF {CUT}"),
        (b"BM" + bytes(20), "formato não reconhecido"),
        (b"\x7fELF\1\1", "formato não reconhecido"),
        ("olá".encode("utf-16")[:-1], "formato não reconhecido"),
        (b"\xef\xbb\xbf \n", "formato não reconhecido"),
        (b"a" * (5 * MIB + 1), "texto acima de 5 MiB"),
    ],
)
def test_bad_content_is_rejected_with_a_reason_and_leaves_no_copy(application, body, reason):
    row = application.process("a.jpg", body)
    assert (row["situacao"], row["sha256"]) == ("rejeitado", hashlib.sha256(body).hexdigest())
    assert reason in row["motivo"]
    assert application.copies() == []
    assert [entry["motivo"] for entry in application.trail()] == [row["motivo"]]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (WORD + b"<w:t>" + b"x" * (21 * MIB), "passa de 20 MiB"),
        (WORD + b"<a>" * 100_000, "não se espera"),
    ],
    ids=["aberto", "fundo"],
)
def test_a_small_package_that_opens_huge_stops_early(application, document, reason):
    body = package(document)
    assert len(body) < 100_000
    assert reason in application.process("a.docx", body)["motivo"]


def test_a_package_with_a_huge_or_lying_index_is_not_opened(application, monkeypatch):
    many = package(**{f"numero-muito-longo-{number}": b"" for number in range(16_000)})
    monkeypatch.setattr(application.index.zipfile, "ZipFile", lambda *_: pytest.fail("abriu o pacote"))
    for body in (many, DOCX + b"comentario", DOCX[:-22] + b"PK\6\7" + bytes(16) + DOCX[-22:]):
        assert "índice grande demais" in application.process("a.docx", body)["motivo"]


def test_an_encrypted_package_is_rejected(application):
    body = bytearray(DOCX)
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        position = -1
        while (position := body.find(mark, position + 1)) >= 0:
            body[position + flags] |= 1
    assert "protegido por senha" in application.process("a.docx", bytes(body))["motivo"]


# --- tarefa 3: auditoria, e passo 4 -----------------------------------------------------------


def test_the_order_is_copy_audit_and_metadata(application):
    application.process("a.jpg", JPEG)
    name = hashlib.sha256(JPEG).hexdigest()
    assert application.used == [
        ("s3:GetObjectVersion", f"arn:aws:s3:::{BUCKET}/a.jpg"),
        ("s3:PutObject", f"arn:aws:s3:::{RESULT}/{name}.jpg"),
        ("dynamodb:PutItem", STACK.arn_of("TabelaAuditoria")),
        ("dynamodb:PutItem", STACK.arn_of("TabelaMetadados")),
    ]


def test_repeated_event_leaves_the_same_rows_and_copy(application, caplog):
    event = application.upload("a.jpg", JPEG)
    application.invoke(event)
    before = application.rows(), application.trail(), application.copies()
    application.invoke(event, event)
    assert (application.rows(), application.trail(), application.copies()) == before
    assert caplog.messages == ["metadados gravados"] + ["auditoria já registrada", "evento repetido ou atrasado"] * 2


@pytest.mark.parametrize("late", [False, True], ids=["em-ordem", "fora-de-ordem"])
@pytest.mark.parametrize(
    ("old", "new"),
    [("0055AED6DCD90281E5", "0055AED6DCD90281E6"), ("55AED6", "0055AED7"), ("0a", "0B"), ("FF", "0100")],
)
def test_newest_event_wins_and_the_trail_keeps_both_in_order(application, old, new, late):
    events = [application.upload("a", PNG, old), application.upload("a", JPEG, new)]
    application.invoke(*reversed(events) if late else events)
    assert [row["formato"] for row in application.rows()] == ["jpg"]
    assert [row["formato"] for row in application.trail()] == ["png", "jpg"]


@pytest.mark.parametrize("absent", [True, False], ids=["ausente", "null"])
def test_object_before_versioning_reaches_the_whole_bucket(application, absent):
    """Logo depois de criado, o bucket ainda pode guardar um objeto sem versão: o evento a chama de nula."""
    application.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    try:
        application.s3.put_object(Bucket=BUCKET, Key="a.jpg", Body=JPEG)
        event = notice(BUCKET, "a.jpg", len(JPEG), "01")
        if not absent:
            event["s3"]["object"]["versionId"] = None
        application.invoke(event)
    finally:
        application.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    row = application.row("a.jpg")
    assert (row["situacao"], row["versao"], application.trail()[0]["versao"]) == ("transformado", "null", "null")


def test_a_late_extended_block_without_body_is_copied_as_it_is(application):
    body = riff(LOSSLESS, block(b"VP8X", b""))
    assert application.copy(application.process("a.webp", body)) == body


def test_each_event_reads_its_own_version(application):
    """O objeto foi substituído antes de o primeiro evento ser tratado."""
    first = application.upload("a", PNG, "01")
    second = application.upload("a", JPEG, "02")
    application.invoke(first)
    assert application.row("a")["sha256"] == hashlib.sha256(PNG).hexdigest()
    application.invoke(second)
    assert application.row("a")["sha256"] == hashlib.sha256(JPEG).hexdigest()


def test_a_newer_event_handled_in_the_middle_of_an_older_one(application, monkeypatch):
    first, second = application.upload("a", PNG, "01"), application.upload("a", JPEG, "02")
    original = application.index.save
    interrupted = []

    def save(item):
        if not interrupted:
            interrupted.append(item)
            application.invoke(second)
        original(item)

    monkeypatch.setattr(application.index, "save", save)
    application.invoke(first)
    assert application.row("a")["formato"] == "jpg"
    assert [row["formato"] for row in application.trail()] == ["png", "jpg"]


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (("s3", "GetObject", "SlowDown", 503, ""), 0),
        (("s3", "PutObject", "SlowDown", 503, ""), 0),
        (("s3", "PutObject", "AccessDenied", 403, ""), 0),
        (("dynamodb", "PutItem", "ThrottlingException", 400, AUDIT), 1),
        (("dynamodb", "PutItem", "ProvisionedThroughputExceededException", 400, METADATA), 2),
    ],
    ids=["ler", "copiar", "copiar-sem-permissão", "auditar", "gravar"],
)
@pytest.mark.parametrize("lost", [False, True], ids=["recusada", "resposta-perdida"])
def test_a_failure_half_way_points_to_nothing_missing_and_the_retry_completes(application, fault, done, lost):
    def written():
        return [len(application.copies()), len(application.trail()), len(application.rows())]

    event = application.upload("a.jpg", JPEG)
    application.fail(*fault[:4], where=fault[4], times=1, lost=lost)
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        application.invoke(event)
    done += lost and fault[1] != "GetObject"
    assert written() == [1] * done + [0] * (3 - done)
    application.invoke(event)
    assert written() == [1, 1, 1]
    assert application.copy(application.row("a.jpg")) == CLEAN_JPEG


def test_missing_version_404_and_later_replay(application):
    event = application.upload("a.jpg", JPEG)
    application.s3.delete_object(Bucket=BUCKET, Key="a.jpg", VersionId=event["s3"]["object"]["versionId"])
    application.invoke(event)
    assert application.row("a.jpg")["situacao"] == application.trail()[0]["situacao"] == "indisponivel"


def test_unreadable_version_403_is_told_and_the_replay_adds_to_the_trail(application, caplog):
    event = application.upload("a.jpg", JPEG)
    application.fail("s3", "GetObject", "AccessDenied", 403, times=2)
    application.invoke(event, event)
    row = application.row("a.jpg")
    assert (row["situacao"], row["motivo"]) == ("indisponivel", application.index.UNAVAILABLE)
    assert {entry.levelname for entry in caplog.records} == {"WARNING", "INFO"}
    application.invoke(event)
    assert application.row("a.jpg")["situacao"] == "transformado"
    assert [row["situacao"] for row in application.trail()] == ["indisponivel", "transformado"]


@pytest.mark.parametrize("key", ["vazio.txt", "pasta/"])
def test_empty_object_has_rows_and_is_not_read(application, key):
    row = application.process(key, b"")
    assert (row["situacao"], row["tamanho"], len(application.trail())) == ("vazio", 0, 1)
    assert set(application.actions) == {"dynamodb:PutItem"}


@pytest.fixture
def reads(monkeypatch):
    return reading(monkeypatch)


def test_huge_object_is_refused_by_the_event(application):
    limit = int(STACK.ref("TamanhoMaximoMiB")) * MIB
    application.invoke(notice(BUCKET, "a.jpg", limit + 1, "01", "v"))
    row = application.row("a.jpg")
    assert (row["situacao"], row["tamanho"]) == ("rejeitado", limit + 1)
    assert "20 MiB" in row["motivo"] and application.trail()[0]["motivo"] == row["motivo"]
    assert set(application.actions) == {"dynamodb:PutItem"}


def test_huge_object_is_refused_by_its_header_without_reading(application, reads, monkeypatch):
    monkeypatch.setattr(application.index, "MAX_MIB", 1)
    event = application.upload("a.txt", b"a\n" * 600_000)
    event["s3"]["object"]["size"] = 10
    application.invoke(event)
    assert application.row("a.txt")["situacao"] == "rejeitado" and reads == []


def test_one_failing_record_does_not_lose_the_others(application, caplog):
    bad, good = application.upload("ruim.jpg", JPEG), application.upload("boa.jpg", JPEG)
    application.fail("s3", "GetObject", "InternalError", 500, where="ruim.jpg")
    unordered = application.upload("sem-ordem.jpg", JPEG)
    del unordered["s3"]["object"]["sequencer"]
    with pytest.raises(RuntimeError, match="3 de 4 registros falharam"):
        application.invoke({}, bad, unordered, good)
    assert [row["objeto"] for row in application.rows()] == ["boa.jpg"]
    failed = [entry.objeto for entry in caplog.records if entry.levelname == "ERROR"]
    assert failed == ["", "ruim.jpg", "sem-ordem.jpg"]


def test_s3_test_event_passes(application):
    event = {
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-03-02T12:00:00.000Z",
        "Bucket": BUCKET, "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
    }
    application.index.handler(event, SimpleNamespace(aws_request_id="x"))
    assert application.used == [] and application.rows() == []


def test_logs_and_rows_tell_the_outcome_and_never_the_content(application, caplog):
    secret = b"nome;cpf\nMaria;123.456.789-00\n"
    application.process("a.csv", secret)
    application.process("b.csv", secret + b"\0")
    application.process("c.jpg", JPEG)
    entries = [entry.__dict__ for entry in caplog.records]
    assert [(entry["objeto"], entry["situacao"]) for entry in entries] == [
        ("a.csv", "transformado"), ("b.csv", "rejeitado"), ("c.jpg", "transformado"),
    ]
    kept = repr(entries) + repr(application.rows()) + repr(application.trail())
    for text in ("Maria", "123.456", "cpf", "segredo", "-23.5505", "Marc"):
        assert text not in kept
    assert "203.0.113.7" not in repr(entries), "o endereço de quem envia fica só na auditoria, que tem prazo"
    own = set(entries[0]) - set(logging.makeLogRecord({}).__dict__) - {"message", "asctime"}
    json.dumps({name: entries[0][name] for name in own})  # o formato JSON da Lambda precisa disto


# --- permissões e ligações --------------------------------------------------------------------


def test_role_grants_what_is_used_and_nothing_else(application):
    application.process("a.jpg", JPEG)
    assert STACK.actions("PapelFuncao") == set(application.actions) | BY_THE_SERVICE
    assert len(properties("PapelFuncao")["Policies"]) == 1
    assert "ManagedPolicyArns" not in properties("PapelFuncao")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/a.jpg"),
        ("s3:GetObjectVersion", f"arn:aws:s3:::{RESULT}/a.jpg"),
        ("s3:GetObjectVersion", "arn:aws:s3:::outro-bucket/a.jpg"),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/a.jpg"),
        ("s3:DeleteObject", f"arn:aws:s3:::{RESULT}/a.jpg"),
        ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        ("dynamodb:PutItem", STACK.arn_of("TabelaMetadados").replace(METADATA, "outra")),
        ("dynamodb:GetItem", STACK.arn_of("TabelaAuditoria")),
        ("dynamodb:UpdateItem", STACK.arn_of("TabelaAuditoria")),
        ("dynamodb:DeleteItem", STACK.arn_of("TabelaAuditoria")),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/outra:*"),
        ("logs:CreateLogGroup", STACK.arn_of("LogsFuncao")),
        ("sqs:SendMessage", STACK.arn_of("FilaFalhas") + "2"),
        ("sqs:ReceiveMessage", STACK.arn_of("FilaFalhas")),
    ],
)
def test_role_denies_the_neighbours(action, resource):
    assert not STACK.may("PapelFuncao", action, resource)


def test_what_the_function_writes_cannot_trigger_it():
    """O único bucket que notifica não é o que a função pode escrever."""
    notifying = {name for name in RESOURCES if "NotificationConfiguration" in RESOURCES[name].get("Properties", {})}
    assert notifying == {"BucketEntrada"}
    granted = STACK.granted("PapelFuncao")
    assert [arn for action, arn in granted if action == "s3:PutObject"] == [STACK.arn_of("BucketResultado") + "/*"]
    assert {action for action, arn in granted if arn.startswith(STACK.arn_of("BucketEntrada"))} == {"s3:GetObjectVersion"}


def test_notification_reaches_only_this_function():
    [notification] = properties("BucketEntrada")["NotificationConfiguration"]["LambdaConfigurations"]
    assert STACK.value(notification) == {"Event": "s3:ObjectCreated:*", "Function": STACK.arn_of("FuncaoProcessar")}
    assert STACK.value(properties("PermissaoInvocar")) == {
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


def test_a_queued_failure_still_finds_its_version():
    """A versão substituída dura ao menos o que a mensagem dura na fila."""
    rules = properties("BucketEntrada")["LifecycleConfiguration"]["Rules"]
    [rule] = [rule for rule in rules if "ExpirationInDays" in rule]
    kept = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert kept * 86_400 >= properties("FilaFalhas")["MessageRetentionPeriod"]
    destination = STACK.value(properties("DestinoFalhas")["DestinationConfig"])
    assert destination == {"OnFailure": {"Destination": STACK.arn_of("FilaFalhas")}}


def test_the_trail_outlives_the_stack_and_has_a_term():
    assert RESOURCES["TabelaAuditoria"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert properties("TabelaAuditoria")["TimeToLiveSpecification"] == {"AttributeName": "expira_em", "Enabled": True}


@pytest.mark.parametrize(("bucket", "policy"), [("BucketEntrada", "PoliticaEntrada"),
                                                ("BucketResultado", "PoliticaResultado")])
def test_buckets_are_protected(bucket, policy):
    assert list(properties(bucket)["PublicAccessBlockConfiguration"].values()) == [True] * 4
    [rule] = properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert properties(policy)["Bucket"] == {"Ref": bucket}
    [statement] = STACK.value(properties(policy)["PolicyDocument"]["Statement"])
    assert statement.pop("Sid")
    assert statement == {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [STACK.arn_of(bucket), STACK.arn_of(bucket) + "/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


# --- os comandos da página ---------------------------------------------------------------------

PAGE = PATH.with_name("index.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_gives_what_the_page_says(application):
    command = re.search(r"^printf '.*'(?= > antigo\.csv$)", PAGE, re.MULTILINE)[0]
    body = subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout
    row = application.process("antigo.csv", body)
    assert (row["situacao"], row["formato"]) == ("transformado", "csv")
    assert row["conteudo"] == {"codificacao": "cp1252", "colunas": 2, "registros": 2}
    assert application.copy(row).decode() == "produto;preço\ncafé;10\n"


def test_the_cleaning_loop_deletes_versions_and_marks_and_ends(application):
    query = re.search(r"--query '(\{Objects: .*\})'", PAGE)[1]
    application.upload("a b.jpg", JPEG)
    application.upload("a b.jpg", PNG)
    application.s3.delete_object(Bucket=BUCKET, Key="a b.jpg")
    sizes = []
    while True:
        payload = jmespath.search(query, application.s3.list_object_versions(Bucket=BUCKET))
        sizes.append(len(payload["Objects"]))
        if "VersionId" not in json.dumps(payload):
            break
        application.s3.delete_objects(Bucket=BUCKET, Delete=payload)
    assert sizes == [3, 0]


# --- o arquivo --------------------------------------------------------------------------------


def test_template_fits_and_the_code_compiles():
    assert PATH.stat().st_size < cloudformation.LIMIT
    assert imported(properties("FuncaoProcessar")["Code"]["ZipFile"]) <= set(sys.stdlib_module_names) | {"boto3", "botocore"}


def test_parameters_and_outputs_are_explained():
    for name, spec in DATA["Parameters"].items():
        assert spec["Description"] and "Default" in spec, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(spec), name
    assert all(output["Description"] for output in DATA["Outputs"].values())
