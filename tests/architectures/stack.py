"""A pilha da execução, a que os testes perguntam pelo slug e pelo id lógico, e o que mais de um deles lê nos templates."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from scripts.proofs.identity.policies import Statement, of_role
from scripts.replay.door import ALLOWED, STOPPED, Door
from scripts.replay.operations import Need
from scripts.replay.stack import Stack
from scripts.template.cloudformation import read

ROOT = Path(__file__).resolve().parents[2]


class Deployed(Stack):
    """A pilha imaginária da execução, a que se pergunta pelo id lógico. `given` é o que só a pilha implantada saberia."""

    def __init__(self, slug: str, parameters: Mapping[str, str] | None = None, given: Mapping[str, str] | None = None):
        self.path = ROOT / "docs/arquiteturas" / slug / "template.yaml"
        super().__init__(read(self.path), parameters or {}, given or {})
        self.data = self.template.data

    def properties(self, name: str) -> dict[str, Any]:
        """As propriedades como o template as escreve."""
        return self.resource(name).properties

    def ref(self, name: str) -> str:
        return self.value({"Ref": name})

    def arn_of(self, name: str) -> str:
        return self.arn(self.resource(name))

    def may(self, role: str, action: str, arn: str) -> bool:
        """O papel pode, segundo a porta da execução? Uma dúvida dela é erro."""
        ruling = Door(self).allow(self.resource(role), Need(action, arn), {"aws:SecureTransport": "true"})
        assert ruling.answer != STOPPED, ruling.reason
        return ruling.answer == ALLOWED

    def granted(self, role: str) -> set[tuple[str, str]]:
        """Cada ação e recurso que as políticas do papel dizem, todas elas: só `Allow`, e sem condição."""
        found = of_role(self.view, self.resource(role))
        assert all(isinstance(part, Statement) and part.allows and not (part.condition or part.except_actions or part.except_resources) for part in found)
        return {(action.value, resource.value) for part in found for action in part.actions for resource in part.resources}

    def actions(self, role: str) -> set[str]:
        return {action for action, _ in self.granted(role)}

    def cycle(self) -> set[str]:
        """Os recursos que esperam uns pelos outros."""
        graph = {name: found.references & self.template.resources.keys() for name, found in self.template.resources.items()}
        while ready := {name for name, needs in graph.items() if not needs & graph.keys()}:
            graph = {name: needs for name, needs in graph.items() if name not in ready}
        return set(graph)


def unmount(volume: Path) -> None:
    """Tira a pasta de uma vez. A aplicação pode estar gravando: apagada aos poucos, a pasta ganharia arquivos e ficaria."""
    if volume.is_dir():
        shutil.rmtree(volume.rename(volume.with_name(f"{volume.name}-{uuid4()}")))


def literal(template: Mapping[str, Any], value: Any) -> str:
    """O texto que o template escreve ali, ou em `Mappings`, com `${…}` ainda por substituir."""
    while isinstance(value, dict):
        ((function, value),) = value.items()
        if function == "Fn::FindInMap":
            name, first, second = value
            value = template["Mappings"][name][first][second]
    return value


def pinned(text: str) -> dict[str, tuple[str, set[str]]]:
    """Pacote → versão e sha256 aceitos, de uma lista em que toda linha fixa os dois."""
    found = [re.fullmatch(r"(\S+)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)", line) for line in text.splitlines()]
    return {line[1]: (line[2], set(re.findall(r"[0-9a-f]{64}", line[3]))) for line in found}


def locked(folder: Path) -> set[str]:
    """Todo sha256 que as travas deste projeto conhecem."""
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))))
