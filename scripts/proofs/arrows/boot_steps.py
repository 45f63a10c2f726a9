"""Se o que a máquina roda ao nascer já existe quando roda: os comandos do `cfn-init`, os interpretadores e os arquivos.

O `cfn-init` escreve os arquivos, roda os comandos na ordem alfabética dos nomes e só então inicia os serviços.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join, normpath

from scripts.aws.types import DATABASE
from scripts.proofs.arrows.program import LISTENING
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import Machine, Step, inside
from scripts.proofs.facts.web_paths import answered
from scripts.proofs.facts.units import SHEBANG, units, words

ENVIRONMENT = re.compile(r"-m\s+(?:venv|virtualenv)\s+(?:-\S+\s+)*(\S+)|\bvirtualenv\s+(?:-\S+\s+)*(\S+)")
WRITTEN = re.compile(r"(?:\s--output[= ]|\s-o\s|\s-O\s|>>?\s*|\bmkdir\s+(?:-p\s+)?|\btee\s+(?:-a\s+)?|\btouch\s+|\bgit\s+clone\s+\S+\s+)([\w./-]+)")
LISTED = ("--requirement", "-r", "--constraint", "-c")
"""Como se diz ao `pip` de que arquivo ler o que instala: https://pip.pypa.io/en/stable/cli/pip_install/"""
PYTHON = re.compile(r"(?:^|[\s;&|(/])(python3\.\d+)(?=\s)", re.MULTILINE)
GIVEN = ("python3.9",)
"""O que o Amazon Linux 2023 já traz. https://docs.aws.amazon.com/linux/al2023/ug/python.html"""
INSTALLING = re.compile(r"\b(?:dnf|yum|microdnf)\b[^\n;&|]*\binstall\b([^\n;&|]*)")
OWN = ("/opt/", "/srv/")
"""Onde nada vem com o sistema, fora as ferramentas da AWS."""
AWS_TOOLS = "/opt/aws/"
FILELIKE = re.compile(r"/[\w./-]+\.(?:pem|crt|cer|key|p12|jks|json|conf|cfg|ini|toml|ya?ml)")
PROBED = re.compile(r"\b(?:curl|wget)\b[^\n]*?\shttp://(?:127\.0\.0\.1|localhost)(?::(\d+))?(/[^\s\"'|;&]*)?")
TO_DATABASE = ("PG", "DB_", "MYSQL_")
"""Como começam as variáveis que só quem chama o banco lê: https://www.postgresql.org/docs/current/libpq-envars.html"""
SYSTEM = ("/etc/ssl/", "/etc/pki/", "/usr/share/", "/proc/", "/sys/")


def unready(machine: Machine) -> Iterator[Missing]:
    """O que um comando, um interpretador ou uma unidade usa e ainda não há."""
    yield from _ordered(machine)
    yield from _interpreted(machine)
    yield from _kept(machine)
    yield from _probed(machine)


def made(step: Step) -> list[str]:
    """O que o comando cria, pelo caminho inteiro."""
    names = [first or second for first, second in ENVIRONMENT.findall(step.text)] + WRITTEN.findall(step.text)
    return [_whole(step.folder, name) for name in names]


def _whole(folder: str, name: str) -> str:
    return normpath(join(folder or "/", name))


def _ordered(machine: Machine) -> Iterator[Missing]:
    """Cada comando só usa o que um arquivo ou um comando anterior já pôs ali."""
    known = {file.name for file in machine.files}
    for index, step in enumerate(machine.steps):
        later = {path: other.name for other in machine.steps[index + 1:] for path in made(other)}
        known |= set(made(step))
        for name, program in _used(step):
            path = _whole(step.folder, name)
            if inside(path, known):
                continue
            late = next((other for each, other in later.items() if inside(path, (each,))), None)
            if late:
                yield Missing(step.path, f"`{step.name}` usa `{name}`, que só `{late}` cria: os comandos rodam na ordem alfabética dos nomes",
                              "dê a quem cria um nome que venha antes")
            elif program or not name.startswith("/"):
                yield Missing(step.path, f"`{step.name}` usa `{name}`, que nada cria antes", "crie-o num comando anterior, ou corrija o nome")


