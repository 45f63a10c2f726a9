"""Partes comuns: o que vários templates têm em comum é escrito do mesmo jeito em todos.

Nenhum gerador escreve a rede, o banco ou o bucket: cada template se lê sozinho. Em troca, os
valores de `PARTS` são comparados entre todos os da árvore, e o que difere da maioria é apontado.
A diferença de propósito se justifica em `Metadata: {Excecoes: {parte-divergente: motivo}}` do
recurso ou, se é de um parâmetro, do template, com um motivo que cite o nome dele.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.aws.defaults import harder, usual
from scripts.aws.types import (
    BALANCER, BUCKET, DATABASE, FUNCTION, INSTANCE, LAUNCH_TEMPLATE, QUEUE, SECURITY_GROUP, TABLE, VOLUME, VPC,
)
from scripts.base.findings import Finding
from scripts.base.pins import pins
from scripts.template.cloudformation import Key, Resource, Template

CODE = "parte-divergente"

PARTS: dict[str, tuple[tuple[Key, ...], ...]] = {
    VPC: (("EnableDnsSupport",), ("EnableDnsHostnames",)),
    INSTANCE: (("MetadataOptions",), ("CreditSpecification",)),
    LAUNCH_TEMPLATE: (("LaunchTemplateData", "MetadataOptions"),),
    VOLUME: (("Encrypted",), ("VolumeType",)),
    "AWS::RDS::DBInstance": tuple((name,) for name in (
        "Engine", "EngineVersion", "EngineLifecycleSupport", "ManageMasterUserPassword", "StorageEncrypted", "StorageType",
        "PubliclyAccessible", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot")),
    BUCKET: (("BucketEncryption",), ("PublicAccessBlockConfiguration",), ("OwnershipControls",)),
    TABLE: (("BillingMode",), ("SSESpecification",), ("PointInTimeRecoverySpecification",)),
    QUEUE: (("SqsManagedSseEnabled",),),
    FUNCTION: (("Runtime",), ("Architectures",), ("LoggingConfig", "LogFormat")),
    BALANCER: (("LoadBalancerAttributes",),),
}
"""De cada tipo, as propriedades que são decisão do projeto, e não da arquitetura."""

PACE = ("idle_timeout.timeout_seconds", "client_keep_alive.seconds")
POLICIES = {"AWS::RDS::DBInstance": ("DeletionPolicy", "UpdateReplacePolicy")}
BY_S3 = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
PARAMETER = ("AllowedPattern",)
SECURE = "aws:SecureTransport"
AGENT, UPDATE = "ssmmessages:", "ssm:UpdateInstanceInformation"


@dataclass(frozen=True)
class Part:
    """Uma decisão escrita num template: `name` é o que se compara, `value` o que está escrito."""

    name: str
    value: str
    template: Template
    path: tuple[Key, ...]
    reason: str = field(default="", compare=False)
    near: int = 0
    """A linha, do que está no meio de um texto."""

    @property
    def line(self) -> int:
        return self.near or self.template.line(*self.path)


def check(templates: list[Template]) -> list[Finding]:
    """Um achado por valor que difere do da maioria; num empate, nenhum."""
    named: dict[str, list[Part]] = {}
    for template in templates:
        for part in parts(template):
            named.setdefault(part.name, []).append(part)
    return [found for same in named.values() for found in _divergent(same)]


def parts(template: Template) -> Iterator[Part]:
    """Tudo o que se compara de um template."""
    told = _at(template.data, ("Metadata", "Excecoes", CODE))
    for name, declared in template.parameters.items():
        reason = told if isinstance(told, str) and re.search(rf"\b{re.escape(name)}\b", told) else ""
        for key in PARAMETER if isinstance(declared, dict) else ():
            yield _part(f"o parâmetro `{name}`: `{key}`", declared.get(key), template, ("Parameters", name, key), reason)
    yield from _requirements(template)
    databases = {name for resource in template.resources.values() if resource.type == DATABASE for name in resource.references}
    for resource in template.resources.values():
        for keys in PARTS.get(resource.type, ()):
            value = _encrypted(resource, keys[0], _common(resource.type, keys, _at(resource.properties, keys)))
            yield _of(template, resource, f"{resource.type}: `{'.'.join(map(str, keys))}`", value, *keys)
        for name in POLICIES.get(resource.type, ()):
            yield _part(f"{resource.type}: `{name}`", resource.body.get(name), template, ("Resources", resource.id, name),
                        _reason(resource))
        if resource.type == SECURITY_GROUP and resource.id in databases:
            egress = resource.properties.get("SecurityGroupEgress")
            yield _of(template, resource, "o grupo do banco: `SecurityGroupEgress`", egress, "SecurityGroupEgress")
        yield from _statements(template, resource)


def _common(type_: str, keys: tuple[Key, ...], value: Any) -> Any:
    """O valor sem os atributos em que cada arquitetura tem o seu ritmo, e sem o que diz o padrão da AWS ou só o endurece."""
    dotted = ".".join(map(str, keys))
    if isinstance(value, list):
        return [item for item in value if not (isinstance(item, dict) and (
            item.get("Key") in PACE or _plain(type_, f"{dotted}.{item.get('Key')}", item.get("Value"))))]
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if not _plain(type_, f"{dotted}.{key}", item)}
    return None if _plain(type_, dotted, value) else value


def _plain(type_: str, dotted: str, value: Any) -> bool:
    return usual(type_, dotted, value) or harder(type_, dotted, value)


def _encrypted(resource: Resource, name: Key, value: Any) -> Any:
    """De cada modo de cifrar que não é menos que o comum, o comum: se quem lê pode usar a chave, quem o diz são as setas.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    if resource.type == TABLE and name == "SSESpecification" and isinstance(value, dict) and value.get("SSEType") in (None, "KMS"):
        return {key: item for key, item in value.items() if key == "SSEEnabled"}
    if resource.type == QUEUE and "KmsMasterKeyId" in resource.properties and value in (None, False, "false"):
        return True
    rules = value.get("ServerSideEncryptionConfiguration") if resource.type == BUCKET and isinstance(value, dict) else None
    if isinstance(rules, list) and rules and all(map(_by_kms, rules)):
        return BY_S3
    return value


