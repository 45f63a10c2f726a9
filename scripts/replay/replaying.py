"""Uma rodada: do template (o da árvore, ou um estragado) ao rastro dos passos."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.aws.types import BUCKET, QUEUE, TABLE
from scripts.base.diagram import Diagram, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree
from scripts.checks import arrows, benefits, effects, numbers
from scripts.checks.reading import Reading
from scripts.page import architecture, titles
from scripts.page.architecture import Page
from scripts.picture.workers import render_all
from scripts.proofs import own
from scripts.proofs.drawn.containment import misplaced
from scripts.replay import database
from scripts.replay.database import PREFIX, Servers, Unstarted
from scripts.replay.flows import Flow
from scripts.replay.lab import Enough, Lab, sentences
from scripts.replay.processes import sweep
from scripts.replay.samples import Sample
from scripts.replay.session import Halt
from scripts.replay.stack import Stack, Unresolved
from scripts.replay.state import simulated
from scripts.replay.trace import ERROR, EXPECTATION, NETWORK, Call, Mask, StepTrace, short, step_told
from scripts.template.cloudformation import parse

FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Scene:
    """O que se roda: a árvore, o fluxo, o diagrama, a página e o texto do template."""

    tree: Tree
    flow: Flow
    diagram: Diagram
    page: Page
    template: str

    def reading(self, template: str) -> Reading:
        """O que se lê da arquitetura com este template. Erro: `Defect` quando ele não se lê."""
        return Reading(self.diagram, self.page, parse(template, self.tree.name(self.tree.template(self.flow.slug))))


@dataclass(frozen=True)
class Replayed:
    """O que uma rodada deu: os passos e o que ficou guardado."""

    slug: str
    steps: tuple[StepTrace, ...]
    apart: StepTrace
    kept: dict[str, Any]
    last: int
    seconds: float

    @property
    def failed(self) -> StepTrace | None:
        """O primeiro passo que não terminou como a página diz."""
        return next((step for step in self.steps if step.causes), None)

    @property
    def ok(self) -> bool:
        return self.failed is None

    def told(self) -> dict[str, Any]:
        """O objeto que `--json` imprime."""
        shown = [step for step in self.steps if not self.last or step.number <= self.last]
        found = {"slug": self.slug, "ok": self.ok, "passos": [step_told(step) for step in shown]}
        return {**found, "fora": step_told(self.apart)} if self.apart.calls else found

    def stable(self) -> dict[str, Any]:
        """O mesmo, com o que muda a cada rodada mascarado."""
        return Mask()(self.told())


def scene(tree: Tree, flow: Flow) -> Scene:
    """Lê o que se roda. Erro: `Defect` quando o script, a página ou o template não servem."""
    slug = flow.slug
    wrong = own.load(tree.root)
    if wrong:
        raise Defect(*wrong)
    found: list[Any] = []
    render_all(tree.root, [tree.script(slug)], lambda script, result: found.append(result), draw=False)
    if not isinstance(found[0], Rendered):
        raise Defect(*found[0])
    page = architecture.read(tree.page(slug), tree.name(tree.page(slug)), titles.read(tree.root))
    return Scene(tree, flow, found[0].diagram, page, tree.template(slug).read_text(encoding="utf-8"))


def replay(scene: Scene, template: str, file: Sample, servers: Servers, last: int = 0,
           said: Callable[[StepTrace, Call], None] = lambda step, call: None) -> Replayed:
    """Roda o fluxo sobre este template. Erro: `Defect` quando o template não se lê."""
    began = time.monotonic()
    read = scene.reading(template)
    with workplace() as folder, simulated():
        lab, problem = prepared(scene, read, folder, file, servers, last, said)
        if lab is None:
            return _unready(scene, problem, time.monotonic() - began)
        try:
            _run(scene.flow, lab)
            kept = _kept(lab)
        finally:
            lab.close()
        _conclude(lab)
        if not last and not any(step.causes for step in lab.steps.values()):
            _judge(lab, read)
        return Replayed(scene.flow.slug, tuple(lab.steps.values()), lab.apart, kept, last, time.monotonic() - began)


def prepared(scene: Scene, read: Reading, folder: Path, file: Sample, servers: Servers, last: int = 0,
             said: Callable[[StepTrace, Call], None] = lambda step, call: None) -> tuple[Lab | None, str]:
    """O laboratório com a pilha já criada; ou `None`, e por que ela não se monta."""
    given: dict[str, str] = {}
    try:
        stack, home = Stack(read.views.template, scene.flow.parameters, given), scene.tree.page(scene.flow.slug).parent
        lab = Lab(scene.diagram, scene.page.steps, stack, given, read.proofs, folder, file, servers, home, last, said)
        lab.state.create()
    except Unresolved as problem:
        return None, str(problem)
    return lab, ""


def _unready(scene: Scene, problem: str, seconds: float) -> Replayed:
    """A pilha nem se monta: o primeiro passo não tem onde rodar."""
    steps = tuple(StepTrace(step.number, step.text) for step in scene.page.steps)
    steps[0].causes.append((ERROR, problem))
    return Replayed(scene.flow.slug, steps, StepTrace(0, "Fora dos passos"), {}, 0, seconds)


def _run(flow: Flow, lab: Lab) -> None:
    try:
        flow.run(lab)
    except (Halt, Enough):
        pass
    except Unstarted:
        raise  # é este computador que falha, e não o template
    except Unresolved as problem:
        lab.blame(lab.current, ERROR, str(problem))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise Unstarted(f"a rodada não tem onde escrever: {error.strerror}") from error
        where = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent.name == "fluxos"]
        line = f", na linha {where[-1].lineno} do fluxo" if where else ""
        lab.blame(lab.current, ERROR, f"o passo parou com `{type(error).__name__}: {error}`{line}{_before(lab)}")


def _before(lab: Lab) -> str:
    """O que falhou desde a última frase que valeu, e o que ficou guardado: o que um fluxo não acha costuma ser consequência disso.

    O que falhou antes dela, o fluxo esperava.
    """
    failed = [call for call in lab.calls[lab.held:] if call.reason]
    found = f"; antes disso, {failed[-1].who} fez {failed[-1].call}: {failed[-1].reason}" if failed else lab.applications.said()
    kept = "; ".join(f"{place}: {short(said) if said else 'nada'}" for place, said in _kept(lab).items())
    return f"{found}; o que ficou guardado: {kept}" if kept else found


def _kept(lab: Lab) -> dict[str, Any]:
    """O que ficou em cada lugar que guarda, por nó."""
    found: dict[str, Any] = {}
    for node in lab.diagram.nodes:
        for name in node.resources:
            resource = lab.stack.view.resources.get(name)
            look = {BUCKET: lab.sizes, TABLE: lab.rows, QUEUE: lab.messages}.get(resource.type if resource else "")
            if look:
                found[lab.arrows.label(node.id)] = look(node.id)
    return {**found, **{lab.arrows.label(node): said for node, said in lab.stored().items()}}


def _conclude(lab: Lab) -> None:
    """O que os passos sem chamadas têm de provado, e as frases que ninguém disse.

    Uma permissão negada, ou um caminho que não existe, explica o que falhou depois: o que é só consequência não conta.
    """
    traces = lab.steps.values()
    if any(rank <= NETWORK for step in traces for rank, _ in step.causes):
        for step in traces:
            step.causes = [cause for cause in step.causes if cause[0] <= NETWORK]
    culprit = next((step.number for step in traces if step.causes), 0)
    for step in traces:
        if culprit and step.number > culprit and not step.causes:
            step.causes.append((EXPECTATION, f"não rodou até o fim: o passo {culprit} falhou"))
    reached = lab.last or len(lab.steps)
    broken = any(step.causes for step in lab.steps.values())
    for step in lab.steps.values():
        called = {call.arrow for call in step.calls}
        for edge in lab.diagram.edges:
            if edge.step != step.number or edge.id in called or step.number > reached:
                continue
            cause = lab.unproven(edge.id)
            name = f"{lab.arrows.label(edge.tail)} → {lab.arrows.label(edge.head)}"
            if cause and not broken:
                step.causes.append((NETWORK, f"ninguém fez a seta {name}, e a prova dela não vale: {cause}"))
            elif lab.proofs[edge.id].found and not cause:
                step.checked.append(name)
        unsaid = [sentence for sentence in sentences(step.text) if sentence not in step.asserted]
        if unsaid and not broken and step.number <= reached:
            need = "use `lab.expect`, ou `lab.skip` com o motivo"
            step.causes.append((ERROR, f"o fluxo não diz o que torna verdadeira a frase “{unsaid[0]}”; {need}"))


def _judge(lab: Lab, read: Reading) -> None:
    """O que ninguém exercitou vale pelo que se prova no template."""
    for proof, lost in ((proof, lost) for proof in lab.proofs.values() for lost in proof.missing if lost.only):
        if lost not in lab.hindering(proof.edge.id):
            number = lab.diagram.elements[proof.edge.head].step or proof.edge.step or lab.current
            lab.steps[number].causes.append((NETWORK, f"tudo rodou, mas a conferência do template acha: {lost}"))
            return
    found = next(_unheld(lab.diagram, read), None)
    if found:
        _step_of(lab, found.message).causes.append((NETWORK, f"tudo rodou, mas a conferência do template acha: {found.message}"))


def _unheld(diagram: Diagram, read: Reading) -> Iterator[Finding]:
    """As setas, os lugares, o que tira o efeito do que está escrito, os benefícios e os números que a página diz.

    O resto da conferência, como a higiene, não diz como um passo acaba.
    """
    yield from arrows.check(diagram, read.views, read.proofs)
    yield from misplaced(diagram, read.views)
    yield from effects.check(read.views)
    if read.page:
        yield from benefits.check(read.page, read.views, read.claims, arrows.causes(read.proofs))
        judged = [result for _, result in read.claims]
        yield from numbers.check(read.page, read.views, list(numbers.sentences(read.page, diagram, read.views, read.proofs, judged)))


def _step_of(lab: Lab, message: str) -> StepTrace:
    """O passo de que um achado fala: o que ele diz, o da seta ou o do recurso que ele nomeia; senão, o primeiro não exercitado."""
    said = re.match(r"O passo (\d+)\b", message)
    named, diagram = set(re.findall(r"`([\w-]+)`", message)), lab.diagram
    elements = [element for element in (*diagram.groups, *diagram.nodes) if named & set(element.resources)]
    drawn = {element.id for element in elements} | {node.id for node in diagram.nodes if {group.id for group in diagram.ancestors(node)} & named}
    edges = [edge.step for edge in diagram.edges if edge.id in named] or [edge.step for edge in diagram.edges if {edge.tail, edge.head} & drawn]
    unheld = [number for number, step in lab.steps.items() if step.checked or any(step.asserted.values())]
    numbered = [int(said[1])] if said else []
    own = [element.step for element in elements]
    return lab.steps[next(number for number in (*numbered, *own, *edges, *unheld, max(lab.steps)) if number in lab.steps)]


@contextmanager
def workplace() -> Iterator[Path]:
    """A pasta da rodada, que some no fim; antes, varre as que uma rodada morta deixou."""
    root = Path(tempfile.gettempdir())
    for left in root.glob(f"{PREFIX}*"):
        owner = re.match(rf"{PREFIX}(\d+)-", left.name)
        if owner and not _alive(int(owner[1])):
            database.kill(left)
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=database.own()))
    try:
        yield folder
    finally:
        sweep(folder.resolve())
        shutil.rmtree(folder, ignore_errors=True)


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
