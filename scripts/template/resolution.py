"""Resolução: o valor de cada expressão de um template, ou `Unknown`, que nunca prova nada.

Parâmetros valem o padrão deles. O que só a implantação decide (conta, região, ids físicos,
parâmetros sem padrão) fica como um símbolo legível dentro do texto, `${AWS::AccountId}` ou
`${Vpc}`: dois símbolos iguais são o mesmo valor, e por isso um ARN escrito por extenso se
compara com o de `Fn::GetAtt`. As funções estão em `intrinsics`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from scripts.aws.catalog import kind_of
from scripts.template.cloudformation import Resource, Template
from scripts.template.intrinsics import FUNCTIONS
from scripts.template.values import Path, Unknown, literal, text_of

Kept = TypeVar("Kept")
DEPTH = 60
CIRCLE = Unknown("referências em círculo")
SCALARS = (str, int, float, bool)
SPELLED = "AWS::S3::Bucket"
"""O tipo cujo nome outro ponto do template costuma escrever por extenso."""


class Apart(Generic[Kept]):
    """Junta à parte o que se anota dentro do bloco, no alto da pilha. Abre-se a cada valor: um gerador levaria o dobro do tempo."""

    __slots__ = ("stack", "fresh")

    def __init__(self, stack: list[Kept], fresh: Kept):
        self.stack, self.fresh = stack, fresh

    def __enter__(self) -> Kept:
        self.stack.append(self.fresh)
        return self.fresh

    def __exit__(self, *_: object) -> None:
        self.stack.pop()


class Within(Apart[set[Path]]):
    """O mesmo, do que conta também em volta do bloco."""

    __slots__ = ()

    def __exit__(self, *_: object) -> None:
        self.stack.pop()
        if self.fresh:
            self.stack[-1].update(self.fresh)


@dataclass(frozen=True)
class Resolution:
    """Valores de um template num mundo: o que se supõe de cada condição.

    `assumed` é o resultado de cada condição, que `worlds` decide, e `chosen` o valor dos parâmetros
    de que elas dependem; os outros parâmetros valem o padrão.
    """

    template: Template
    assumed: Mapping[str, bool] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    # Cada nome se resolve uma vez: um template hostil os dobraria a cada nível.
    _known: dict[tuple[str, str], tuple[Any, set[Path]]] = field(default_factory=dict, compare=False, repr=False)
    # O que se perguntou, do que difere de mundo a mundo; o último conjunto é o do bloco mais de dentro.
    _asked: list[set[Path]] = field(default_factory=lambda: [set()], compare=False, repr=False)

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Os recursos que existem neste mundo; um de condição desconhecida não prova nada."""
        present = {}
        for resource in self.template.resources.values():
            conditional = "Condition" in resource.body
            if not conditional or resource.condition and self.condition(resource.condition) is True:
                present[resource.id] = resource
        return present

    def of_type(self, *types: str) -> list[Resource]:
        """Os recursos destes tipos, na ordem do template."""
        if len(types) == 1:
            return list(self._by_type.get(types[0], ()))
        return [resource for resource in self.resources.values() if resource.type in types]

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    def condition(self, name: str) -> bool | Unknown:
        """O resultado de uma condição nomeada."""
        self._asked[-1].add(("Conditions", name))
        return self.assumed.get(name, Unknown(f"a condição `{name}` não existe"))

    def asking(self) -> Within:
        """Junta o que se pergunta do mundo dentro do bloco, que conta também em volta dele."""
        return Within(self._asked, set())

    def ask(self, asked: Collection[Path]) -> None:
        """Conta como perguntado o que uma resposta guardada perguntou."""
        if asked:
            self._asked[-1].update(asked)

    def alike(self, other: Resolution, asked: Iterable[Path]) -> bool:
        """O outro mundo tem os mesmos recursos, e responde o mesmo a tudo isto: o que só isto perguntou dá o mesmo nele."""
        return self.resources.keys() == other.resources.keys() and all(self._answer(*each) == other._answer(*each) for each in asked)

    def _answer(self, section: str, name: str) -> Any:
        return (self.assumed if section == "Conditions" else self.chosen).get(name)

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
            if name in FUNCTIONS:
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
        if attribute == "Arn" and resource.type == SPELLED:
            return f"arn:${{AWS::Partition}}:{kind_of(SPELLED).arn.replace('{}', str(self._name(resource, depth)))}"
        if attribute == "AvailabilityZone" and resource.type == "AWS::EC2::Subnet":
            zone = self._once("zone", name, resource.properties.get("AvailabilityZone"), depth)
            return zone or f"${{{name}.AvailabilityZone}}"
        if attribute == "CidrBlock" and resource.type == "AWS::EC2::VPC":
            return self._once("block", name, resource.properties.get("CidrBlock"), depth) or f"${{{name}.CidrBlock}}"
        return f"${{{name}.{attribute}}}"

    def _parameter(self, name: str) -> Any:
        self._asked[-1].add(("Parameters", name))
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
        written = resource.properties.get(kind_of(SPELLED).named) if resource.type == SPELLED else None
        name = self._once("name", resource.id, written, depth) if written is not None else None
        return name if isinstance(name, str) else f"${{{resource.id}}}"

    def _once(self, kind: str, name: str, expression: Any, depth: int = 0) -> Any:
        """O valor da expressão, guardado; quem a cita de dentro dela mesma recebe `CIRCLE`."""
        if (kind, name) not in self._known:
            self._known[kind, name] = CIRCLE, set()
            with self.asking() as asked:
                self._known[kind, name] = self.value(expression, depth + 1), asked
        value, asked = self._known[kind, name]
        self.ask(asked)
        return value
