"""Os números que a página diz e só o programa do template decide: quem os muda num lado muda nos dois."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from attempts import findings, subject, text_of
from bench import R
from test_boot_units import SITE, UNIT, WEB

from scripts.checks import coded

ENVIO = "envio-e-consulta"
FALSE: dict[str, tuple[str, tuple[Any, ...], str, str, str]] = {
    "lê mais do começo": ("foto-perfil", (R, "FuncaoValidar"), "HEAD = 262_144", "HEAD = 2_621_440", "diz “256 KiB”"),
    "lê mais vezes": ("musicas", ("Mappings", "Codigo"), "65_536, 64", "65_536, 640", "diz “4 MiB”"),
    "lê mais de cada vez": ("musicas", ("Mappings", "Codigo"), "65_536, 64", "131_072, 32", "diz “64 KiB”"),
    "a sessão mais longa": (ENVIO, (*SITE, "Programa"), "SESSION_SECONDS = 8 * 3600", "SESSION_SECONDS = 24 * 3600", "diz “8 horas”"),
    "mais conexões": (WEB, UNIT, "--connection-limit=30", "--connection-limit=200", "diz “30 conexões”"),
    **{f"mais conexões ao banco: {slug}": (slug, UNIT, "--threads=8", "--threads=16", "diz “8 conexões”")
       for slug in ("ecommerce", "pdv-alta-disponibilidade")},
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


LINK = "Quem ouve usa uma URL que o servidor assina com as permissões dele e que vale {}."


@pytest.mark.parametrize("reason, right", [
    (LINK.format("15 minutos"), True), (LINK.format("900 segundos"), True), ("A pessoa usa um link assinado, que vale por 15 minutos.", True),
    ("Quem ouve usa um link que o servidor assina.", True), ("O áudio vai até 24 horas.", True), ("Um navegador, na porta 80.", True),
    (LINK.format("60 minutos"), False), (LINK.format("1 hora"), False), (LINK.format("15 segundos"), False), (LINK.format("um dia"), False),
    ("O servidor assina por 24 horas.", False), ("A pessoa envia até 37 GiB.", False), ("A pessoa usa a porta 8443.", False),
    ("Quem ouve repete em 77 minutos.", False), ("Quem ouve tem 93% do tempo.", False),
])
def test_the_reason_of_an_arrow_says_no_more_than_the_template(reason: str, right: bool) -> None:
    real, page = subject("musicas")
    edges = [replace(edge, declared=reason) if edge.declared else edge for edge in real.diagram.edges]
    nodes = [replace(node, without_resource=reason) if node.without_resource else node for node in real.diagram.nodes]
    for drawn in (replace(real.diagram, edges=tuple(edges)), replace(real.diagram, nodes=tuple(nodes))):
        assert (list(coded.check(page, real.views, drawn)) == []) is right


@pytest.mark.parametrize("said, right", [("vale 15 minutos", True), ("vale 900 segundos", True), ("vale 60 minutos", False), ("vale 15 horas", False)])
def test_the_page_says_how_long_a_signed_link_lasts(said: str, right: bool) -> None:
    told = [found for found in findings("musicas", {}, ("assina um link que vale 15 minutos", f"assina um link que {said}"))]
    assert (told == []) is right
