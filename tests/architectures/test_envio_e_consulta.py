"""A aplicação que guarda e devolve arquivos, tirada do template e exercida por HTTP."""

from __future__ import annotations

import hashlib
import json
import re
import resource
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import requests
from werkzeug.security import generate_password_hash

from tests.architectures.stack import unmount

NOBODY = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"  # não existe; fixo, para que os testes tenham sempre os mesmos nomes

PASSWORD = "correta cavalo pilha"
CHEAP = generate_password_hash(PASSWORD, "scrypt:1024:8:1")  # os testes entram muitas vezes
COOKIE = re.compile(r"__Host-sessao=([^;]+)(.*)")
MARK = re.compile(r'name="marca" value="([0-9a-f]{64})"')
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
CONTENTS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 100,
    "image/gif": b"GIF89a" + b"\x00" * 100,
    "image/webp": b"RIFF\x0a\x00\x00\x00WEBPVP8 " + b"\x00" * 100,
    "application/pdf": b"%PDF-1.7\n" + b"\x00" * 100,
    "text/plain": "olá\r\n\tfim".encode(),
}


class Person:
    """Alguém com um navegador: leva o cookie e a marca dos formulários, e fala como se o balanceador repassasse."""

    def __init__(self, site, address: str = "198.51.100.7"):
        self.site, self.address, self.cookie, self.mark = site, address, "", ""

    def headers(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        own = {"X-Forwarded-Proto": "https", "X-Forwarded-For": self.address}
        return own | ({"Cookie": f"__Host-sessao={self.cookie}"} if self.cookie else {}) | (extra or {})

    def get(self, path: str = "/", headers: dict[str, str] | None = None, **options) -> requests.Response:
        return self.site.get(path, headers=self.headers(headers), allow_redirects=False, **options)

    def post(self, path: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None,
             **options) -> requests.Response:
        return self.site.post(path, data={"marca": self.mark} | (data or {}), headers=self.headers(headers), **options)

    def enter(self, name: str, password: str = PASSWORD) -> requests.Response:
        answer = self.post("/entrar", {"usuario": name, "senha": password})
        if answer.status_code == 303:
            self.cookie = COOKIE.match(answer.headers["Set-Cookie"])[1]
            self.mark = MARK.search(self.get().text)[1]
        return answer

    def send(self, name: str = "a.txt", content: bytes = b"conteudo", **options) -> requests.Response:
        return self.post("/arquivos", files={"arquivo": (name, content, "image/png")}, **options)

    def sent(self, name: str = "a.txt", content: bytes = b"conteudo") -> str:
        """Envia e devolve o endereço do arquivo que acaba de entrar no topo da lista."""
        assert self.send(name, content).status_code == 303
        return re.search(r'href="(/arquivos/[0-9a-f-]{36})"', self.get().text)[1]


@pytest.fixture(scope="module")
def source(load):
    return load("envio-e-consulta", "Servidor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("dados")


@pytest.fixture(scope="module")
def running(serve, folder, database):
    """A aplicação, uma vez para o módulo; a primeira consulta ao banco cria as tabelas."""
    site = serve({"TamanhoMaximoArquivo": "1"}, {"VOLUME": str(folder / "arquivos")})
    Person(site).get()
    for name in ("ana", "beto"):
        database.query(f"INSERT INTO users (name, password) VALUES ('{name}', '{CHEAP}')")
    return site


@pytest.fixture
def volume(folder, running, database) -> Iterator[Path]:
    """O volume vazio, e as tabelas também; no fim, o banco volta a estar no ar."""
    volume = folder / "arquivos"
    volume.mkdir()
    database.query("TRUNCATE uploads, shares, attempts")
    yield volume
    unmount(volume)
    database.server.start()


@pytest.fixture(scope="module")
def people(running) -> dict[str, Person]:
    found = {name: Person(running) for name in ("ana", "beto")}
    assert [person.enter(name).status_code for name, person in found.items()] == [303, 303]
    return found


@pytest.fixture
def ana(people, volume) -> Person:
    return people["ana"]


@pytest.fixture
def beto(people, volume) -> Person:
    return people["beto"]


@pytest.fixture
def guest(running, volume) -> Person:
    """Alguém que não entrou."""
    return Person(running)


def rows(database, table: str = "uploads") -> int:
    return database.query(f"SELECT count(*) FROM {table}")[0][0]


def test_the_whole_way(guest, volume, database):
    """Entrar, enviar, listar, ver, baixar, apagar e sair."""
    assert guest.enter("ana").headers["Location"] == "/"
    content = "olá, volta".encode()
    path = guest.sent("relatório.txt", content)
    (stored,) = volume.iterdir()
    assert stored.read_bytes() == content and path == f"/arquivos/{stored.name}"
    digest = hashlib.sha256(content).hexdigest()
    assert database.query("SELECT id, name, type, size, sha256 FROM uploads") == [
        (UUID(stored.name), "relatório.txt", "text/plain", len(content), digest)]
    shown, downloaded = guest.get(path + "/ver"), guest.get(path)
    assert (shown.status_code, shown.content, downloaded.content) == (200, content, content)
    assert shown.headers["Content-Disposition"].startswith("inline;")
    disposition = downloaded.headers["Content-Disposition"]
    assert disposition.startswith("attachment;") and "filename*=UTF-8''relat%C3%B3rio.txt" in disposition
    assert downloaded.headers["ETag"] == f'"{digest}"'
    assert guest.post(path + "/apagar").status_code == 303
    assert list(volume.iterdir()) == [] and rows(database) == 0
    assert guest.get(path).status_code == 404
    cookie = guest.cookie
    assert guest.post("/sair").headers["Location"] == "/entrar"
    guest.cookie = cookie
    assert guest.get().headers["Location"] == "/entrar"


@pytest.mark.parametrize("path", ["/", f"/arquivos/{NOBODY}", f"/arquivos/{NOBODY}/ver"])
def test_nothing_without_session(guest, path):
    for cookie in ("", "inventado", "%C3%A9;"):
        guest.cookie = cookie
        answer = guest.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/entrar")
    answer = guest.send()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/entrar")


def test_expired_session(guest, database):
    guest.enter("beto")
    database.query("UPDATE sessions SET expires_at = now() WHERE expires_at = (SELECT max(expires_at) FROM sessions)")
    assert guest.get().headers["Location"] == "/entrar"


def test_session_cookie_is_protected_and_only_its_hash_is_stored(guest, database):
    answer = guest.enter("ana")
    token, attributes = COOKIE.match(answer.headers["Set-Cookie"]).groups()
    wanted = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=28800"}
    parts = {part.strip() for part in attributes.split(";")}
    assert wanted <= parts and not any(part.startswith("Domain") for part in parts)
    tokens = {token for (token,) in database.query("SELECT token FROM sessions")}
    assert token not in tokens and hashlib.sha256(token.encode()).hexdigest() in tokens


@pytest.mark.parametrize("name", ["ana", "ninguem", "a\x00b", "'; DROP TABLE users; --"])
def test_wrong_password_says_nothing_about_the_name(guest, name):
    answer = guest.enter(name, "senha errada demais")
    assert (answer.status_code, "Usuário ou senha não conferem." in answer.text) == (401, True)


def test_login_throttling_by_name(guest, running, database):
    """Depois de cinco erros nem a senha certa entra, de nenhum endereço, até a janela passar."""
    for number in range(5):
        assert Person(running, f"192.0.2.{number}").enter("ana", "errada").status_code == 401
    answer = guest.enter("ana")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert guest.enter("beto").status_code == 303
    database.query("UPDATE attempts SET at = now() - interval '16 minutes'")
    assert guest.enter("ana").status_code == 303


def test_login_throttling_by_address(running, volume, database):
    """O endereço é o que o balanceador acrescentou, o último; o que a pessoa inventa antes não conta."""
    database.query("INSERT INTO attempts SELECT 'nome' || number, '192.0.2.9' FROM generate_series(1, 19) number")
    assert Person(running, "10.0.0.1, 192.0.2.9").enter("beto", "errada").status_code == 401
    assert Person(running, "192.0.2.9").enter("ana").status_code == 429
    assert Person(running, "192.0.2.10").enter("ana").status_code == 303


def test_attempts_at_once_do_not_pass_the_limit(running, volume):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Person(running).enter("beto", "errada").status_code, range(8)))
    assert sorted(answers) == [401] * 5 + [429] * 3


