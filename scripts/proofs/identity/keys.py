"""A chave do KMS que um valor nomeia: uma do template, por ela ou por um apelido, ou a que a AWS cria e não se muda."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.aws.catalog import ARN, ID, NAME
from scripts.aws.types import KEY_ALIAS, KMS_KEY
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.conditions import holds
from scripts.proofs.identity.evaluation import ACCOUNT
from scripts.proofs.identity.policies import Statement, of_resource
from scripts.proofs.identity.services import reads
from scripts.template.cloudformation import Resource

KEYLESS = ("sqs:Delete", "sqs:Change", "sqs:Purge")
OF_AWS = re.compile(r"(?:^|:)alias/aws/[\w/-]+$")
"""O apelido das chaves que a AWS cria na conta, cuja política só ela escreve:
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk"""


def of_aws(written: Placed | None) -> bool:
    """O valor nomeia a chave que a AWS cria para o serviço."""
    return written is not None and isinstance(written.value, str) and OF_AWS.search(written.value) is not None


def key_of(view: View, written: Placed | None) -> Resource | None:
    """A chave do template que o valor nomeia, por id, por ARN ou por um apelido dela."""
    if written is None:
        return None
    alias = view.points(written, KEY_ALIAS, by=(NAME,))
    return key_of(view, view.at(alias, "TargetKeyId")) if alias else view.points(written, KMS_KEY, by=(ID, ARN))


def uses(service: str, action: str) -> list[str]:
    """O que se faz com a chave para fazer esta ação num recurso deste serviço que ela cifra.

    O que se faz com a mensagem recebida não a cifra: quem lê a fila só precisa decifrar.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    if reads(action) or action.startswith(KEYLESS) or service == "dynamodb":
        return ["kms:Decrypt"]
    return ["kms:GenerateDataKey"] if service in ("s3", "kinesis") else ["kms:GenerateDataKey", "kms:Decrypt"]


def lets(view: View, key: Resource, who: Iterable[str], actions: Iterable[str], service: str) -> bool:
    """A política da chave deixa um destes fazer cada ação, por este serviço da AWS, e nada nela o nega."""
    names = (*who, "*")
    context = {"kms:GrantIsForAWSResource": "true", "kms:CallerAccount": ACCOUNT, "aws:PrincipalAccount": ACCOUNT,
               "kms:ViaService": f"{service}.${{AWS::Region}}.amazonaws.com"}
    parts = of_resource(view, key)
    if any(not isinstance(part, Statement) or not part.allows for part in parts):
        return False  # o que não se lê, ou nega, talvez negue isto
    return all(any(any(view.spelled(item.value) in names for kind, item in part.principals if kind == "AWS")
                   and any(covers(str(item.value), action, True) for item in part.actions) and holds(part.condition, context) is True
                   for part in parts if isinstance(part, Statement)) for action in actions)
