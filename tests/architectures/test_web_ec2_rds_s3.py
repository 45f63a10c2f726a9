"""A aplicação de cadastros, tirada do template e exercida por HTTP, com banco e S3 locais."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import resource
import shlex
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.architectures.stack import unmount

MIB = 1024 * 1024
UNSURE = "Veja a lista antes de repetir"
CLOSED = "http://127.0.0.1:9"  # nada atende nesta porta


def _png() -> bytes:
    """Uma imagem PNG inteira, de um ponto."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


PNG = _png()
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100)
WEBP = b"RIFF\x64\x00\x00\x00WEBPVP8 " + bytes(100)
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(range(256)) * 4
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(100)


def png(size: int) -> bytes:
    """Um PNG seguido de zeros, do tamanho pedido."""
    return PNG + bytes(size - len(PNG))


@pytest.fixture(scope="module")
def source(load):
    return load("web-ec2-rds-s3", "Servidor")


@pytest.fixture(scope="module")
def properties(source):
    return lambda name: source.data["Resources"][name]["Properties"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("temporarios")


@pytest.fixture(scope="module")
def launch(serve, bucket, folder):
    """Põe a aplicação no ar, com 1 MiB por arquivo; `launch(variáveis trocadas)`."""
    def start(overrides=None, before=None):
        values = {"TamanhoMaximoArquivo": "1", "BucketArquivos": bucket}
        return serve(values, {"TMPDIR": str(folder / "envios")} | (overrides or {}), before)
    return start


@pytest.fixture(scope="module")
def running(launch, s3, bucket):
    """A aplicação, uma vez para o módulo, com o bucket versionado como no template."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    site = launch()
    site.get()
    return site


@pytest.fixture
def temporary(folder, running, database, stored) -> Iterator[Path]:
    """O volume, a tabela e o bucket vazios; no fim, o banco volta a estar no ar."""
    volume = folder / "envios"
    volume.mkdir()
    database.query("TRUNCATE records")
    stored.clear()
    yield volume
    unmount(volume)
    database.server.start()


@pytest.fixture
def site(running, temporary):
    return running


class Stored:
    """O que está no bucket: os objetos, e as versões que a remoção deixa."""

    def __init__(self, s3, bucket):
        self.s3, self.bucket = s3, bucket

    def keys(self) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def versions(self, kind: str = "Versions") -> list[dict]:
        return self.s3.list_object_versions(Bucket=self.bucket).get(kind, [])

    def read(self, key: str) -> dict:
        return self.s3.get_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")

    def clear(self) -> None:
        for item in self.versions() + self.versions("DeleteMarkers"):
            self.s3.delete_object(Bucket=self.bucket, Key=item["Key"], VersionId=item["VersionId"])


@pytest.fixture
def stored(s3, bucket, running) -> Stored:
    return Stored(s3, bucket)


def send(site, content: bytes = PNG, name: str = "foto.png", headers=None, **fields):
    form = {"titulo": "Praia", "responsavel": "Ana", "tipo": "foto"} | fields
    return site.post("/cadastros", data=form, files={"arquivo": (name, content, "text/html")}, headers=headers)


def only(database) -> str:
    """O id do único cadastro."""
    ((record,),) = database.query("SELECT id FROM records")
    return str(record)


def nothing_left(database, stored) -> bool:
    return (stored.keys(), database.query("SELECT count(*) FROM records")) == ([], [(0,)])


def test_file_goes_to_the_bucket_and_data_to_the_database(site, temporary, stored, database):
    """Objeto com chave sorteada, linha no banco, e nada no volume."""
    answer = send(site, name="férias na praia.png", titulo="Praia do Forte")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    record = only(database)
    assert stored.keys() == [f"arquivos/{record}"]
    kept = stored.read(f"arquivos/{record}")
    assert kept["Body"].read() == PNG and kept["ContentType"] == "image/png"
    digest = hashlib.sha256(PNG).hexdigest()
    assert database.query("SELECT title, owner, kind, name, type, size, sha256 FROM records") == [
        ("Praia do Forte", "Ana", "foto", "férias na praia.png", "image/png", len(PNG), digest)]
    assert list(temporary.iterdir()) == []
    page = site.get().text
    assert "Praia do Forte" in page and "férias na praia.png" in page


def test_s3_receives_the_checksum(site, stored, database):
    """O SHA-256 do banco é o que o S3 recebe para conferir o objeto."""
    send(site)
    checksum = base64.b64decode(stored.read(f"arquivos/{only(database)}")["ChecksumSHA256"])
    assert database.query("SELECT sha256 FROM records") == [(checksum.hex(),)]


def test_first_page_has_the_initial_data(site, database):
    """Os tipos são os dados iniciais do cadastro: nascem com as tabelas, uma vez."""
    page = site.get().text
    assert "Nenhum cadastro ainda." in page
    assert re.findall(r'<option value="(\w+)">(.*?)</option>', page) == [
        ("captura", "Captura de tela"), ("foto", "Foto"), ("video", "Vídeo")]
    assert database.query("SELECT count(*) FROM kinds") == [(3,)]


@pytest.mark.parametrize(("kind", "content", "type"), [
    ("foto", JPEG, "image/jpeg"), ("foto", WEBP, "image/webp"), ("captura", PNG, "image/png"),
    ("video", MP4, "video/mp4"), ("video", WEBM, "video/webm"),
])
def test_type_comes_from_the_content(site, database, kind, content, type):
    """Nem o nome nem o tipo que o navegador declara (text/html, aqui) contam."""
    assert send(site, content, "nome-sem-extensao", tipo=kind).status_code == 303
    answer = site.get(f"/arquivos/{only(database)}")
    assert (answer.content, answer.headers["Content-Type"]) == (content, type)


@pytest.mark.parametrize(("content", "fields", "status", "message"), [
    (b"<html><script>alert(1)</script>", {}, 415, "tipo aceito"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {}, 415, "tipo aceito"),
    (b"MZ" + bytes(100), {}, 415, "tipo aceito"),
    (b"GIF89a" + bytes(100), {}, 415, "tipo aceito"),
    (b"RIFF\x64\x00\x00\x00WAVEfmt ", {}, 415, "tipo aceito"),
    (b"\x00\x00\x00\x14ftypheic", {}, 415, "tipo aceito"),
    (b"\x89PNG\r\n\x1a\n", {}, 415, "tipo aceito"),
    (b"\xff", {}, 415, "tipo aceito"),
    (PNG, {"tipo": "video"}, 415, "Vídeo"),
    (MP4, {"tipo": "captura"}, 415, "Captura de tela"),
    (PNG, {"tipo": "outro"}, 400, "tipo da lista"),
    (PNG, {"tipo": ""}, 400, "tipo da lista"),
    (b"", {}, 400, "vazio"),
    (png(MIB + 1), {}, 413, "um arquivo de até 1 MiB"),
    (png(3 * MIB), {}, 413, "um arquivo de até 1 MiB"),
    (PNG, {"titulo": " \t\u200b "}, 400, "Preencha o título."),
    (PNG, {"titulo": "a" * 121}, 400, "até 120"),
    (PNG, {"responsavel": ""}, 400, "Preencha o responsável."),
    (PNG, {"responsavel": "é" * 81}, 400, "até 80"),
])
def test_refused_before_writing(site, stored, database, content, fields, status, message):
    """Resposta clara, e nada escrito: nem uma versão no bucket."""
    answer = send(site, content, "foto.png", **fields)
    assert answer.status_code == status and message in answer.text
    assert nothing_left(database, stored) and stored.versions() == []


def test_limits_are_inclusive(site, stored):
    answer = send(site, png(MIB), titulo="a" * 120, responsavel="é" * 80)
    assert answer.status_code == 303 and len(stored.keys()) == 1


def test_request_without_file(site, stored, database):
    fields = {"titulo": "Praia", "responsavel": "Ana", "tipo": "foto"}
    assert "Escolha um arquivo." in site.post("/cadastros", data=fields).text
    assert site.post("/cadastros", data=b"\xff\xfe", headers={"Content-Type": "multipart/form-data"}).status_code == 400
    assert nothing_left(database, stored)


def test_many_parts_are_refused(site, stored, database):
    """Cada parte abriria um arquivo: o número delas tem limite."""
    parts = [("arquivo", ("foto.png", PNG))] * 50
    assert site.post("/cadastros", files=parts).status_code == 413
    assert nothing_left(database, stored)


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"),
    (r"C:\\windows\\system.png", "system.png"),
    ("nota\u202efdp.png", "notafdp.png"),
    ("a%2F..%2Fb%20c.png", "a%2F..%2Fb%20c.png"),
    ("平和 – ação.png", "平和 – ação.png"),
    ("a" * 400, "a" * 255),
])
def test_file_name_is_never_a_key(site, stored, database, name, shown):
    """O nome só se mostra: no bucket, a chave é sorteada."""
    assert send(site, name=name).status_code == 303
    assert stored.keys() == [f"arquivos/{only(database)}"]
    assert database.query("SELECT name FROM records") == [(shown,)]


def test_markup_is_escaped(site):
    send(site, name="<script>alert(1)<script>.png", titulo="<b>x</b>", responsavel="'\"><i>")
    page = site.get().text
    assert "<script" not in page and "<b>x" not in page and "<i>" not in page and "&lt;b&gt;x" in page


def test_view_and_download(site, database):
    """Ver é no navegador; baixar é anexo; nenhum dos dois deixa o navegador adivinhar o tipo."""
    send(site, name="férias.exe")
    record = only(database)
    view, download = site.get(f"/arquivos/{record}"), site.get(f"/arquivos/{record}/baixar")
    assert view.content == download.content == PNG
    name = "filename*=UTF-8''" + quote("férias.exe.png")
    assert view.headers["Content-Disposition"] == f"inline; {name}"
    assert download.headers["Content-Disposition"] == f"attachment; {name}"
    for answer in (view, download):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert int(answer.headers["Content-Length"]) == len(PNG)


@pytest.mark.parametrize("name", ['a"; filename=b.html; x=".png', "平和.PNG", "a%20b/../c.png"])
def test_name_cannot_break_the_header(site, database, name):
    send(site, name=name)
    header = site.get(f"/arquivos/{only(database)}/baixar").headers["Content-Disposition"]
    assert header == f"attachment; filename*=UTF-8''{quote(name.rpartition('/')[2], safe='')}"


PIECES = [
    ({"Range": "bytes=0-9"}, 206, slice(0, 10)), ({"Range": "bytes=1000-"}, 206, slice(1000, None)),
    ({"Range": "bytes=-5"}, 206, slice(-5, None)), ({"Range": "bytes=99999999-"}, 416, slice(0, 0)),
    ({"Range": "bytes=0-1,3-4"}, 200, slice(None)), ({"Range": "linhas=1-2"}, 200, slice(None)),
    ({"Range": "bytes=0-9", "If-Range": '"outro"'}, 200, slice(None)),
]


def test_browser_asks_for_a_piece(site, database):
    """Um vídeo se vê aos pedaços; o que não é um trecho só recebe o arquivo inteiro."""
    send(site, MP4, tipo="video")
    record = only(database)
    for headers, status, part in PIECES:
        answer = site.get(f"/arquivos/{record}", headers=headers)
        assert answer.status_code == status, headers
        assert ("Content-Range" in answer.headers) == (status == 206)
        assert status == 416 or answer.content == MP4[part] and answer.headers["Accept-Ranges"] == "bytes"


def test_head_has_no_body(site, database):
    send(site)
    answer = requests.head(f"{site.address}/arquivos/{only(database)}", timeout=30)
    assert answer.status_code == 200 and int(answer.headers["Content-Length"]) == len(PNG)


@pytest.mark.parametrize("path", [
    "/arquivos/00000000-0000-4000-8000-000000000000", "/arquivos/../../etc/passwd", "/arquivos/1",
    "/arquivos/%2e%2e%2f", "/nao-existe",
])
def test_unknown_address(site, path):
    answer = site.get(path)
    assert answer.status_code == 404 and "Este endereço não existe" in answer.text


def test_remove_leaves_a_version_to_recover(site, stored, database):
    """Some da lista e do bucket; a versão antiga fica pelo prazo do ciclo de vida."""
    send(site)
    record = only(database)
    answer = site.post(f"/cadastros/{record}/remover")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert nothing_left(database, stored)
    assert [item["Key"] for item in stored.versions()] == [f"arquivos/{record}"]
    assert site.get(f"/arquivos/{record}").status_code == 404
    assert site.post(f"/cadastros/{record}/remover").status_code == 404


def test_database_down(site, stored, database):
    """Sem banco: resposta clara, nada no bucket; religado, volta a aceitar."""
    database.server.stop()
    answer = send(site)
    assert answer.status_code == 503 and UNSURE in answer.text
    assert stored.versions() == []
    assert site.get().status_code == 503
    health = site.get("/saude")
    assert (health.status_code, health.json()) == (503, {"temporarios": "ok", "banco": "indisponível"})
    database.server.start()
    assert send(site).status_code == 303
    assert site.get("/saude").json() == {"temporarios": "ok", "banco": "ok"}


def test_refused_row_leaves_no_object(site, stored, database):
    """O objeto já guardado é apagado quando o banco recusa a linha."""
    database.query("ALTER TABLE records ADD CONSTRAINT recusa CHECK (title <> 'recusado')")
    answer = send(site, titulo="recusado")
    database.query("ALTER TABLE records DROP CONSTRAINT recusa")
    assert answer.status_code == 500 and "Algo falhou" in answer.text
    assert nothing_left(database, stored)
    assert len(stored.versions()) == 1  # o objeto existiu: a ordem é objeto, depois linha


def test_storage_down(launch, site, stored, database):
    """Sem S3 não entra linha, não sai linha, e o cadastro continua a aparecer."""
    send(site)
    record = only(database)
    broken = launch({"AWS_ENDPOINT_URL_S3": CLOSED})
    for answer in (send(broken, titulo="Outra"), broken.post(f"/cadastros/{record}/remover"),
                   broken.get(f"/arquivos/{record}")):
        assert answer.status_code == 503 and UNSURE in answer.text
    assert "Praia" in broken.get().text and "Outra" not in broken.get().text
    assert stored.keys() == [f"arquivos/{only(database)}"]
    assert any("Objeto sem cadastro: arquivos/" in line for line in broken.log)


def test_failure_after_the_object_is_gone(site, stored, database):
    """Se o banco cai ao confirmar a remoção, o site não diz que nada mudou, e remover de novo resolve."""
    send(site)
    record = only(database)
    database.query("CREATE FUNCTION falha() RETURNS trigger LANGUAGE plpgsql AS"
                 " $$ BEGIN RAISE 'falha' USING ERRCODE = 'admin_shutdown'; END $$;"
                 "CREATE CONSTRAINT TRIGGER falha AFTER DELETE ON records DEFERRABLE INITIALLY DEFERRED"
                 " FOR EACH ROW EXECUTE FUNCTION falha()")
    answer = site.post(f"/cadastros/{record}/remover")
    database.query("DROP FUNCTION falha CASCADE")
    assert answer.status_code == 503 and UNSURE in answer.text and "nada mudou" not in answer.text
    assert only(database) == record and stored.keys() == []
    answer = site.get(f"/arquivos/{record}")
    assert answer.status_code == 410 and "O cadastro existe" in answer.text
    assert site.post(f"/cadastros/{record}/remover").status_code == 303
    assert nothing_left(database, stored)


def test_volume_not_mounted(site, temporary, stored, database):
    """Sem o volume nada se recebe nem vai para o disco do sistema; ver e listar continuam."""
    send(site)
    temporary.rmdir()
    answer = send(site, titulo="Outra")
    assert answer.status_code == 503 and "não está montado" in answer.text
    assert not temporary.exists() and len(stored.keys()) == 1
    assert site.get("/saude").json() == {"temporarios": "indisponível", "banco": "ok"}
    assert site.get(f"/arquivos/{only(database)}").content == PNG


def test_volume_full(launch, temporary, stored, database):
    """Um limite do sistema faz a gravação do temporário falhar no meio, como um disco cheio."""
    limit = 64 * 1024

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    site = launch(before=small_files)
    answer = send(site, png(3 * limit))
    assert answer.status_code == 507 and "cheio; nada foi guardado" in answer.text
    with pytest.raises(requests.ConnectionError):  # cheio antes de o pedido chegar inteiro: só esta conexão cai
        send(site, png(MIB))
    assert nothing_left(database, stored) and list(temporary.iterdir()) == []
    assert send(site).status_code == 303


def half_sent(site, size: int) -> socket.socket:
    """Um envio que para no meio: o pedido diz `size` e só chegam nove décimos."""
    address = urlsplit(site.address)
    connection = socket.create_connection((address.hostname, address.port), 5)
    head = f"POST /cadastros HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    connection.sendall(head.encode() + f"Content-Length: {size}\r\n\r\n".encode() + bytes(size * 9 // 10))
    return connection


def temporaries(site, folder: Path) -> list[str]:
    """Os arquivos abertos pela aplicação na pasta, com ou sem nome."""
    opened = Path(f"/proc/{site.process.pid}/fd")
    found = []
    for descriptor in os.listdir(opened):
        with suppress(FileNotFoundError):  # fechado entre listar e olhar
            found.append(os.readlink(opened / descriptor))
    return [link for link in found if link.startswith(f"{folder}/")]


def test_temporaries_have_no_name_and_die_with_the_process(launch, temporary, stored, database):
    """O que chega fica no volume, sem nome; quando o processo morre no meio, não sobra nada."""
    site = launch()
    with half_sent(site, MIB):
        deadline = time.monotonic() + 30  # só se espera tanto quando a máquina está ocupada
        while not (found := temporaries(site, temporary)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert found and all(link.endswith("(deleted)") for link in found)
        site.process.kill()
        site.process.wait(30)
    assert list(temporary.iterdir()) == [] and nothing_left(database, stored)


def test_paused_videos_do_not_stop_the_site(launch, site, s3, bucket, database):
    """A resposta espera no volume, não na linha de execução: quatro vídeos em pausa não param o site."""
    send(site)
    path = f"/arquivos/{only(database)}"
    s3.put_object(Bucket=bucket, Key=path[1:], Body=bytes(32 * MIB))
    with ExitStack() as viewers:
        for _ in range(4):
            viewers.enter_context(site.ask(path))
        assert "Praia" in site.get().text


def test_rotated_password(site, database):
    """O RDS troca a senha com a aplicação no ar: o pedido seguinte funciona."""
    assert send(site).status_code == 303
    database.rotate("segunda")
    assert send(site).status_code == 303
    assert database.query("SELECT count(*) FROM records") == [(2,)]


def test_wrong_password_is_refused(site, stored, database):
    """Prova que o banco destes testes confere a senha."""
    database.server.run(f"ALTER ROLE {database.name} PASSWORD 'outra'")
    assert send(site).status_code == 503 and stored.versions() == []
    database.rotate("terceira")
    assert send(site).status_code == 303


def test_two_first_requests_at_once(launch, temporary, stored, database):
    """Os dois primeiros pedidos juntos: as tabelas nascem uma vez e nada se mistura."""
    database.query("DROP TABLE records, kinds")
    site = launch()
    contents = [png(200_000 + extra) for extra in (0, 1)]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda content: send(site, content), contents))
    assert [answer.status_code for answer in answers] == [303, 303]
    rows = database.query("SELECT id, size FROM records ORDER BY size")
    assert [size for _, size in rows] == [len(each) for each in contents]
    assert all(stored.read(f"arquivos/{record}")["ContentLength"] == size for record, size in rows)
    assert database.query("SELECT count(*) FROM kinds") == [(3,)]


def test_removed_twice_at_once(site, stored, database):
    """Dois pedidos para remover o mesmo cadastro: um remove, o outro não acha."""
    send(site)
    record = only(database)
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: site.post(f"/cadastros/{record}/remover"), range(2)))
    assert sorted(answer.status_code for answer in answers) == [303, 404]
    assert nothing_left(database, stored)


def test_other_sites_cannot_post(site, stored, database):
    send(site)
    path = f"/cadastros/{only(database)}/remover"
    for origin in ("https://outro.example", "null"):
        assert send(site, headers={"Origin": origin}).status_code == 403
        assert site.post(path, headers={"Origin": origin}).status_code == 403
    assert len(stored.keys()) == 1
    assert send(site, headers={"Origin": site.address}).status_code == 303


def test_reading_does_not_remove(site, database):
    send(site)
    assert site.get(f"/cadastros/{only(database)}/remover").status_code == 405
    assert only(database)


@pytest.mark.parametrize("path", ["/", "/nao-existe", "/static/estilo.css"])
def test_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_role_and_endpoint_allow_what_the_code_calls(source, properties):
    """As chamadas ao S3 no código são as ações do papel, e as que o endpoint deixa passar."""
    calls = set(re.findall(r"self\.s3\.(\w+)\(", source.files["/opt/cadastro/cadastro.py"]))
    actions = {f"s3:{call.title().replace('_', '')}" for call in calls}
    role = properties("PapelServidor")["Policies"][0]
    statements = {item["Sid"]: item for item in role["PolicyDocument"]["Statement"]}
    passing = {item["Sid"]: item for item in properties("EndpointS3")["PolicyDocument"]["Statement"]}
    used, site = statements["UsarArquivos"], passing["ArquivosDoSite"]
    assert actions == set(used["Action"]) == set(site["Action"])
    assert used["Resource"] == site["Resource"] == {"Fn::Sub": "${BucketArquivos.Arn}/arquivos/*"}
    assert site["Condition"] == {"ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["PapelServidor", "Arn"]}}}


def test_endpoint_lets_packages_through(source, properties):
    """O dnf lê os pacotes do S3 da região, sem credenciais: a instância espera o endpoint, que os deixa passar."""
    packages = properties("EndpointS3")["PolicyDocument"]["Statement"][1]
    assert packages["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::al2023-repos-${AWS::Region}-de612dc2/*"}
    assert (packages["Action"], packages["Principal"]) == ("s3:GetObject", "*") and "Condition" not in packages
    assert "EndpointS3" in source.data["Resources"]["Servidor"]["DependsOn"]


def test_nothing_to_lose_on_disk_and_everything_kept_elsewhere(source, properties):
    """Some com a pilha o que é temporário; fica o que é definitivo."""
    resources = source.data["Resources"]
    policies = ("DeletionPolicy", "UpdateReplacePolicy")
    assert [resources["VolumeTemporarios"][name] for name in policies] == ["Delete", "Delete"]
    assert [disk["Ebs"]["DeleteOnTermination"] for disk in properties("Servidor")["BlockDeviceMappings"]] == [True]
    assert [resources["Banco"][name] for name in policies] == ["Snapshot", "Snapshot"]
    assert [resources["BucketArquivos"][name] for name in policies] == ["RetainExceptOnCreate", "Retain"]
    assert properties("BucketArquivos")["VersioningConfiguration"] == {"Status": "Enabled"}


def test_volume_cannot_fill_up(source):
    """O menor volume cabe tudo junto: o que chega e o que sai por conexão, e a cópia de cada linha de execução."""
    options = dict(word.removeprefix("--").split("=") for word in source.command() if word.startswith("--"))
    parameters = source.data["Parameters"]
    largest = parameters["TamanhoMaximoArquivo"]["MaxValue"] * MIB
    body, threads = int(options["max-request-body-size"]), int(options.get("threads", 4))
    assert largest + 64 * 1024 <= body
    smallest = parameters["TamanhoTemporarios"]["MinValue"] * 1024 * MIB
    # O servidor só solta o que já saiu quando a conexão traz outra resposta: conta junto com o que chega.
    assert largest < int(options["outbuf-high-watermark"])
    assert int(options["connection-limit"]) * (body + largest) + threads * largest < smallest


def test_mount_script_prepares_the_folder_of_the_application(source):
    """A pasta que o script cria é a que a aplicação usa, com o dono certo."""
    environment = dict(pair.split("=", 1) for pair in shlex.split(source.files["/etc/cadastro.env"]))
    script = source.files["/usr/local/sbin/montar-volume"]
    assert f"install -d -o cadastro -g cadastro -m 0700 {environment['TMPDIR']}\n" in script
    assert "find /temporarios -mindepth 1 -delete" in script