def test_password_changed_during_login(guest, database):
    """Quem conferiu a senha antiga não fica com uma sessão que a troca não encerrou."""
    before, other = rows(database, "sessions"), generate_password_hash(PASSWORD, "scrypt:1024:8:1")
    with ThreadPoolExecutor() as pool, database.connect() as connection:
        connection.execute("UPDATE users SET password = %s WHERE name = 'beto'", (other,))
        answer = pool.submit(guest.enter, "beto")
        while not answer.done() and not database.query("SELECT FROM pg_locks WHERE NOT granted"):
            time.sleep(0.01)
        connection.commit()
        assert answer.result().status_code == 401
    assert rows(database, "sessions") == before


def test_right_password_forgets_the_mistakes(guest, database):
    guest.enter("ana", "errada")
    assert guest.enter("ana").status_code == 303 and rows(database, "attempts") == 0


@pytest.mark.parametrize("action", ["", "/ver"])
def test_file_of_another_person(ana, beto, volume, database, action):
    """O de outra pessoa e o que não existe recebem a mesma resposta."""
    path = ana.sent("segredo.txt")
    other, none = beto.get(path + action), beto.get(f"/arquivos/{uuid4()}{action}")
    assert (other.status_code, other.text) == (404, none.text)
    assert "segredo.txt" not in beto.get().text
    for change in ("/apagar", "/compartilhar", "/recolher"):
        assert beto.post(path + change, {"pessoa": "beto"}).status_code == 404
    assert len(list(volume.iterdir())) == 1 and rows(database) == 1 and rows(database, "shares") == 0


