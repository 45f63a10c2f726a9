"""Resolução: o valor de cada expressão de um template, ou `Unknown`, que nunca prova nada.

Parâmetros valem o padrão deles. O que só a implantação decide (conta, região, ids físicos,
parâmetros sem padrão) fica como um símbolo legível dentro do texto, `${AWS::AccountId}` ou
`${Vpc}`: dois símbolos iguais são o mesmo valor, e por isso um ARN escrito por extenso se
compara com o de `Fn::GetAtt`. As funções estão em `intrinsics`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scripts.template.cloudformation import Resource, Template
from scripts.template.intrinsics import FUNCTIONS
from scripts.template.values import SYMBOL, Unknown, is_pair, literal, text_of

DEPTH = 60
CIRCLE = Unknown("referências em círculo")
SCALARS = (str, int, float, bool)

# A propriedade que dá nome físico ao recurso, nos tipos em que outro ponto do template costuma
# escrever esse nome por extenso.
_NAMED = {"AWS::S3::Bucket": "BucketName"}


@dataclass(frozen=True)
class Resolution:
    """Valores de um template sob um cenário: o que se supõe de cada condição.

    `assumed` troca o resultado das condições citadas e `chosen` o valor dos parâmetros
    citados; o resto segue os padrões dos parâmetros.
    """

    template: Template
    assumed: Mapping[str, bool] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    # Cada nome e cada condição se resolve uma vez: um template hostil os dobraria a cada nível.
    _known: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def property(self, resource: Resource, *path: str | int) -> Any:
        """O valor de uma propriedade; `None` quando ausente."""
        written = resource.body.get("Properties", {})
        if not isinstance(written, dict) or "Fn::Transform" in written or not path:
            value: Any = self.value(written)
        else:
            value = self.value(written.get(path[0]))
            path = path[1:]
        for key in path:
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
            conditional = "Condition" in resource.body
            if not conditional or resource.condition and self.condition(resource.condition) is True:
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
        result = self._once("condition", name, conditions[name])
        return result if isinstance(result, bool) else Unknown(f"a condição `{name}` não se resolve")

    def value(self, expression: Any, depth: int = 0) -> Any:
        """O valor de uma expressão qualquer; listas e mapas são resolvidos por dentro."""
        if isinstance(expression, str):
            return literal(expression)
        if not isinstance(expression, (list, dict)):
            return expression
        if depth > DEPTH:
            return CIRCLE
        if isinstance(expression, list):
            values = [self.value(item, depth + 1) for item in expression]
            return [value for value in values if value is not None]
        if len(expression) == 1:
            (name, argument), = expression.items()
            if name in FUNCTIONS and (name != "Condition" or isinstance(argument, str)):
                return FUNCTIONS[name](self, argument, depth + 1)
        function = next((name for name in expression if name.startswith("Fn::")), None)
        if function:
            return Unknown(f"`{function}` não é resolvida aqui")
        return {key: value for key, item in expression.items() if (value := self.value(item, depth + 1)) is not None}

    def reference(self, name: Any, depth: int = 0) -> Any:
        """O que `Ref` devolve."""
        if name == "AWS::NoValue":
            return None
        if not isinstance(name, str):
            return Unknown("`Ref` sem nome")
        if name.startswith("AWS::"):
            return f"${{{name}}}"
        if name in self.template.parameters:
            return self._parameter(name)
        resource = self.template.resources.get(name)
        return self._name(resource, depth) if resource else Unknown(f"`{name}` não existe no template")

    def attribute(self, name: str, attribute: str, depth: int = 0) -> Any:
        """O que `Fn::GetAtt` devolve."""
        resource = self.template.resources.get(name)
        if resource is None:
            return Unknown(f"`{name}` não existe no template")
        if attribute == "Arn" and resource.type == "AWS::S3::Bucket":
            return f"arn:${{AWS::Partition}}:s3:::{self._name(resource, depth)}"
        if attribute == "AvailabilityZone" and resource.type == "AWS::EC2::Subnet":
            zone = self._once("zone", name, resource.properties.get("AvailabilityZone"), depth)
            return zone or f"${{{name}.AvailabilityZone}}"
        return f"${{{name}.{attribute}}}"

    def _parameter(self, name: str) -> Any:
        if name in self.chosen:
            return self.chosen[name]
        declared = self.template.parameters[name]
        kind = str(declared.get("Type", "String")) if isinstance(declared, dict) else "String"
        default = declared.get("Default") if isinstance(declared, dict) else None
        if not isinstance(default, SCALARS) or kind.startswith("AWS::SSM::"):
            return f"${{{name}}}"
        if "List" in kind:
            return [literal(part.strip()) for part in text_of(default).split(",")]
        return self.value(default)

    def _name(self, resource: Resource, depth: int) -> Any:
        """O nome físico, quando o template o decide, ou um símbolo."""
        named = _NAMED.get(resource.type)
        written = resource.properties.get(named) if named else None
        name = self._once("name", resource.id, written, depth) if written is not None else None
        return name if isinstance(name, str) else f"${{{resource.id}}}"

    def _once(self, kind: str, name: str, expression: Any, depth: int = 0) -> Any:
        """O valor da expressão, guardado; quem a cita de dentro dela mesma recebe `CIRCLE`."""
        if (kind, name) not in self._known:
            self._known[kind, name] = CIRCLE
            self._known[kind, name] = self.value(expression, depth + 1)
        return self._known[kind, name]


def scenarios(template: Template) -> list[Resolution]:
    """Os cenários a provar: os padrões, e os mesmos com cada condição trocada.

    Uma condição que nenhum padrão decide é suposta verdadeira e depois falsa. Trocar uma
    condição troca os parâmetros de que ela depende, e com eles as outras condições.
    """
    conditions = template.data.get("Conditions")
    names = list(conditions) if isinstance(conditions, dict) else []
    base = Resolution(template)
    decided = {name: base.condition(name) for name in names}
    default = {name: result if isinstance(result, bool) else True for name, result in decided.items()}
    return [Resolution(template, default)] + [_flipped(template, default, name) for name in names]


def _flipped(template: Template, default: dict[str, bool], name: str) -> Resolution:
    """O cenário padrão com essa condição trocada e o que decorre disso."""
    assumed: dict[str, bool] = {}
    chosen: dict[str, Any] = {}
    pending = [({"Condition": name}, not default[name])]
    while pending:
        pending += _consequences(template, *pending.pop(), assumed, chosen)
    trial = Resolution(template, assumed, chosen)
    results = {other: trial.condition(other) for other in default}
    return Resolution(template, {other: result if isinstance(result, bool) else default[other]
                                 for other, result in results.items()}, chosen)


def _consequences(
    template: Template, expression: Any, wanted: bool, assumed: dict[str, bool], chosen: dict[str, Any]
) -> Iterator[tuple[Any, bool]]:
    """Anota o que precisa valer para a expressão ter esse resultado; devolve o que ainda falta ver."""
    (function, argument), = expression.items() if isinstance(expression, dict) and len(expression) == 1 else [("", None)]
    if function == "Condition" and isinstance(argument, str) and argument not in assumed:
        assumed[argument] = wanted
        yield template.data["Conditions"].get(argument), wanted
    elif function == "Fn::Not" and isinstance(argument, list) and argument:
        yield argument[0], not wanted
    elif function in ("Fn::And", "Fn::Or") and isinstance(argument, list):
        together = wanted is (function == "Fn::And")
        yield from ((part, wanted) for part in argument[:None if together else 1])
    elif function == "Fn::Equals" and is_pair(argument):
        reference, other = argument if isinstance(argument[0], dict) else reversed(argument)
        name = reference.get("Ref") if isinstance(reference, dict) else None
        if isinstance(name, str) and name in template.parameters and isinstance(other, SCALARS):
            chosen[name] = literal(text_of(other)) if wanted else _another(template, name, other)


def _another(template: Template, name: str, value: Any) -> str:
    """Um valor diferente para o parâmetro: o único outro permitido, ou o que a implantação escolher."""
    declared = template.parameters[name]
    allowed = declared.get("AllowedValues") if isinstance(declared, dict) else None
    others = [text_of(other) for other in allowed if text_of(other) != text_of(value)] if isinstance(allowed, list) else []
    return literal(others[0]) if len(others) == 1 else f"${{{name}}}"
