"""Os valores de um template como se leem numa frase, e como se diz que um mudou."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

from scripts.base.wording import plural

ABSENT = object()
"""O que não está num dos lados."""
LONG = 120
"""Caracteres a partir dos quais um texto é código, e não um valor."""


def written(value: Any) -> str:
    """Um valor como se escreve no template, numa linha."""
    if isinstance(value, dict) and len(value) == 1:
        (name, inner), = value.items()
        if name == "Ref":
            return f"!Ref {inner}"
        if name == "Fn::GetAtt":
            return f"!GetAtt {'.'.join(map(str, inner)) if isinstance(inner, list) else inner}"
        if name.startswith("Fn::"):
            return f"!{name.removeprefix('Fn::')} {written(inner)}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {written(item)}' for key, item in value.items())}}}"
    return json.dumps(value) if isinstance(value, bool) else " ".join(str(value).split()).replace("`", "'")


def code(value: Any, most: int = 80) -> str:
    """O valor entre crases, sem o que passa do que se lê de uma vez."""
    text = written(value)
    return f"`{text if len(text) <= most else text[:most].rstrip() + '…'}`" if text else "vazio"


def long(value: Any) -> bool:
    """É um texto de mais de uma linha, ou comprido: um programa, uma configuração."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value.strip())


def move(before: Any, after: Any) -> str:
    """`passou de X a Y`; de um programa, as linhas que mudaram."""
    if before is ABSENT:
        return f"ganhou {code(after)}"
    if after is ABSENT:
        return f"perdeu {code(before)}"
    if long(before) and long(after):
        return f"mudou: {lines(before, after)}"
    return f"passou de {code(before)} a {code(after)}"


def lines(old: str, new: str) -> str:
    """A linha que virou outra, se é uma só; senão, quantas entraram e saíram."""
    one, other = old.splitlines(), new.splitlines()
    blocks = [block for block in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if block[0] != "equal"]
    gone = [line for _, i, j, _, _ in blocks for line in one[i:j]]
    come = [line for _, _, _, k, m in blocks for line in other[k:m]]
    if len(gone) <= 1 and len(come) <= 1 and gone + come:
        said = [f"saiu {code(line.strip(), 120)}" for line in gone] + [f"entrou {code(line.strip(), 120)}" for line in come]
        return " e ".join(said)
    parts = [plural(len(come), "linha entrou", "linhas entraram")] if come else []
    parts += [plural(len(gone), "linha saiu", "linhas saíram")] if gone else []
    return " e ".join(parts) or "só os fins de linha"
