"""O que o template manda uma máquina fazer ao nascer: os dados de usuário e o que o `cfn-init` escreve e roda.

Aqui só se lê; quem julga é quem pergunta. O que não se conhece não está na lista.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from scripts.aws.types import INSTANCE, LAUNCH_TEMPLATE
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import LITERAL, Path

INIT = "AWS::CloudFormation::Init"
LAUNCH_CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
USER_DATA = {INSTANCE: ("UserData",), LAUNCH_CONFIGURATION: ("UserData",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "UserData")}
CALL = re.compile(r"\b(cfn-init|cfn-signal|cfn-get-metadata)(?=\s+-|[ \t]*\\\n)((?:[^\n;|&\\']|\\\n)*)")
ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'\n]*))\s*$", re.MULTILINE)
UNITS = "/etc/systemd/system/"


class File(NamedTuple):
    """Um arquivo que o `cfn-init` escreve; sem `mode`, vale o que o sistema dá, que não deixa executar."""

    name: str
    text: str
    mode: str
    path: Path
    owner: str = ""
    encoding: str = ""

    @property
    def executable(self) -> bool:
        """Alguém pode rodá-lo."""
        return bool(re.fullmatch(r"\d{3,6}", self.mode)) and any(int(digit) % 2 for digit in self.mode[-3:] if digit in "01234567")

    def variables(self) -> dict[str, str]:
        """Os pares `NOME=valor`, um por linha, como num arquivo de ambiente."""
        return {found[1]: found[2] or found[3] or found[4] or "" for found in ASSIGNED.finditer(self.text)}


class Step(NamedTuple):
    """Um comando do `cfn-init`: o texto, a pasta em que roda, as variáveis que ele recebe e o teste sem o qual não roda."""

    name: str
    text: str
    folder: str
    given: tuple[str, ...]
    path: Path
    test: str = ""


@dataclass(frozen=True)
class Machine:
    """O programa de uma instância, ou do modelo de que nascem várias.

    Dois mundos em que ele é o mesmo dão duas iguais: o que só depende dela se guarda por ela.
    """

    owner: Resource = field(hash=False)
    script: str
    path: Path
    files: tuple[File, ...]
    steps: tuple[Step, ...]
    """Os comandos, na ordem em que rodam: a alfabética dos nomes."""
    packages: tuple[str, ...]
    services: tuple[str, ...]
    """As unidades que o `cfn-init` deixa rodando."""
    users: tuple[str, ...] = ()
    """Os usuários e os grupos que o `cfn-init` cria."""
    managers: tuple[str, ...] = ()
    """Por que programas o `cfn-init` instala os pacotes."""
    sources: tuple[tuple[Path, str], ...] = ()
    """Os endereços de que o `cfn-init` baixa um arquivo ou uma pasta."""
    enabling: tuple[tuple[str, bool], ...] = ()
    """As unidades que o `cfn-init` habilita, ou não, a iniciar com a máquina."""

    @property
    def commands(self) -> tuple[str, ...]:
        """O texto de cada comando."""
        return tuple(step.text for step in self.steps)

    @property
    def units(self) -> list[File]:
        """Os arquivos que dizem ao sistema o que rodar."""
        return [file for file in self.files if file.name.startswith(UNITS)]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Tudo o que se lê do programa, menos os nomes dos arquivos."""
        return (self.script, *self.commands, *(file.text for file in self.files))

    @cached_property
    def _calls(self) -> list[tuple[str, dict[str, str]]]:
        return [(found[1], _options(found[2])) for text in self.texts for found in CALL.finditer(text)]

    def calls(self, tool: str) -> list[dict[str, str]]:
        """As opções de cada vez que o programa chama essa ferramenta do CloudFormation."""
        return [options for name, options in self._calls if name == tool]


def machine_of(view: View, owner: Resource) -> Machine | None:
    """O programa desse recurso; `None` quando ele não tem, ou não se conhece, dados de usuário. Não conta como lido."""
    return view.once(("machine", owner.id), lambda: _machine(view, owner))


def machines(view: View) -> Iterator[Machine]:
    """Os de todo o template."""
    for owner in view.of_type(*USER_DATA):
        found = machine_of(view, owner)
        if found:
            yield found


