"""O que a AWS recusa e o estado simulado aceitaria: cada serviço confere isto depois da permissão e antes de guardar.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scripts.aws.types import BUCKET, TABLE
from scripts.replay.stack import Stack, Unresolved
from scripts.template.cloudformation import Resource

KEY, METADATA = 1024, 2048
"""Em bytes de UTF-8: o maior nome de um objeto, e a soma dos nomes e valores do que quem envia diz dele."""
WRITES = ("PutObject", "CopyObject", "CreateMultipartUpload")
Refusal = tuple[str, str, int]
"""O código, a mensagem e o estado do erro."""


def refused(stack: Stack, service: str, operation: str, params: Mapping[str, Any]) -> Refusal | None:
    """Por que o serviço recusaria este pedido; `None` se não recusaria. Erro: `Unresolved`."""
    if service == "s3" and operation in WRITES:
        return _object(stack.named(str(params["Bucket"]), BUCKET), stack, params)
    if service == "dynamodb":
        return _expressions(params) or _keyed(stack, params)
    if service == "sqs" and re.search(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", str(params.get("MessageBody", ""))):
        return "InvalidMessageContents", "a mensagem tem um caractere que a fila não aceita", 400
    return None


def _object(bucket: Resource | None, stack: Stack, params: Mapping[str, Any]) -> Refusal | None:
    if len(str(params["Key"]).encode()) > KEY:
        return "KeyTooLongError", f"o nome do objeto passa de {KEY} bytes", 400
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in (params.get("Metadata") or {}).items())
    if size > METADATA:
        return "MetadataTooLarge", f"os metadados do objeto têm {size} bytes; o S3 aceita até {METADATA}", 400
    given = params.get("ACL")
    if given is None or bucket is None or given == "bucket-owner-full-control":
        return None
    if stack.property(bucket, "OwnershipControls", "Rules", 0, "ObjectOwnership", default="BucketOwnerEnforced") != "BucketOwnerEnforced":
        raise Unresolved(f"a rodada não sabe o que a ACL `{given}` deixaria fazer em `{bucket.id}`")
    return "AccessControlListNotSupported", f"o pedido traz a ACL `{given}`, e `{bucket.id}` não aceita ACLs (BucketOwnerEnforced)", 400


def _expressions(params: Mapping[str, Any]) -> Refusal | None:
    """O DynamoDB recusa o nome ou o valor que nenhuma expressão usa."""
    used = set(re.findall(r"[:#]\w+", " ".join(str(value) for name, value in params.items() if name.endswith("Expression"))))
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        extra = sorted(set(params.get(kind) or {}) - used)
        if extra:
            return "ValidationException", f"`{extra[0]}` está em {kind}, e nenhuma expressão o usa", 400
    return None


def _keyed(stack: Stack, params: Mapping[str, Any]) -> Refusal | None:
    """O DynamoDB recusa a linha em que uma chave da tabela, ou de um índice dela, vem vazia ou de outro tipo."""
    table = stack.named(str(params.get("TableName", "")), TABLE)
    given = {**(params.get("Item") or params.get("Key") or {}), **_assigned(params)}
    for declared in stack.property(table, "AttributeDefinitions", default=[]) if table else ():
        name, wanted = str(declared["AttributeName"]), str(declared["AttributeType"])
        for kind, value in given[name].items() if isinstance(given.get(name), Mapping) else ():
            if kind != wanted:
                return "ValidationException", f"`{name}` é uma chave do tipo `{wanted}` em `{table.id}`, e a linha a traz do tipo `{kind}`", 400
            if not value:
                return "ValidationException", f"`{name}` é uma chave em `{table.id}`, e a linha a traz vazia", 400
    return None


def _assigned(params: Mapping[str, Any]) -> dict[str, Any]:
    """O que uma atualização grava, por nome."""
    names, values = params.get("ExpressionAttributeNames") or {}, params.get("ExpressionAttributeValues") or {}
    found = re.findall(r"([#\w]+)\s*=\s*(:\w+)", str(params.get("UpdateExpression", "")))
    return {names.get(name, name): values[value] for name, value in found if value in values}
