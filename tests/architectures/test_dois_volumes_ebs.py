"""O site de músicas, tirado do template: envio no volume D, processamento, arquivo pronto no volume E."""

from __future__ import annotations

import hashlib
import io
import os
import re
import resource
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.architectures.stack import unmount

NOBODY = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"  # não existe; fixo, para que os testes tenham sempre os mesmos nomes

FAILURE = "nada foi guardado"
FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, Layer III, 128 kbit/s, 44,1 kHz: 417 bytes e 1.152 amostras


def id3v2(title: str, artist: str = "", padding: int = 0) -> bytes:
    frames = b""
    for name, text in ((b"TIT2", title), (b"TPE1", artist)):
        raw = b"\x03" + text.encode()
        frames += name + struct.pack(">I", len(raw)) + b"\0\0" + raw
    size = len(frames) + padding
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames + bytes(padding)


def id3v1(title: str) -> bytes:
    return b"TAG" + title.encode("latin-1").ljust(125, b"\0")


def wav(seconds: float = 1, rate: int = 8000) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(bytes(range(256)) * int(seconds * rate * 2 / 256) + bytes(int(seconds * rate * 2) % 256))
    return target.getvalue()


def wav_chunk(name: bytes, size: int) -> bytes:
    """Um WAV com um bloco que diz ter `size` bytes, e o RIFF maior que o arquivo."""
    return b"RIFF\xff\xff\xff\xffWAVE" + wav()[12:36] + name + struct.pack("<I", size) + bytes(100)


@dataclass
class Disks:
    """As pastas que fazem as vezes dos dois volumes montados."""

    root: Path

    @property
    def d(self) -> Path:
        return self.root / "d"

    @property
    def e(self) -> Path:
        return self.root / "e"

    def mount(self) -> Disks:
        self.d.mkdir()
        self.e.mkdir()
        return self

    def unmount(self) -> None:
        unmount(self.d)
        unmount(self.e)

    @property
    def variables(self) -> dict[str, str]:
        return {"VOLUME_RECEBIDOS": str(self.d), "VOLUME_DEFINITIVOS": str(self.e), "PAUSA_SEGUNDOS": "0.05"}


