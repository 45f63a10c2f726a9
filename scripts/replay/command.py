"""`executar`: roda o fluxo de uma página, ou um estrago dele, e diz se cada passo terminou como ela diz."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from scripts.base.tree import Tree, WrongUse
from scripts.replay import flows, processes, recording, samples
from scripts.replay.database import Servers, Unstarted
from scripts.replay.flows import Flow, Spoil
from scripts.replay.replaying import Scene, replay, scene
from scripts.replay.screen import Screen
from scripts.template.cloudformation import parse


def execute(tree: Tree, slug: str, last: str | None = None, file: Path | None = None, as_json: bool = False, spoil: str | None = None,
            record: bool = False) -> int:
    """O estado de saída: 0 quando cada passo terminou como a página diz. Erros: `WrongUse` e `Defect`."""
    flow = _flow(tree, slug)
    if record:
        if last is not None or file or as_json or spoil is not None:
            raise WrongUse("`--gravar` guarda a rodada inteira, com o arquivo do fluxo; use-o sozinho.")
        processes.warm(tree.page(slug).parent)
        with _servers() as servers:
            return recording.record(scene(tree, flow), servers)
    if spoil == "":
        return _list(flow)
    chosen = _spoil(flow, spoil)
    sample = samples.theirs(file) if file else flow.sample
    processes.warm(tree.page(slug).parent)
    found = scene(tree, flow)
    number = _step(found, last)
    template = found.flow.spoiled(found.template, chosen)
    screen = None if as_json else Screen(parse(template, tree.name(tree.template(slug))))
    if screen:
        _greet(found, sample.name, len(sample.body), chosen)
    with _servers() as servers:
        said = replay(found, template, sample, servers, number, screen.call if screen else lambda step, call: None)
    if as_json:
        print(json.dumps(said.told(), ensure_ascii=False, indent=2))
    elif screen:
        screen.end(said, sample.name)
    return 0 if said.ok else 1


def _flow(tree: Tree, slug: str) -> Flow:
    known = [name for name in tree.architectures() if tree.flow(name).is_file()]
    if slug not in tree.architectures():
        raise WrongUse(f"Não há arquitetura `{slug}`. As que se executam são: {', '.join(known) or 'nenhuma'}.")
    flow = flows.read(tree, slug)
    if flow is None:
        raise WrongUse(f"`{slug}` ainda não tem um fluxo; escreva `fluxos/{slug}.py`, como o CONTRIBUINDO.md diz. "
                       f"As que se executam são: {', '.join(known) or 'nenhuma'}.")
    return flow


def _step(found: Scene, last: str | None) -> int:
    if last is None:
        return 0
    if not (last.isascii() and last.isdigit() and 1 <= int(last) <= len(found.page.steps)):
        raise WrongUse(f"Não há o passo `{last}` em `{found.flow.slug}`; os passos vão de 1 a {len(found.page.steps)}.")
    return int(last)


def _spoil(flow: Flow, name: str | None) -> Spoil | None:
    if name is None:
        return None
    found = flow.spoil(name)
    if found is None:
        raise WrongUse(f"Não há o estrago `{name}` em `{flow.slug}`; veja os que há com `executar {flow.slug} --estragar`.")
    return found


def _list(flow: Flow) -> int:
    """Os estragos que se podem pedir, um por linha."""
    print(f"Cada um muda o template de `{flow.slug}` só nesta rodada. Escolha um, tente adivinhar em que passo ele aparece, e rode:\n")
    width = max((len(spoil.name) for spoil in flow.spoils), default=0)
    for spoil in flow.spoils:
        print(f"  {spoil.name:<{width}}  {spoil.title}")
    print(f"\n  python3 scripts executar {flow.slug} --estragar {flow.spoils[0].name if flow.spoils else 'NOME'}")
    return 0


def _greet(found: Scene, name: str, size: int, chosen: Spoil | None) -> None:
    print(f"{found.flow.slug}: {len(found.page.steps)} passos, com o arquivo `{name}` ({size} bytes), sem conta na AWS.")
    if chosen:
        print(f"Template estragado: {chosen.title}.")
    print("executado: o código do template rodou, ou um servidor de verdade respondeu. simulado: o estado é imitado, e quem decide são as\n"
          "políticas do template; as da organização não se veem. conferido: só a prova no template.")


@contextlib.contextmanager
def _servers() -> Iterator[Servers]:
    """Os servidores da rodada, que param também quando ela se interrompe."""
    with _interruptible():
        servers = Servers()
        try:
            yield servers
        except Unstarted as problem:
            raise WrongUse(f"{problem}. Confira o espaço em disco e a permissão de escrita na pasta temporária.") from problem
        finally:
            servers.close()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM acaba como o Ctrl-C: com tudo limpo."""
    def stop(number: int, frame: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
