"""O rastro: cada chamada arquivada sob a seta que a conta, e o que se concluiu de cada passo.

O rastro guardado tem bytes estáveis: o que muda a cada rodada (ids sorteados, horas, assinaturas, portas, pastas)
vira `‹id 1›`, `‹hora›`… pela ordem em que aparece. O que se imprime na tela é o valor de verdade.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scripts.base.diagram import Diagram, Edge
from scripts.checks.replayed import CHECKED, EXECUTED, SIMULATED
from scripts.replay.door import Ruling

DENIAL, NETWORK, ERROR, EXPECTATION = range(4)
"""De que causa se fala primeiro: uma negação explica o erro da função, e o erro dela, o que não ficou guardado."""


@dataclass
class Call:
    """Uma chamada: quem, com que papel, o quê, o que entrou, a permissão, o que saiu."""

    who: str
    call: str
    label: str
    role: str = ""
    given: str = ""
    rulings: tuple[Ruling, ...] = ()
    output: str = ""
    ok: bool = True
    reason: str = ""
    logs: tuple[dict[str, Any], ...] = ()
    arrow: str = ""
    step: int = 0
    brief: bool = False
    seconds: float | None = None


@dataclass
class StepTrace:
    """Um passo: o que se chamou nele, as causas de ele não ter terminado como a página diz, e as frases."""

    number: int
    text: str
    calls: list[Call] = field(default_factory=list)
    causes: list[tuple[int, str]] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    asserted: dict[str, str] = field(default_factory=dict)
    reached: bool = False

    @property
    def cause(self) -> str:
        """A causa que explica as outras; vazia quando o passo terminou bem."""
        return min(self.causes, key=lambda cause: cause[0])[1] if self.causes else ""

    @property
    def label(self) -> str:
        labels = {call.label for call in self.calls}
        return EXECUTED if EXECUTED in labels else SIMULATED if labels else CHECKED


class Arrows:
    """As setas de um diagrama: a que conta uma chamada."""

    def __init__(self, diagram: Diagram):
        self.diagram = diagram

    def nodes(self, resource: str) -> list[str]:
        """Os nós que desenham o recurso, na ordem do script."""
        return [node.id for node in self.diagram.nodes if resource in node.resources]

    def label(self, node: str) -> str:
        """O rótulo do nó, numa linha."""
        return " ".join(self.diagram.elements[node].label.split())

    def step(self, tail: str, head: str) -> int:
        """O passo da primeira seta entre os dois nós; 0 se nenhuma tem."""
        return next((edge.step or 0 for edge in self.diagram.edges if (edge.tail, edge.head) == (tail, head)), 0)

    def find(self, tail: str, heads: Iterable[str], action: str, step: int) -> Edge | None:
        """A seta de `tail` a um destes nós que faz a ação; entre várias, a do passo em que se está."""
        wanted = set(heads)
        found = [edge for edge in self.diagram.edges if edge.tail == tail and edge.head in wanted
                 and (not action or not edge.action or action in edge.action.split())]
        named = [edge for edge in found if action and edge.action] or found
        exact = next((edge for edge in named if edge.step == step), None)
        # De um pedido sem ação conta a última seta até aqui: quem consulta depois de enviar chega pela da consulta.
        before = [edge for edge in named if not action and edge.step and edge.step <= step]
        return exact or (max(before, key=lambda edge: edge.step or 0) if before else named[0] if named else None)


IDENTIFIER = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


class Mask:
    """Troca o que muda a cada rodada por um nome fixo, na ordem em que aparece."""

    SPOKEN = (
        (IDENTIFIER, "id"),
        (re.compile(r"\b[0-9a-f]{32}\b"), "id"),
        (re.compile(r"(?<=secret:)[\w!/-]+"), "segredo"),
        (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?"), "hora"),
        (re.compile(r"\b\d{8}T\d{6}Z"), "hora"),
        (re.compile(r"\b\d\d/\d\d/\d{4} \d\d:\d\d\b(?::\d\d)?"), "hora"),
        (re.compile(r"\b\d{13}(?=-)"), "hora"),
        (re.compile(r"(?<=/)20\d{6}(?=/)"), "dia"),
        (re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=port )\d+"), "porta"),
        (re.compile(r"(?:/[\w.-]+)*/replay-\d+-[\w-]+"), "pasta"),
    )
    SINGLE = {"hora", "dia", "porta", "pasta", "segredo"}

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self(item) for item in value]
        if not isinstance(value, str):
            return value
        value = re.sub("0{16,}", "0…", value)
        for pattern, kind in self.SPOKEN:
            value = pattern.sub(partial(self._name, kind), value)
        return value

    def _name(self, kind: str, found: re.Match[str]) -> str:
        if kind in self.SINGLE:
            return f"‹{kind}›"
        return self.known.setdefault(found[0], f"‹{kind} {len(self.known) + 1}›")


def told(call: Call) -> dict[str, Any]:
    """A chamada como dados: só o que há a dizer dela."""
    permissions = [{"acao": ruling.action, "recurso": ruling.arn, "resposta": ruling.answer, "por": ruling.by} for ruling in call.rulings]
    said = {"quem": call.who, "papel": call.role, "chamada": call.call, "rotulo": call.label, "seta": call.arrow, "entrada": call.given,
            "permissao": permissions, "saida": call.output, "resultado": "ok" if call.ok else "erro", "motivo": call.reason, "logs": list(call.logs)}
    return {key: value for key, value in said.items() if value not in ("", [], None)}


def step_told(step: StepTrace) -> dict[str, Any]:
    """O passo como o contrato de `--json` o mostra. O que se repete em seguida conta uma vez, com quantas foram; e o que o fluxo
    repete de propósito (`brief`), e termina bem, soma-se ao que já se contou de igual, ainda que com outros dados."""
    calls: list[dict[str, Any]] = []
    for call in step.calls:
        data = told(call)
        twin = next((item for item in calls if _alike(item, data)), None) if call.brief and call.ok else None
        if twin is None and calls and {**calls[-1], "vezes": 0} == {**data, "vezes": 0}:
            twin = calls[-1]
        if twin:
            twin["vezes"] = twin.get("vezes", 1) + 1
        else:
            calls.append(data)
    skipped = [{"frase": sentence, "motivo": reason} for sentence, reason in step.asserted.items() if reason]
    return {"passo": step.number, "texto": step.text, "rotulo": step.label, "ok": not step.causes, "erro": step.cause, "chamadas": calls,
            "conferido": step.checked, "nao_exercitado": skipped}


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """A mesma chamada, da mesma seta, que a mesma declaração permitiu; se nenhuma permissão se perguntou, com a mesma saída."""
    keys = ("quem", "papel", "chamada", "rotulo", "seta", "resultado")
    said = [[ruling.get("por") for ruling in call.get("permissao", [])] or call.get("saida") for call in (one, other)]
    return said[0] == said[1] and all(one.get(key) == other.get(key) for key in keys)


def short(value: Any, most: int = 240) -> str:
    """Um valor numa linha; de um evento do S3, o que houve e a chave; de um lote de uma fila, as mensagens.

    O que passa do tamanho se corta, e se vê que foi cortado.
    """
    if isinstance(value, dict) and (records := value.get("Records")) and "s3" in records[0]:
        return ", ".join(f"{record['eventName']} {record['s3']['object']['key']}" for record in records)
    if isinstance(value, dict) and (records := value.get("Records")) and records[0].get("eventSource") == "aws:sqs":
        value = "; ".join(record["body"] for record in records)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= most:
        return text
    # Um identificador muda a cada rodada: um pedaço dele não se reconheceria depois.
    split = next((found.start() for found in IDENTIFIER.finditer(text) if found.start() < most < found.end()), most)
    return f"{text[:split]}…"
