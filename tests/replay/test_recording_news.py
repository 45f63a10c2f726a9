"""O que `--gravar` diz a quem mudou só uma ponta: o estrago cujo trecho o template já não tem, e a frase que o fluxo procura pelo começo."""

from __future__ import annotations

import shutil

import pytest

from scripts.cli import main
from tests.conftest import REPOSITORY

SLUG = "cli-s3-lambda-dynamodb"


@pytest.fixture
def tree(tmp_path):
    for folder in ("docs", "diagrams_src", "fluxos"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize("how", [["--estragar", "sem-gravar"], ["--gravar"]])
def test_a_spoil_that_no_longer_fits_is_a_finding_at_its_line(tree, capsys, how):
    template = tree / "docs" / "arquiteturas" / SLUG / "template.yaml"
    template.write_text(template.read_text(encoding="utf-8").replace("Action: dynamodb:PutItem", "Action: [dynamodb:PutItem]"), encoding="utf-8")
    flow = (tree / "fluxos" / f"{SLUG}.py").read_text(encoding="utf-8").splitlines()
    assert main(["executar", SLUG, *how, "--raiz", str(tree)]) == 1
    said = "".join(capsys.readouterr())
    place = said.partition(": [estrago-sem-lugar]")[0].splitlines()[-1]
    assert place.startswith(f"fluxos/{SLUG}.py:") and '"sem-gravar"' in flow[int(place.rpartition(":")[2]) - 1]
    assert "está nele 0 vezes" in said and "Traceback" not in said


def test_a_sentence_that_changed_after_what_the_flow_quotes_is_shown(tree, capsys):
    page = tree / "docs" / "arquiteturas" / SLUG / "index.md"
    text = page.read_text(encoding="utf-8")
    old = "Só arquivos `.csv` da pasta `entrada/` acionam a função."
    assert old in text
    page.write_text(text.replace(old, "Só arquivos `.csv` da pasta `entrada/` fazem a função executar."), encoding="utf-8")
    assert main(["executar", SLUG, "--gravar", "--raiz", str(tree)]) == 0
    said = capsys.readouterr().out
    assert "dizia “Só arquivos .csv da pasta entrada/ acionam a função.”, e diz “Só arquivos .csv da pasta entrada/ fazem a função executar.”" in said
    assert main(["executar", SLUG, "--gravar", "--raiz", str(tree)]) == 0
    assert "dizia" not in capsys.readouterr().out
