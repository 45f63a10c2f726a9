"""A AWS CLI de verdade, já carregada: cada `aws` que o shell roda bifurca deste processo, e não espera um segundo para partir.

A do PyPI é a versão 1. No que as páginas usam, difere da 2, para a qual foram escritas, em três coisas: não tem
`--cli-binary-format raw-in-base64-out`, porque já lê os bytes como estão; só assina endereços do S3 com a versão 4 da assinatura e o
nome da região se a configuração manda (`CONFIGURATION`); e chama o SQS pelo nome antigo, `REGIAO.queue.amazonaws.com`.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CONFIGURATION = "[default]\ns3 =\n  signature_version = s3v4\n  addressing_style = virtual\n  us_east_1_regional_endpoint = regional\n"
SERVICES = ("s3", "dynamodb", "lambda", "sqs")
BINARY = ["--cli-binary-format", "raw-in-base64-out"]
CLIENT = """#!/bin/sh
'''exec' {python} -SE "$0" "$@" # '''
import json, os, socket, sys
channel = socket.socket(socket.AF_UNIX)
channel.connect({address!r})
socket.send_fds(channel, [json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
sys.exit(int(channel.recv(9) or 255))
"""


@contextmanager
def loaded(folder: Path) -> Iterator[str]:
    """O texto do programa `aws`, que fala com uma CLI carregada enquanto isto dura; `folder` tem um caminho curto, de soquete."""
    address, settings = str(folder / "aws"), folder / "configuracao"
    settings.write_text(CONFIGURATION, encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(16)
        child = subprocess.Popen([sys.executable, __file__, str(server.fileno())], pass_fds=[server.fileno()],
                                 env={"LANG": "C.UTF-8", "AWS_CONFIG_FILE": str(settings)})
    try:
        yield CLIENT.format(python=shlex.quote(sys.executable), address=address)
    finally:
        child.kill()
        child.wait()


def serve(server: socket.socket) -> None:
    """Atende um `aws` por bifurcação, até que a encerrem."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ninguém espera pelos filhos: cada um diz a quem o chamou como acabou
    driver = ready()
    while True:
        channel, _ = server.accept()
        message, files, _, _ = socket.recv_fds(channel, 1 << 20, 3)
        if os.fork() == 0:
            status = 255
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                status = run(driver, files, *json.loads(message))
            except BaseException:
                traceback.print_exc()
            finally:
                channel.send(str(status).encode())
                os._exit(status)
        channel.close()
        for file in files:
            os.close(file)


def ready() -> Any:
    """A CLI, com o que ela leria do disco a cada vez já lido."""
    from awscli import clidriver
    from botocore.exceptions import UnknownServiceError  # o da CLI: importada, ela responde por este nome

    driver = clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    driver.session.get_available_services()
    for service in SERVICES:
        for model in ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"):
            with suppress(UnknownServiceError):
                loader.load_service_model(service, model)
    for data in ("cli", "endpoints", "partitions", "sdk-default-configuration"):
        loader.load_data(data)
    return driver


def run(driver: Any, files: list[int], words: list[str], folder: str, environment: dict[str, str]) -> int:
    """Roda a CLI como quem a chamou a rodaria: com os arquivos, a pasta e o ambiente dele."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.update(environment)
    place = next((at for at in range(len(words)) if words[at:at + 2] == BINARY), len(words))
    try:
        status = driver.main([*words[:place], *words[place + 2:]])
    except SystemExit as stop:
        status = int(stop.code or 0)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return int(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
