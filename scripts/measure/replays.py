"""Quanto leva cada fluxo: o comando inteiro, de um processo novo, e as partes de uma rodada num processo já aquecido."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from itertools import pairwise

from scripts.base.tree import TOOLKIT, Tree, WrongUse
from scripts.base.wording import decimal
from scripts.measure.timing import timed
from scripts.replay import flows, processes
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.replaying import replay, scene


@dataclass(frozen=True)
class Timed:
    """Um fluxo medido: os segundos de ler, da primeira rodada e da segunda, e o tamanho do rastro."""

    reading: float
    first: float
    second: float
    steps: int
    calls: int
    size: int


def run(tree: Tree) -> int:
    """Imprime o tempo de cada fluxo, frio e quente, e o das partes; devolve 0. Erro: `WrongUse` quando não há fluxos."""
    found = [flow for slug in tree.architectures() if (flow := flows.read(tree, slug))]
    if not found:
        raise WrongUse(f"Não há fluxos em `{tree.root / 'fluxos'}`.")
    print(f"{'fluxo':<28} {'frio':>7} {'lê':>7} {'1ª':>7} {'2ª':>7}   passos, chamadas e bytes do rastro")
    processes.warm(*(tree.page(flow.slug).parent for flow in found))
    servers, cold, whole = Servers(), 0.0, 0.0
    try:
        for flow in found:
            alone = timed([sys.executable, str(TOOLKIT / "scripts"), "executar", flow.slug, "--json", "--raiz", str(tree.root)], TOOLKIT)
            told = _timed(tree, flow, servers)
            cold, whole = cold + alone, whole + told.reading + told.first
            spent = " ".join(map(_seconds, (alone, told.reading, told.first, told.second)))
            print(f"{flow.slug:<28} {spent}   {told.steps}, {told.calls}, {told.size}", flush=True)
    finally:
        servers.close()
    print(f"Todos: {_seconds(cold).strip()} um a um, cada um num processo novo; {_seconds(whole).strip()} num processo só, lendo e rodando uma vez.")
    return 0


def _timed(tree: Tree, flow: Flow, servers: Servers) -> Timed:
    marks = [time.perf_counter()]
    found = scene(tree, flow)
    for _ in range(2):
        marks.append(time.perf_counter())
        said = replay(found, found.template, flow.sample, servers)
    marks.append(time.perf_counter())
    reading, first, second = (after - before for before, after in pairwise(marks))
    size = len(json.dumps(said.stable(), ensure_ascii=False).encode())
    return Timed(reading, first, second, len(said.steps), sum(len(step.calls) for step in said.steps), size)


def _seconds(value: float) -> str:
    return f"{decimal(value, 2):>5} s"
