"""O que chega a um programa do template e muda como ele inicia, com quem fala e o que grava."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.types import FUNCTION, JOB_DEFINITION, SCALING_GROUP, STATE_MACHINE, TASK_DEFINITION
from scripts.proofs.arrows.program import HANDED, assigned, handed
from scripts.proofs.evidence import Path
from scripts.proofs.facts.code import nodes
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.states import definition
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

Effect = tuple[Path, str]
STARTING = re.compile(
    r"AWS_|LAMBDA_|_|LD_|PYTHON|NODE_|JAVA_|JDK_|_JAVA|DOTNET_|CORECLR_|GEM_|RUBY|PATH$|HOME$|BASH_ENV$|SSL_CERT|REQUESTS_CA|CURL_CA|OTEL_|"
    r"(?:HTTPS?|ALL|NO)_PROXY$|BOTO_CONFIG$|TMPDIR$", re.IGNORECASE)
"""Nomes que a Lambda, o interpretador, o sistema ou o SDK leem antes do programa, ou por ele.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""
HARMLESS = ("AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_NODEJS_CONNECTION_REUSE_ENABLED",
            "AWS_XRAY_CONTEXT_MISSING", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "NODE_ENV")
"""Os que só mudam o ritmo das tentativas e o que se registra."""
REDIRECTING = re.compile(r"(?:AWS_ENDPOINT_URL\w*|AWS_PROFILE|AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE|AWS_ACCESS_KEY_ID|LD_PRELOAD|"
                         r"(?:https?|all)_proxy|AWS_CA_BUNDLE)", re.IGNORECASE)
"""Os que, num contêiner ou numa instância, levam o SDK a outro endereço, ou a outra identidade."""
REGION = re.compile(r"(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:gov-)?[a-z]+-\d")
HERE = "${AWS::Region}"


def misled(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis que mudam como o programa inicia, ou o levam a outra região."""
    if owner.type == FUNCTION:
        variables = view.at(owner, "Environment", "Variables")
        for name, item in view.parts(variables) if variables else ():
            if STARTING.match(str(name)) and str(name) not in HARMLESS:
                yield item.path, (f"`{name}` não é do programa: muda como a Lambda, o interpretador ou o SDK de `{owner.id}` inicia, e aqui não "
                                  "se sabe se ele ainda roda; tire a variável, ou dê-lhe outro nome.")
            yield from _elsewhere(owner, str(name), item)
    elif owner.type in (JOB_DEFINITION, TASK_DEFINITION):
        for name, item in _pairs(view, owner):
            yield from _redirected(owner, name, item.path, str(item.value))
            yield from _elsewhere(owner, name, item)
    elif owner.type in HANDED and owner.type != SCALING_GROUP:
        for path, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None):
            for name, value in assigned(text):
                yield from _redirected(owner, name, path, value)


def containers(view: View, owner: Resource) -> list[Placed]:
    """Os contêineres de uma definição: o do trabalho do Batch, ou os da tarefa do ECS."""
    alone = view.at(owner, "ContainerProperties")
    return [alone] if alone else view.items(owner, "ContainerDefinitions")


def _pairs(view: View, owner: Resource) -> Iterator[tuple[str, Placed]]:
    """As variáveis de cada contêiner, pelo nome."""
    for container in containers(view, owner):
        for pair in view.items_inside(container, "Environment"):
            name, value = view.inside(pair, "Name"), view.inside(pair, "Value")
            if name and value:
                yield str(name.value), value


def _redirected(owner: Resource, name: str, path: Path, value: str) -> Iterator[Effect]:
    if REDIRECTING.fullmatch(name):
        yield path, f"`{name}` leva o programa de `{owner.id}` a outro endereço, ou a outra identidade, que aqui não se conhece; tire-a."
    elif name in ("AWS_REGION", "AWS_DEFAULT_REGION") and value != HERE:
        yield path, f"`{name}` leva o programa de `{owner.id}` a outra região que a da pilha; use `AWS::Region`."


def _elsewhere(owner: Resource, name: str, item: Placed) -> Iterator[Effect]:
    if isinstance(item.value, str) and REGION.fullmatch(item.value):
        yield item.path, f"`{name}` diz a `{owner.id}` uma região fixa, e os recursos são da região da pilha; use `!Ref AWS::Region`."


def programs(view: View) -> list[str]:
    """O texto de cada programa que o template traz; vazio quando ele não traz nenhum."""
    found = []
    for owner in view.of_type(*HANDED):
        source = view.at(owner, "Code", "ZipFile") if owner.type == FUNCTION else None
        pieces = [source] if source else [] if owner.type == FUNCTION else handed(view, owner)
        found += [text for _, text in texts(view, [piece.path for piece in pieces], longest=None)]
    return found


def code(view: View) -> list[str]:
    """O dos programas, e o das máquinas de estados."""
    return programs(view) + [json.dumps(definition(view, machine)[0], ensure_ascii=False, default=str)
                             for machine in view.of_type(STATE_MACHINE)]


@lru_cache(maxsize=1024)
def writes(source: str, name: str) -> bool:
    """O programa escreve este nome de atributo: como chave, como argumento, ou numa expressão de atualização."""
    every = nodes(source)
    if not every:
        return re.search(rf"[\"']{re.escape(name)}[\"']|\b{re.escape(name)}\s*:|\b(?:SET|set)\b[^\"']*\b{re.escape(name)}\b", source) is not None
    for node in every:
        if isinstance(node, ast.keyword) and node.arg == name:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value == name or re.search(rf"\bSET\b.*\b{re.escape(name)}\b", node.value, re.IGNORECASE | re.DOTALL):
                return True
    return False
