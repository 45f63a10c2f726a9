"""Entre os arquivos de ambiente de uma unidade vale o último, e qualquer um deles vence `Environment=`."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings, text_of
from test_boot_units import DISKS, PDV, SITE, UNIT
from test_environment import ENVIO, FILES

R = "Resources"
VOLUME = (*SITE, "UnidadeVolume")
BASE, RESTORED = "EnvironmentFile=/etc/volume-%i.env\n", "EnvironmentFile=-/etc/volume-%i.restaurado.env\n"
LATE, FIXED = "o que ele disser não vale", "vale sempre o arquivo"
PDV_FILE, ZONE_FILE = "EnvironmentFile=/etc/pdv.env\n", "EnvironmentFile=/etc/pdv-zona.env\n"


def added(name: str, text: str, slug: str = "Servidor") -> dict[Any, Any]:
    return {(R, slug, *FILES, name): {"mode": "000644", "content": text}}


WRONG: dict[str, tuple[str, Any, str]] = {
    "as duas linhas trocadas": (DISKS, text_of(VOLUME, BASE + RESTORED, RESTORED + BASE), LATE),
    "com outra unidade no meio": (DISKS, text_of(VOLUME, BASE + RESTORED, f"{RESTORED}Nice=0\n{BASE}"), LATE),
    "e outra opcional no fim": (DISKS, text_of(VOLUME, BASE + RESTORED, f"{RESTORED}{BASE}EnvironmentFile=-/etc/outra.env\n"), LATE),
    "em outra unidade": ("musicas", text_of(UNIT, "EnvironmentFile=", "EnvironmentFile=-/etc/musicas.local.env\nEnvironmentFile="), LATE),
    "o que se escreve e a outra troca": ("musicas", {
        **text_of(UNIT, "EnvironmentFile=", "EnvironmentFile=-/etc/local.env\nEnvironmentFile="), **added("/etc/local.env", "TZ=UTC\n")}, "em `TZ`"),
    "a da zona, opcional, antes de uma que a diz": (PDV, {
        **text_of(UNIT, PDV_FILE + ZONE_FILE, ZONE_FILE.replace("=", "=-", 1) + PDV_FILE),
        **text_of((R, "ModeloLancamento"), "PGDATABASE=", "ZONA=a\nPGDATABASE=")}, "em `ZONA`"),
    "na própria unidade": ("musicas", text_of(UNIT, "[Service]\n", "[Service]\nEnvironment=TZ=UTC\n"), FIXED),
    "na própria unidade, depois do arquivo": ("musicas", text_of(UNIT, "ExecStart=", "Environment=\"OUTRA=1\" \"TMPDIR=/tmp\"\nExecStart="), FIXED),
}
RIGHT: dict[str, tuple[str, Any]] = {
    "a opcional por último": (DISKS, text_of(VOLUME, RESTORED, f"{RESTORED}EnvironmentFile=-/etc/outra.env\n")),
    "só opcionais": (DISKS, text_of(VOLUME, BASE + RESTORED, BASE.replace("=", "=-", 1) + RESTORED)),
    "a do sistema antes": ("musicas", text_of(UNIT, "EnvironmentFile=", "EnvironmentFile=-/etc/locale.conf\nEnvironmentFile=")),
    "a que se apaga": (DISKS, text_of(VOLUME, BASE + RESTORED, f"{RESTORED}EnvironmentFile=\n{BASE}{RESTORED}")),
    "outras variáveis": ("musicas", {**text_of(UNIT, "EnvironmentFile=", "EnvironmentFile=-/etc/local.env\nEnvironmentFile="),
                                     **added("/etc/local.env", "OUTRA=1\n")}),
    "o mesmo valor": ("musicas", {**text_of(UNIT, "EnvironmentFile=", "EnvironmentFile=-/etc/local.env\nEnvironmentFile="),
                                  **added("/etc/local.env", "TMPDIR=/var/tmp\n")}),
    "duas que sempre há": (PDV, text_of(UNIT, PDV_FILE + ZONE_FILE, ZONE_FILE + PDV_FILE)),
    "na própria unidade, outra": ("musicas", text_of(UNIT, "[Service]\n", "[Service]\nEnvironment=OUTRA=1\n")),
    "um padrão que o opcional troca": ("musicas", text_of(UNIT, "EnvironmentFile=", "Environment=OUTRA=1\nEnvironmentFile=-/etc/local.env\n#")),
    "o envio, como é": (ENVIO, {}),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_later_file_overrules_is_a_finding(case: str) -> None:
    slug, edits, reason = WRONG[case]
    said = [found.message for found in findings(slug, edits)]
    assert any(reason in message for message in said), said


@pytest.mark.parametrize("case", RIGHT)
def test_an_order_in_which_all_that_is_said_holds_has_no_finding(case: str) -> None:
    slug, edits = RIGHT[case]
    assert not [found.message for found in findings(slug, edits) if LATE in found.message or FIXED in found.message]
