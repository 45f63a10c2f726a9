"""Onde quem revisa olha: anotações e resumo do GitHub, SARIF, o gancho do pre-commit, a ação e os fluxos."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import yaml

from scripts.base.findings import Finding
from scripts.checks import report

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "tests" / "github" / "sarif-schema-2.1.0.json"
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")
COMMAND = re.compile(r"::error file=([^,]*),line=(\d+),title=([^,:]*)::(.*)")


def many(count, files=50):
    return sorted(Finding(f"docs/arquiteturas/a{number % files}/índice um.md", 1 + number // files, f"codigo-{'abc'[number % 3]}",
                          f"O item {number} não serve; veja a linha {number} de `[x](#y)` e `{{Excecoes: {{}}}}`.") for number in range(count))


def read(text):
    return (text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%"))


@pytest.fixture
def broken(project):
    """Uma árvore com dois achados, um deles com sinais que o GitHub e o SARIF leriam como seus."""
    project.script("bom", "EC2('a')")
    page = project.root / "docs" / "página, 100%: uma.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text("# Olá\n\n[a::b](100%,.md)\n", encoding="utf-8")
    return project


# Anotações

def test_an_annotation_escapes_what_the_runner_would_read(broken):
    answer = broken.run("conferir", "--formato", "github")
    lines = [line for line in answer.out.splitlines() if line.startswith("::error ")]
    file, line, title, message = next(COMMAND.fullmatch(line).groups() for line in lines if "link-quebrado" in line)
    assert "%2C" in file and "%3A" in file and "100%25" in file
    assert (answer.status, read(file), line, title) == (1, "docs/página, 100%: uma.md", "3", "link-quebrado")
    assert "100%," in read(message) and not re.search(r"%(?!25|0A|0D)", message)


def test_few_findings_have_an_annotation_each():
    found = many(10)
    lines = [COMMAND.fullmatch(line) for line in report.annotations(found) if line.startswith("::error")]
    assert [(read(line[1]), int(line[2]), read(line[4])) for line in lines] == [(f.path, f.line, f.message) for f in found]


@pytest.mark.parametrize("count, files", [(11, 1), (40, 8), (300, 3), (5_000, 50), (5_000, 4)])
def test_many_findings_are_grouped_and_all_of_them_listed(count, files):
    found = many(count, files)
    lines = list(report.annotations(found))
    errors = [COMMAND.fullmatch(line) for line in lines if line.startswith("::error")]
    said = sum(int((re.match(r"(\d+) achados?", read(error[3])) or [0, 1])[1]) for error in errors)
    assert len(errors) <= report.ANNOTATIONS and said == count
    assert all(len(error[0].encode()) < 64 * 1024 for error in errors)
    whole = [str(finding) for finding in found]
    listed = set(whole)
    assert [line for line in lines if line in listed] == whole


def test_what_a_tree_writes_is_never_a_command():
    evil = Finding("docs/a.md", 1, "x", "a\n::add-mask::b\r\n##[add-path]c")
    lines = list(report.annotations([evil]))
    start = next(index for index, line in enumerate(lines) if line.startswith("::stop-commands::"))
    token = lines[start].rpartition(":")[2]
    assert len(token) >= 32 and lines[start + 2] == f"::{token}::"
    assert [line for line in lines[:start] if "add-" in line] == [lines[0]] and len(lines[0].splitlines()) == 1


# Em que formato

def test_github_is_the_default_in_a_step_and_writes_the_summary(broken, tmp_path, monkeypatch):
    page = tmp_path / "resumo.md"
    page.write_text("antes\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    answer = broken.run("conferir")
    assert answer.out.startswith("::error ")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("antes\n## Conferência: ") and "| docs/página, 100%: uma.md:3 | `link-quebrado` |" in text
    assert broken.run("conferir", "--formato", "texto").out.startswith("docs/arquiteturas/bom/index.md:1: [")
    assert page.read_text(encoding="utf-8") == text


def test_json_is_the_same_by_both_names_and_the_two_are_not_mixed(broken):
    assert broken.run("conferir", "--json").out == broken.run("conferir", "--formato", "json").out
    answer = broken.run("conferir", "--json", "--formato", "sarif")
    assert answer.status == 2 and "`--json` é o mesmo que `--formato json`" in answer.said


def test_paths_are_relative_to_the_repository_of_the_step(broken, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(broken.root.parent))
    assert "::error file=arvore/docs/arquiteturas/bom/index.md,line=1," in broken.run("conferir", "--formato", "github").out
    assert '"uri": "arvore/docs/arquiteturas/bom/index.md"' in broken.run("conferir", "--formato", "sarif").out


def test_the_summary_shows_the_text_letter_by_letter_and_fits():
    text = report.markdown([Finding("docs/a|b.md", 3, "x", "<img src=x> *a* [b](c) `d|e` ```")])
    assert "| docs/a\\|b.md:3 | `x` | \\<img src=x\\> \\*a\\* \\[b\\](c) `d\\|e` \\`\\`\\` |" in text
    long = report.markdown(many(20_000))
    assert len(long.encode()) < 1_048_576 and re.search(r"E mais [\d]+, que estão no registro da etapa\.", long)
    assert report.markdown([]) == "## Conferência: tudo confere\n\n\n"


# SARIF

@pytest.mark.parametrize("count", [0, 1, 500])
def test_sarif_follows_the_published_schema(count):
    log = json.loads(json.dumps(report.sarif(many(count))))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    run, = log["runs"]
    assert len(run["results"]) == count and log["$schema"] == schema["id"]


def test_a_sarif_result_points_at_its_rule_and_file(broken):
    answer = broken.run("conferir", "--formato", "sarif")
    run, = json.loads(answer.out)["runs"]
    findings = json.loads(broken.run("conferir", "--json").out)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, finding in zip(run["results"], findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert (rules[result["ruleIndex"]], result["ruleId"]) == (finding["code"], finding["code"])
        assert place["region"]["startLine"] == finding["line"]
    assert "docs/p%C3%A1gina%2C%20100%25%3A%20uma.md" in {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}


def test_fingerprints_are_unique_and_survive_moved_lines():
    def marks(findings):
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in report.sarif(findings)["runs"][0]["results"]]

    found = [Finding("a.md", 3, "x", "O de lá, na linha 3."), Finding("a.md", 9, "x", "O de lá, na linha 9."), Finding("a.md", 9, "y", "Outro.")]
    moved = [Finding(f.path, f.line + 7, f.code, f.message.replace("linha 3", "linha 10")) for f in found]
    assert Counter(marks(found)).most_common(1)[0][1] == 1
    assert marks(found) == marks(moved)


def test_sarif_reads_no_placeholder_nor_link_in_a_message():
    message = report.sarif([Finding("a.md", 1, "x", "Escreva `[Nome](#id)` e `{Excecoes: {}}`.")])["runs"][0]["results"][0]["message"]["text"]
    assert message == "Escreva `\\[Nome\\](#id)` e `{{Excecoes: {{}}}}`."


# O que outros repositórios usam

def test_the_pre_commit_hook_runs_from_the_repository_that_uses_it(broken):
    hook, = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["language"] == "script" and hook["pass_filenames"] is False and {"id", "name", "files"} <= hook.keys()
    assert re.search(hook["files"], "docs/arquiteturas/x/template.yaml") and not re.search(hook["files"], "README.md")
    # O pre-commit troca só o executável pelo da cópia dele, e roda na raiz de quem o usa.
    command, *arguments = hook["entry"].split()
    assert os.access(ROOT / command, os.X_OK)
    done = subprocess.run([ROOT / command, *arguments], cwd=broken.root, capture_output=True, text=True)
    assert done.returncode == 1 and "docs/página, 100%: uma.md:3: [link-quebrado]" in done.stdout


@pytest.fixture
def action(broken, tmp_path):
    """`action(raiz=…)` → a etapa da ação, rodada como o GitHub a roda."""
    step = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"][-1]
    page = tmp_path / "resumo.md"

    def run(**inputs):
        given = {"raiz": ".", "slugs": "", "sarif": "", **inputs}
        environment = {**os.environ, "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(page), "GITHUB_WORKSPACE": str(broken.root),
                       **{name: given[value.split(".")[1].rstrip(" }")] for name, value in step["env"].items()}}
        done = subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]], cwd=broken.root, env=environment,
                              capture_output=True, text=True)
        return done, page

    return run


def test_the_action_annotates_and_writes_what_was_asked(action, broken):
    done, page = action(sarif="achados.sarif")
    assert done.returncode == 1 and done.stdout.startswith("::error ") and "link-quebrado" in page.read_text(encoding="utf-8")
    assert json.loads((broken.root / "achados.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_what_the_action_is_given_is_never_run(action, broken):
    done, _ = action(slugs="$(touch invadido) `touch invadido`", raiz="; touch invadido")
    assert done.returncode == 2 and not (broken.root / "invadido").exists()


# Os fluxos

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_workflows_and_action_pass_the_linter(tmp_path):
    lint = [Path(sys.executable).with_name("jactionlint"), "--strict-exit", "--shellcheck=", "--pyflakes=", "--no-color"]
    repository = tmp_path / "repositorio"
    shutil.copytree(ROOT / ".github", repository / ".github")
    shutil.copy(ROOT / "action.yml", repository)
    subprocess.run(["git", "init", "--quiet", repository], check=True)
    done = subprocess.run(lint, cwd=repository, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    text = (repository / "action.yml").read_text(encoding="utf-8")
    (repository / "action.yml").write_text(text.replace('"$RAIZ"', '"${{ inputs.raiz }}"').replace("inputs.sarif", "inputs.serif"), encoding="utf-8")
    assert subprocess.run(lint, cwd=repository, capture_output=True).returncode == 1


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_with_the_version_beside(path):
    lines = [line.strip("- ") for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"[\s-]*uses:", line)]
    used = [line for line in lines if line != "uses: ./"]
    assert used and all(re.fullmatch(rf"uses: {PINNED.pattern} # v\d+\.\d+\.\d+", line) for line in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_who_runs_the_tree_holds_no_power_to_write(path):
    flow = yaml.safe_load(path.read_text(encoding="utf-8"))
    triggers = flow[True]  # `on`, que o YAML 1.1 lê como verdadeiro
    assert "pull_request_target" not in triggers and "workflow_run" not in triggers and flow["permissions"] == {}
    assert "secrets." not in path.read_text(encoding="utf-8")
    for job in flow["jobs"].values():
        runs = any("run" in step or step.get("uses", "").startswith(("./", "actions/checkout@")) for step in job["steps"])
        assert not (runs and "write" in job["permissions"].values())
        assert all(step["with"]["persist-credentials"] is False for step in job["steps"] if "checkout@" in step.get("uses", ""))
