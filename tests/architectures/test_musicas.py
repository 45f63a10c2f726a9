"""Arquitetura `musicas`: o site e a função saem do template e trabalham sobre o mesmo S3 simulado.

O site responde por HTTP num processo próprio; a função roda aqui, sobre o evento que o S3 mandaria.
As chamadas dos dois à AWS são conferidas com as permissões dos papéis do template.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import resource
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from scripts.replay.door import ALLOWED, Asked
from scripts.replay.stack import ACCOUNT, REGION
from tests.architectures.handlers import Bench, imported, notice, stored
from tests.architectures.stack import Deployed

SONGS, SHEETS = f"musicas-{ACCOUNT}-{REGION}", "pilha-bucketfichas-abc123"
LIMIT = 1024 * 1024
STACK = Deployed("musicas", {"TamanhoMaximoArquivo": "1"})
SPY = """
import json, os, botocore.client
original = botocore.client.BaseClient._make_api_call
def call(self, operation, params):
    with open(os.environ["CHAMADAS"], "a") as notes:
        said = {name: value for name, value in params.items() if name != "Body"}
        notes.write(json.dumps([self.meta.service_model.signing_name, operation, said], default=str) + "\\n")
    return original(self, operation, params)
botocore.client.BaseClient._make_api_call = call
"""


# --- músicas de mentira, com a forma das de verdade -------------------------------------------

FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""Um quadro MP3 de 128 kbit/s a 44,1 kHz: 417 bytes, 1152 amostras."""


def syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(*frames: tuple[str, bytes], version: int = 3, flags: int = 0, size: int | None = None) -> bytes:
    """Uma etiqueta ID3v2; `size` mente sobre o tamanho dela."""
    body = b""
    for name, data in frames:
        length = syncsafe(len(data)) if version == 4 else struct.pack(">I", len(data))
        body += name.encode() + (length[1:] if version == 2 else length + b"\0\0") + data
    if flags & 0x80:  # dessincronizada: os tamanhos dos quadros são os de antes
        body = body.replace(b"\xff", b"\xff\0")
    return b"ID3" + bytes([version, 0, flags]) + syncsafe(len(body) if size is None else size) + body


def mp3(*frames: tuple[str, bytes], count: int = 200, **options: Any) -> bytes:
    return (id3(*frames, **options) if frames else b"") + FRAME * count


def block(kind: int, data: bytes, last: bool = False, length: int | None = None) -> bytes:
    return bytes([kind | (0x80 if last else 0)]) + struct.pack(">I", len(data) if length is None else length)[1:] + data


def streaminfo(seconds: int, hertz: int = 44100) -> bytes:
    packed = hertz << 44 | 1 << 41 | 15 << 36 | seconds * hertz
    return struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8) + bytes(16)


def comments(*pairs: str | bytes, count: int | None = None) -> bytes:
    items = [pair.encode() if isinstance(pair, str) else pair for pair in pairs]
    listed = b"".join(struct.pack("<I", len(item)) + item for item in items)
    return struct.pack("<I", 4) + b"eu!!" + struct.pack("<I", len(items) if count is None else count) + listed


def flac(*blocks: bytes, seconds: int = 61) -> bytes:
    return b"fLaC" + block(0, streaminfo(seconds)) + b"".join(blocks) + block(1, bytes(8), last=True) + b"\xff\xf8" + bytes(400)


def chunk(name: str, data: bytes, length: int | None = None) -> bytes:
    return name.encode() + struct.pack("<I", len(data) if length is None else length) + data + bytes(len(data) % 2)


