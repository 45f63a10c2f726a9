"""`executar --gravar`: guarda o rastro que a página mostra, só se tudo termina como ela diz e cada estrago falha onde se espera."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from scripts.base.findings import Defect
from scripts.base.tree import write
from scripts.checks import replayed
from scripts.replay.database import Servers
from scripts.replay.flows import Spoil
from scripts.replay.lab import sentences
from scripts.replay.replaying import Replayed, Scene, replay
from scripts.replay.trace import Mask
from scripts.template.cloudformation import parse


def record(scene: Scene, servers: Servers) -> int:
    """Roda o fluxo e os estragos da página e escreve `rastro.json`. Devolve o estado de saída; com 1, nada se escreve."""
    tree, flow = scene.tree, scene.flow
    path = tree.trace(flow.slug)
    said = replay(scene, scene.template, flow.sample, servers)
    if said.failed:
        return _refused(f"falhou no passo {said.failed.number}: {said.failed.cause}")
    spoils = []
    for spoil in flow.spoils:
        if spoil.shown:
            outcome = _spoiled(scene, spoil, servers)
            if isinstance(outcome, str):
                return _refused(outcome)
            spoils.append(outcome)
    template = parse(scene.template, tree.name(tree.template(flow.slug)))
    now = replayed.digest(tree, flow.slug, scene.diagram, scene.page, template)
    for line in _retold(scene, now):
        print(line)
    changed = write(path, replayed.written(said.stable()["passos"], spoils, now))
    print(f"{tree.name(path)}: {'guardado' if changed else 'igual ao que já estava guardado'}.")
    return 0


def _retold(scene: Scene, now: dict[str, str]) -> Iterator[str]:
    """As frases dos passos que mudaram desde o rastro guardado, se o fluxo, que as procura pelo começo, é o mesmo: quem confere as relê."""
    path = scene.tree.trace(scene.flow.slug)
    try:
        kept = replayed.read(path, scene.tree.name(path))
    except Defect:
        return
    before = {step["passo"]: sentences(step["texto"]) for step in kept.steps}
    for step in scene.page.steps if kept.digest.get("fluxo") == now["fluxo"] else ():
        then, today = before.get(step.number, []), sentences(step.text)
        for was, said in zip((each for each in then if each not in today), (each for each in today if each not in then)):
            yield (f"O passo {step.number} dizia “{was}”, e diz “{said}”; o fluxo é o mesmo, e a rodada não sabe se ele ainda confere o que a frase "
                   "diz: releia-o.")


def _spoiled(scene: Scene, spoil: Spoil, servers: Servers) -> dict[str, Any] | str:
    """O que o estrago deu, como a página o conta; ou por que ele não serve para ela."""
    said: Replayed = replay(scene, scene.flow.spoiled(scene.template, spoil), scene.flow.sample, servers)
    failed = said.failed
    if not failed or failed.number != spoil.step or spoil.cause not in failed.cause:
        got = f"falhou no passo {failed.number}: {failed.cause}" if failed else "terminou como a página diz"
        return f"o estrago `{spoil.name}` deveria falhar no passo {spoil.step}, por causa de `{spoil.cause}`, e {got}"
    return {"nome": spoil.name, "titulo": spoil.title, "passo": failed.number, "causa": Mask()(failed.cause)}


def _refused(why: str) -> int:
    print(f"Nada foi guardado: {why}", file=sys.stderr)
    return 1