@pytest.fixture(scope="module")
def source(load):
    return load("dois-volumes-ebs", "Servidor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("discos")


@pytest.fixture(scope="module")
def running(serve, folder, database):
    """A aplicação, uma vez para o módulo. Sem as pastas, a tarefa de fundo dela espera."""
    site = serve({"TamanhoMaximoArquivo": "1"}, Disks(folder).variables)
    site.get()
    return site


@pytest.fixture
def empty(running, database) -> Iterator[None]:
    """O banco vazio; no fim, de novo no ar."""
    database.query("TRUNCATE users, songs, operations")
    yield
    database.server.start()


@pytest.fixture
def disks(folder, empty) -> Iterator[Disks]:
    found = Disks(folder).mount()
    yield found
    found.unmount()


@pytest.fixture
def site(running, disks):
    return running


@pytest.fixture
def restart(serve, empty, tmp_path) -> Iterator[tuple[Disks, Callable]]:
    """Outra aplicação, como depois de uma queda; sem discos, a primeira não toca na fila."""
    disks = Disks(tmp_path).mount()
    sites = []

    def start():
        sites.append(serve({"TamanhoMaximoArquivo": "1"}, disks.variables))
        return sites[-1]

    yield disks, start
    for site in sites:
        site.process.kill()
        site.process.wait(5)


def send(site, name: str, content: bytes, nickname: str = "ana", **options):
    return site.post("/musicas", data={"apelido": nickname}, files={"arquivo": (name, content)}, **options)


def wait(found: Callable[[], object], seconds: float = 60) -> None:
    """Espera a tarefa de fundo, sem esperar mais que o preciso."""
    limit = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < limit, "a tarefa de fundo não chegou lá"
        time.sleep(0.03)


def state(database) -> list[tuple[str, str]]:
    return database.query("SELECT state, note FROM songs ORDER BY sent_at")


def finish(site, name: str, content: bytes, database) -> str:
    """Envia, espera acabar e devolve o endereço da música."""
    answer = send(site, name, content)
    assert answer.status_code == 303, answer.text
    number = UUID(answer.headers["Location"].rpartition("/")[2])
    wait(lambda: database.query(f"SELECT 1 FROM songs WHERE id = '{number}' AND state IN ('pronto', 'recusado')"))
    return answer.headers["Location"]


def row(database, disks, content: bytes, situation: str, attempts: int = 1, written: bool = True) -> str:
    """O que uma queda deixa: a linha no banco e, se `written`, o arquivo no volume D."""
    number = str(uuid4())
    digest = hashlib.sha256(content).hexdigest()
    database.query("INSERT INTO users VALUES ('ana') ON CONFLICT DO NOTHING")
    database.query("INSERT INTO songs (id, nickname, name, size, sha256, state, attempts) VALUES "
                 f"('{number}', 'ana', 'a.mp3', {len(content)}, '{digest}', '{situation}', {attempts})")
    if written:
        (disks.d / number).write_bytes(content)
    return number


def test_mp3_goes_from_d_to_e(site, disks, database):
    """Confirmação, situação, arquivo pronto só com o áudio, ficha, e nada sobra em D."""
    sound = FRAME * 100
    content = id3v2("Canção", "Ana e Zé", padding=500) + sound + id3v1("outro")
    address = finish(site, "minha música.mp3", content, database)
    page = site.get(address).text
    assert "pronto" in page and "Canção" in page and hashlib.sha256(content).hexdigest() in page
    ready = site.get(address + "/arquivo")
    assert ready.content == sound and ready.headers["Content-Type"] == "audio/mpeg"
    assert ready.headers["Content-Disposition"].startswith("attachment;")
    assert "Ana%20e%20Z%C3%A9%20-%20Can%C3%A7%C3%A3o.mp3" in ready.headers["Content-Disposition"]
    sheet = site.get(address + "/ficha").json()
    assert sheet["título"] == "Canção" and sheet["artista"] == "Ana e Zé" and sheet["segundos"] == round(1152 * 100 / 44100, 2)
    assert sheet["SHA-256"] == hashlib.sha256(sound).hexdigest() and sheet["apelido"] == "ana"
    wait(lambda: not list(disks.d.iterdir()))
    assert sorted(path.suffix for path in disks.e.iterdir()) == [".json", ".mp3"]


def test_history_tells_every_step(site, database):
    address = finish(site, "a.mp3", FRAME * 5, database)
    site.get(address + "/arquivo")
    steps = [operation for (operation,) in database.query("SELECT operation FROM operations ORDER BY id")]
    assert steps == ["recebido", "processando", "pronto", "baixado: arquivo"]
    assert database.query("SELECT nickname FROM users") == [("ana",)]
    page = site.get(address)
    assert all(step in page.text for step in steps) and "Refresh" not in page.headers


def test_wav_keeps_only_format_and_sound(site, database):
    """Um bloco desconhecido depois do som não chega ao arquivo pronto, que o `wave` lê."""
    content = wav(1.5) + b"LIST" + struct.pack("<I", 4) + b"lixo"
    address = finish(site, "a.wav", content, database)
    ready = site.get(address + "/arquivo").content
    assert ready == wav(1.5) and b"lixo" not in ready
    with wave.open(io.BytesIO(ready)) as sound:
        assert sound.getnframes() == 12_000
    assert site.get(address + "/ficha").json()["segundos"] == 1.5


def test_id3v1_title_and_name_for_the_download(site, database):
    address = finish(site, r"C:\musicas\a.mp3", FRAME * 5 + id3v1("AC/DC: ao vivo"), database)
    assert site.get(address + "/ficha").json()["título"] == "AC/DC: ao vivo"
    assert site.get(address + "/arquivo").headers["Content-Disposition"].endswith('"AC-DC- ao vivo.mp3"')


@pytest.mark.parametrize(("name", "content", "status", "message"), [
    ("grande.mp3", FRAME * 2515, 413, "passa do limite de 1 MiB"),
    ("enorme.mp3", FRAME * 8000, 413, "passa do limite de 1 MiB"),
    ("vazio.mp3", b"", 400, "vazio"),
    ("foto.mp3", b"\x89PNG\r\n\x1a\n" + bytes(100), 415, "nome do arquivo não conta"),
    ("pagina.mp3", b"<script>alert(1)</script>", 415, "nome do arquivo não conta"),
    ("curto.mp3", b"\xff", 415, "nome do arquivo não conta"),
    ("/", FRAME * 5, 400, "Escolha um arquivo"),
])
def test_refused_before_writing(site, disks, database, name, content, status, message):
    """O que nem começa como música não chega ao disco nem ao banco."""
    answer = send(site, name, content)
    assert answer.status_code == status and message in answer.text
    assert not list(disks.d.iterdir()) and state(database) == []


@pytest.mark.parametrize(("content", "reason"), [
    (id3v2("só etiqueta") + b"texto comum", "Não há áudio MP3"),
    (FRAME * 20 + FRAME[:200], "cortado"),
    ((FRAME * 20)[:-1], "cortado"),
    (FRAME * 10 + b"#!/bin/sh\n" + FRAME * 10, "posição 4170"),
    (FRAME * 2, "Não há áudio MP3"),
    (b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + FRAME * 5, "mais bytes do que o arquivo"),
    (b"ID3", "mais bytes do que o arquivo"),
    (b"ID3\x04\0\0\0\0\x04\0" + b"TIT2\x7f\x7f\x7f\x7f" + bytes(504), "Não há áudio MP3"),
    (wav()[:-100], "cortado"),
    (wav()[:30], "incompleto"),
    (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 85, 1, 8000, 8000, 1, 8) + bytes(30), "não é PCM"),
    (wav()[:24] + bytes(8) + wav()[32:], "vazio ou cortado"),
    (wav()[:40] + b"\xff\xff\xff\xff" + wav()[44:], "cortado"),
    (wav_chunk(b"LIST", 0xFFFFFF00), "incompleto"),
    (wav_chunk(b"LIST", 5000), "incompleto"),
    (wav()[:22] + struct.pack("<HIIHH", 16, 2**32 - 1, 0, 0, 16) + wav()[36:], "incompleto"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_refused_by_content(site, disks, database, content, reason):
    """Começa como música e não é: fica a linha com o motivo, e nenhum arquivo em D ou E."""
    address = finish(site, "a.mp3", content, database)
    ((situation, note),) = state(database)
    assert situation == "recusado" and reason in note and reason in site.get(address).text
    assert site.get(address + "/arquivo").status_code == 409
    wait(lambda: not list(disks.d.iterdir()))
    assert not list(disks.e.iterdir())


def test_largest_file_with_a_huge_tag(site, database):
    """Uma capa de quase 1 MiB é pulada, e o limite é aceito exato."""
    room = 1024 * 1024 - len(FRAME) * 5
    tag = id3v2("capa", padding=room - len(id3v2("capa")))
    address = finish(site, "a.mp3", tag + FRAME * 5, database)
    assert len(tag) == room and site.get(address + "/arquivo").content == FRAME * 5


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"),
    ("..%2f..%2fsegredo.mp3", "..%2f..%2fsegredo.mp3"),
    ("nota\u202efdp.mp3", "notafdp.mp3"),
    ("a" * 400, "a" * 255),
    ("<b>oi.mp3", "<b>oi.mp3"),
])
def test_file_name_is_never_a_path(site, folder, disks, database, name, shown):
    """Nos discos só há nomes sorteados; o da pessoa só se mostra, escapado."""
    address = finish(site, name, FRAME * 5, database)
    stored = {path for path in folder.rglob("*") if path.is_file() and path.parent == disks.e}
    assert {path.stem for path in stored} == {address.rpartition("/")[2]}
    assert database.query("SELECT name FROM songs") == [(shown,)]
    assert "<b>oi" not in site.get().text


@pytest.mark.parametrize(("nickname", "status"), [
    ("", 400), ("   ", 400), ("a" * 31, 400), ("<b>", 400), ("a\nb", 400), ("'; DROP", 400), ("Zé da Silva", 303)])
def test_nickname(site, disks, database, nickname, status):
    assert send(site, "a.mp3", FRAME * 5, nickname).status_code == status
    expected = [("zé da silva",)] if status == 303 else []
    assert database.query("SELECT nickname FROM users") == expected


def test_nickname_filters_and_is_the_same_in_any_case(site, database):
    send(site, "da ana.mp3", FRAME * 5, "Ana")
    send(site, "do bruno.mp3", FRAME * 5, "bruno")
    send(site, "outra.mp3", FRAME * 5, " ANA ")
    page = site.get("/?apelido=aNa").text
    assert "da ana.mp3" in page and "outra.mp3" in page and "bruno" not in page
    assert database.query("SELECT count(*) FROM users") == [(2,)]


def test_range_past_the_end(site, database):
    """Um download retomado depois do fim recebe uma mensagem, não a página inicial."""
    address = finish(site, "a.mp3", FRAME * 5, database)
    answer = site.get(address + "/arquivo", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416 and "Não deu certo" in answer.text and "None" not in answer.text
    assert site.get(address + "/arquivo", headers={"Range": "bytes=417-833"}).content == FRAME


def test_paused_downloads_do_not_stop_the_site(site, disks, database):
    """Retomar de um ponto e parar de ler: a resposta espera no disco, não na linha de execução."""
    address = finish(site, "a.mp3", FRAME * 5, database)
    (ready,) = disks.e.glob("*.mp3")
    ready.write_bytes(bytes(20 * 1024 * 1024))
    with ExitStack() as listeners:
        for _ in range(4):
            listeners.enter_context(site.ask(f"{address}/arquivo", "Range: bytes=0-"))
        assert "Enviar" in site.get().text


def test_one_file_per_request_and_none(site, disks):
    two = [("arquivo", ("a.mp3", FRAME * 5)), ("arquivo", ("b.mp3", FRAME * 5))]
    assert site.post("/musicas", data={"apelido": "ana"}, files=two).status_code == 400
    assert site.post("/musicas", data={"apelido": "ana"}).status_code == 400
    assert not list(disks.d.iterdir())


@pytest.mark.parametrize("path", ["/musicas/../../etc/passwd", "/musicas/%2e%2e/arquivo", "/musicas/nada/ficha",
                                  f"/musicas/{NOBODY}", f"/musicas/{NOBODY}/arquivo", f"/musicas/{NOBODY}/outra"])
def test_unknown_addresses(site, path):
    assert site.get(path).status_code == 404


def test_many_at_once(site, disks, database):
    """Oito envios juntos: uma música por vez, todas prontas, nada misturado."""
    contents = [id3v2(f"m{number}") + FRAME * (number + 5) for number in range(8)]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda content: send(site, "igual.mp3", content), contents))
    assert {answer.status_code for answer in answers} == {303}
    wait(lambda: [situation for situation, _ in state(database)] == ["pronto"] * 8)
    for content, answer in zip(contents, answers, strict=True):
        assert site.get(answer.headers["Location"] + "/arquivo").content == content[content.index(b"\xff\xfb"):]


