"""As aplicações que as instâncias do template servem: os mesmos arquivos, o mesmo comando e o mesmo ambiente.

Fora daqui ficam o sistema da instância e o disco que se monta: a pasta de cada rodada faz as vezes da raiz, e um
volume só existe nela se a prova da ligação dele vale. O navegador que fala com elas está em `browsing.py`.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from pathlib import Path

from scripts.aws.types import INSTANCE, INSTANCE_PROFILE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, ROLE, SCALING_GROUP
from scripts.proofs.facts.machine import File, Machine, initialised, machine_of
from scripts.replay.answers import Answers
from scripts.replay.browsing import Site, inside, placed
from scripts.replay.child import run, serve
from scripts.replay.fences import Job, modules_of
from scripts.replay.processes import Lost, Running
from scripts.replay.samples import LARGEST
from scripts.replay.session import Halt, Session
from scripts.replay.stack import Unresolved
from scripts.replay.trace import ERROR, EXECUTED, NETWORK, Call
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

WAIT = 60.0
"""Segundos para a aplicação subir."""
STARTING = re.compile(r"^ExecStart=(.*waitress-serve.*)$", re.MULTILINE)
PROFILES = {INSTANCE: ("IamInstanceProfile",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "IamInstanceProfile", "Arn"),
            LAUNCH_CONFIGURATION: ("IamInstanceProfile",)}


class Applications:
    """Põe no ar as aplicações de uma pilha."""

    def __init__(self, session: Session):
        self.session, self.stack = session, session.stack
        self.sites: list[Site] = []
        self.placed: dict[str, tuple[Job, Path, Resource | None]] = {}

    def machine(self, node: str) -> Machine:
        """O que o template manda pôr na instância deste nó. Erro: `Unresolved`."""
        for name in self.session.diagram.elements[node].resources:
            resource = self.stack.resource(name)
            owner = self._model(resource) if resource.type == SCALING_GROUP else resource
            found = machine_of(self.stack.view, owner) if owner else None
            if found:
                self._known(found)
                return found
        raise Unresolved(f"o nó `{node}` não tem uma instância com um programa que se leia")

    def _known(self, machine: Machine) -> None:
        """Sabe-se o que cada arquivo dela tem. Erro: `Unresolved`, com o valor que não se conhece: sem ele, o arquivo ficaria vazio."""
        for file in machine.files:
            _, owner, _, _, config, _, name = file.path
            content = initialised(self.stack.view, self.stack.resource(str(owner)))[config]["files"][name].get("content")
            if isinstance(content, Unknown):
                raise Unresolved(f"`{file.name}`, de `{machine.owner.id}`: {content.reason}")

    def _model(self, group: Resource) -> Resource | None:
        named = [self.stack.property(group, "LaunchTemplate", key) for key in ("LaunchTemplateId", "LaunchTemplateName")]
        return next((self.stack.named(str(name), LAUNCH_TEMPLATE) for name in named if name), None)

    def role(self, owner: Resource) -> Resource | None:
        """O papel do perfil da instância; `None` quando ela não tem um."""
        named = self.stack.property(owner, *PROFILES[owner.type])
        profile = self.stack.named(str(named), INSTANCE_PROFILE) if named else None
        roles = self.stack.property(profile, "Roles", default=[]) if profile else []
        return self.stack.named(str(roles[0]), ROLE) if roles else None

    def start(self, node: str, via: str, person: str, changed: dict[str, str]) -> Site:
        """Põe no ar a aplicação do nó; `changed` são variáveis trocadas. Para o fluxo, com a causa, se ela não sobe."""
        machine, root = self.machine(node), self.session.temporary()
        (root / "var/tmp").mkdir(parents=True)
        for file in machine.files:
            place = inside(root, file.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(file.text, encoding="utf-8")
        unit, command = self._unit(machine, node)
        folder = inside(root, _setting(unit, "WorkingDirectory") or "/")
        variables = self._variables(machine, unit)
        environment = {name: placed(root, value) for name, value in variables.items()}
        role = self.role(machine.owner)
        given = {**self.session.credentials(role), **environment, **_encrypted(environment), "HOME": str(root), **changed}
        job = Job(str(root), self.session.reach(given), _modules(machine), LARGEST)
        self.placed[node] = job, folder, role
        running = Running(serve, job, str(folder), command)
        self.session.closing(running.stop)
        answering = Answers(self.session, node, role)
        try:
            kind, said = running.wait(answering, ("ready", "failed"), WAIT)
        except Lost:
            kind, said = "failed", "a aplicação não subiu a tempo"
        if kind == "failed":
            arrow = self.session.arrows.find(via, [node], "", self.session.current)
            self.session.blame(arrow and arrow.step, NETWORK, str(said))
            raise Halt
        running.attend(answering)
        self.sites.append(Site(self.session, node, via, int(said), root, person, variables, self._encrypts(via)))
        return self.sites[-1]

    def python(self, node: str, code: str, who: str, variables: dict[str, str]) -> None:
        """Roda este programa na instância, com o ambiente da aplicação, como quem entra nela. Para o fluxo se ele falha."""
        job, folder, role = self.placed[node]
        call = Call(who, "Python, na instância", EXECUTED, role.id if role else "", " ".join(code.split()))
        self.session.file(call, who, [node], "")
        running = Running(run, replace(job, environment={**job.environment, **variables}), str(folder), code)
        try:
            _, call.reason = running.wait(Answers(self.session, node, role), ("done",), WAIT)
        except Lost:
            call.reason = "o programa não terminou"
        finally:
            running.stop()
        if call.reason:
            call.ok = False
            self.session.halt(ERROR, f"o programa que se rodou na instância parou: {call.reason}")

    def said(self) -> str:
        """O último erro que as aplicações registraram, como o fim de uma causa; vazio se não registraram nenhum."""
        found = [complaint for site in self.sites if (complaint := site.complaint())]
        return f"; a aplicação registrou: {found[-1]}" if found else ""

    def _encrypts(self, via: str) -> bool:
        """O nó por que se chega é um balanceador que atende por HTTPS."""
        drawn = self.session.diagram.elements[via].resources
        return any(self.stack.property(found, "Protocol") == "HTTPS" for found in self.stack.listeners(drawn))

    def _unit(self, machine: Machine, node: str) -> tuple[File, list[str]]:
        """A unidade que serve a aplicação, e os argumentos do servidor dela, menos o endereço."""
        for unit in machine.units:
            found = STARTING.search(unit.text)
            if found:
                arguments = shlex.split(found[1])[1:]
                return unit, [argument for argument in arguments if not argument.startswith("--listen=")]
        raise Unresolved(f"nenhuma unidade da instância de `{node}` serve uma aplicação com `waitress-serve`")

    def _variables(self, machine: Machine, unit: File) -> dict[str, str]:
        """O ambiente da unidade, dos arquivos que ela diz."""
        wanted = re.findall(r"^EnvironmentFile=-?(.+)$", unit.text, re.MULTILINE)
        return {name: value for file in machine.files if file.name in wanted for name, value in file.variables().items()}


def _setting(unit: File, name: str) -> str:
    found = re.search(rf"^{name}=(.+)$", unit.text, re.MULTILINE)
    return found[1].strip() if found else ""


def _encrypted(environment: dict[str, str]) -> dict[str, str]:
    """O servidor da rodada não tem o certificado do RDS: só isso muda na conexão."""
    return {"PGSSLMODE": "disable", "PGSSLROOTCERT": ""} if "PGSSLMODE" in environment else {}


def _modules(machine: Machine) -> frozenset[str]:
    """Os módulos que as bibliotecas das listas da instância trazem."""
    return modules_of("\n".join(file.text for file in machine.files if os.path.basename(file.name).startswith("requirements")))
