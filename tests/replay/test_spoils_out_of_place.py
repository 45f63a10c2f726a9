"""Um estrago cujo trecho o template já não tem: quem roda vê o arquivo, a linha e o que fazer."""

from __future__ import annotations

import shutil

import pytest

from scripts.cli import main
from tests.conftest import REPOSITORY

SLUG = "cli-s3-lambda-dynamodb"


@pytest.mark.parametrize("how", [["--estragar", "sem-gravar"], ["--gravar"]])
def test_a_spoil_that_no_longer_fits_is_a_finding_at_its_line(tmp_path, capsys, how):
    for folder in ("docs", "diagrams_src", "fluxos"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    template = tmp_path / "docs" / "arquiteturas" / SLUG / "template.yaml"
    template.write_text(template.read_text(encoding="utf-8").replace("Action: dynamodb:PutItem", "Action: [dynamodb:PutItem]"), encoding="utf-8")
    flow = (tmp_path / "fluxos" / f"{SLUG}.py").read_text(encoding="utf-8").splitlines()
    assert main(["executar", SLUG, *how, "--raiz", str(tmp_path)]) == 1
    said = "".join(capsys.readouterr())
    place = said.partition(": [estrago-sem-lugar]")[0].splitlines()[-1]
    assert place.startswith(f"fluxos/{SLUG}.py:") and '"sem-gravar"' in flow[int(place.rpartition(":")[2]) - 1]
    assert "está nele 0 vezes" in said and "Traceback" not in said
