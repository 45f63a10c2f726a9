"""O que numa permissão é amplo demais, e que motivo escrito no recurso o explica."""

from __future__ import annotations

import re
from typing import Any

from scripts.aws.types import KMS_KEY
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.policies import Statement
from scripts.template.values import Unknown

SYMBOLS = re.compile(r"\$\{[^}]*\}")
NAMED_FIRST = ("s3", "sns", "sqs")
"""Serviços cujo ARN traz o nome logo no começo, sem o tipo antes."""

RUINOUS = ("ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:DeregisterImage", "ec2:StopInstances", "ec2:TerminateInstances")
"""O que, no EC2, apaga ou para o que tem dados, e aceita uma condição sobre a etiqueta.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""
BOUND, LOOSE = re.compile(r"(?:aws|ec2):ResourceTag/|ec2:Parent", re.IGNORECASE), re.compile(r"Not|IfExists|^Null$")
"""As chaves que dizem de quem é, e os operadores com que deixam passar o que não é."""

WIDE = "permissao-ampla"
"""O código do achado, e da exceção que o explica."""


def broad(statement: Statement) -> list[tuple[str, str]]:
    """As partes amplas de uma permissão: a chave e o que está escrito nela."""
    excluding = {"NotAction": statement.except_actions, "NotResource": statement.except_resources,
                 "NotPrincipal": [item for kind, item in statement.principals if kind == "Not"]}
    found = [(name, "tudo, menos") for name, items in excluding.items() if items]
    found += [("Action", str(item.value)) for item in statement.actions if "*" in str(item.value) or "?" in str(item.value)]
    if statement.identity:
        found += [("Resource", str(item.value)) for item in statement.resources if _nameless(item.value)]
    return found


def unexcused(statement: Statement) -> list[tuple[str, str]]:
    """As partes amplas que o motivo não cobre: uma ação com curinga, ele precisa citar como está escrita."""
    told = statement.owner.exceptions.get(WIDE, "") if _excused(statement) and not boundless(statement) else ""
    return [(name, written) for name, written in broad(statement) if not told or name == "Action" and written not in told]


def boundless(statement: Statement) -> str:
    """A condição que falta a quem apaga ou para, no EC2, o que tem dados, sem dizer de quem; vazio quando não falta.

    O id pode só se conhecer depois, e isso um motivo explica; apagar o que é de outra pilha, não.
    """
    wide = statement.identity and any(_nameless(item.value) for item in statement.resources)
    lost = next((name for item in statement.actions for name in RUINOUS if wide and covers(str(item.value), name, ignore_case=True)), "")
    tests = statement.condition if isinstance(statement.condition, dict) else {}
    chosen = any(BOUND.match(str(key)) for operator, keys in tests.items() if isinstance(keys, dict) and not LOOSE.search(str(operator))
                 for key in keys)
    return "" if not lost or chosen else (f"`{lost}` vale para o que é de qualquer um na conta, e motivo nenhum explica isso: limite-a com "
                                          "`Condition` e `aws:ResourceTag/`, a etiqueta do que é desta pilha")


def own_account(statement: Statement) -> bool:
    """A política de uma chave que entrega o controle às políticas do IAM da própria conta.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    named = [str(item.value) for kind, item in statement.principals if kind == "AWS"]
    return statement.owner.type == KMS_KEY and len(named) == 1 and named[0].endswith("${AWS::AccountId}:root")


def _excused(statement: Statement) -> bool:
    """O motivo escrito no recurso cita esta declaração, pelo `Sid` ou pelo serviço das ações."""
    reason = statement.owner.exceptions.get(WIDE, "")
    services = {str(item.value).partition(":")[0] for item in statement.actions}
    names = {statement.sid, *services} - {""}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reason) for name in names)


def _nameless(arn: Any) -> bool:
    """O recurso não tem nome: é `*`, ou um curinga antes de qualquer nome."""
    if isinstance(arn, Unknown) or not isinstance(arn, str):
        return True
    plain = SYMBOLS.sub("x", arn)
    parts = plain.split(":", 5)
    if len(parts) < 6:
        return plain.startswith(("*", "?"))
    name = parts[5] if parts[2] in NAMED_FIRST else re.split("[/:]", parts[5], maxsplit=1)[-1]
    return name.startswith(("*", "?")) or "*" in parts[2] or not name
