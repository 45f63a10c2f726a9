"""O que o `cfn-lint` diz de cada template da árvore."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.every.tree import SLUGS, TREE


@pytest.fixture(scope="module")
def linted() -> subprocess.CompletedProcess[str]:
    """Um `cfn-lint` só para todos os templates: começar custa mais que ler um."""
    command = [Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--regions", "sa-east-1", "us-east-1", "--format", "parseable"]
    return subprocess.run([*command, "--template", *(str(TREE.template(slug)) for slug in SLUGS)], capture_output=True, text=True)


@pytest.mark.parametrize("slug", SLUGS)
def test_templates_pass_cfn_lint_without_suppressions(linted, slug):
    path = TREE.template(slug)
    assert "cfn-lint" not in path.read_text(encoding="utf-8")
    assert [line for line in linted.stdout.splitlines() if line.startswith(f"{path}:")] == []


def test_cfn_lint_read_them_all(linted):
    assert not SLUGS or (linted.returncode, linted.stdout) == (0, ""), linted.stdout + linted.stderr
