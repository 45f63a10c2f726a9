"""Uma pilha imaginária: o valor de cada expressão do template, e o que um papel deixa fazer."""

from __future__ import annotations

import fnmatch
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from scripts.aws.catalog import ARN, ID, NAME, kind_of
from scripts.aws.types import BUCKET
from scripts.proofs.facts.view import View
from scripts.proofs.identity.policies import Statement, of_role
from scripts.replay import stack as replay
from scripts.replay.door import ALLOWED, STOPPED, Door
from scripts.replay.operations import Need
from scripts.template.cloudformation import read
from scripts.template.resolution import Resolution
from scripts.template.values import LITERAL, Unknown, text_of
from scripts.template.worlds import worlds

ROOT = Path(__file__).resolve().parents[2]


ACCOUNT, REGION = "123456789012", "sa-east-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
BETWEEN = re.compile(r"\$\{([^}.]+)(?:\.([^}]+))?\}")


class Stack:
    """A pilha de um template no mundo dos padrões, com nomes inventados onde o CloudFormation os inventaria.

    Quem diz o que cada expressão vale, e que forma o ARN de cada tipo tem, são as portas das provas. `given` diz o que
    só a pilha implantada saberia (`Balanceador.DNSName`), ou troca um nome ou o valor de um parâmetro.
    """

    def __init__(self, slug: str, given: Mapping[str, str] | None = None):
        self.path = ROOT / "docs/arquiteturas" / slug / "template.yaml"
        template = read(self.path)
        self.data, self.given = template.data, given or {}
        defaults = {name: text_of(spec["Default"]) for name, spec in self.data.get("Parameters", {}).items() if "Default" in spec}
        self.view = View(Resolution(template, worlds(template).each[0].assumed, defaults | self.given))

    def properties(self, name: str) -> dict[str, Any]:
        """As propriedades como o template as escreve."""
        return self.data["Resources"][name]["Properties"]

    def value(self, expression: Any) -> Any:
        """O valor que o CloudFormation daria."""
        return self._named(self.view.world.value(expression))

    def ref(self, name: str) -> str:
        return self.value({"Ref": name})

    def arn(self, name: str) -> str:
        return self._named(self.view.arn(self.view.resources[name]))

    def _named(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._named(item) for item in value]
        assert not isinstance(value, Unknown), value.reason
        return BETWEEN.sub(self._physical, value).replace(LITERAL, "${") if isinstance(value, str) else value

    def _physical(self, found: re.Match[str]) -> str:
        name, attribute = found.groups()
        known = PSEUDO | self.given
        if (key := found[0][2:-1]) in known:
            return known[key]
        resource = self.view.resources[name]
        kind = kind_of(resource.type)
        meaning = kind.gives.get(attribute) if attribute else kind.ref
        if meaning == ARN and kind.arn:
            return self.arn(name)
        assert meaning in (NAME, ID), f"diga em `given` quanto vale `{key}`"
        return f"pilha-{name}-ABC123".lower() if resource.type == BUCKET else f"pilha-{name}-ABC123"


class Deployed(replay.Stack):
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


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def allowed(statements: list[dict], action: str, resource: str) -> bool:
    """Há permissão nestas declarações? Só `Allow`, sem condição nem curinga na ação: outra coisa é erro."""
    assert all(set(item) == {"Sid", "Effect", "Action", "Resource"} for item in statements)
    assert {item["Effect"] for item in statements} == {"Allow"}
    assert not any(set("*?") & set(name) for item in statements for name in as_list(item["Action"]))
    return any(
        action in as_list(item["Action"])
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in as_list(item["Resource"]))
        for item in statements
    )
