"""Uma pilha imaginária: o valor de cada expressão do template, e o que um papel deixa fazer."""

from __future__ import annotations

import fnmatch
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4


def resolve(value: Any, names: Mapping[str, str]) -> Any:
    """Troca `Ref`, `GetAtt` e `Sub` pelos valores em `names`: `Tabela`, `Tabela.Arn`, `AWS::Region`."""
    if isinstance(value, list):
        return [resolve(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return names[value["Ref"]]
    if set(value) == {"Fn::GetAtt"}:
        return names[".".join(value["Fn::GetAtt"])]
    if set(value) == {"Fn::Sub"}:
        return re.sub(r"\$\{([^}]+)\}", lambda found: names[found[1]], value["Fn::Sub"])
    return {key: resolve(item, names) for key, item in value.items()}


def unmount(volume: Path) -> None:
    """Tira a pasta de uma vez. A aplicação pode estar gravando: apagada aos poucos, a pasta ganharia arquivos e ficaria."""
    if volume.is_dir():
        shutil.rmtree(volume.rename(volume.with_name(f"{volume.name}-{uuid4()}")))


def literal(template: Mapping[str, Any], value: Any) -> str:
    """O texto que o template escreve ali, ou em `Mappings`, com `${…}` ainda por substituir."""
    while isinstance(value, dict):
        ((function, value),) = value.items()
        if function == "Fn::FindInMap":
            name, first, second = value
            value = template["Mappings"][name][first][second]
    return value


def pinned(text: str) -> dict[str, tuple[str, set[str]]]:
    """Pacote → versão e sha256 aceitos, de uma lista em que toda linha fixa os dois."""
    found = [re.fullmatch(r"(\S+)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)", line) for line in text.splitlines()]
    return {line[1]: (line[2], set(re.findall(r"[0-9a-f]{64}", line[3]))) for line in found}


def locked(folder: Path) -> set[str]:
    """Todo sha256 que as travas deste projeto conhecem."""
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))))


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def allowed(statements: list[dict], action: str, resource: str) -> bool:
    """Há permissão nestas declarações? Só `Allow`, sem condição nem curinga na ação: outra coisa é erro."""
    assert all(set(item) == {"Sid", "Effect", "Action", "Resource"} for item in statements)
    assert {item["Effect"] for item in statements} == {"Allow"}
    assert not any(set("*?") & set(name) for item in statements for name in as_list(item["Action"]))
    return any(
        action in as_list(item["Action"])
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in as_list(item["Resource"]))
        for item in statements
    )
