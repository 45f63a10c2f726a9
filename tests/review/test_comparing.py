"""`comparar` pela porta: revisões do Git, pastas, entradas ruins, formas de saída e a história deste repositório."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.tree import TOOLKIT
from scripts.cli import main
from scripts.review import side
from tests.review.edits import QUEUE, change, plant

COMMAND = [sys.executable, "-c", "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))"]
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@a.example", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@a.example"}
EDIT = ("script", 'label="registra"', 'label="anota"')
SAID = "A seta Função registrar → Tabela de pedidos mudou de rótulo: de “registra” para “anota”."


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), "-c", "init.defaultBranch=main", *arguments], env={**os.environ, **WHO},
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def tree(tmp_path):
    """Um repositório com a fila de pedidos, e um galho em que ela mudou."""
    planted = plant(tmp_path / "casa", QUEUE)
    git(planted.root, "init", "-q")
    commit(planted.root, "começo")
    git(planted.root, "checkout", "-q", "-b", "galho")
    return planted


def compare(capsys, tree, *arguments: str) -> tuple[int, str, str]:
    code = main(["comparar", *arguments, "--raiz", str(tree.root)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_nothing_changed_and_nothing_is_said(tree, capsys):
    code, out, err = compare(capsys, tree, "main")
    assert (code, err) == (0, "") and out.endswith("\nNada mudou nas arquiteturas.\n")


def test_the_base_is_where_the_work_left_it(tree, capsys):
    git(tree.root, "checkout", "-q", "main")
    change(tree, QUEUE, ("pagina", "e não espera", "e espera"))
    commit(tree.root, "main andou")
    git(tree.root, "checkout", "-q", "galho")
    change(tree, QUEUE, EDIT)
    commit(tree.root, "rótulo")
    code, out, _ = compare(capsys, tree, "main", "galho", "--formato", "json")
    found = json.loads(out)
    assert code == 0 and [change["texto"] for one in found["arquiteturas"] for change in one["mudancas"]] == [SAID]
    assert [set(change) for change in found["arquiteturas"][0]["mudancas"]] == [{"assunto", "tipo", "id", "passo", "grave", "resumo", "texto"}]


def test_without_a_revision_it_is_the_working_tree(tree, capsys):
    change(tree, QUEUE, EDIT)
    assert SAID in compare(capsys, tree, "HEAD")[1]


def test_a_folder_is_a_base_too_and_needs_no_git(tmp_path, capsys):
    old, new = plant(tmp_path / "um", QUEUE), plant(tmp_path / "outro", QUEUE)
    change(new, QUEUE, EDIT)
    assert SAID in compare(capsys, new, str(old.root))[1]


def test_a_tree_inside_a_repository(tmp_path, capsys):
    git(tmp_path, "init", "-q")
    tree = plant(tmp_path / "dentro" / "dela", QUEUE)
    commit(tmp_path, "começo")
    change(tree, QUEUE, EDIT)
    assert SAID in compare(capsys, tree, "HEAD")[1]


def test_a_revision_that_does_not_exist(tree, capsys):
    code, out, err = compare(capsys, tree, "nenhuma")
    assert (code, out) == (2, "") and err == "erro: Não há a revisão `nenhuma` aqui; confira o nome, ou busque-a com `git fetch`.\n"


def test_a_shallow_clone_says_what_to_fetch(tree, tmp_path, capsys):
    first = git(tree.root, "rev-parse", "HEAD")
    change(tree, QUEUE, EDIT)
    commit(tree.root, "rótulo")
    git(tmp_path, "clone", "-q", "--depth", "1", tree.root.as_uri(), "raso")
    shallow = type(tree)(tmp_path / "raso")
    code, _, err = compare(capsys, shallow, first)
    assert code == 2 and "este clone é raso" in err and "fetch-depth: 0" in err


def test_two_histories_that_never_met_are_still_compared(tree, capsys):
    git(tree.root, "checkout", "-q", "--orphan", "outra")
    change(tree, QUEUE, EDIT)
    commit(tree.root, "outra história")
    code, out, _ = compare(capsys, tree, "main")
    assert code == 0 and SAID in out and "as duas não têm um ancestral comum" in out


def test_a_base_without_any_of_this(tree, capsys):
    shutil.copytree(tree.root, tree.root.parent / "copia")
    git(tree.root, "checkout", "-q", "--orphan", "vazia")
    git(tree.root, "rm", "-rfq", ".")
    commit(tree.root, "nada")
    git(tree.root, "checkout", "-q", "main")
    code, out, _ = compare(capsys, tree, "vazia")
    assert code == 0 and f"{QUEUE}: arquitetura nova\n" in out
    assert "Arquitetura nova: 5 componentes, 4 setas, 4 passos e 7 recursos." in out


def test_an_architecture_that_left_whole_or_changed_its_name(tree, capsys):
    for path in (tree.script(QUEUE), tree.pages / QUEUE):
        path.rename(path.with_name(path.name.replace(QUEUE, "pedidos")))
    assert f"A arquitetura `{QUEUE}` passou a se chamar `pedidos`." in compare(capsys, tree, "main")[1]
    shutil.rmtree(tree.pages / "pedidos")
    tree.script("pedidos").unlink()
    out = compare(capsys, tree, "main")[1]
    assert "A arquitetura saiu inteira: 5 componentes, 4 setas, 4 passos e 7 recursos." in out


def test_a_script_that_hangs_on_the_old_side_is_a_sentence(tree, capsys, monkeypatch):
    monkeypatch.setattr("scripts.picture.workers.LIMIT", 1.0)
    change(tree, QUEUE, ("script", "from diagrams.aws.compute import Lambda", "while True: pass"))
    commit(tree.root, "trava")
    git(tree.root, "checkout", "-q", "main", "--", ".")
    code, out, _ = compare(capsys, tree, "galho")
    assert code == 0 and f"Não se lê do lado velho: `diagrams_src/{QUEUE}.py`, linha 1: O script não terminou em 1 s" in out


def test_own_rules_that_kill_or_hang_are_a_sentence(tree, capsys, monkeypatch):
    rules = tree.root / "regras"
    rules.mkdir()
    (rules / "cai.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    code, out, _ = compare(capsys, tree, "main")
    assert code == 0 and "Do lado novo: A leitura caiu antes do fim; algo em `regras/` encerra o Python." in out
    monkeypatch.setattr(side, "LIMIT", 1.0)
    (rules / "cai.py").write_text("while True: pass\n", encoding="utf-8")
    assert "A leitura não terminou em 1 s" in compare(capsys, tree, "main")[1]


def test_what_the_proofs_rest_on_is_told_when_it_changes(tree, capsys):
    (tree.root / "regras").mkdir()
    (tree.root / "regras" / "minha.py").write_text("\n", encoding="utf-8")
    (tree.sources / "_comum.py").write_text("\n", encoding="utf-8")
    (tree.root / "scripts").mkdir()
    (tree.root / "scripts" / "a.py").write_text("\n", encoding="utf-8")
    commit(tree.root, "regras")
    out = compare(capsys, tree, "main")[1].splitlines()
    assert out[1:4] == ["As ferramentas, em `scripts/`, também mudaram; os dois lados foram lidos com as de agora.",
                        "Mudaram as regras da árvore, e o que se prova de cada lado é pelas dele; leia-as: `regras/minha.py`.",
                        "Mudou o que vale para mais de uma arquitetura: `diagrams_src/_comum.py`."]


def test_markdown_fits_a_comment_and_quotes_nobody(tree, capsys):
    change(tree, QUEUE, EDIT, ("pagina", "e não espera", "e chama @todos em <b>negrito</b> [aqui](http://x.example)"))
    text = compare(capsys, tree, "main", "--formato", "markdown")[1]
    assert text.startswith("<!-- comparar: arquiteturas -->\n## O que mudou: 1 arquitetura\n")
    assert "\\@todos" in text and "<b>" not in text and "```mermaid\nflowchart LR\n" in text
    assert '  n0 -->|"3. anota #91;mudou#93;"| n1' in text


def test_a_change_of_five_thousand_lines_is_cut_and_counted(tree, capsys):
    extra = "".join(f"  Fila{index}:\n    Type: AWS::SQS::Queue\n" for index in range(2500))
    change(tree, QUEUE, ("template", "\nOutputs:", f"\n{extra}\nOutputs:"))
    text = compare(capsys, tree, "main", "--formato", "markdown")[1]
    assert len(text) <= 65_536 and "mudanças não couberam aqui" in text and "Recurso novo: `Fila0`" in text


def test_a_name_that_is_not_utf_8_does_not_stop_it(tree, capsys):
    with open(os.fsencode(tree.pages) + b"/" + QUEUE.encode() + b"/caf\xe9.txt", "wb"):
        commit(tree.root, "um nome antigo")
    change(tree, QUEUE, EDIT)
    assert SAID in compare(capsys, tree, "HEAD")[1]


def test_comparing_every_architecture_costs_less_than_checking_them(tmp_path):
    """Os dois, medidos na mesma rodada: o tempo de CPU não depende de quem mais usa a máquina."""
    for name in ("diagrams_src", "docs/arquiteturas"):
        shutil.copytree(TOOLKIT / name, tmp_path / name)
    for path in tmp_path.glob("docs/arquiteturas/*/template.yaml"):
        path.write_text(f"{path.read_text(encoding='utf-8')}# outro fim\n", encoding="utf-8")
    costs = {}
    for arguments in (["comparar", str(TOOLKIT), "--raiz", str(tmp_path)], ["conferir"]):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([*COMMAND, *arguments], cwd=TOOLKIT, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs[arguments[0]] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert done.returncode in (0, 1), done.stderr
    assert costs["comparar"] < costs["conferir"]


@pytest.mark.parametrize("arguments", [[], ["main", "galho", "demais"], ["main", "--formato", "sarif"]])
def test_wrong_use(arguments):
    done = subprocess.run([*COMMAND, "comparar", *arguments], cwd=TOOLKIT, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("uso: ")
