"""Segredos: nenhum escrito no template, nem em parâmetro que se mostre."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from scripts.base.findings import Finding
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Template
from scripts.template.values import Key

LITERAL = "segredo-literal"
SECRETS = frozenset((
    "MasterUserPassword", "Password", "AuthToken", "SecretString", "ClientSecret", "PrivateKey", "SecretAccessKey",
    "SecretKey", "AdminPassword", "UserPassword", "OAuthToken", "AccessToken", "ApiKeyValue", "PreSharedKey",
))
"""Propriedades do CloudFormation que recebem um segredo."""
PLACES = SECRETS | {"Variables", "Fn::Transform"}
"""As chaves por que se chega a um, fora os pares de nome e valor."""
VARIABLE = re.compile(r"(?i)(^|_)(password|passwd|pwd|senha|secret|segredo|token|api_?key|private_?key|access_?key)$")
SHOWN = (
    (re.compile(r"A[KS]IA(?<=\bA[KS]IA)[A-Z0-9]{16}\b"), "uma chave de acesso da AWS"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "uma chave privada"),
    (re.compile(r"://(?<=[a-z0-9+]://)[^\s/:@${]+:[^\s/:@${]+@"), "uma senha num endereço"),
    (re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?[A-Z_]*(?:PASSWORD|PASSWD|SENHA|SECRET|SEGREDO|TOKEN|API_KEY)=(['\"]?)[^\s'\"$({]{3,}\1\s*$"),
     "um segredo numa variável"),
)
"""O que se reconhece em qualquer linha do arquivo, também dentro de um programa; começar por um texto fixo é o que a busca faz depressa."""
ELSEWHERE = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):|^arn:|^\$\{|^/|^https?://")


def check(view: View) -> Iterator[Finding]:
    """Segredos escritos nas propriedades, nas variáveis de ambiente ou em qualquer linha."""
    yield from _lines(view.template.path, view.template.text)
    for resource in view.resources.values():
        for found in _named(view, view.whole(resource), "") if _suspect(resource.properties) else ():
            path, parameter = found.path, _parameter(view.template, view.written(found))
            if parameter:
                yield from _hidden(view.template, parameter)
            elif _literal(found.value):
                name = next(key for key in reversed(path) if isinstance(key, str) and key != "Fn::If")
                yield Finding(view.template.path, view.template.line(*path), LITERAL,
                              f"`{name}` de `{resource.id}` traz um segredo escrito; guarde-o no Secrets Manager e cite-o, "
                              "ou deixe o serviço criá-lo.")


@lru_cache(maxsize=64)
def _lines(path: str, whole: str) -> tuple[Finding, ...]:
    """Os segredos que há numa linha qualquer do arquivo, que é o mesmo em todos os mundos."""
    return tuple(_exposed(path, whole))


def _exposed(path: str, whole: str) -> Iterator[Finding]:
    suspected = [(pattern, what) for pattern, what in SHOWN if pattern.search(whole)]
    for number, line in enumerate(whole.splitlines() if suspected else (), 1):
        for pattern, what in suspected:
            if pattern.search(line):
                yield Finding(path, number, LITERAL,
                              f"A linha traz {what}; troque-a já, pois foi exposta, e guarde a nova no Secrets Manager.")


def _suspect(node: Any) -> bool:
    """O que está escrito tem onde haver um segredo: o resto não se percorre valor a valor."""
    if isinstance(node, dict):
        return not PLACES.isdisjoint(node) or "Name" in node and "Value" in node or any(map(_suspect, node.values()))
    return isinstance(node, list) and any(map(_suspect, node))


def _named(view: View, node: Placed, around: Key) -> Iterator[Placed]:
    """As propriedades de segredo e as variáveis de ambiente com nome de segredo, em qualquer profundidade."""
    parts = dict(view.parts(node))
    named = parts.get("Name")
    if named and "Value" in parts and VARIABLE.search(str(named.value)):
        yield parts["Value"]
    for key, part in parts.items():
        if key in SECRETS or around == "Variables" and VARIABLE.search(str(key)):
            yield part
        yield from _named(view, part, key)


def _parameter(template: Template, raw: Any) -> str | None:
    name = raw.get("Ref") if isinstance(raw, dict) and len(raw) == 1 else None
    return name if isinstance(name, str) and name in template.parameters else None


def _hidden(template: Template, name: str) -> Iterator[Finding]:
    declared = template.parameters[name] if isinstance(template.parameters[name], dict) else {}
    line = template.line("Parameters", name)
    if str(declared.get("NoEcho")).lower() != "true":
        yield Finding(template.path, line, LITERAL,
                      f"O parâmetro `{name}` recebe um segredo e aparece em claro; use `NoEcho: true`, "
                      "ou deixe o serviço criá-lo.")
    if str(declared.get("Default") or ""):
        yield Finding(template.path, line, LITERAL, f"O parâmetro `{name}` traz um segredo no padrão; tire o `Default`.")


def _literal(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value)) and not ELSEWHERE.search(str(value))
