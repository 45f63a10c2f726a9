"""Uma sessão: a pilha, a porta e o estado de uma rodada, e cada chamada arquivada sob a seta que a conta."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from scripts.aws.types import BUCKET
from scripts.base.diagram import Diagram
from scripts.page.architecture import Step
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.evidence import Missing
from scripts.replay import gateway
from scripts.replay.door import ALLOWED, STOPPED, Door, Ruling
from scripts.replay.stack import REGION, Stack, Unresolved
from scripts.replay.state import State
from scripts.replay.trace import DENIAL, NETWORK, Arrows, Call, StepTrace
from scripts.template.cloudformation import Resource


PERMISSION = re.compile(r"(?:fazer|nega|negar) `[a-z0-9-]+:[A-Z]\w+`")
"""Como uma prova diz que um papel não pode fazer uma ação, ou que não se sabe."""


class Halt(Exception):
    """O fluxo não tem como seguir; a causa já está no passo."""


class Session:
    """O que todos os que rodam algo usam. `created` recebe cada objeto novo: quem monta a rodada diz a quem entregá-lo.

    `reach` dá o ambiente com que uma aplicação acha aqui o banco a que chegaria na pilha; `rest` espera que o que corre nele acabe.
    """

    def __init__(self, diagram: Diagram, steps: tuple[Step, ...], stack: Stack, proofs: Iterable[Proof], folder: Path,
                 said: Callable[[StepTrace, Call], None]):
        self.diagram, self.stack, self.folder, self.said = diagram, stack, folder, said
        self.arrows, self.door, self.state = Arrows(diagram), Door(stack), State(stack)
        self.proofs = {proof.edge.id: proof for proof in proofs}
        self.steps = {step.number: StepTrace(step.number, step.text) for step in steps}
        self.apart = StepTrace(0, "Fora dos passos")
        self.current, self.stopped = 1, ""
        self.created: Callable[[Resource, gateway.Written], None] = lambda bucket, written: None
        self.watches: list[Callable[[bool], None]] = []
        self.reach: Callable[[dict[str, str]], dict[str, str]] = dict
        self.services: dict[tuple[str, str], Callable[[dict[str, Any], Call], gateway.Answer]] = {}
        self.tolerated: dict[str, str] = {}
        self.brief = False
        self.calls: list[Call] = []
        self.held = 0  # quantas chamadas já havia quando a última frase valeu
        self.rest: Callable[[], None] = lambda: None
        self._keys: dict[str, str] = {}
        self._held: list[tuple[Resource, gateway.Written]] | None = None
        self._written = self._depth = 0
        self._closing: list[Callable[[], None]] = []

    def blame(self, step: int | None, rank: int, cause: str) -> None:
        """Diz por que o passo não terminou como a página diz; o que nenhuma seta conta pesa no passo em que se está."""
        self.steps[step or self.current].causes.append((rank, cause))

    def halt(self, rank: int, cause: str) -> NoReturn:
        """O fluxo não tem como seguir."""
        self.blame(self.current, rank, cause)
        raise Halt

    def file(self, call: Call, tail: str, heads: list[str], action: str) -> int:
        """Arquiva a chamada sob a seta que a conta; devolve o passo dela, 0 se nenhuma a conta."""
        edge = self.arrows.find(tail, heads, action, self.current)
        call.brief = self.brief
        number = call.step = edge.step or 0 if edge else 0
        if edge:
            call.arrow = edge.id
        call.who = self.arrows.label(call.who) if call.who in self.diagram.elements else call.who
        step = self.steps.get(number) or self.apart
        step.calls.append(call)
        self.calls.append(call)
        self.said(step, call)
        return number

    def admitted(self, call: Call, tail: str, heads: list[str], action: str) -> bool:
        """Arquiva a chamada e diz se as permissões dela, já respondidas, e a prova da seta a deixam passar; se não, a causa fica no passo."""
        step = self.file(call, tail, heads, action) or self._meant(tail, call.rulings)
        refused = next((ruling for ruling in call.rulings if ruling.answer != ALLOWED), None)
        cause = self._unreached(call)
        if refused:
            cause = refused.reason + (f"; e a seta não se prova: {cause}" if cause else "")
        if not cause:
            return True
        call.ok, call.reason = False, cause
        self.blame(step, DENIAL if refused else NETWORK, cause)
        if refused and refused.answer == STOPPED:
            self.stopped = cause
        return False

    def _unreached(self, call: Call) -> str:
        """O que falta à prova da seta, menos as permissões: as desta chamada, a porta já as decidiu; as outras, quem as pedir dirá."""
        return next((str(missing) for missing in self.hindering(call.arrow) if not PERMISSION.search(missing.need)), "")

    def _meant(self, tail: str, rulings: tuple[Ruling, ...]) -> int:
        """O passo de uma chamada que nenhuma seta conta: o da seta que, sem esta permissão, não se prova; o da que se perdeu; ou o da que
        faz a mesma ação noutro recurso. 0: nenhum."""
        mine = [proof for proof in self.proofs.values() if proof.edge.tail == tail and proof.edge.step]
        broken = [proof for proof in mine if proof.missing and proof.rule]
        named = [proof for proof in broken if any(f"`{ruling.action}`" in missing.need for ruling in rulings for missing in proof.missing)]
        same = [proof for proof in mine if any(ruling.action in (proof.edge.action or "").split() for ruling in rulings)]
        return next((proof.edge.step or 0 for proof in (*named, *broken, *same)), 0)

    def hindering(self, arrow: str) -> list[Missing]:
        """O que falta à prova da seta, menos o que só impede as que têm outra ponta."""
        proof = self.proofs.get(arrow)
        if proof is None or proof.rule is None:
            return []
        names = [name for end in (proof.edge.tail, proof.edge.head) for name in self.diagram.elements[end].resources]
        kinds = {self.stack.view.resources[name].type for name in names if name in self.stack.view.resources}
        return [missing for missing in proof.missing if not missing.only or kinds & set(missing.only)]

    def unproven(self, arrow: str) -> str:
        """O que falta à prova da seta: a rede, quando a permissão passa."""
        return next(map(str, self.hindering(arrow)), "")

    def severed(self, tail: str, head: str) -> tuple[int, str]:
        """O passo da primeira seta entre os dois nós cuja prova não vale, e o que falta a ela; `(0, "")` quando todas valem."""
        edges = [edge for edge in self.diagram.edges if (edge.tail, edge.head) == (tail, head)]
        return next(((edge.step or 0, cause) for edge in edges if (cause := self.unproven(edge.id))), (0, ""))

    def causes(self) -> int:
        """Quantas causas já há, em todos os passos."""
        return sum(len(step.causes) for step in self.steps.values())

    def node_of(self, resource: Resource) -> str:
        """O primeiro nó que desenha o recurso; o id lógico, quando nenhum desenha."""
        return next(iter(self.arrows.nodes(resource.id)), resource.id)

    def resource(self, node: str, *types: str) -> Resource:
        """O recurso de um destes tipos que o nó desenha. Erro: `Unresolved`."""
        element = self.diagram.elements.get(node)
        for name in element.resources if element else ():
            if name in self.stack.view.resources and (not types or self.stack.view.resources[name].type in types):
                return self.stack.view.resources[name]
        raise Unresolved(f"o nó `{node}` não desenha um recurso {' nem '.join(types)} que exista nesta pilha")

    def credentials(self, role: Resource | None) -> dict[str, str]:
        """O ambiente de quem tem este papel: as chaves dizem quem assina, e mais nada vem deste computador. Sem papel, sem chaves."""
        given = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
                 "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
                 "PYTHONUTF8": "1"}
        if role is None:
            return given
        key = self._keys.setdefault(role.id, f"ASIAREPLAY{len(self._keys):010d}")
        return {**given, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": f"segredo-{key}", "AWS_SESSION_TOKEN": "sessao"}

    def secrets(self) -> dict[str, str]:
        """De cada chave de quem assina, o segredo dela."""
        return {key: f"segredo-{key}" for key in self._keys.values()}

    def signer(self, key: str) -> Resource:
        """O papel de quem assinou com esta chave."""
        return self.stack.resource(next(role for role, known in self._keys.items() if known == key))

    def collect(self, mixed: bool = False) -> None:
        """Arquiva o que se fez desde a última vez e ninguém chama pela API da AWS: o que cada `watches` olha.

        `mixed` diz que duas tarefas correram ao mesmo tempo: a ordem em que cada uma fez o que fez não conta.
        """
        for watch in self.watches:
            watch(mixed)

    def closing(self, action: Callable[[], None]) -> None:
        """O que fazer no fim, aconteça o que acontecer."""
        self._closing.append(action)

    def close(self) -> None:
        """Desfaz tudo o que se abriu; o que já não está lá não impede o resto."""
        for action in reversed(self._closing):
            with contextlib.suppress(Exception):
                action()
        self._closing.clear()

    def temporary(self) -> Path:
        """Uma pasta nova, dentro da desta rodada."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def written(self, found: gateway.Written) -> None:
        """Um objeto nasceu: o bucket avisa quem a notificação diz, antes de quem enviou receber a resposta."""
        self._written += 1
        bucket = self.stack.named(found.bucket, BUCKET)
        if bucket:
            self._deliver(bucket, replace(found, number=self._written))

    def _deliver(self, bucket: Resource, found: gateway.Written) -> None:
        if self._held is None and self._depth >= 5:  # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
            self.blame(self.current, DENIAL, f"um laço: o que `{bucket.id}` aciona grava nele mesmo, e o aciona de novo, sem fim")
        elif self._held is None:
            self._depth += 1
            self.created(bucket, found)
            self._depth -= 1
        else:
            self._held.append((bucket, found))

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Os avisos do que nasce aqui dentro saem só no fim, do último ao primeiro: o S3 não garante a ordem deles."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
        for bucket, found in reversed(held):
            self.created(bucket, found)
