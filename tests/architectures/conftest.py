"""Executa a aplicação de um template como na instância, com PostgreSQL, Secrets Manager e S3 locais.

O PostgreSQL é de verdade e exige a senha certa (scram-sha-256, TCP em 127.0.0.1). O Secrets
Manager e o S3 são um servidor moto. A aplicação sai do template: os mesmos arquivos, o mesmo comando do
systemd e o mesmo arquivo de ambiente, com os valores que o CloudFormation poria nele.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import requires
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
import requests
from moto.server import ThreadedMotoServer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.replay.database import Server
from scripts.replay.database import Database as RunDatabase
from scripts.template.cloudformation import read
from tests.architectures.stack import literal, pinned

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "teste", "AWS_SECRET_ACCESS_KEY": "teste", "AWS_DEFAULT_REGION": "sa-east-1"}
SERVING = re.compile(r"Serving on (http://\S+)")
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Source:
    """O que um template põe na instância de `resource`."""

    path: Path
    resource: str

    @cached_property
    def data(self) -> dict[str, Any]:
        return read(self.path).data

    @property
    def init(self) -> dict[str, Any]:
        return self.data["Resources"][self.resource]["Metadata"]["AWS::CloudFormation::Init"]["config"]

    @property
    def files(self) -> dict[str, str]:
        """Caminho na instância → texto, com `${…}` ainda por substituir."""
        return {path: literal(self.data, entry["content"]) for path, entry in self.init["files"].items()}

    @property
    def pinned(self) -> dict[str, tuple[str, set[str]]]:
        """Pacote → versão e sha256 que o pip exige, de todas as listas que ele instala."""
        lists = [text for path, text in self.files.items() if Path(path).name.startswith("requirements")]
        command = self.init["commands"]["2-bibliotecas"]["command"]
        assert command.count("--requirement ") == len(lists) and "--require-hashes --no-deps" in command
        return {name: found for text in lists for name, found in pinned(text).items()}

    @property
    def requirements(self) -> dict[str, str]:
        return {name: version for name, (version, _) in self.pinned.items()}

    @property
    def user_data(self) -> str:
        """O `UserData` com valores do maior tamanho que uma pilha dá."""
        properties = self.data["Resources"][self.resource]["Properties"]
        properties = properties.get("LaunchTemplateData", properties)
        return VARIABLE.sub("x" * 128, properties["UserData"]["Fn::Base64"]["Fn::Sub"])

    def missing_requirements(self) -> set[str]:
        """Dependências do que está na lista que não estão nela."""
        listed = {canonicalize_name(name) for name in self.requirements}
        environment = {"extra": "", "python_version": "3.11", "platform_system": "Linux", "sys_platform": "linux"}
        needed = {Requirement(text) for name in self.requirements for text in requires(name) or []}
        return {found.name for found in needed if canonicalize_name(found.name) not in listed
                and (found.marker is None or found.marker.evaluate(environment))}

    def resources_needed(self, name: str) -> set[str]:
        """Recursos que o CloudFormation cria antes deste."""
        template, found, pending = read(self.path), set(), [name]
        while pending:
            names = template.resources[pending.pop()].references & template.resources.keys()
            pending.extend(names - found)
            found |= names
        return found

    def visible_text(self) -> Iterator[str]:
        """Descrições que o EC2 e o RDS guardam e só aceitam em ASCII."""
        for resource in self.data["Resources"].values():
            yield from _descriptions(resource.get("Properties", {}))

    def environment(self, values: dict[str, str]) -> dict[str, str]:
        """O arquivo de ambiente da aplicação, com os valores que viriam da pilha."""
        text = VARIABLE.sub(lambda found: values[found[1]], self.files[f"/etc/{self.name}.env"])
        return dict(pair.split("=", 1) for pair in shlex.split(text))

    @property
    def name(self) -> str:
        return next(Path(path).stem for path in self.files if re.fullmatch(r"/opt/\w+/\w+\.py", path))

    def command(self) -> list[str]:
        """O `ExecStart` da unidade, com este Python e uma porta livre."""
        unit = self.files[f"/etc/systemd/system/{self.name}.service"]
        program, listen, *arguments = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1])
        assert program.endswith("/venv/bin/waitress-serve") and listen.startswith("--listen=")
        return [sys.executable, "-m", "waitress", "--listen=127.0.0.1:0", *arguments]

    @property
    def needs_database(self) -> bool:
        """A aplicação recebe do template o endereço de um banco."""
        return "${Banco." in self.files[f"/etc/{self.name}.env"]

    def unpack(self, folder: Path) -> Path:
        prefix = f"/opt/{self.name}/"
        for path, text in self.files.items():
            if path.startswith(prefix):
                target = folder / path.removeprefix(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        return folder


def _descriptions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key.endswith("Description") and isinstance(item, str):
                yield item
            yield from _descriptions(item)
    elif isinstance(value, list):
        for item in value:
            yield from _descriptions(item)


class Postgres(Server):
    """O servidor da execução, que aqui se para e se religa."""

    running = False

    def start(self) -> None:
        if not self.running:
            super().start()
            self.running = True

    def stop(self) -> None:
        if self.running:
            super().stop()
            self.running = False


class Database(RunDatabase):
    """O banco da execução e o segredo dele, que aqui trocam de senha juntos."""

    def __init__(self, server: Postgres, secrets: Any, name: str):
        super().__init__(server, name, name)
        self.secrets, self.arn = secrets, secrets.create_secret(Name=name, SecretString=self.secret)["ARN"]

    def rotate(self, password: str) -> None:
        """Como o RDS: senha nova no banco e no segredo."""
        self.server.run(f"ALTER ROLE {self.name} PASSWORD '{password}'")
        self.secrets.put_secret_value(SecretId=self.arn, SecretString=json.dumps({"username": self.name, "password": password}))

    def connect(self) -> psycopg.Connection:
        return self.server.connect(self.name)


class Site:
    """A aplicação no ar; `get` e `post` falam com ela por HTTP."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str],
                 before: Callable[[], None] | None):
        self.folder, self.environment = folder, environment
        self.process = subprocess.Popen(command, cwd=folder, env=environment, text=True, encoding="utf-8",
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=before)
        self.log: list[str] = []
        for line in self.process.stdout:
            self.log.append(line)
            if found := SERVING.search(line):
                self.address = found[1]
                break
        else:
            raise RuntimeError("A aplicação não subiu:\n" + "".join(self.log))
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def get(self, path: str = "/", **options: Any) -> requests.Response:
        return requests.get(self.address + path, timeout=30, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(self.address + path, timeout=30, allow_redirects=False, **options)

    def ask(self, path: str, *headers: str) -> socket.socket:
        """Um pedido de quem não lê a resposta: um download em pausa."""
        address = urlsplit(self.address)
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((address.hostname, address.port))
        lines = (f"GET {path} HTTP/1.1", f"Host: {address.netloc}", *headers, "", "")
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(10) == b"HTTP/1.1 2"
        return connection

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(5)
        self.reader.join(5)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """Endereço da AWS local: Secrets Manager e S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def secrets(aws: str) -> Any:
    return boto3.client("secretsmanager", endpoint_url=aws, region_name="sa-east-1",
                        aws_access_key_id="teste", aws_secret_access_key="teste")


@pytest.fixture(scope="session")
def s3(aws: str) -> Any:
    return boto3.client("s3", endpoint_url=aws, region_name="sa-east-1",
                        aws_access_key_id="teste", aws_secret_access_key="teste")


@pytest.fixture(scope="module")
def bucket(s3: Any) -> str:
    """Bucket de um módulo de teste, vazio e sem versões."""
    name = f"teste-{next(NUMBERS)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    return name


@pytest.fixture(scope="module")
def database(postgres: Postgres, secrets: Any) -> Database:
    """Banco de um módulo de teste, com usuário e segredo próprios."""
    return Database(postgres, secrets, f"teste{next(NUMBERS)}")


@pytest.fixture(scope="session")
def load() -> Callable[[str, str], Source]:
    """O que o template de um slug põe na instância de um recurso."""
    return lambda slug, resource: Source(ROOT / "docs/arquiteturas" / slug / "template.yaml", resource)


@pytest.fixture(scope="module")
def serve(source: Source, aws: str, request: Any, tmp_path_factory: Any) -> Iterator[Callable[..., Site]]:
    """Põe no ar a aplicação do módulo de teste: `serve(parâmetros da pilha, variáveis trocadas)`."""
    sites: list[Site] = []
    # O PostgreSQL só é ligado quando a aplicação usa um banco.
    database = request.getfixturevalue("database") if source.needs_database else None

    def start(values: dict[str, str], overrides: dict[str, str] | None = None,
              before: Callable[[], None] | None = None) -> Site:
        stack = {"AWS::Region": "sa-east-1", "FusoHorario": "America/Sao_Paulo"} | _database_values(database)
        environment = source.environment(stack | values)
        if database:
            assert environment.pop("PGSSLMODE") == "verify-full" and environment.pop("PGSSLROOTCERT")
            environment |= {"PGSSLMODE": "disable", "PGDATABASE": database.name}
        environment |= CREDENTIALS | {"AWS_ENDPOINT_URL": aws, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1",
                                      "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        folder = source.unpack(tmp_path_factory.mktemp("aplicacao"))
        sites.append(Site(source.command(), folder, environment | (overrides or {}), before))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


def _database_values(database: Database | None) -> dict[str, str]:
    """O que os `!GetAtt` do banco dariam ao template."""
    if database is None:
        return {}
    return {"Banco.MasterUserSecret.SecretArn": database.arn, "Banco.Endpoint.Address": "127.0.0.1",
            "Banco.Endpoint.Port": str(database.server.port)}
