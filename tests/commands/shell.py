"""Roda os comandos de uma página num shell de verdade, com uma AWS que só confere.

O script tem tantas linhas quanto a página, e cada comando fica na linha dele: o que o shell
aponta é a linha da página. `aws` é um programa que manda as suas palavras para cá, recebe o que
imprimir e guarda o que há de errado; `curl`, `kubectl`, `sudo` e outros só fazem as vezes. Do
sistema, só se alcança o que está em `TOOLS`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_model import Wrong, judge
from scripts.cli import _parser
from scripts.measure.debian import install
from scripts.page.commands import Command

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 60
SHELLS = ("bash", "zsh")

# Cada um manda o que recebeu e imprime a resposta. Para o `sh`, a segunda linha chama o Python, cujo caminho pode ter espaços;
# para o Python, ela é um texto solto.
AGENT = """#!/bin/sh
'''exec' {python} -SE "$0" "$@" # '''
import json, os, socket, sys
call = {{"program": "{name}", "words": sys.argv[1:], "line": os.environ.get("PAGE_LINE"), "folder": os.getcwd()}}
if "{name}" == "sudo":
    call["given"] = sys.stdin.read() if not sys.stdin.isatty() else ""
channel = socket.socket(socket.AF_UNIX)
channel.connect({address!r})
with channel, channel.makefile("rw", encoding="utf-8") as stream:
    stream.write(json.dumps(call) + "\\n")
    stream.flush()
    answer = json.loads(stream.readline())
