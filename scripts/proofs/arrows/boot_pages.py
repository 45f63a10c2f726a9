"""Se as páginas que o programa mostra levam ao que ele serve: os nomes que o Flask traduz e os formulários.

https://flask.palletsprojects.com/en/stable/quickstart/#url-building
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import File, Machine
from scripts.proofs.facts.web_paths import Routes, endpoints
from scripts.proofs.facts.units import Unit, units

BUILT = re.compile(r"\burl_for\(\s*[\"']([\w.]+)[\"']")
FORM = re.compile(r"<form\b([^>]*)>", re.IGNORECASE)
ACTION = re.compile(r"\baction=\"(?:\{\{\s*url_for\('([\w.]+)'[^}]*\}\}|([^\"{}?]*)[^\"]*)\"")
POSTED = re.compile(r"\bmethod=[\"']?post", re.IGNORECASE)
OWN = "static"


def lost(machine: Machine) -> Iterator[Missing]:
    """Os nomes e os caminhos a que nenhum programa da unidade responde."""
    for unit in units(machine):
        known = [each for file, _ in unit.sources for each in endpoints(file.text)]
        folder = f"{unit.last('WorkingDirectory')}/templates/"
        pages = [file for file in machine.files if file.name.startswith(folder)]
        if not known:
            continue
        names = {name for name, _, _ in known}
        for file in (*(file for file, _ in unit.sources), *pages):
            for name in dict.fromkeys(BUILT.findall(file.text)):
                if name not in names and name != OWN and "." not in name:
                    yield Missing(file.path, f"`{file.name}` leva a `{name}`, e nenhuma rota do programa tem esse nome", "corrija o nome, ou a rota")
        for file in pages:
            yield from _sent(unit, file, known)


def _sent(unit: Unit, file: File, known: list[tuple[str, str, str]]) -> Iterator[Missing]:
    """Cada formulário vai, pelo método dele, a uma rota que o aceita."""
    for form in FORM.findall(file.text):
        found = ACTION.search(form)
        method = "POST" if POSTED.search(form) else "GET"
        if not found or found[2] is not None and not found[2].startswith("/"):
            continue
        taken = any(verb == method and (name == found[1] if found[1] else Routes((path,), False).serve(found[2])) for name, verb, path in known)
        if not taken:
            yield Missing(file.path, f"o formulário de `{file.name}` vai a `{found[1] or found[2]}` por {method}, e `{unit.name}` não o aceita assim",
                          "acerte a rota, ou o formulário")