def test_full_queue_is_refused(site, disks, database):
    """Com E fora, a fila cresce até o limite e depois recusa, sem deixar arquivo."""
    disks.e.rmdir()
    database.query("INSERT INTO users VALUES ('ana')")
    database.query("INSERT INTO songs (id, nickname, name, size, sha256) "
                 "SELECT gen_random_uuid(), 'ana', 'a.mp3', 1, repeat('a', 64) FROM generate_series(1, 100)")
    answer = send(site, "a.mp3", FRAME * 5)
    assert answer.status_code == 503 and "músicas na fila" in answer.text and not list(disks.d.iterdir())


def test_database_down_leaves_no_orphan_file(site, disks, database):
    database.server.stop()
    answer = send(site, "a.mp3", FRAME * 5)
    assert answer.status_code == 503 and FAILURE in answer.text and not list(disks.d.iterdir())
    assert site.get("/saude").json() == {"volume D": "ok", "volume E": "ok", "banco": "indisponível"}
    database.server.start()
    finish(site, "a.mp3", FRAME * 5, database)
    assert site.get("/saude").status_code == 200


def test_refused_row_leaves_no_orphan_file(site, disks, database):
    database.query("ALTER TABLE songs ADD CONSTRAINT recusa CHECK (name <> 'recusado.mp3')")
    answer = send(site, "recusado.mp3", FRAME * 5)
    database.query("ALTER TABLE songs DROP CONSTRAINT recusa")
    assert answer.status_code == 500 and not list(disks.d.iterdir())
    assert database.query("SELECT count(*) FROM operations") == [(0,)]


