"""As políticas escritas em qualquer recurso do template, declaração por declaração."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.proofs.evidence import Path
from scripts.proofs.facts.reading import places
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown

SYMBOLS = re.compile(r"\$\{[^}]*\}")
IDENTITY = ("AWS::IAM::", "AWS::SSO::")
TRUST = "AssumeRolePolicyDocument"
NAMED_FIRST = ("s3", "sns", "sqs")
"""Serviços cujo ARN traz o nome logo no começo, sem o tipo antes."""

WIDE = "permissao-ampla"
"""O código do achado, e da exceção que o explica."""


@dataclass(frozen=True)
class Statement:
    """Uma declaração de uma política. `body` é `None` quando não se consegue lê-la.

    `identity` diz que dá permissões a quem a tem, e não a quem chega ao recurso.
    """

    resource: Resource
    path: Path
    body: dict[str, Any] | None
    identity: bool

    @property
    def allows(self) -> bool:
        return self.body is None or self.body.get("Effect") != "Deny"

    def place(self, name: str) -> Path:
        return (*self.path, name)

    def items(self, name: str) -> list[Any]:
        value = (self.body or {}).get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    @property
    def excused(self) -> bool:
        """O motivo escrito no recurso cita esta declaração, pelo `Sid` ou pelo serviço das ações."""
        reason = self.resource.exceptions.get(WIDE, "")
        services = {str(action).partition(":")[0] for action in self.items("Action")}
        names = {str((self.body or {}).get("Sid", "")), *services} - {""}
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reason) for name in names)

    @property
    def broad(self) -> list[tuple[str, str]]:
        """As partes amplas de uma permissão: a chave e o que está escrito nela."""
        if self.body is None:
            return []
        found = [(name, "tudo, menos") for name in ("NotAction", "NotResource", "NotPrincipal") if name in self.body]
        found += [("Action", str(action)) for action in self.items("Action") if "*" in str(action) or "?" in str(action)]
        if self.identity:
            found += [("Resource", str(item)) for item in self.items("Resource") if _wide(item)]
        return found

    @property
    def unexcused(self) -> list[tuple[str, str]]:
        """As partes amplas que o motivo não cobre: uma ação com curinga, ele precisa citar como está escrita."""
        told = self.resource.exceptions.get(WIDE, "") if self.excused else ""
        return [(name, written) for name, written in self.broad if not told or name == "Action" and written not in told]


def statements(values: Resolution, resource: Resource) -> Iterator[Statement]:
    """Todas as declarações de todas as políticas do recurso."""
    identity = resource.type.startswith(IDENTITY)
    for keys in _documents(resource.properties, ()):
        trust = TRUST in keys
        for item in places(values, resource, *keys, "Statement"):
            body = item.value if isinstance(item.value, dict) else None
            yield Statement(resource, item.path, body, identity and not trust)


def _documents(node: Any, keys: tuple[Key, ...]) -> Iterator[tuple[Key, ...]]:
    """Onde há um documento de política: um objeto com `Statement`. Entra nos ramos de `Fn::If`."""
    if isinstance(node, dict):
        if "Statement" in node:
            yield keys
        for key, item in node.items():
            if key != "Statement":
                yield from _documents(item, (*keys, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _documents(item, (*keys, index))


def _wide(arn: Any) -> bool:
    """O recurso não tem nome: é `*`, ou um curinga antes de qualquer nome."""
    if isinstance(arn, Unknown) or not isinstance(arn, str):
        return True
    plain = SYMBOLS.sub("x", arn)
    parts = plain.split(":", 5)
    if len(parts) < 6:
        return plain.startswith(("*", "?"))
    name = parts[5] if parts[2] in NAMED_FIRST else re.split("[/:]", parts[5], maxsplit=1)[-1]
    return name.startswith(("*", "?")) or "*" in parts[2] or not name
