"""O template de CloudFormation como dados: recursos, parâmetros e a linha de cada chave.

Recebe um arquivo YAML (ou JSON, que é YAML) e devolve um `Template`; o que não dá para usar
vira `Defect`. O que só a AWS expande (macros, `Fn::ForEach`) não vira recurso: é desconhecido.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from scripts.base import source
from scripts.base.findings import Defect, Finding
from scripts.template.yaml_lines import BITS, Composer, Key

LIMIT = 51_200
"""Bytes do corpo que `aws cloudformation deploy` envia sem passar por um bucket."""

VARIABLE = re.compile(r"\$\{\s*([^!}\s][^}]*?)\s*\}")


@dataclass(frozen=True)
class Resource:
    """Um recurso. `body` é tudo o que o template diz dele; `line`, a do id lógico."""

    id: str
    type: str
    line: int
    body: dict[str, Any]

    @cached_property
    def properties(self) -> dict[str, Any]:
        return _mapping(self.body.get("Properties"))

    @property
    def metadata(self) -> dict[str, Any]:
        return _mapping(self.body.get("Metadata"))

    @property
    def exceptions(self) -> dict[str, str]:
        """Motivos escritos em `Metadata: {Excecoes: {código-do-achado: motivo}}`."""
        written = _mapping(self.metadata.get("Excecoes"))
        return {str(code): reason for code, reason in written.items() if isinstance(reason, str)}

    @property
    def depends_on(self) -> tuple[str, ...]:
        value = self.body.get("DependsOn")
        names = [value] if isinstance(value, str) else _list(value)
        return tuple(name for name in names if isinstance(name, str))

    def dependency(self, name: str) -> tuple[Key, ...] | None:
        """O lugar em que o recurso diz que nasce depois deste; `None` quando não diz."""
        if name not in self.depends_on:
            return None
        value = self.body["DependsOn"]
        return ("Resources", self.id, "DependsOn", *((value.index(name),) if isinstance(value, list) else ()))

    @property
    def condition(self) -> str | None:
        value = self.body.get("Condition")
        return value if isinstance(value, str) else None

    @cached_property
    def references(self) -> set[str]:
        """Nomes que o recurso cita, em qualquer parte e em `DependsOn`."""
        return references(self.body) | set(self.depends_on)


@dataclass(frozen=True)
class Template:
    """O documento inteiro (`data`), o texto e onde está cada coisa."""

    path: str
    text: str
    data: dict[str, Any]
    resources: dict[str, Resource]
    lines: dict[tuple[Key, ...], int] = field(repr=False)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        return _mapping(self.data.get("Parameters"))

    @property
    def line_count(self) -> int:
        return len(self.text.splitlines())

    def line(self, *path: Key) -> int:
        """Linha da chave ou do item nesse caminho, ou do ancestral mais próximo que existe.

        O caminho é o dos dados: `line("Resources", "Alb", "Properties", "Subnets", 0)`.
        """
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path, name: str = "") -> Template:
    """Lê um template; `name` é o caminho que aparece nos achados."""
    name = name or str(path)
    text = source.read(path, name, Finding(name, 1, "template-ausente",
                                           "O template não existe; crie este arquivo com os recursos da arquitetura."))
    return parse(text, name)


@lru_cache(maxsize=256)
def parse(text: str, name: str) -> Template:
    """O mesmo que `read`, a partir do texto; guardado, e por isso ninguém altera `data`: copie, e use `rebuilt`."""
    composer = Composer(text, name)
    data = composer.document()
    if not isinstance(data, dict):
        raise Defect(Finding(name, 1, "template-invalido",
                             "O template não é um mapeamento; comece por `AWSTemplateFormatVersion` e `Resources`."))
    return Template(name, text, data, _resources(data, name, composer.lines), composer.lines)


def rebuilt(original: Template, data: dict[str, Any]) -> Template:
    """O mesmo template com outros dados; cada linha é a do original, ou a do ancestral mais próximo.

    Erro: `Defect`, como em `parse`, quando os dados deixam de ser um template.
    """
    data = _readable(data)
    return Template(original.path, original.text, data, _resources(data, original.path, original.lines), original.lines)


def _readable(value: Any) -> Any:
    """O valor como `parse` o daria: um inteiro que não cabe fica texto."""
    if isinstance(value, dict):
        return {key: item if isinstance(item, str) else _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return hex(value) if isinstance(value, int) and value.bit_length() > BITS else value


def references(value: Any) -> set[str]:
    """Nomes citados por `Ref`, `Fn::GetAtt` e `Fn::Sub` em qualquer profundidade.

    Podem ser recursos ou parâmetros; pseudoparâmetros (`AWS::Region`) ficam de fora.
    """
    found: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found.update(named(item))
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return {name for name in found if not name.startswith("AWS::")}


def named(function: dict[str, Any]) -> Iterator[str]:
    """Os nomes citados diretamente por este objeto, se for uma função."""
    if len(function) != 1:
        return
    (name, argument), = function.items()
    if name == "Ref" and isinstance(argument, str):
        yield argument
    elif name == "Fn::GetAtt":
        first = argument[0] if isinstance(argument, list) and argument else argument
        if isinstance(first, str):
            yield first.split(".", 1)[0]
    elif name == "Fn::Sub":
        text, local = (argument, {}) if isinstance(argument, str) else (*_list(argument), None, None)[:2]
        if isinstance(text, str):
            names = (variable.split(".", 1)[0] for variable in VARIABLE.findall(text))
            yield from (variable for variable in names if variable not in _mapping(local))


def _resources(data: dict[str, Any], name: str, lines: dict[tuple[Key, ...], int]) -> dict[str, Resource]:
    section = data.get("Resources")
    if not isinstance(section, dict) or not section:
        raise Defect(Finding(name, lines.get(("Resources",), 1), "template-invalido",
                             "O template não declara recursos; acrescente a seção `Resources`."))
    found, problems = {}, []
    for id, body in section.items():
        line = lines.get(("Resources", id), lines.get(("Resources",), 1))
        if id.startswith("Fn::"):
            continue  # Fn::ForEach e Fn::Transform só viram recursos na AWS: aqui são desconhecidos.
        if isinstance(body, dict) and isinstance(body.get("Type"), str):
            found[id] = Resource(id, body["Type"], line, body)
        else:
            problems.append(Finding(name, line, "template-invalido",
                                    f"O recurso `{id}` não tem `Type`; diga o tipo, como `AWS::S3::Bucket`."))
    if problems:
        raise Defect(*problems)
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
