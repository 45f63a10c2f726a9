"""As funções intrínsecas do CloudFormation sobre valores simbólicos.

Cada uma recebe quem resolve (`Values`), o argumento ainda por resolver e a profundidade, e
devolve o valor ou `Unknown`. Semântica:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, Protocol

from scripts.template.cloudformation import VARIABLE, Template
from scripts.template.numbers import whole
from scripts.template.values import LITERAL, Unknown, is_pair, literal, text_of

ZONES = 6
LONGEST = 200_000
"""Textos maiores não cabem em propriedade nenhuma: um template hostil os dobra a cada nível."""

class Values(Protocol):
    """Quem resolve: os nomes, os atributos e as condições de um template."""

    template: Template

    def value(self, expression: Any, depth: int = 0) -> Any: ...

    def reference(self, name: Any, depth: int = 0) -> Any: ...

    def attribute(self, name: str, attribute: str, depth: int = 0) -> Any: ...

    def condition(self, name: str) -> bool | Unknown: ...


def _unresolved(name: str) -> Unknown:
    return Unknown(f"`Fn::{name}` que não se resolve")


def _get_att(values: Values, argument: Any, depth: int) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not is_pair(parts) or not all(isinstance(part, str) for part in parts):
        return _unresolved("GetAtt")
    return values.attribute(parts[0], parts[1], depth)


def _sub(values: Values, argument: Any, depth: int) -> Any:
    text, variables = argument if is_pair(argument) else (argument, {})
    if not isinstance(text, str) or not isinstance(variables, dict):
        return _unresolved("Sub")
    known: dict[str, Any] = {}

    def replace(found: re.Match[str]) -> str:
        name = found[1]
        if name not in known:
            if name in variables:
                known[name] = values.value(variables[name], depth)
            else:
                known[name] = _get_att(values, name, depth) if "." in name else values.reference(name, depth)
        value = known[name]
        return "" if isinstance(value, (Unknown, list, dict)) or value is None else text_of(value)

    replaced = VARIABLE.sub(replace, text.replace("${!", LITERAL))
    for name, value in known.items():
        if isinstance(value, Unknown):
            return value
        if isinstance(value, (list, dict)) or value is None:
            return Unknown(f"`{name}` não é um texto")
    return replaced if len(replaced) <= LONGEST else Unknown("`Fn::Sub` de um texto grande demais")


def _join(values: Values, argument: Any, depth: int) -> Any:
    if not is_pair(argument) or not isinstance(argument[0], str):
        return _unresolved("Join")
    parts = values.value(argument[1], depth)
    if not isinstance(parts, list) or any(isinstance(part, (Unknown, list, dict)) for part in parts):
        return Unknown("`Fn::Join` com parte desconhecida")
    joined = literal(argument[0]).join(text_of(part) for part in parts)
    return joined if len(joined) <= LONGEST else Unknown("`Fn::Join` de um texto grande demais")


def _select(values: Values, argument: Any, depth: int) -> Any:
    index, items = (values.value(part, depth) for part in argument) if is_pair(argument) else (None, None)
    place = whole(index)
    return items[place] if isinstance(items, list) and place is not None and place < len(items) else _unresolved("Select")


def _split(values: Values, argument: Any, depth: int) -> Any:
    text = values.value(argument[1], depth) if is_pair(argument) and isinstance(argument[0], str) and argument[0] else None
    # O que um símbolo vale pode conter o separador: só um texto inteiro conhecido se divide.
    return text.split(argument[0]) if isinstance(text, str) and "${" not in text else _unresolved("Split")


def _find_in_map(values: Values, argument: Any, depth: int) -> Any:
    keys = values.value(argument, depth)
    if not isinstance(keys, list) or len(keys) != 3:
        return _unresolved("FindInMap")
    found: Any = values.template.data.get("Mappings")
    for key in keys:
        found = found.get(text_of(key)) if isinstance(found, dict) and isinstance(key, (str, int)) else None
    return _unresolved("FindInMap") if found is None else values.value(found, depth)


def _if(values: Values, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        return _unresolved("If")
    chosen = values.condition(str(argument[0]))
    return chosen if isinstance(chosen, Unknown) else values.value(argument[1 if chosen else 2], depth)


def _cidr(values: Values, argument: Any, depth: int) -> Any:
    parts = values.value(argument, depth)
    if not isinstance(parts, list) or len(parts) not in (2, 3):
        return _unresolved("Cidr")
    block, count, bits = parts[0], whole(parts[1]), whole(parts[2]) if len(parts) > 2 else 8
    if count is None or bits is None:
        return _unresolved("Cidr")
    try:
        network = ipaddress.ip_network(str(block))
        subnets = network.subnets(new_prefix=network.max_prefixlen - bits)
        blocks = [str(subnet) for _, subnet in zip(range(min(count, 256)), subnets)]
    except ValueError:
        return _unresolved("Cidr")
    return blocks if len(blocks) == count else _unresolved("Cidr")


def _zones(values: Values, argument: Any, depth: int) -> Any:
    region = values.value(argument, depth) or "${AWS::Region}"
    return [f"{region}#{number}" for number in range(ZONES)] if isinstance(region, str) else _unresolved("GetAZs")


FUNCTIONS: dict[str, Callable[[Values, Any, int], Any]] = {
    "Ref": lambda values, name, depth: values.reference(name, depth),
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Base64": lambda values, text, depth: values.value(text, depth),
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _zones,
}