def wav(seconds: int = 3, length: int | None = None, extra: bytes = b"") -> bytes:
    kind = chunk("fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    body = b"WAVE" + kind + extra + chunk("data", bytes(8000 * seconds), length)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def text(value: str) -> bytes:
    return b"\x01" + value.encode("utf-16")


TAGGED = mp3(("TIT2", text("Água de março")), ("APIC", bytes(90_000)), ("TPE1", text("Elis & Tom")))


# --- o site, a função e os buckets ------------------------------------------------------------


@pytest.fixture(scope="module")
def source(load):
    return load("musicas", "Servidor")


@pytest.fixture(scope="module")
def resources(source):
    return source.data["Resources"]


@pytest.fixture(scope="module")
def s3(s3: Any) -> Any:
    for bucket in (SONGS, SHEETS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


@pytest.fixture(scope="module")
def start(serve, aws, s3, tmp_path_factory) -> Callable[..., Any]:
    """Põe o site no ar, com um espião que anota as chamadas dele à AWS em `site.calls`."""
    values = {"BucketMusicas": SONGS, "BucketFichas": SHEETS, "TamanhoMaximoArquivo": "1",
              "BucketMusicas.RegionalDomainName": f"{SONGS}.s3.{REGION}.amazonaws.com"}

    def run(**changes: str) -> Any:
        folder = tmp_path_factory.mktemp("espiao")
        (folder / "sitecustomize.py").write_text(SPY)
        site = serve(values, {"PYTHONPATH": str(folder), "CHAMADAS": str(folder / "chamadas"), **changes})
        site.calls = folder / "chamadas"
        return site

    return run


@pytest.fixture(scope="module")
def running(start, aws):
    return start(ORIGEM_MUSICAS=aws)


class Catalog(Bench):
    """A função, pronta para receber eventos sobre o mesmo S3 do site."""

    def __call__(self, *records: dict) -> None:
        self.call("FuncaoCatalogar", self.index, {"Records": list(records)})


@pytest.fixture(scope="module")
def function(aws, s3) -> Iterator[Catalog]:
    with pytest.MonkeyPatch.context() as environment:
        bench = Catalog(STACK, environment, aws)
        bench.index = bench.load("FuncaoCatalogar")
        yield bench


@pytest.fixture
def site(running, s3, function):
    """O site com os dois buckets vazios."""
    for bucket in (SONGS, SHEETS):
        stored(bucket).clear()
    function.asked.clear()
    function.heal()
    return running


@pytest.fixture
def catalog(site, s3, function) -> Callable[..., dict | None]:
    """Guarda o objeto, entrega o evento à função e devolve a ficha."""
    def run(body: bytes, key: str = "musicas/a") -> dict | None:
        function(put(s3, key, body))
        return sheet(s3, key)

    return run


def put(s3: Any, key: str, body: bytes) -> dict:
    s3.put_object(Bucket=SONGS, Key=key, Body=body)
    return event(s3, key)


def event(s3: Any, key: str) -> dict:
    """O registro que o S3 manda quando o objeto é criado; a chave vai codificada."""
    head = s3.head_object(Bucket=SONGS, Key=key)
    return notice(SONGS, key, head["ContentLength"], etag=head["ETag"])


def keys(s3: Any, bucket: str) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def sheet(s3: Any, key: str) -> dict | None:
    wanted = f"fichas/{key.removeprefix('musicas/')}.json"
    return json.load(s3.get_object(Bucket=SHEETS, Key=wanted)["Body"]) if wanted in stored(SHEETS) else None


def send(site: Any, name: str, content: bytes, **options: Any) -> requests.Response:
    return site.post("/musicas", files={"musica": (name, content, "audio/mpeg")}, **options)


# --- do envio à biblioteca --------------------------------------------------------------------


def test_song_goes_from_upload_to_library(site, s3, function):
    """Enviar, esperar a função e ouvir: o caminho inteiro."""
    answer = send(site, "Águas.mp3", TAGGED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    [key] = keys(s3, SONGS)
    page = site.get().text
    assert "Águas.mp3" in page and "processando…" in page and "<audio" not in page
    function(event(s3, key))
    page = site.get().text
    for shown in ("Água de março", "Elis &amp; Tom", "0:05", "MP3", "<audio"):
        assert shown in page
    assert "processando…" not in page
    stored = s3.head_object(Bucket=SONGS, Key=key)
    assert (stored["ContentType"], stored["Metadata"]) == ("audio/mpeg", {"nome": "%C3%81guas.mp3"})


@pytest.mark.parametrize(("action", "disposition"), [("ouvir", "inline"), ("baixar", "attachment")])
def test_song_comes_straight_from_s3(site, s3, aws, action, disposition):
    """O site só assina: o áudio vem do S3, com o nome original e o tipo conferido."""
    send(site, 'Olá "mundo"; x.mp3', TAGGED)
    [key] = keys(s3, SONGS)
    answer = site.get(f"/{key}/{action}", allow_redirects=False)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    assert "X-Amz-Expires=900" in answer.headers["Location"] and answer.headers["Location"].startswith(aws)
    song = requests.get(answer.headers["Location"], timeout=30)
    assert song.content == TAGGED and song.headers["Content-Type"] == "audio/mpeg"
    assert song.headers["Content-Disposition"] == f"{disposition}; filename*=UTF-8''Ol%C3%A1%20%22mundo%22%3B%20x.mp3"


def test_type_chosen_by_another_is_not_trusted(site, s3):
    """Um objeto posto à mão como HTML desce como arquivo sem tipo."""
    key = f"musicas/{'1' * 13}-{'a' * 32}"
    s3.put_object(Bucket=SONGS, Key=key, Body=b"<script>", ContentType="text/html")
    location = site.get(f"/{key}/ouvir", allow_redirects=False).headers["Location"]
    assert "response-content-type=application%2Foctet-stream" in location


def test_empty_library(site):
    assert "Nenhuma música ainda." in site.get().text


def test_newest_first_in_pages(site, s3):
    """As mais novas vêm primeiro; o que passa de uma página fica no link."""
    for number in range(55):
        s3.put_object(Bucket=SONGS, Key=f"musicas/{number:013d}-{number:032x}", Body=FRAME)
    s3.put_object(Bucket=SONGS, Key="musicas/à mão.mp3", Body=FRAME)
    first = site.get().text
    shown = re.findall(r"0{10}\d{3}-0\w+", first)
    assert shown[0].startswith(f"{0:013d}-") and first.count("processando…") == 50
    link = re.search(r'href="(/\?depois=[^"]+)"', first)[1]
    second = site.get(link).text
    assert second.count("processando…") == 5 and "Mais antigas" not in second
    assert site.get("/?depois=../x").status_code == 404


def test_later_upload_sorts_first(site, s3):
    send(site, "antes.mp3", TAGGED)
    send(site, "depois.mp3", TAGGED)
    page = site.get().text
    assert page.index("depois.mp3") < page.index("antes.mp3")


def test_sheet_is_read_once(site, s3, function):
    """A biblioteca aberta de novo não relê as fichas que não mudaram."""
    send(site, "a.mp3", TAGGED)
    function(event(s3, keys(s3, SONGS)[0]))
    site.get()
    site.calls.write_text("")
    site.get()
    assert {json.loads(line)[1] for line in site.calls.read_text().splitlines()} == {"ListObjectsV2"}


def test_song_without_sheet_for_long(site, s3):
    send(site, "a.mp3", TAGGED)
    [key] = keys(s3, SONGS)
    stored(SONGS)[key].last_modified -= timedelta(minutes=16)
    page = site.get().text
    assert "sem ficha há mais de 15 minutos" in page and "processando…" not in page


def test_sheet_of_replaced_content_is_ignored(site, s3, function):
    """Trocaram o objeto à mão: até a ficha nova chegar, a velha não vale."""
    send(site, "a.mp3", TAGGED)
    [key] = keys(s3, SONGS)
    function(event(s3, key))
    new = put(s3, key, mp3(("TIT2", text("Outra"))))
    assert "processando…" in site.get().text
    function(new)
    assert "Outra" in site.get().text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"duracao": "x"}', b"\xff", b"[" * 70_000],
                         ids=["vazia", "cortada", "lista", "texto", "sem-etag", "binária", "funda"])
def test_broken_sheet_does_not_break_the_library(site, s3, body):
    send(site, "a.mp3", TAGGED)
    [key] = keys(s3, SONGS)
    s3.put_object(Bucket=SHEETS, Key=f"fichas/{key.removeprefix('musicas/')}.json", Body=body)
    answer = site.get()
    assert answer.status_code == 200 and "processando…" in answer.text


def test_deleted_song_leaves_the_library(site, s3, function):
    send(site, "a.mp3", TAGGED)
    [key] = keys(s3, SONGS)
    function(event(s3, key))
    s3.delete_object(Bucket=SONGS, Key=key)
    assert "Nenhuma música ainda." in site.get().text
    assert site.get(f"/{key}/ouvir").status_code == 404


# --- o que o site recusa ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content", "status", "message"), [
    ("texto.mp3", b"isto nao e musica" * 50, 415, "não é MP3, FLAC nem WAV"),
    ("foto.mp3", b"\xff\xd8\xff\xe0" + bytes(500), 415, "não é MP3, FLAC nem WAV"),
    ("video.wav", b"RIFF\0\0\0\0AVI LIST" + bytes(500), 415, "não é MP3, FLAC nem WAV"),
    ("curta.flac", b"fLa", 415, "não é MP3, FLAC nem WAV"),
    ("vazia.mp3", b"", 400, "vazio"),
    ("grande.mp3", FRAME + bytes(LIMIT), 413, "passa do limite de 1 MiB"),
    ("enorme.mp3", FRAME + bytes(3 * LIMIT), 413, "passa do limite de 1 MiB"),
    ("/", TAGGED, 400, "Escolha uma música."),
])
def test_refused_before_storing(site, s3, name, content, status, message):
    answer = send(site, name, content)
    assert answer.status_code == status and message in answer.text
    assert keys(s3, SONGS) == []


