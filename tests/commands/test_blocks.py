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
    ["aws ec2 describe-instances --filters Name=vpc-id,Values=vpc-01234567 --max-items 3 \\", "  --query 'Reservations[]' --output text | cat"],
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


INSTANCES, LISTS = "aws ec2 describe-instances --filters", "aws ec2 describe-managed-prefix-lists --filters"
SNAPSHOTS, SUBNETS = "aws ec2 describe-snapshots --filters", "aws ec2 describe-subnets --filters"


@pytest.mark.parametrize("command", [
    f"{INSTANCES} Name=instance-state-name,Values=running,stopped Name=tag:aws:cloudformation:stack-name,Values=loja",
    f"{INSTANCES} 'Name=instance-type,Values=t3.*' Name=availability-zone,Values=sa-east-1a", f"{INSTANCES} Name=image-id,Values=$IMAGEM",
    f"{INSTANCES} Name=network-interface.subnet-id,Values=subnet-0123456789abcdef0", f"{INSTANCES} Name=tag-key,Values=vol-01234567x",
    f"{LISTS} Name=prefix-list-id,Values=pl-0123456789abcdef0", f"{LISTS} Name=prefix-list-name,Values=com.amazonaws.sa-east-1.s3",
    f"{LISTS} Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing", f"{LISTS} Name=prefix-list-name,Values=escritorios",
    f"{SNAPSHOTS} Name=volume-id,Values=vol-01234567,vol-0123456789abcdef0 Name=status,Values=completed", f"{SNAPSHOTS} Name=volume-id,Values=ID_VOLUME",
    f"{SNAPSHOTS} Name=volume-size,Values=8 Name=owner-id,Values=123456789012", f"{SUBNETS} Name=default-for-az,Values=true",
    f"{SUBNETS} Name=defaultForAz,Values=false Name=vpc-id,Values=vpc-01234567", "aws outro describe-coisas --filters Name=a,Values=b",
])
def test_a_filter_that_can_find_something(project, command):
    assert found(project, f"X=$({command} --output text)") == []


@pytest.mark.parametrize("command, said", [
    (f"{LISTS} Name=prefix-list-id,Values=com.amazonaws.global.cloudfront.origin-facing", "é um id `pl-…`"),
    (f"{LISTS} Name=prefix-list-name,Values=pl-0123456789abcdef0", "é o nome de uma lista"),
    (f"{LISTS} Name=prefix-list-name,Values=com.amazonaws.global.cloudfront", "é o nome de uma lista"),
    (f"{LISTS} Name=prefix-list-name,Values=com.amazonaws.sa-east-1.cloudfront.origin-facing", "é o nome de uma lista"),
    (f"{LISTS} Name=owner-id,Values=AWSCloud", "é o número de uma conta"), (f"{LISTS} Name=prefixlist-name,Values=a", "talvez seja `prefix-list-name`"),
    (f"{INSTANCES} Name=instance-state-name,Values=ligada", "um destes: `pending`"), (f"{INSTANCES} Name=state,Values=running", "não tem o filtro `state`"),
    (f"{INSTANCES} Name=instance-id,Values=vol-01234567", "é um id `i-…`"), (f"{INSTANCES} Name=image-id,Values=t3.micro", "é um id `ami-…`"),
    (f"{INSTANCES} Name=availability-zone,Values=sa-east-1", "é o nome de uma zona"), (f"{INSTANCES} Name=instance-type,Values=i-01234567", "é um tipo de instância"),
    (f"{INSTANCES} Name=network-interface.subnet-id,Values=vpc-01234567", "é um id `subnet-…`"), (f"{INSTANCES} Name=ebs-optimized,Values=sim", "um destes: `true`"),
    (f"{INSTANCES} Name=dns-name,Values=i-0123456789abcdef0", "outra coisa, e não um id"), (f"{SNAPSHOTS} Name=volume-id,Values=snap-01234567", "é um id `vol-…`"),
    (f"{SNAPSHOTS} Name=snapshot-id,Values=vol-01234567", "é um id `snap-…`"), (f"{SNAPSHOTS} Name=status,Values=available", "um destes: `pending`"),
    (f"{SNAPSHOTS} Name=volume-size,Values=8GiB", "é um número"), (f"{SUBNETS} Name=default-for-az,Values=sim", "um destes: `true`, `false`"),
    (f"{SUBNETS} Name=vpc-id,Values=10.0.0.0/16", "é um id `vpc-…`"), (f"{SUBNETS} Name=volume-id,Values=vol-01234567", "não tem o filtro `volume-id`"),
])
def test_a_filter_that_would_find_nothing(project, command, said):
    (finding,) = found(project, f"X=$({command} --output text)")
    assert finding.startswith("docs/a.md:4: [comando-desconhecido]") and said in finding


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
    calls, queried = aws_cli.used([ROOT])
    listed = json.loads(cli.FILE.read_text(encoding="utf-8"))
    fresh = aws_cli.models(calls, queried)
    advice = "rode `.venv/bin/python scripts/measure/aws_cli.py`"
    assert fresh["options"].items() <= listed["options"].items(), advice
    assert fresh["operations"].items() <= listed["operations"].items(), advice
    assert fresh["filters"].items() <= listed["filters"].items(), advice
    assert fresh["answers"].items() <= listed["answers"].items(), advice