def _by_kms(rule: Any) -> bool:
    """A regra cifra os objetos com o KMS, ou como o S3 já cifra, sem uma chave que ele não usaria."""
    said = rule.get("ServerSideEncryptionByDefault") if isinstance(rule, dict) else None
    return isinstance(said, dict) and (said.get("SSEAlgorithm") in ("aws:kms", "aws:kms:dsse") or said == {"SSEAlgorithm": "AES256"})


def _statements(template: Template, resource: Resource) -> Iterator[Part]:
    """As permissões do agente do Systems Manager e a negação de quem chega sem TLS."""
    found = list(_found(resource.properties, ()))
    told = any(SECURE in json.dumps(statement.get("Condition"), default=str) for _, statement in found)
    for keys, actions in _of_agent(found):
        yield _of(template, resource, "as permissões do Session Manager: `Action`", actions, *keys, "Action")
    for keys, statement in found:
        if resource.type == "AWS::S3::BucketPolicy" and statement.get("Effect") == "Deny" and not _of_other_use(statement, told):
            body = {key: _written_one_way(item) for key, item in statement.items() if key != "Resource"}
            yield _of(template, resource, "a negação sem TLS do bucket", body, *keys)


def _of_agent(found: list[tuple[tuple[Key, ...], dict[str, Any]]]) -> Iterator[tuple[tuple[Key, ...], list[Any]]]:
    """As ações do agente, juntas as das declarações que só nelas diferem: em uma ou em duas, permitem o mesmo."""
    alike: dict[str, tuple[tuple[Key, ...], list[Any]]] = {}
    for keys, statement in found:
        written = statement.get("Action")
        actions = written if isinstance(written, list) else [written]
        if any(str(action).startswith((AGENT, UPDATE)) for action in actions):
            rest = {key: _written_one_way(item) for key, item in statement.items() if key not in ("Action", "Sid")}
            alike.setdefault(json.dumps(rest, sort_keys=True, default=str), (keys, []))[1].extend(actions)
    yield from ((keys, actions) for keys, actions in alike.values() if any(str(action).startswith(AGENT) for action in actions))


