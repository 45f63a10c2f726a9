"""O ritmo que a página promete, e uma propriedade que o muda: quantas execuções ao mesmo tempo, e de quanto em quanto tempo se mede."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from scripts.aws.types import EVENT_SOURCE_MAPPING, FUNCTION, INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, QUEUE, SCALING_GROUP
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.checks.qualities import DENIED
from scripts.checks.updates import USUAL, seconds_of
from scripts.page.architecture import Page
from scripts.page.quantities import COUNT, TIME, Quantity, quantities
from scripts.proofs.claims.elasticity import caps
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.rollouts import creation_signal
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CODE = "ritmo-desfeito"
TOGETHER = re.compile(r"\bem paralelo\b|\bprópria execução\b|\bexecuções simultâneas\b|\bcotas? da conta\b", re.IGNORECASE)
"""Como uma frase diz que o que chega junto se trata junto."""
HINT = re.compile("paralelo|própria exec|execuções sim|da conta|monitoramento det|cada minuto|instala")
"""Sem nada disto, nenhuma das frases que aqui se procuram: quase todo trecho para aqui."""
UNFINISHED = re.compile(r"\binstala\w*[^.;|]*\bnão (?:acab|termin)\w* (?:em|até)\b", re.IGNORECASE)
"""Como uma frase diz quanto a criação espera pela instalação."""
ELSEWHERE = re.compile(r"\bquota-lambda\b|\baumento\b|\bpe[dç]\w+\b", re.IGNORECASE)
DETAILED = re.compile(r"\bmonitoramento detalhado\b|\bCPU\b[^.;]*\ba cada minuto\b", re.IGNORECASE)
MONITORED = {INSTANCE: ("Monitoring",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "Monitoring", "Enabled"),
             LAUNCH_CONFIGURATION: ("InstanceMonitoring",)}
"""Onde se liga a medida a cada minuto; sem isso, é a cada cinco, e só a configuração de lançamento a liga sozinha.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html
"""


def check(page: Page, views: Views, told: Set[Path] = frozenset()) -> Iterator[Finding]:
    """Um achado por propriedade que desfaz o que uma frase da página promete; as de `told`, outro achado já diz."""
    spoken = [(line, text) for line, _, block in page.spoken if HINT.search(block.lower()) for text in CLAUSE.split(block)]
    together = [(line, text) for line, text in spoken if TOGETHER.search(text) and not ELSEWHERE.search(text) and not _denied(TOGETHER, text)]
    detailed = next((line for line, text in spoken if DETAILED.search(text) and not _denied(DETAILED, text)), 0)
    waited = [(line, quantity) for line, text in spoken if UNFINISHED.search(text) for quantity in quantities(text) if quantity.kind == TIME]
    for view in views.each:
        found = [*(_hurried(view, *waited[0]) if waited else ()), *(_serial(view, together) if together else ()),
                 *(_coarse(view, detailed) if detailed else _unsaid(view))]
        for path, message in (each for each in found if each[0] not in told):
            yield Finding(view.template.path, view.template.line(*path), CODE, message)


def _hurried(view: View, line: int, said: Quantity) -> Iterator[tuple[Path, str]]:
    """A criação espera pelo aviso da instalação outro tempo que não o que a página diz."""
    signals = [(owner, signal) for kind in (INSTANCE, SCALING_GROUP) for owner in view.of_type(kind)
               if (signal := creation_signal(view, owner)) is not None]
    given = [(owner, seconds_of(signal.get("Timeout", USUAL))) for owner, signal in signals]
    if given and not any(each in (None, said.value) for _, each in given):
        owner, least = given[0]
        yield ("Resources", owner.id, "CreationPolicy", "ResourceSignal", "Timeout"), (
            f"`Timeout` dá {least} s para `{owner.id}` avisar que a instalação acabou, e a página, na linha {line}, diz {said.text}; "
            "iguale `Timeout` ao que ela diz.")


def _denied(pattern: re.Pattern[str], text: str) -> bool:
    word = pattern.search(text)
    return bool(word and DENIED.search(re.split(r"[.?!]\s", text[:word.start()])[-1]))


def _serial(view: View, together: list[tuple[int, str]]) -> Iterator[tuple[Path, str]]:
    """O que faz uma execução esperar a outra: o teto da função ou da ligação, e a fila que entrega em ordem.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    line = together[0][0]
    told = {quantity.value for _, text in together for quantity in quantities(text) if quantity.kind == COUNT}
    for function in view.of_type(FUNCTION):
        for cap in caps(view, function):
            most = whole(cap.value)
            if most == 1 or most not in told:
                yield cap.path, (f"`{cap.path[-1]}` deixa `{function.id}` tratar {cap.value} de cada vez, e o resto espera: a página, na linha "
                                 f"{line}, diz que o que chega junto se trata em paralelo; tire `{cap.path[-1]}`"
                                 f"{'' if most == 1 else ', ou diga na página esse número'}.")
    for mapping in view.of_type(EVENT_SOURCE_MAPPING):
        queue, called = view.points(view.at(mapping, "EventSourceArn"), QUEUE), callee(view, view.at(mapping, "FunctionName"))
        if queue and called and true(view.value(queue, "FifoQueue")):
            yield at(queue, "FifoQueue"), (f"`{queue.id}` é FIFO, e as mensagens de um grupo esperam a anterior: a página, na linha {line}, diz que "
                                           "o que chega junto se trata em paralelo; tire `FifoQueue`.")


def _coarse(view: View, line: int) -> Iterator[tuple[Path, str]]:
    """As máquinas que se medem a cada cinco minutos, e não a cada minuto."""
    for machine in view.of_type(*MONITORED):
        switch = view.at(machine, *MONITORED[machine.type])
        if switch is None and machine.type != LAUNCH_CONFIGURATION or switch and false(switch.value):
            yield (switch.path if switch else at(machine)), (
                f"`{machine.id}` não tem o monitoramento detalhado, e mede a cada 5 minutos; a página, na linha {line}, diz que é a cada minuto: "
                f"ligue `{'.'.join(MONITORED[machine.type])}`.")


def _unsaid(view: View) -> Iterator[tuple[Path, str]]:
    """O monitoramento detalhado se cobra, e a página não o diz."""
    for machine in view.of_type(INSTANCE, LAUNCH_TEMPLATE):
        switch = view.at(machine, *MONITORED[machine.type])
        if switch and true(switch.value):
            yield switch.path, (f"`{machine.id}` tem o monitoramento detalhado, que se cobra, e a página não diz; desligue-o, ou diga "
                                "“monitoramento detalhado” no que é cobrado.")
