"""A aplicação de upload, tirada do template e exercida por HTTP."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from scripts.replay.browsing import Site
from scripts.replay.database import Database
from scripts.replay.lab import Lab
from tests.architectures.laboratory import down, laboratory, process, rotate
from tests.architectures.stack import unmount

FAILURE = "nada foi guardado"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with laboratory("upload-ec2-ebs-rds", TamanhoMaximoArquivo="1") as lab:
        yield lab


@pytest.fixture(scope="module")
def database(lab) -> Database:
    return lab.database("banco", client="servidor")


def serve(lab: Lab) -> tuple[Site, Path]:
    """Outra instância, com um volume vazio só dela."""
    site = lab.application("servidor", via="gateway", who="pessoa")
    volume = site.folder("/dados/arquivos")
    volume.mkdir(parents=True)
    return site, volume


@pytest.fixture(scope="module")
def running(lab, database) -> Site:
    """A aplicação, uma vez para o módulo: com a página aberta, a tabela já existe."""
    site, volume = serve(lab)
    site.get()
    unmount(volume)
    return site


@pytest.fixture
def volume(running, database) -> Iterator[Path]:
    """O volume vazio, e a tabela também."""
    volume = running.folder("/dados/arquivos")
    volume.mkdir()
    database.query("TRUNCATE uploads")
    yield volume
    unmount(volume)


@pytest.fixture
def site(running, volume):
    return running


def send(site, name: str, content: bytes, **options):
    return site.post("/arquivos", files={"arquivo": (name, content, "text/plain")}, **options)


def test_upload_reaches_volume_table_and_page(site, volume, database):
    """Arquivo no volume, linha no banco e nome na página."""
    answer = send(site, "relatório.txt", "olá".encode())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    (stored,) = volume.iterdir()
    assert stored.read_bytes() == "olá".encode()
    digest = hashlib.sha256("olá".encode()).hexdigest()
    assert database.query("SELECT id, name, type, size, sha256 FROM uploads") == [
        (UUID(stored.name), "relatório.txt", "text/plain", 4, digest)]
    page = site.get()
    assert page.status_code == 200
    assert "relatório.txt" in page.text and digest in page.text


def test_first_page_says_there_is_nothing(site):
    assert "Nenhum arquivo ainda." in site.get().text


@pytest.mark.parametrize(("name", "content", "status", "message"), [
    ("grande.bin", b"x" * (1024 * 1024 + 1), 413, "passa do limite de 1 MiB"),
    ("enorme.bin", b"x" * (3 * 1024 * 1024), 413, "passa do limite de 1 MiB"),
    ("vazio.txt", b"", 400, "vazio"),
    ("..", b"conteudo", 303, ""),
    ("/", b"conteudo", 400, "Escolha um arquivo."),
])
def test_refused_or_accepted_before_writing(site, volume, database, name, content, status, message):
    """O que é recusado não deixa arquivo nem linha; `..` é só um nome para mostrar."""
    answer = send(site, name, content)
    assert answer.status_code == status and message in answer.text
    expected = 1 if status == 303 else 0
    assert len(list(volume.iterdir())) == expected
    assert database.query("SELECT count(*) FROM uploads") == [(expected,)]


def test_largest_file_fits(site, volume):
    assert send(site, "limite.bin", b"x" * 1024 * 1024).status_code == 303
    assert len(list(volume.iterdir())) == 1


def test_request_without_file(site):
    answer = site.post("/arquivos", data={"outro": "campo"})
    assert answer.status_code == 400 and "Escolha um arquivo." in answer.text


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"),
    (r"C:\\windows\\system.ini", "system.ini"),
    ("nota\u202efdp.exe", "notafdp.exe"),
    ("a" * 400, "a" * 255),
])
def test_file_name_is_never_a_path(site, volume, database, name, shown):
    """O nome só se mostra: no volume, o arquivo tem nome sorteado e nada sai dele."""
    before = set(site.root.rglob("*"))
    assert send(site, name, b"conteudo").status_code == 303
    (stored,) = set(site.root.rglob("*")) - before
    assert stored.parent == volume and UUID(stored.name)
    assert database.query("SELECT name FROM uploads") == [(shown,)]


def test_markup_in_file_name_is_escaped(site):
    send(site, "<script>alert(1)<script>.txt", b"conteudo")
    page = site.get().text
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page


def test_database_down_leaves_no_orphan_file(site, volume, database):
    """Sem banco: resposta clara, nada no volume; religado, volta a aceitar."""
    with down(database, lambda: site.get("/saude").status_code == 200):
        answer = send(site, "a.txt", b"conteudo")
        assert answer.status_code == 503 and FAILURE in answer.text
        assert list(volume.iterdir()) == []
        assert site.get().status_code == 503
        health = site.get("/saude")
        assert (health.status_code, health.json()) == (503, {"volume": "ok", "banco": "indisponível"})
    assert send(site, "a.txt", b"conteudo").status_code == 303
    assert site.get("/saude").json() == {"volume": "ok", "banco": "ok"}


def test_refused_row_leaves_no_orphan_file(site, volume, database):
    """O arquivo já gravado é apagado quando o banco recusa a linha."""
    database.query("ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt')")
    answer = send(site, "recusado.txt", b"conteudo")
    database.query("ALTER TABLE uploads DROP CONSTRAINT recusa")
    assert answer.status_code == 500 and "Algo falhou" in answer.text
    assert list(volume.iterdir()) == []


def test_volume_not_mounted(site, volume, database):
    """Sem o volume nada vai para o disco raiz, e a página continua a listar."""
    volume.rmdir()
    answer = send(site, "a.txt", b"conteudo")
    assert answer.status_code == 503 and "não está montado" in answer.text
    assert not volume.exists()
    assert database.query("SELECT count(*) FROM uploads") == [(0,)]
    assert site.get("/saude").json() == {"volume": "indisponível", "banco": "ok"}
    assert site.get().status_code == 200


def test_no_space_leaves_no_orphan(lab, volume, database):
    """Um limite do sistema faz a gravação falhar no meio, como um disco cheio."""
    limit = 64 * 1024
    site, volume = serve(lab)
    resource.prlimit(process(site), resource.RLIMIT_FSIZE, (limit, limit))
    answer = send(site, "a.txt", b"x" * 3 * limit)
    assert answer.status_code == 507 and FAILURE in answer.text
    assert list(volume.iterdir()) == []
    assert database.query("SELECT count(*) FROM uploads") == [(0,)]
    assert send(site, "b.txt", b"x" * 1024).status_code == 303


def test_rotated_password(lab, site, database):
    """O RDS troca a senha com a aplicação no ar: o pedido seguinte funciona."""
    assert send(site, "antes.txt", b"conteudo").status_code == 303
    rotate(lab, database, "banco", "segunda")
    assert send(site, "depois.txt", b"conteudo").status_code == 303
    assert database.query("SELECT count(*) FROM uploads") == [(2,)]


def test_wrong_password_is_refused(lab, site, database):
    """Prova que o banco destes testes confere a senha."""
    database.server.run(f"ALTER ROLE {database.user} PASSWORD 'outra'")
    assert send(site, "a.txt", b"conteudo").status_code == 503
    rotate(lab, database, "banco", "terceira")
    assert send(site, "a.txt", b"conteudo").status_code == 303


def test_two_first_uploads_at_once(lab, site, database):
    """Os dois primeiros pedidos juntos: a tabela nasce uma vez e nada se mistura."""
    database.query("DROP TABLE uploads")
    site, volume = serve(lab)
    contents = [bytes([letter]) * 200_000 for letter in b"ab"]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda content: send(site, "igual.txt", content), contents))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert sorted(path.read_bytes() for path in volume.iterdir()) == contents
    assert database.query("SELECT count(*) FROM uploads") == [(2,)]


def test_other_sites_cannot_post(site, volume):
    assert send(site, "a.txt", b"conteudo", headers={"Origin": "https://outro.example"}).status_code == 403
    assert send(site, "a.txt", b"conteudo", headers={"Origin": "null"}).status_code == 403
    assert list(volume.iterdir()) == []
    assert send(site, "a.txt", b"conteudo", headers={"Origin": site.address}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/nao-existe", "/static/estilo.css"])
def test_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_unknown_page(site):
    answer = site.get("/nao-existe")
    assert answer.status_code == 404 and "Esta página não existe." in answer.text