def test_shared_file_is_read_and_nothing_else(ana, beto):
    """Quem recebe lê; só quem enviou apaga, divide e recolhe."""
    path = ana.sent("ata.txt", b"pauta")
    assert ana.post(path + "/compartilhar", {"pessoa": "Beto "}).status_code == 303
    assert ana.post(path + "/compartilhar", {"pessoa": "beto"}).status_code == 303
    assert beto.get(path).content == b"pauta" and "compartilhado por ana" in beto.get().text
    assert beto.post(path + "/apagar").status_code == 404
    assert beto.post(path + "/compartilhar", {"pessoa": "ana"}).status_code == 404
    assert "Recolher de beto" in ana.get().text
    assert ana.post(path + "/recolher", {"pessoa": "beto"}).status_code == 303
    assert beto.get(path).status_code == 404 and ana.get(path).status_code == 200


@pytest.mark.parametrize("name", ["ninguem", "ana", "", "a\x00b"])
def test_share_with_nobody(ana, database, name):
    answer = ana.post(ana.sent() + "/compartilhar", {"pessoa": name})
    assert answer.status_code == 400 and "Não há outra pessoa" in answer.text
    assert rows(database, "shares") == 0


def test_deleting_a_shared_file(ana, beto, volume):
    path = ana.sent()
    ana.post(path + "/compartilhar", {"pessoa": "beto"})
    assert ana.post(path + "/apagar").status_code == 303
    assert beto.get(path).status_code == 404 and list(volume.iterdir()) == []


@pytest.mark.parametrize("path", ["/arquivos", "/sair", "{file}/apagar", "{file}/compartilhar", "{file}/recolher"])
def test_forms_need_the_mark_of_the_session(ana, beto, volume, path):
    """Sem a marca, ou com a de outra sessão, nada muda."""
    path = path.format(file=ana.sent())
    for mark in ("", beto.mark, "é"):
        answer = ana.post(path, {"marca": mark, "pessoa": "beto"}, files={"arquivo": ("a.txt", b"x")})
        assert answer.status_code == 403 and "não é desta sessão" in answer.text
    assert len(list(volume.iterdir())) == 1 and ana.get().status_code == 200


