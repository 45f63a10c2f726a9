"""Uma pilha imaginária: o valor de cada expressão do template, e o que um papel deixa fazer."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any


def resolve(value: Any, names: Mapping[str, str]) -> Any:
    """Troca `Ref`, `GetAtt` e `Sub` pelos valores em `names`: `Tabela`, `Tabela.Arn`, `AWS::Region`."""
    if isinstance(value, list):
        return [resolve(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return names[value["Ref"]]
    if set(value) == {"Fn::GetAtt"}:
        return names[".".join(value["Fn::GetAtt"])]
    if set(value) == {"Fn::Sub"}:
        return re.sub(r"\$\{([^}]+)\}", lambda found: names[found[1]], value["Fn::Sub"])
    return {key: resolve(item, names) for key, item in value.items()}


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def allowed(statements: list[dict], action: str, resource: str) -> bool:
    """Há permissão nestas declarações? Só `Allow`, sem condição nem curinga na ação: outra coisa é erro."""
    assert all(set(item) == {"Sid", "Effect", "Action", "Resource"} for item in statements)
    assert {item["Effect"] for item in statements} == {"Allow"}
    assert not any(set("*?") & set(name) for item in statements for name in as_list(item["Action"]))
    return any(
        action in as_list(item["Action"])
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in as_list(item["Resource"]))
        for item in statements
    )
