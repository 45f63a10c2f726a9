"""O que se trocou por outro do mesmo tipo: o prazo de um recurso vindo do parâmetro de outro, a variável com o recurso de outra,
o estado com o ramo de outro.

Quem lê o template entende pelo nome, e aqui também: o lugar (a variável, ou a propriedade e o recurso dela) e o que ele
recebe (o parâmetro com a descrição, ou o recurso) dividem palavras. Só é um achado o que outro do mesmo tipo diria melhor.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scripts.aws.types import SCALING_GROUP, STATE_MACHINE
from scripts.base.findings import Finding
from scripts.proofs.arrows.program import HANDED, handed
from scripts.proofs.facts.callees import asked_of
from scripts.proofs.facts.measures import unit_of
from scripts.proofs.facts.returns import branches
from scripts.proofs.facts.states import tasks
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Template, named
from scripts.template.values import Path

CODE = "valor-trocado"
LONG = 4
"""Quantas letras de uma palavra contam: `versões` e `version`, `auditoria` e `audit` são a mesma."""
ONLY = r"(?:\w+://)?\$\{(\w+)[\w.]*\}(?:[:/][^\s\"'$]*)?"
"""Um valor do template, ou o endereço que se faz com ele."""
ALONE = re.compile(ONLY)
LINE = re.compile(rf"^[ \t]*(?:export[ \t]+)?(\w+)=[\"']?{ONLY}[\"']?[ \t]*$", re.MULTILINE)
"""Uma linha de um arquivo de ambiente que só traz isso."""
UNIT = re.compile(r"\b(dias?|horas?|minutos?|segundos?|meses|[KMGT]i?B|%|d[oó]lares)(?!\w)", re.IGNORECASE)


class Place(NamedTuple):
    """Um lugar do template que recebe um valor: as palavras dele, e o que recebe."""

    path: Path
    said: str
    words: frozenset[str]
    given: str


def check(views: Views) -> Iterator[Finding]:
    """Um achado por lugar que recebe o de outro."""
    template = views.template
    found: dict[tuple[Path, str, str], Place] = {}
    strange: dict[Path, Place] = {}
    for view in views.each:
        properties = list(_properties(view))
        strange |= {place.path: place for place in properties if _of_other_unit(template, place)}
        for places, known in _families(view, properties):
            for place in places:
                better = _better(place, places, known)
                if better:
                    found[place.path, place.given, better] = place
    for (path, given, better), place in found.items():
        yield Finding(template.path, template.line(*path), CODE,
                      f"`{place.said}` recebe `{given}`, e pelo nome é de `{better}`: parecem trocados; passe `{better}`, ou dê aos dois nomes que "
                      "digam o que são.")
    for path, place in strange.items():
        yield Finding(template.path, template.line(*path), CODE,
                      f"`{place.said}` recebe `{place.given}`, que é noutra unidade; passe o parâmetro dela.")


def _of_other_unit(template: Template, place: Place) -> bool:
    """A propriedade é numa unidade, e o parâmetro, pelo nome ou pela descrição, noutra."""
    if not isinstance(template.parameters.get(place.given), dict):
        return False
    said = UNIT.search(_described(template, place.given))
    mine, other = unit_of(place.said.rpartition(".")[2]), unit_of(place.given) or (unit_of(said[0].title()) or unit_of(said[0]) if said else None)
    return mine is not None and other is not None and mine != other


def _families(view: View, properties: list[Place]) -> Iterator[tuple[list[Place], dict[str, frozenset[str]]]]:
    """Os lugares que recebem um de cada conjunto de iguais, e as palavras de cada um do conjunto."""
    template = view.template
    told = list(_variables(view))
    numbers = {name: words(f"{name} {_described(template, name)}") for name, said in template.parameters.items()
               if isinstance(said, dict) and said.get("Type") == "Number"}
    placed = [place for place in (*told, *properties) if place.given in numbers]
    units = {name: unit[0][:3].lower() if (unit := UNIT.search(_described(template, name))) else "" for name in numbers}
    for unit in set(units.values()) or {""}:  # dias não se trocam por MiB; o que não diz a unidade pode ser de qualquer uma
        same = {name: said for name, said in numbers.items() if units[name] in (unit, "")}
        yield [place for place in placed if place.given in same], same
    for kind in dict.fromkeys(resource.type for resource in view.resources.values()):
        alike = {resource.id: words(resource.id) for resource in view.of_type(kind)}
        if len(alike) > 1:
            yield [place for place in told if place.given in alike], alike
    yield from _branches(view)


def _branches(view: View) -> Iterator[tuple[list[Place], dict[str, frozenset[str]]]]:
    """Os estados que pedem a uma função um dos ramos que o código dela tem, pelo mesmo campo."""
    asked: dict[tuple[str, str], list[Place]] = {}
    known: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
    for machine in view.of_type(STATE_MACHINE):
        for task in tasks(view, machine):
            function, given = asked_of(view, task.resource, task.arguments) or (None, {})
            for key, value in given.items() if function else ():
                ways = branches(str(view.value(function, "Code", "ZipFile")), key) if function and isinstance(value, str) else ()
                if function and ways and value in ways:
                    known[function.id, key] = {way: words(way) for way in ways}
                    place = Place(task.path, f"{task.name}.{key}", words(task.name), value)
                    asked.setdefault((function.id, key), []).append(place)
    yield from ((places, known[each]) for each, places in asked.items())


def _better(place: Place, places: list[Place], known: dict[str, frozenset[str]]) -> str:
    """O que o lugar deveria receber, se outro do conjunto o diz melhor: trocá-los não estraga os lugares do outro, ou o que ele
    recebe já está no lugar que o diz.
    """
    given = known[place.given]
    told = not place.words & given and any(other.given == place.given and other.words & given for other in places)
    for name, said in known.items():
        others = [other for other in places if other.given == name]
        if len(place.words & said) > len(place.words & given) and (
                told or all(len(other.words & given) >= len(other.words & said) for other in others)):
            return name
    return ""


def _variables(view: View) -> Iterator[Place]:
    """As variáveis que os programas recebem, com o que o template escreve nelas."""
    for owner in view.of_type(*HANDED):
        if owner.type != SCALING_GROUP:  # o modelo dele fala por si
            for piece in handed(view, owner):
                yield from _given(view.written(piece), piece.path)


def _given(node: object, path: Path) -> Iterator[Place]:
    if isinstance(node, str):
        yield from (Place(path, name, words(name), given) for name, given in LINE.findall(node))
    elif isinstance(node, dict) and "Name" in node and (name := cited(node.get("Value"))):
        yield Place((*path, "Value"), str(node["Name"]), words(str(node["Name"])), name)
    else:
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if isinstance(key, str) and (name := cited(inner)):
                yield Place((*path, key), key, words(key), name)
            else:
                yield from _given(inner, (*path, key))


def cited(node: object) -> str:
    """O que este valor é, se é só uma referência, ou um endereço feito com ela: um parâmetro, um recurso ou um atributo dele."""
    text = node.get("Fn::Sub") if isinstance(node, dict) else None
    only = ALONE.fullmatch(text) if isinstance(text, str) else None
    return only[1] if only else next(named(node), "") if isinstance(node, dict) and text is None else ""


def _properties(view: View) -> Iterator[Place]:
    """As propriedades que valem um parâmetro; as variáveis de um programa, `_variables` as dá."""
    for resource in view.resources.values():
        for path, name in _leaves(resource.properties, ("Resources", resource.id, "Properties")):
            keys = [key for key in path[3:] if isinstance(key, str)]
            if "Environment" not in keys:
                yield Place(path, f"{resource.id}.{keys[-1]}" if keys else resource.id,
                            words(" ".join([resource.id, resource.type.partition("::")[2], *keys])), name)


def _leaves(node: object, path: Path) -> Iterator[tuple[Path, str]]:
    if name := cited(node):
        yield path, name
        return
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in items:
        yield from _leaves(inner, (*path, key))


def _described(template: Template, name: str) -> str:
    """A descrição do parâmetro, sem os outros parâmetros que ela cita."""
    text = str(template.parameters[name].get("Description", ""))
    return " ".join(word for word in text.split() if word.strip(".,;:()") not in template.parameters)


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """O começo das palavras longas, sem acento: de um nome composto, cada parte."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", plain)
    return frozenset(part.lower()[:LONG] for part in parts if len(part) >= LONG)
