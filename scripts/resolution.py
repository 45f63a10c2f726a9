"""Resolução: o valor de cada expressão de um template, ou `Unknown`, que nunca prova nada.

Parâmetros valem o padrão deles. O que só a implantação decide (conta, região, ids físicos,
parâmetros sem padrão) fica como um símbolo legível dentro do texto, `${AWS::AccountId}` ou
`${Vpc}`: dois símbolos iguais são o mesmo valor, e por isso um ARN escrito por extenso se
compara com o de `Fn::GetAtt`. Semântica das funções:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scripts.template import VARIABLE, Resource, Template

ZONES = 6
SYMBOL = re.compile(r"\$\{([A-Za-z0-9]+)((?:\.[A-Za-z0-9.]+)?)\}")
DEPTH = 60


@dataclass(frozen=True)
class Unknown:
    """Um valor que não dá para saber sem implantar, com o motivo."""

    reason: str


@dataclass(frozen=True)
class Resolution:
    """Valores de um template sob um cenário: o que se supõe de cada condição.

    `assumed` troca o resultado das condições citadas; as outras seguem os padrões dos
    parâmetros.
    """

    template: Template
    assumed: Mapping[str, bool] = field(default_factory=dict)

    def property(self, resource: Resource, *path: str | int) -> Any:
        """O valor de uma propriedade; `None` quando ausente."""
        value: Any = self.value(resource.properties.get(path[0]) if path else resource.properties)
        for key in path[1:]:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return value if isinstance(value, Unknown) else None
        return value

    def items(self, resource: Resource, *path: str | int) -> list[Any]:
        """O valor como lista: vazia quando ausente ou desconhecido, de um item quando solto."""
        value = self.property(resource, *path)
        if value is None or isinstance(value, Unknown):
            return []
        return value if isinstance(value, list) else [value]

    def resource(self, value: Any) -> Resource | None:
        """O recurso que o valor (`Ref` ou `GetAtt` resolvido) designa, se existe no cenário."""
        found = SYMBOL.fullmatch(value) if isinstance(value, str) else None
        return self.resources.get(found[1]) if found else None

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Os recursos que existem neste cenário; um de condição desconhecida não prova nada."""
        present = {}
        for resource in self.template.resources.values():
            if resource.condition is None or self.condition(resource.condition) is True:
                present[resource.id] = resource
        return present

    def of_type(self, *types: str) -> list[Resource]:
        """Os recursos destes tipos, na ordem do template."""
        return [resource for resource in self.resources.values() if resource.type in types]

    def condition(self, name: str) -> bool | Unknown:
        """O resultado de uma condição nomeada."""
        if name in self.assumed:
            return self.assumed[name]
        conditions = self.template.data.get("Conditions")
        if not isinstance(conditions, dict) or name not in conditions:
            return Unknown(f"a condição `{name}` não existe")
        result = self.value(conditions[name])
        return result if isinstance(result, bool) else Unknown(f"a condição `{name}` não se resolve")

    def value(self, expression: Any, depth: int = 0) -> Any:
        """O valor de uma expressão qualquer; listas e mapas são resolvidos por dentro."""
        if depth > DEPTH:
            return Unknown("referências em círculo")
        if isinstance(expression, list):
            values = [self.value(item, depth + 1) for item in expression]
            return [value for value in values if value is not None]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            (name, argument) = next(iter(expression.items()))
            function = _FUNCTIONS.get(name)
            if function:
                return function(self, argument, depth + 1)
            if name.startswith("Fn::"):
                return Unknown(f"`{name}` não é resolvida aqui")
        return {key: value for key, item in expression.items() if (value := self.value(item, depth + 1)) is not None}

    def _ref(self, name: Any, depth: int) -> Any:
        if name == "AWS::NoValue":
            return None
        if not isinstance(name, str):
            return Unknown("`Ref` sem nome")
        if name.startswith("AWS::"):
            return f"${{{name}}}"
        if name in self.template.parameters:
            return self._parameter(name)
        resource = self.template.resources.get(name)
        if resource is None:
            return Unknown(f"`{name}` não existe no template")
        return self._name(resource, depth)

    def _parameter(self, name: str) -> Any:
        declared = self.template.parameters[name]
        kind = str(declared.get("Type", "String")) if isinstance(declared, dict) else "String"
        if not isinstance(declared, dict) or "Default" not in declared or kind.startswith("AWS::SSM::"):
            return f"${{{name}}}"
        default = declared["Default"]
        if "List" in kind:
            return [part.strip() for part in str(default).split(",")]
        return default

    def _name(self, resource: Resource, depth: int) -> Any:
        """O que `Ref` devolve: o nome físico, quando o template o decide, ou um símbolo."""
        named = _NAMED.get(resource.type)
        written = resource.properties.get(named) if named else None
        name = self.value(written, depth + 1) if written is not None else None
        return name if isinstance(name, str) else f"${{{resource.id}}}"

    def _get_att(self, argument: Any, depth: int) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            return Unknown("`Fn::GetAtt` que não se resolve")
        resource = self.template.resources.get(parts[0])
        if resource is None:
            return Unknown(f"`{parts[0]}` não existe no template")
        if parts[1] == "Arn" and resource.type == "AWS::S3::Bucket":
            return f"arn:${{AWS::Partition}}:s3:::{self._name(resource, depth)}"
        if parts[1] == "AvailabilityZone" and resource.type == "AWS::EC2::Subnet":
            return self.value(resource.properties.get("AvailabilityZone"), depth + 1) or f"${{{resource.id}.AvailabilityZone}}"
        return f"${{{parts[0]}.{parts[1]}}}"

    def _sub(self, argument: Any, depth: int) -> Any:
        text, variables = (argument, {}) if isinstance(argument, str) else (argument + [{}])[:2] if argument else ("", {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            return Unknown("`Fn::Sub` que não se resolve")
        problem: Unknown | None = None

        def replace(found: re.Match[str]) -> str:
            nonlocal problem
            name = found[1]
            if name in variables:
                value = self.value(variables[name], depth)
            elif "." in name:
                value = self._get_att(name, depth)
            else:
                value = self._ref(name, depth)
            if isinstance(value, (Unknown, list, dict)) or value is None:
                problem = value if isinstance(value, Unknown) else Unknown(f"`{name}` não é um texto")
                return ""
            return _text(value)

        replaced = VARIABLE.sub(replace, text).replace("${!", "${")
        return problem or replaced

    def _join(self, argument: Any, depth: int) -> Any:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("`Fn::Join` que não se resolve")
        parts = self.value(argument[1], depth)
        if not isinstance(parts, list) or any(isinstance(part, (Unknown, list, dict)) for part in parts):
            return Unknown("`Fn::Join` com parte desconhecida")
        return str(argument[0]).join(_text(part) for part in parts)

    def _select(self, argument: Any, depth: int) -> Any:
        index, items = (self.value(part, depth) for part in argument) if _pair(argument) else (None, None)
        if not isinstance(items, list) or not str(index).isdigit() or int(str(index)) >= len(items):
            return Unknown("`Fn::Select` que não se resolve")
        return items[int(str(index))]

    def _split(self, argument: Any, depth: int) -> Any:
        text = self.value(argument[1], depth) if _pair(argument) else None
        return text.split(str(argument[0])) if isinstance(text, str) else Unknown("`Fn::Split` que não se resolve")

    def _find_in_map(self, argument: Any, depth: int) -> Any:
        keys = self.value(argument, depth)
        value: Any = self.template.data.get("Mappings")
        for key in keys if isinstance(keys, list) else [None]:
            value = value.get(key) if isinstance(value, dict) else None
        return Unknown("`Fn::FindInMap` que não se resolve") if value is None else value

    def _if(self, argument: Any, depth: int) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            return Unknown("`Fn::If` que não se resolve")
        chosen = self.condition(str(argument[0]))
        if isinstance(chosen, Unknown):
            return chosen
        return self.value(argument[1] if chosen else argument[2], depth)

    def _equals(self, argument: Any, depth: int) -> Any:
        sides = [self.value(side, depth) for side in argument] if _pair(argument) else []
        if len(sides) != 2 or any(isinstance(side, Unknown) or "${" in str(side) for side in sides):
            return Unknown("comparação com valor que só a implantação decide")
        return _text(sides[0]) == _text(sides[1])

    def _logic(self, argument: Any, depth: int, combine: Callable[[list[bool]], bool]) -> Any:
        sides = [self.value(side, depth) for side in argument] if isinstance(argument, list) else []
        if not sides or not all(isinstance(side, bool) for side in sides):
            return Unknown("condição com parte desconhecida")
        return combine(sides)

    def _cidr(self, argument: Any, depth: int) -> Any:
        values = self.value(argument, depth)
        try:
            block, count, bits = values[0], int(values[1]), int(values[2]) if len(values) > 2 else 8
            network = ipaddress.ip_network(block)
            subnets = network.subnets(new_prefix=network.max_prefixlen - bits)
            return [str(subnet) for _, subnet in zip(range(count), subnets)]
        except (TypeError, ValueError, IndexError):
            return Unknown("`Fn::Cidr` que não se resolve")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2


# A propriedade que dá nome físico ao recurso, nos tipos em que outro ponto do template costuma
# escrever esse nome por extenso.
_NAMED = {"AWS::S3::Bucket": "BucketName"}

_FUNCTIONS: dict[str, Callable[[Resolution, Any, int], Any]] = {
    "Ref": Resolution._ref,
    "Condition": lambda self, name, depth: self.condition(str(name)),
    "Fn::GetAtt": Resolution._get_att,
    "Fn::Sub": Resolution._sub,
    "Fn::Join": Resolution._join,
    "Fn::Select": Resolution._select,
    "Fn::Split": Resolution._split,
    "Fn::FindInMap": Resolution._find_in_map,
    "Fn::If": Resolution._if,
    "Fn::Equals": Resolution._equals,
    "Fn::Not": lambda self, sides, depth: self._logic(sides, depth, lambda values: not values[0]),
    "Fn::And": lambda self, sides, depth: self._logic(sides, depth, all),
    "Fn::Or": lambda self, sides, depth: self._logic(sides, depth, any),
    "Fn::Base64": lambda self, text, depth: self.value(text, depth),
    "Fn::Cidr": Resolution._cidr,
    "Fn::GetAZs": lambda self, region, depth: [f"${{AWS::Region}}#{number}" for number in range(ZONES)],
}


def scenarios(template: Template) -> list[Resolution]:
    """Os cenários a provar: os padrões, e os mesmos com cada condição trocada.

    Uma condição que nenhum padrão decide é suposta verdadeira e depois falsa.
    """
    conditions = template.data.get("Conditions")
    names = list(conditions) if isinstance(conditions, dict) else []
    base = Resolution(template)
    decided = {name: base.condition(name) for name in names}
    default = {name: result if isinstance(result, bool) else True for name, result in decided.items()}
    return [Resolution(template, default)] + [Resolution(template, {**default, name: not default[name]}) for name in names]
