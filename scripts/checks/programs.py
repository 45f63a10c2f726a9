"""O que chega a um programa do template e muda como ele inicia, com quem fala e o que grava."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.types import FUNCTION, JOB_DEFINITION, STATE_MACHINE, TASK_DEFINITION
from scripts.proofs.arrows.program import HANDED, assigned, handed
from scripts.proofs.evidence import Path
from scripts.proofs.facts.code import nodes
from scripts.proofs.facts.machine import USER_DATA, machine_of
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.states import definition
from scripts.proofs.facts.units import units
from scripts.proofs.facts.variables import steers
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

Effect = tuple[Path, str]
REGION = re.compile(r"(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:gov-)?[a-z]+-\d")
HERE = "${AWS::Region}"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
JUDGED = ("TMPDIR", *REGIONS)
"""Numa instância, as variáveis do sistema e do SDK de que se confere o valor."""


def misled(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis que mudam como o programa age sem que ele as leia, ou o levam a outra região."""
    if owner.type == FUNCTION:
        variables = view.at(owner, "Environment", "Variables")
        for name, item in view.parts(variables) if variables else ():
            yield from steered(owner, str(name), item.path, str(item.value))
            yield from _elsewhere(owner, str(name), item)
    elif owner.type in (JOB_DEFINITION, TASK_DEFINITION):
        for name, item in _pairs(view, owner):
            yield from (_regional if name in REGIONS else steered)(owner, name, item.path, str(item.value))
            yield from _elsewhere(owner, name, item)
    elif owner.type in USER_DATA:
        machine = machine_of(view, owner)
        for unit in units(machine) if machine else ():
            where = (unit.environment_file or unit.file).path
            given = {pair for instance in unit.instances for pair in unit.given(instance).items() if pair[0] not in JUDGED}
            yield from (effect for name, value in sorted(given) for effect in steered(owner, name, where, value))
        for path, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None):
            yield from (effect for name, value in assigned(text) if name in REGIONS for effect in _regional(owner, name, path, value))


def steered(owner: Resource, name: str, path: Path, value: str | None = None) -> Iterator[Effect]:
    """O achado de uma variável que o programa não lê e que muda como ele age."""
    if steers(name, value):
        yield path, (f"`{name}` não é do programa de `{owner.id}`: muda como o sistema, o interpretador, o SDK ou uma biblioteca age por ele, e "
                     "não se sabe se ele ainda faz o que a figura mostra; tire a variável, ou dê-lhe outro nome.")


def containers(view: View, owner: Resource) -> list[Placed]:
    """Os contêineres de uma definição: o do trabalho do Batch, ou os da tarefa do ECS."""
    alone = view.at(owner, "ContainerProperties")
    return [alone] if alone else view.items(owner, "ContainerDefinitions")


def _pairs(view: View, owner: Resource) -> Iterator[tuple[str, Placed]]:
    """As variáveis de cada contêiner, pelo nome."""
    for container in containers(view, owner):
        for pair in view.items_inside(container, "Environment"):
            name, value = view.inside(pair, "Name"), view.inside(pair, "Value")
            if name and value:
                yield str(name.value), value


def _regional(owner: Resource, name: str, path: Path, value: str) -> Iterator[Effect]:
    if value != HERE:
        yield path, f"`{name}` leva o programa de `{owner.id}` a outra região que a da pilha; use `AWS::Region`."


def _elsewhere(owner: Resource, name: str, item: Placed) -> Iterator[Effect]:
    if isinstance(item.value, str) and REGION.fullmatch(item.value):
        yield item.path, f"`{name}` diz a `{owner.id}` uma região fixa, e os recursos são da região da pilha; use `!Ref AWS::Region`."


def programs(view: View) -> list[str]:
    """O texto de cada programa que o template traz; vazio quando ele não traz nenhum."""
    found = []
    for owner in view.of_type(*HANDED):
        source = view.at(owner, "Code", "ZipFile") if owner.type == FUNCTION else None
        pieces = [source] if source else [] if owner.type == FUNCTION else handed(view, owner)
        found += [text for _, text in texts(view, [piece.path for piece in pieces], longest=None)]
    return found


def code(view: View) -> list[str]:
    """O dos programas, e o das máquinas de estados."""
    return programs(view) + [json.dumps(definition(view, machine)[0], ensure_ascii=False, default=str)
                             for machine in view.of_type(STATE_MACHINE)]


@lru_cache(maxsize=1024)
def writes(source: str, name: str) -> bool:
    """O programa escreve este nome de atributo: como chave, como argumento, ou numa expressão de atualização."""
    every = nodes(source)
    if not every:
        return re.search(rf"[\"']{re.escape(name)}[\"']|\b{re.escape(name)}\s*:|\b(?:SET|set)\b[^\"']*\b{re.escape(name)}\b", source) is not None
    for node in every:
        if isinstance(node, ast.keyword) and node.arg == name:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value == name or re.search(rf"\bSET\b.*\b{re.escape(name)}\b", node.value, re.IGNORECASE | re.DOTALL):
                return True
    return False
