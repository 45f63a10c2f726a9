"""Valores hostis: o que um template errado, ou de má-fé, pode ter no lugar de cada valor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

VALUES: tuple[Any, ...] = (
    "²", "٣", "9" * 5000, int("9" * 4000) * 10**1000, -1, 1e400, ["a"], {}, [], None, True, "x" * 100_000, "a${b", "${", "", 0.5, float("nan"),
    {"Ref": "NaoExiste"}, {"Ref": []}, {"Ref": {}}, {"Fn::GetAtt": ["NaoExiste", "Arn"]}, {"Fn::GetAtt": "semponto"}, {"Fn::GetAtt": [1, 2]},
    {"Fn::If": ["NaoExiste"]}, {"Fn::If": []}, {"Fn::If": None}, {"Fn::If": [[], 1, 2]}, {"Fn::If": ["NaoExiste", "a", "b"]},
    {"Fn::Sub": []}, {"Fn::Sub": ["${A}", None]}, {"Fn::Sub": "${NaoExiste.Arn}"}, {"Fn::Join": ["", {}]}, {"Fn::Select": ["²", ["a"]]},
    {"Fn::Select": ["9" * 5000, ["a"]]}, {"Fn::Select": [-1, ["a"]]}, {"Fn::Split": ["", "a"]}, {"Fn::FindInMap": [[], {}, None]},
    {"Fn::Cidr": ["10.0.0.0/8", "9" * 5000, "²"]}, {"Fn::Cidr": ["10.0.0.0/16", -1, 400]}, {"Fn::Cidr": {}}, {"Fn::GetAZs": []},
    {"Fn::Base64": {}}, {"Fn::Transform": None}, {"Fn::ForEach::X": 1}, {"Ref": "AWS::NoValue"}, [None], [[]], [{}], [["a"]], {"a": None},
    [{"Ref": "AWS::NoValue"}], {"Fn::Desconhecida": 1}, {"Condition": "NaoExiste"}, {"²": "²"}, "0.0.0.0/²", "10.0.0.0/999", "::/0", "arn:", "arn:aws:",
    "*", ["*"], "\u0000", "2026-99-99", "http://[", "{", "{\"Version\":", "[" * 3000, {"Fn::If": ["NaoExiste", {"Ref": "NaoExiste"}]},
)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """O caminho de cada valor, folha ou não, também por dentro das funções."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def put(value: Any, path: Path, hostile: Any) -> Any:
    """Uma cópia com o valor hostil nesse lugar; o resto é o mesmo objeto."""
    if not path:
        return hostile
    copied = value.copy()
    copied[path[0]] = put(value[path[0]], path[1:], hostile)
    return copied


def reaches(value: Any, path: Path) -> bool:
    """Ainda há um valor nesse lugar."""
    for key in path:
        if not (isinstance(value, dict) and key in value or isinstance(value, list) and isinstance(key, int) and key < len(value)):
            return False
        value = value[key]
    return True
