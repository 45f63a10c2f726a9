"""O que uma máquina de estados calcula e o que ela manda como está: um caminho escrito onde ela não o lê vai como texto.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from scripts.checks.programs import Effect
from scripts.proofs.facts.states import definition, states
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

JSONATA = "JSONata"
READ = re.compile(r"\s*(?:\$\$?(?:[.\[]|$)|States\.[A-Z]\w*\()")
"""O começo do que o JSONPath lê: a entrada, o contexto ou uma função."""
INSIDE = re.compile(r"(?<![\w\\^])\$\$?\.[A-Za-z_]\w*")
"""Um caminho no meio de um texto sem espaços: `envios/$.id.csv`."""
NAME = re.compile(r"\s*\$([A-Za-z]\w*)(?=[.\[(]|\s*$)")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
COMPUTED = re.compile(r"\{%.*%\}", re.DOTALL)
APART = ("Branches", "ItemProcessor", "Iterator", "Comment", "Variable")
"""De um estado, as máquinas de dentro, cujos estados se leem por si, e o que não se calcula, ou já é um caminho."""
FOREIGN = ("InputPathsMap", "InputTemplate")
"""O que o EventBridge lê, com caminhos que são dele."""
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "BatchInput")


class _Place(NamedTuple):
    """Onde se está num estado: o nome dele, o lugar, a chave por último, se se está num modelo, e se a chave pede um caminho."""

    state: str
    path: Path
    written: bool
    key: str = ""
    template: bool = False
    asked: bool = False
    fixed: bool = False

    def within(self, key: str | int) -> _Place:
        name = str(key)
        index = isinstance(key, int)
        return _Place(self.state, (*self.path, key) if self.written else self.path, self.written, self.key if index else name,
                      self.template or name in TEMPLATES, self.asked if index else name.endswith(".$"), self.fixed or name == "Result")


def misread(view: View, machine: Resource) -> Iterator[Effect]:
    """Um caminho, ou uma função, que a máquina manda como texto; e o que ela tenta ler, e não é um caminho."""
    body, _, written = definition(view, machine)
    usual = body.get("QueryLanguage") if isinstance(body, dict) else None
    known = list(states(view, machine))
    assigned = {str(name).removesuffix(".$") for _, state, _ in known for name in _assigned(state)}
    for name, state, path in known:
        language = state.get("QueryLanguage", usual)
        judge = _jsonata if language == JSONATA else _jsonpath
        for place, value in _texts(state, _Place(name, path, written)):
            message = judge(place, value, assigned)
            if message:
                yield place.path, message


def _assigned(state: dict[str, Any]) -> Iterator[str]:
    """As variáveis que o estado guarda."""
    catches, choices = state.get("Catch"), state.get("Choices")
    for part in (state, *(catches if isinstance(catches, list) else ()), *(choices if isinstance(choices, list) else ())):
        yield from part["Assign"] if isinstance(part, dict) and isinstance(part.get("Assign"), dict) else ()


def _texts(node: Any, place: _Place) -> Iterator[tuple[_Place, Any]]:
    """Cada valor solto do estado, com o lugar; o que uma chave `.$` tem, seja o que for."""
    if place.asked and not place.fixed and not isinstance(node, str):
        yield place, node
    elif isinstance(node, dict):
        for key, item in node.items():
            native = not place.template and (key in APART or key.endswith("Path"))
            if not native and key not in FOREIGN:
                yield from _texts(item, place.within(key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, place.within(index))
    elif isinstance(node, str):
        yield place, node


def _jsonpath(place: _Place, value: Any, assigned: set[str]) -> str:
    who, text = f"o estado `{place.state}` escreve `{place.key}: {_short(value)}`", value if isinstance(value, str) else ""
    variable = NAME.match(text)
    path = READ.match(text) or variable and variable[1] in assigned
    if place.fixed:  # `Result` vai como está, com as chaves e tudo
        return f"{who} em `Result`, que vai como texto; use `Parameters`." if path else ""
    if place.asked:
        return "" if path else f"{who}, e o que a chave com `.$` pede é um caminho ou uma função; tire o `.$`, ou escreva um deles."
    if path or not re.search(r"\s", text) and INSIDE.search(text):
        return f"{who}, que vai como texto, sem ser lido; {_way(place, bool(path))}."
    if COMPUTED.search(text):
        return f"{who}, e só em `JSONata` isso se calcula; use um caminho, ou `QueryLanguage: {JSONATA}`."
    return ""


def _way(place: _Place, whole: bool) -> str:
    if not place.template:
        return f"use `{place.key}Path`"
    how = "" if whole else " com `States.Format`"
    return f"use `{place.key}.$`{how}" if place.path[-1:] == (place.key,) or not place.written else f"use `{place.key}.$` com `States.Array`"


def _jsonata(place: _Place, value: Any, assigned: set[str]) -> str:
    who, text = f"o estado `{place.state}` escreve `{place.key}: {_short(value)}`", value if isinstance(value, str) else ""
    if place.asked:
        return f"{who}, e em `{JSONATA}` uma chave com `.$` não se calcula; escreva o valor entre `{{%` e `%}}`."
    if COMPUTED.fullmatch(text):
        mixed = re.search(r"\bStates\.[A-Z]\w*\(", QUOTED.sub("", text))
        return f"{who}, que mistura uma função do `JSONPath`; use as do `{JSONATA}`." if mixed else ""
    called = NAME.match(text)
    variable = called and (called[1] in {"states", *assigned} or text[called.end():called.end() + 1] == "(")
    if READ.match(text) or variable or "{%" in text or not re.search(r"\s", text) and INSIDE.search(text):
        return f"{who}, que vai como texto, sem ser lido; escreva o valor inteiro entre `{{%` e `%}}`."
    return ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