@pytest.mark.parametrize(("name", "content", "kind"), [
    ("a.txt", FRAME * 2, "audio/mpeg"), ("b", wav(), "audio/wav"), ("c.mp3", flac(), "audio/flac"),
    ("d.mp3", id3(("TIT2", text("x"))) + flac(), "audio/flac"), ("e.wav", mp3(("TIT2", text("x"))), "audio/mpeg"),
])
def test_content_decides_the_type(site, s3, name, content, kind):
    assert send(site, name, content).status_code == 303
    assert s3.head_object(Bucket=SONGS, Key=keys(s3, SONGS)[0])["ContentType"] == kind


def test_largest_song_fits(site, s3):
    content = FRAME + bytes(LIMIT - len(FRAME))
    assert send(site, "limite.mp3", content).status_code == 303
    assert s3.get_object(Bucket=SONGS, Key=keys(s3, SONGS)[0])["Body"].read() == content


def test_one_song_per_request(site, s3):
    two = [("musica", ("a.mp3", TAGGED)), ("musica", ("b.mp3", TAGGED))]
    assert site.post("/musicas", files=two).status_code == 400
    assert site.post("/musicas", data={"outro": "campo"}).status_code == 400
    assert keys(s3, SONGS) == []


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"), (r"C:\\Música\\fim.mp3", "fim.mp3"), ("nota\u202e3pm.mp3", "nota3pm.mp3"),
    ("..", ".."), ("musicas%2F..%2Fx.mp3", "musicas%2F..%2Fx.mp3"), ("🎵" * 400, "🎵" * 120),
])
def test_name_is_only_shown(site, s3, name, shown):
    """O nome nunca entra na chave: vai codificado nos metadados e volta na página."""
    assert send(site, name, TAGGED).status_code == 303
    [key] = keys(s3, SONGS)
    assert re.fullmatch(r"musicas/[0-9]{13}-[0-9a-f]{32}", key)
    name = s3.head_object(Bucket=SONGS, Key=key)["Metadata"]["nome"]
    assert name.isascii() and len(name) < 2048 and unquote(name) == shown
    assert shown in site.get().text