def test_other_sites_cannot_post(ana, guest, volume):
    """Nem com a marca certa, nem para entrar no lugar da pessoa."""
    for origin in ("https://outro.example", "null", "https://[", ana.site.address):
        assert ana.send(headers={"Origin": origin}).status_code == 403
        answer = guest.post("/entrar", {"usuario": "ana", "senha": PASSWORD}, headers={"Origin": origin})
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
    assert list(volume.iterdir()) == []
    assert ana.send(headers={"Origin": ana.site.address.replace("http:", "https:")}).status_code == 303


@pytest.mark.parametrize(("kind", "content"), CONTENTS.items())
def test_safe_types_are_shown(ana, kind, content):
    """O tipo vem do conteúdo; a política não deixa nada executar."""
    path = ana.sent("nome.html", content)
    answer = ana.get(path + "/ver")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and ("sandbox" in policy) == (kind != "application/pdf")
    assert ana.get(path).headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(("name", "content"), [
    ("foto.png", b"MZ\x90\x00" + b"\x00" * 100),
    ("foto.png", b"\x89PNG" + b"\x00" * 100),
    ("vetor.svg", "<svg>\x00</svg>".encode()),
    ("latin.txt", "ação".encode("latin-1")),
    ("corte.txt", "fim no meio de é".encode()[:-1]),
    ("audio.webp", b"RIFF\x0a\x00\x00\x00WAVEfmt " + b"\x00" * 100),
])
def test_unknown_types_are_only_downloaded(ana, name, content):
    path = ana.sent(name, content)
    assert path + "/ver" not in ana.get().text
    answer = ana.get(path + "/ver")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.content == content


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"])
def test_markup_is_shown_as_plain_text(ana, content):
    answer = ana.get(ana.sent("pagina.html", content) + "/ver")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_text_split_between_chunks(ana):
    """Um caractere de dois bytes na divisa de duas leituras ainda é texto."""
    content = b"a" * (256 * 1024 - 1) + "é".encode() * 10
    assert ana.get(ana.sent("a.txt", content)).headers["Content-Type"].startswith("text/plain")


def test_parts_and_repeated_reads(ana):
    """Continuar um download, e não repetir o que o navegador já tem."""
    path = ana.sent("a.bin", bytes(range(256)))
    part = ana.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/256"
    assert ana.get(path, headers={"Range": "bytes=500-"}).status_code == 416
    with requests.Session() as connection:  # um byte a mais numa resposta estragaria a seguinte
        parts = [connection.get(ana.site.address + path, headers=ana.headers({"Range": asked}), timeout=30).content
                 for asked in ("bytes=0-1", "bytes=-2", "bytes=250-")]
    assert parts == [b"\x00\x01", b"\xfe\xff", bytes(range(250, 256))]
    tag = part.headers["ETag"]
    assert ana.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert ana.get(path, headers={"Range": "bytes=10-19", "If-Range": '"outro"'}).status_code == 200
    assert part.headers["Cache-Control"] == "private, no-cache"


def test_stalled_readers_do_not_stop_the_site(ana, guest, volume, database):
    """Quem pede um pedaço grande e não o lê não prende uma das oito linhas de execução."""
    content = bytes(24 * 1024 * 1024)
    path = f"/arquivos/{uuid4()}"
    (volume / path.rpartition("/")[2]).write_bytes(content)
    database.query("INSERT INTO uploads SELECT '%s', id, 'a', 'text/plain', %s, '%s' FROM users WHERE name = 'ana'" % (
        path.rpartition("/")[2], len(content), hashlib.sha256(content).hexdigest()))
    request = "".join(f"{name}: {value}\r\n" for name, value in ana.headers({"Range": "bytes=1-"}).items())
    address = urlsplit(ana.site.address)
    readers = [socket.create_connection((address.hostname, address.port)) for _ in range(8)]
    try:
        for reader in readers:
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{request}\r\n".encode())
        assert [reader.recv(12) for reader in readers] == [b"HTTP/1.1 206"] * 8
        assert requests.get(ana.site.address + "/saude", timeout=30).status_code == 200
    finally:
        for reader in readers:
            reader.close()


