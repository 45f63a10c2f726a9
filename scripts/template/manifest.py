"""O manifesto do Kubernetes ao lado de um template, como dados: os documentos, com a linha de cada chave.

O que o comando de uma saída troca nele antes de aplicá-lo (`sed -e 's|ARN|…|' manifesto.yaml`) já vem trocado.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, NamedTuple

from scripts.base import source
from scripts.base.findings import Finding
from scripts.template.values import Path
from scripts.template.yaml_lines import Composer, Key

SWAP = re.compile(r"-e\s+'s\|([^|']+)\|([^|']*)\|(g?)'")
DEFAULT = "default"
"""O espaço de nomes, e a conta de serviço, de quem não diz outro: os dois o cluster já tem."""


class _Documents(Composer):
    """Um arquivo de documentos do Kubernetes: sem as etiquetas do CloudFormation."""

    reader, functions = "A leitura do manifesto", {}


@dataclass(frozen=True)
class Document:
    """Um documento: o tipo, o nome, o espaço de nomes, tudo o que ele diz, e onde começa."""

    path: Path
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        return str(_mapping(self.data.get("metadata")).get("name", ""))

    @property
    def space(self) -> str:
        return str(_mapping(self.data.get("metadata")).get("namespace", DEFAULT))

    @property
    def spec(self) -> Mapping[str, Any]:
        return _mapping(self.data.get("spec"))

    def inside(self, *keys: Key) -> Path:
        """O caminho de uma coisa dele, desde o arquivo."""
        return (*self.path, *keys)


class Manifest(NamedTuple):
    """Os documentos de um arquivo, na ordem, e a linha de cada coisa; `path` é o nome que aparece nos achados."""

    path: str
    documents: tuple[Document, ...]
    lines: Mapping[Path, int]
    unused: tuple[str, ...] = ()
    """O que o comando troca, e nenhum valor do arquivo tem inteiro."""

    def of(self, kind: str) -> list[Document]:
        """Os documentos deste tipo."""
        return [document for document in self.documents if document.kind == kind]

    def line(self, path: Path) -> int:
        """A linha desse lugar, ou do mais próximo que existe."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    @property
    def deployment(self) -> Document:
        """O `Deployment`, que é um só, se o manifesto passou pela conferência."""
        return self.of("Deployment")[0]

    @property
    def pod(self) -> Mapping[str, Any]:
        """A especificação dos pods do `Deployment`."""
        found: Mapping[str, Any] = self.deployment.spec["template"]["spec"]
        return found

    @property
    def container(self) -> Mapping[str, Any]:
        """O contêiner do pod, que é um só, se o manifesto passou pela conferência."""
        found: Mapping[str, Any] = self.pod["containers"][0]
        return found

    @property
    def account(self) -> str:
        """A conta de serviço dos pods."""
        return str(self.pod.get("serviceAccountName", DEFAULT))

    def probes(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """De cada sonda do contêiner, o nome e o pedido de HTTP que ela faz."""
        for name in ("readinessProbe", "livenessProbe", "startupProbe"):
            if name in self.container:
                yield name, self.container[name]["httpGet"]

    def files(self, container: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
        """Os arquivos de cada pasta em que este contêiner do pod monta um `ConfigMap`."""
        maps = {(document.space, document.name): document.data.get("data", {}) for document in self.of("ConfigMap")}
        volumes = {volume["name"]: volume.get("configMap", {}).get("name") for volume in self.pod.get("volumes", ())}
        mounts = {mount["mountPath"]: volumes.get(mount["name"]) for mount in container.get("volumeMounts", ())}
        return {folder.rstrip("/"): maps.get((self.deployment.space, name), {}) for folder, name in mounts.items() if name}


def read(path: File, name: str, commands: Iterable[str]) -> Manifest:
    """Lê um manifesto; `commands` são os textos em que está o comando que o aplica, se há um. Erro: `Defect`, se não se lê."""
    text = source.read(path, name, Finding(name, 1, "manifesto-ausente", "O manifesto não existe."))
    swaps = [swap for command in commands if path.name in command for swap in SWAP.findall(command)]
    composer = _Documents(text, name)
    data = composer.documents()
    unused = tuple(old for old, _, _ in swaps if not any(re.search(rf"(?<!\w){re.escape(old)}(?!\w)", each) for each in texts(data)))
    for old, new, every in swaps:
        data = _swapped(data, old, new, -1 if every else 1)
    found = (Document((index,), document if isinstance(document, dict) else {"kind": None}) for index, document in enumerate(data)
             if document is not None)
    return Manifest(name, tuple(found), composer.lines, unused)


def texts(value: Any) -> Iterator[str]:
    """Cada texto de dentro de um valor."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)
    if isinstance(value, str):
        yield value


def _swapped(value: Any, old: str, new: str, most: int) -> Any:
    """O valor com a troca em cada linha de texto dele; só a primeira da linha, a menos que `most` seja negativo."""
    if isinstance(value, dict):
        return {key: _swapped(item, old, new, most) for key, item in value.items()}
    if isinstance(value, list):
        return [_swapped(item, old, new, most) for item in value]
    return "\n".join(line.replace(old, new, most) for line in value.split("\n")) if isinstance(value, str) and old in value else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
