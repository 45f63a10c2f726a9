"""Os comandos das páginas rodam: o shell os lê, a AWS CLI os aceita e as respostas têm o que eles procuram."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
from shell import SHELLS, Call, Page, run

from scripts.page import commands, document
from scripts.page.commands import Command
from scripts.template import cloudformation
from scripts.template.worlds import worlds
from scripts.template.values import LITERAL, SYMBOL

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUINDO.md"])
         if list(commands.commands(document.read(path)))]
TEMPLATES = sorted((ROOT / "docs").glob("arquiteturas/*/template.yaml"))
BODY = json.dumps({"requestPayload": {}})
NO_CREDENTIALS = "Unable to locate credentials"
"""O que a AWS CLI 2 diz quando leu e conferiu o comando, e só falta a credencial."""


def named(path: Path) -> str:
    return path.parent.name if path.name in ("index.md", "template.yaml") else path.stem


def answers(path: Path) -> dict:
    """O que a AWS responderia a quem implantou esta página."""
    file = path.with_name("template.yaml")
    outputs = cloudformation.read(file).data["Outputs"] if file.is_file() else {}
    listed = [{"OutputKey": name, "OutputValue": "http://saida.example/"} for name in outputs]
    return {"sts get-caller-identity": {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ana"},
            "cloudformation describe-stacks": {"Stacks": [{"Outputs": listed}]},
            "sqs receive-message": {"Messages": [{"ReceiptHandle": "valor", "Body": BODY}]}}


def files(path: Path) -> dict[str, bytes]:
    """O que a pessoa tem na pasta: o que baixou da página e os arquivos com que experimenta."""
    beside = {file.name: file.read_bytes() for file in path.parent.glob("*.yaml")}
    return {"foto.jpg": b"", "musica.mp3": b"", **beside}


def page(path: Path) -> Page:
    return Page(path.relative_to(ROOT).as_posix(), list(commands.commands(document.read(path))), answers(path), files(path))


def outputs(path: Path) -> Page:
    """Os comandos prontos que as saídas do template trazem, como alguém os copiaria."""
    template = cloudformation.read(path)
    found = []
    for values in worlds(template).each:
        for name, output in template.data["Outputs"].items():
            text = values.value(output["Value"]) if name.startswith("Comando") else ""
            if isinstance(text, str) and text:
                text = SYMBOL.sub("valor", text.replace("${AWS::Region}", "sa-east-1")).replace(LITERAL, "${")
                found.append(Command(text.replace("${AWS::AccountId}", "123456789012"), template.line("Outputs", name), True))
    return Page(path.relative_to(ROOT).as_posix(), list(dict.fromkeys(found)), answers(path), files(path))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("path", PAGES, ids=named)
def test_the_commands_of_a_page_run(shell, path, tmp_path):
    assert run(shell, page(path), tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_the_commands_of_the_outputs_run(shell, path, tmp_path):
    assert run(shell, outputs(path), tmp_path) == []


@lru_cache
def real_cli() -> str:
    """A AWS CLI versão 2 desta máquina, ou vazio; a do PyPI é a 1 e recusa opções da 2."""
    for folder in os.environ["PATH"].split(os.pathsep):
        command = Path(folder, "aws")
        if command.is_file() and "aws-cli/2" in subprocess.run([command, "--version"], capture_output=True, text=True).stdout:
            return str(command)
    return ""


NEWER = ("sqs start-message-move-task",)
"""O que a AWS CLI 2.9, a do Debian 12, ainda não tinha; o botocore dos testes, mais novo, tem."""
READ: set[tuple[str, ...]] = set()
"""As formas de chamada já lidas: cada uma leva meio segundo, e as páginas repetem muitas."""


def refused(calls: list[Call], folder: Path) -> list[str]:
    """O que a AWS CLI de verdade não aceita, sem credencial nem rede."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"}
    found = []
    for call in calls:
        form = tuple("valor" if index > 2 and re.fullmatch(r"[A-Za-z0-9][\w./:-]*", word) else word for index, word in enumerate(call.words))
        if form in READ or " ".join(form[:2]) in NEWER:
            continue
        READ.add(form)
        for name, content in call.files.items():
            (folder / name).write_bytes(content)
        done = subprocess.run([real_cli(), *call.words], cwd=folder, env=environment, capture_output=True, text=True)
        if NO_CREDENTIALS not in done.stderr:
            found.append(f"{call.line}: {' '.join(call.words)}: {done.stderr.strip()}")
    return found