def test_markup_is_escaped(site, s3, function):
    send(site, "<script>alert(1)<script>.mp3", mp3(("TIT2", text("<script>alert(2)</script>"))))
    assert "<script" not in site.get().text
    function(event(s3, keys(s3, SONGS)[0]))
    assert "&lt;script&gt;alert(2)" in site.get().text and "<script" not in site.get().text


def test_two_at_once(site, s3):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda count: send(site, "igual.mp3", FRAME * count), (20, 30)))
    assert [answer.status_code for answer in answers] == [303, 303]
    sizes = {found["Size"] for found in s3.list_objects_v2(Bucket=SONGS)["Contents"]}
    assert sizes == {20 * 417, 30 * 417}


@pytest.mark.parametrize("path", [
    "/nao-existe", "/musicas/x/ouvir", "/musicas/..%2f..%2fetc/baixar", f"/musicas/{'1' * 13}-{'a' * 32}/ouvir",
    f"/musicas/{'1' * 13}-{'A' * 32}/ouvir", f"/musicas/{'1' * 13}-{'a' * 32}%0a/ouvir",
])
def test_unknown_addresses(site, s3, path):
    """Só se assina o que o site guardou, nem que haja um objeto com aquele nome."""
    for key in ("musicas/x", f"musicas/{'1' * 13}-{'A' * 32}"):
        s3.put_object(Bucket=SONGS, Key=key, Body=b"x")
    answer = site.get(path, allow_redirects=False)
    assert answer.status_code == 404 and "Esta página não existe." in answer.text


def test_other_sites_cannot_post(site, s3):
    for origin in ("https://outro.example", "null"):
        assert send(site, "a.mp3", TAGGED, headers={"Origin": origin}).status_code == 403
    assert keys(s3, SONGS) == []
    assert send(site, "a.mp3", TAGGED, headers={"Origin": site.address}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/nao-existe", "/static/estilo.css"])
def test_security_headers(site, aws, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["Content-Security-Policy"].endswith(f"media-src 'self' {aws}")


class Forgetful(BaseHTTPRequestHandler):
    """Repassa ao S3 e perde a resposta do primeiro PUT."""

    statuses: list[int] = []
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = requests.put(self.server.target + self.path, data=body, headers=dict(self.headers), timeout=30)
        self.statuses.append(answer.status_code)
        if len(self.statuses) == 1:
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: Any) -> None:
        pass


def test_lost_answer_does_not_duplicate_the_song(start, aws, site, s3):
    """O S3 guardou e a resposta se perdeu: a repetição acha a mesma chave e não grava outra."""
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Forgetful)
    proxy.target = aws
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    answer = send(start(AWS_ENDPOINT_URL=f"http://127.0.0.1:{proxy.server_port}"), "a.mp3", TAGGED)
    proxy.shutdown()
    assert (answer.status_code, Forgetful.statuses) == (303, [200, 412])
    [key] = keys(s3, SONGS)
    assert s3.get_object(Bucket=SONGS, Key=key)["Body"].read() == TAGGED


