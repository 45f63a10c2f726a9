"""Refaz `cli.json` com os comandos que as páginas usam agora; precisa do botocore, que `testar` instala.

    .venv/bin/python scripts/measure/aws_cli.py
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILTER = re.compile(r"<code>([^<]+)</code>")
ALSO = re.compile(r"also use <code>([^<]+)</code> as the filter name")
CHOICES = re.compile(r"\(\s*(<code>[^()|]+</code>(?:\s*\|\s*<code>[^()|]+</code>)+)")


def used(roots: Iterable[Path]) -> tuple[set[tuple[str, str, bool]], set[tuple[str, str]]]:
    """Cada serviço e operação que as páginas chamam, e se é um `wait`; e as de que consultam a resposta, com `--query`."""
    from scripts.aws.cli import CUSTOM
    from scripts.page import commands, document, shell

    words = [[word.text for word in command] for root in roots for path in sorted((root / "docs").rglob("*.md"))
             for written in commands.commands(document.read(path)) for command in shell.read(written.text)]
    calls = [found[found.index("aws") + 1:] for found in words if "aws" in found]
    queried = {(call[0], call[1]) for call in calls if "--query" in call}
    return {(call[0], call[2] if call[1] == "wait" else call[1], call[1] == "wait")
            for call in calls if len(call) > 1 and " ".join(call[:2]) not in CUSTOM and not call[0].startswith("-")}, queried


def filters(documentation: str) -> dict[str, list[str]]:
    """Os filtros que a documentação de um `--filters` lista, cada um com os valores que aceita; vazio, quando não os lista."""
    found: dict[str, list[str]] = {}
    for item in documentation.split("<li> <p> ")[1:]:
        name, choices = FILTER.match(item), CHOICES.search(item)
        values = [text.strip() for text in FILTER.findall(choices[1])] if choices else ["true", "false"] * (" whether " in item)
        found |= {each.partition(":")[0]: values for each in (name[1], *ALSO.findall(item))} if name and name[1][0].isalpha() else {}
    return found


def answers(shape: Any, path: str = "", seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Cada campo do que a operação responde, como se pede em `--query`, e depois do `=`, se os tem, os valores que ele pode ter."""
    if shape.type_name == "list":
        yield from answers(shape.member, f"{path}[]", seen)
    elif shape.type_name == "structure" and shape.name not in seen:
        for name, member in shape.members.items():
            yield from answers(member, f"{path}.{name}".lstrip("."), (*seen, shape.name))
    if path:
        yield f"{path}={'|'.join(values)}" if (values := getattr(shape, "enum", ())) else path


def models(calls: Iterable[tuple[str, str, bool]], queried: Set[tuple[str, str]]) -> dict[str, Any]:
    """As operações de cada serviço, as opções e os filtros de cada chamada, e o que respondem as que se consultam, pelos modelos do botocore."""
    import botocore.session
    from botocore import xform_name
    from botocore.exceptions import UnknownServiceError
    from botocore.waiter import WaiterModel

    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    operations, options = {}, {}
    sought, answered = {}, {}
    for service, name, waiter in sorted(calls):
        real = "s3" if service == "s3api" else service
        model = session.get_service_model(real)
        named = {xform_name(operation, "-"): operation for operation in model.operation_names}
        operations[service] = sorted(named)
        if waiter:
            waiters = WaiterModel(loader.load_service_model(real, "waiters-2"))
            named = {xform_name(found, "-"): waiters.get_waiter(found).operation for found in waiters.waiter_names}
        operation, command = model.operation_model(named[name]), f"{service} {'wait ' * waiter}{name}"
        shape = operation.input_shape
        if (service, name) in queried and operation.output_shape:
            answered[f"{service} {name}"] = " ".join(sorted(answers(operation.output_shape)))
        found = [f"--{xform_name(member, '-')}" for member in (shape.members if shape else ())]
        bare = [f"--no-{option[2:]}" for option, member in zip(found, shape.members.values() if shape else ()) if member.type_name == "boolean"]
        try:
            paginated = named[name] in loader.load_service_model(real, "paginators-1")["pagination"]
        except UnknownServiceError:
            paginated = False
        paging = ["--max-items", "--page-size", "--starting-token"] if paginated else []
        options[command] = sorted({*found, *bare, *paging})
        listed = filters(shape.members["Filters"].documentation) if shape and "Filters" in shape.members else {}
        sought |= {command: listed} if listed else {}
    return {"operations": operations, "options": options, "filters": sought, "answers": answered}


def main(roots: list[str]) -> None:
    from scripts.aws.cli import FILE

    found = models(*used([ROOT, *map(Path, roots)]))
    FILE.write_text(json.dumps(found, indent=0, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(found['options'])} comandos de {len(found['operations'])} serviços em {FILE.name}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