@pytest.mark.parametrize("path", [*PAGES, *TEMPLATES], ids=lambda path: f"{named(path)}-{path.suffix[1:]}")
def test_the_real_cli_reads_the_calls(path, tmp_path):
    if not real_cli():
        pytest.skip("precisa da AWS CLI versão 2 (no Debian, `apt-get install awscli`)")
    calls: list[Call] = []
    run("bash", outputs(path) if path.suffix == ".yaml" else page(path), tmp_path, calls)
    assert refused(calls, tmp_path) == []


@pytest.mark.parametrize("text, said", [
    ("aws ec2 describe-instances --instance-idss i-1", "não tem a opção `--instance-idss`"),
    ("aws ec2 describe-instancs", "não tem `describe-instancs`"),
    ("aws ecc2 describe-instances", "não há o serviço `ecc2`"),
    ("aws rds delete-db-snapshot", "Missing required parameter"),
    ("aws ec2 describe-instances --query 'Reservations[0].Instances[0].PublicIp'", "pede `PublicIp`"),
    ("aws ec2 describe-instances --query 'Reservations[].Instances[].[InstanceIds]'", "pede `InstanceIds`"),
    ("aws ec2 describe-instances --query 'Reservations[0'", "não se lê"),
    ("aws s3api delete-objects --bucket b --delete file://nada.json", "o arquivo `nada.json` não existe"),
    ("echo '{\"Objects\": [{\"Chave\": \"a\"}]}' > a.json; aws s3api delete-objects --bucket b --delete file://a.json", "Delete.Objects[0]"),
    ("aws lambda invoke --function-name f --payload '{}' saida.json", "raw-in-base64-out"),
    ("aws dynamodb get-item --table-name t --key '{arquivo}'", "não é JSON"),
    ("aws cloudformation deploy --stack-name a --template-fil t", "não tem a opção `--template-fil`"),
    ("aws cloudformation deploy --stack-name a", "falta --template-file"),
    ("aws s3 cp a b", "nenhum endereço"),
    ("echo \"$FALTA\"", "FALTA"),
    ("curl \"saude\"", "endereço nenhum"),
    ("inexistente --agora", "não há o programa `inexistente`"),
    ("python3 -c 'import nada'", "o comando falhou"),
    ("python3 scripts confere", "não existe"),
])
def test_a_bad_command_is_pointed_out(text, said, tmp_path):
    problems = run("bash", Page("pagina.md", [Command(text, 7, True)]), tmp_path)
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(("pagina.md:7:", "pagina.md: não há")) for problem in problems)


def test_a_block_that_does_not_end_is_pointed_out_and_leaves_nothing_running(tmp_path, monkeypatch):
    monkeypatch.setattr("shell.LONGEST", 1)
    text = "date > /dev/null &\nwhile aws s3 ls > /dev/null; do head -c 1 /dev/zero > eterno; done"
    assert run("bash", Page("pagina.md", [Command(text, 1, True)]), tmp_path) == ["pagina.md:1: o bloco não termina em 1 s"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_broken_quote_is_pointed_out_at_its_line(shell, tmp_path):
    problems = run(shell, Page("pagina.md", [Command("aws s3 ls\necho 'aberto\n", 12, True)]), tmp_path)
    assert problems and all(problem.startswith(("pagina.md:13:", "pagina.md:14:")) for problem in problems)


def test_what_only_zsh_refuses_is_pointed_out(tmp_path):
    text = 'for TIPO in Versions; do aws s3api list-object-versions --bucket b --query "$TIPO[].[Key,VersionId]"; done'
    problems = run("zsh", Page("pagina.md", [Command(text, 3, True)]), tmp_path)
    assert any("invalid subscript" in problem for problem in problems)