def test_database_down_while_processing(site, disks, database):
    """O resultado que o banco não ouviu não se perde: ao voltar, a música é retomada."""
    database.query("CREATE FUNCTION pausa() RETURNS trigger LANGUAGE plpgsql AS "
                 "$$ BEGIN IF NEW.state = 'pronto' THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END $$")
    database.query("CREATE TRIGGER pausa BEFORE UPDATE ON songs FOR EACH ROW EXECUTE FUNCTION pausa()")
    send(site, "a.mp3", FRAME * 5)
    wait(lambda: len(list(disks.e.iterdir())) == 2)
    database.server.stop()
    assert len(list(disks.d.iterdir())) == 1
    database.server.start()
    database.query("DROP FUNCTION pausa CASCADE")
    wait(lambda: state(database) == [("pronto", "")])
    assert ("recebido", "retomada após uma interrupção") in database.query("SELECT operation, note FROM operations")


def test_volume_d_missing(site, disks, database):
    """Sem D não se recebe, e o que está em E continua a ser entregue."""
    address = finish(site, "a.mp3", FRAME * 5, database)
    wait(lambda: not list(disks.d.iterdir()))
    disks.d.rmdir()
    answer = send(site, "b.mp3", FRAME * 5)
    assert answer.status_code == 503 and "volume D não está montado" in answer.text and not disks.d.exists()
    assert site.get(address + "/arquivo").content == FRAME * 5
    assert site.get("/saude").json()["volume D"] == "indisponível"


