"""Os números que a página diz e só o programa do template decide: quem os muda num lado muda nos dois."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings, text_of
from bench import R
from test_boot_units import SITE, UNIT, WEB

ENVIO = "envio-e-consulta"
FALSE: dict[str, tuple[str, tuple[Any, ...], str, str, str]] = {
    "lê mais do começo": ("foto-perfil", (R, "FuncaoValidar"), "HEAD = 262_144", "HEAD = 2_621_440", "diz “256 KiB”"),
    "lê mais vezes": ("musicas", ("Mappings", "Codigo"), "65_536, 64", "65_536, 640", "diz “4 MiB”"),
    "lê mais de cada vez": ("musicas", ("Mappings", "Codigo"), "65_536, 64", "131_072, 32", "diz “64 KiB”"),
    "a sessão mais longa": (ENVIO, (*SITE, "Programa"), "SESSION_SECONDS = 8 * 3600", "SESSION_SECONDS = 24 * 3600", "diz “8 horas”"),
    "mais conexões": (WEB, UNIT, "--connection-limit=30", "--connection-limit=200", "diz “30 conexões”"),
}


@pytest.mark.parametrize("case", FALSE)
def test_the_page_says_the_number_of_the_program(case: str) -> None:
    slug, path, old, new, reason = FALSE[case]
    assert reason in "\n".join(found.message for found in findings(slug, text_of(path, old, new)))


@pytest.mark.parametrize("slug, path, old, new", [
    (ENVIO, (*SITE, "Programa"), "SESSION_SECONDS = 8 * 3600", "SESSION_SECONDS = 8 * 60 * 60"),
    ("foto-perfil", (R, "FuncaoValidar"), "HEAD = 262_144", "HEAD = 256 * 1024"),
    (WEB, UNIT, "--connection-limit=30", "--connection-limit 30"),
])
def test_the_same_number_written_another_way_is_right(slug: str, path: tuple[Any, ...], old: str, new: str) -> None:
    assert findings(slug, text_of(path, old, new)) == []