sys.stdout.write(answer["out"])
sys.exit(answer["status"])
"""
PYTHON = """#!/bin/sh
case "$1" in scripts|scripts/*) exec {agent} "$@";; esac
exec {python} "$@"
"""
PROGRAMS = ("aws", "curl", "kubectl", "session-manager-plugin", "sudo", "openssl", "projeto", "sleep", "timeout", "systemctl", "journalctl")
TOOLS = ("cat", "cp", "cut", "date", "dirname", "basename", "grep", "head", "ls", "mkdir", "mv", "rm", "sed", "sort", "tail", "tr", "wc")
PROLOGUE = ("set -u; trap 'export PAGE_LINE=$LINENO' DEBUG; trap 'echo \"$LINENO\" >> .falhas' {error}; "
            "command_not_found_{handler}() {{ echo \"$1\" >> .ausentes; }}; {extra}")
PROLOGUES = {"bash": PROLOGUE.format(error="ERR", handler="handle", extra="set -ET"),
             "zsh": PROLOGUE.format(error="ZERR", handler="handler", extra="setopt TRAPS_ASYNC")}


@dataclass(frozen=True)
class Call:
    """Uma chamada da AWS CLI: a linha da página, as palavras, e os arquivos que havia."""

    line: str
    words: list[str]
    files: Mapping[str, bytes]


@dataclass
class Page:
    """O que se roda: os comandos, com as suas linhas, o que a AWS responde e os arquivos que já existem."""

    path: str
    commands: list[Command]
    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def script(commands: Iterable[Command]) -> str:
    """Os comandos, cada um na sua linha; os que começam na mesma ficam separados por `;`."""
    lines: list[str] = []
    for command in sorted(commands, key=lambda command: (command.line, not command.block)):
        text = command.text.rstrip("\n").split("\n")
        same = len(lines) == command.line
        lines += [""] * (command.line - len(lines))
        lines[command.line - 1] = f"{lines[command.line - 1]}; {text[0]}" if same and lines[-1] else text[0]
        lines += text[1:]
    return "\n".join(lines) + "\n"


def program(shell: str) -> str:
    """Onde está o shell, instalado se for preciso e possível. Erro: `WrongUse`, com o que fazer."""
    if not shutil.which(shell):
        install((shell,), f"Os testes rodam os comandos das páginas em {shell}, e ele não está aqui. Instale-o: apt-get install {shell}.")
    return str(shutil.which(shell))


def syntax(shell: str, path: str, text: str, folder: Path) -> list[str]:
    """O que o shell não consegue ler, como achados da página."""
    file = folder / "pagina.sh"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run([program(shell), "-n", file.name], cwd=folder, capture_output=True, text=True)
    return _said(path, done.stderr) if done.returncode else []


def run(shell: str, page: Page, folder: Path, calls: list[Call] | None = None) -> list[str]:
    """Roda a página inteira, na ordem; devolve o que há de errado, com a linha de cada coisa.

    Em `calls` ficam as chamadas da AWS CLI que foram aceitas.
    """
    text = script(page.commands)
    problems = syntax(shell, page.path, text, folder)
    if problems:
        return problems
    for name, content in page.files.items():
        (folder / name).write_bytes(content)
    judging = _Judging(page)
    with _listening(folder / ".canal", judging) as address:
        _programs(folder / ".programas", address)
        body = text.split("\n")
        body[0] = f"{PROLOGUES[shell]}; {body[0]}"
        (folder / "pagina.sh").write_text("\n".join(body), encoding="utf-8")
        environment = {"PATH": str(folder / ".programas"), "HOME": str(folder), "LANG": "C.UTF-8"}
        errors = _finished([program(shell), "pagina.sh"], folder, environment)
    lost = [f"{page.path}: não há o programa `{name}`" for name in _noted(folder / ".ausentes")]
    failed = [f"{page.path}:{line}: o comando falhou" for line in _noted(folder / ".falhas")]
    if calls is not None:
        calls += judging.calls
    return [*judging.problems, *lost, *failed, *_said(page.path, errors)]


def _finished(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Roda até o fim, ou até o prazo, e leva junto o que ficou rodando; devolve o que saiu nos erros."""
    with (folder / ".erros").open("w+") as errors:
        with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=errors, start_new_session=True) as child:
            try:
                child.wait(LONGEST)
            except subprocess.TimeoutExpired:
                errors.write(f"pagina.sh:1: o bloco não termina em {LONGEST} s\n")
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        errors.seek(0)
        return errors.read()


class _Judging:
    """Quem responde aos programas; guarda o que cada um fez de errado."""

    def __init__(self, page: Page):
        self.page, self.listed = page, 0
        self.problems: list[str] = []
        self.calls: list[Call] = []
        self.fragments = {command.text for command in page.commands if not command.block and "--" not in command.text}

    def __call__(self, call: dict[str, Any]) -> tuple[str, int]:
        try:
            return getattr(self, f"_{call['program'].partition('-')[0]}")(call), 0
        except Wrong as wrong:
            where = f":{call['line']}" if call["line"] else ""
            self.problems.append(f"{self.page.path}{where}: {wrong}")
            return "", 252

    def _aws(self, call: dict[str, Any]) -> str:
        words, folder = call["words"], Path(call["folder"])
        files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")}
        fragment = f"aws {' '.join(words)}" in self.fragments
        out = judge(words, files, self._answers(words), fragment)
        self.calls += [] if fragment else [Call(call["line"], words, files)]
        if words[:2] == ["lambda", "invoke"]:
            (folder / words[-1]).write_text(json.dumps({"campos": {"key": "valor"}, "url": "https://envio.example/"}))
        return f"{out}\n" if out else ""

    def _answers(self, words: list[str]) -> Mapping[str, Any]:
        """A lista de versões acaba na segunda vez: quem a esvazia em lotes termina."""
        if words[:2] == ["s3api", "list-object-versions"]:
            self.listed += 1
            return self.page.answers if self.listed == 1 else {**self.page.answers, "s3api list-object-versions": {}}
        return self.page.answers

    def _curl(self, call: dict[str, Any]) -> str:
        addresses = [word for word in call["words"] if word.startswith(("http://", "https://"))]
        if len(addresses) != 1:
            raise Wrong(f"`curl` chama {addresses or 'endereço nenhum'}")
        return "{}\n"

    def _kubectl(self, call: dict[str, Any]) -> str:
        return ""

    _session = _sleep = _timeout = _systemctl = _journalctl = _kubectl

    def _openssl(self, call: dict[str, Any]) -> str:
        for option, value in zip(call["words"], call["words"][1:]):
            if option in ("-out", "-keyout"):
                (Path(call["folder"]) / value).write_text("PEM")
        return ""

    def _sudo(self, call: dict[str, Any]) -> str:
        """O que roda dentro da instância: só se confere que se lê."""
        words = call["words"]
        if words[:2] == ["bash", "-c"]:
            done = subprocess.run(["bash", "-n", "-c", words[2]], capture_output=True, text=True)
            if done.returncode:
                raise Wrong(done.stderr)
        if call["given"]:
            try:
                compile(call["given"], "<página>", "exec")
            except SyntaxError as error:
                raise Wrong(f"o programa dado a `{' '.join(words)}` não se lê: {error}") from None
        return ""

    def _projeto(self, call: dict[str, Any]) -> str:
        first, *words = call["words"]
        try:
            if first == "scripts":
                _parser().parse_args(words)
            elif not (ROOT / first).is_file():
                raise Wrong(f"não há `{first}`")
        except SystemExit:
            raise Wrong(f"`python3 scripts {' '.join(words)}` não existe") from None
        return ""


@contextlib.contextmanager
def _listening(path: Path, judging: Callable[[dict[str, Any]], tuple[str, int]]):
    # O caminho de um soquete é curto: um atalho evita o limite quando a pasta de teste é funda.
    short = Path("/tmp") / f"canal-{os.getpid()}-{threading.get_ident()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short))
        server.listen(16)
        lock = threading.Lock()

        def answer(channel: socket.socket) -> None:
            with channel, channel.makefile("rw", encoding="utf-8") as stream:
                with lock:
                    out, status = judging(json.loads(stream.readline()))
                stream.write(json.dumps({"out": out, "status": status}) + "\n")
                stream.flush()

        def accept() -> None:
            while True:
                try:
                    channel, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(channel,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield str(short)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            short.unlink()


def _programs(folder: Path, address: str) -> None:
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text(AGENT.format(python=shlex.quote(sys.executable), name=name, address=address))
        (folder / name).chmod(0o755)
    for name in TOOLS:
        (folder / name).symlink_to(str(shutil.which(name)))
    (folder / "python3").write_text(PYTHON.format(python=shlex.quote(sys.executable), agent=shlex.quote(str(folder / "projeto"))))
    (folder / "python3").chmod(0o755)


def _said(path: str, errors: str) -> list[str]:
    """O que o shell disse do script, com a linha da página."""
    lines = [line for line in errors.splitlines() if line.startswith("pagina.sh")]
    return [re.sub(r"^pagina\.sh:(?: line )?", f"{path}:", line) for line in lines]


def _noted(file: Path) -> list[str]:
    return list(dict.fromkeys(file.read_text().split("\n")[:-1])) if file.is_file() else []
