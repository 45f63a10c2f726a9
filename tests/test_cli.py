"""A linha de comando: ajuda, erros de uso e estados de saída, em português."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from scripts.cli import main
from scripts.picture.workers import TOOLKIT

VERBS = ["servir", "testar", "gerar", "conferir", "construir", "novo", "medir"]
ENGLISH = re.compile(r"\b(usage|options|positional|arguments|required|invalid|choose|unrecognized|show this|error|expected)\b")


@pytest.fixture
def command(capsys):
    """`command("gerar", "--help")` → (estado, saída, saída de erros)."""
    def run(*arguments):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_verb_with_examples(command, arguments):
    status, out, said = command(*arguments)
    assert (status, said) == (0, "") and not ENGLISH.search(out)
    assert out.startswith("uso: python3 scripts [-h] VERBO")
    assert all(re.search(rf"^ +{verb}\s+\w", out, re.M) for verb in VERBS)
    assert "exemplos:\n  python3 scripts servir" in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(command, verb):
    status, out, said = command(verb, "--help")
    assert (status, said) == (0, "") and not ENGLISH.search(out)
    assert out.startswith(f"uso: python3 scripts {verb}") and f"exemplo:\n  python3 scripts {verb}" in out


@pytest.mark.parametrize(("arguments", "error"), [
    (("voar",), "'voar' não é um VERBO; use um destes: "),
    (("gera",), "'gera' não é um VERBO; use um destes: "),
    (("gerar", "--voar"), "argumento desconhecido: --voar"),
    (("gerar", "--vig"), "argumento desconhecido: --vig"),
    (("conferir", "--raiz"), "falta o valor de --raiz"),
    (("conferir", "--json=1"), "--json não leva valor: '1'"),
    (("novo",), "falta o argumento: SLUG"),
    (("novo", "a", "b"), "argumento desconhecido: b"),
    (("medir", "x"), "'x' não é um assunto; use um destes: 'tempos', 'provas', 'figuras', 'site', 'executar', 'links'"),
    (("--voar",), "argumento desconhecido: --voar"),
])
def test_wrong_use_is_told_in_portuguese(command, arguments, error):
    status, out, said = command(*arguments)
    assert (status, out) == (2, "") and not ENGLISH.search(said)
    assert said.startswith("uso: python3 scripts") and f"\nerro: {error}" in said and "\ndica: `python3 scripts" in said


@pytest.mark.parametrize("verb", [("gerar",), ("conferir",), ("construir",), ("novo", "fila")])
def test_a_root_that_does_not_exist(command, tmp_path, verb):
    status, out, said = command(*verb, "--raiz", str(tmp_path / "nada"))
    assert (status, out, said) == (2, "", f"erro: A pasta `{tmp_path / 'nada'}` não existe; confira `--raiz`.\n")
    assert not list(tmp_path.iterdir())


def test_findings_as_lines_and_as_json(project):
    project.script("loja", "EC2('a', nodeid='a', passo='x')")
    project.script("fila", "1 / 0")
    told = project.run("conferir")
    assert told.status == 1 and told.said.endswith(f"{len(told.findings)} achados.\n")
    assert all(re.fullmatch(r"[\w./-]+:\d+: \[[a-z-]+\] .+", line) for line in told.out.splitlines())
    listed = project.run("conferir", "--json")
    found = json.loads(listed.out)
    assert listed.status == 1 and all(list(finding) == ["path", "line", "code", "message"] for finding in found)
    assert [f"{f['path']}:{f['line']}: [{f['code']}] {f['message']}" for f in found] == told.out.splitlines()
    assert {"passo-invalido", "script-com-erro"} <= {finding["code"] for finding in found}


def test_findings_of_the_named_architectures_only(project):
    project.script("loja", "1 / 0"), project.script("fila", "1 / 0")
    assert {line.split(":")[0].split(".")[0].split("/")[-1] for line in project.run("conferir", "fila").findings
            if "script-com-erro" in line} == {"fila"}
    assert project.run("conferir", "nada").status == 2


def test_a_finding_never_takes_two_lines(project):
    project.script("loja", "EC2('a', nodeid='x\\ny')", "EC2('b', nodeid='x\\ny')")
    assert project.run("gerar").findings == ["diagrams_src/loja.py:6: [id-repetido] O id `x y` já foi usado na linha 5; dê outro a um dos dois."]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_our_characters_is_no_error(project, encoding):
    project.script("loja", "raise ValueError('→ ação')")
    process = project.start("conferir", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    process.stdout.reconfigure(encoding=encoding)
    out, said = process.communicate()
    assert process.returncode == 1 and "O script parou com `ValueError: ? a" in out and "Traceback" not in said


def test_importing_the_command_line_is_cheap():
    code = "import sys; import scripts.cli; print(*sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    done = subprocess.run([sys.executable, "-c", code], cwd=TOOLKIT, capture_output=True, text=True, env=dict(os.environ))
    assert set(done.stdout.split()) & {"diagrams", "pygraphviz", "mkdocs", "yaml", "markdown", "cfnlint", "watchdog"} == set()