def test_cached_copy_does_not_skip_the_permission(ana, beto):
    path = ana.sent()
    tag = ana.get(path).headers["ETag"]
    assert beto.get(path, headers={"If-None-Match": tag}).status_code == 404


def test_file_missing_on_disk(ana, volume, database):
    """Registro sem arquivo: a página diz, e quem enviou ainda pode apagar o registro."""
    path = ana.sent()
    next(volume.iterdir()).unlink()
    answer = ana.get(path)
    assert answer.status_code == 410 and "não está no volume" in answer.text
    assert ana.post(path + "/apagar").status_code == 303 and rows(database) == 0


@pytest.mark.parametrize("content", [b"trocado!", b"conteudo e mais", b"nteud"])
def test_changed_file_is_not_delivered(ana, volume, content):
    path = ana.sent()
    next(volume.iterdir()).write_bytes(content)
    answer = ana.get(path)
    assert answer.status_code == 500 and "não é mais o que foi enviado" in answer.text
    assert content.decode() not in answer.text


@pytest.mark.parametrize("path", [
    "/arquivos/../../etc/passwd", "/arquivos/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/arquivos/1", "/static/%2e%2e/envios.py",
    "/static/..%2fenvios.py"])
def test_only_ids_are_addresses(ana, path):
    answer = ana.get(path)
    assert answer.status_code == 404 and "root:" not in answer.text and "def deliver" not in answer.text


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"),
    (r"C:\\windows\\system.ini", "system.ini"),
    ("nota\u202efdp.exe", "notafdp.exe"),
    ("50%2e%2e%2f.txt", "50%2e%2e%2f.txt"),
    ("a" * 400, "a" * 255),
    ("..", ".."),
])
def test_file_name_is_never_a_path(ana, volume, folder, database, name, shown):
    path = ana.sent(name)
    (stored,) = set(folder.rglob("*")) - {volume}
    assert stored.parent == volume and UUID(stored.name)
    assert database.query("SELECT name FROM uploads") == [(shown,)]
    assert ana.get(path).content == b"conteudo"


def test_markup_and_quotes_in_file_name(ana):
    """Nem na lista nem no cabeçalho o nome vira outra coisa."""
    path = ana.sent("<script>alert(1)<script>;a=b.txt")
    assert "<script" not in ana.get().text
    disposition = ana.get(path).headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\"<script>alert(1)<script>;a=b.txt\"")


@pytest.mark.parametrize(("name", "content", "status", "message"), [
    ("grande.bin", b"x" * (1024 * 1024 + 1), 413, "passa do limite de 1 MiB"),
    ("enorme.bin", b"x" * (3 * 1024 * 1024), 413, "passa do limite de 1 MiB"),
    ("vazio.txt", b"", 400, "vazio"),
    ("/", b"conteudo", 400, "Escolha um arquivo."),
])
def test_refused_before_writing(ana, volume, database, name, content, status, message):
    answer = ana.send(name, content)
    assert answer.status_code == status and message in answer.text
    assert list(volume.iterdir()) == [] and rows(database) == 0


def test_largest_file_comes_back(ana):
    content = b"x" * 1024 * 1024
    assert ana.get(ana.sent("limite.bin", content)).content == content


def fill(database, files: int) -> None:
    database.query("INSERT INTO uploads SELECT gen_random_uuid(), users.id, 'a', 'text/plain', 1, repeat('0', 64) "
                 f"FROM users, generate_series(1, {files}) WHERE users.name = 'ana'")


def test_limit_of_files_holds_with_two_at_once(ana, beto, volume, database):
    """A gravação demora de propósito: sem a trava, todas contariam 199 antes de a primeira se confirmar."""
    fill(database, 199)
    database.query("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                 "$$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$")
    database.query("CREATE TRIGGER demora BEFORE INSERT ON uploads FOR EACH ROW EXECUTE FUNCTION slow()")
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: ana.send().status_code, range(3)))
    database.query("DROP FUNCTION slow CASCADE")
    assert sorted(answers) == [303, 409, 409]
    assert len(list(volume.iterdir())) == 1 and beto.send().status_code == 303


