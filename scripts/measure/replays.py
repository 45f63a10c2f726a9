"""Quanto leva cada fluxo: o comando inteiro, de um processo novo, e as partes de uma rodada num processo já aquecido."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator

from scripts.base.tree import TOOLKIT, Tree, WrongUse
from scripts.base.wording import decimal
from scripts.measure.timing import timed
from scripts.replay import flows, processes
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.replaying import PREFIX, replay, scene


def run(tree: Tree) -> int:
    """Imprime o tempo de cada fluxo, frio e quente, e o das partes; devolve 0. Erro: `WrongUse` quando não há fluxos."""
    slugs = [slug for slug in tree.architectures() if tree.flow(slug).is_file()]
    if not slugs:
        raise WrongUse(f"Não há fluxos em `{tree.root / 'fluxos'}`.")
    print(f"{'fluxo':<28} {'frio':>7} {'lê':>7} {'1ª':>7} {'2ª':>7}   passos, chamadas e bytes do rastro")
    processes.warm()
    servers, cold, whole = Servers(f"{PREFIX}{os.getpid()}-pg"), 0.0, 0.0
    try:
        for slug in slugs:
            alone = timed([sys.executable, str(TOOLKIT / "scripts"), "executar", slug, "--json", "--raiz", str(tree.root)], TOOLKIT)
            flow = flows.read(tree, slug)
            parts = list(_parts(tree, flow, servers)) if flow else []
            cold, whole = cold + alone, whole + parts[0] + parts[1]
            print(f"{slug:<28} {_seconds(alone)} {' '.join(map(_seconds, parts[:3]))}   {parts[3]:.0f}, {parts[4]:.0f}, {parts[5]:.0f}", flush=True)
    finally:
        servers.close()
    print(f"Todos: {_seconds(cold).strip()} um a um, cada um num processo novo; {_seconds(whole).strip()} num processo só, lendo e rodando uma vez.")
    return 0


def _parts(tree: Tree, flow: Flow, servers: Servers) -> Iterator[float]:
    """Os segundos de ler, da primeira rodada e da segunda; depois, quantos passos, chamadas e bytes."""
    began = time.perf_counter()
    found = scene(tree, flow)
    yield time.perf_counter() - began
    for _ in range(2):
        began = time.perf_counter()
        said = replay(found, found.template, flow.sample, servers)
        yield time.perf_counter() - began
    yield len(said.steps)
    yield sum(len(step.calls) for step in said.steps)
    yield len(json.dumps(said.stable(), ensure_ascii=False).encode())


def _seconds(value: float) -> str:
    return f"{decimal(value, 2):>5} s"
