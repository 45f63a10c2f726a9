"""O que um shell carrega de um arquivo de ambiente só chega ao programa que ele roda se o exporta."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings, text_of
from test_boot_units import CONFIG, LOJA, SITE
from test_environment import ENVIO, FILES

R, SCRIPT = "Resources", (*SITE, "NovoUsuario")
LOADED, RUN = "set -a\n. /etc/envios.env\n", "exec runuser -u envios -- venv/bin/flask --app envios usuario \"$@\""
CAUSE, CLEARED = "quem o carrega não o exporta", "começa sem o ambiente de quem o chama"


def loading(text: str, run: str = RUN) -> dict[Any, Any]:
    """O script que cria uma pessoa, carregando o arquivo deste modo e rodando isto."""
    return text_of(SCRIPT, LOADED + RUN, text + run)


def step(text: str, **more: Any) -> dict[Any, Any]:
    """Um comando a mais do `cfn-init`, na pasta do site."""
    return {(R, "Servidor", *CONFIG, "commands", "9-pessoa"): {"command": text, "cwd": "/opt/envios", **more}}


SOURCE = ". /etc/envios.env\n"
WRONG: dict[str, tuple[str, Any, str]] = {
    "sem exportar": (ENVIO, loading(SOURCE), CAUSE),
    "com `source`": (ENVIO, loading("source /etc/envios.env\n"), CAUSE),
    "entre aspas": (ENVIO, loading(". \"/etc/envios.env\"\n"), CAUSE),
    "exportado tarde": (ENVIO, loading(f"{SOURCE}set -a\n"), CAUSE),
    "desligado antes": (ENVIO, loading(f"set -a\nset +a\n{SOURCE}"), CAUSE),
    "outra opção": (ENVIO, loading(f"set -e\n{SOURCE}"), CAUSE),
    "numa linha só": (ENVIO, loading(". /etc/envios.env; ", "venv/bin/flask --app envios usuario \"$@\""), CAUSE),
    "só uma exportada": (ENVIO, loading(f"{SOURCE}export VOLUME\n"), "`PGHOST`"),
    "só no shell": (ENVIO, loading(f"{SOURCE}VOLUME=$VOLUME\n"), "`VOLUME`"),
    "por `--app=`": (ENVIO, loading(SOURCE, "venv/bin/flask --app=envios usuario \"$@\""), CAUSE),
    "o arquivo do programa": (ENVIO, loading(SOURCE, "exec /opt/envios/venv/bin/python3 /opt/envios/envios.py"), CAUSE),
    "num texto do Python": (ENVIO, loading(SOURCE, "venv/bin/python -c 'import envios'"), CAUSE),
    "o ambiente lido no texto": (ENVIO, loading(SOURCE, "venv/bin/python -c 'import os, sys\nsys.exit(os.environ[\"VOLUME\"])'"), "`VOLUME`"),
    "por `sudo`": (ENVIO, loading(LOADED, RUN.replace("runuser -u envios --", "sudo -u envios")), CLEARED),
    "numa sessão nova": (ENVIO, loading(LOADED, "su - envios -c 'venv/bin/flask --app envios usuario'"), CLEARED),
    "num ambiente vazio": (ENVIO, loading(LOADED, RUN.replace("exec", "exec env -i")), CLEARED),
    "num comando do cfn-init": (ENVIO, step(". /etc/envios.env && venv/bin/flask --app envios usuario ana"), CAUSE),
    "num bash dentro do comando": (ENVIO, step("bash -c '. /etc/envios.env; venv/bin/flask --app envios usuario ana'"), CAUSE),
    "noutra arquitetura": (LOJA, {(R, "ModeloLancamento", *CONFIG, "commands", "9-loja"): {
        "command": ". /etc/loja.env && venv/bin/python loja.py", "cwd": "/opt/loja"}}, CAUSE),
}
RIGHT: dict[str, tuple[str, Any]] = {
    "como é": (ENVIO, {}),
    "por extenso": (ENVIO, loading(f"set -o allexport\n{SOURCE}set +o allexport\n")),
    "com as outras opções": (ENVIO, loading(f"set -euao pipefail\n{SOURCE}")),
    "numa linha só": (ENVIO, loading("set -a; . /etc/envios.env; set +a; ")),
    "exportando tudo o que o arquivo diz": (ENVIO, loading(f"{SOURCE}export $(cut -d= -f1 /etc/envios.env)\n")),
    "exportando cada linha": (ENVIO, loading("export $(xargs < /etc/envios.env)\n")),
    "guardando o ambiente": (ENVIO, loading(LOADED, RUN.replace("runuser -u envios --", "sudo --preserve-env -u envios"))),
    "por `sudo -E`": (ENVIO, loading(LOADED, RUN.replace("runuser -u envios --", "sudo -E -u envios"))),
    "sem programa nenhum": (ENVIO, loading(SOURCE, "echo \"$VOLUME\"\ninstall -d -o envios \"$VOLUME/novos\"")),
    "um programa que não lê": (ENVIO, loading(SOURCE, "venv/bin/python -c 'print(1)'\n/usr/bin/install -d -o envios \"$VOLUME\"")),
    "num comentário": (ENVIO, loading(f"{SOURCE}# venv/bin/flask --app envios\n", "echo \"$VOLUME\"")),
    "uma a uma, na frente": (ENVIO, step(". /etc/envios.env && VOLUME=\"$VOLUME\" venv/bin/python -c 'import os; print(os.environ[\"VOLUME\"])'")),
    "num comando do cfn-init": (ENVIO, step("set -a && . /etc/envios.env && venv/bin/flask --app envios usuario ana")),
    "outro arquivo": (ENVIO, step(". /etc/os-release && venv/bin/flask --app envios --version", env={"VOLUME": "/dados"})),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_loaded_and_not_told_is_a_finding(case: str) -> None:
    slug, edits, reason = WRONG[case]
    said = [found.message for found in findings(slug, edits)]
    assert any(reason in message and "e não recebe" in message for message in said), said


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_told_in_another_way_has_no_finding(case: str) -> None:
    slug, edits = RIGHT[case]
    assert not [found.message for found in findings(slug, edits) if "e não recebe" in found.message]


SHOP, SPECTRUM = ("ecommerce", "sudo bash -c 'set -a; . /etc/loja.env;"), ("espectrometria", "sudo bash -c 'set -a; . /etc/espectro.env;")
PAGES: dict[str, tuple[tuple[str, str], str, str]] = {
    "sem exportar": (SHOP, "sudo bash -c '. /etc/loja.env;", CAUSE),
    "com `source`": (SHOP, "sudo bash -c 'source /etc/loja.env;", CAUSE),
    "exportado tarde": (SHOP, "sudo bash -c '. /etc/loja.env; set -a;", CAUSE),
    "noutra página": (SPECTRUM, "sudo bash -c '. /etc/espectro.env;", CAUSE),
    "noutra, com `set -e`": (SPECTRUM, "sudo bash -c 'set -e; . /etc/espectro.env;", CAUSE),
}
TOLD = {
    "por extenso": (SHOP, "sudo bash -c 'set -o allexport; . /etc/loja.env;"),
    "com outra opção": (SPECTRUM, "sudo bash -c 'set -ea; . /etc/espectro.env; set +a;"),
    "exportando o que o arquivo diz": (SHOP, "sudo bash -c '. /etc/loja.env; export $(cut -d= -f1 /etc/loja.env);"),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_command_of_the_page_that_does_not_tell_it_is_a_finding(case: str) -> None:
    (slug, old), new, reason = PAGES[case]
    said = [found.message for found in findings(slug, {}, (old, new)) if found.code == "comando-sem-ambiente"]
    assert len(said) == 1 and reason in said[0], said


@pytest.mark.parametrize("case", TOLD)
def test_a_command_of_the_page_that_tells_it_in_another_way_has_no_finding(case: str) -> None:
    (slug, old), new = TOLD[case]
    assert not [found.message for found in findings(slug, {}, (old, new)) if found.code == "comando-sem-ambiente"]