def test_two_at_once(ana, beto, volume):
    """Dois envios juntos, e cada pessoa recebe de volta o seu."""
    pairs = [(ana, b"a" * 200_000), (beto, b"b" * 200_000)]
    with ThreadPoolExecutor() as pool:
        sent = list(pool.map(lambda pair: pair[0].send("igual.txt", pair[1]), pairs))
    assert [answer.status_code for answer in sent] == [303, 303]
    for person, content in pairs:
        assert person.get(re.search(r'href="(/arquivos/[0-9a-f-]{36})"', person.get().text)[1]).content == content
    assert len(list(volume.iterdir())) == 2


def test_deleting_twice_at_once(ana, volume):
    path = ana.sent()
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: ana.post(path + "/apagar").status_code, range(2)))
    assert sorted(answers) == [303, 404] and list(volume.iterdir()) == []


def test_database_down(ana, guest, volume, database):
    """Sem banco nada se lê nem se grava; a saúde que o balanceador vê não muda, e tudo volta depois."""
    path = ana.sent()
    database.server.stop()
    for answer in (ana.get(path), ana.send(), ana.post(path + "/apagar"), guest.enter("ana")):
        assert answer.status_code == 503 and "banco de dados não respondeu" in answer.text
    assert len(list(volume.iterdir())) == 1
    assert guest.get("/saude").json() == {"aplicacao": "ok"}
    health = guest.get("/saude/partes")
    assert (health.status_code, health.json()) == (503, {"volume": "ok", "banco": "indisponível"})
    database.server.start()
    assert ana.get(path).content == b"conteudo"


def test_refused_row_leaves_no_orphan_file(ana, volume, database):
    database.query("ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt')")
    answer = ana.send("recusado.txt")
    database.query("ALTER TABLE uploads DROP CONSTRAINT recusa")
    assert answer.status_code == 500 and "Algo falhou" in answer.text
    assert list(volume.iterdir()) == []


def test_refused_deletion_keeps_file_and_row(ana, volume, database):
    """O banco desiste na confirmação: o arquivo, que já tinha mudado de nome, volta."""
    path = ana.sent()
    database.query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'recusa'; END $$")
    database.query("CREATE CONSTRAINT TRIGGER recusa AFTER DELETE ON uploads DEFERRABLE INITIALLY DEFERRED "
                 "FOR EACH ROW EXECUTE FUNCTION refuse()")
    answer = ana.post(path + "/apagar")
    database.query("DROP FUNCTION refuse CASCADE")
    assert answer.status_code == 500
    assert ana.get(path).content == b"conteudo" and len(list(volume.iterdir())) == 1


def test_volume_not_mounted(ana, volume, database):
    """Sem o volume: nada vai para o disco raiz, nada se apaga, e a lista ainda abre."""
    path = ana.sent()
    unmount(volume)
    for answer in (ana.send(), ana.get(path), ana.post(path + "/apagar")):
        assert answer.status_code == 503 and "não está montado" in answer.text
    assert not volume.exists() and rows(database) == 1
    assert ana.get("/saude/partes").json() == {"volume": "indisponível", "banco": "ok"}
    assert "a.txt" in ana.get().text


def test_no_space_leaves_no_orphan(ana, volume, database):
    """Um limite do sistema faz a gravação falhar no meio, como um disco cheio."""
    limit, process = 64 * 1024, ana.site.process.pid
    before = resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        answer = ana.send("a.txt", b"x" * 3 * limit)
        assert answer.status_code == 507 and "nada foi guardado" in answer.text
        assert list(volume.iterdir()) == [] and rows(database) == 0
        assert ana.send("b.txt", b"x" * 1024).status_code == 303
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def test_rotated_password(ana, database):
    """O RDS troca a senha com a aplicação no ar: a sessão e os arquivos seguem."""
    path = ana.sent()
    database.rotate("segunda")
    assert ana.get(path).content == b"conteudo"


COMMANDS = """
import json, sys
from click.testing import CliRunner
from flask.cli import FlaskGroup
results = [CliRunner().invoke(FlaskGroup(), words, input=typed) for words, typed in json.load(sys.stdin)]
print(json.dumps([(result.exit_code, result.output) for result in results]))
"""