def _written_one_way(item: Any) -> Any:
    """De cada forma que a AWS toma pela mesma, uma só: todos os principais, a lista de um item, e as maiúsculas da chave de uma condição.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
    """
    alone = item[0] if isinstance(item, list) and len(item) == 1 else item
    if isinstance(alone, dict) and not any(str(key).startswith("Fn::") for key in alone):
        alone = {str(key).lower() if ":" in str(key) else key: _written_one_way(value) for key, value in alone.items()}
    return "*" if alone == {"AWS": "*"} else alone


def _of_other_use(statement: dict[str, Any], told: bool) -> bool:
    """A negação não é a de quem chega sem TLS, e só soma a ela: é a de versões velhas dele, ou há outra que é."""
    condition = json.dumps(statement.get("Condition"), default=str)
    return SECURE not in condition and (told or "s3:TlsVersion" in condition)


def _found(node: Any, keys: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], dict[str, Any]]]:
    if isinstance(node, dict) and "Effect" in node:
        yield keys, node
    elif isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _found(item, (*keys, key))


def _requirements(template: Template) -> Iterator[Part]:
    """A versão de cada pacote de Python que se instala."""
    for pin in pins(template.text):
        yield Part(f"o pacote `{pin.name}`", json.dumps(pin.version), template, (), near=pin.line)


def _of(template: Template, resource: Resource, name: str, value: Any, *keys: Key) -> Part:
    return _part(name, value, template, ("Resources", resource.id, "Properties", *keys), _reason(resource))


def _reason(resource: Resource) -> str:
    return resource.exceptions.get(CODE, "").strip()


def _part(name: str, value: Any, template: Template, path: tuple[Key, ...], reason: str = "") -> Part:
    return Part(name, json.dumps(_alike(value), sort_keys=True, ensure_ascii=False), template, path, reason)


def _alike(value: Any) -> Any:
    """O valor escrito de um jeito só: o CloudFormation lê `"true"` e `true` igual, e nestas listas a ordem não conta."""
    if isinstance(value, dict):
        return {key: item if str(key).startswith("Fn::") else _alike(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_alike(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _at(node: Any, keys: tuple[Key, ...]) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _divergent(same: list[Part]) -> Iterator[Finding]:
    written: dict[str, Counter[str]] = {}
    for part in same:
        written.setdefault(part.template.path, Counter())[part.value] += 1
    # Um voto por template, no que ele mais escreve: o de muitos recursos não pesa mais que os outros.
    votes = Counter(counted.most_common(1)[0][0] for counted in written.values())
    usual = votes.most_common(1)[0][0]
    if list(votes.values()).count(votes[usual]) > 1:
        return  # num empate não há maioria de que alguém divirja
    model = next(part for part in same if part.value == usual)
    for part in same:
        if part.value != usual and not part.reason:
            yield Finding(part.template.path, part.line, CODE,
                          f"{part.name[0].upper()}{part.name[1:]} {_shown(part.value)}, e em `{model.template.path}:{model.line}` "
                          f"{_shown(usual)}; iguale, ou dê o motivo em `Metadata: {{Excecoes: {{{CODE}: …}}}}`.")


def _shown(value: str) -> str:
    text = value if len(value) <= 80 else value[:79] + "…"
    return "não está dito" if value == "null" else f"está `{text}`"
