"""Que objetos do S3 um programa em Python grava, lê e apaga: a variável do bucket, a permissão e a chave."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scripts.proofs.facts.code import DOES, called, came_from, followed
from scripts.proofs.facts.shapes import Module, module

PLACES = {"upload_file": (1, 2), "upload_fileobj": (1, 2), "download_file": (0, 1), "download_fileobj": (0, 1)}
"""Onde vão o bucket e a chave nas chamadas que os aceitam sem nome."""
VERSIONED = {"s3:GetObject": "s3:GetObjectVersion", "s3:DeleteObject": "s3:DeleteObjectVersion"}
SIGNED = "generate_presigned_url"


@dataclass(frozen=True)
class Touch:
    """Um toque num objeto: a variável que diz o bucket, a permissão que ele pede e as chaves possíveis, com `*` no que não se sabe."""

    variable: str
    action: str
    keys: frozenset[str]


@lru_cache(maxsize=128)
def touched(source: str) -> frozenset[Touch]:
    """Cada chamada do programa que nomeia um objeto de um bucket que se conhece."""
    if "Key" not in source and "load_file" not in source:
        return frozenset()
    every, held = followed(source)
    known = module(source)
    return frozenset(Touch(variable, action, known.texts(key)) for node in every if isinstance(node, ast.Call)
                     for action, bucket, key in _named(node, known) for variable in came_from(bucket, held))


def _named(call: ast.Call, known: Module) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """A permissão, o bucket e a chave de uma chamada."""
    name, given = called(call.func), {key.arg: key.value for key in call.keywords if key.arg}
    for spread in (key.value for key in call.keywords if key.arg is None and isinstance(key.value, ast.Call)):
        for made in known.returned.get(called(spread.func), ()):
            given |= _pairs(made)
    if name == SIGNED and call.args and isinstance(call.args[0], ast.Constant):
        name, params = str(call.args[0].value), given.get("Params")
        given = _pairs(params)
    for place, argument in zip(PLACES.get(name, ()), ("Bucket", "Key")):
        if len(call.args) > place:
            given.setdefault(argument, call.args[place])
    action = DOES.get(name, "")
    if action.startswith("s3:") and "Bucket" in given and "Key" in given:
        yield VERSIONED.get(action, action) if "VersionId" in given else action, given["Bucket"], given["Key"]


def _pairs(node: ast.AST | None) -> dict[str, ast.expr]:
    """Os pares de um dicionário escrito por extenso."""
    pairs = zip(node.keys, node.values) if isinstance(node, ast.Dict) else ()
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
