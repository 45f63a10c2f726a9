"""Que objetos do S3 um programa em Python grava, lê e apaga: a variável do bucket, a permissão e a chave.

Não importa de onde vem o cliente (`boto3.client`, `get_session().create_client`, `aiobotocore`): o que se lê é a chamada,
também a guardada num nome, a de um `Object` ou de um `Bucket`, e a que se diz num texto.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scripts.proofs.facts.code import DOES, called, came_from, followed
from scripts.proofs.facts.shapes import Module, module

PLACES = {"upload_file": (1, 2), "upload_fileobj": (1, 2), "download_file": (0, 1), "download_fileobj": (0, 1)}
"""Onde vão o bucket e a chave nas chamadas que os aceitam sem nome."""
OWNED = {"upload_file": 1, "upload_fileobj": 1, "download_file": 0, "download_fileobj": 0, "Object": 0}
"""Onde vai a chave nas que se fazem de um `Bucket`.

https://docs.aws.amazon.com/boto3/latest/guide/resources.html
"""
BY_OBJECT = {
    "put": "put_object", "get": "get_object", "delete": "delete_object", "load": "head_object", "copy_from": "copy_object", "copy": "copy_object",
    "upload_file": "upload_file", "upload_fileobj": "upload_fileobj", "download_file": "download_file", "download_fileobj": "download_fileobj",
    "initiate_multipart_upload": "create_multipart_upload",
}
"""De cada método de um `Object`, a chamada que ele faz."""
PARTS = {"upload_part": "s3:PutObject", "upload_part_copy": "s3:PutObject", "complete_multipart_upload": "s3:PutObject", "copy": "s3:PutObject",
         "list_parts": "s3:ListMultipartUploadParts"}
RAW = "_make_api_call"
VERSIONED = {"s3:GetObject": "s3:GetObjectVersion", "s3:DeleteObject": "s3:DeleteObjectVersion"}
SIGNED, POSTED = "generate_presigned_url", "generate_presigned_post"


class Touch(NamedTuple):
    """Um toque num objeto: a variável que diz o bucket, a permissão que ele pede e as chaves possíveis, com `*` no que não se sabe."""

    variable: str
    action: str
    keys: frozenset[str]


@lru_cache(maxsize=128)
def touched(source: str) -> frozenset[Touch]:
    """Cada chamada do programa que nomeia um objeto de um bucket que se conhece."""
    if not any(sign in source for sign in ("Key", "load_file", "Object(")):
        return frozenset()
    every, held = followed(source)
    known = module(source)
    return frozenset(Touch(variable, action, known.texts(key)) for node in every if isinstance(node, ast.Call)
                     for action, bucket, key in _named(node, known) for variable in came_from(bucket, held))


@lru_cache(maxsize=128)
def signed(source: str) -> frozenset[str]:
    """As variáveis dos buckets para cujos objetos o programa assina links ou formulários."""
    if SIGNED not in source and POSTED not in source:
        return frozenset()
    every, held = followed(source)
    known = module(source)
    return frozenset(variable for node in every if isinstance(node, ast.Call) and _method(node, known) in (SIGNED, POSTED)
                     for bucket in _signed(node) for variable in came_from(bucket, held))


def _signed(call: ast.Call) -> Iterator[ast.AST]:
    """O bucket de um link: em `Params`, ou o primeiro argumento do formulário.

    https://docs.aws.amazon.com/boto3/latest/reference/services/s3/client/generate_presigned_post.html
    """
    given = {key.arg: key.value for key in call.keywords}
    params = given.get("Params") or (call.args[1] if len(call.args) > 1 else None)
    bucket = _pairs(params).get("Bucket") or given.get("Bucket") or (call.args[0] if call.args and "Params" not in given else None)
    if bucket is not None:
        yield bucket


def _named(call: ast.Call, known: Module) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """A permissão, o bucket e a chave de uma chamada."""
    name, given = _method(call, known), {key.arg: key.value for key in call.keywords if key.arg}
    for spread in (key.value for key in call.keywords if key.arg is None and isinstance(key.value, ast.Call)):
        for made in known.returned.get(called(spread.func), ()):
            given |= _pairs(made)
    if name == SIGNED and call.args and isinstance(call.args[0], ast.Constant):
        name, params = str(call.args[0].value), given.get("Params")
        given = _pairs(params)
    if name == RAW and len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
        name, given = re.sub(r"(?<!^)(?=[A-Z])", "_", str(call.args[0].value)).lower(), _pairs(call.args[1])
    owner = _owner(call, known)
    name = BY_OBJECT.get(name, "") if "Key" in owner else name
    for place, argument in zip(() if owner else PLACES.get(name, ()), ("Bucket", "Key")):
        if len(call.args) > place:
            given.setdefault(argument, call.args[place])
    given = owner | given
    if owner and "Key" not in given and name in OWNED and len(call.args) > OWNED[name]:
        given["Key"] = call.args[OWNED[name]]
    action = DOES.get(name) or PARTS.get(name) or ("" if name in known.functions else _action(name))
    if action.startswith("s3:") and "Bucket" in given and "Key" in given:
        yield VERSIONED.get(action, action) if "VersionId" in given else action, given["Bucket"], given["Key"]


def _action(name: str) -> str:
    """A permissão de uma chamada que não se conhece: quase todas têm o nome dela."""
    return f"s3:{name.title().replace('_', '')}" if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", name) else ""


def _method(call: ast.Call, known: Module) -> str:
    """O nome do que se chama; de um método guardado num nome, o dele."""
    kept = known.leads(call.func) if isinstance(call.func, ast.Name) and call.func.id not in known.functions else []
    return next((called(each) for each in kept if isinstance(each, ast.Attribute)), called(call.func))


def _owner(call: ast.Call, known: Module) -> dict[str, ast.expr]:
    """O bucket e a chave que já diz o objeto de que se chama: `Object(bucket, chave)`, `Bucket(bucket)`, ou um pelo outro."""
    if not isinstance(call.func, ast.Attribute):
        return {}
    made = call.func.value
    for each in (made, *known.leads(made)):
        if isinstance(each, ast.Call) and called(each.func) == "Object" and len(each.args) == 2:
            return {"Bucket": each.args[0], "Key": each.args[1]}
        if isinstance(each, ast.Call) and called(each.func) == "Object" and len(each.args) == 1:
            return {**_owner(each, known), "Key": each.args[0]}
        if isinstance(each, ast.Call) and called(each.func) == "Bucket" and len(each.args) == 1:
            return {"Bucket": each.args[0]}
    return {}


def _pairs(node: ast.AST | None) -> dict[str, ast.expr]:
    """Os pares de um dicionário escrito por extenso."""
    pairs = zip(node.keys, node.values) if isinstance(node, ast.Dict) else ()
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