def test_volume_e_missing(site, disks, database):
    """Sem E ainda se recebe; a música espera em D, a página diz por quê, e E de volta a termina."""
    disks.e.rmdir()
    answer = send(site, "a.mp3", FRAME * 5)
    assert answer.status_code == 303 and state(database) == [("recebido", "")] and len(list(disks.d.iterdir())) == 1
    wait(lambda: "volume E não está montado" in site.get().text)
    assert site.get(answer.headers["Location"]).headers["Refresh"] == "3" and not disks.e.exists()
    assert site.get(answer.headers["Location"] + "/arquivo").status_code == 409
    disks.e.mkdir()
    wait(lambda: state(database) == [("pronto", "")])
    wait(lambda: "montado" not in site.get().text)


def test_warning_goes_away_with_nothing_to_do(site, disks):
    disks.e.rmdir()
    wait(lambda: "volume E não está montado" in site.get().text)
    disks.e.mkdir()
    wait(lambda: "montado" not in site.get().text)


def test_ready_file_lost_from_e_asks_for_a_restore(site, disks, database):
    """A linha diz pronto e o arquivo sumiu: a resposta manda restaurar; devolvido, volta a ser entregue."""
    address = finish(site, "a.mp3", FRAME * 5, database)
    (ready,) = disks.e.glob("*.mp3")
    content = ready.read_bytes()
    ready.unlink()
    answer = site.get(address + "/arquivo")
    assert answer.status_code == 404 and "restaure-o de um snapshot" in answer.text
    ready.write_bytes(content)
    assert site.get(address + "/arquivo").content == content
    unmount(disks.e)
    assert site.get(address + "/arquivo").status_code == 503


@pytest.fixture
def limit_files(site) -> Iterator[Callable[[int], None]]:
    """Um limite do sistema faz a gravação falhar no meio, como um disco cheio."""
    def limit(size: int) -> None:
        resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    yield limit
    limit(resource.RLIM_INFINITY)


def test_each_volume_full(site, disks, database, limit_files):
    """D cheio recusa e nada fica; E cheio recebe e espera, e com espaço termina sem novo envio."""
    disks.e.rmdir()
    limit_files(3000)
    answer = send(site, "a.mp3", FRAME * 50)
    assert answer.status_code == 507 and "volume D" in answer.text and FAILURE in answer.text
    assert not list(disks.d.iterdir()) and state(database) == []
    limit_files(resource.RLIM_INFINITY)
    assert send(site, "a.mp3", FRAME * 50).status_code == 303
    limit_files(3000)
    disks.e.mkdir()
    wait(lambda: state(database) == [("recebido", "Não há espaço no volume E")])
    assert "espaço no volume E" in site.get().text and len(list(disks.d.iterdir())) == 1
    assert not [path for path in disks.e.iterdir() if path.suffix != ".parcial"]
    limit_files(resource.RLIM_INFINITY)
    wait(lambda: state(database) == [("pronto", "")])
    assert database.query("SELECT attempts FROM songs") == [(0,)]