def _used(step: Step) -> Iterator[tuple[str, bool]]:
    """Os caminhos que o comando usa; verdadeiro, o que ele roda de uma pasta do template."""
    for part in re.split(r"&&|\|\||;|\n", step.text):
        said = words(part)
        if said and "/" in said[0] and "=" not in said[0] and (not said[0].startswith("/") or said[0].startswith(OWN) and AWS_TOOLS not in said[0]):
            yield said[0], True
        for before, word in zip(said, said[1:]):
            if before in LISTED and "pip" in said[0] and not word.startswith(("/dev/", "-")):
                yield word, False
        yield from ((word, False) for word in said[1:] if word.startswith(OWN) and AWS_TOOLS not in word)


def _interpreted(machine: Machine) -> Iterator[Missing]:
    """O Python que se chama é um que se instala, ou o do sistema."""
    scripts = [(file.path, file.text) for file in machine.files if SHEBANG.match(file.text)]
    texts = [(machine.path, machine.script), *scripts, *((step.path, step.text) for step in machine.steps)]
    installed = {word for _, text in texts for found in INSTALLING.findall(text) for word in found.split()} | {*machine.packages, *GIVEN}
    asked: set[str] = set()
    for path, text in texts:
        for name in PYTHON.findall(INSTALLING.sub("", text)):
            if name not in installed and name not in asked:
                asked.add(name)
                other = next((f", e instala `{each}`" for each in sorted(installed) if re.fullmatch(r"python3\.\d+", each) and each not in GIVEN), "")
                yield Missing(path, f"o programa de `{machine.owner.id}` chama `{name}`, que nada instala{other}", f"instale `{name}`")


def _kept(machine: Machine) -> Iterator[Missing]:
    """O que uma unidade roda e o arquivo que o ambiente dela nomeia, alguém põe ali."""
    known = {file.name for file in machine.files} | {path for step in machine.steps for path in made(step)}
    scripts = "\n".join([machine.script, *(file.text for file in machine.files if SHEBANG.match(file.text))])
    for unit in units(machine):
        program = next(iter(unit.command), "")
        near = unit.environment_file or unit.file
        if program.startswith(OWN) and AWS_TOOLS not in program and not _there(program, known, scripts):
            yield Missing(unit.file.path, f"`{unit.name}` roda `{program}`, que nada cria", "crie-o, ou corrija o caminho")
        for name, value in unit.given(unit.instances[0]).items():
            if FILELIKE.fullmatch(value) and not value.startswith(SYSTEM) and not _there(value, known, scripts):
                yield Missing(near.path, f"`{name}` é `{value}`, um arquivo que nada escreve", "use o caminho do arquivo que o template escreve",
                              only=(DATABASE,) if name.startswith(TO_DATABASE) else ())


def _there(path: str, known: set[str], scripts: str) -> bool:
    return path in scripts or inside(path, known)


def _probed(machine: Machine) -> Iterator[Missing]:
    """O que a máquina pede a si mesma para saber se está pronta, o programa dela serve."""
    ports = {int(found) for unit in units(machine) for found in LISTENING.findall(unit.last("ExecStart"))}
    for path, text in ((machine.path, machine.script), *((step.path, step.text) for step in machine.steps)):
        for said, asked in PROBED.findall(text):
            port, where = int(said or 80), asked or "/"
            if ports and port not in ports:
                heard = ", ".join(map(str, sorted(ports)))
                yield Missing(path, f"`{machine.owner.id}` pede a si mesma na porta {port}, e o programa ouve em {heard}", "use a mesma porta")
            elif _unserved(machine, where):
                yield Missing(path, f"`{machine.owner.id}` pede a si mesma `{where}`, que o programa não serve", "use um caminho que ele serve")


def _unserved(machine: Machine, path: str) -> bool:
    """Nenhum programa da máquina serve este caminho, ou o arquivo dele não está na pasta; falso, se não se sabe."""
    sources = [(unit, file.text) for unit in units(machine) for file, _ in unit.sources]
    files = {file.name for file in machine.files}
    stored = any(f"{unit.last('WorkingDirectory')}{path}" in files for unit, _ in sources)
    said = answered([text for _, text in sources], path)
    return said is False or said is True and path.startswith("/static/") and not stored
