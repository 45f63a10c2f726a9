"""Os pacotes presos por resumo que os templates instalam, contra as listas da árvore, os outros templates e o par deles."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.base.pins import pins
from scripts.base.tree import Tree
from scripts.checks import pins as check
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parents[1]
SLUGS = tuple(Tree(ROOT).architectures())
A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def template(name: str, *lines: str):
    text = "\n".join(f"      {line}" for line in lines)
    return cloudformation.parse(f"Resources:\n  X: {{Type: AWS::S3::Bucket}}\nMappings:\n  C:\n    S:\n     L: |\n{text}\n", f"{name}.yaml")


def said(root: Path, *templates) -> list[str]:
    return [finding.message for finding in check.check(root, templates)]


def listed(root: Path, *lines: str) -> Path:
    (root / "requirements").mkdir()
    (root / "requirements" / "test.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def test_the_architectures_install_what_the_tree_lists() -> None:
    read = [cloudformation.read(ROOT / f"docs/arquiteturas/{slug}/template.yaml", slug) for slug in SLUGS]
    assert said(ROOT, *read) == []
    assert sum(len(list(pins(each.text))) for each in read) > 0 or not any("--require-hashes" in each.text for each in read)


@pytest.mark.parametrize(("line", "right"), [
    (f"flask==1.0 --hash=sha256:{A}", True), (f"flask==1.0 --hash=sha256:{B}", False), (f"Flask==1.0 --hash=sha256:{A}", True),
    (f"flask==1.1 --hash=sha256:{A}", False), (f"flask==1.1 --hash=sha256:{C}", True), (f"outro==1.0 --hash=sha256:{A}", False),
    (f"outro==1.0 --hash=sha256:{C}", True),
])
def test_a_digest_is_of_the_version_it_stands_by(tmp_path: Path, line: str, right: bool) -> None:
    root = listed(tmp_path, "flask==1.0 \\", f"    --hash=sha256:{A}", f"werkzeug==2.0 --hash=sha256:{B}")
    assert (said(root, template("x", line)) == []) is right


def test_without_lists_the_templates_answer_for_each_other(tmp_path: Path) -> None:
    good, bad = (template(name, f"flask=={version} --hash=sha256:{A}") for name, version in (("um", "1.0"), ("dois", "1.1")))
    assert said(tmp_path, good, good) == []
    assert "é o de `flask==1.0`" in " ".join(said(tmp_path, good, bad))


@pytest.mark.parametrize(("version", "right"), [("3.3.9", True), ("3.3.8", False)])
def test_two_packages_that_walk_together_have_one_version(tmp_path: Path, version: str, right: bool) -> None:
    both = template("x", f"psycopg==3.3.9 --hash=sha256:{A}", f"psycopg-binary=={version} --hash=sha256:{B}")
    assert (said(tmp_path, both) == []) is right