def test_crash_halfway(restart, database):
    """Linhas em `processando`: a que cai sempre sai da fila, a que tem um pedaço em E recomeça, a já em E só termina."""
    disks, start = restart
    row(database, disks, FRAME * 5, "processando", attempts=3)
    number = row(database, disks, FRAME * 6, "processando")
    (disks.e / f"{number}.mp3.parcial").write_bytes(FRAME)
    ready = row(database, disks, FRAME * 7, "processando", written=False)
    (disks.e / f"{ready}.mp3").write_bytes(FRAME * 7)
    (disks.e / f"{ready}.json").write_text('{"título": "Canção", "formato": "mp3"}', encoding="utf-8")
    site = start()
    wait(lambda: state(database) == [("recusado", "O processamento parou no meio 3 vezes."), ("pronto", ""), ("pronto", "")])
    assert (disks.e / f"{number}.mp3").read_bytes() == FRAME * 6
    assert sorted(path.suffix for path in disks.e.iterdir()) == [".json", ".json", ".mp3", ".mp3"]
    address = f"/musicas/{ready}"
    assert site.get(address + "/arquivo").content == FRAME * 7 and "Canção" in site.get(address).text


def test_a_name_that_is_gone_when_it_is_looked_at_stops_nothing(restart, database):
    """Um envio que acaba enquanto a tarefa olha a pasta troca o nome do que ela ia olhar; aqui, uma ligação para nada."""
    disks, start = restart
    (disks.d / "outra.parcial").symlink_to("nada")
    row(database, disks, FRAME * 5, "recebido", attempts=0)
    start()
    wait(lambda: state(database) == [("pronto", "")])


def test_name_is_on_the_disk_before_the_row_changes(source, tmp_path):
    """Numa falta de energia, o que o banco diz pronto está em E: a pasta vai ao disco depois da troca de nome."""
    program = """
import os
from pathlib import Path
import processamento
def synced(number):
    print("pasta" if os.path.isdir(f"/proc/self/fd/{number}") else "arquivo", *sorted(os.listdir(".saida")))
os.fsync = synced
processamento.save(Path(".saida/nome"), [b"som"])
"""
    folder = source.unpack(tmp_path)
    (folder / ".saida").mkdir()
    said = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["arquivo nome.parcial", "pasta nome"]


def test_killed_process_keeps_the_queue(restart, database):
    disks, start = restart
    disks.e.rmdir()
    site = start()
    send(site, "a.mp3", FRAME * 5)
    site.process.kill()
    disks.e.mkdir()
    start()
    wait(lambda: state(database) == [("pronto", "")])


def test_volume_d_lost(restart, database):
    """O que se perdeu ou estragou em D é recusado, e E não muda; restos que nenhuma linha espera somem."""
    disks, start = restart
    (disks.e / "antiga.mp3").write_bytes(FRAME)
    row(database, disks, FRAME * 5, "recebido", 0, written=False)
    for damage in (FRAME * 4, FRAME * 4 + FRAME[:-1] + b"x"):
        (disks.d / row(database, disks, FRAME * 5, "recebido", 0)).write_bytes(damage)
    old, new = disks.d / str(uuid4()), disks.d / str(uuid4())
    for path, age in ((old, -60), (new, 60)):
        path.write_bytes(FRAME)
        os.utime(path, (time.time() + age,) * 2)
    start()
    wait(lambda: [situation for situation, _ in state(database)] == ["recusado"] * 3)
    assert all("envie de novo" in note for _, note in state(database))
    assert [path.name for path in disks.e.iterdir()] == ["antiga.mp3"]
    # O mais novo que o início pode ser um envio entre o disco e a linha.
    wait(lambda: list(disks.d.iterdir()) == [new])


def test_rotated_password(site, database):
    """O RDS troca a senha com a aplicação no ar: o site e a tarefa de fundo continuam."""
    finish(site, "antes.mp3", FRAME * 5, database)
    database.rotate("segunda")
    finish(site, "depois.mp3", FRAME * 5, database)
    assert database.query("SELECT count(*) FROM songs WHERE state = 'pronto'") == [(2,)]


def test_wrong_password_is_refused(site, database):
    """Prova que o banco destes testes confere a senha."""
    database.server.run(f"ALTER ROLE {database.name} PASSWORD 'outra'")
    assert send(site, "a.mp3", FRAME * 5).status_code == 503
    database.rotate("terceira")
    assert send(site, "a.mp3", FRAME * 5).status_code == 303