@pytest.fixture
def create_users(source, running, volume):
    """O comando do `novo-usuario` para cada (nome, senha), num processo só; sem terminal, a senha vem pela entrada."""
    line = next(line for line in source.files["/usr/local/sbin/novo-usuario"].splitlines() if line.startswith("exec"))
    before, program, arguments = line.partition("venv/bin/flask")
    assert before == "exec runuser -u envios -- " and program

    def create(*people: tuple[str, str]) -> list[tuple[int, str]]:
        asked = [(shlex.split(arguments.replace('"$@"', name)), f"{typed}\n{typed}\n") for name, typed in people]
        done = subprocess.run([sys.executable, "-c", COMMANDS], cwd=running.folder, env=running.environment, text=True,
                              input=json.dumps(asked), capture_output=True, timeout=20, check=True)
        return json.loads(done.stdout)

    return create


def test_command_creates_and_resets_a_person(create_users, running, database):
    """O comando cria, troca a senha, encerra as sessões; a senha fica no banco só como scrypt."""
    refused = [("Dora", PASSWORD), ("dora", "curta"), ("dora", "x" * 129)]
    (created, _), *answers = create_users(("carla", "primeira senha"), *refused)
    assert created == 0 and [code for code, _ in answers] == [1, 1, 1]
    told = [output for _, output in answers]
    assert "letras minúsculas" in told[0] and "12 a 128" in told[1] and "12 a 128" in told[2]
    assert database.query("SELECT name FROM users WHERE lower(name) = 'dora'") == []
    carla = Person(running)
    assert carla.enter("carla", "primeira senha").status_code == 303
    ((stored,),) = database.query("SELECT password FROM users WHERE name = 'carla'")
    assert stored.startswith("scrypt:32768:8:3$") and "primeira" not in stored
    assert [code for code, _ in create_users(("carla", "segunda senha"))] == [0]
    assert carla.get().headers["Location"] == "/entrar"
    assert carla.enter("carla", "primeira senha").status_code == 401
    assert carla.enter("carla", "segunda senha").status_code == 303


@pytest.mark.parametrize("path", ["/entrar", "/nao-existe", "/static/estilo.css", "/saude"])
def test_security_headers(guest, path):
    headers = guest.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_pages_are_not_kept_by_the_browser(ana):
    assert ana.get().headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/usr/local/sbin/montar-volume", "/usr/local/sbin/novo-usuario"])
def test_scripts_are_valid_bash(source, path):
    assert subprocess.run(["bash", "-n"], input=source.files[path], text=True).returncode == 0


def test_environment_file_is_read_alike_by_systemd_and_bash(source):
    """`novo-usuario` lê com o bash o mesmo arquivo que o systemd lê."""
    text = re.sub(r"\$\{[^}]*\}", "valor", source.files["/etc/envios.env"])
    told = subprocess.run(["bash", "-c", f"set -a\n{text}\nenv"], env={}, text=True, capture_output=True, check=True)
    assert set(shlex.split(text)) <= set(told.stdout.splitlines())


def test_passwords_never_travel_in_clear(source):
    """Sem ouvinte nem regra na porta 80, e o certificado não pode faltar."""
    resources = source.data["Resources"].values()
    assert [item["Properties"]["Protocol"] for item in resources if item["Type"].endswith("V2::Listener")] == ["HTTPS"]
    assert "Default" not in source.data["Parameters"]["ArnCertificado"]
    rules = source.data["Resources"]["GrupoBalanceador"]["Properties"]["SecurityGroupIngress"]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in rules] == [(443, 443)]


def test_signal_does_not_wait_for_the_volume(source):
    """A ligação do volume espera a instância; a instância não pode esperar por ela."""
    resources = source.data["Resources"]
    assert resources["LigacaoVolume"]["Properties"]["InstanceId"] == {"Ref": "Servidor"}
    assert "LigacaoVolume" not in source.resources_needed("Servidor")
    assert resources["LigacaoVolume"]["DependsOn"] == "OuvinteHttps"  # um certificado recusado falha antes
    assert "/saude/partes" not in source.user_data
