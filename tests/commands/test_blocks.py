"""`conferir` aponta o bloco que o shell não lê e a chamada que a AWS CLI não tem; a lista do que ela tem é a do botocore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.aws import cli
from scripts.measure import aws_cli
from scripts.page import shell

ROOT = Path(__file__).resolve().parents[2]


def found(project, *lines: str) -> list[str]:
    page = project.root / "docs" / "a.md"
    page.parent.mkdir()
    page.write_text("\n".join(["# Página", "", "```bash", *lines, "```", ""]), encoding="utf-8")
    return project.run("conferir").findings


@pytest.mark.parametrize("lines", [
    ["aws ec2 describe-instances --filters Name=a,Values=b --max-items 3 \\", "  --query 'Reservations[]' --output text | cat"],
    ["aws s3 cp a s3://b --recursive; aws s3 rm s3://b/c"],
    ["aws rds modify-db-instance --db-instance-identifier a --no-deletion-protection"],
    ["aws ec2 wait volume-available --volume-ids=a", "aws outroservico faz-algo --isto"],
    ["echo \"$(aws s3 ls \"s3://b\")\" # it's fine", "cat <<'FIM'", "it's \"fine", "FIM"],
])
def test_what_the_cli_has_is_not_pointed_out(project, lines):
    assert found(project, *lines) == []


@pytest.mark.parametrize("line, finding", [
    ("aws ec2 describe-instances --filtros a", "[comando-desconhecido] `aws ec2 describe-instances` não tem a opção `--filtros`; talvez seja `--filters`."),
    ("X=$(aws ec2 describe-instancs)", "[comando-desconhecido] A AWS CLI não tem `ec2 describe-instancs`; talvez seja `describe-instances`."),
    ("aws s3 copy a s3://b", "[comando-desconhecido] A AWS CLI não tem `s3 copy`; talvez seja `cp`."),
    ("aws cloudformation deploy --stack-nome a", "[comando-desconhecido] `aws cloudformation deploy` não tem a opção `--stack-nome`; talvez seja `--stack-name`."),
    ("echo 'aberto", "[bloco-aberto] A aspa simples que começa aqui não termina, e o shell não consegue ler o bloco; complete-o."),
    ("echo \"$(date\"", "[bloco-aberto] A aspa dupla que começa aqui não termina, e o shell não consegue ler o bloco; complete-o."),
    ("cat <<FIM", "[bloco-aberto] O texto de `<<FIM` que começa aqui não termina, e o shell não consegue ler o bloco; complete-o."),
])
def test_what_is_wrong_is_pointed_out_at_its_line(project, line, finding):
    assert found(project, "aws s3 ls \\", "  s3://b", line) == [f"docs/a.md:6: {finding}"]


@pytest.mark.parametrize("text, words", [
    ("A=1 aws s3 ls > saida.txt 2>&1", [["A=1", "aws", "s3", "ls"]]),
    ("a 'b c'\"d $e\"\\ f", [["a", "b cd $e f"]]),
    ("a $(b `c`) | d && e", [["c"], ["b", "`c`"], ["a", "$(b `c`)"], ["d"], ["e"]]),
    ("a $((1 + 2)) ${B:-c d} # nada\nf", [["a", "$((1 + 2))", "${B:-c d}"], ["f"]]),
    ("read -r A <<< \"$(b)\"; d <(e)", [["b"], ["read", "-r", "A"], ["e"], ["d"]]),
])
def test_a_block_is_read_as_the_shell_reads_it(text, words):
    assert [[word.text for word in command] for command in shell.read(text)] == words


def test_every_command_of_the_pages_is_in_the_list_and_the_list_is_of_botocore():
    calls = aws_cli.used([ROOT])
    listed = json.loads(cli.FILE.read_text(encoding="utf-8"))
    fresh = aws_cli.models(calls)
    advice = "rode `.venv/bin/python scripts/measure/aws_cli.py`"
    assert fresh["options"].items() <= listed["options"].items(), advice
    assert fresh["operations"].items() <= listed["operations"].items(), advice
