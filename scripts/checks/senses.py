"""O sentido de uma escolha: o que a página diz que acontece acima de um limite não acontece abaixo dele.

Um passo fala de um ramo quando a seta dele chega ao que a tarefa desse ramo chama, e não ao que a do outro chama.
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.checks.numbers import Sentence, supported
from scripts.page.architecture import Page
from scripts.page.quantities import quantities
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import references
from scripts.template.values import Path

ABOVE, BELOW = 1, -1
SENSES = {
    ABOVE: re.compile(r"\b(?:acima de|mais de|maior(?:es)? (?:do )?que|além de|a partir de|ao menos|no mínimo|passam? de|superior(?:es)? a)\s*$",
                      re.IGNORECASE),
    BELOW: re.compile(r"\b(?:até|menos de|menor(?:es)? (?:do )?que|abaixo de|no máximo|inferior(?:es)? a)\s*$", re.IGNORECASE),
}
WITH_LIMIT = re.compile(r"\b(?:a partir de|ao menos|no mínimo|até|no máximo)\s*$", re.IGNORECASE)
"""O que inclui o próprio limite; o resto do que está em `SENSES` o deixa para o outro ramo."""
COMPARED = {"NumericGreaterThan": ABOVE, "NumericGreaterThanEquals": ABOVE, "NumericLessThan": BELOW, "NumericLessThanEquals": BELOW}


def check(page: Page, diagram: Diagram, views: Views, spoken: Iterable[Sentence]) -> Iterator[Finding]:
    """Um achado por passo que diz o contrário da escolha que o prova."""
    steps = {step.line: step.number for step in page.steps}
    for said in spoken:
        for quantity in quantities(said.text) if said.line in steps and said.strict else ():
            before = said.text[:max(said.text.find(quantity.text), 0)]
            told = next((sense for sense, pattern in SENSES.items() if pattern.search(before)), None)
            for measure in supported(views, said, quantity) if told else ():
                sense = COMPARED.get(str(measure.path[-1]))
                branch = _branch(views.template.data, measure.path, _called(diagram, steps[said.line])) if sense else 0
                wrong = _wrong(told, bool(WITH_LIMIT.search(before)), sense, branch, str(measure.path[-1])) if sense and branch else ""
                if wrong:
                    yield Finding(page.path, said.line, "sentido-da-escolha",
                                  f"{said.who} diz “{quantity.clause.strip()}”, e em `{views.template.path}`, linha "
                                  f"{views.template.line(*measure.path)}, a escolha {wrong}; iguale os dois.")


def _wrong(told: int, with_limit: bool, sense: int, branch: int, operator: str) -> str:
    """O que a escolha faz de outro modo: o lado, ou só o próprio limite, que fica no ramo da regra quando o operador o iguala."""
    if sense * branch != told:
        return "é o contrário"
    return "" if (sense if operator.endswith("Equals") else -sense) == (told if with_limit else -told) else "põe o próprio limite do outro lado"


def _called(diagram: Diagram, number: int) -> set[str]:
    """Os recursos a que chegam as setas do passo."""
    heads = {edge.head for edge in diagram.edges if edge.step == number} & diagram.elements.keys()
    return {name for head in heads for name in diagram.elements[head].resources}


def _branch(data: Any, path: Path, called: set[str]) -> int:
    """De que ramo o passo fala: 1, do que a regra escolhe; -1, do que sobra; 0, dos dois, ou de nenhum."""
    place = path.index("Choices") if "Choices" in path[:-2] else 0
    states, choice = (written_at(data, path[:place - 1]), written_at(data, path[:place])) if place else (None, None)
    if not isinstance(states, dict) or not isinstance(choice, dict):
        return 0
    rule = written_at(data, path[:place + 2])
    taken, left = (references(states.get(node.get(key), {})) for node, key in ((rule, "Next"), (choice, "Default")))
    return int(bool(called & (taken - left))) - int(bool(called & (left - taken)))
