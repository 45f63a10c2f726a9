"""Segredos: nenhum escrito no template, nem em parâmetro que se mostre."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scripts.base.findings import Finding
from scripts.proofs.evidence import Path
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource, Template

LITERAL = "segredo-literal"
SECRETS = frozenset((
    "MasterUserPassword", "Password", "AuthToken", "SecretString", "ClientSecret", "PrivateKey", "SecretAccessKey",
    "SecretKey", "AdminPassword", "UserPassword", "OAuthToken", "AccessToken", "ApiKeyValue", "PreSharedKey",
))
"""Propriedades do CloudFormation que recebem um segredo."""
VARIABLE = re.compile(r"(?i)(^|_)(password|passwd|pwd|senha|secret|segredo|token|api_?key|private_?key|access_?key)$")
SHOWN = (
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), "uma chave de acesso da AWS"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "uma chave privada"),
    (re.compile(r"\b[a-z][a-z0-9+]*://[^\s/:@${]+:[^\s/:@${]+@"), "uma senha num endereço"),
    (re.compile(r"^\s*(?:export\s+)?[A-Z_]*(?:PASSWORD|PASSWD|SENHA|SECRET|SEGREDO|TOKEN|API_KEY)=(['\"]?)[^\s'\"$({]{3,}\1\s*$"),
     "um segredo numa variável"),
)
"""O que se reconhece em qualquer linha do arquivo, também dentro de um programa."""
ELSEWHERE = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):|^arn:|^\$\{|^/|^https?://")


def check(view: View) -> Iterator[Finding]:
    """Segredos escritos nas propriedades, nas variáveis de ambiente ou em qualquer linha."""
    yield from _lines(view.template)
    for resource in view.resources.values():
        for path, raw in _named(resource):
            parameter = _parameter(view.template, raw)
            if parameter:
                yield from _hidden(view.template, parameter)
            elif _literal(view, resource, path):
                yield Finding(view.template.path, view.template.line(*path), LITERAL,
                              f"`{path[-1]}` de `{resource.id}` traz um segredo escrito; guarde-o no Secrets Manager e cite-o, "
                              "ou deixe o serviço criá-lo.")


def _lines(template: Template) -> Iterator[Finding]:
    for number, line in enumerate(template.text.splitlines(), 1):
        for pattern, what in SHOWN:
            if pattern.search(line):
                yield Finding(template.path, number, LITERAL,
                              f"A linha traz {what}; troque-a já, pois foi exposta, e guarde a nova no Secrets Manager.")


def _named(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """As propriedades de segredo e as variáveis de ambiente com nome de segredo, em qualquer profundidade."""
    start: Path = ("Resources", resource.id, "Properties")
    pending: list[tuple[Path, Any]] = [(start, resource.properties)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, list):
            pending.extend(((*path, index), item) for index, item in enumerate(node))
        elif isinstance(node, dict):
            name = node.get("Name")
            if isinstance(name, str) and VARIABLE.search(name) and "Value" in node:
                yield (*path, "Value"), node["Value"]
            for key, item in node.items():
                if key in SECRETS or (path[-1] == "Variables" and VARIABLE.search(str(key))):
                    yield (*path, key), item
                pending.append(((*path, key), item))


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


def _literal(view: View, resource: Resource, path: Path) -> bool:
    found = view.at(resource, *path[3:])
    return found is not None and isinstance(found.value, (str, int)) and not isinstance(found.value, bool) and (
        bool(str(found.value)) and not ELSEWHERE.search(str(found.value)))