def test_storage_down(start, site, s3):
    """Sem S3: resposta clara em cada página, e nada guardado."""
    down = start(AWS_ENDPOINT_URL="http://127.0.0.1:1")
    answer = send(down, "a.mp3", TAGGED)
    assert answer.status_code == 503 and "O S3 não respondeu" in answer.text
    assert down.get().status_code == 503
    health = down.get("/saude")
    assert (health.status_code, health.json()) == (503, {"musicas": "indisponível", "fichas": "indisponível"})
    assert keys(s3, SONGS) == []
    assert site.get("/saude").json() == {"musicas": "ok", "fichas": "ok"}


# --- o que a função lê ------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "found"), [
    (mp3(("TT2", b"\0Ol\xe1"), ("TP1", b"\0Eu"), version=2), {"titulo": "Olá", "artista": "Eu"}),
    (mp3(("TIT2", b"\0Ol\xe1"), ("TPE1", text("Eu\0Outro"))), {"titulo": "Olá", "artista": "Eu"}),
    (mp3(("TIT2", b"\x03Ol\xc3\xa1"), ("TPE1", b"\x02\0E\0u"), version=4), {"titulo": "Olá", "artista": "Eu"}),
    (mp3(("TIT2", text("Ol")), ("TPE1", text("Eu")), flags=0x80), {"titulo": "Ol", "artista": "Eu"}),
    (mp3(("TIT2", text("Um"))) + b"TAG" + b"Dois".ljust(30, b"\0") + b"Eu".ljust(95), {"titulo": "Um", "artista": "Eu"}),
    (FRAME * 200 + b"TAG" + b"Ol\xe1".ljust(30) + b"Eu".ljust(95, b"\0"), {"titulo": "Olá", "artista": "Eu"}),
    (id3(("TIT2", text("Um"))) + mp3(("TIT2", text("Dois")), ("TPE1", text("Eu"))), {"titulo": "Um", "artista": "Eu"}),
    (bytes(3000) + FRAME * 200, {}),
    (mp3(("TIT2", text("a\u202eb\x07c" + "d" * 300))), {"titulo": "abc" + "d" * 197}),
    (mp3(("TIT2", b"\x01\xff\xfe\x00\xd8"), ("TPE1", b"")), {}),
], ids=["2.2", "2.3", "2.4", "dessincronizada", "duas-etiquetas", "id3v1", "duas-id3v2", "enchimento", "controle", "estragada"])
def test_mp3_tags(catalog, body, found):
    result = catalog(body)
    assert (result.pop("situacao"), result.pop("formato"), result.pop("duracao")) == ("pronta", "MP3", 5)
    assert result.pop("etag") and result == {"nome": "a", "tamanho": len(body), **found}


def test_mp3_duration_by_xing(catalog):
    """Um MP3 de taxa variável diz quantos quadros tem; se mente, vale a média."""
    first = bytearray(FRAME)
    first[36:48] = b"Xing" + struct.pack(">II", 1, 400)
    assert catalog(bytes(first) + FRAME * 199)["duracao"] == 10
    first[44:48] = b"\xff" * 4
    assert catalog(bytes(first) + FRAME * 199)["duracao"] == 5


def test_flac(catalog):
    picture = block(6, bytes(90_000))
    result = catalog(flac(picture, block(4, comments("title=Água", "ARTIST=Eu", b"METADATA_BLOCK_PICTURE=" + b"A" * 70_000,
                                                     "Title=segundo"))))
    assert (result["formato"], result["titulo"], result["artista"], result["duracao"]) == ("FLAC", "Água", "Eu", 61)
    assert catalog(id3(("TIT2", text("Da ID3"))) + flac())["titulo"] == "Da ID3"


def test_wav(catalog):
    info = chunk("LIST", b"INFO" + chunk("INAM", "Água\0".encode()) + chunk("IART", b"Jos\xe9\0\0"))
    result = catalog(wav(extra=info))
    assert (result["formato"], result["titulo"], result["artista"], result["duracao"]) == ("WAV", "Água", "José", 3)


