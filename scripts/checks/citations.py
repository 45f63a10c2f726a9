"""O que o template cita existe nele: nomes em `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn` e `Condition`, e os atributos.

Um nome errado impede a pilha inteira: enquanto há um, nada mais se julga do template. Os atributos de
cada tipo saem dos esquemas da AWS, por `scripts/measure/aws_attributes.py`; de um tipo que não está lá,
nada se diz.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import scripts.aws
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.template.cloudformation import VARIABLE, Template
from scripts.template.values import PSEUDO
from scripts.template.worlds import EXPANDED

ATTRIBUTES = Path(scripts.aws.__path__[0]) / "attributes.json"
WITHOUT_TEXT = ("AWS::NoValue", "AWS::NotificationARNs")
"""Os pseudoparâmetros que não são um texto."""


class Citation(NamedTuple):
    """Um nome citado: `how` é a função que o cita."""

    name: str
    attribute: str
    how: str
    path: tuple[Any, ...]


def check(template: Template) -> Iterator[Finding]:
    """Um achado por nome ou atributo que não existe, na primeira linha em que está."""
    if _expanded(template.data):
        return
    wrong: dict[tuple[str, str, str], list[int]] = {}
    for found in _walk(template.data, ()):
        known = _known(template, found)
        if found.name not in known or not _answers(template, found):
            attribute = found.attribute if found.name in known else ""
            wrong.setdefault((found.name, attribute, found.how), []).append(template.line(*found.path))
    for (name, attribute, how), lines in wrong.items():
        more = f" (também em {listed([str(line) for line in sorted(set(lines[1:]) - {lines[0]})])})" if len(set(lines)) > 1 else ""
        yield Finding(template.path, lines[0], "referencia-inexistente", _message(template, name, attribute, how, more))


def _expanded(data: Any) -> bool:
    """O que só a AWS expande pode criar os nomes que faltam."""
    if isinstance(data, dict):
        return any(str(key).startswith(("Transform", *EXPANDED)) for key in data) or any(_expanded(value) for value in data.values())
    return isinstance(data, list) and any(_expanded(value) for value in data)


def _walk(value: Any, path: tuple[Any, ...]) -> Iterator[Citation]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))
        return
    if not isinstance(value, dict):
        return
    if len(path) == 2 and path[0] == "Resources":
        depends = value.get("DependsOn")
        yield from (Citation(name, "", "DependsOn", (*path, "DependsOn")) for name in ([depends] if isinstance(depends, str) else depends or ())
                    if isinstance(name, str))
    if len(path) == 2 and path[0] in ("Resources", "Outputs") and isinstance(value.get("Condition"), str):
        yield Citation(value["Condition"], "", "Condition", (*path, "Condition"))
    for key, item in value.items():
        yield from _cited(key, item, (*path, key)) if len(value) == 1 else ()
        yield from _walk(item, (*path, key)) if key != "Metadata" or len(path) not in (0, 2) else ()


def _cited(key: str, item: Any, path: tuple[Any, ...]) -> Iterator[Citation]:
    """Os nomes que esta função cita diretamente."""
    if key == "Ref" and isinstance(item, str):
        yield Citation(item, "", "Ref", path)
    elif key == "Fn::GetAtt":
        parts = item.split(".", 1) if isinstance(item, str) else item
        if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str):
            yield Citation(parts[0], parts[1] if isinstance(parts[1], str) else "", "GetAtt", path)
    elif key == "Fn::Sub":
        text, local = item if isinstance(item, list) and len(item) == 2 else (item, {})
        for name in VARIABLE.findall(text) if isinstance(text, str) else ():
            if name not in (local if isinstance(local, dict) else {}):
                owner, _, attribute = name.partition(".")
                yield Citation(owner, attribute, "Sub", path)
    elif key == "Condition" and isinstance(item, str) and path[0] == "Conditions":
        yield Citation(item, "", "Condition", path)
    elif key == "Fn::If" and isinstance(item, list) and item and isinstance(item[0], str):
        yield Citation(item[0], "", "Condition", path)


def _known(template: Template, found: Citation) -> set[str]:
    """Os nomes que cabem ali."""
    if found.how == "Condition":
        conditions = template.data.get("Conditions")
        return set(conditions) if isinstance(conditions, dict) else set()
    if found.how == "DependsOn" or found.attribute or found.how == "GetAtt":
        return set(template.resources)
    return {*template.resources, *template.parameters, *PSEUDO, *WITHOUT_TEXT}


def _answers(template: Template, found: Citation) -> bool:
    accepted = _accepted(template, found.name)
    return not found.attribute or accepted is None or found.attribute in accepted


def _accepted(template: Template, name: str) -> list[str] | None:
    return _attributes().get(template.resources[name].type) if name in template.resources else None


@cache
def _attributes() -> dict[str, list[str]]:
    return json.loads(ATTRIBUTES.read_text(encoding="utf-8"))


def _message(template: Template, name: str, attribute: str, how: str, more: str) -> str:
    if attribute:
        accepted = _accepted(template, name) or []
        return f"`{name}` (`{template.resources[name].type}`) não dá o atributo `{attribute}`{more}{_near(attribute, accepted)}."
    what = {"Condition": "condição", "DependsOn": "recurso", "GetAtt": "recurso"}.get(how, "recurso nem parâmetro")
    near = _near(name, sorted(_known(template, Citation(name, "", how, ()))))
    return f"`{how}` cita `{name}`, e o template não tem {what} com esse nome{more}{near}."


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"; talvez seja `{close[0]}`" if close else "; corrija o nome, ou crie o que falta"
