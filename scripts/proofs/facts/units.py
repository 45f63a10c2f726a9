"""As unidades do systemd que um template escreve: o que rodam, com que variáveis, e o que lhes é permitido.

https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from scripts.proofs.facts.environment import Read, read_by_python, read_by_shell
from scripts.proofs.facts.machine import UNITS, File, Machine

SETTING = re.compile(r"^([A-Z]\w+)=[ \t]*((?:[^\n]*\\\n)*[^\n]*)$", re.MULTILINE)
MODULE = re.compile(r"([A-Za-z_]\w*)(?::[A-Za-z_]\w*)?")
IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
ENTRY = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s\"'][^\"'\n]*?)?)[ \t]*$", re.MULTILINE)
"""Uma linha de um arquivo de ambiente, como o systemd a lê: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html"""
SYSTEM_FILES = ("/etc/environment", "/etc/locale.conf", "/etc/os-release")
"""Os que o sistema já traz, e de que se parte."""
SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+)?\S*?(?:ba|da|k)?sh\b")


@dataclass(frozen=True)
class Unit:
    """Uma unidade, com a máquina que a tem."""

    file: File
    machine: Machine

    @property
    def name(self) -> str:
        return self.file.name.removeprefix(UNITS)

    @cached_property
    def settings(self) -> dict[str, list[str]]:
        """Cada chave, com os valores; uma vazia apaga o que veio antes."""
        found: dict[str, list[str]] = {}
        for name, value in SETTING.findall(self.file.text):
            found[name] = [*found.get(name, []), value.replace("\\\n", " ").strip()] if value.strip() else []
        return found

    def last(self, name: str) -> str:
        """O valor que vale; vazio, quando não há."""
        return next(reversed(self.settings.get(name, [])), "")

    @cached_property
    def command(self) -> list[str]:
        """As palavras do que ela roda."""
        return words(self.last("ExecStart").lstrip("-@:+!"))

    @cached_property
    def instances(self) -> list[str]:
        """Os nomes com que uma unidade `nome@` roda; um vazio, se não é uma dessas."""
        stem, at, _ = self.name.partition("@.")
        if not at:
            return [""]
        asked = re.compile(rf"\b{re.escape(stem)}@([\w.-]+?)(?:\.service)?(?=[\s\"']|$)")
        return sorted({name for text in (*self.machine.texts, *self.machine.services) for name in asked.findall(text)}) or [""]

    @cached_property
    def own(self) -> dict[str, str]:
        """As variáveis que ela mesma escreve, em `Environment=`."""
        return dict(self._pairs)

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [pair.partition("=") for line in self.settings.get("Environment", []) for pair in words(line)]
        return [(name, value) for name, equals, value in pairs if equals]

    @cached_property
    def environment_files(self) -> list[tuple[str, bool]]:
        """Os arquivos de ambiente que ela pede, na ordem, e se cada um pode faltar."""
        return [(name.lstrip("-"), name.startswith("-")) for name in self.settings.get("EnvironmentFile", [])]

    def given(self, instance: str) -> dict[str, str]:
        """As variáveis que ela recebe, com o valor, se se conhece."""
        found, written = dict(self.own), {file.name: file for file in self.machine.files}
        for name in (instanced(name, instance) for name, _ in self.environment_files):
            found |= dict(entries(written[name].text)) if name in written else contents(self.machine, name)
        return found

    def overruled(self, instance: str) -> Iterator[tuple[str, str, list[str]]]:
        """O que se escreve e outro arquivo, que sempre há, vence: o que diz, o que vence, e as variáveis, se se conhecem.

        De um arquivo opcional se espera que mude o que os outros dizem. Entre dois arquivos, vale o lido por último; entre eles e
        `Environment=`, sempre eles.
        https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
        """
        written = {file.name: file.variables() for file in self.machine.files}
        for index, (name, optional) in enumerate(self.environment_files):
            known = contents(self.machine, instanced(name, instance))
            for earlier, maybe in self.environment_files[:index] if not optional else ():
                said = contents(self.machine, instanced(earlier, instance))
                lost = sorted(each for each in said.keys() & known.keys() if not said[each] or said[each] != known[each])
                if maybe and earlier not in SYSTEM_FILES and (lost or not said):
                    yield earlier, name, lost
            always = written.get(instanced(name, instance), {}) if not optional else {}
            lost = sorted(each for each in self.own.keys() & always.keys() if self.own[each] != always[each])
            if lost:
                yield "Environment=", name, lost

    def repeated(self, instance: str) -> Iterator[tuple[str, str]]:
        """O que um mesmo lugar diz mais de uma vez, com valores diferentes: o arquivo, ou `Environment=`, e o nome."""
        said = [("Environment=", self._pairs), *((file.name, entries(file.text)) for file in self._written(instance))]
        for place, pairs in said:
            names = dict(pairs)
            yield from ((place, name) for name in names if len({value for each, value in pairs if each == name}) > 1)

    def unread(self, instance: str) -> Iterator[tuple[str, str]]:
        """Cada linha de um arquivo de ambiente que o systemd não lê: o arquivo e ela."""
        for file in self._written(instance):
            left = ENTRY.sub("", file.text).splitlines()
            yield from ((file.name, line.strip()) for line in left if line.strip() and not line.lstrip().startswith(("#", ";")))

    def _written(self, instance: str) -> list[File]:
        names = [instanced(name, instance) for name, _ in self.environment_files]
        return [file for name in names for file in self.machine.files if file.name == name]

    @cached_property
    def environment_file(self) -> File | None:
        """O último dos arquivos de ambiente que o template escreve."""
        files = {file.name: file for file in self.machine.files}
        known = [files.get(instanced(name, self.instances[0])) for name, _ in self.environment_files]
        return next((file for file in reversed(known) if file), None)

    @cached_property
    def sources(self) -> list[tuple[File, bool]]:
        """Os arquivos do template que ela roda; verdadeiro, o que se roda direto, e não por `import`."""
        return programs(self.machine, self.last("WorkingDirectory"), self.command)

    @cached_property
    def reads(self) -> Read:
        """O que os programas dela leem do ambiente."""
        return read(self.sources)


@lru_cache(maxsize=64)
def units(machine: Machine) -> tuple[Unit, ...]:
    """As que rodam um programa."""
    return tuple(Unit(file, machine) for file in machine.units if file.name.endswith(".service"))


@lru_cache(maxsize=256)
def contents(machine: Machine, name: str) -> dict[str, str]:
    """As variáveis de um arquivo de ambiente: o do `cfn-init`, ou o que um comando escreve."""
    for file in machine.files:
        if file.name == name:
            return file.variables()
    lines = [line for text in machine.texts for line in text.splitlines() if re.search(rf">+\s*{re.escape(name)}(?:\s|$)", line)]
    whole = [text.partition(line)[2] for line in lines for text in machine.texts if line in text and "<<" in line]
    return {found: "" for text in (*lines, *whole) for found in re.findall(r"(?:^|[\s\"'])([A-Za-z_]\w*)=", text, re.MULTILINE)}


def entries(text: str) -> list[tuple[str, str]]:
    """As variáveis de um arquivo de ambiente, na ordem, como o systemd as lê."""
    return [(found[1], found[2] or found[3] or found[4] or "") for found in ENTRY.finditer(text)]


def programs(machine: Machine, folder: str, command: Sequence[str]) -> list[tuple[File, bool]]:
    """Os arquivos do template que este comando, dado nesta pasta, roda; verdadeiro, o que se roda direto, e não por `import`."""
    files = {file.name: file for file in machine.files}
    found: dict[str, bool] = {}
    for index, word in enumerate(command):
        module = MODULE.fullmatch(word)
        for name in (word, f"{folder}/{word}", f"{folder}/{module[1]}.py" if module and index else ""):
            if name in files:
                found.setdefault(name, not name.endswith(f"/{module[1]}.py") if module else True)
    pending = list(found)
    while pending:
        for other in IMPORTED.findall(files[pending.pop()].text):
            name = f"{folder}/{other}.py"
            if name in files and name not in found:
                found[name] = False
                pending.append(name)
    return [(files[name], main) for name, main in found.items()]


def read(sources: Iterable[tuple[File, bool]]) -> Read:
    """O que estes programas leem do ambiente."""
    found = Read()
    for file, main in sources:
        found |= read_by_shell(file.text) if SHEBANG.match(file.text) else read_by_python(file.text, main)
    return found


def instanced(text: str, instance: str) -> str:
    """O texto de uma unidade `nome@`, com o nome com que ela roda."""
    return text.replace("%i", instance).replace("%I", instance)


def words(line: str) -> list[str]:
    """As palavras de uma linha, sem as aspas; as de uma linha que não se divide, como estão."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