def test_other_sites_cannot_post(site, disks):
    assert send(site, "a.mp3", FRAME * 5, headers={"Origin": "https://outro.example"}).status_code == 403
    assert not list(disks.d.iterdir())
    assert send(site, "a.mp3", FRAME * 5, headers={"Origin": site.address}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/nao-existe", "/static/estilo.css"])
def test_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_first_page_says_there_is_nothing(site):
    assert "Nenhuma música ainda." in site.get().text


def test_each_volume_has_its_own_mount_point(source):
    """O id, o ponto de montagem e a pasta que a aplicação procura combinam, para D e para E."""
    application = source.files["/etc/musicas.env"]
    for letter, volume, folder in (("d", "VolumeRecebidos", "recebidos"), ("e", "VolumeDefinitivos", "definitivos")):
        text = source.files[f"/etc/volume-{letter}.env"]
        assert f"VOLUME_ID=${{{volume}}}" in text and f"PASTA={folder}" in text
        assert re.search(rf"^VOLUME_{folder.upper()}=/dados/{letter}/{folder}$", application, re.M)
    assert "/dados/%i" in source.files["/etc/systemd/system/volume@.service"]
    assert "volume@d volume@e" in source.init["commands"]["4-volumes"]["command"]


def test_a_restored_volume_outlives_cfn_init(source):
    """O id restaurado vem depois do id da pilha, em um arquivo que o `cfn-init` não escreve."""
    unit = source.files["/etc/systemd/system/volume@.service"]
    assert re.findall(r"^EnvironmentFile=(.*)$", unit, re.M) == ["/etc/volume-%i.env", "-/etc/volume-%i.restaurado.env"]
    assert not [path for path in source.files if "restaurado" in path]


def test_signal_does_not_wait_for_the_volumes(source):
    """As ligações esperam a instância; a instância não pode esperar por elas."""
    needed = source.resources_needed("Servidor")
    assert {"VolumeRecebidos", "VolumeDefinitivos"} <= needed
    assert not {"LigacaoRecebidos", "LigacaoDefinitivos"} & needed and "/saude" not in source.user_data


def test_only_volume_e_is_copied(source):
    """A política olha a etiqueta que só E tem, e o papel só copia E e só apaga o que ela criou."""
    resources = source.data["Resources"]
    details = resources["PoliticaSnapshots"]["Properties"]["PolicyDetails"]
    (tag,) = details["TargetTags"]
    tagged = [name for name, found in resources.items() if found["Type"] == "AWS::EC2::Volume"
              and tag in found["Properties"]["Tags"]]
    assert tagged == ["VolumeDefinitivos"] and details["Schedules"][0]["TagsToAdd"] == [tag]
    statements = resources["PapelSnapshots"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    by_name = {statement["Sid"]: statement for statement in statements}
    assert "${VolumeDefinitivos}" in by_name["CopiarVolume"]["Resource"]["Fn::Sub"]
    condition = by_name["ApagarSnapshot"]["Condition"]["StringEquals"]
    assert condition == {f"aws:ResourceTag/{tag['Key']}": tag["Value"]}


def test_what_the_removal_leaves(source):
    resources = source.data["Resources"]
    policies = {name: resources[name]["DeletionPolicy"] for name in ("VolumeRecebidos", "VolumeDefinitivos", "Banco")}
    assert policies == {"VolumeRecebidos": "Delete", "VolumeDefinitivos": "Snapshot", "Banco": "Snapshot"}


def test_rehearsal_on_the_page_finds_what_is_lost(site, source, disks, database):
    """O programa do ensaio de restauração, como a página o mostra, sobre as fichas de verdade."""
    page = source.path.with_name("index.md").read_text(encoding="utf-8")
    program = re.search(r"<<'FIM'\n(.*?)\nFIM\n", page, re.DOTALL)[1]
    for name in ("a.mp3", "b.mp3", "c.mp3"):
        finish(site, name, FRAME * 5, database)
    first, second, _ = sorted(disks.e.glob("*.mp3"))
    first.write_bytes(FRAME)
    second.unlink()
    said = subprocess.run([sys.executable, "-", str(disks.e)], input=program, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in said.stdout.splitlines()] == ["PERDIDO", "PERDIDO", "ok"]