def initialised(view: View, owner: Resource) -> dict[str, Any]:
    """O que o `cfn-init` lê desse recurso; vazio quando não há, ou não se conhece."""
    metadata = owner.body.get("Metadata")
    found = view.resolved(metadata.get(INIT)) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _machine(view: View, owner: Resource) -> Machine | None:
    keys = USER_DATA.get(owner.type)
    with view.reading():  # ler o programa não é julgar as propriedades
        found = view.at(owner, *keys) if keys else None
    if found is None or not isinstance(found.value, str):
        return None
    script = _plain(found.value)
    names = dict.fromkeys([owner.id, *(option.get("resource", "") for option in map(_options, (call[2] for call in CALL.finditer(script))))])
    sources = [view.resources[name] for name in names if name in view.resources]
    parts = [(source, config) for source in sources for config in _configs(initialised(view, source))]
    return Machine(owner, script, found.path,
                   tuple(file for source, (where, config) in parts for file in _files(source, where, config)),
                   tuple(step for source, (where, config) in parts for step in _steps(source, where, config)),
                   tuple(str(name) for _, (_, config) in parts for group in _dicts(config.get("packages")) for name in group),
                   tuple(str(name) for _, (_, config) in parts for group in _dicts(config.get("services"))
                         for name, entry in group.items() if isinstance(entry, dict) and true(entry.get("ensureRunning"))),
                   tuple(str(name) for _, (_, config) in parts for key in ("users", "groups")
                         for name in (config[key] if isinstance(config.get(key), dict) else ())),
                   tuple(str(name) for _, (_, config) in parts for name in config.get("packages", ()) if isinstance(config["packages"], dict)),
                   tuple(address for source, (where, config) in parts for address in _fetched(source, where, config)),
                   tuple((str(name), true(entry.get("enabled"))) for _, (_, config) in parts for group in _dicts(config.get("services"))
                         for name, entry in group.items() if isinstance(entry, dict) and "enabled" in entry))


def _configs(init: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, config) for name, config in init.items() if name != "configSets" and isinstance(config, dict))


def _dicts(node: Any) -> list[dict[str, Any]]:
    return [item for item in node.values() if isinstance(item, dict)] if isinstance(node, dict) else []


def _files(source: Resource, where: str, config: dict[str, Any]) -> Iterator[File]:
    files = config.get("files")
    for name, entry in files.items() if isinstance(files, dict) else ():
        if isinstance(entry, dict):
            text = entry.get("content")
            path = ("Resources", source.id, "Metadata", INIT, where, "files", name)
            yield File(str(name), _plain(text) if isinstance(text, str) else "", str(entry.get("mode", "")), path,
                       str(entry.get("owner", "")), str(entry.get("encoding", "")))


def _fetched(source: Resource, where: str, config: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    start = ("Resources", source.id, "Metadata", INIT, where)
    archives, files = config.get("sources"), config.get("files")
    yield from (((*start, "sources", name), str(url)) for name, url in (archives.items() if isinstance(archives, dict) else ()))
    for name, entry in files.items() if isinstance(files, dict) else ():
        if isinstance(entry, dict) and "source" in entry:
            yield (*start, "files", name), str(entry["source"])


def _steps(source: Resource, where: str, config: dict[str, Any]) -> Iterator[Step]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html"""
    commands = config.get("commands")
    for name, entry in sorted(commands.items(), key=lambda pair: str(pair[0])) if isinstance(commands, dict) else ():
        if isinstance(entry, dict):
            text, given = entry.get("command", ""), entry.get("env")
            whole = " ".join(map(str, text)) if isinstance(text, list) else str(text)
            yield Step(str(name), _plain(whole), str(entry.get("cwd", "")), tuple(map(str, given if isinstance(given, dict) else ())),
                       ("Resources", source.id, "Metadata", INIT, where, "commands", name), str(entry.get("test", "")))


def _options(text: str) -> dict[str, str]:
    """As opções de uma linha de comando, pelo nome longo; as curtas das ferramentas do CloudFormation também."""
    short = {"s": "stack", "r": "resource", "e": "exit-code", "c": "configsets"}
    found = re.findall(r"(?:^|\s)--?([a-z][\w-]*)(?:[ =]+([^\s-][^\s]*))?", text.replace("\\\n", " "))
    return {short.get(name, name): value.strip("\"'") for name, value in found}


def _plain(text: str) -> str:
    """O texto como a máquina o lê: sem a marca de que um `${` não é do CloudFormation."""
    return text.replace(LITERAL, "${")


def inside(path: str, folders: Iterable[str]) -> bool:
    """O caminho é uma destas pastas, ou fica dentro de uma."""
    return any(path == each or path.startswith(f"{each}/") for each in folders)