@pytest.mark.parametrize(("body", "reason"), [
    (id3(("TIT2", text("x"))) + b"nada de musica" * 100, "não há áudio"),
    (id3(size=2**28 - 1) + FRAME * 10, "maior que o arquivo"),
    (TAGGED[:50_000], "maior que o arquivo"),
    (FRAME, "não há áudio"),
    (FRAME + b"x" * 5000, "não há áudio"),
    (b"fLaC", "FLAC está errado"),
    (b"fLaC" + block(0, streaminfo(5), length=2**24 - 1), "FLAC está errado"),
    (b"fLaC" + block(4, comments()), "FLAC está errado"),
    (flac(block(4, b"", length=2**24 - 1)), "FLAC está errado"),
    (b"fLaC" + block(0, streaminfo(5), last=True) + b"mais nada", "não tem áudio"),
    (wav(0), "não tem áudio"),
    (b"RIFF\0\0\0\0WAVE" + chunk("data", bytes(100)), "não tem áudio"),
    (b"", "vazio"),
    (FRAME * (LIMIT // len(FRAME) + 1), "o limite é 1 MiB"),
], ids=["texto-com-etiqueta", "id3-mentirosa", "id3-cortada", "um-quadro", "quadro-e-lixo", "flac-sem-nada", "flac-mentiroso",
        "flac-sem-info", "comentario-mentiroso", "flac-sem-audio", "wav-vazio", "wav-sem-formato", "vazio", "grande"])
def test_refused_with_a_reason(catalog, body, reason):
    result = catalog(body)
    assert result["situacao"] == "recusada" and reason in result["motivo"]


def test_refused_song_is_shown_and_not_played(site, s3, function):
    """Passa pela porta, porque tem etiqueta, e a função vê que não é música."""
    assert send(site, "falsa.mp3", id3(("TIT2", text("x"))) + b"nada de musica" * 100).status_code == 303
    function(event(s3, keys(s3, SONGS)[0]))
    page = site.get().text
    assert "recusada: não há áudio MP3, FLAC nem WAV no arquivo" in page and "falsa.mp3" in page and "<audio" not in page


@pytest.mark.parametrize(("body", "title"), [
    (id3(("TIT2", text("Antes"))) + FRAME * 200, "Antes"),
    (mp3(("TIT2", text("Antes")), ("TPE1", text("x"))).replace(b"TPE1\0\0\0", b"TPE1\x7f\xff\xff"), "Antes"),
    (mp3(*[("TXXX", b"\0x")] * 600, ("TIT2", text("Longe"))), None),
    (flac(block(4, comments("TITLE=Antes", count=2**32 - 1))), "Antes"),
    (flac(block(4, comments("TITLE=Antes", b"", count=3)[:-4] + b"\x2c\x01\0\0ARTIST=x")), "Antes"),
    (flac(block(4, b"\xff\xff\xff\xff" + bytes(40))), None),
    (wav(length=2**32 - 1), None),
    (wav(extra=chunk("LIST", b"INFO" + b"INAM\xff\xff\xff\xffAntes")), "Antes"),
], ids=["certa", "quadro", "quadros-demais", "contagem", "comentario", "autor", "dados", "lista"])
def test_lying_sizes_do_no_harm(catalog, body, title):
    """Um tamanho que mente corta a etiqueta, não a música, e nunca vira texto de outra parte do arquivo."""
    result = catalog(body)
    assert result["situacao"] == "pronta" and result.get("titulo") == title and "artista" not in result


def test_lying_duration_is_not_shown(catalog):
    assert "duracao" not in catalog(flac(seconds=2**20))


@pytest.mark.parametrize("body", [
    flac(*[block(1, bytes(2000))] * 480),
    mp3(*[("PRIV", bytes(2000))] * 490, count=100),
    b"\xff" * LIMIT,
    b"\xff\xfb\x90\x00" * (LIMIT // 4),
    mp3(("APIC", bytes(LIMIT - 200_000))),
], ids=["flac", "id3", "tudo-um", "só-cabeçalhos", "capa"])
def test_memory_and_reads_are_bounded(catalog, function, body):
    """Cada leitura tem no máximo 64 KiB, e são no máximo 64."""
    catalog(body)
    ranges = [asked.params["Range"] for asked in function.asked if asked.operation == "GetObject"]
    lengths = [int(last) - int(first) + 1 for first, last in (found.removeprefix("bytes=").split("-") for found in ranges)]
    assert 0 < len(lengths) <= 64 and max(lengths) <= 65_536


def test_reads_are_counted(catalog, function, monkeypatch):
    monkeypatch.setattr(function.index, "MAX_READS", 3)
    result = catalog(flac(*[block(1, bytes(70_000))] * 10))
    assert (result["situacao"], result["motivo"]) == ("recusada", "as etiquetas espalham-se demais pelo arquivo")


# --- eventos ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["musicas/café + 1%.mp3", "musicas/a&b=c d.mp3", "musicas/%2e%2e/x", "musicas/日本/🎵"])
def test_encoded_keys(catalog, key):
    assert catalog(TAGGED, key)["nome"] == key.rpartition("/")[2]


def test_repeated_event_gives_the_same_sheet(site, s3, function):
    record = put(s3, "musicas/a", TAGGED)
    function(record)
    first = s3.get_object(Bucket=SHEETS, Key="fichas/a.json")["Body"].read()
    function(record, record)
    assert s3.get_object(Bucket=SHEETS, Key="fichas/a.json")["Body"].read() == first
    assert len(keys(s3, SHEETS)) == 1


def test_late_event_of_a_replaced_song(site, s3, function):
    """O evento velho não grava nada por cima; nem antes nem depois do novo."""
    old = put(s3, "musicas/a", TAGGED)
    new = put(s3, "musicas/a", mp3(("TIT2", text("Nova"))))
    function(old)
    assert sheet(s3, "musicas/a") is None
    function(new)
    function(old)
    assert sheet(s3, "musicas/a")["titulo"] == "Nova"


def test_replaced_while_being_read(site, s3, function):
    """Se a música é trocada entre uma leitura e outra, a ficha fica para o evento da nova."""
    record = put(s3, "musicas/a", TAGGED)
    function.fail("s3", "GetObject", "Qualquer", 412)
    function(record)
    assert keys(s3, SHEETS) == []


def test_missing_song_leaves_no_sheet(site, s3, function, caplog):
    record = put(s3, "musicas/a", TAGGED)
    s3.delete_object(Bucket=SONGS, Key="musicas/a")
    function(record)
    assert keys(s3, SHEETS) == [] and "música ausente ou trocada" in caplog.messages


@pytest.mark.parametrize(("operation", "status"), [
    ("HeadObject", 403), ("HeadObject", 503), ("GetObject", 500), ("PutObject", 503),
])
def test_other_failures_are_retried(site, s3, function, operation, status):
    """Erro passageiro ou de permissão: a função falha, e a Lambda repete ou guarda a falha."""
    record = put(s3, "musicas/a", TAGGED)
    function.fail("s3", operation, "Qualquer", status)
    with pytest.raises(RuntimeError, match="1 de 1 registros falharam"):
        function(record)
    function.heal()
    assert keys(s3, SHEETS) == []
    function(record)
    assert sheet(s3, "musicas/a")["situacao"] == "pronta"


def test_one_failing_record_does_not_lose_the_others(site, s3, function, caplog):
    with pytest.raises(RuntimeError, match="1 de 2 registros falharam"):
        function({}, put(s3, "musicas/a", TAGGED))
    assert sheet(s3, "musicas/a")["situacao"] == "pronta"


def test_s3_test_event_passes(function):
    function.index.handler({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": SONGS}, None)


def test_logs_are_json_safe(site, s3, function, caplog):
    caplog.set_level(logging.INFO)
    function(put(s3, "musicas/a", TAGGED))
    entry = caplog.records[-1].__dict__
    assert (entry["musica"], entry["situacao"]) == ("musicas/a", "pronta")
    own = set(entry) - set(logging.makeLogRecord({}).__dict__) - {"message", "asctime"}
    json.dumps({name: entry[name] for name in own})


# --- permissões e ligações --------------------------------------------------------------------


def buckets(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Cada ação do S3 e o bucket em que ela é."""
    return {(action, arn.partition("/")[0]) for action, arn in pairs if action.startswith("s3:")}


def test_server_uses_exactly_what_its_role_allows(site, s3, function):
    """Tudo o que o site chamou é permitido, e tudo o que é permitido ele chamou."""
    send(site, "a.mp3", TAGGED)
    [key] = keys(s3, SONGS)
    site.get()
    function(event(s3, key))
    site.get()
    site.get(f"/{key}/ouvir", allow_redirects=False)
    role, calls = STACK.resource("PapelServidor"), map(json.loads, site.calls.read_text().splitlines())
    rulings = [ruling for call in calls for ruling in function.door.ask(Asked(role, *call))]
    assert [ruling for ruling in rulings if ruling.answer != ALLOWED] == []
    assert buckets(STACK.granted("PapelServidor")) == buckets((ruling.action, ruling.arn) for ruling in rulings)
    assert not STACK.may("PapelServidor", "s3:PutObject", f"arn:aws:s3:::{SHEETS}/fichas/a.json")
    assert not STACK.may("PapelServidor", "s3:DeleteObject", f"arn:aws:s3:::{SONGS}/{key}")


def test_function_uses_exactly_what_its_role_allows(catalog, function):
    function.used.clear()
    catalog(TAGGED)
    # `s3:ListBucket` não se chama: é o que faz o S3 responder 404, e não 403, ao que não existe.
    assert buckets(STACK.granted("PapelFuncao")) == buckets(function.used) | {("s3:ListBucket", STACK.arn_of("BucketMusicas"))}
    assert not STACK.may("PapelFuncao", "s3:PutObject", f"arn:aws:s3:::{SONGS}/musicas/a")


def test_writing_a_sheet_triggers_nothing(resources):
    """Sem laço: a notificação é do bucket em que a função não pode gravar."""
    assert "NotificationConfiguration" not in resources["BucketFichas"]["Properties"]
    [entry] = resources["BucketMusicas"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]
    assert entry["Event"] == "s3:ObjectCreated:*" and STACK.value(entry["Function"]) == STACK.arn_of("FuncaoCatalogar")
    assert entry["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "musicas/"}]


def test_only_this_bucket_of_this_account_invokes_the_function(resources):
    assert STACK.value(resources["PermissaoInvocar"]["Properties"]) == {
        "Action": "lambda:InvokeFunction", "FunctionName": STACK.arn_of("FuncaoCatalogar"), "Principal": "s3.amazonaws.com",
        "SourceArn": f"arn:aws:s3:::{SONGS}", "SourceAccount": ACCOUNT}
    assert STACK.value(resources["BucketMusicas"]["Properties"]["BucketName"]) == SONGS


def test_no_cycle():
    assert STACK.cycle() == set()
    assert set(STACK.resource("BucketMusicas").depends_on) == {"PermissaoInvocar", "DestinoFalhas"}


def test_failures_end_in_a_watched_queue(resources):
    config = resources["DestinoFalhas"]["Properties"]
    assert STACK.value(config["DestinationConfig"]) == {"OnFailure": {"Destination": STACK.arn_of("FilaFalhas")}}
    assert STACK.may("PapelFuncao", "sqs:SendMessage", STACK.arn_of("FilaFalhas"))
    [dimension] = resources["AlarmeFalhas"]["Properties"]["Dimensions"]
    assert dimension == {"Name": "QueueName", "Value": {"Fn::GetAtt": ["FilaFalhas", "QueueName"]}}


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_signed_address_is_the_one_the_page_allows(source, region, monkeypatch):
    """O link assinado vai ao endereço regional do bucket, que é o `RegionalDomainName` da política da página."""
    tree = ast.parse(source.files["/opt/musicas/musicas.py"])
    [call] = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "s3"]
    config = eval(compile(ast.Expression(call.keywords[0].value), "musicas.py", "eval"), {"Config": Config})
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    client = boto3.client("s3", region_name=region, aws_access_key_id="a", aws_secret_access_key="b", config=config)
    signed = client.generate_presigned_url("get_object", Params={"Bucket": "um-bucket", "Key": "musicas/a"})
    assert urlsplit(signed).netloc == f"um-bucket.s3.{region}.amazonaws.com"
    assert "ORIGEM_MUSICAS=https://${BucketMusicas.RegionalDomainName}\n" in source.files["/etc/musicas.env"]


# --- o arquivo --------------------------------------------------------------------------------


def test_longest_bucket_name_fits(source):
    longest = source.data["Parameters"]["PrefixoBucket"]["MaxLength"]
    assert longest + len(f"-{ACCOUNT}-") + len("ap-southeast-1") <= 63


def test_code_compiles_in_its_runtime(source, resources):
    compile(source.files["/opt/musicas/musicas.py"], "musicas.py", "exec")
    code = STACK.value(resources["FuncaoCatalogar"]["Properties"]["Code"]["ZipFile"])
    assert imported(code) <= set(sys.stdlib_module_names) | {"boto3", "botocore"}


def test_full_disk_stores_nothing(site, s3, function):
    """O corpo grande passa pelo disco: cheio, o servidor corta a conexão, nada chega ao S3, e o site continua a atender."""
    large = TAGGED[:4096] + bytes(600 * 1024)
    before = resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    try:
        with pytest.raises(requests.ConnectionError):
            send(site, "grande.mp3", large)
    finally:
        resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, before)
    assert stored(SONGS) == {} and send(site, "grande.mp3", large).status_code == 303
